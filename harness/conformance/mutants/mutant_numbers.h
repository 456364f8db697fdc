// Numbers of mutant files: decimal, or hexadecimal with 0x.
#pragma once

#include <cstdint>

#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {

// From 0 to `maximum`. Throws yaml::Error with the place.
std::uint64_t number_of(const yaml::Node& node, std::uint64_t maximum);

}  // namespace uketsuke::conformance
