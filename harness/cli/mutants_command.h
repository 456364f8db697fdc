// `uketsuke mutants`: does the catalogue catch deliberately bad devices, and only those?
#pragma once

#include "harness/cli/conformance_command.h"
#include "harness/cli/console.h"
#include "harness/run/executor.h"

namespace uketsuke::cli {

// 0: all killed as expected, nothing found on clean readers; 1: not so.
int mutants_command(const MutantsCommand& command, run::Executor& executor, Console& console);

}  // namespace uketsuke::cli
