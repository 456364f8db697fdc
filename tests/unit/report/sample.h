// Results that the tests of the reports share.
#pragma once

#include <vector>

#include "harness/report/report.h"

namespace sample {

using namespace uketsuke;

inline verdict::ScenarioResult passed() {
  verdict::ScenarioResult result;
  result.id = "p3_reception";
  result.file = "scenarios/hospital_flow/p3_reception.yaml";
  result.line = 2;
  result.title = {"受付する", "Reception"};
  result.release = "2024-12";
  result.seed_page = "P3";
  result.steps_planned = 1;
  verdict::StepResult step;
  step.seed_id = "P3-1";
  step.title = {"職員用ボタンを押す", "press the staff button"};
  step.who = "reception_staff";
  step.verdict = verdict::Verdict::kPass;
  result.steps = {step};
  result.verdict = verdict::Verdict::kPass;
  result.wall_us = 1'500'000;
  return result;
}

inline verdict::ScenarioResult failed() {
  auto result = passed();
  result.id = "p3_<refused>";
  result.variant = "aide & family";
  result.verdict = verdict::Verdict::kFail;
  auto& step = result.steps[0];
  step.verdict = verdict::Verdict::kFail;
  step.line = 14;
  step.expected = {"画面 passcode_entry", "screen passcode_entry"};
  step.observed = {"画面 initial のまま", "screen still initial"};
  step.wire_tail = {"usb: PC_to_RDR_XfrBlock bSeq=7 <SELECT>",
                    "usb: RDR_to_PC_DataBlock \"90 00\""};
  result.assumptions = {"A-20", "A-29"};
  result.warnings = {{"遅い", "slow"}};
  result.wall_us = 500'000;
  return result;
}

inline verdict::ScenarioResult inconclusive() {
  auto result = passed();
  result.id = "p4_inconclusive";
  result.verdict = verdict::Verdict::kInconc;
  result.reason = {"操作者がいません", "no operator"};
  return result;
}

inline verdict::ScenarioResult not_applicable() {
  auto result = passed();
  result.id = "p5_pinpad";
  result.file = "scenarios/faults/p5_pinpad.yaml";
  result.steps.clear();
  result.verdict = verdict::Verdict::kNone;
  result.not_applicable = {"reader.pinpad = false", "reader.pinpad = false"};
  return result;
}

inline verdict::ScenarioResult error() {
  auto result = passed();
  result.id = "broken";
  result.file = "scenarios/faults/broken.yaml";
  result.verdict = verdict::Verdict::kError;
  result.reason = {"ワーカーが落ちました", "the worker died"};
  return result;
}

inline std::vector<verdict::ScenarioResult> all() {
  return {passed(), failed(), inconclusive(), not_applicable(), error()};
}

inline verdict::Summary summary_of(const std::vector<verdict::ScenarioResult>& results) {
  verdict::Summary summary;
  for (const auto& result : results) summary.add(result);
  return summary;
}

using Writer = void (*)(const report::RunInfo&, const verdict::Summary&,
                        const report::ResultSource&, report::Sink&);

inline std::string write(Writer writer, const std::vector<verdict::ScenarioResult>& results) {
  report::RunInfo info;
  info.version = "1.2.3";
  info.started_at = "2026-01-31T12:00:00Z";
  info.paths = {"scenarios"};
  report::StringSink sink;
  writer(info, summary_of(results), report::VectorSource(results), sink);
  return sink.text();
}

}  // namespace sample
