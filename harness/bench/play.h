// One scenario in a world of its own, step by step: who drives it, a file or a program, gets the
// same judgement. Steps wait as people do, and judge what is seen then.
#pragma once

#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bench/director.h"
#include "harness/bench/stage.h"
#include "harness/scenario/scenario.h"
#include "harness/verdict/result.h"

namespace uketsuke::bench {

// In a handler: what is being thrown becomes the verdict. `where`: follows the reason.
void note_failure(const RunSettings& settings, const verdict::Text& where,
                  verdict::ScenarioResult& result);

class Play {
 public:
  // Of `scenario` only what stands beside steps and checks. All outlive the play. Throws what
  // building the world throws.
  Play(const Assets& assets, const scenario::Scenario& scenario, const RunSettings& settings);
  Play(const Play&) = delete;
  Play& operator=(const Play&) = delete;

  // Brings the desk to its beginning. False: nothing can be done, the result tells why.
  bool prepare();
  // Throws what the simulation throws: tell it to broke_off(). The result is good until the next
  // call. `file`: where the step is written, if not in the scenario's.
  const verdict::StepResult& step(const scenario::Step& step, const std::string& file = {});
  // One check of `then`. Before the first one a while passes, in which nothing may happen.
  const verdict::StepResult& check(const scenario::Expectation& check,
                                   const std::string& file = {});
  void steps_over();
  // Something goes on after a check: the next one lets a while pass again.
  void goes_on() { steps_over_ = false; }
  // A step that a program judged by itself: it stands beside the others, on its word.
  const verdict::StepResult& attest(verdict::StepResult step, const std::string& file);
  // Of a state, or of what happened since the last act, as a scenario would write it.
  std::string seen(const std::string& expectation);
  // In a handler: what is being thrown becomes the verdict. Nothing more is judged then.
  void broke_off();
  // Once, at the end: invariants, faults, what was not seen, the journal. Never throws.
  verdict::ScenarioResult finish();

  Stage& stage() { return stage_; }
  verdict::ScenarioResult& result() { return result_; }
  // The scenario's simulated time is used up.
  bool out_of_time() { return simulation().now_us() >= limit_us_; }
  wire::Micros limit_us() const { return limit_us_; }  // of it, on the simulation's clock
  // It was used up: `where`, in words that follow.
  void limit_reached(const verdict::Text& where);

 private:
  struct Watched;

  kernel::Simulation& simulation() { return stage_.world().simulation(); }
  wire::Micros deadline(const scenario::Step& step);
  void run_step(const scenario::Step& step);
  void watch(std::vector<Watched>& watched, const Baseline& since, wire::Micros deadline_us);
  void watch_machines(std::vector<Watched>& watched, const Baseline& since,
                      wire::Micros deadline_us);
  void ask_person(std::vector<Watched>& watched);
  bool blind(const scenario::Expectation& expectation);
  void judge(verdict::StepResult& step, const std::vector<Watched>& watched);
  void run_end_check(const scenario::Expectation& check);
  Seen end_seen(const scenario::Expectation& check);
  verdict::StepResult& add_step();
  void begin_step(const std::string& file);
  const verdict::StepResult& end_step();
  void deviation(verdict::StepResult& step);
  void add_messages(verdict::StepResult& step);
  void touch(const std::string& assumption);
  verdict::Text offered(scenario::Act act);

  const scenario::Scenario& scenario_;
  const RunSettings& settings_;
  const scenario::Catalog& catalog_;
  verdict::ScenarioResult result_;
  std::uint64_t rsa_before_ns_;
  Stage stage_;
  wire::Micros limit_us_;
  bool patience_over_ = true;  // the step may take no longer than to its deadline
  bool steps_over_ = false;
  std::string file_;   // of the present step
  verdict::Text doing_;  // the present step, in words; empty: none yet, or the checks at the end
  Baseline views_begin_;
  Baseline since_;  // where the last act began
};

}  // namespace uketsuke::bench
