// A sequence as a scenario file: what `uketsuke run` replays.
#pragma once

#include <string>

#include "harness/explore/generator.h"
#include "harness/explore/reference.h"

namespace uketsuke::explore {

// Everything before the steps: bench and what holds at the beginning.
std::string head_of(const Model& model, const std::string& id, const State& start,
                    const Setting& setting);
// The action of one act: "{press: declined}", "remove_card".
std::string action_text(Do act);
// The whole file, with what the reference model expects of every step and at the end.
std::string scenario_of(const Model& model, const std::string& id, const State& start,
                        const Sequence& sequence);

}  // namespace uketsuke::explore
