#include "harness/certify/scripts.h"

#include <filesystem>
#include <set>

#include "harness/evidence/bundle_folder.h"
#include "harness/evidence/json_value.h"
#include "harness/report/atomic_file.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::certify {
namespace {

using conformance::CaseResult;
using evidence::JsonValue;
using report::ReportError;
using verdict::say;
using verdict::Text;
using verdict::Verdict;

[[noreturn]] void refuse(const Text& text) { throw ReportError(ReportError::Kind::kUsage, text); }

const JsonValue* member(const JsonValue& object, std::string_view key) {
  for (const auto& [name, value] : object.members)
    if (name == key) return &value;
  return nullptr;
}
std::string string_of(const JsonValue& object, std::string_view key) {
  const JsonValue* value = member(object, key);
  return value == nullptr ? std::string() : value->as_string();
}
Text text_of(const JsonValue& object, std::string_view key) {
  const JsonValue* value = member(object, key);
  return value == nullptr ? Text() : value->as_text();
}

Verdict verdict_of(const JsonValue& object) {
  const std::string word = string_of(object, "verdict");
  const auto found = verdict::verdict_from(word);
  if (!found)
    throw evidence::Malformed(say("判定 {} はありません", "no verdict {}", yaml::shortened(word)));
  return *found;
}

std::string without_folders(const std::string& file) {
  return std::filesystem::path(file).filename().string();
}

// "tests/test_p3.py::test_a[b]": file and test.
std::pair<std::string, std::string> parts_of(const std::string& script) {
  const std::size_t end = script.find("::");
  if (end == std::string::npos) return {script, ""};
  return {script.substr(0, end), script.substr(end)};
}

void add_steps(const JsonValue& scenario, CaseResult& one) {
  const JsonValue* steps = member(scenario, "steps");
  if (steps == nullptr) return;
  std::uint32_t index = 0;
  for (const JsonValue& step : steps->as_array()) {
    const Verdict verdict = verdict_of(step);
    if (verdict != Verdict::kNone) ++one.steps_done;
    const Text observed = text_of(step, "observed");
    if (verdict == Verdict::kFail) {
      conformance::Finding finding;
      finding.step = index;
      finding.file = without_folders(string_of(step, "file"));
      if (const JsonValue* line = member(step, "line"))
        finding.line = static_cast<std::uint32_t>(line->as_number(UINT32_MAX));
      finding.rule = one.rules.empty() ? "script" : one.rules.front();
      finding.expected = text_of(step, "expected");
      finding.got = observed;
      one.findings.push_back(std::move(finding));
    } else if (verdict > Verdict::kPass && one.reason.empty()) {
      one.reason = observed;
    }
    ++index;
  }
}

CaseResult case_of(const JsonValue& scenario, const conformance::RuleBook& rules) {
  CaseResult one;
  const auto [file, test] = parts_of(string_of(scenario, "script"));
  one.id = conformance::kScript + without_folders(file) + test;
  one.attested_by = {conformance::kScript + file};
  one.title = text_of(scenario, "title");
  if (const JsonValue* ids = member(scenario, "requirements")) one.rules = ids->as_strings();
  for (const std::string& id : one.rules) {
    if (rules.find(id) != nullptr) continue;
    refuse(say("{}：要件 {} はありません", "{}: there is no requirement {}", one.id,
               yaml::shortened(id)));
  }
  one.mandatory = conformance::is_mandatory(one.rules, rules);
  one.verdict = verdict_of(scenario);
  one.reason = text_of(scenario, "reason");
  one.not_applicable = text_of(scenario, "not_applicable");
  if (const JsonValue* planned = member(scenario, "steps_planned"))
    one.steps_planned = static_cast<std::uint32_t>(planned->as_number(UINT32_MAX));
  if (const JsonValue* warnings = member(scenario, "warnings"))
    for (const JsonValue& warning : warnings->as_array()) one.warnings.push_back(warning.as_text());
  if (const JsonValue* touched = member(scenario, "assumptions"))
    one.assumptions = touched->as_strings();
  if (const JsonValue* us = member(scenario, "simulated_us")) one.simulated_us = us->as_number();
  if (const JsonValue* us = member(scenario, "wall_us")) one.wall_us = us->as_number();
  one.repetitions.passed = one.verdict == Verdict::kPass ? 1 : 0;
  add_steps(scenario, one);
  return one;
}

// Two benches of one test, two files of one name: told apart.
void add(std::vector<CaseResult>& cases, CaseResult one) {
  const auto there = [&](const std::string& id) {
    for (const CaseResult& other : cases)
      if (other.id == id) return true;
    return false;
  };
  const std::string id = one.id;
  for (int number = 2; there(one.id); ++number) one.id = id + "#" + std::to_string(number);
  cases.push_back(std::move(one));
}

void check_reader(const JsonValue& scenario, const std::string& route) {
  const std::string by = string_of(scenario, "produced_by");
  const bool ours = route.rfind("model:", 0) == 0;
  const std::string wanted = "reader=" + route;
  const bool same = ours ? by == "model" : by == wanted || by.rfind(wanted + " ", 0) == 0;
  if (same) return;
  refuse(say("{}：別のリーダーの結果です（{}）。{} の検査には入れられません",
             "{}: of another reader ({}); it says nothing of {}",
             yaml::shortened(string_of(scenario, "script")), yaml::shortened(by), route));
}

}  // namespace

std::vector<CaseResult> script_cases(const std::string& folder, const std::string& route,
                                     const conformance::RuleBook& rules) {
  Text why;
  const auto bytes = evidence::BundleFolder(folder).read(report::kJsonName, why);
  if (!bytes) refuse(say("{}/{}：{}", "{}/{}: {}", folder, std::string(report::kJsonName), why));
  std::vector<CaseResult> cases;
  try {
    const JsonValue all = evidence::parse_json(*bytes);
    if (string_of(all, "format") != "uketsuke-results/1")
      throw evidence::Malformed({"uketsuke の結果ではありません", "no results of uketsuke"});
    const JsonValue* scenarios = member(all, "scenarios");
    if (scenarios == nullptr) throw evidence::Malformed({"項目がありません", "no cases"});
    for (const JsonValue& scenario : scenarios->as_array()) {
      if (string_of(scenario, "attested_by") != "script") continue;
      const bool applies = text_of(scenario, "not_applicable").empty();
      if (applies && string_of(scenario, "produced_by") == "script") continue;  // no bench
      if (applies) check_reader(scenario, route);
      add(cases, case_of(scenario, rules));
    }
  } catch (const evidence::Malformed& malformed) {
    refuse(say("{}：{}", "{}: {}", folder, malformed.text()));
  }
  if (cases.empty())
    refuse(say("{} にスクリプトのケースがありません（pytest --uketsuke-out）",
               "there is no case of a script in {} (pytest --uketsuke-out)", folder));
  return cases;
}

}  // namespace uketsuke::certify
