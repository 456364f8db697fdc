#include "harness/conformance/certify_result.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

bool may_be_waived(CaseOutcome outcome) {
  return outcome == CaseOutcome::kFail || outcome == CaseOutcome::kInconc ||
         outcome == CaseOutcome::kError || outcome == CaseOutcome::kNone;
}

bool was_ever_worse(const CertifyResult& result, const CaseResult& than) {
  return std::any_of(result.cases.begin(), result.cases.end(), [&](const CaseResult& other) {
    return other.id == than.id && other.attempt < than.attempt && !is_not_applicable(other) &&
           other.verdict != Verdict::kPass;
  });
}

// What is open or done among the mandatory cases.
struct Mandatory {
  std::uint64_t judged = 0, failed = 0, open = 0, waived = 0;
};

Mandatory mandatory_of(const CertifyResult& result) {
  Mandatory count;
  for (const auto* last : last_attempts(result)) {
    if (!last->mandatory) continue;
    switch (outcome_in(result, *last)) {
      case CaseOutcome::kPass:
      case CaseOutcome::kPassWithWarning:
        // A script that found nothing is no ground for a conclusion.
        if (!is_script(*last)) ++count.judged;
        break;
      case CaseOutcome::kWaived:
        ++count.waived;
        break;
      case CaseOutcome::kFail:
        ++count.failed;
        break;
      case CaseOutcome::kInconc:
      case CaseOutcome::kError:
      case CaseOutcome::kNone:
        ++count.open;
        break;
      case CaseOutcome::kNotApplicable:
        break;
    }
  }
  return count;
}

// Of the catalogue.
std::size_t cases_of(const CertifyResult& result) {
  const auto last = last_attempts(result);
  return static_cast<std::size_t>(
      std::count_if(last.begin(), last.end(),
                    [](const CaseResult* one) {
                      return one->id != kClaimsCase && !is_script(*one);
                    }));
}

// Two attempts of the same number, or of a case whose name is empty: nobody knows which counts.
bool is_ambiguous(const CertifyResult& result) {
  std::set<std::pair<std::string, std::uint32_t>> seen;
  return std::any_of(result.cases.begin(), result.cases.end(), [&](const CaseResult& one) {
    return one.id.empty() || !seen.emplace(one.id, one.attempt).second;
  });
}

}  // namespace

bool operator==(const Totals& left, const Totals& right) {
  return left.of == right.of && left.warnings == right.warnings &&
         left.attempts == right.attempts && left.cases == right.cases;
}

std::string_view to_string(Conclusion conclusion) {
  switch (conclusion) {
    case Conclusion::kNoDeviation:
      return "no_deviation";
    case Conclusion::kNoDeviationInPart:
      return "no_deviation_in_part";
    case Conclusion::kDeviation:
      return "deviation";
    case Conclusion::kOpen:
      return "open";
    case Conclusion::kNothing:
      return "nothing";
  }
  return "?";
}

std::vector<const CaseResult*> last_attempts(const CertifyResult& result) {
  std::vector<const CaseResult*> last;
  std::unordered_map<std::string, std::size_t> place;
  for (const auto& one : result.cases) {
    const auto [entry, is_new] = place.emplace(one.id, last.size());
    if (is_new) {
      last.push_back(&one);
    } else if (auto& kept = last[entry->second]; kept->attempt < one.attempt) {
      kept = &one;
    }
  }
  return last;
}

const Waiver* waiver_of(const CertifyResult& result, const CaseResult& of) {
  const auto found = std::find_if(result.waivers.begin(), result.waivers.end(),
                                  [&](const Waiver& waiver) { return waiver.id == of.id; });
  return found == result.waivers.end() ? nullptr : &*found;
}

CaseOutcome outcome_in(const CertifyResult& result, const CaseResult& of) {
  const auto outcome = outcome_of(of);
  if (may_be_waived(outcome) && waiver_of(result, of) != nullptr) return CaseOutcome::kWaived;
  if (outcome == CaseOutcome::kPass && was_ever_worse(result, of))
    return CaseOutcome::kPassWithWarning;
  return outcome;
}

