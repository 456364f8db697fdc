#include "harness/bench/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "harness/bench/director.h"
#include "harness/bench/fault_rules.h"
#include "harness/bench/world_config.h"
#include "harness/run/find.h"
#include "harness/scenario/reference.h"

namespace uketsuke::bench {
namespace {

using verdict::ScenarioResult;
namespace fs = std::filesystem;

// Folders of the data folder that hold no scenarios.
constexpr const char* kDataFolders[] = {"cards",    "readers",      "screens", "hospital",
                                        "releases", "requirements", "schema",  "sweeps",
                                        "mutants"};

constexpr std::size_t kNameLength = 120;  // of a file name made from an id

// FNV-1a, folded to 24 bits: the same on every machine.
std::uint32_t path_hash(const std::string& path) {
  std::uint32_t hash = 2166136261U;
  for (const char c : path) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return (hash ^ hash >> 24) & 0xFFFFFFU;
}

std::string stem_of(const std::string& path) { return fs::path(path).stem().string(); }

std::string variant_name(const scenario::Scenario& scenario) {
  std::string name;
  for (const auto& [key, value] : scenario.substitutions)
    name += (name.empty() ? "" : ", ") + key + "=" + value;
  return name;
}

}  // namespace

const Assets& BenchExecutor::assets() {
  if (!assets_) assets_ = load_assets(find_data_folder(data_folder_));
  return *assets_;
}

const scenario::LoadResult& BenchExecutor::load(const std::string& path) {
  if (path != loaded_path_) {
    loaded_ = scenario::load(path, assets().catalog);
    loaded_path_ = path;
  }
  return loaded_;
}

std::vector<run::Selected> BenchExecutor::select(const std::vector<std::string>& paths,
                                                 const run::Filters& filters) {
  std::vector<run::Selected> found = Executor::select(paths, filters);
  const fs::path data = fs::weakly_canonical(find_data_folder(data_folder_));
  const auto is_data = [&](const run::Selected& entry) {
    if (std::find(paths.begin(), paths.end(), entry.path) != paths.end()) return false;
    const fs::path relative = fs::weakly_canonical(entry.path).lexically_relative(data);
    return !relative.empty() && std::find(std::begin(kDataFolders), std::end(kDataFolders),
                                          relative.begin()->string()) != std::end(kDataFolders);
  };
  found.erase(std::remove_if(found.begin(), found.end(), is_data), found.end());
  return found;
}

std::vector<run::Selected> BenchExecutor::expand(const std::string& path,
                                                 const run::Filters& filters) {
  std::vector<run::Selected> selected;
  const scenario::LoadResult& loaded = load(path);
  if (!loaded.ok()) {
    run::Selected broken;
    broken.path = path;
    broken.variant = 0;
    broken.id = stem_of(path);
    return {broken};
  }
  for (std::size_t i = 0; i < loaded.scenarios.size(); ++i) {
    const scenario::Scenario& scenario = loaded.scenarios[i];
    if (!run::passes(filters, scenario.id, scenario.tags)) continue;
    if (!filters.release.empty() && !not_of_release(scenario, filters.release).empty()) continue;
    run::Selected entry;
    entry.path = path;
    entry.variant = static_cast<int>(i);
    entry.id = scenario.id;
    entry.variant_name = variant_name(scenario);
    entry.title = {scenario.title.ja, scenario.title.en};
    entry.wall_limit_ms = static_cast<std::uint32_t>(scenario.limits.wall_seconds * 1000);
    selected.push_back(std::move(entry));
  }
  return selected;
}

ScenarioResult BenchExecutor::execute(const std::string& path, int variant,
                                      const run::Options& options) {
  const scenario::LoadResult& loaded = load(path);
  if (!loaded.ok()) {
    ScenarioResult result;
    result.id = stem_of(path);
    result.file = path;
    result.line = static_cast<std::uint32_t>(loaded.errors.front().mark.line);
    result.verdict = verdict::Verdict::kError;
    std::string text;
    for (const yaml::Problem& problem : loaded.errors)
      text += (text.empty() ? "" : "\n") + yaml::to_string(problem);
    result.reason = {text, text};
    return result;
  }
  scenario::Scenario scenario = loaded.scenarios.at(static_cast<std::size_t>(variant));
  if (const auto release = options.extra.find("release"); release != options.extra.end()) {
    if (verdict::Text why = not_of_release(scenario, release->second); !why.empty()) {
      ScenarioResult result = blank_result(scenario);
      result.release = release->second;
      result.not_applicable = std::move(why);
      return result;
    }
    scenario.bench.release = release->second;
  }
  RunSettings settings;
  settings.seed = options.random_seed;
  if (!options.out_dir.empty()) {
    // Two files may have the same id: the journal's name tells them apart.
    std::string name =
        fmt::format("{}-{:06x}", scenario.id.substr(0, kNameLength), path_hash(path));
    if (scenario.row > 0) name += "-" + std::to_string(scenario.row);
    if (options.repetition > 0) name += "-r" + std::to_string(options.repetition);
    settings.journal_file = options.out_dir + "/journal/" + name + ".jsonl";
    const auto keep = options.extra.find("journal");
    settings.keep_passing_journals = keep != options.extra.end() && keep->second == "all";
  }
  const AtEnd at_end = watch(scenario, options, settings);
  ScenarioResult result = run_scenario(assets(), scenario, settings);
  if (at_end) at_end(result);
  if (!result.journal_path.empty())
    result.journal_path = result.journal_path.substr(options.out_dir.size() + 1);
  for (const yaml::Problem& problem : loaded.warnings)
    result.warnings.emplace_back(yaml::to_string(problem));
  return result;
}

BenchExecutor::AtEnd BenchExecutor::watch(const scenario::Scenario&, const run::Options&,
                                          RunSettings&) {
  return {};
}

std::vector<std::string> BenchExecutor::releases() { return assets().catalog.releases; }
std::string BenchExecutor::data_folder() { return find_data_folder(data_folder_); }

std::vector<std::string> BenchExecutor::check(const std::string& path, verdict::Language) {
  const scenario::LoadResult& loaded = load(path);
  std::vector<std::string> lines;
  for (const yaml::Problem& problem : loaded.errors) lines.push_back(yaml::to_string(problem));
  // Rows of the examples differ in their values; a problem of all of them is named once.
  for (const scenario::Scenario& scenario : loaded.scenarios) {
    for (const yaml::Problem& problem : fault_rules(scenario).problems) {
      std::string line = yaml::to_string(problem);
      if (std::find(lines.begin(), lines.end(), line) == lines.end())
        lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::string BenchExecutor::steps(verdict::Language language) {
  using scenario::Language;
  if (language == verdict::Language::kJapanese)
    return scenario::steps_reference(Language::kJapanese);
  if (language == verdict::Language::kEnglish) return scenario::steps_reference(Language::kEnglish);
  return scenario::steps_reference(Language::kJapanese) + "\n" +
         scenario::steps_reference(Language::kEnglish);
}

std::string BenchExecutor::schema() { return scenario::schema_json(); }

std::string BenchExecutor::scenario_template(const std::string& name) {
  return scenario::new_scenario(name);
}

}  // namespace uketsuke::bench
