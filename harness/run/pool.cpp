#include "harness/run/pool.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "harness/run/find.h"
#include "harness/run/slice.h"

namespace uketsuke::run {
namespace {

using std::chrono::milliseconds;
using verdict::Verdict;

constexpr std::uint32_t kRunsInSlice = 64;  // of one file; the rest goes to whoever is free
constexpr std::size_t kSlicesAhead = 256;   // at most so many wait in a worker's pipe
constexpr double kWorkAheadUs = 50'000;     // and about so much work
constexpr std::size_t kSlicesToBatch = 4;   // with so many ahead the parent reads in batches
constexpr auto kBatch = std::chrono::microseconds(2000);
constexpr auto kTick = milliseconds(100);
constexpr auto kStopped = milliseconds(1000);   // a turn of the loop that took so long was stopped
constexpr auto kGrace = milliseconds(2000);     // after Ctrl-C, before a running scenario is ended
constexpr auto kFarewell = milliseconds(2000);  // for a worker to end once its work has ended
constexpr std::uint32_t kLoadingLimitMs = 10'000;  // at least, for starting and for loading a file
constexpr std::uint32_t kMaxRuns = 10'000'000;     // of one file
constexpr unsigned kIdleDeaths = 3;

double us_between(std::chrono::steady_clock::time_point from,
                  std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double, std::micro>(to - from).count();
}

}  // namespace

Pool::Pool(const std::vector<Selected>& selection, const RunConfig& config, Collector& collector,
           const ResultStore& store, const RunEvents& events)
    : selection_(selection),
      config_(config),
      collector_(collector),
      store_(store),
      events_(events) {}

void Pool::run() {
  const auto wanted_workers = std::max(1U, config_.jobs);
  workers_.resize(std::min<std::size_t>(wanted_workers, selection_.size() * kRunsInSlice));
  last_loop_ = last_progress_ = Clock::now();
  for (auto& worker : workers_) start(worker);
  while (!finished()) {
    check_stop();
    if (store_.problem()) stop_workers();
    for (auto& worker : workers_) give_work(worker);
    wait();
    was_stopped_ = Clock::now() - last_loop_ > kStopped;
    for (auto& worker : workers_) read(worker);
    check_deaths();
    const auto now = Clock::now();
    check_limits(now);
    last_loop_ = now;
    collector_.advance();
    if (events_.on_progress && now - last_progress_ >= kTick) {
      last_progress_ = now;
      events_.on_progress({collector_.files_done(), selection_.size()});
    }
  }
  let_go();
}

void Pool::let_go() {
  for (auto& worker : workers_) {
    if (worker.process) worker.process->close_in();  // that is how a worker is told to go
  }
  const auto until = Clock::now() + kFarewell;
  for (auto& worker : workers_) {
    if (!worker.process) continue;
    while (!worker.process->reap() && Clock::now() < until) {
      show_text(worker);
      ::usleep(500);
    }
    show_text(worker);
  }
}

void Pool::show_text(Worker& worker) {
  const auto text = worker.process->read_text();
  if (!text.empty() && events_.on_worker_text) events_.on_worker_text(text);
}

void Pool::start(Worker& worker) {
  worker = Worker{};
  worker.process = std::make_unique<WorkerProcess>(config_.worker_command);
  worker.since = worker.rate_since = Clock::now();
  Config config;
  config.options = config_.options;
  config.repeat = config_.repeat;
  config.fail_fast = config_.fail_fast;
  worker.process->send(config);
}

bool Pool::finished() const {
  const auto is_done = [](const Worker& worker) {
    return !worker.process || worker.assigned.empty();
  };
  return (mode_ == Mode::kStopping || !work_left()) &&
         std::all_of(workers_.begin(), workers_.end(), is_done);
}

void Pool::check_stop() {
  const int stop = events_.stop == nullptr ? 0 : events_.stop->load();
  if (stop == 0) return;
  interrupted_ = true;
  stop_workers();
  if (stop < 2 && Clock::now() - stop_since_ < kGrace) return;
  for (auto& worker : workers_) {
    if (!worker.process || worker.killed_because) continue;
    worker.killed_because =
        verdict::Text{"終わる前に中断されました", "interrupted before it ended"};
    worker.process->signal(SIGKILL);
  }
}

void Pool::stop_workers() {
  if (mode_ == Mode::kStopping) return;
  mode_ = Mode::kStopping;
  stop_since_ = Clock::now();
  for (auto& worker : workers_) {
    if (worker.process) worker.process->signal(SIGTERM);
  }
}

// New work goes to a worker in time for it never to wait, but not so early that it is stuck there
// behind something long while others have nothing to do.
std::size_t Pool::wanted(const Worker& worker) const {
  if (worker.slice_us <= 0) return 1;
  const auto left = returned_.size() + (selection_.size() - next_item_);
  const auto share = std::max<std::size_t>(1, left / (2 * workers_.size()));
  const auto ahead = static_cast<std::size_t>(kWorkAheadUs / worker.slice_us) + 1;
  return std::min({ahead, share, kSlicesAhead});
}

void Pool::give_work(Worker& worker) {
  if (mode_ == Mode::kStopping || !worker.process) return;
  const auto target = wanted(worker);
  if (!worker.assigned.empty() && worker.assigned.size() > target / 2) return;
  while (worker.assigned.size() < target) {
    auto slice = next_slice();
    if (!slice) break;
    if (worker.assigned.empty()) worker.since = worker.rate_since = Clock::now();
    worker.process->send(*slice);
    worker.assigned.push_back(std::move(*slice));
  }
  worker.process->write_unsent();
}

std::optional<Slice> Pool::next_slice() {
  if (!returned_.empty()) {
    auto slice = std::move(returned_.front());
    returned_.pop_front();
    return slice;
  }
  if (next_item_ == selection_.size()) return std::nullopt;
  const auto item = static_cast<std::uint32_t>(next_item_++);
  return Slice{item, 0, kRunsInSlice, selection_[item]};
}

void Pool::wait() {
  std::vector<pollfd> fds;
  bool everybody_busy = true;
  for (const auto& worker : workers_) {
    if (!worker.process) continue;
    everybody_busy = everybody_busy && worker.assigned.size() >= kSlicesToBatch;
    fds.push_back({worker.process->out_fd(), POLLIN, 0});
    fds.push_back({worker.process->text_fd(), POLLIN, 0});
    if (worker.process->has_unsent()) fds.push_back({worker.process->in_fd(), POLLOUT, 0});
  }
  // Being woken for every single result would cost more than the results do.
  if (everybody_busy && mode_ == Mode::kRunning) ::usleep(static_cast<useconds_t>(kBatch.count()));
  ::poll(fds.data(), fds.size(), next_wake_ms());
}

// The next wall limit is not to pass unnoticed.
int Pool::next_wake_ms() const {
  auto wake = kTick;
  const auto now = Clock::now();
  for (const auto& worker : workers_) {
    if (!worker.process || worker.assigned.empty()) continue;
    const auto left = worker.since + milliseconds(limit_ms(worker)) - now;
    const auto left_ms = std::chrono::duration_cast<milliseconds>(left) + milliseconds(1);
    wake = std::clamp(left_ms, milliseconds(1), wake);
  }
  return static_cast<int>(wake.count());
}

void Pool::read(Worker& worker) {
  if (!worker.process) return;
  worker.process->write_unsent();
  show_text(worker);
  const bool open = worker.process->read_results();
  if (!read_frames(worker)) return refuse(worker);
  measure(worker);
  if (!open && !worker.process->reap()) ::usleep(1000);  // about to end: see check_deaths()
}

bool Pool::read_frames(Worker& worker) {
  auto& frames = worker.process->frames();
  while (const auto frame = frames.next()) {
    auto message = decode_message(*frame);
    if (!message || !handle(worker, *message)) return false;
  }
  return !frames.broken();
}

void Pool::measure(Worker& worker) {
  if (worker.slices_done == 0) return;
  const auto now = Clock::now();
  const auto took = us_between(worker.rate_since, now) / worker.slices_done;
  worker.slice_us = worker.slice_us <= 0 ? took : (worker.slice_us + took) / 2;
  worker.slices_done = 0;
  worker.rate_since = now;
}

void Pool::refuse(Worker& worker) {
  worker.killed_because = verdict::Text{"ワーカーの応答を解釈できません",
                                        "the worker process sent something that is not a result"};
  worker.process->kill_and_reap();
}

bool Pool::handle(Worker& worker, Message& message) {
  const auto item_of = [](const auto& value) -> std::optional<std::uint32_t> {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Config>) {
      return std::nullopt;
    } else {
      return value.item;
    }
  };
  const auto item = std::visit(item_of, message);
  if (!item || worker.assigned.empty() || worker.assigned.front().item != *item) return false;
  const auto since = std::exchange(worker.since, Clock::now());
  idle_deaths_ = 0;
  if (std::get_if<Loading>(&message) != nullptr) {
    worker.phase = Phase::kLoading;
  } else if (const auto* total = std::get_if<Total>(&message)) {
    return on_total(worker, *total);
  } else if (auto* started = std::get_if<Started>(&message)) {
    worker.phase = Phase::kRunning;
    worker.ordinal = started->ordinal;
    worker.selected = std::move(started->selected);
  } else if (const auto* finished = std::get_if<Finished>(&message)) {
    return on_finished(worker, *finished);
  } else if (std::get_if<SliceDone>(&message) != nullptr) {
    on_slice_done(worker);
  } else if (const auto* begun = std::get_if<StepBegun>(&message)) {
    worker.since = since;  // the limit is of the whole scenario
    if (events_.on_step)
      events_.on_step(worker.selected, worker.ordinal % config_.repeat, begun->step);
  } else {
    return false;
  }
  return true;
}

