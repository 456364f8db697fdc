#include "python/core/script_executor.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "harness/bind/bindings.h"
#include "harness/bind/device_lock.h"
#include "harness/cli/running.h"
#include "harness/cli/selection.h"
#include "harness/report/atomic_file.h"
#include "harness/run/find.h"
#include "harness/run/slice.h"
#include "harness/verdict/format.h"

namespace uketsuke::python {
namespace {

namespace fs = std::filesystem;
using verdict::ScenarioResult;
using verdict::Text;

// While it lives, the executor takes the text for a file.
class TextInPlace {
 public:
  TextInPlace(ScriptExecutor& executor, const ScenarioSource& source)
      : executor_(executor), name_(source.name) {
    if (!name_.empty()) executor_.take_text(name_, source.text);
  }
  ~TextInPlace() {
    if (!name_.empty()) executor_.drop_text(name_);
  }
  TextInPlace(const TextInPlace&) = delete;
  TextInPlace& operator=(const TextInPlace&) = delete;

 private:
  ScriptExecutor& executor_;
  std::string name_;
};

// The command line's word on what was asked for is a problem of the scenario here.
[[noreturn]] void no_scenario(const std::string& file, const Text& why) {
  yaml::Problem problem;
  problem.mark.file = file;
  problem.message = why;
  throw yaml::Error({problem});
}

template <class Work>
auto asked_of(const ScenarioSource& source, Work&& work) {
  try {
    return work();
  } catch (const run::RunError& error) {
    no_scenario(source.paths.size() == 1 ? source.paths.front() : source.name, error.text());
  }
}

void check_path(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status) && status.type() != fs::file_type::not_found)
    no_scenario(path, verdict::say("読めません（{}）。権限を確かめてください",
                                   "cannot be looked at ({}); check its permissions",
                                   error.message()));
  if (!fs::exists(status)) {
    no_scenario(path, verdict::say("ファイルもフォルダーもありません。パスを確かめてください"
                                   "（カレントフォルダー：{}）",
                                   "no such file or folder; check the path (the current folder is "
                                   "{})",
                                   fs::current_path(error).string()));
  }
  if (!fs::is_directory(status) && !fs::is_regular_file(status))
    no_scenario(path, {"ファイルでもフォルダーでもありません。シナリオの YAML を指定してください",
                       "neither a file nor a folder; name a scenario's YAML"});
}

std::vector<run::Selected> files_of(ScriptExecutor& executor, const ScenarioSource& source,
                                    const run::Filters& filters) {
  if (source.name.empty()) {
    for (const std::string& path : source.paths) check_path(path);
    auto files = asked_of(source, [&] { return executor.select(source.paths, filters); });
    if (files.empty() && source.paths.size() == 1) {
      no_scenario(source.paths.front(),
                  {"シナリオ（*.yaml、*.yml）がありません。シナリオのあるフォルダーを指定してください",
                   "there is no scenario (*.yaml, *.yml) in it; name a folder that has some"});
    }
    return files;
  }
  run::Selected text;
  text.path = source.name;
  return {text};
}

// Lines of the rows of `examples`; without them that of the scenario's id.
std::vector<int> row_lines(const yaml::Document& document) {
  const yaml::Node root = document.root();
  std::vector<int> lines;
  for (std::size_t i = 0; i < root.size(); ++i) {
    const yaml::Node value = root.value(i);
    if (root.key(i).text() == "scenario" && lines.empty()) lines = {root.key(i).mark().line};
    if (root.key(i).text() != "examples" || !value.is_sequence()) continue;
    lines.clear();
    for (std::size_t row = 0; row < value.size(); ++row) lines.push_back(value.at(row).mark().line);
    return lines;
  }
  return lines;
}

std::vector<int> row_lines(const ScenarioSource& source, const std::string& path) {
  return row_lines(source.name.empty() ? yaml::load_file(path)
                                       : yaml::load_text(source.text, source.name));
}

}  // namespace

