#include "harness/conformance/case_result.h"

#include <algorithm>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

// A reason that is there already is the better one.
void give_reason(CaseResult& result, Text reason) {
  if (result.reason.empty()) result.reason = std::move(reason);
}

}  // namespace

void seal(CaseResult& result) {
  const auto is_deviation = [](const Finding& finding) { return !finding.warning; };
  if (std::any_of(result.findings.begin(), result.findings.end(), is_deviation))
    result.verdict = combine(result.verdict, Verdict::kFail);
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

  if (result.steps_done == 0) {
    result.verdict = Verdict::kNone;
    give_reason(result, {"何も実行されていません", "nothing was executed"});
    return;
  }
  if (result.verdict == Verdict::kNone) {
    give_reason(result, {"何も判定されていません", "nothing was judged"});
    return;
  }
  const auto& count = result.repetitions;
  if (result.steps_done < result.steps_planned) {
    result.verdict = Verdict::kInconc;
    give_reason(result,
                say("{1}手順のうち{0}手順が実行されていません", "{} of {} steps were not executed",
                    result.steps_planned - result.steps_done, result.steps_planned));
  } else if (count.passed < count.needed || count.needed == 0 || count.passed > count.planned) {
    result.verdict = Verdict::kInconc;
    give_reason(result, say("{1}回のうち合格は{0}回で、必要な{2}回に届きません",
                            "{} of {} repetitions passed, {} are needed", count.passed,
                            count.planned, count.needed));
  }
}

bool is_script(const CaseResult& result) { return result.id.rfind(kScript, 0) == 0; }

bool is_not_applicable(const CaseResult& result) { return !result.not_applicable.empty(); }

std::string_view to_string(CaseOutcome outcome) {
  switch (outcome) {
    case CaseOutcome::kPass:
      return "pass";
    case CaseOutcome::kPassWithWarning:
      return "pass_with_warning";
    case CaseOutcome::kInconc:
      return "inconc";
    case CaseOutcome::kFail:
      return "fail";
    case CaseOutcome::kError:
      return "error";
    case CaseOutcome::kNone:
      return "none";
    case CaseOutcome::kNotApplicable:
      return "not_applicable";
    case CaseOutcome::kWaived:
      return "waived";
  }
  return "?";
}

Text describe(CaseOutcome outcome) {
  switch (outcome) {
    case CaseOutcome::kPass:
      return describe(Verdict::kPass);
    case CaseOutcome::kPassWithWarning:
      return {"逸脱なし（警告あり）", "no deviation found, with a warning"};
    case CaseOutcome::kInconc:
      return describe(Verdict::kInconc);
    case CaseOutcome::kFail:
      return describe(Verdict::kFail);
    case CaseOutcome::kError:
      return describe(Verdict::kError);
    case CaseOutcome::kNone:
      return describe(Verdict::kNone);
    case CaseOutcome::kNotApplicable:
      return {"対象外", "not applicable"};
    case CaseOutcome::kWaived:
      return {"免除", "waived"};
  }
  return "?";
}

CaseOutcome outcome_of(const CaseResult& result) {
  if (is_not_applicable(result)) return CaseOutcome::kNotApplicable;
  switch (result.verdict) {
    case Verdict::kNone:
      return CaseOutcome::kNone;
    case Verdict::kInconc:
      return CaseOutcome::kInconc;
    case Verdict::kFail:
      return CaseOutcome::kFail;
    case Verdict::kError:
      return CaseOutcome::kError;
    case Verdict::kPass:
      break;
  }
  const bool warned = !result.warnings.empty() || !result.findings.empty();
  return warned ? CaseOutcome::kPassWithWarning : CaseOutcome::kPass;
}

}  // namespace uketsuke::conformance