bool Pool::on_total(Worker& worker, const Total& total) {
  const auto& slice = worker.assigned.front();
  if (total.count > kMaxRuns) return false;
  if (collector_.knows_total(total.item)) return true;
  collector_.set_total(total.item, total.count);
  std::vector<Slice> rest;
  for (auto first = slice.first + slice.limit; first < total.count; first += kRunsInSlice) {
    rest.push_back(Slice{total.item, first, kRunsInSlice, selection_[total.item]});
  }
  returned_.insert(returned_.begin(), rest.begin(), rest.end());
  return true;
}

bool Pool::on_finished(Worker& worker, const Finished& finished) {
  auto result = decode_result(finished.result);
  if (!result) return false;
  auto verdict = finished.verdict;
  if (is_late(worker, *result)) {
    result->verdict = verdict = Verdict::kError;
    const auto limit = std::to_string(limit_ms(worker));
    const auto took = std::to_string(result->wall_us / 1000);
    result->reason = {"実時間の上限 " + limit + " ms を超えました（" + took + " ms）",
                      "exceeded the limit of " + limit + " ms of real time (took " + took + " ms)"};
    collector_.put(finished.item, finished.ordinal, *result);
  } else {
    collector_.put(finished.item, finished.ordinal, finished.result);
  }
  worker.phase = Phase::kLoading;
  if (config_.fail_fast && verdict >= Verdict::kFail) stop_workers();
  return true;
}

