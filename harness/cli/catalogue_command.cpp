#include "harness/cli/catalogue_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "harness/bench/assets.h"
#include "harness/conformance/case.h"
#include "harness/conformance/claims_file.h"
#include "harness/conformance/mutants/mutant_file.h"
#include "harness/conformance/plan.h"
#include "harness/conformance/rule_file.h"
#include "harness/conformance/specification.h"
#include "harness/evidence/bundle_folder.h"
#include "harness/report/atomic_file.h"
#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::cli {
namespace {

using conformance::Case;
using conformance::Catalogue;
using verdict::say;
using verdict::Text;

constexpr const char* kRelease = "2024-12";

std::string word(const Console& console, const Text& text) {
  return in_language(text, console.language());
}

conformance::Specification specification(run::Executor& executor) {
  const std::string data = executor.data_folder();
  conformance::Specification spec;
  spec.catalogue = conformance::load_catalogue(data);
  spec.rules = conformance::load_rules(data + "/requirements");
  if (!std::filesystem::exists(data + "/mutants")) return spec;
  const auto assets = bench::load_assets(data);
  for (const conformance::Mutant& mutant :
       conformance::load_mutants(data + "/mutants", conformance::mutant_sources(*assets, kRelease)))
    for (const std::string& id : mutant.killed_by)
      spec.kills[id].push_back({mutant.id, mutant.title});
  return spec;
}

}  // namespace

namespace {

// What these claims let through: " ", "-" (not applicable: why), "?" (descriptors decide).
struct Applies {
  char mark = ' ';
  std::string why;
};
Applies applies(const Case& one, const std::optional<conformance::Facts>& facts) {
  if (!facts || !one.applies) return {};
  try {
    conformance::Facts of_slot = *facts;
    of_slot["slot"] = std::int64_t{0};
    const auto medium = of_slot.find("medium_0");
    of_slot["medium"] =
        medium == of_slot.end() ? conformance::Value(std::string("contact")) : medium->second;
    if (one.applies->truth(of_slot)) return {};
    return {'-', one.applies->with_values(of_slot)};
  } catch (const conformance::ExpressionError&) {
    return {'?', one.applies->text()};
  }
}

// Claims alone: bench and descriptors are not known.
std::optional<conformance::Facts> claimed(const std::string& path) {
  if (path.empty()) return std::nullopt;
  try {
    return facts_of(conformance::load_claims(path));
  } catch (const yaml::Error& error) {
    throw run::RunError(run::RunError::Kind::kUsage, yaml::to_text(error));
  }
}

}  // namespace

int catalogue_command(const CatalogueCommand& command, run::Executor& executor, Console& console) {
  if (!command.html.empty()) {
    evidence::refuse_in_bundle(command.html);
    report::AtomicFile file(command.html);
    file.write(conformance::html_of(specification(executor)));
    file.commit();
    console.line(say("{} に試験仕様書を書きました", "the specification is in {}", command.html));
    return verdict::kExitPass;
  }
  const std::optional<conformance::Facts> facts = claimed(command.claims);
  const Catalogue catalogue = conformance::load_catalogue(executor.data_folder());
  std::string family;
  for (const conformance::CasePtr& one : catalogue.cases) {
    if (one->family() != family) {
      family = one->family();
      console.print(fmt::format("\n{}\n", family));
    }
    const Applies found = applies(*one, facts);
    console.print(fmt::format("{} {:<8} {:<10} {}{}\n", found.mark, one->id, one->confidence,
                              word(console, one->title),
                              found.why.empty() ? "" : "  [" + found.why + "]"));
  }
  if (facts)
    console.line({"\n-：この申告では適用外、?：記述子やベンチで決まる",
                  "\n-: does not apply to these claims; ?: descriptors or bench decide"});
  console.line(say("\n{} 項目（カタログ {}）。説明：uketsuke explain ID",
                   "\n{} cases (catalogue {}); uketsuke explain ID tells more",
                   catalogue.cases.size(), catalogue.digest.substr(0, 12)));
  return verdict::kExitPass;
}

int explain_command(const ExplainCommand& command, run::Executor& executor, Console& console) {
  const conformance::Specification spec = specification(executor);
  std::string id = command.id;
  for (char& letter : id)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  const Case* one = spec.catalogue.find(id);
  if (one == nullptr) {
    std::vector<std::string> ids;
    for (const conformance::CasePtr& known : spec.catalogue.cases) ids.push_back(known->id);
    console.error(say("{} という項目はない", "there is no case {}", command.id) +
                  yaml::hint(command.id, ids));
    return verdict::kExitUsage;
  }
  console.print(conformance::text_of(spec, *one, console.language()));
  return verdict::kExitPass;
}

}  // namespace uketsuke::cli
