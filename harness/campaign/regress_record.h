// Makes the behaviour of one run from its journal.
#pragma once

#include <cstddef>
#include <string>

#include "harness/bench/director.h"
#include "harness/bench/world.h"
#include "harness/campaign/regress/baseline.h"
#include "harness/scenario/catalog.h"
#include "harness/scenario/scenario.h"

namespace uketsuke::campaign {

// Lives from before the run until take(). Roles: those of the wires, "people" (what anybody does),
// "session" (commands to the card and its answers: with one card they are the same everywhere),
// "wires" (USB and field: how many messages of which digest; the session and the reader link are
// told line by line) and "order" (whose line came after whose).
class Recorder {
 public:
  Recorder(const scenario::Scenario& scenario, const scenario::Catalog& catalog)
      : scenario_(scenario), catalog_(catalog) {}
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void attach(bench::RunSettings& settings);
  Behaviour take(const verdict::ScenarioResult& result);

 private:
  struct Wire {
    std::size_t messages = 0;
    std::uint64_t digest = 0;
  };
  void step_over(bench::World& world, const verdict::StepResult* step);
  void collect(bench::World& world, std::string label);
  void add_line(StepBehaviour& step, std::string_view role, std::string line);
  void add_words(std::string_view device, std::string_view line);
  std::string label_of(const verdict::StepResult& step) const;

  const scenario::Scenario& scenario_;
  const scenario::Catalog& catalog_;
  Behaviour behaviour_;
  std::size_t next_ = 0;            // journal line
  std::uint64_t last_us_ = 0;       // end of the step before
  std::uint64_t last_line_ns_ = 0;  // time of the line before
};

// The name of a row in baselines: "id[key=value, ...]".
std::string row_name(const verdict::ScenarioResult& result);

}  // namespace uketsuke::campaign
