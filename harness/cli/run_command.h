// `uketsuke run`.
#pragma once

#include "harness/cli/command.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

// Throws run::RunError, report::ReportError.
int run_command(RunCommand command, run::Executor& executor, Console& console);

// "scenarios" if there is a folder of that name; throws run::RunError (usage) if not.
std::vector<std::string> paths_or_default(std::vector<std::string> paths);

}  // namespace uketsuke::cli
