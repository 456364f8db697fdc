// `uketsuke verify`: a bundle checked, offline.
#pragma once

#include "harness/cli/conformance_command.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

int verify_command(const VerifyCommand& command, Console& console);

}  // namespace uketsuke::cli
