// Mutants as data: scenarios/mutants/*.yaml, one file for each family. Schema:
// scenarios/schema/mutant.schema.json; vocabulary: scenarios/mutants/README.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/conformance/mutants/mutant.h"

namespace uketsuke::conformance {

struct MutantSources {
  std::map<std::string, generic_reader::Profile> readers;  // bases, by name
  std::vector<campaign::Field> fields;                     // of seeded changes
};
// The readers and fields that the program ships.
MutantSources mutant_sources(const bench::Assets& assets, const std::string& release);

// Throws yaml::Error with the place: an unknown key, pipe, act, parameter, field or reader; a rule
// that does nothing; a mutant without change or without a case that has to catch it.
std::vector<Mutant> load_mutant_file(const std::string& path, const MutantSources& sources);
// Every *.yaml of the folder, in the order of their names. Throws as above, and yaml::Error if two
// mutants have one id.
std::vector<Mutant> load_mutants(const std::string& folder, const MutantSources& sources);

}  // namespace uketsuke::conformance
