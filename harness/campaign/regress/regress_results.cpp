// A comparison as results of scenarios: for junit.xml and the page of a run.
#include <fmt/format.h>

#include "harness/campaign/regress/regress.h"
#include "harness/verdict/format.h"

namespace uketsuke::campaign {
namespace {

using verdict::say;
using verdict::ScenarioResult;
using verdict::StepResult;
using verdict::Text;
using verdict::Verdict;

constexpr std::size_t kMostLines = 60;

// What differs, a line each: "P3-4 face_reader: - shows consent".
std::vector<Text> lines_of(const RowOutcome& row) {
  std::vector<Text> lines;
  for (const Unmet& unmet : row.unmet)
    lines.push_back(Text(place_of(unmet) + ": ") + unmet.what);
  for (const Difference& difference : row.differences) {
    const std::string head = difference.step.empty() ? "" : difference.step + " ";
    for (const std::string& line : difference.lines)
      lines.push_back(fmt::format("{}{}: {}", head, difference.role, line));
  }
  return lines;
}

Text joined(const std::vector<Text>& lines) {
  Text text;
  for (std::size_t i = 0; i < lines.size() && i < kMostLines; ++i)
    text = text + (i == 0 ? "" : "\n") + lines[i];
  if (lines.size() > kMostLines) {
    text = text + say("\n（ほか {} 行は regress.json にあります）",
                      "\n({} more lines in regress.json)", lines.size() - kMostLines);
  }
  return text;
}

// "new-fail, first at P3-4 (face_reader)".
Text reason_of(const RowOutcome& row) {
  Text text = word_of(row.change);
  if (!row.step.empty()) text = text + say("、最初の相違は {}", ", first at {}", row.step);
  if (row.change == Change::kXpass) {
    return text + say("：known_deviations.yaml の {} を取り除いてください",
                      ": take the entry {} out of known_deviations.yaml", row.deviation);
  }
  if (!row.reason.empty()) return text + Text("：", ": ") + row.reason;
  for (const Difference& difference : row.differences)
    if (difference.step == row.step) return text + say("（{}）", " ({})", difference.role);
  return text;
}

StepResult step_of(const RowOutcome& row, std::size_t index) {
  StepResult step;
  step.index = static_cast<std::uint32_t>(index);
  step.seed_id = row.step;
  step.title = {"リリースの基準との比較", "comparison with the baseline of the release"};
  step.verdict = Verdict::kFail;
  step.expected = {"基準のとおり（- の行）", "as in the baseline (lines with -)"};
  step.observed = joined(lines_of(row));
  return step;
}

void judge(ScenarioResult& result, const RowOutcome& row) {
  if (row.change == Change::kSame) return;
  if (row.change == Change::kXfail) {
    result.not_applicable =
        say("{} {}：{}", "{} {}: {}", word_of(row.change), row.deviation, row.deviation_reason);
    result.verdict = Verdict::kNone;
    return;
  }
  result.not_applicable = {};
  result.verdict = verdict::combine(result.verdict, Verdict::kFail);
  result.reason = reason_of(row);
  if (!row.unmet.empty() || !row.differences.empty())
    result.steps.push_back(step_of(row, result.steps.size()));
}

}  // namespace

std::vector<ScenarioResult> compared_results(const Comparison& comparison,
                                             const std::vector<Ran>& ran) {
  std::vector<ScenarioResult> results;
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    const RowOutcome& row = comparison.rows[i];
    ScenarioResult result;
    if (i < ran.size()) {
      result = ran[i].result;
    } else {
      result.id = row.name;
      result.file = row.file;
      result.release = comparison.release;
    }
    judge(result, row);
    results.push_back(std::move(result));
  }
  if (comparison.errors.empty()) return results;
  ScenarioResult errors;
  errors.id = "regress";
  errors.file = "releases/" + comparison.release;
  errors.release = comparison.release;
  errors.title = {"比較の誤り", "errors of the comparison"};
  errors.verdict = Verdict::kError;
  errors.reason = joined(comparison.errors);
  results.push_back(std::move(errors));
  return results;
}

}  // namespace uketsuke::campaign
