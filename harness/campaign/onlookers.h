// What the people in front of the screens notice when a step does not come out as it should: the
// screen of the device they act on, or look at, is not the one of the run without a fault.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "harness/bench/director.h"
#include "harness/bench/world.h"
#include "harness/scenario/scenario.h"

namespace uketsuke::campaign {

// "screen message" of face_reader, terminal and ehr, as people see them.
using Screens = std::array<std::string, 3>;
Screens screens_of(bench::World& world);

class Onlookers {
 public:
  explicit Onlookers(const scenario::Scenario& scenario) : scenario_(scenario) {}
  // Sets at_step; must outlive the run. clean: screens of the run without a fault, when the desk is
  // ready and after each step and check.
  void attach(bench::RunSettings& settings, const std::vector<Screens>& clean);
  // "terminal shows menu"; empty: they noticed nothing, or nothing went wrong.
  const std::string& noticed() const { return noticed_; }

 private:
  std::array<bool, 3> looked_at(std::size_t step, bool has_face_reader) const;

  const scenario::Scenario& scenario_;
  bool over_ = false;  // the first deviation was seen
  std::string noticed_;
};

}  // namespace uketsuke::campaign
