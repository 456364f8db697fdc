#include "harness/bench/executor.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "harness/bench/bind_roles.h"
#include "harness/bench/director.h"
#include "harness/bench/fault_pipes.h"
#include "harness/bench/fault_rules.h"
#include "harness/bench/wording.h"
#include "harness/bench/world_config.h"
#include "harness/bind/bindings.h"
#include "harness/console/operator_hands.h"
#include "harness/run/find.h"
#include "harness/run/slice.h"
#include "harness/scenario/reference.h"
#include "harness/verdict/format.h"

namespace uketsuke::bench {
namespace {

using verdict::ScenarioResult;
namespace fs = std::filesystem;

// Folders of the data folder that hold no scenarios.
constexpr const char* kDataFolders[] = {"cards",    "readers",      "screens", "hospital",
                                        "releases", "requirements", "schema",  "sweeps",
                                        "mutants",  "conformance"};

constexpr std::size_t kNameLength = 120;  // of a file name made from an id

// FNV-1a, folded to 24 bits: the same on every machine.
std::uint32_t path_hash(const std::string& path) {
  std::uint32_t hash = 2166136261U;
  for (const char c : path) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return (hash ^ hash >> 24) & 0xFFFFFFU;
}

// A path that cannot be followed (links in a circle) stays as it is.
fs::path really(const fs::path& path) {
  std::error_code error;
  const fs::path found = fs::weakly_canonical(path, error);
  return error ? path : found;
}

std::string stem_of(const std::string& path) { return fs::path(path).stem().string(); }

// A profile names a reader of the model; who binds one has another.
verdict::Text not_of_bound_reader(const run::Options& options, const scenario::Scenario& scenario) {
  if (scenario.bench.reader_profile.empty() || !bind::bindings_of(options.extra).bound()) return {};
  return verdict::say("シナリオはリーダー {} のモデルについてのもの。別のリーダーが結ばれている",
                      "the scenario is about the model of the reader {}; another one is bound",
                      scenario.bench.reader_profile);
}

// The step that begins when `step` (nullptr: nothing yet) has ended.
void tell_progress(const scenario::Scenario& scenario, const verdict::StepResult* step,
                   const run::Options& options) {
  const std::size_t index = step == nullptr ? 0 : step->index + 1U;
  const std::size_t steps = scenario.steps.size();
  const bool deviates = step != nullptr && step->verdict > verdict::Verdict::kPass;
  if (deviates && step->index < steps) return;  // nothing follows
  if (index >= steps + scenario.then.size()) return;
  const scenario::Place& place =
      index < steps ? scenario.steps[index].place : scenario.then[index - steps].place;
  run::Step next;
  next.number = static_cast<std::uint32_t>(index + 1);
  next.of = static_cast<std::uint32_t>(steps + scenario.then.size());
  next.line = static_cast<std::uint32_t>(place.line);
  if (options.progress != nullptr) *options.progress = run::progress_at(next.number, next.line);
  if (!options.on_step) return;
  if (index < steps) {
    const scenario::Step& begins = scenario.steps[index];
    next.ids = fmt::format("{}", fmt::join(begins.ids, " "));
    next.what = words_of(begins.action);
    if (!begins.who.empty()) next.what = verdict::Text(begins.who + ": ") + next.what;
  } else {
    next.what = end_check_title(scenario.then[index - steps]);
  }
  options.on_step(next);
}

FileState state_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  FileState state;
  state.changed_ns = found.st_mtim.tv_sec * std::int64_t{1'000'000'000} + found.st_mtim.tv_nsec;
  state.size = static_cast<std::uint64_t>(found.st_size);
  state.inode = found.st_ino;
  state.device = found.st_dev;
  return state;
}

bool operator==(const FileState& left, const FileState& right) {
  return left.changed_ns == right.changed_ns && left.size == right.size &&
         left.inode == right.inode && left.device == right.device;
}

}  // namespace

bool is_data_file(const std::string& path, const std::string& data_folder) {
  const fs::path relative = really(path).lexically_relative(really(data_folder));
  return !relative.empty() && std::find(std::begin(kDataFolders), std::end(kDataFolders),
                                        relative.begin()->string()) != std::end(kDataFolders);
}

const Assets& BenchExecutor::assets() {
  if (assets_) return *assets_;
  try {
    assets_ = shared_assets(find_data_folder(data_folder_));
  } catch (const std::exception& error) {
    const std::string what = error.what();
    throw run::RunError(run::RunError::Kind::kEnvironment,
                        {"ハーネスのデータを読み込めません：" + what,
                         "cannot load the data of the harness: " + what});
  }
  return *assets_;
}

const scenario::LoadResult& BenchExecutor::load(const std::string& path) {
  const auto text = texts_.find(path);
  const FileState state = text == texts_.end() ? state_of(path) : FileState{};
  if (path == loaded_path_ && state == loaded_state_) return loaded_;
  loaded_ = text == texts_.end() ? scenario::load(path, assets().catalog)
                                 : scenario::load_text(text->second, path, assets().catalog);
  loaded_path_ = path;
  loaded_state_ = state;
  // Rows of the examples differ in their values; a problem of all of them is named once.
  std::vector<yaml::Problem>& errors = loaded_.errors;
  for (const scenario::Scenario& scenario : loaded_.scenarios) {
    for (yaml::Problem& problem : fault_rules(scenario).problems) {
      const auto same = [text = yaml::to_string(problem)](const yaml::Problem& known) {
        return yaml::to_string(known) == text;
      };
      if (std::none_of(errors.begin(), errors.end(), same)) errors.push_back(std::move(problem));
    }
  }
  if (!loaded_.ok()) loaded_.scenarios.clear();
  return loaded_;
}

void BenchExecutor::take_text(const std::string& name, std::string text) {
  if (loaded_path_ == name) loaded_path_.clear();
  texts_[name] = std::move(text);
}

void BenchExecutor::drop_text(const std::string& name) {
  if (loaded_path_ == name) loaded_path_.clear();
  texts_.erase(name);
}

std::vector<run::Selected> BenchExecutor::select(const std::vector<std::string>& paths,
                                                 const run::Filters& filters) {
  std::vector<run::Selected> found = Executor::select(paths, filters);
  const std::string data = find_data_folder(data_folder_);
  const auto is_data = [&](const run::Selected& entry) {
    return std::find(paths.begin(), paths.end(), entry.path) == paths.end() &&
           is_data_file(entry.path, data);
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
    broken.broken = true;
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
    entry.variant_name = scenario.variant();
    entry.title = {scenario.title.ja, scenario.title.en};
    entry.tags = scenario.tags;
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
    for (const yaml::Problem& problem : loaded.errors) {
      if (!result.reason.empty()) result.reason = result.reason + "\n";
      result.reason = result.reason + yaml::to_text(problem);
    }
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
  if (verdict::Text why = not_of_bound_reader(options, scenario); !why.empty()) {
    ScenarioResult result = blank_result(scenario);
    result.not_applicable = std::move(why);
    return result;
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
  std::vector<verdict::Text> dangers = bind_roles(assets(), options.extra, attendance_, settings);
  const AtEnd at_end = watch(scenario, options, settings);
  if (options.progress != nullptr || options.on_step) {
    settings.at_step = [&scenario, &options, next = std::move(settings.at_step)](
                           World& world, const verdict::StepResult* step) {
      tell_progress(scenario, step, options);
      if (next) next(world, step);
    };
  }
  ScenarioResult result = run_scenario(assets(), scenario, settings);
  if (at_end) at_end(result);
  for (verdict::Text& danger : dangers) result.warnings.push_back(std::move(danger));
  refuse_names(scenario, result);
  if (!result.journal_path.empty())
    result.journal_path = result.journal_path.substr(options.out_dir.size() + 1);
  for (const yaml::Problem& problem : loaded.warnings)
    result.warnings.push_back(yaml::to_text(problem));
  return result;
}

BenchExecutor::AtEnd BenchExecutor::watch(const scenario::Scenario&, const run::Options&,
                                          RunSettings&) {
  return {};
}

std::vector<std::string> BenchExecutor::releases() { return assets().catalog.releases; }
std::string BenchExecutor::data_folder() { return find_data_folder(data_folder_); }

std::vector<yaml::Problem> BenchExecutor::problems_of(const scenario::Scenario& row) {
  if (row.faults.empty()) return {};
  FaultRules found = fault_rules(row);
  if (!found.problems.empty()) return std::move(found.problems);
  if (pipes_.empty()) pipes_ = every_pipe(assets());
  return pipe_problems(row, found.rules, pipes_);
}

// A fault that touched no message may be one that no bench can have.
void BenchExecutor::refuse_names(const scenario::Scenario& row, ScenarioResult& result) {
  const bool untouched =
      std::any_of(result.warnings.begin(), result.warnings.end(), [](const verdict::Text& text) {
        return text.en.rfind("a fault touched no message", 0) == 0;
      });
  if (!untouched || result.verdict >= verdict::Verdict::kError) return;
  const auto problems = problems_of(row);
  if (problems.empty()) return;
  result.verdict = verdict::Verdict::kError;
  result.reason = yaml::to_text(problems.front());
}

run::FileCheck BenchExecutor::check(const std::string& path) {
  run::FileCheck found;
  const scenario::LoadResult& loaded = load(path);
  for (const yaml::Problem& problem : loaded.errors)
    found.errors.push_back({yaml::to_string(problem.mark), problem.message});
  for (const yaml::Problem& problem : loaded.warnings)
    found.warnings.push_back({yaml::to_string(problem.mark), problem.message});
  found.unreadable = !loaded.ok() && ::access(path.c_str(), R_OK) != 0;
  if (!loaded.ok()) return found;
  found.id = loaded.scenarios.front().id;
  std::vector<std::string> told;
  for (const scenario::Scenario& row : loaded.scenarios) {
    for (const yaml::Problem& problem : problems_of(row)) {
      const std::string mark = yaml::to_string(problem.mark);
      if (std::find(told.begin(), told.end(), mark + problem.message.en) != told.end()) continue;
      told.push_back(mark + problem.message.en);
      found.errors.push_back({mark, problem.message});
    }
  }
  return found;
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

std::string BenchExecutor::scenario_template(const std::string& path) {
  // Editors find the schema by a relative path; outside the tree of the data there is none to name.
  const fs::path data = fs::weakly_canonical(find_data_folder(data_folder_));
  const fs::path folder = fs::weakly_canonical(fs::absolute(path)).parent_path();
  const fs::path below = folder.lexically_relative(data.parent_path());
  const bool within = !below.empty() && *below.begin() != "..";
  const fs::path schema = data / "schema" / "scenario.schema.json";
  return scenario::new_scenario(stem_of(path),
                                within ? schema.lexically_relative(folder).string() : "");
}

}  // namespace uketsuke::bench
