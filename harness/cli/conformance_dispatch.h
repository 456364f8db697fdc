// Which function does which command of the conformance part.
#pragma once

#include "harness/cli/conformance_command.h"
#include "harness/cli/console.h"
#include "harness/run/executor.h"

namespace uketsuke::cli {

int dispatch_conformance(const ConformanceCommand& command, run::Executor& executor,
                         Console& console);

}  // namespace uketsuke::cli
