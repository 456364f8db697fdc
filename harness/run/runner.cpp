#include "harness/run/runner.h"

#include <signal.h>

#include "harness/run/collector.h"
#include "harness/run/pool.h"
#include "harness/run/slice.h"

namespace uketsuke::run {
namespace {

using Clock = std::chrono::steady_clock;

void run_in_process(const std::vector<Selected>& selection, const RunConfig& run,
                    Executor& executor, Collector& collector, const ResultStore& store,
                    const RunEvents& events) {
  Config config;
  config.options = run.options;
  config.repeat = run.repeat;
  bool stop = false;
  Selected selected;  // what is under way
  std::uint32_t repetition = 0;
  if (events.on_step && run.options.extra.count("steps") != 0) {
    config.options.on_step = [&](const Step& step) { events.on_step(selected, repetition, step); };
  }
  for (std::uint32_t item = 0; item < selection.size() && !stop; ++item) {
    SliceEvents slice_events;
    slice_events.on_total = [&](std::uint32_t count) { collector.set_total(item, count); };
    slice_events.on_start = [&](std::uint32_t ordinal, const Selected& started) {
      selected = started;
      repetition = ordinal % run.repeat;
    };
    slice_events.on_result = [&](std::uint32_t ordinal, const verdict::ScenarioResult& result) {
      collector.put(item, ordinal, result);
      const bool asked = events.stop != nullptr && events.stop->load() != 0;
      if (asked) collector.summary().interrupted = true;
      stop =
          asked || store.problem() || (run.fail_fast && result.verdict >= verdict::Verdict::kFail);
      return !stop;
    };
    const Slice everything{item, 0, 0xFFFF'FFFF, selection[item]};
    run_slice(executor, everything, config, slice_events);
    collector.advance();
    if (events.on_progress) events.on_progress({collector.files_done(), selection.size()});
  }
}

}  // namespace

RunOutcome run(const std::vector<Selected>& selection, const RunConfig& config, Executor& executor,
               ResultStore& store, const RunEvents& events) {
  const auto start = Clock::now();
  ::signal(SIGPIPE, SIG_IGN);  // a worker that is gone is a result, not our end
  RunOutcome outcome;
  Collector collector(selection.size(), store, events);
  if (config.in_process) {
    run_in_process(selection, config, executor, collector, store, events);
  } else if (!selection.empty()) {
    Pool pool(selection, config, collector, store, events);
    pool.run();
    outcome.workers_lost = pool.workers_lost();
    collector.summary().interrupted = pool.interrupted();
  }
  collector.finish();
  if (store.problem()) collector.summary().interrupted = true;
  outcome.summary = std::move(collector.summary());
  outcome.wall_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count());
  return outcome;
}

}  // namespace uketsuke::run