std::vector<LoadedRow> ScriptExecutor::rows(const ScenarioSource& source,
                                            const run::Filters& filters) {
  if (!filters.release.empty()) check_release(filters.release);
  const TextInPlace text(*this, source);
  std::vector<LoadedRow> rows;
  std::vector<yaml::Problem> problems;
  for (const run::Selected& file : files_of(*this, source, filters)) {
    const scenario::LoadResult& loaded = load(file.path);
    problems.insert(problems.end(), loaded.errors.begin(), loaded.errors.end());
    if (!loaded.ok()) continue;
    const std::vector<int> lines = row_lines(source, file.path);
    for (const run::Selected& row : expand(file.path, filters)) {
      const auto at = static_cast<std::size_t>(row.variant);
      rows.push_back({loaded.scenarios.at(at), at < lines.size() ? lines[at] : 1, loaded.warnings});
    }
  }
  if (!problems.empty()) throw yaml::Error(std::move(problems));
  return rows;
}

std::vector<ScenarioResult> ScriptExecutor::run(const RunAsk& ask) {
  run::RunConfig config;
  config.in_process = true;
  run::Options& options = config.options;
  options.random_seed = ask.seed - ask.repetition;  // each repetition adds one
  options.filters = {ask.tags, ask.only, {}};
  if (!ask.release.empty()) {
    check_release(ask.release);
    options.extra["release"] = ask.release;
  }
  const bind::Bindings bindings =
      bind::load_bindings(ask.bench_file, ask.binds, assets().catalog.people);
  bind::put_bindings(ask.bench_file, ask.binds, options.extra);
  options.extra["lang"] = ask.language;
  if (ask.keep_journals) options.extra["journal"] = "all";
  const bind::DeviceLock device(bindings);

  const TextInPlace text(*this, ask.source);
  std::vector<run::Selected> files = files_of(*this, ask.source, options.filters);
  const std::vector<std::string>& named = ask.source.paths;
  for (run::Selected& file : files) {
    file.variant = ask.source.row;
    const bool is_named =
        !ask.source.name.empty() || std::find(named.begin(), named.end(), file.path) != named.end();
    if (!is_named) continue;
    const scenario::LoadResult& loaded = load(file.path);
    if (!loaded.ok()) throw yaml::Error(loaded.errors);
  }

  const std::time_t now = cli::wall_clock();
  options.out_dir = ask.journal_folder;
  std::optional<report::OutFolder> folder;
  if (!ask.out.empty()) options.out_dir = folder.emplace(ask.out, cli::local_stamp(now)).path();
  std::vector<ScenarioResult> results;
  verdict::Summary summary;
  run::SliceEvents events;
  events.on_total = [](std::uint32_t) {};
  events.on_start = [](std::uint32_t, const run::Selected&) {};
  events.on_result = [&](std::uint32_t, const ScenarioResult& result) {
    results.push_back(result);
    summary.add(result);
    return true;
  };
  const run::Config running{options, ask.repetition + 1, false};
  for (const run::Selected& file : files) {
    run::Slice slice;
    slice.first = ask.repetition;
    slice.limit = ask.repetition == 0 ? UINT32_MAX : 1;
    slice.selected = file;
    run::run_slice(*this, slice, running, events);
  }
  if (results.empty()) {
    if (folder) folder->discard();
    asked_of(ask.source, [&] { cli::nothing_selected(named, options.filters, files, *this); });
  }
  if (!folder) return results;
  folder->remove_unfinished();
  report::RunInfo info = cli::info_of(config, named, now);
  for (const ScenarioResult& result : results) info.wall_us += result.wall_us;
  report::write_reports(*folder, info, summary, report::VectorSource(results));
  return results;
}

void ScriptExecutor::check_release(const std::string& release) {
  asked_of({}, [&] { cli::check_release(release, *this); });
}

bench::BenchExecutor::AtEnd ScriptExecutor::watch(const scenario::Scenario&, const run::Options&,
                                                  bench::RunSettings& settings) {
  settings.watcher = watcher_;
  return {};
}

ScriptExecutor& executor_of(const std::string& data_folder) {
  static std::map<std::string, std::unique_ptr<ScriptExecutor>> executors;
  std::unique_ptr<ScriptExecutor>& executor = executors[bench::find_data_folder(data_folder)];
  if (!executor) executor = std::make_unique<ScriptExecutor>(data_folder);
  return *executor;
}

}  // namespace uketsuke::python
