#include "harness/conformance/reception_rows.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using nlohmann::ordered_json;
using verdict::say;
using verdict::ScenarioResult;
using verdict::StepResult;

constexpr const char* kKind = "reception";
constexpr std::size_t kMaxLines = 10'000;
constexpr std::size_t kMaxWarnings = 20;  // of one case

// ---- JSON

ordered_json json_of(const Text& text) { return {{"ja", text.ja}, {"en", text.en}}; }

ordered_json json_of(const StepResult& step) {
  ordered_json json{{"verdict", verdict::to_string(step.verdict)}};
  if (!step.seed_id.empty()) json["seed"] = step.seed_id;
  json["title"] = json_of(step.title);
  if (!step.who.empty()) json["who"] = step.who;
  if (!step.attested_by.empty()) json["attested_by"] = step.attested_by;
  if (!step.file.empty()) json["file"] = step.file;
  json["line"] = step.line;
  if (!step.expected.empty()) json["expected"] = json_of(step.expected);
  if (!step.observed.empty()) json["observed"] = json_of(step.observed);
  json["us"] = step.simulated_us;
  if (!step.wire_tail.empty()) json["wire"] = step.wire_tail;
  return json;
}

ordered_json json_of(const ReceptionRow& row) {
  ordered_json json{{"entry", row.entry}};
  if (!row.left_out.empty()) {
    json["left_out"] = json_of(row.left_out);
    return json;
  }
  const ScenarioResult& result = row.result;
  json["scenario"] = verdict::full_name(result);
  json["file"] = result.file;
  json["title"] = json_of(result.title);
  json["verdict"] = verdict::to_string(result.verdict);
  if (!result.reason.empty()) json["reason"] = json_of(result.reason);
  if (!result.not_applicable.empty()) json["not_applicable"] = json_of(result.not_applicable);
  json["produced_by"] = result.produced_by;
  if (row.bound) json["bound"] = true;
  if (!row.rests_on.empty()) json["rests_on"] = row.rests_on;
  if (!result.assumptions.empty()) json["assumptions"] = result.assumptions;
  json["us"] = result.simulated_us;
  json["steps_planned"] = result.steps_planned;
  json["steps"] = ordered_json::array();
  for (const StepResult& step : result.steps) json["steps"].push_back(json_of(step));
  for (const Text& warning : result.warnings) json["warnings"].push_back(json_of(warning));
  return json;
}

std::string text_at(const ordered_json& json, const char* key) {
  return json.contains(key) ? json.at(key).get<std::string>() : std::string();
}

Text two_at(const ordered_json& json, const char* key) {
  if (!json.contains(key)) return {};
  return {json.at(key).at("ja").get<std::string>(), json.at(key).at("en").get<std::string>()};
}

Verdict verdict_at(const ordered_json& json) {
  const auto verdict = verdict::verdict_from(json.at("verdict").get<std::string>());
  if (!verdict) throw TraceMismatch({"知らない判定がある", "a verdict that nobody knows"});
  return *verdict;
}

StepResult step_of(const ordered_json& json) {
  StepResult step;
  step.verdict = verdict_at(json);
  step.seed_id = text_at(json, "seed");
  step.title = two_at(json, "title");
  step.who = text_at(json, "who");
  step.attested_by = text_at(json, "attested_by");
  step.file = text_at(json, "file");
  step.line = json.at("line").get<std::uint32_t>();
  step.expected = two_at(json, "expected");
  step.observed = two_at(json, "observed");
  step.simulated_us = json.at("us").get<std::uint64_t>();
  if (json.contains("wire")) step.wire_tail = json.at("wire").get<std::vector<std::string>>();
  return step;
}

ReceptionRow row_of(const ordered_json& json) {
  ReceptionRow row;
  row.entry = json.at("entry").get<std::string>();
  row.left_out = two_at(json, "left_out");
  if (!row.left_out.empty()) return row;
  ScenarioResult& result = row.result;
  result.id = json.at("scenario").get<std::string>();
  result.file = text_at(json, "file");
  result.title = two_at(json, "title");
  result.verdict = verdict_at(json);
  result.reason = two_at(json, "reason");
  result.not_applicable = two_at(json, "not_applicable");
  result.produced_by = text_at(json, "produced_by");
  row.bound = json.value("bound", false);
  row.rests_on = text_at(json, "rests_on");
  if (json.contains("assumptions"))
    result.assumptions = json.at("assumptions").get<std::vector<std::string>>();
  result.simulated_us = json.at("us").get<std::uint64_t>();
  result.steps_planned = json.at("steps_planned").get<std::uint32_t>();
  for (const ordered_json& step : json.at("steps")) {
    result.steps.push_back(step_of(step));
    result.steps.back().index = static_cast<std::uint32_t>(result.steps.size() - 1);
  }
  if (json.contains("warnings"))
    for (const ordered_json& warning : json.at("warnings"))
      result.warnings.emplace_back(warning.at("ja").get<std::string>(),
                                   warning.at("en").get<std::string>());
  return row;
}

ReceptionRows rows_of(const std::string& text) {
  if (text.size() > Replay::kMaxBytes)
    throw TraceMismatch({"記録が大きすぎる", "the trace is too large"});
  ReceptionRows rows;
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (line > kMaxLines) throw TraceMismatch({"行が多すぎる", "too many lines"});
    try {
      const ordered_json json = ordered_json::parse(text.substr(begin, end - begin));
      if (line == 0) {
        if (json.at("kind").get<std::string>() != kKind)
          throw TraceMismatch({"受付の流れの記録ではない", "no trace of the reception flow"});
        rows.id = json.at("case").get<std::string>();
      } else {
        rows.rows.push_back(row_of(json));
      }
    } catch (const nlohmann::json::exception&) {
      throw TraceMismatch(say("{} 行目が読めない", "line {} cannot be read", line + 1));
    }
    begin = end + 1;
  }
  if (line == 0) throw TraceMismatch({"記録が空", "the trace is empty"});
  return rows;
}

