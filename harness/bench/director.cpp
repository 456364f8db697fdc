#include "harness/bench/director.h"

#include <exception>
#include <memory>

#include "harness/bench/play.h"
#include "harness/bench/wording.h"
#include "harness/bench/world_config.h"
#include "harness/run/stopped.h"
#include "harness/verdict/format.h"

namespace uketsuke::bench {
namespace {

using scenario::Expectation;
using scenario::Scenario;
using scenario::Step;
using verdict::ScenarioResult;
using verdict::Text;
using verdict::Verdict;

constexpr std::size_t kEventsPerScenario = 5'000'000;

// What there was no time for any more.
Text what_is_left(const Scenario& scenario, std::size_t next) {
  const std::size_t steps = scenario.steps.size();
  if (next < steps) {
    const Step& step = scenario.steps[next];
    return verdict::say("：手順 {}（{} 行目、{}）の前", " before step {} (line {}): {}", next + 1,
                        step.place.line, words_of(step.action));
  }
  if (next >= steps + scenario.then.size()) return {};
  const Expectation& check = scenario.then[next - steps];
  return verdict::say("：最後の確認（{} 行目、{}）の前",
                      " before the check at the end (line {}): {}", check.place.line, check.name);
}

void run(Play& play, const Scenario& scenario) {
  if (!play.prepare()) return;
  for (const Step& step : scenario.steps) {
    if (play.out_of_time()) break;
    if (play.stage().world().simulation().events() > kEventsPerScenario) break;
    // After a deviation the rest of the procedure would only echo it.
    if (play.step(step).verdict > Verdict::kPass) return;
  }
  play.steps_over();
  for (const Expectation& check : scenario.then) {
    if (play.out_of_time()) break;
    play.check(check);
  }
  if (play.out_of_time()) play.limit_reached(what_is_left(scenario, play.result().steps.size()));
}

}  // namespace

ScenarioResult blank_result(const Scenario& scenario) {
  ScenarioResult result;
  result.id = scenario.id;
  result.file = scenario.file;
  result.title = {scenario.title.ja, scenario.title.en};
  result.release = release_of(scenario);
  for (const std::string& page : scenario.seed)
    result.seed_page += (result.seed_page.empty() ? "" : " ") + page;
  result.variant = scenario.variant();
  result.requirements = scenario.covered();
  result.produced_by = "model";
  return result;
}

ScenarioResult run_scenario(const Assets& assets, const Scenario& scenario,
                            const RunSettings& settings) {
  std::unique_ptr<Play> play;
  try {
    play = std::make_unique<Play>(assets, scenario, settings);
  } catch (...) {
    ScenarioResult result = blank_result(scenario);
    result.random_seed = settings.seed;
    result.produced_by = settings.produced_by;
    note_failure(settings, {"（手順の前）", " (before the first step)"}, result);
    return result;
  }
  play->result().steps_planned =
      static_cast<std::uint32_t>(scenario.steps.size() + scenario.then.size());
  try {
    run(*play, scenario);
  } catch (const run::Stopped&) {
    throw;
  } catch (...) {
    play->broke_off();
  }
  return play->finish();
}

}  // namespace uketsuke::bench
