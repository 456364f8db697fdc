// Mutants made at random: one thing on any message. They have no expected set; what share of them
// is caught says how blind the catalogue is to what nobody thought of.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/conformance/mutants/mutant.h"
#include "harness/conformance/mutants/mutant_file.h"

namespace uketsuke::conformance {

// `count` mutants; the same for the same seed, and the first of a longer list. Kinds: bit, field,
// order, delay, omission, duplication; on bulk, control and interrupt messages and on those
// between reader and card; always, once, after a while, after an error, one in some.
std::vector<Mutant> random_mutants(const MutantSources& sources, std::size_t count,
                                   std::uint64_t seed);

}  // namespace uketsuke::conformance
