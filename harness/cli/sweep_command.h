// `uketsuke sweep`.
#pragma once

#include "harness/campaign/sweep.h"
#include "harness/cli/command.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

// 0: every outcome is allowed; 1: not; 4: interrupted. Throws run::RunError, report::ReportError,
// yaml::Error (the file of faults).
int sweep_command(const SweepCommand& command, Console& console);

}  // namespace uketsuke::cli
