#include "sim/kernel/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace uketsuke::kernel {
namespace {

// Reports of the kernel: errors become exceptions (the default), warnings too, no chatter.
void strict_reports() {
  static const bool once = [] {
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
    return true;
  }();
  static_cast<void>(once);
}

// The context that is there before any world: current again when a world goes. Worlds may go in
// another order than they came in.
sc_core::sc_simcontext* load_time_context() {
  static sc_core::sc_simcontext* const context = sc_core::sc_get_curr_simcontext();
  return context;
}

// While somebody watches, the wall clock is not waited for longer than this at a time.
constexpr std::uint64_t kWatchEveryNs = 50'000'000;

}  // namespace

sc_core::sc_time from_ns(std::uint64_t ns) {
  // Kernel resolution is 1 ps (the default, never changed).
  return sc_core::sc_time::from_value(ns * 1000);
}

Simulation::Simulation() {
  strict_reports();
  load_time_context();
  context_ = new sc_core::sc_simcontext;
  activate();
}

Simulation::~Simulation() {
  activate();
  delete context_;
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = load_time_context();
}

void Simulation::activate() {
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context_;
}

std::uint64_t Simulation::now_ns() const { return context_->time_stamp().value() / 1000; }

void Simulation::rethrow() {
  if (failure_) std::rethrow_exception(failure_);
}

void Simulation::step(const sc_core::sc_time& duration) {
  sc_core::sc_start(duration);
  rethrow();
}

bool Simulation::pending() const { return sc_core::sc_pending_activity(context_); }

Simulation::Stop Simulation::run_until(const std::function<bool()>& done,
                                       wire::Micros deadline_us) {
  activate();
  rethrow();
  const sc_core::sc_time deadline = from_us(deadline_us);
  while (true) {
    settle();  // an instant is settled before anybody looks at it
    if (done()) return Stop::kCondition;
    activate();  // whoever was asked may have run another world
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (now >= deadline) return Stop::kDeadline;
    const bool future = sc_core::sc_pending_activity_at_future_time();
    const sc_core::sc_time next =
        future ? now + sc_core::sc_time_to_pending_activity() : deadline;
    const sc_core::sc_time target = next < deadline ? next : deadline;
    if (pacer_) {
      step_paced(target.value() / 1000);
    } else {
      step(target - now);
    }
  }
}

void Simulation::settle() {
  while (true) {
    look_outside();
    if (!sc_core::sc_pending_activity_at_current_time()) return;
    step(sc_core::SC_ZERO_TIME);
  }
}

void Simulation::ask_outside(std::function<void()> question) {
  questions_.push_back(std::move(question));
}

// Other worlds may have run meanwhile.
void Simulation::look_outside() {
  if (!watcher_ && questions_.empty()) return;
  if (watcher_) watcher_();
  while (!questions_.empty()) {
    const std::function<void()> question = std::move(questions_.front());
    questions_.erase(questions_.begin());
    activate();
    question();
  }
  activate();
}

void Simulation::pace(const PacerSettings& settings, std::shared_ptr<Inbox> inbox) {
  pacer_ = std::make_unique<Pacer>(settings, std::move(inbox), now_ns());
}

// Up to `target_ns`, or to now by the wall clock if the inbox has something before.
void Simulation::step_paced(std::uint64_t target_ns) {
  pacer_->wait(target_ns, watcher_ ? kWatchEveryNs : Pacer::kLongestWaitNs);
  const bool called = pacer_->inbox().waiting();
  if (!called) {
    if (pacer_->due(target_ns)) {
      pacer_->note_lag(target_ns);
      step(from_ns(target_ns - now_ns()));
    }
    return;
  }
  const std::uint64_t at = std::min(std::max(pacer_->now_ns(), now_ns()), target_ns);
  if (at > now_ns()) {
    step(from_ns(at - now_ns()));
    settle();
  }
  guarded([this] { pacer_->inbox().drain(); });
  rethrow();
}

void Simulation::run_for(wire::Micros duration_us) {
  run_until([] { return false; }, now_us() + duration_us);
}

void Simulation::count_event() {
  ++events_;
  const std::uint64_t now = now_ns();
  if (now != instant_ns_) {
    instant_ns_ = now;
    events_at_instant_ = 0;
  }
  if (++events_at_instant_ > kEventsPerInstant) {
    throw Livelock(fmt::format("livelock: more than {} events at {} us", kEventsPerInstant,
                               now / 1000));
  }
}

}  // namespace uketsuke::kernel

// libsystemc wants this symbol at link time; nothing calls it (main() is the harness's own).
extern "C" __attribute__((visibility("default"))) int sc_main(int, char**) { return 0; }
