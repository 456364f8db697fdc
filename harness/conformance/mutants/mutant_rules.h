// Rules of a wire as YAML: fault::Mutation, read and checked. scenarios/mutants/README.md has the
// vocabulary.
#pragma once

#include <vector>

#include "harness/yaml/yaml.h"
#include "sim/fault/mutation.h"

namespace uketsuke::conformance {

// `node`: a list of rules. Throws yaml::Error with the place.
std::vector<fault::Mutation> wire_rules(const yaml::Node& node);

}  // namespace uketsuke::conformance
