#include "harness/certify/scripts.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
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

const Text kApart{"この機器の結果ではない：", "not of this device: "};

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

// What its rules say, and how much it counts by them.
void weigh(CaseResult& one, const conformance::RuleBook& rules) {
  for (const std::string& id : one.rules) {
    if (rules.find(id) != nullptr) continue;
    refuse(say("{}：要件 {} はありません", "{}: there is no requirement {}", one.id,
               yaml::shortened(id)));
  }
  one.mandatory = conformance::is_mandatory(one.rules, rules);
  for (conformance::Finding& finding : one.findings) {
    const conformance::Rule* rule = rules.find(finding.rule);
    if (rule != nullptr) finding.rule_text = rule->text;
  }
}

// Cards and panels that a program played, of "model panel=script:The robot card=script:Counts".
void add_players(const std::string& produced_by, std::vector<std::string>& attested_by) {
  std::set<std::size_t> begins{produced_by.size()};
  for (const char* role : {" panel=", " card="})
    for (auto at = produced_by.find(role); at != std::string::npos;
         at = produced_by.find(role, at + 1))
      begins.insert(at);
  for (auto at = begins.begin(); std::next(at) != begins.end(); ++at) {
    const std::string part = produced_by.substr(*at + 1, *std::next(at) - *at - 1);
    if (part.find("=" + conformance::kScript) != std::string::npos) attested_by.push_back(part);
  }
}

CaseResult case_of(const JsonValue& scenario) {
  CaseResult one;
  const auto [file, test] = parts_of(string_of(scenario, "script"));
  one.id = conformance::kScript + without_folders(file) + test;
  one.attested_by = {conformance::kScript + file};
  add_players(string_of(scenario, "produced_by"), one.attested_by);
  one.title = text_of(scenario, "title");
  if (const JsonValue* ids = member(scenario, "requirements")) one.rules = ids->as_strings();
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

// "model card=script:Counts" and "reader=usb:1209:0001 panel=operator" come apart at blanks; what a
// route is called may have some.
bool names_route(const std::string& produced_by, const std::string& route) {
  const std::string wanted = "reader=" + route;
  return produced_by == wanted || produced_by.rfind(wanted + " ", 0) == 0;
}

// "1209:0001:0100:SERIAL" without its serial number, which is for nobody else.
std::string shown(const std::string& reader) {
  constexpr std::size_t kIds = 14;
  return yaml::shortened(reader.rfind("model:", 0) == 0 ? reader : reader.substr(0, kIds));
}

// Why a result is not of the reader that is certified; empty: it is. Cards and panels that a script
// plays stand at the reader and are none.
Text not_of(const conformance::ReaderIdentity& certified, const JsonValue& scenario) {
  const std::string& route = certified.route;
  const std::string by = string_of(scenario, "produced_by");
  const std::string reader = string_of(scenario, "reader");
  const bool was_model = by == "model" || by.rfind("model ", 0) == 0;
  if (was_model || route.rfind("model:", 0) == 0 || route.rfind("mutant:", 0) == 0) {
    if (!reader.empty() && reader == route) return {};
    if (!reader.empty()) return say("{} の結果", "a result of {}", shown(reader));
    return say("どのリーダーの結果か書かれていない（{}）。pytest をこの版でもう一度実行する",
               "it does not say of which reader ({}): run pytest again, with this version",
               yaml::shortened(by));
  }
  const bool same_route = names_route(by, route);
  if (reader.empty()) {  // its route does not tell, or the reader never came
    return same_route ? Text() : say("{} の結果", "a result of {}", yaml::shortened(by));
  }
  const std::string ids = fmt::format("{:04x}:{:04x}:{:04x}", certified.vendor_id,
                                      certified.product_id, certified.bcd_device);
  const bool same_kind = reader.rfind(ids, 0) == 0 &&
                         (reader.size() == ids.size() || reader[ids.size()] == ':');
  if (!same_kind) return say("{} の結果（これは {}）", "a result of {} (this is {})", shown(reader), ids);
  const bool tells_serial = reader.size() > ids.size() && !certified.serial.empty();
  const bool same = tells_serial ? reader.substr(ids.size() + 1) == certified.serial : same_route;
  if (same) return {};
  return tells_serial ? Text("シリアル番号が違う", "the serial number is another one")
                      : say("別の経路のリーダーの結果（{}）", "of a reader on another route ({})",
                            yaml::shortened(by));
}

// Listed, and no more: what another device did says nothing of this one.
void set_apart(CaseResult& one, const Text& why, const conformance::RuleBook& rules) {
  CaseResult listed;
  listed.id = one.id;
  listed.title = one.title;
  listed.attested_by = one.attested_by;
  for (const std::string& id : one.rules)
    if (rules.find(id) != nullptr) listed.rules.push_back(id);
  listed.mandatory = conformance::is_mandatory(listed.rules, rules);
  listed.not_applicable = kApart + why;
  one = std::move(listed);
}

}  // namespace

bool is_of_another_device(const CaseResult& one) {
  return is_script(one) && one.not_applicable.en.rfind(kApart.en, 0) == 0;
}

std::vector<CaseResult> script_cases(const std::string& folder,
                                     const conformance::ReaderIdentity& reader,
                                     const conformance::RuleBook& rules) {
  Text why;
  if (!std::filesystem::is_directory(folder)) {
    refuse(say("--scripts：{} はフォルダーではありません（pytest --uketsuke-out のフォルダー）",
               "--scripts: {} is no folder (the folder of pytest --uketsuke-out)", folder));
  }
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
      CaseResult one = case_of(scenario);
      const bool had_bench = string_of(scenario, "produced_by") != "script";
      // Without a bench no reader did well; what broke before there was one is not left out.
      if (!had_bench && one.verdict == Verdict::kPass) continue;
      const Text apart = had_bench ? not_of(reader, scenario) : Text();
      if (apart.empty()) {
        weigh(one, rules);
      } else {
        set_apart(one, apart, rules);
      }
      add(cases, std::move(one));
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
