// The pipes that benches have, and what rules of faults name that no bench has.
#pragma once

#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/scenario/scenario.h"
#include "harness/yaml/yaml.h"
#include "sim/fault/fault.h"

namespace uketsuke::bench {

// Of the bench with the face-auth reader and of one with each generic reader; builds them all.
std::vector<fault::Pipe> every_pipe(const Assets& assets);
// Rules of the scenario's `faults:` (fault_rules(), all of them good) that name what is not there.
std::vector<yaml::Problem> pipe_problems(const scenario::Scenario& scenario,
                                         const std::vector<fault::Rule>& rules,
                                         const std::vector<fault::Pipe>& pipes);

}  // namespace uketsuke::bench