void Pool::on_slice_done(Worker& worker) {
  const auto slice = std::move(worker.assigned.front());
  worker.assigned.pop_front();
  worker.phase = Phase::kIdle;
  ++worker.slices_done;
  const auto end = std::min(slice.first + slice.limit, collector_.total(slice.item));
  for (auto ordinal = slice.first; ordinal < end; ++ordinal) {
    if (collector_.has(slice.item, ordinal)) continue;
    collector_.put(
        slice.item, ordinal,
        substitute(slice.selected, ordinal, Verdict::kError,
                   {"ワーカーから結果が届きませんでした", "the worker process gave no result"}));
  }
}

// A run that was over before the loop could end it. Time in which everything stood still is not
// its own.
bool Pool::is_late(const Worker& worker, const verdict::ScenarioResult& result) const {
  if (was_stopped_ || worker.phase != Phase::kRunning) return false;
  return result.wall_us > std::uint64_t{limit_ms(worker)} * 1000;
}

verdict::ScenarioResult Pool::substitute(const Selected& selected, std::uint32_t ordinal,
                                         Verdict verdict, const verdict::Text& why) const {
  const auto repetition = ordinal % config_.repeat;
  return result_without_run(selected, repetition, config_.options.random_seed + repetition, verdict,
                            why);
}

