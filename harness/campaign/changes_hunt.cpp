#include "harness/campaign/changes_hunt.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/bench/director.h"
#include "harness/bench/world_config.h"
#include "harness/campaign/regress_record.h"

namespace uketsuke::campaign {
namespace {

Ran run_row(const bench::Assets& assets, const scenario::Scenario& scenario,
            const std::function<void(bench::WorldConfig&)>& amend) {
  bench::RunSettings settings;
  settings.amend = amend;
  Recorder recorder(scenario, assets.catalog);
  recorder.attach(settings);
  Ran ran;
  ran.result = bench::run_scenario(assets, scenario, settings);
  ran.behaviour = recorder.take(ran.result);
  return ran;
}

// The step of a scenario that stands at a line of its file.
std::string step_at(const scenario::Scenario& scenario, int line) {
  std::string label = "desk";
  for (const scenario::Step& step : scenario.steps) {
    if (step.place.line > line) break;
    label = step.ids.empty() ? "step" : fmt::format("{}", fmt::join(step.ids, " "));
  }
  return label;
}

// What only the face-auth reader has does not matter on a desk without one.
bool concerns(const SeededChange& change, const scenario::Scenario& scenario) {
  const bool of_face_reader = change.field.rfind("panel/", 0) == 0 ||
                              change.field.find("/face_reader/") != std::string::npos;
  return !of_face_reader || scenario.bench.reader != "generic";
}

}  // namespace

Hunt::Hunt(std::shared_ptr<const bench::Assets> assets, const std::vector<std::string>& files,
           const std::string& release, SeedExpectations typed)
    : assets_(std::move(assets)), release_(release) {
  pinned_.release = release;
  pinned_.expectations = std::move(typed);
  std::vector<Ran> all;
  for (const std::string& file : files) {
    for (scenario::Scenario& scenario : scenario::load_or_throw(file, assets_->catalog)) {
      if (!bench::not_of_release(scenario, release).empty()) continue;
      scenario.bench.release = release;
      Ran ran = run_row(*assets_, scenario, {});
      if (ran.result.verdict != verdict::Verdict::kPass) {
        failing_.push_back(ran.behaviour.name);
        continue;
      }
      scenarios_.push_back({std::move(scenario), ran.result.journal_digest});
      all.push_back(std::move(ran));
    }
  }
  pinned_.baseline = baseline_of(release, all);
  pinned_.has_baseline = true;
  for (std::size_t i = 0; i < scenarios_.size(); ++i) order_.push_back(i);
}

std::optional<Noticed> Hunt::difference(const RowOutcome& outcome) const {
  if (outcome.change == Change::kSame) return std::nullopt;
  Noticed noticed{outcome.name, outcome.step, "verdict"};
  if (!outcome.unmet.empty()) {
    noticed.role = "seed " + outcome.unmet.front().row;
  } else if (!outcome.differences.empty()) {
    noticed.role = outcome.differences.front().role;
  }
  return noticed;
}

std::optional<Noticed> Hunt::try_row(std::size_t row, const SeededChange& change,
                                     const bench::Assets& assets) {
  // Screens are no part of the journal: only worlds can be told by its digest.
  const Ran ran = run_row(assets, scenarios_[row].scenario, change.on_world);
  if (!change.on_assets && ran.result.journal_digest == scenarios_[row].digest &&
      ran.result.verdict == verdict::Verdict::kPass)
    return std::nullopt;
  return difference(compare_row(pinned_, ran));
}

// Scenarios are loaded anew: one that no longer loads notices the change, too.
std::optional<Noticed> Hunt::try_assets(const SeededChange& change) {
  auto changed = std::make_shared<bench::Assets>(*assets_);
  change.on_assets(*changed);
  std::map<std::string, scenario::LoadResult> loaded;
  for (std::size_t k = 0; k < order_.size(); ++k) {
    Row& row = scenarios_[order_[k]];
    const auto [entry, is_new] = loaded.try_emplace(row.scenario.file);
    if (is_new) entry->second = scenario::load(row.scenario.file, changed->catalog);
    std::optional<Noticed> noticed;
    if (!entry->second.ok()) {
      const int line = entry->second.errors.front().mark.line;
      noticed = Noticed{row.scenario.name(), step_at(row.scenario, line), "does not load"};
    } else {
      scenario::Scenario original = std::move(row.scenario);
      for (scenario::Scenario& scenario : entry->second.scenarios)
        if (scenario.row == original.row) row.scenario = scenario;
      row.scenario.bench.release = release_;
      noticed = try_row(order_[k], change, *changed);
      row.scenario = std::move(original);
    }
    if (!noticed) continue;
    std::rotate(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(k),
                order_.begin() + static_cast<std::ptrdiff_t>(k) + 1);
    return noticed;
  }
  return std::nullopt;
}

std::optional<Noticed> Hunt::hunt_together(const std::vector<SeededChange>& changes) {
  SeededChange all{"all", "together", {}, {}};
  all.on_assets = [&](bench::Assets& assets) {
    for (const SeededChange& change : changes)
      if (change.on_assets) change.on_assets(assets);
  };
  all.on_world = [&](bench::WorldConfig& config) {
    for (const SeededChange& change : changes)
      if (change.on_world) change.on_world(config);
  };
  return hunt(all);
}

std::optional<Noticed> Hunt::hunt(const SeededChange& change) {
  if (change.on_assets) return try_assets(change);
  for (std::size_t k = 0; k < order_.size(); ++k) {
    if (!concerns(change, scenarios_[order_[k]].scenario)) continue;
    const auto noticed = try_row(order_[k], change, *assets_);
    if (!noticed) continue;
    std::rotate(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(k),
                order_.begin() + static_cast<std::ptrdiff_t>(k) + 1);
    return noticed;
  }
  return std::nullopt;
}

}  // namespace uketsuke::campaign
