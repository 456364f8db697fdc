// `uketsuke catalogue` and `uketsuke explain`: what a reader is tested against.
#pragma once

#include "harness/cli/conformance_command.h"
#include "harness/cli/console.h"
#include "harness/run/executor.h"

namespace uketsuke::cli {

int catalogue_command(const CatalogueCommand& command, run::Executor& executor, Console& console);
int explain_command(const ExplainCommand& command, run::Executor& executor, Console& console);

}  // namespace uketsuke::cli
