#include "harness/cli/readers_command.h"

#include "harness/readers/gather.h"
#include "harness/verdict/summary.h"

namespace uketsuke::cli {

int readers_command(const ReadersCommand& command, Console& console) {
  const auto gathered = readers::gather({command.usbip, command.all});
  console.print(command.json ? readers::to_json(gathered.listing)
                             : readers::to_text(gathered.listing, console.language()));
  if (gathered.server_failed) return verdict::kExitError;
  return gathered.listing.readers.empty() ? verdict::kExitFail : verdict::kExitPass;
}

}  // namespace uketsuke::cli
