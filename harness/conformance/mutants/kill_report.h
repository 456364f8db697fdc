// The kill matrix for people, and as a table for programs.
#pragma once

#include <string>
#include <vector>

#include "harness/conformance/mutants/kill_matrix.h"

namespace uketsuke::conformance {

// One line for each mutant that is not killed as it should be, each clean finding, each case that
// is toothless or catches nearly everything; and the totals.
std::vector<verdict::Text> describe(const KillMatrix& matrix);
// Of a random set: kill rate and survivors.
std::vector<verdict::Text> describe_random(const KillMatrix& matrix);
// mutant, family, fate, seeds killed/seeds, killers that were expected, other killers, warned.
std::string csv_of(const KillMatrix& matrix);
// Every mutant is killed as expected, nothing is found on clean readers, every case has teeth.
bool is_good(const KillMatrix& matrix);

}  // namespace uketsuke::conformance
