// What expressions of the catalogue compute with: what is known of a device, its claims and the
// bench it stands on, by name.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace uketsuke::conformance {

using Value = std::variant<std::int64_t, bool, std::string>;
// By name: "dwFeatures" (the standard's spelling), "level", "slots", ... (harness/conformance/
// README.md lists them).
using Facts = std::map<std::string, Value>;

// As reports print it: "271", "true", "tpdu".
std::string to_string(const Value& value);

}  // namespace uketsuke::conformance
