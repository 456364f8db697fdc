// A deliberately bad device: what it is, how it is made out of a good one, and which cases have to
// catch it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/campaign/changes.h"
#include "harness/verdict/verdict.h"
#include "models/generic_reader/profile.h"
#include "sim/fault/mutation.h"

namespace uketsuke::conformance {

// Which role the mutant stands in for. All but the reader are changed by a seeded change.
enum class MutantRole : std::uint8_t { kReader, kCard, kPanel, kTerminal, kBackend };
std::string_view to_string(MutantRole role);

// A reader made bad: parameters changed, a behaviour table changed.
struct MutantReader {
  std::string base;  // of scenarios/readers
  generic_reader::Profile profile;
};

struct Mutant {
  std::string id;      // "m-..."
  std::string family;  // of its file
  verdict::Text title;
  std::string imitates;  // a public source, or "constructed"
  MutantRole role = MutantRole::kReader;
  std::vector<MutantReader> readers;   // one run for each; none for other roles
  std::vector<fault::Mutation> wire;
  std::vector<campaign::SeededChange> seeded;
  std::vector<std::string> killed_by;  // ids of cases: one of them has to catch it
  bool warns = false;         // it gives a warning, no fail
  bool intermittent = false;  // over 20 seeds at least 19 are caught
  bool legal = false;         // no deviation: it has to survive
  std::string file;           // where it stands
  int line = 0;
};

}  // namespace uketsuke::conformance
