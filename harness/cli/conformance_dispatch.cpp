#include "harness/cli/conformance_dispatch.h"

#include "harness/cli/catalogue_command.h"
#include "harness/cli/certify_command.h"

namespace uketsuke::cli {

int dispatch_conformance(const ConformanceCommand& command, run::Executor& executor,
                         Console& console) {
  if (const auto* value = std::get_if<CatalogueCommand>(&command))
    return catalogue_command(*value, executor, console);
  if (const auto* value = std::get_if<CertifyCommand>(&command))
    return certify_command(*value, executor, console);
  return explain_command(std::get<ExplainCommand>(command), executor, console);
}

}  // namespace uketsuke::cli
