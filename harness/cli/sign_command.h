// `uketsuke sign`: a bundle signed with the vendor's own key.
#pragma once

#include "harness/cli/conformance_command.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

int sign_command(const SignCommand& command, Console& console);

}  // namespace uketsuke::cli
