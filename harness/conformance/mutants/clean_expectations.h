// What the clean readers cannot show: cases that are not applicable or inconclusive on them, by id,
// in scenarios/conformance/expected_on_clean.yaml. A change of that list fails.
#pragma once

#include <string>
#include <vector>

#include "harness/conformance/mutants/kill_matrix.h"

namespace uketsuke::conformance {

struct CleanExpectations {
  std::map<std::string, std::set<std::string>> not_applicable, inconclusive;  // by reader
};

// Throws yaml::Error.
CleanExpectations load_clean_expectations(const std::string& path);
std::string to_yaml(const CleanExpectations& expectations);
CleanExpectations expectations_of(const KillMatrix& matrix);
// One line for each difference, of readers that ran: "clean_tpdu: MSG-14 is not applicable, and
// was not expected to be".
std::vector<verdict::Text> differences(const CleanExpectations& expected,
                                       const CleanExpectations& found);

}  // namespace uketsuke::conformance
