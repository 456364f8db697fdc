// `uketsuke readers`.
#pragma once

#include "harness/cli/command.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

// 0: there is a reader; 1: there is none; 4: a USB/IP server that was named did not answer. Throws
// run::RunError (usage).
int readers_command(const ReadersCommand& command, Console& console);

}  // namespace uketsuke::cli
