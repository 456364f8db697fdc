// What a scenario's records are in a run without a fault, as checks of `then:`: so that `run` of a
// replay fails by itself where the vocabulary can say what is wrong.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bench/world_config.h"
#include "harness/scenario/scenario.h"

namespace uketsuke::campaign {

// A check by its dotted name, and its value as the file has it.
using Checks = std::vector<std::pair<std::string, std::string>>;

// The checks of the scenario and, behind them, the histories of the backend and the EHR. Those that
// do not hold at the end of the scenario without a fault are left out.
Checks checks_of(const bench::Assets& assets, const scenario::Scenario& row, std::uint64_t seed);
// `then:` and its lines; checks of one role stand together.
std::string then_text(const Checks& checks);
// A rule, as `faults:` has it, whose steps were numbered with the row's checks, for a scenario that
// has these instead.
std::string with_steps_of(const Checks& checks, const scenario::Scenario& row, std::string rule);
// A value of a loaded scenario, in one line.
std::string to_yaml(const scenario::Value& value);
// Whether `run` of this text finds what is wrong (or at least more than nothing).
bool run_shows(const bench::Assets& assets, const std::string& text, const std::string& name,
               std::uint64_t seed);

}  // namespace uketsuke::campaign
