// What is to be said of a world when its scenario is over. Private to harness/bench.
#pragma once

#include "harness/bench/director.h"
#include "harness/bench/stage.h"
#include "harness/verdict/result.h"

namespace uketsuke::bench {

// Completes and seals the result: invariants of every run, time, what faults touched, what was not
// there or not seen, secrets in the journal, the journal's file. Never throws.
void judge_aftermath(Stage& stage, const RunSettings& settings, verdict::ScenarioResult& result);

}  // namespace uketsuke::bench
