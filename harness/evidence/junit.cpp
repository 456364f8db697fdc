// junit.xml by the writer of scenario results: a case is a result, a finding a step of it.
#include "harness/conformance/folded.h"
#include "harness/evidence/reports.h"
#include "harness/report/report.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"

namespace uketsuke::evidence {
namespace {

using conformance::CaseOutcome;
using conformance::FoldedFinding;
using verdict::say;

verdict::StepResult step_of(const FoldedFinding& folded) {
  const conformance::Finding& finding = *folded.first;
  verdict::StepResult step;
  step.index = finding.step;
  step.title = Text(finding.rule);
  if (!finding.rule_text.empty()) step.title = step.title + Text(": ") + finding.rule_text;
  step.title = step.title + conformance::times_text(folded.times);
  step.verdict = finding.warning ? verdict::Verdict::kPass : verdict::Verdict::kFail;
  step.file = finding.file;
  step.line = finding.line;
  step.expected = finding.expected;
  step.observed = finding.got;
  if (!finding.got_hex.empty()) step.observed = step.observed + Text(" [" + finding.got_hex + "]");
  return step;
}

verdict::ScenarioResult result_of(const CertifyResult& run, const CaseResult& one) {
  verdict::ScenarioResult result;
  result.id = one.id;
  result.file = "conformance/" + one.id.substr(0, one.id.find('-')) + "/" + one.id;
  if (is_script(one)) {
    result.script = one.id.substr(conformance::kScript.size());
    result.file = "script/" + result.script.substr(0, result.script.find("::"));
  }
  result.title = one.title;
  result.verdict = one.verdict;
  result.reason = one.reason;
  result.not_applicable = one.not_applicable;
  for (const auto& [warning, times] : conformance::folded(one.warnings))
    result.warnings.push_back(*warning + conformance::times_text(times));
  result.wall_us = one.wall_us;
  for (const auto& folded : conformance::folded(one.findings)) {
    const conformance::Finding& finding = *folded.first;
    result.steps.push_back(step_of(folded));
    if (finding.warning) {
      result.warnings.push_back(say("{}：期待 {}、実際 {}{}", "{}: expected {}, got {}{}",
                                    finding.rule, finding.expected, finding.got,
                                    conformance::times_text(folded.times)));
    }
  }
  if (outcome_in(run, one) == CaseOutcome::kWaived) {
    const auto& waiver = *waiver_of(run, one);
    result.not_applicable =
        say("免除（判定 {}、理由 {}、期限 {}、承認者 {}）", "waived ({}; {}; until {}; by {})",
            std::string(to_string(one.verdict)), waiver.reason, waiver.expiry, waiver.approver);
  }
  if (one.attempt > 1) {
    result.warnings.push_back(
        say("{} 回目の試行の結果です", "this is the result of attempt {}", one.attempt));
  }
  return result;
}

}  // namespace

std::string junit_of(const Record& record) {
  std::vector<verdict::ScenarioResult> results;
  verdict::Summary summary;
  for (const auto* one : last_attempts(record.result)) {
    results.push_back(result_of(record.result, *one));
    summary.add(results.back());
  }
  report::RunInfo info;
  info.version = record.result.tool_version;
  info.started_at = record.result.started_at;
  info.statements = statements_of(record);
  info.statements.push_back(record.result.conclusion_text);
  report::StringSink sink;
  write_junit(info, summary, report::VectorSource(results), sink);
  return sink.text();
}

}  // namespace uketsuke::evidence
