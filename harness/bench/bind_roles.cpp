#include "harness/bench/bind_roles.h"

#include <algorithm>
#include <optional>

#include "harness/bench/make_outside.h"
#include "harness/bench/world_config.h"
#include "harness/bind/bindings.h"
#include "harness/bind/release_hint.h"
#include "harness/console/operator_hands.h"
#include "sim/gateway/real_card_process.h"

namespace uketsuke::bench {
namespace {

// What this process and its surroundings must not do while there may be a real card.
std::vector<verdict::Text> beware_of_real_cards(const bind::Bindings& bindings) {
  if (!bindings.may_have_real_card()) return {};
  std::vector<verdict::Text> dangers;
  for (const auto& found : {gateway::forbid_core_dumps(), gateway::pcscd_log_warnings()})
    for (const gateway::Warning& warning : found) dangers.emplace_back(warning.ja, warning.en);
  return dangers;
}

bool releases_cards(const bind::Bindings& bindings) {
  return std::any_of(bindings.cards.begin(), bindings.cards.end(),
                     [](const bind::BoundCard& card) { return !card.key.empty(); });
}

}  // namespace

std::vector<verdict::Text> bind_roles(const Assets& assets,
                                      const std::map<std::string, std::string>& extra,
                                      std::shared_ptr<console::Attendance>& attendance,
                                      RunSettings& settings) {
  const bind::Bindings bindings = bind::bindings_of(extra);
  settings.produced_by = bindings.text();
  if (!bindings.bound()) {
    // A model's run can be laid beside that of a bound reader.
    if (releases_cards(bindings))
      settings.amend = [](WorldConfig& config) { config.identifies_cards = true; };
    return {};
  }
  const auto lang = extra.find("lang");
  const auto language =
      lang == extra.end() ? std::nullopt : verdict::language_from(lang->second);
  if (!attendance) attendance = std::make_shared<console::Attendance>();
  settings.amend = [&assets, bindings, language, attendance](WorldConfig& config) {
    config.outside = make_outside(bindings, assets.catalog,
                                  language.value_or(verdict::Language::kEnglish), attendance);
  };
  settings.when_refused = bind::release_hint(bindings);
  return beware_of_real_cards(bindings);
}

}  // namespace uketsuke::bench
