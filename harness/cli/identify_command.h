// `uketsuke identify`: which card lies on a bound reader, and the lines of a bench file that
// release it as a test card (sim/guard/README.md).
#pragma once

#include "harness/cli/command.h"
#include "harness/cli/console.h"
#include "harness/run/executor.h"

namespace uketsuke::cli {

int identify_command(const IdentifyCommand& command, run::Executor& executor, Console& console);

}  // namespace uketsuke::cli
