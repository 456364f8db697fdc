#include "harness/campaign/sweep_executor.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "harness/bench/executor.h"
#include "harness/bench/fault_pipes.h"
#include "harness/bench/fault_rules.h"
#include "harness/run/find.h"

namespace uketsuke::campaign {
namespace {

using verdict::ScenarioResult;
using verdict::Verdict;
namespace fs = std::filesystem;

// The line of the message that the fault touched, for people and for the list.
std::string touched_message(const trace::Journal& journal) {
  for (std::size_t i = 0; i < journal.size(); ++i) {
    const std::string line = journal.json_line(i);
    if (line.find("\"fault\":") != std::string::npos) return journal.text_line(i);
  }
  return {};
}

std::string word_after(const std::string& text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string::npos) return {};
  return text.substr(at + key.size(), text.find_first_of(",}", at) - at - key.size());
}

bool part(const std::string& wanted, const std::string& seen) {
  return wanted.empty() || seen.find(wanted) != std::string::npos;
}

const Undetectable* listed(const SweepPlan& plan, const std::string& scenario, const Point& point,
                           Outcome outcome, const std::string& message) {
  const fault::Rule& rule = point.rule;
  for (const Undetectable& row : plan.undetectable) {
    const bool same = row.wire == rule.wire && row.kind == rule.kind && row.outcome == outcome &&
                      part(row.pipe, rule.pipe) && (row.from.empty() || row.from == rule.from) &&
                      (row.to.empty() || row.to == rule.to) && (!row.bit || *row.bit == rule.bit) &&
                      part(row.message, message);
    if (same && (row.scenario.empty() || ::fnmatch(row.scenario.c_str(), scenario.c_str(), 0) == 0))
      return &row;
  }
  return nullptr;
}

// A fault on a pipe that no bench has would only be missing from the table.
void refuse_names(const SweepPlan& plan, const bench::Assets& assets) {
  std::vector<fault::Rule> rules = plan.faults;
  for (const Undetectable& row : plan.undetectable) {
    rules.emplace_back();
    rules.back().wire = row.wire;
    rules.back().pipe = row.pipe;
    rules.back().from = row.from;
    rules.back().to = row.to;
  }
  const auto any = [](const fault::Rule& rule) {
    return rule.pipe.empty() && rule.from.empty() && rule.to.empty();
  };
  if (std::all_of(rules.begin(), rules.end(), any)) return;
  const std::vector<fault::Pipe> pipes = bench::every_pipe(assets);
  std::vector<yaml::Problem> problems;
  for (const fault::Rule& rule : rules) {
    const verdict::Text why = bench::no_such_pipe(rule, pipes);
    if (!why.empty()) problems.push_back({{plan.file, 0, 0}, why});
  }
  if (!problems.empty()) throw yaml::Error(problems);
}

}  // namespace

ScenarioResult to_result(const PointResult& point) {
  ScenarioResult result;
  verdict::StepResult step;
  step.who = point.wire + "/" + point.kind;
  step.title = std::string(to_string(point.outcome));
  step.seed_id = point.listed ? "listed" : "";
  step.observed = point.what;
  const bool good = is_allowed(point.outcome) || point.listed;
  step.verdict = good                               ? Verdict::kPass
                 : point.outcome == Outcome::kCrash ? Verdict::kError
                                                    : Verdict::kFail;
  result.verdict = step.verdict;
  result.steps_planned = 1;
  result.steps.push_back(std::move(step));
  return result;
}

PointResult point_of(const ScenarioResult& result) {
  PointResult point;
  point.what = result.reason.en;
  point.row = row_of(result.file).second;
  point.rule = result.variant;
  if (result.steps.empty()) {  // a worker that died, a file that does not load
    point.wire = word_after(result.variant, "{wire: ");
    point.kind = word_after(result.variant, " kind: ");
    return point;
  }
  const verdict::StepResult& step = result.steps.front();
  const std::size_t slash = step.who.find('/');
  point.wire = step.who.substr(0, slash);
  point.kind = slash == std::string::npos ? "" : step.who.substr(slash + 1);
  point.outcome = outcome_from(step.title.en).value_or(Outcome::kCrash);
  point.listed = step.seed_id == "listed";
  point.what = step.observed.en;
  return point;
}

std::pair<std::string, std::uint32_t> row_of(const std::string& path) {
  const std::size_t hash = path.rfind('#');
  if (hash == std::string::npos) return {path, 0};
  return {path.substr(0, hash),
          static_cast<std::uint32_t>(std::strtoul(path.c_str() + hash + 1, nullptr, 10))};
}

std::string default_plan(const std::string& data_folder) {
  return bench::find_data_folder(data_folder) + "/sweeps/every_kind_on_every_wire.yaml";
}

SweepExecutor::SweepExecutor(std::string data_folder, std::string plan_file, std::uint64_t seed)
    : data_folder_(std::move(data_folder)), plan_file_(std::move(plan_file)), seed_(seed) {}

