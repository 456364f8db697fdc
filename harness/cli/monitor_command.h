// `uketsuke monitor`: what passes between this machine and a bound reader, decoded, as it comes.
#pragma once

#include "harness/cli/command.h"
#include "harness/cli/console.h"
#include "harness/run/executor.h"

namespace uketsuke::cli {

int monitor_command(const MonitorCommand& command, run::Executor& executor, Console& console);

}  // namespace uketsuke::cli
