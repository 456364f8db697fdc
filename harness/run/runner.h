// Runs scenarios: -j N worker processes, one result per scenario variant, in the order of the list.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/run/executor.h"
#include "harness/verdict/summary.h"

namespace uketsuke::run {

struct RunConfig {
  unsigned jobs = 1;
  std::uint32_t repeat = 1;
  bool fail_fast = false;
  bool in_process = false;  // for benches: no worker, no wall limit, a crash loses the run
  Options options;          // random_seed: that of the first repetition
  std::vector<std::string> worker_command;  // a path, arguments; empty: this one, `worker`
};

// Results wait on disk until it is their turn, so that memory stays flat.
class ResultStore;

struct RunOutcome {
  verdict::Summary summary;
  std::uint64_t wall_us = 0;
  std::uint64_t workers_lost = 0;  // died or were ended for their wall limit
};

// Called for every result in the order of the list. `done` of `files`: how far the run is.
struct Progress {
  std::uint64_t files_done = 0;
  std::uint64_t files = 0;
};
struct RunEvents {
  // As each step begins, of any worker, if options.extra has "steps".
  std::function<void(const Selected&, std::uint32_t repetition, const Step&)> on_step;
  std::function<void(const verdict::ScenarioResult&)> on_result;  // in order
  std::function<void(const Progress&)> on_progress;               // at most every 100 ms
  std::function<void(const std::string&)> on_worker_text;         // what workers print
  const std::atomic<int>* stop = nullptr;  // 0: run; 1: finish what is running; 2: end at once
};

// Runs everything and keeps every result in `store`, in the order of `selection` (repetitions of a
// scenario next to each other). A worker that dies or exceeds the wall limit gives kError to the
// scenario it was at and is replaced. If the store cannot be written any more (store.problem()),
// the run ends and what is known stays. Throws RunError if no worker can be started.
RunOutcome run(const std::vector<Selected>& selection, const RunConfig& config, Executor& executor,
               ResultStore& store, const RunEvents& events);

// The hidden subcommand `worker`: reads work from in_fd and writes results to out_fd until in_fd
// ends. The exit code is of no use to anybody but tests.
int worker_main(Executor& executor, int in_fd = 3, int out_fd = 4);

}  // namespace uketsuke::run