std::uint32_t Pool::limit_ms(const Worker& worker) const {
  const auto of_run = config_.options.wall_limit_ms;
  if (worker.phase != Phase::kRunning) {
    return std::max(of_run != 0 ? of_run : kDefaultWallLimitMs, kLoadingLimitMs);
  }
  if (of_run != 0) return of_run;
  return worker.selected.wall_limit_ms != 0 ? worker.selected.wall_limit_ms : kDefaultWallLimitMs;
}

void Pool::check_limits(Clock::time_point now) {
  const auto gap = now - last_loop_;
  for (auto& worker : workers_) {
    if (!worker.process || worker.assigned.empty() || worker.killed_because) continue;
    // The whole process group was stopped (Ctrl-Z, a sleeping machine): that is not its time.
    if (gap > kStopped) worker.since += gap;
    const auto limit = limit_ms(worker);
    if (now - worker.since < milliseconds(limit)) continue;
    const auto text = std::to_string(limit);
    const auto place = worker.phase == Phase::kRunning
                           ? describe_progress(worker.process->progress())
                           : verdict::Text{"読み込み中に", " while loading"};
    worker.killed_because = verdict::Text{
        place.ja + "実時間の上限 " + text + " ms を超えたため終了させました",
        "exceeded the limit of " + text + " ms of real time" + place.en + " and was ended"};
    worker.process->signal(SIGKILL);
  }
}

void Pool::check_deaths() {
  for (auto& worker : workers_) {
    if (worker.process && worker.process->reap()) bury(worker);
  }
}

void Pool::bury(Worker& worker) {
  // What it sent before it died still counts.
  bool more = !worker.killed_because;
  while (more) {
    more = worker.process->read_results() && worker.process->has_results();
    if (!read_frames(worker)) break;
  }
  show_text(worker);

  const bool lost = mode_ == Mode::kRunning;
  const bool was_at_something = !worker.assigned.empty() && worker.phase != Phase::kIdle;
  const auto why = worker.killed_because.value_or(worker.process->how_it_ended());
  if (was_at_something && (lost || worker.killed_because || worker.phase == Phase::kRunning)) {
    blame(worker, why);
  } else if (lost && ++idle_deaths_ >= kIdleDeaths) {
    throw RunError(RunError::Kind::kEnvironment,
                   {"ワーカーが動きません：" + why.ja, "workers do not work: " + why.en});
  }
  if (lost) {
    ++workers_lost_;
    returned_.insert(returned_.begin(), worker.assigned.begin(), worker.assigned.end());
  }
  worker.assigned.clear();
  worker.process.reset();
  if (mode_ == Mode::kRunning && work_left()) start(worker);
}

// The scenario a worker was at gets the blame; what is left of its slice goes back to the front of
// worker.assigned.
void Pool::blame(Worker& worker, const verdict::Text& why) {
  auto slice = std::move(worker.assigned.front());
  worker.assigned.pop_front();
  const bool is_running = worker.phase == Phase::kRunning;
  collector_.set_total(slice.item, 1);  // if it did not come so far as to say it
  const auto end = std::min(slice.first + slice.limit, collector_.total(slice.item));
  auto ordinal = is_running ? worker.ordinal : slice.first;
  if (!is_running) {
    while (ordinal < end && collector_.has(slice.item, ordinal)) ++ordinal;
    if (ordinal == end) return;  // it had done all of this
  }
  const bool by_user = interrupted_ && worker.killed_because.has_value();
  auto result = substitute(is_running ? worker.selected : slice.selected, ordinal,
                           by_user ? Verdict::kNone : Verdict::kError, why);
  result.wall_us = static_cast<std::uint64_t>(us_between(worker.since, Clock::now()));
  const auto& text = worker.process->last_text();
  if (!text.empty()) {
    result.warnings.push_back(
        {"ワーカーの最後の出力：" + text, "last output of the worker: " + text});
  }
  collector_.put(slice.item, ordinal, result);
  if (config_.fail_fast && result.verdict >= Verdict::kFail) stop_workers();

  if (ordinal + 1 >= end) return;
  slice.limit = end - (ordinal + 1);
  slice.first = ordinal + 1;
  worker.assigned.push_front(std::move(slice));
}

}  // namespace uketsuke::run
