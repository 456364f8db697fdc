// Sequences of legal and illegal acts by all people. Two of three go to a state that is due and try
// there what leads nowhere and then one way out; the third goes through a 本人確認 and on at random.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/explore/coverage.h"
#include "harness/explore/graph.h"

namespace uketsuke::explore {

// What holds beside the state of the desk.
struct Setting {
  bool two_factors = true;  // the physician signs in with both
  bool permission = true;   // holds the 救急時閲覧権限
  std::uint8_t reader = 0;  // P5: which generic reader
};
struct Sequence {
  std::uint32_t start = 0;  // index of Graph::state()
  Setting setting;
  std::vector<Do> acts;
};

class Generator {
 public:
  Generator(const Graph& graph, const Coverage& classes) : graph_(graph), classes_(classes) {}
  // Sequence k of a seed; does not depend on any other.
  Sequence make(std::uint64_t seed, std::uint64_t k) const;

 private:
  class Walk;
  const Graph& graph_;
  const Coverage& classes_;
};

// How many acts people may do before the screen gives up waiting; far below it.
std::uint32_t patience(Screen screen);
inline constexpr std::uint8_t kGenericReaders = 3;

}  // namespace uketsuke::explore
