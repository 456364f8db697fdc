// `uketsuke compare`: two bundles side by side.
#pragma once

#include "harness/cli/conformance_command.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

int compare_command(const CompareCommand& command, Console& console);

}  // namespace uketsuke::cli
