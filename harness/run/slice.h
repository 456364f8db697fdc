// Running a slice: what a worker process and --in-process have in common.
#pragma once

#include <functional>

#include "harness/run/codec.h"

namespace uketsuke::run {

// How far a run is, as one number that two processes can share: step (from 1) and its line.
constexpr std::uint64_t progress_at(std::uint32_t step, std::uint32_t line) {
  return std::uint64_t{step} << 32U | line;
}
// " at step 3 (line 17)", "手順 3（17 行目）で"; empty if it had not begun.
verdict::Text describe_progress(std::uint64_t progress);

struct SliceEvents {
  std::function<void(std::uint32_t count)> on_total;  // runs of the whole item
  std::function<void(std::uint32_t ordinal, const Selected&)> on_start;
  // Answers whether to go on.
  std::function<bool(std::uint32_t ordinal, const verdict::ScenarioResult&)> on_result;
};

// Runs the slice; exceptions of the executor become results with kError. Answers whether it ran to
// its end.
bool run_slice(Executor& executor, const Slice& slice, const Config& config,
               const SliceEvents& events);

// A result that the runner itself has to give.
verdict::ScenarioResult result_without_run(const Selected& selected, std::uint32_t repetition,
                                           std::uint64_t random_seed, verdict::Verdict verdict,
                                           verdict::Text reason);

}  // namespace uketsuke::run
