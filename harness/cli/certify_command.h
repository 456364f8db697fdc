// `uketsuke certify`: a self-test of one reader, into a bundle of evidence.
#pragma once

#include "harness/cli/conformance_command.h"
#include "harness/cli/console.h"
#include "harness/run/executor.h"

namespace uketsuke::cli {

int certify_command(const CertifyCommand& command, run::Executor& executor, Console& console);

}  // namespace uketsuke::cli