Totals totals_of(const CertifyResult& result) {
  Totals totals;
  for (const auto outcome : kAllCaseOutcomes) totals.of[outcome] = 0;
  for (const auto* last : last_attempts(result)) {
    ++totals.of[outcome_in(result, *last)];
    ++totals.cases;
    totals.warnings += last->warnings.size();
    if (last->verdict == Verdict::kPass && was_ever_worse(result, *last)) ++totals.warnings;
    for (const auto& finding : last->findings) totals.warnings += finding.warning ? 1 : 0;
  }
  totals.attempts = result.cases.size();
  return totals;
}

Conclusion conclusion_of(const CertifyResult& result) {
  const auto count = mandatory_of(result);
  if (count.failed != 0) return Conclusion::kDeviation;
  if (count.open != 0 || is_ambiguous(result)) return Conclusion::kOpen;
  if (count.judged == 0) return Conclusion::kNothing;
  const auto cases = cases_of(result);
  const bool whole = cases != 0 && cases == result.catalogue.cases && !result.interrupted;
  return whole ? Conclusion::kNoDeviation : Conclusion::kNoDeviationInPart;
}

Text describe(Conclusion conclusion, const CertifyResult& result) {
  const auto count = mandatory_of(result);
  Text text;
  switch (conclusion) {
    case Conclusion::kNoDeviation:
      text = {"適用される必須項目について逸脱は見つかりませんでした",
              "No deviation found among the applicable mandatory cases"};
      break;
    case Conclusion::kNoDeviationInPart:
      text =
          say("実施した{}項目（全{}項目）の必須項目について逸脱は見つかりませんでした。"
              "残りの項目については何も言えません",
              "No deviation found among the mandatory ones of the {} cases that were run, of "
              "{} in the catalogue; this says nothing of the others",
              cases_of(result), result.catalogue.cases);
      break;
    case Conclusion::kDeviation:
      text = say("必須項目{}件に逸脱が見つかりました", "Deviations found; mandatory cases that deviate: {}",
                 count.failed);
      break;
    case Conclusion::kOpen:
      if (is_ambiguous(result)) {
        return {"同じ項目の同じ回の結果が二つあるため、結論はありません",
                "No conclusion: there are two results of one attempt of a case"};
      }
      text = say("必須項目{}件が判定されていないため、結論はありません",
                 "No conclusion; mandatory cases that could not be judged: {}", count.open);
      break;
    case Conclusion::kNothing:
      return {"必須項目が一つも判定されていないため、結論はありません",
              "No conclusion: not one mandatory case was judged"};
  }
  const auto last = last_attempts(result);
  const auto scripts = std::count_if(last.begin(), last.end(), [](const CaseResult* one) {
    return is_script(*one) && !is_not_applicable(*one);
  });
  if (scripts != 0) {
    text = text + say("（スクリプトの証言による{}件は判定を計算し直せない）",
                      " (attested by script, and not to be computed again: {})", scripts);
  }
  if (count.waived != 0) {
    text = text + say("（ほかに免除{}件：理由・期限・承認者は下記）",
                      " (besides {} waived: reason, expiry and approver are below)", count.waived);
  }
  return text;
}

void seal(CertifyResult& result) {
  for (auto& one : result.cases) seal(one);
  result.totals = totals_of(result);
  result.conclusion = conclusion_of(result);
  result.conclusion_text = describe(result.conclusion, result);
}

verdict::ExitCode exit_code(const CertifyResult& result) {
  const auto totals = totals_of(result);
  const auto count = [&](CaseOutcome outcome) { return totals.of.at(outcome); };
  if (totals.cases == 0 && !result.interrupted) return verdict::kExitUsage;
  if (count(CaseOutcome::kError) != 0 || count(CaseOutcome::kNone) != 0 || result.interrupted ||
      is_ambiguous(result)) {
    return verdict::kExitError;
  }
  if (count(CaseOutcome::kFail) != 0) return verdict::kExitFail;
  const auto judged = count(CaseOutcome::kPass) + count(CaseOutcome::kPassWithWarning);
  if (count(CaseOutcome::kInconc) != 0 || judged == 0) return verdict::kExitInconclusive;
  return verdict::kExitPass;
}

std::vector<std::string> assumptions_of(const CertifyResult& result) {
  std::set<std::string> names;
  for (const auto& one : result.cases) {
    names.insert(one.assumptions.begin(), one.assumptions.end());
  }
  return {names.begin(), names.end()};
}

}  // namespace uketsuke::conformance
