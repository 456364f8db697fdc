// Worker processes over shared memory: what a worker has done is there even if it dies.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "harness/explore/coverage.h"

namespace uketsuke::explore {

inline constexpr std::size_t kMostNoted = 256;

struct Tally {
  std::uint64_t current = 0, done = 0, acts = 0, identified = 0, disagreements = 0, died = 0;
  std::uint64_t noted = 0;
  std::uint64_t failed[kMostNoted] = {};  // k of the first that disagree
  bool died_at[kMostNoted] = {};          // of them: the worker ended

  void note(std::uint64_t k, bool it_died) {
    ++disagreements;
    if (noted < kMostNoted) {
      failed[noted] = k;
      died_at[noted++] = it_died;
    }
  }
};

// Plays k = first, first + step, ... < runs and keeps tally and coverage up to date.
using PlayRange = std::function<void(std::uint64_t first, std::uint64_t step, std::uint64_t runs,
                                     Tally& tally, std::uint8_t* states,
                                     std::uint8_t* transitions)>;
// Called every few milliseconds; false: the workers are ended.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t runs)>;

// All of 0 to runs - 1 in `jobs` processes; merges what they covered. Workers that die or stand
// still count as a disagreement of the sequence they were at; another one goes on behind it.
std::vector<Tally> play_in_workers(unsigned jobs, std::uint64_t runs, Coverage& coverage,
                                   const PlayRange& play, const Progress& progress);

}  // namespace uketsuke::explore
