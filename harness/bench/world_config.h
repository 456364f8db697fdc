// From a scenario's `bench:` and `given:` to what a world is built of.
#pragma once

#include <cstdint>

#include "harness/bench/assets.h"
#include "harness/bench/world.h"
#include "harness/scenario/scenario.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::bench {

// Throws std::runtime_error for what the loader cannot know (no such reader profile), yaml::Error
// for the scenario's faults. `faults` are laid over the wires after those.
WorldConfig make_config(const Assets& assets, const scenario::Scenario& scenario,
                        std::uint64_t seed, const std::vector<fault::Rule>& faults = {});
// The release the scenario runs under.
std::string release_of(const scenario::Scenario& scenario);
// Why the scenario has nothing to do with a release: it names others, or runs under a fixed one.
// Empty: it belongs to it.
verdict::Text not_of_release(const scenario::Scenario& scenario, const std::string& release);
// State of the backend before the scenario: identity history, two-factor history.
void preset_backend(World& world, const Assets& assets, const scenario::Scenario& scenario);
// given.card, or the first of given.cards, or "hanako".
std::string main_holder(const scenario::Scenario& scenario);

}  // namespace uketsuke::bench
