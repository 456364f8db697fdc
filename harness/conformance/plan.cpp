#include "harness/conformance/plan.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "harness/conformance/unknown_name.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {

namespace {

// "msg-03 " is MSG-03.
std::string as_written(const std::string& name) {
  std::string text;
  for (const char c : name)
    if (c != ' ') text += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return text;
}

}  // namespace

std::vector<CasePtr> select(const Catalogue& catalogue, std::vector<std::string> names) {
  if (names.empty()) return catalogue.cases;
  for (std::string& name : names) name = as_written(name);
  std::vector<std::string> known;
  for (const CasePtr& one : catalogue.cases) {
    known.push_back(one->id);
    if (std::find(known.begin(), known.end(), one->family()) == known.end())
      known.push_back(one->family());
  }
  for (const std::string& name : names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UnknownName(verdict::say("{} という項目はない", "no case {}", yaml::shortened(name)) +
                        yaml::hint(name, known));
  std::vector<CasePtr> selected;
  for (const CasePtr& one : catalogue.cases) {
    const bool named = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return name == one->id || name == one->family();
    });
    if (named) selected.push_back(one);
  }
  return selected;
}

Plan make_plan(const std::vector<CasePtr>& cases, const Subject& subject, bool by_card) {
  Plan plan;
  for (const CasePtr& one : cases) {
    Planned planned;
    planned.of = one;
    try {
      planned.not_applicable = why_not(*one, subject);
    } catch (const ExpressionError&) {
      // Running it says so.
    }
    plan.cases.push_back(std::move(planned));
  }
  if (by_card) {
    // Procedures last: whoever plays them leaves the slot as it comes.
    const auto key = [](const Planned& planned) {
      return std::make_pair(!planned.of->scenarios.empty(), planned.of->card);
    };
    std::stable_sort(plan.cases.begin(), plan.cases.end(),
                     [&](const auto& a, const auto& b) { return key(a) < key(b); });
  }
  count(plan);
  return plan;
}

void count(Plan& plan) {
  plan.applicable = 0;
  plan.seconds = 0;
  plan.insertions = plan.operator_cases = 0;
  std::string lying;
  for (const Planned& planned : plan.cases) {
    if (!planned.not_applicable.empty()) continue;
    ++plan.applicable;
    plan.seconds += planned.seconds;
    plan.operator_cases += planned.of->needs == "operator" ? 1 : 0;
    const std::string& card = planned.of->card;
    plan.insertions += (!card.empty() && card != lying ? 1 : 0) +
                       static_cast<unsigned>(planned.of->cards.size() - (card.empty() ? 0 : 1));
    lying = card;
  }
}

Text describe(const Plan& plan) {
  return verdict::say(
      "計画：申告と {} 項目、うち適用 {}、およそ {:.1f} 分、カードを置く回数 {}、"
      "操作者が要る項目 {}",
      "plan: the claims and {} cases, {} applicable, about {:.1f} minutes, {} card insertions, {} "
      "with an operator",
      plan.cases.size(), plan.applicable, plan.seconds / 60, plan.insertions, plan.operator_cases);
}

Text describe_rest(const Plan& rest, std::size_t kept) {
  return verdict::say(
      "計画：前回までの結果 {} 件を残し、これから {} 項目、うち適用 {}、およそ {:.1f} 分、カードを置く"
      "回数 {}、操作者が要る項目 {}",
      "plan: {} results are kept from before; left are {} cases, {} applicable, about {:.1f} "
      "minutes, {} card insertions, {} with an operator",
      kept, rest.cases.size(), rest.applicable, rest.seconds / 60, rest.insertions,
      rest.operator_cases);
}

}  // namespace uketsuke::conformance
