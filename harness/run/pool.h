// The worker processes of a run and what each of them has to do.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/collector.h"
#include "harness/run/worker_process.h"

namespace uketsuke::run {

class Pool {
 public:
  Pool(const std::vector<Selected>& selection, const RunConfig& config, Collector& collector,
       const ResultStore& store, const RunEvents& events);

  void run();  // throws RunError
  std::uint64_t workers_lost() const { return workers_lost_; }
  bool interrupted() const { return interrupted_; }

 private:
  using Clock = std::chrono::steady_clock;

  // What a worker is at; a worker that dies while kIdle is not blamed on a scenario.
  enum class Phase { kIdle, kLoading, kRunning };
  struct Worker {
    std::unique_ptr<WorkerProcess> process;
    std::deque<Slice> assigned;  // the front is what it works on
    Phase phase = Phase::kIdle;
    std::uint32_t ordinal = 0;  // kRunning
    Selected selected;          // kRunning: the variant
    Clock::time_point since;    // of the last message
    double slice_us = 0;        // how long slices take here, smoothed; 0: not known
    unsigned slices_done = 0;   // since rate_since
    Clock::time_point rate_since;
    std::optional<verdict::Text> killed_because;
  };

  // How a run comes to its end.
  enum class Mode {
    kRunning,
    kStopping,  // workers finish what they are at, nothing new is given out
  };

  void start(Worker& worker);
  void let_go();
  void check_stop();
  void stop_workers();
  void give_work(Worker& worker);
  std::optional<Slice> next_slice();
  std::size_t wanted(const Worker& worker) const;
  bool work_left() const { return !returned_.empty() || next_item_ < selection_.size(); }
  bool finished() const;

  void wait();
  void read(Worker& worker);
  // These answer false if the worker does not keep to the protocol.
  bool read_frames(Worker& worker);
  void measure(Worker& worker);
  bool handle(Worker& worker, Message& message);
  bool on_total(Worker& worker, const Total& total);
  bool on_finished(Worker& worker, const Finished& finished);
  void on_slice_done(Worker& worker);
  void refuse(Worker& worker);
  void show_text(Worker& worker);

  void check_deaths();
  void check_limits(Clock::time_point now);
  int next_wake_ms() const;
  bool is_late(const Worker& worker, const verdict::ScenarioResult& result) const;
  std::uint32_t limit_ms(const Worker& worker) const;
  verdict::ScenarioResult substitute(const Selected& selected, std::uint32_t ordinal,
                                     verdict::Verdict verdict, const verdict::Text& why) const;
  void bury(Worker& worker);
  void blame(Worker& worker, const verdict::Text& why);

  const std::vector<Selected>& selection_;
  const RunConfig& config_;
  Collector& collector_;
  const ResultStore& store_;
  const RunEvents& events_;
  std::vector<Worker> workers_;
  std::deque<Slice> returned_;  // goes out before new items
  std::size_t next_item_ = 0;
  Mode mode_ = Mode::kRunning;
  Clock::time_point stop_since_;
  Clock::time_point last_progress_;
  Clock::time_point last_loop_;
  unsigned idle_deaths_ = 0;  // one after the other, without any message between
  std::uint64_t workers_lost_ = 0;
  bool interrupted_ = false;
  bool was_stopped_ = false;  // the whole process group, a moment ago
};

}  // namespace uketsuke::run
