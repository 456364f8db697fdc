#include "harness/cli/conformance_dispatch.h"

#include "harness/cli/catalogue_command.h"
#include "harness/cli/certify_command.h"
#include "harness/cli/claims_command.h"
#include "harness/cli/compare_command.h"
#include "harness/cli/mutants_command.h"
#include "harness/cli/publish_command.h"
#include "harness/cli/sign_command.h"
#include "harness/cli/verify_command.h"

namespace uketsuke::cli {

int dispatch_conformance(const ConformanceCommand& command, run::Executor& executor,
                         Console& console) {
  if (const auto* value = std::get_if<CatalogueCommand>(&command))
    return catalogue_command(*value, executor, console);
  if (const auto* value = std::get_if<CertifyCommand>(&command))
    return certify_command(*value, executor, console);
  if (const auto* value = std::get_if<ClaimsCommand>(&command))
    return claims_command(*value, executor, console);
  if (const auto* value = std::get_if<SignCommand>(&command)) return sign_command(*value, console);
  if (const auto* value = std::get_if<VerifyCommand>(&command))
    return verify_command(*value, console);
  if (const auto* value = std::get_if<CompareCommand>(&command))
    return compare_command(*value, console);
  if (const auto* value = std::get_if<MutantsCommand>(&command))
    return mutants_command(*value, executor, console);
  if (const auto* value = std::get_if<PublishCommand>(&command))
    return publish_command(*value, console);
  return explain_command(std::get<ExplainCommand>(command), executor, console);
}

}  // namespace uketsuke::cli
