// `uketsuke run`.
#pragma once

#include "harness/cli/command.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

// Throws run::RunError, report::ReportError.
int run_command(RunCommand command, run::Executor& executor, Console& console);

}  // namespace uketsuke::cli
