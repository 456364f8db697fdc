#include "harness/campaign/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "harness/campaign/sweep_checks.h"
#include "harness/report/atomic_file.h"
#include "harness/report/json_writer.h"
#include "harness/run/find.h"
#include "harness/run/store.h"
#include "harness/run/this_program.h"

namespace uketsuke::campaign {
namespace {

using run::RunError;
using verdict::Text;
namespace fs = std::filesystem;

constexpr std::size_t kKept = 1000;    // disallowed outcomes that are named
constexpr std::size_t kReplays = 200;  // of which so many get a file

void add(SweepReport& report, const std::string& scenario, PointResult point,
         const std::function<void(Disallowed&)>& on_disallowed) {
  Counts& counts = report.counts[{point.wire, point.kind}];
  if (point.listed) {
    ++counts.listed;
    ++report.listed[point.what];
    return;
  }
  ++counts.of.at(static_cast<std::size_t>(point.outcome));
  if (is_allowed(point.outcome)) return;
  ++report.disallowed_count;
  Disallowed entry{scenario, std::move(point), {}};
  if (on_disallowed) on_disallowed(entry);
  if (report.disallowed.size() < kKept) report.disallowed.push_back(std::move(entry));
}

// Replay files of one sweep.
class Replays {
 public:
  Replays(const std::string& data_folder, const std::string& folder, std::uint64_t seed)
      : data_folder_(data_folder), folder_(folder), seed_(seed) {
    fs::remove_all(folder_ + "/replay");
  }
  void write(const std::string& file, Disallowed& entry) {
    if (count_ >= kReplays || entry.point.rule.empty()) return;
    const scenario::Scenario* row = load(file, entry.point.row);
    if (row == nullptr) return;
    const std::string id = fmt::format("{}_fault_{}", entry.scenario.substr(0, 80), ++count_);
    entry.replay = fmt::format("replay/{}.yaml", id);
    fs::create_directories(folder_ + "/replay");
    const Checks& then = checks(*row, entry.point.row);
    const std::string rule = with_steps_of(then, *row, entry.point.rule);
    const Text title{row->title.ja + " (故障：" + rule + ")",
                     row->title.en + " (fault: " + rule + ")"};
    const std::string text = replay_text(source_, *row, id, rule, title, then_text(then));
    entry.run_shows = run_shows(*assets_, text, entry.replay, seed_);
    report::AtomicFile out(folder_ + "/" + entry.replay);
    out.write(fmt::format("# {}: {}\n", to_string(entry.point.outcome), one_line(entry)));
    if (!entry.run_shows)
      out.write("# `run` of this file finds no deviation: no check of a scenario can say it.\n");
    out.write(text);
    out.commit();
  }

 private:
  static std::string one_line(const Disallowed& entry) {
    std::string text = entry.point.what;
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }
  const scenario::Scenario* load(const std::string& file, std::uint32_t row) {
    if (!assets_) assets_ = bench::load_assets(bench::find_data_folder(data_folder_));
    if (file != file_) {
      file_ = file;
      std::ifstream in(file, std::ios::binary);
      checked_row_.reset();
      source_.assign(std::istreambuf_iterator<char>(in), {});
      loaded_ = scenario::load(file, assets_->catalog);
    }
    return row < loaded_.scenarios.size() ? &loaded_.scenarios[row] : nullptr;
  }

  // `then:` of the row, with the records of the run without a fault.
  const Checks& checks(const scenario::Scenario& row, std::uint32_t number) {
    if (checked_row_ != number) then_ = checks_of(*assets_, row, seed_);
    checked_row_ = number;
    return then_;
  }

