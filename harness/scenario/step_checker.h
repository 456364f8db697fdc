// Follows the screens, the card and the passcode through the steps as far as the file alone shows
// them, and refuses steps that cannot apply. Private to harness/scenario.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "harness/scenario/catalog.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/shape_reader.h"

namespace uketsuke::scenario {

// The reader that `bench:` names has to be there.
void check_profile(const Scenario& scenario, const Catalog& catalog, const yaml::Mark& mark,
                   Problems& problems);

class StepChecker {
 public:
  StepChecker(const Catalog& catalog, const Scenario& scenario, Problems& problems);
  // Checks one step after the other; fills in step.action.control.
  void check(Step& step);
  // What the screens are after the step: what it expects, else unknown if it can have changed them.
  void follow(const Step& step);
  // Something went on that no step tells of: the screens may have changed.
  void forget_screens() { screens_.fill({}); }

 private:
  void error(const Place& place, yaml::Text message);
  void check_bench(const Step& step);
  void check_card(const Step& step);
  void check_passcode(const Step& step);
  void check_control(Step& step);
  void not_on_screen(const Step& step, std::string_view device);
  bool found_on_other_device(const Value& words, std::string_view device);
  std::string& screen_of(std::string_view device);

  const Catalog& catalog_;
  const Scenario& scenario_;
  Problems& problems_;
  std::array<std::string, 3> screens_;  // face_reader, terminal, ehr; empty: not known
  bool card_placed_ = false, second_placed_ = false;
  bool passcode_issued_ = false;
};

}  // namespace uketsuke::scenario