const bench::Assets& SweepExecutor::assets() {
  if (!assets_) assets_ = bench::load_assets(bench::find_data_folder(data_folder_));
  return *assets_;
}

const SweepPlan& SweepExecutor::plan() {
  if (!plan_) {
    SweepPlan plan = load_sweep(plan_file_.empty() ? default_plan(data_folder_) : plan_file_);
    refuse_names(plan, assets());
    plan_ = std::make_unique<SweepPlan>(std::move(plan));
  }
  return *plan_;
}

std::vector<run::Selected> SweepExecutor::select(const std::vector<std::string>& paths,
                                                 const run::Filters& filters) {
  bench::BenchExecutor files(data_folder_);
  std::vector<run::Selected> rows;
  for (const run::Selected& file : files.select(paths, filters)) {
    for (run::Selected row : files.expand(file.path, filters)) {
      row.path = fmt::format("{}#{}", file.path, row.variant);
      row.variant = run::kEveryVariant;
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

void SweepExecutor::open(const std::string& path) {
  if (path == open_path_) return;
  open_path_ = path;
  broken_.clear();
  points_.clear();
  const auto [file, row] = row_of(path);
  row_ = row;
  scenario::LoadResult loaded = scenario::load(file, assets().catalog);
  if (!loaded.ok()) {
    broken_ = yaml::to_string(loaded.errors.front());
  } else if (row >= loaded.scenarios.size()) {
    broken_ = "no such row";
  } else {
    scenario_ = std::move(loaded.scenarios[row]);
    run_clean();
  }
}

void SweepExecutor::run_clean() {
  bench::RunSettings settings;
  settings.seed = seed_;
  settings.amend = amend;
  Passed passed;
  clean_screens_.clear();
  settings.at_step = [&](bench::World& world, const verdict::StepResult*) {
    clean_screens_.push_back(screens_of(world));
    passed.pipes = world.faults().pipes();
    passed.at_step.emplace_back();
    for (const fault::Pipe& pipe : passed.pipes) passed.at_step.back().push_back(pipe.messages);
  };
  settings.at_end = [this](bench::World& world) { clean_ = look_at(world); };
  const ScenarioResult result = bench::run_scenario(assets(), scenario_, settings);
  if (result.verdict != Verdict::kPass) {
    broken_ = fmt::format("without a fault the scenario does not pass: {}", result.reason.en);
    return;
  }
  points_ = points_of(plan(), passed);
}

std::vector<run::Selected> SweepExecutor::expand(const std::string& path, const run::Filters&) {
  open(path);
  std::vector<run::Selected> runs;
  const std::size_t count = broken_.empty() ? points_.size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    run::Selected entry;
    entry.path = path;
    entry.variant = static_cast<int>(i);
    entry.id = scenario_.id;
    if (broken_.empty()) entry.variant_name = bench::to_yaml(points_[i].rule);
    runs.push_back(std::move(entry));
  }
  return runs;
}

PointResult SweepExecutor::run_point(const Point& point) {
  bench::RunSettings settings;
  settings.seed = seed_;
  settings.amend = amend_faulty ? amend_faulty : amend;
  settings.wire_tail = 0;
  settings.faults = {point.rule};
  Evidence faulty;
  std::uint32_t touched = 0;
  Onlookers people(scenario_);
  people.attach(settings, clean_screens_);
  settings.at_end = [&](bench::World& world) {
    faulty = look_at(world);
    faulty.people = people.noticed();
    touched = world.faults().hits().back();
  };
  const ScenarioResult result = bench::run_scenario(assets(), scenario_, settings);
  const Judgement judgement = judge(clean_, faulty, result, touched);
  PointResult found;
  found.row = row_;
  found.wire = point.rule.wire;
  found.kind = to_string(point.rule.kind);
  found.outcome = judgement.outcome;
  found.what = judgement.what;
  found.rule = bench::to_yaml(point.rule);
  if (is_allowed(judgement.outcome)) return found;
  // Looking for the message takes its time: in a run of its own.
  std::string message;
  settings.at_end = [&](bench::World& world) { message = touched_message(world.journal()); };
  bench::run_scenario(assets(), scenario_, settings);
  if (const Undetectable* row =
          listed(plan(), scenario_.id, point, judgement.outcome, message)) {
    found.listed = true;
    found.what = row->because.en;
  } else {
    found.what += "; message: " + message;
  }
  return found;
}

ScenarioResult SweepExecutor::execute(const std::string& path, int variant, const run::Options&) {
  open(path);
  ScenarioResult result;
  if (!broken_.empty()) {
    result.verdict = Verdict::kError;
    result.reason = broken_;
  } else {
    const Point& point = points_.at(static_cast<std::size_t>(variant));
    result = to_result(run_point(point));
    result.variant = bench::to_yaml(point.rule);
  }
  result.id = scenario_.id;
  if (broken_.empty()) result.title = scenario_.name();
  result.file = path;
  return result;
}

}  // namespace uketsuke::campaign
