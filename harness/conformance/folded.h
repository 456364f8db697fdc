// Findings of a case that say the same, told once with their number: console, HTML and JUnit.
// results.json has each.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/conformance/case_result.h"

namespace uketsuke::conformance {

// `first` of those that name the same place, rule, expectation and answer (decoded).
struct FoldedFinding {
  const Finding* first = nullptr;
  std::size_t times = 0;
  std::vector<std::uint64_t> trace_lines;  // of all, those that are in the trace
};

// In the order of the first ones; pointers into `findings`.
std::vector<FoldedFinding> folded(const std::vector<Finding>& findings);

struct FoldedText {
  const Text* first = nullptr;
  std::size_t times = 0;
};
std::vector<FoldedText> folded(const std::vector<Text>& texts);

// " (3 times)"; empty for one.
Text times_text(std::size_t times);

}  // namespace uketsuke::conformance
