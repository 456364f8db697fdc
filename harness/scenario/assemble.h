// From values that were read against the vocabulary to steps and scenarios. Private to
// harness/scenario.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/scenario.h"

namespace uketsuke::scenario {

bool contains(const std::vector<std::string>& list, std::string_view word);
// Moves the part out of a mapping; an absent Value if it is not there.
Value taken(Value& map, std::string_view name);

// One of `steps:`.
Step make_step(Value value);
// The leaves of `then`: backend.consent, reader.mode, ordinary_view, ...
std::vector<Expectation> make_checks(Value then);
// The whole file, of which parts may be absent.
Scenario make_scenario(Value top, const std::string& file);

}  // namespace uketsuke::scenario
