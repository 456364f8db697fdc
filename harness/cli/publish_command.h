// `uketsuke publish`: a copy of a bundle without traces and names.
#pragma once

#include "harness/cli/conformance_command.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

int publish_command(const PublishCommand& command, Console& console);

}  // namespace uketsuke::cli
