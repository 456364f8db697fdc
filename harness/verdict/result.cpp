#include "harness/verdict/result.h"

#include <algorithm>

namespace uketsuke::verdict {
namespace {

Text gap_text(std::size_t missing, std::size_t planned) {
  const auto count = std::to_string(missing);
  const auto all = std::to_string(planned);
  return {all + "手順のうち" + count + "手順が実行または評価されていません",
          count + " of " + all + " steps were not executed or not evaluated"};
}

// A reason that is there already is the better one.
void give_reason(ScenarioResult& result, Text reason) {
  if (result.reason.empty()) result.reason = std::move(reason);
}

}  // namespace

void seal(ScenarioResult& result) {
  std::size_t executed = 0;
  for (const auto& step : result.steps) {
    if (step.verdict != Verdict::kNone) ++executed;
    result.verdict = combine(result.verdict, step.verdict);
  }
  if (!result.not_applicable.empty()) {
    if (result.verdict <= Verdict::kPass) {
      result.verdict = Verdict::kNone;
      return;
    }
    // It ran far enough to come to something: that counts, the claim does not.
    result.warnings.push_back(std::move(result.not_applicable));
    result.not_applicable = Text{};
  }
  if (result.verdict > Verdict::kPass) return;

  const std::size_t planned = std::max<std::size_t>(result.steps_planned, result.steps.size());
  if (executed == 0) {
    result.verdict = Verdict::kNone;
    give_reason(result, {"何も実行されていません", "nothing was executed"});
  } else if (executed < planned) {
    result.verdict = Verdict::kInconc;
    give_reason(result, gap_text(planned - executed, planned));
  }
}

const StepResult* decisive_step(const ScenarioResult& result) {
  const StepResult* worst = nullptr;
  for (const auto& step : result.steps) {
    if (step.verdict <= Verdict::kPass) continue;
    if (worst == nullptr || step.verdict > worst->verdict) worst = &step;
  }
  return worst;
}

Text script_mark() { return {"スクリプトの証言による", "attested by script"}; }

bool is_not_applicable(const ScenarioResult& result) { return !result.not_applicable.empty(); }

std::string full_name(const ScenarioResult& result) {
  std::string name = result.id;
  if (!result.variant.empty()) name += "[" + result.variant + "]";
  if (result.repetition != 0) name += "#" + std::to_string(result.repetition + 1);
  return name;
}

}  // namespace uketsuke::verdict
