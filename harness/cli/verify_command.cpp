#include "harness/cli/verify_command.h"

#include "harness/cli/running.h"
#include "harness/evidence/verify.h"

namespace uketsuke::cli {

int verify_command(const VerifyCommand& command, Console& console) {
  const auto at = command.at.empty() ? wall_clock() : time_of_day(command.at);
  auto report = evidence::verify_bundle(command.bundle, {command.ca, at}, conformance::recompute);
  if (!command.full.empty()) compare_with_full(report, command.full);
  console.print(command.json ? json_of(report) : text_of(report, console.language()));
  return report.exit_code();
}

}  // namespace uketsuke::cli
