#include "tests/sim/flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace uketsuke::flow {
namespace {

const std::string kData = std::string(UKETSUKE_SOURCE_DIR) + "/scenarios";

std::vector<scenario::Scenario> load_all() {
  std::vector<std::string> files;
  for (const char* folder : {"/hospital_flow", "/faults"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kData + folder))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  std::vector<scenario::Scenario> all;
  for (const std::string& file : files)
    for (scenario::Scenario& row : scenario::load_or_throw(file, assets().catalog))
      all.push_back(std::move(row));
  if (all.empty()) throw std::runtime_error("no scenarios of the hospital flow");
  return all;
}

}  // namespace

const bench::Assets& assets() {
  static const std::shared_ptr<const bench::Assets> kAssets = bench::load_assets(kData);
  return *kAssets;
}

const std::vector<scenario::Scenario>& scenarios() {
  static const std::vector<scenario::Scenario> kAll = load_all();
  return kAll;
}

bool is_wrong_turn(const scenario::Scenario& scenario) {
  return std::find(scenario.tags.begin(), scenario.tags.end(), "wrong_turn") != scenario.tags.end();
}

const scenario::Scenario& scenario_named(const std::string& id, int row) {
  for (const scenario::Scenario& scenario : scenarios())
    if (scenario.id == id && (row == 0 || scenario.row == row)) return scenario;
  throw std::runtime_error(fmt::format("no scenario {} with row {}", id, row));
}

verdict::ScenarioResult run(const scenario::Scenario& scenario,
                            const bench::RunSettings& settings) {
  return bench::run_scenario(assets(), scenario, settings);
}

std::string summary(const verdict::ScenarioResult& result) {
  std::string text = fmt::format("{} [{}]: {} {}", result.id, result.variant,
                                 to_string(result.verdict), result.reason.en);
  if (const verdict::StepResult* step = verdict::decisive_step(result)) {
    text += fmt::format(" | line {} {}: expected {}, seen {}", step->line, step->title.en,
                        step->expected.en, step->observed.en);
  }
  return text;
}

std::string journal_text(const trace::Journal& journal) {
  std::string text;
  for (std::size_t i = 0; i < journal.size(); ++i) text += journal.json_line(i) + "\n";
  return text;
}

}  // namespace uketsuke::flow
