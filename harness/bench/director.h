// Runs one scenario in a world of its own and judges it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/scenario/scenario.h"
#include "harness/verdict/result.h"
#include "sim/fault/fault.h"

namespace uketsuke::bench {

class World;
struct WorldConfig;

struct RunSettings {
  std::uint64_t seed = 1;
  std::string journal_file;   // written if not empty: JSON Lines
  bool keep_passing_journals = false;  // else only a scenario above pass leaves its journal
  bool look_for_secrets = false;       // a journal that holds one fails, also if nobody keeps it
  std::size_t wire_tail = 12;          // messages shown with a deviation
  std::vector<fault::Rule> faults;     // laid over the wires, beside those of the scenario
  std::string produced_by = "model";   // what is bound, for the result
  verdict::Text when_refused;  // follows the guard's reason: what to do about it
  // Changes what the world is built of: a reader's timing, a table of a role.
  std::function<void(WorldConfig&)> amend;
  // Simulation::watch: what it throws (run::Stopped) leaves run_scenario().
  std::function<void()> watcher;
  // Looks at the world when the desk is ready (nullptr) and when a step or a check has ended.
  std::function<void(World&, const verdict::StepResult*)> at_step;
  // Looks at the world when the scenario is over (also after an error), before it is thrown away.
  std::function<void(World&)> at_end;
};

// What goes wrong is in the result; only run::Stopped is thrown. Every wait ends, in simulated
// time at the latest.
verdict::ScenarioResult run_scenario(const Assets& assets, const scenario::Scenario& scenario,
                                     const RunSettings& settings);
// Identity fields of a result (id, file, title, release, ...), verdict none.
verdict::ScenarioResult blank_result(const scenario::Scenario& scenario);

}  // namespace uketsuke::bench
