// What of a reader a mutant may change by name: parameters of the models (`parameters:`), fields of
// descriptors as they are told (`announces:`), rows of the slot's table (`table:`).
#pragma once

#include <string>
#include <vector>

#include "harness/yaml/yaml.h"
#include "models/generic_reader/profile.h"
#include "sim/fault/mutation.h"

namespace uketsuke::conformance {

// Each a mapping (table: a list) of a mutant file; throws yaml::Error with the place.
void set_parameters(const yaml::Node& node, generic_reader::Profile& profile);
void set_table(const yaml::Node& node, generic_reader::Profile& profile);
// The reader does what it did; only what it says of itself is another thing.
std::vector<fault::Mutation> announcements(const yaml::Node& node);

// For the schema and its test.
std::vector<std::string> parameter_names();
std::vector<std::string> announced_names();

}  // namespace uketsuke::conformance
