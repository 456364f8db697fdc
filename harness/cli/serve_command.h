// `uketsuke serve`: our readers and cards for other programs, until somebody ends it.
#pragma once

#include "harness/cli/command.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

// Until SIGINT or SIGTERM; then 0. Throws run::RunError.
int serve_command(const ServeCommand& command, Console& console);

}  // namespace uketsuke::cli