// ---- the verdict

void add_once(std::vector<std::string>& all, const std::string& one) {
  if (!one.empty() && std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

class Judge {
 public:
  Judge(const Case& of, CaseResult& result) : case_(of), result_(result) {}
  void row(const ReceptionRow& row, std::uint32_t index);
  void finish();

 private:
  void find(const ReceptionRow& row, const StepResult& step, std::uint32_t index);
  void warn(const Text& warning);

  const Case& case_;
  CaseResult& result_;
  std::uint32_t not_applicable_ = 0;
  Text why_not_;
};

void Judge::warn(const Text& warning) {
  const auto same = [&](const Text& known) { return known.en == warning.en; };
  auto& all = result_.warnings;
  if (all.size() < kMaxWarnings && std::none_of(all.begin(), all.end(), same))
    all.push_back(warning);
}

void Judge::find(const ReceptionRow& row, const StepResult& step, std::uint32_t index) {
  Finding finding;
  finding.step = index;
  finding.file = step.file.empty() ? row.result.file : step.file;
  finding.line = step.line;
  finding.rule = step.seed_id.substr(0, step.seed_id.find(' '));
  if (finding.rule.empty() && !case_.rules.empty()) finding.rule = case_.rules.front();
  finding.expected = step.expected;
  finding.got = say("{}：{}：{}", "{}: {}: {}", verdict::full_name(row.result),
                    step.title, step.observed);
  finding.trace_line = index + 2;  // the first line is of the case
  const bool assumed = row.bound && row.rests_on.rfind("A-", 0) == 0;
  finding.warning = case_.warns_only || assumed;
  result_.findings.push_back(std::move(finding));
}

void Judge::row(const ReceptionRow& row, std::uint32_t index) {
  if (!row.left_out.empty()) {
    if (why_not_.empty()) why_not_ = row.left_out;
    return;
  }
  ScenarioResult result = row.result;
  verdict::seal(result);  // never believed to be better than its steps
  if (verdict::is_not_applicable(result)) {
    ++not_applicable_;
    if (why_not_.empty()) why_not_ = result.not_applicable;
    return;
  }
  ++result_.steps_planned;
  if (result.verdict != Verdict::kNone) ++result_.steps_done;
  result_.simulated_us += result.simulated_us;
  for (const std::string& assumption : result.assumptions)
    add_once(result_.assumptions, assumption);
  for (const StepResult& step : result.steps) {
    add_once(result_.attested_by, step.attested_by);
    if (step.verdict == Verdict::kFail) find(row, step, index);
  }
  for (const Text& warning : result.warnings) warn(warning);
  if (result.verdict == Verdict::kFail) {
    // Its findings decide: a deviation, or a warning.
    result_.verdict = combine(result_.verdict, Verdict::kPass);
    return;
  }
  result_.verdict = combine(result_.verdict, result.verdict);
  if (result.verdict <= Verdict::kPass || !result_.reason.empty()) return;
  Text reason = result.reason;
  if (const StepResult* step = verdict::decisive_step(result); reason.empty() && step != nullptr)
    reason = step->observed;
  result_.reason = say("{}：{}", "{}: {}", verdict::full_name(result), reason);
}

void Judge::finish() {
  if (result_.steps_planned == 0) {
    result_.not_applicable = why_not_;
    return seal(result_);
  }
  if (not_applicable_ > 0) {
    warn(say("シナリオ {} 件は対象外：{}", "{} of the scenarios did not apply: {}",
             not_applicable_, why_not_));
  }
  result_.repetitions = {1, result_.verdict == Verdict::kPass ? 1U : 0U, 1};
  seal(result_);
}

}  // namespace

CaseResult judge_reception(const Case& of, const ReceptionRows& rows) {
  CaseResult result;
  result.id = of.id;
  result.title = of.title;
  result.rules = of.rules;
  result.assumptions = of.assumptions;
  Judge judge(of, result);
  std::uint32_t index = 0;
  for (const ReceptionRow& row : rows.rows) judge.row(row, index++);
  judge.finish();
  return result;
}

std::string to_text(const ReceptionRows& rows) {
  std::string text = ordered_json{{"case", rows.id}, {"kind", kKind}}.dump() + "\n";
  const auto replace = ordered_json::error_handler_t::replace;
  for (const ReceptionRow& row : rows.rows)
    text += json_of(row).dump(-1, ' ', false, replace) + "\n";
  return text;
}

CaseResult recompute_reception(const Case& of, const std::string& text) {
  const ReceptionRows rows = rows_of(text);
  if (rows.id != of.id)
    throw TraceMismatch(say("{} の記録で、{} のではない", "the trace is of {}, not of {}", rows.id,
                            of.id));
  std::set<std::string> told;
  for (const ReceptionRow& row : rows.rows) told.insert(row.entry);
  for (const std::string& entry : of.scenarios)
    if (told.count(entry) == 0)
      throw TraceMismatch(say("シナリオ {} が記録にない", "the scenario {} is not in the trace",
                              entry));
  return judge_reception(of, rows);
}

}  // namespace uketsuke::conformance