  std::string data_folder_, folder_, file_, source_;
  Checks then_;
  std::uint64_t seed_;
  std::optional<std::uint32_t> checked_row_;
  std::shared_ptr<const bench::Assets> assets_;
  scenario::LoadResult loaded_;
  std::size_t count_ = 0;
};

void write_counts(report::JsonWriter& json, const Counts& counts) {
  for (std::size_t i = 0; i < kOutcomes; ++i)
    json.key(to_string(static_cast<Outcome>(i))).value(counts.of[i]);
  json.key("listed").value(counts.listed);
}

void write_json(const SweepReport& report, const std::string& path) {
  report::AtomicFile file(path);
  report::JsonWriter json(file);
  json.begin_object();
  json.key("uketsuke_sweep").value(std::uint64_t{1});
  json.key("plan").value(std::string_view(report.plan));
  json.key("random_seed").value(report.seed);
  json.key("jobs").value(std::uint64_t{report.jobs});
  json.key("wall_us").value(report.wall_us);
  json.key("scenarios").value(report.rows);
  json.key("points").value(report.all().points());
  json.key("interrupted").value(report.interrupted);
  json.key("counts").begin_array();
  for (const auto& [name, counts] : report.counts) {
    json.begin_object();
    json.key("wire").value(std::string_view(name.first));
    json.key("kind").value(std::string_view(name.second));
    write_counts(json, counts);
    json.end_object();
    json.new_line();
  }
  json.end_array();
  json.key("undetectable").begin_array();
  for (const auto& [because, points] : report.listed) {
    json.begin_object();
    json.key("because").value(std::string_view(because));
    json.key("points").value(points);
    json.end_object();
    json.new_line();
  }
  json.end_array();
  json.key("not_allowed_count").value(report.disallowed_count);
  json.key("not_allowed").begin_array();
  for (const Disallowed& entry : report.disallowed) {
    json.begin_object();
    json.key("scenario").value(std::string_view(entry.scenario));
    json.key("outcome").value(to_string(entry.point.outcome));
    json.key("what").value(std::string_view(entry.point.what));
    json.key("fault").value(std::string_view(entry.point.rule));
    json.key("replay").value(std::string_view(entry.replay));
    json.key("run_shows_it").value(entry.run_shows);
    json.end_object();
    json.new_line();
  }
  json.end_array();
  json.end_object();
  json.new_line();
  json.flush();
  file.commit();
}

// By the values of its row; by its number where no run says more.
std::string full_id(const verdict::ScenarioResult& result) {
  if (!result.title.empty()) return in_language(result.title, verdict::Language::kEnglish);
  return fmt::format("{}[{}]", result.id, row_of(result.file).second);
}

}  // namespace

std::uint64_t Counts::points() const {
  std::uint64_t sum = listed;
  for (const std::uint64_t count : of) sum += count;
  return sum;
}

std::uint64_t Counts::disallowed() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kOutcomes; ++i)
    if (!is_allowed(static_cast<Outcome>(i))) sum += of[i];
  return sum;
}

Counts SweepReport::all() const {
  Counts sum;
  for (const auto& [name, one] : counts) {
    for (std::size_t i = 0; i < kOutcomes; ++i) sum.of[i] += one.of[i];
    sum.listed += one.listed;
  }
  return sum;
}

SweepReport sweep(const SweepSettings& settings, const std::string& folder,
                  const SweepEvents& events) {
  SweepExecutor executor(settings.data_folder, settings.plan_file, settings.seed);
  SweepReport report;
  try {
    report.plan = executor.plan().file;
  } catch (const yaml::Error& error) {
    Text text;
    for (const yaml::Problem& problem : error.problems()) {
      const Text one = yaml::to_text(problem);
      text = {text.ja + (text.ja.empty() ? "" : "\n") + one.ja,
              text.en + (text.en.empty() ? "" : "\n") + one.en};
    }
    throw RunError(RunError::Kind::kUsage, text);
  }
  report.seed = settings.seed;
  report.jobs = settings.jobs;
  const auto selection = executor.select(settings.paths, settings.filters);
  if (selection.empty()) {
    throw RunError(RunError::Kind::kUsage,
                   {"対象のシナリオがありません", "nothing selected: no scenario in these paths"});
  }
  report.rows = selection.size();
  run::RunConfig config;
  config.jobs = settings.jobs;
  config.in_process = settings.in_process;
  config.options.random_seed = settings.seed;
  config.worker_command =
      run::command_of_self({"sweep-worker", report.plan, std::to_string(settings.seed)});
  run::ResultStore store(folder);
  Replays replays(settings.data_folder, folder, settings.seed);
  run::RunEvents run_events;
  run_events.stop = events.stop;
  run_events.on_progress = events.on_progress;
  run_events.on_worker_text = events.on_worker_text;
  run_events.on_result = [&](const verdict::ScenarioResult& result) {
    add(report, full_id(result), point_of(result), [&](Disallowed& entry) {
      entry.scenario = result.id;
      replays.write(row_of(result.file).first, entry);
      entry.scenario = full_id(result);
      if (events.on_disallowed) events.on_disallowed(entry);
    });
  };
  const run::RunOutcome outcome = run::run(selection, config, executor, store, run_events);
  report.wall_us = outcome.wall_us;
  report.interrupted = outcome.summary.interrupted;
  write_json(report, folder + "/sweep.json");
  return report;
}

SweepReport sweep(SweepExecutor& executor, const std::vector<std::string>& rows) {
  SweepReport report;
  report.plan = executor.plan().file;
  for (const std::string& row : rows) {
    ++report.rows;
    for (const run::Selected& entry : executor.expand(row, {})) {
      const auto result = executor.execute(row, entry.variant, {});
      add(report, full_id(result), point_of(result), {});
    }
  }
  return report;
}

int sweep_worker(const std::string& plan_file, const std::string& seed) {
  SweepExecutor executor({}, plan_file, std::strtoull(seed.c_str(), nullptr, 10));
  return run::worker_main(executor);
}

}  // namespace uketsuke::campaign
