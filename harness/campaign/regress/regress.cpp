#include "harness/campaign/regress/regress.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "harness/verdict/format.h"

namespace uketsuke::campaign {
namespace {

using verdict::say;
using verdict::Text;

bool passed(const Behaviour& behaviour) { return behaviour.verdict == "pass"; }

// It did not load, or ended before its first step.
bool did_nothing(const Behaviour& behaviour) {
  return !passed(behaviour) && behaviour.steps.empty();
}

// Files of scenarios that did not load: nobody knows which rows are in them.
std::set<std::string> unloaded(const std::vector<Ran>& ran) {
  std::set<std::string> files;
  for (const Ran& row : ran)
    if (row.result.verdict == verdict::Verdict::kError && row.behaviour.steps.empty() &&
        row.result.variant.empty())
      files.insert(row.behaviour.file);
  return files;
}

const KnownDeviation* deviation_of(const Pinned& pinned, const Behaviour& behaviour) {
  for (const KnownDeviation& deviation : pinned.deviations)
    if (deviation.covers(behaviour)) return &deviation;
  return nullptr;
}

Text reason_of(const verdict::ScenarioResult& result) {
  if (!result.reason.empty()) return result.reason;
  const verdict::StepResult* step = verdict::decisive_step(result);
  if (step == nullptr) return {};
  return {
      fmt::format("{} 期待：{}、実際：{}", step->title.ja, step->expected.ja, step->observed.ja),
      fmt::format("{}; expected: {}; observed: {}", step->title.en, step->expected.en,
                  step->observed.en)};
}

std::string deviating_step(const Ran& ran) {
  const verdict::StepResult* step = verdict::decisive_step(ran.result);
  if (step == nullptr || ran.behaviour.steps.empty()) return {};
  const std::size_t index = std::min<std::size_t>(step->index + 1, ran.behaviour.steps.size() - 1);
  return ran.behaviour.steps[index].label;
}

// The step to look at first: the earliest where typed expectations, lines or the verdict go wrong.
std::string first_step(const RowOutcome& row, const Ran& ran) {
  std::vector<std::string> candidates;
  for (const Unmet& unmet : row.unmet) candidates.push_back(unmet.step);
  for (const Difference& difference : row.differences) candidates.push_back(difference.step);
  for (const StepBehaviour& step : ran.behaviour.steps)
    if (std::find(candidates.begin(), candidates.end(), step.label) != candidates.end())
      return step.label;
  for (const std::string& step : candidates)
    if (!step.empty()) return step;
  return deviating_step(ran);
}

Change change_of(const RowOutcome& row, const Behaviour* before, const Behaviour& now,
                 const KnownDeviation* deviation) {
  const bool good = passed(now) && row.unmet.empty();
  // What could not be judged is no deviation, known or not.
  const bool judged = now.verdict == "pass" || now.verdict == "fail";
  if (deviation != nullptr && judged) return good ? Change::kXpass : Change::kXfail;
  if (!good) return Change::kNewFail;
  if (before == nullptr) return Change::kNew;
  if (!passed(*before)) return Change::kFixed;
  return row.differences.empty() ? Change::kSame : Change::kNewFail;
}

// Names of what was run, rows and whole scenarios, those of files that did not load included.
std::set<std::string> scenarios_of(const Pinned& pinned, const std::vector<Ran>& ran) {
  std::set<std::string> scenarios;
  for (const Ran& row : ran) {
    scenarios.insert(row.result.id);
    scenarios.insert(row.behaviour.name);
  }
  const std::set<std::string> broken = unloaded(ran);
  for (const Behaviour& before : pinned.baseline.rows) {
    if (broken.count(before.file) == 0) continue;
    scenarios.insert(before.name.substr(0, before.name.find('[')));
    scenarios.insert(before.name);
  }
  return scenarios;
}

void check_files(const Pinned& pinned, const std::vector<Ran>& ran, bool complete,
                 const std::string& today, Comparison& comparison) {
  const std::set<std::string> scenarios = scenarios_of(pinned, ran);
  for (const KnownDeviation& deviation : pinned.deviations) {
    if (deviation.expires < today) {
      comparison.errors.push_back(
          {fmt::format("既知の逸脱 {} の期限切れ ({})", deviation.id, deviation.expires),
           fmt::format("known deviation {} has expired ({})", deviation.id, deviation.expires)});
    }
    if (complete && scenarios.count(deviation.scenario) == 0) {
      comparison.errors.push_back(
          {fmt::format("既知の逸脱 {}：シナリオ {} がない", deviation.id, deviation.scenario),
           fmt::format("known deviation {}: no scenario {}", deviation.id, deviation.scenario)});
    }
  }
  if (!complete) return;
  const auto check = [&](const std::string& row, const std::string& scenario) {
    if (scenarios.count(scenario) != 0) return;
    comparison.errors.push_back(
        {fmt::format("シードの期待 {}：シナリオ {} がない", row, scenario),
         fmt::format("expectation {} of the seed: no scenario {}", row, scenario)});
  };
  for (const SeedExpectation& wanted : pinned.expectations.rows) check(wanted.row, wanted.scenario);
  for (const HappyPath& path : pinned.expectations.happy_paths) check("happy_paths", path.scenario);
}

void find_missing(const Pinned& pinned, const scenario::Requirements& requirements,
                  Comparison& comparison) {
  std::set<std::string> typed;
  for (const SeedExpectation& wanted : pinned.expectations.rows) {
    typed.insert(wanted.row);
    if (requirements.find(wanted.row) != nullptr) continue;
    comparison.errors.push_back(
        {"シードにない行：" + wanted.row, "no row of the seed: " + wanted.row});
  }
  for (const scenario::Requirement& row : requirements.rows)
    if (row.not_tested.empty() && typed.count(row.id) == 0) comparison.missing.push_back(row.id);
}

}  // namespace

std::string_view to_string(Change change) {
  switch (change) {
    case Change::kSame:
      return "same";
    case Change::kNewFail:
      return "new-fail";
    case Change::kFixed:
      return "fixed";
    case Change::kNew:
      return "new";
    case Change::kGone:
      return "gone";
    case Change::kXfail:
      return "xfail";
    case Change::kXpass:
      return "xpass";
  }
  return "?";
}

Text describe(Change change) {
  switch (change) {
    case Change::kSame:
      return {"基準と同じ", "same as the baseline"};
    case Change::kNewFail:
      return {"基準と異なるか逸脱", "differs from the baseline, or deviates"};
    case Change::kFixed:
      return {"逸脱の解消", "deviates no more"};
    case Change::kNew:
      return {"基準にない", "not in the baseline"};
    case Change::kGone:
      return {"基準にしかない", "only in the baseline"};
    case Change::kXfail:
      return {"既知の逸脱", "known deviation"};
    case Change::kXpass:
      return {"既知の逸脱のはずが逸脱なし", "known deviation that does not show"};
  }
  return {};
}

Text word_of(Change change) {
  const std::string word(to_string(change));
  return {word + "（" + describe(change).ja + "）", word};
}

const Text& pin_statement() {
  static const Text text{
      "シードに対する当方のモデルを固定するもので、厚生労働省のシステムを固定するものではありません"
      "。",
      "This pins our model of the seed, not the ministry's system."};
  return text;
}

std::string baseline_path(const std::string& folder) { return folder + "/baseline.txt"; }

std::string expectations_path(const std::string& folder) {
  return folder + "/seed_expectations.yaml";
}
std::string deviations_path(const std::string& folder) { return folder + "/known_deviations.yaml"; }

Pinned load_pinned(const std::string& folder, const std::string& release) {
  Pinned pinned;
  pinned.release = release;
  if (const std::string path = expectations_path(folder); std::filesystem::exists(path))
    pinned.expectations = load_seed_expectations(path);
  pinned.deviations = load_known_deviations(deviations_path(folder));
  std::ifstream file(baseline_path(folder), std::ios::binary);
  std::stringstream text;
  if (file) text << file.rdbuf();
  if (!file || text.fail()) {
    std::error_code error;
    const auto there = std::filesystem::symlink_status(baseline_path(folder), error).type();
    if (there == std::filesystem::file_type::not_found) return pinned;
    throw BaselineError("cannot be read");
  }
  pinned.baseline = parse_baseline(text.str());
  if (pinned.baseline.release != release)
    throw BaselineError("of release " + pinned.baseline.release + ", not " + release);
  pinned.has_baseline = true;
  return pinned;
}

std::size_t Comparison::count(Change change) const {
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [&](const RowOutcome& row) { return row.change == change; }));
}

