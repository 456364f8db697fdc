#include "python/core/script_bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "harness/bench/bind_roles.h"
#include "harness/bench/fault_rules.h"
#include "harness/bench/world_config.h"
#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "python/core/errors.h"

namespace uketsuke::python {
namespace {

constexpr auto kEndUs = static_cast<wire::Micros>(kLongestSeconds * 1e6);

}  // namespace

using verdict::Text;

std::shared_ptr<const bench::Assets> shared_assets(const std::string& data_folder) {
  std::string folder = data_folder;
  try {
    folder = bench::find_data_folder(data_folder);
    return bench::shared_assets(folder);
  } catch (const std::exception& error) {
    throw run::RunError(
        run::RunError::Kind::kEnvironment,
        verdict::say("ハーネスのデータ {} を読み込めません（UKETSUKE_DATA と data_folder を"
                     "確かめてください）：{}",
                     "cannot load the data of the harness from {} (look at UKETSUKE_DATA and "
                     "data_folder): {}",
                     folder, error.what()));
  }
}

// While the simulation runs, Python may look at the bench and not drive it.
class ScriptBench::Running {
 public:
  explicit Running(ScriptBench& bench) : bench_(bench) {
    bench.drive_only_once();
    bench.running_ = true;
    bench.play_->stage().world().simulation().activate();
  }
  ~Running() { bench_.running_ = false; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  ScriptBench& bench_;
};

void ScriptBench::drive_only_once() const {
  if (finished_) throw ScriptError({"このベンチは終了しています", "this bench is closed"});
  if (of_another_process()) {
    throw ScriptError({"このベンチは fork の前に作られました。外部につないだものは作ったプロセスのものです。"
                       "このプロセスでベンチを作ってください",
                       "this bench was made before a fork: what it is bound to belongs to the "
                       "process that made it. Make a bench in this one"});
  }
  if (!running_) return;
  throw ScriptError(
      {"このベンチは動作中です。条件式、カード、パネルの中では見るだけにしてください",
       "this bench is running: a condition, a card or a panel may look at it, not drive it"});
}

ScriptBench::ScriptBench(std::string_view header, const scenario::Source& source,
                         BenchSettings settings)
    : assets_(shared_assets(settings.data_folder)),
      scenario_(scenario::load_header(header, source, assets_->catalog)),
      owner_(::getpid()) {
  if (auto problems = bench::fault_rules(scenario_).problems; !problems.empty()) {
    for (yaml::Problem& problem : problems) problem.mark = {source.file, source.line, 0};
    throw yaml::Error(std::move(problems));
  }
  settings_.seed = settings.seed;
  std::shared_ptr<console::Attendance> attendance;
  warnings_ = bench::bind_roles(*assets_, settings.extra, attendance, settings_);
  device_ = std::make_unique<bind::DeviceLock>(bind::bindings_of(settings.extra));
  settings_.produced_by += settings.programs;
  settings_.amend = [bound = std::move(settings_.amend),
                     more = std::move(settings.amend)](bench::WorldConfig& config) {
    if (bound) bound(config);
    for (const auto& amend : more) amend(config);
  };
  reader_ = std::make_unique<scenario::StepReader>(assets_->catalog, scenario_);
  play_ = std::make_unique<bench::Play>(*assets_, scenario_, settings_);
  play_->result().line = static_cast<std::uint32_t>(source.line);
  play_->stage().world().simulation().watch(std::move(settings.watcher));
}

// Threads and children of a bound bench stayed where they were.
bool ScriptBench::of_another_process() const {
  return play_ && owner_ != ::getpid() && play_->stage().world().bound();
}

ScriptBench::~ScriptBench() {
  if (!of_another_process()) return;
  static_cast<void>(play_.release());  // to end it is not ours
}

bool ScriptBench::prepare() {
  const Running running(*this);
  return play_->prepare();
}

verdict::StepResult ScriptBench::step(std::string_view yaml, const scenario::Source& source) {
  const Running running(*this);
  // Panels, cards and what failed may have changed the screens: nothing is inferred of them.
  reader_->something_happened();
  const scenario::Step step = reader_->step(yaml, source);
  for (yaml::Problem& problem : reader_->warnings())
    play_->result().warnings.push_back(yaml::to_text(problem));
  return play_->step(step, source.file);
}

std::vector<verdict::StepResult> ScriptBench::checks(std::string_view yaml,
                                                     const scenario::Source& source) {
  const Running running(*this);
  std::vector<verdict::StepResult> results;
  for (const scenario::Expectation& check : reader_->checks(yaml, source))
    results.push_back(play_->check(check, source.file));
  return results;
}

verdict::StepResult ScriptBench::attest(verdict::StepResult step, const scenario::Source& source) {
  const Running running(*this);
  step.line = static_cast<std::uint32_t>(source.line);
  return play_->attest(std::move(step), source.file);
}

wire::Micros ScriptBench::end_of(wire::Micros duration_us) {
  const wire::Micros end_us = now_us() + duration_us;
  if (end_us <= kEndUs) return end_us;
  throw ScriptError({fmt::format("ベンチのシミュレーション時間は {:.0f} 秒までです", kLongestSeconds),
                     fmt::format("a bench runs no longer than {:.0f} simulated seconds",
                                 kLongestSeconds)});
}

void ScriptBench::something_happened() {
  reader_->something_happened();
  play_->goes_on();
}

void ScriptBench::run_for(wire::Micros duration_us) {
  const Running running(*this);
  something_happened();
  kernel::Simulation& simulation = play_->stage().world().simulation();
  simulation.run_until([] { return false; }, end_of(duration_us));
}

bool ScriptBench::run_until(const std::function<bool()>& done, wire::Micros within_us) {
  const Running running(*this);
  something_happened();
  kernel::Simulation& simulation = play_->stage().world().simulation();
  const wire::Micros limit_us = std::max(play_->limit_us(), now_us());
  return simulation.run_until(done, std::min(end_of(within_us), limit_us)) ==
         kernel::Simulation::Stop::kCondition;
}

void ScriptBench::drive(const std::function<void(bench::World&)>& work) {
  const Running running(*this);
  reader_->something_happened();
  work(play_->stage().world());
}

std::string ScriptBench::seen(const std::string& expectation) {
  std::vector<std::string> words;
  for (const scenario::Field& row : scenario::expectations()) {
    if (row.name == expectation)
      return finished_ ? left_.seen[expectation] : play_->seen(expectation);
    words.push_back(row.name);
  }
  throw ScriptError(verdict::say("{}：このような期待の言葉はありません",
                                 "{}: no such word of `expect:`", yaml::shortened(expectation)) +
                    yaml::hint(expectation, words));
}

bool ScriptBench::out_of_time() { return finished_ ? left_.out_of_time : play_->out_of_time(); }

wire::Micros ScriptBench::left_us() {
  const wire::Micros end_us = std::min(play_->limit_us(), kEndUs);
  return end_us - std::min(end_us, now_us());
}

std::uint64_t ScriptBench::now_us() {
  return finished_ ? left_.now_us : play_->stage().world().simulation().now_us();
}

std::string ScriptBench::lying() {
  return finished_ ? left_.lying : play_->stage().world().hands().lying();
}

const trace::Journal& ScriptBench::journal() const {
  return finished_ ? left_.journal : play_->stage().world().journal();
}

std::vector<Record> ScriptBench::records(std::size_t begin, std::size_t count) const {
  const trace::Journal& journal = this->journal();
  std::vector<Record> records;
  for (std::size_t i = begin; i < journal.size() && records.size() < count; ++i) {
    const trace::Entry entry = journal.entry(i);
    Record record;
    record.time_ns = entry.time_ns;
    record.remark = entry.remark;
    if (entry.pipe == nullptr) {
      record.role = entry.role;
      record.event = entry.event;
      record.text = entry.text;
    } else {
      record.wire = entry.pipe->wire;
      record.pipe = entry.pipe->name;
      record.from = entry.pipe->from;
      record.to = entry.pipe->to;
      record.bytes.assign(entry.bytes.begin(), entry.bytes.end());
      record.text = journal.decoded(i);
    }
    records.push_back(std::move(record));
  }
  return records;
}

void ScriptBench::broke_off() {
  if (play_) play_->broke_off();
}

void ScriptBench::keep_journal(std::string file, bool passing) {
  settings_.journal_file = std::move(file);
  settings_.keep_passing_journals = passing;
}

std::string ScriptBench::journal_text() const {
  if (!left_.secrets) return {};
  std::string text;
  for (std::size_t i = 0; i < journal().size(); ++i) text += journal().json_line(i) + "\n";
  return left_.secrets->found_in(text) ? std::string() : text;
}

const verdict::ScenarioResult& ScriptBench::result() const {
  return finished_ ? result_ : play_->result();
}

const verdict::ScenarioResult& ScriptBench::finish() {
  if (finished_) return result_;
  drive_only_once();
  play_->stage().world().simulation().activate();
  if (verdict::ScenarioResult& result = play_->result();
      result.steps.empty() && result.reason.empty() && result.not_applicable.empty()) {
    result.reason = {"判定された手順が 1 つもない（run() だけでは何も判定されない。expect、check、"
                     "attest を使う）",
                     "no step was judged: run() alone judges nothing; use expect, check, attest"};
  }
  result_ = play_->finish();
  leave_world();
  result_.wall_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                            begun_)
          .count());
  for (Text& warning : warnings_) result_.warnings.push_back(std::move(warning));
  device_.reset();
  return result_;
}

void ScriptBench::leave_world() {
  Left left;
  for (const scenario::Field& row : scenario::expectations()) {
    try {
      left.seen.emplace(row.name, play_->seen(row.name));
    } catch (const std::exception&) {
      continue;  // of a world that broke: nothing is seen
    }
  }
  left.lying = lying();
  left.now_us = now_us();
  left.out_of_time = out_of_time();
  if (!settings_.journal_file.empty()) left.secrets = play_->stage().secrets();
  // What modules still write while they go is kept nowhere.
  left.journal = std::move(play_->stage().world().journal());
  left_ = std::move(left);
  finished_ = true;
  play_.reset();
  settings_ = {};  // holds what is bound
}

}  // namespace uketsuke::python
