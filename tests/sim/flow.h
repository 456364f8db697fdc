// The scenarios of the hospital flow, ready to run: what all tests of this folder share.
#pragma once

#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bench/director.h"
#include "harness/bench/world.h"

namespace uketsuke::flow {

// Of scenarios/ in the source tree; loaded once.
const bench::Assets& assets();
// Every row of every file of scenarios/hospital_flow and scenarios/faults, by the files' names.
const std::vector<scenario::Scenario>& scenarios();
// Tagged so: one of the rows of scenarios/faults that follow the flow of the seed only in part.
bool is_wrong_turn(const scenario::Scenario& scenario);
// The one with that id (and row of its examples, from 1). Throws std::runtime_error if none.
const scenario::Scenario& scenario_named(const std::string& id, int row = 0);
verdict::ScenarioResult run(const scenario::Scenario& scenario,
                            const bench::RunSettings& settings = {});
// Verdict, reason and what was expected and seen where it deviated.
std::string summary(const verdict::ScenarioResult& result);
// Lines of the whole journal, as they are written to a file.
std::string journal_text(const trace::Journal& journal);

}  // namespace uketsuke::flow
