// A clinician's hands at the EHR: the clicks that sign in, open a chart and ask for a view.
#pragma once

#include <string>

#include "harness/bench/world.h"
#include "models/ehr/parameters.h"

namespace uketsuke::bench {

class EhrHand {
 public:
  explicit EhrHand(World& world) : world_(world) {}

  // Signs in unless that clinician is; factors 1 or 2. Waits for the EHR's answer.
  void sign_in(const ehr::Clinician& clinician, int factors);
  // Opens the chart of the patient with that name ("": the newest of the list) and begins an
  // emergency view as far as the judgement; then judges.
  void judge(const std::string& patient, bool necessary);
  void request_emergency_view(const std::string& patient, const std::string& statement);
  void request_ordinary_view(const std::string& patient);

  void put(const wire::panel::Input& input);
  void press(const std::string& control);
  // From any screen that a person can leave; false: no chart was opened.
  bool open_chart(const std::string& patient);

 private:
  void enter(const std::string& control, const std::string& text);
  const std::string& screen() const { return world_.ehr_panel().display().screen; }
  void wait_for_other_screen(const std::string& than);

  World& world_;
};

}  // namespace uketsuke::bench