bool Comparison::differs() const {
  return std::any_of(rows.begin(), rows.end(), [](const RowOutcome& row) { return !row.stands(); });
}

RowOutcome compare_row(const Pinned& pinned, const Ran& ran) {
  const Behaviour& now = ran.behaviour;
  const Behaviour* before = pinned.baseline.find(now.name);
  const KnownDeviation* deviation = deviation_of(pinned, now);
  RowOutcome row;
  row.name = now.name;
  row.file = now.file;
  row.verdict_now = now.verdict;
  if (before != nullptr) {
    row.verdict_before = before->verdict;
    if (!did_nothing(now)) row.differences = differences(*before, pinned.baseline.words, now);
  }
  if (!did_nothing(now)) row.unmet = unmet(pinned.expectations, now);
  if (!passed(now)) {  // it ended early: steps after that are not missing
    const auto never_reached = [](const Unmet& unmet) { return unmet.no_step; };
    row.unmet.erase(std::remove_if(row.unmet.begin(), row.unmet.end(), never_reached),
                    row.unmet.end());
  }
  if (deviation != nullptr) {
    row.deviation = deviation->id;
    row.deviation_reason = deviation->reason;
  }
  row.change = change_of(row, before, now, deviation);
  if (!passed(now)) row.reason = reason_of(ran.result);
  row.step = first_step(row, ran);
  return row;
}

