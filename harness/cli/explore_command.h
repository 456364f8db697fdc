// `uketsuke explore`.
#pragma once

#include "harness/cli/command.h"
#include "harness/cli/console.h"
#include "harness/run/executor.h"

namespace uketsuke::cli {

// 0: desk and reference models agree; 1: not; 4: interrupted. Throws run::RunError,
// report::ReportError.
int explore_command(const ExploreCommand& command, run::Executor& executor, Console& console);

}  // namespace uketsuke::cli
