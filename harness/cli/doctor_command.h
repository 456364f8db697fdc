// `uketsuke doctor`.
#pragma once

#include "harness/cli/command.h"
#include "harness/cli/console.h"

namespace uketsuke::cli {

// 0: nothing is in the way; 1: something is to be done. Throws run::RunError (usage).
int doctor_command(const DoctorCommand& command, Console& console);

}  // namespace uketsuke::cli