Comparison compare(const Pinned& pinned, const std::vector<Ran>& ran,
                   const scenario::Requirements& requirements, bool complete,
                   const std::string& today) {
  Comparison comparison;
  comparison.release = pinned.release;
  comparison.complete = complete;
  std::set<std::string> names;
  for (const Ran& row : ran) {
    comparison.rows.push_back(compare_row(pinned, row));
    if (!names.insert(row.behaviour.name).second) {
      comparison.errors.push_back({"同じ名前のシナリオが二つある：" + row.behaviour.name,
                                   "two scenarios of one name: " + row.behaviour.name});
    }
  }
  const std::set<std::string> broken = unloaded(ran);
  if (complete) {
    for (const Behaviour& before : pinned.baseline.rows) {
      if (names.count(before.name) != 0 || broken.count(before.file) != 0) continue;
      RowOutcome row;
      row.name = before.name;
      row.file = before.file;
      row.change = Change::kGone;
      row.verdict_before = before.verdict;
      comparison.rows.push_back(std::move(row));
    }
  }
  check_files(pinned, ran, complete, today, comparison);
  find_missing(pinned, requirements, comparison);
  return comparison;
}

std::vector<Text> reasons_against(const Comparison& comparison, const std::vector<Ran>& ran) {
  std::vector<Text> reasons = comparison.errors;
  if (!comparison.complete) {
    reasons.push_back({"一部のシナリオだけを実行した", "only some of the scenarios were run"});
  }
  if (!comparison.missing.empty()) {
    reasons.push_back(say("手で書き写した期待がないシードの行：{}",
                          "rows of the seed without a hand-written expectation: {}",
                          shortly(comparison.missing)));
  }
  std::map<std::string, const RowOutcome*> outcomes;
  for (const RowOutcome& row : comparison.rows) outcomes.emplace(row.name, &row);
  for (const Ran& row : ran) {
    const RowOutcome& outcome = *outcomes.at(row.behaviour.name);
    if (outcome.change == Change::kXfail) continue;
    if (outcome.change == Change::kXpass) {
      reasons.push_back(say("{}：既知の逸脱はもうないので {} を取り除く",
                            "{}: no longer deviates, take the entry {} away", outcome.name,
                            outcome.deviation));
    } else if (!outcome.unmet.empty()) {
      const Unmet& first = outcome.unmet.front();
      reasons.push_back(
          say("{} {}：{}", "{} {}: {}", outcome.name, place_of(first), first.what));
    } else if (!passed(row.behaviour)) {
      reasons.push_back({fmt::format("{}：{}", outcome.name, outcome.verdict_now),
                         fmt::format("{}: {}", outcome.name, outcome.verdict_now)});
    }
  }
  return reasons;
}

Baseline baseline_of(const std::string& release, const std::vector<Ran>& ran) {
  Baseline baseline;
  baseline.release = release;
  for (const Ran& row : ran) {
    baseline.rows.push_back(row.behaviour);
    baseline.words.insert(row.behaviour.words.begin(), row.behaviour.words.end());
    baseline.rows.back().words.clear();
  }
  return baseline;
}

}  // namespace uketsuke::campaign
