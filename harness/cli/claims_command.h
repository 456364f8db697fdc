// `uketsuke claims`.
#pragma once

#include "harness/cli/conformance_command.h"
#include "harness/cli/console.h"
#include "harness/run/executor.h"

namespace uketsuke::cli {

// Prints the draft; what the descriptors themselves break is told on standard error. 0: a draft was
// made. Throws run::RunError (usage, environment).
int claims_command(const ClaimsCommand& command, run::Executor& executor, Console& console);

}  // namespace uketsuke::cli
