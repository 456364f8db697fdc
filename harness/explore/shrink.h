// Makes a sequence that disagrees smaller while it still disagrees in the same way.
#pragma once

#include "harness/explore/player.h"

namespace uketsuke::explore {

struct Shrunk {
  Sequence sequence;
  Disagreement disagreement;
  std::size_t plays = 0;
};

// First fewer acts (delta debugging), then simpler ones. `sequence` has to disagree like `first`.
Shrunk shrink(Player& player, Sequence sequence, const Disagreement& first);

}  // namespace uketsuke::explore
