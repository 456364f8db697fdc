// What a scenario does differently from its baseline: by step and role, line by line.
#pragma once

#include <string>
#include <vector>

#include "harness/campaign/regress/baseline.h"

namespace uketsuke::campaign {

// "- line" of the baseline, "+ line" of now, "  line" of both around them, "..." between.
std::vector<std::string> diff_lines(const std::vector<std::string>& before,
                                    const std::vector<std::string>& now);

struct Difference {
  std::string step;  // label
  // Whose lines; "time" (how long the step took), "words", "verdict", "step" (one that is not there
  // on both sides) or "rests on".
  std::string role;
  std::vector<std::string> lines;
};

// words_before: of the whole baseline.
std::vector<Difference> differences(const Behaviour& before, const Words& words_before,
                                    const Behaviour& now);

}  // namespace uketsuke::campaign
