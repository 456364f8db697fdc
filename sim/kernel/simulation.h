// One simulated world's kernel: its own SystemC context, guarded processes, a budget of events per
// instant, and the loop that runs it: in virtual time, or paced by the wall clock. Time starts at 0
// in every Simulation.
//
// SystemC 2.3.4 keeps the current context in two globals; each public method activates the own one,
// so several simulations may live in a process and be run in turn, by one thread at a time.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <systemc>
#include <vector>

#include "sim/kernel/pacer.h"
#include "sim/wire/timer.h"

namespace uketsuke::kernel {

// More events at one instant than any real world has: the models answer each other without time
// going on.
class Livelock : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Simulation {
 public:
  Simulation();
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Makes this world's context the current one: before constructing its modules.
  void activate();
  // Since the start of this world. Inside and outside of processes.
  std::uint64_t now_ns() const;
  wire::Micros now_us() const { return now_ns() / 1000; }

  enum class Stop { kCondition, kDeadline };
  // Runs until `done()` holds (asked after each instant, and once before) or the deadline is
  // reached; time then is the deadline. Throws what a process threw; the world is then unusable.
  Stop run_until(const std::function<bool()>& done, wire::Micros deadline_us);
  void run_for(wire::Micros duration_us);
  // From now on simulated time follows the wall clock, and what the inbox gets is taken in as it
  // comes.
  void pace(const PacerSettings& settings, std::shared_ptr<Inbox> inbox);
  const Pacer* pacer() const { return pacer_.get(); }  // nullptr: virtual time
  // To be done outside of the kernel, at this instant, before time goes on: a process asks what
  // only a program can answer, which may take long and may throw. What it posts to a mailbox
  // arrives at this instant, too: results do not depend on how a run is cut into windows.
  void ask_outside(std::function<void()> question);
  // Called again and again while the simulation runs, outside of the kernel (also within an
  // instant that does not end). What it throws leaves run_until(); the world can be run on.
  void watch(std::function<void()> watcher) { watcher_ = std::move(watcher); }
  // True if something will still happen by itself.
  bool pending() const;

  // Called by mailboxes for each delivery. Throws Livelock beyond the budget.
  void count_event();
  std::uint64_t events() const { return events_; }
  static constexpr std::uint32_t kEventsPerInstant = 100'000;

  // Body of every process: keeps the first exception and pauses the kernel, so that no exception
  // crosses a process boundary.
  template <class F>
  void guarded(F&& body) {
    if (failure_) return;
    try {
      body();
    } catch (...) {
      failure_ = std::current_exception();
      sc_core::sc_pause();
    }
  }

 private:
  void rethrow();
  void step(const sc_core::sc_time& duration);
  void settle();
  void step_paced(std::uint64_t target_ns);
  void look_outside();

  sc_core::sc_simcontext* context_;
  std::exception_ptr failure_;
  std::unique_ptr<Pacer> pacer_;
  std::function<void()> watcher_;
  std::vector<std::function<void()>> questions_;
  std::uint64_t events_ = 0;
  std::uint64_t instant_ns_ = 0;
  std::uint32_t events_at_instant_ = 0;
};

// The two conversions between kernel time and the microseconds of behaviours.
sc_core::sc_time from_ns(std::uint64_t ns);
inline sc_core::sc_time from_us(wire::Micros us) { return from_ns(us * 1000); }

}  // namespace uketsuke::kernel
