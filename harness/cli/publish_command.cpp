#include "harness/cli/publish_command.h"

#include "harness/evidence/publish.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"

namespace uketsuke::cli {

int publish_command(const PublishCommand& command, Console& console) {
  evidence::publish_bundle(command.bundle, command.out);
  console.line(verdict::say("公開用の写しを {0} に作りました（署名なし。署名：uketsuke sign {0}）",
                            "made a public copy in {0} (unsigned; to sign it: uketsuke sign {0})",
                            command.out));
  return verdict::kExitPass;
}

}  // namespace uketsuke::cli
