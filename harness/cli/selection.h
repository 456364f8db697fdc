// What a command line selects, and why it selects nothing.
#pragma once

#include <string>
#include <vector>

#include "harness/run/executor.h"

namespace uketsuke::cli {

// "scenarios" if there is a folder of that name; throws run::RunError (usage) if not.
std::vector<std::string> paths_or_default(std::vector<std::string> paths);

// Throws run::RunError (usage): the folders hold no scenario, or which of the filters nothing
// passes, with the nearest tag or id, or those that there are. `files`: what the paths gave.
[[noreturn]] void nothing_selected(const std::vector<std::string>& paths,
                                   const run::Filters& filters,
                                   const std::vector<run::Selected>& files,
                                   run::Executor& executor);

}  // namespace uketsuke::cli
