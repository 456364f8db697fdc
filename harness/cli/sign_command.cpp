#include "harness/cli/sign_command.h"

#include "harness/cli/running.h"
#include "harness/evidence/bundle.h"
#include "harness/evidence/signing_key.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"

namespace uketsuke::cli {

int sign_command(const SignCommand& command, Console& console) {
  const auto now = wall_clock();
  const evidence::SigningKey key(
      {command.key, command.cert, command.chain, command.passphrase_file}, now);
  evidence::sign_bundle(command.bundle, key, now);
  const auto& signer = key.signer();
  console.line(verdict::say("{} に署名しました：{}（証明書の SHA-256 {}）",
                            "signed {}: {} (certificate SHA-256 {})", command.bundle,
                            signer.subject, signer.sha256));
  return verdict::kExitPass;
}

}  // namespace uketsuke::cli
