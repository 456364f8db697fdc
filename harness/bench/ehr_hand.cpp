#include "harness/bench/ehr_hand.h"

namespace uketsuke::bench {
namespace {

constexpr wire::Micros kPatienceUs = 60'000'000;  // how long a person waits for a screen

constexpr wire::Micros kReactionUs = 2'000'000;   // and for it to follow an input

}  // namespace

void EhrHand::press(const std::string& control) { put(wire::panel::Press{control}); }

void EhrHand::enter(const std::string& control, const std::string& text) {
  put(wire::panel::Enter{control, text});
}

// People wait for the screen to follow, and do it again if it does not.
void EhrHand::put(const wire::panel::Input& input) {
  channel::PanelChannel& panel = world_.ehr_panel();
  for (int i = 0; i < 2 && (i == 0 || !panel.reacted()); ++i) {
    panel.put(input);
    world_.simulation().run_for(0);
    if (panel.reacted()) return;
    world_.simulation().run_until([&panel] { return panel.reacted(); },
                                  world_.simulation().now_us() + kReactionUs);
  }
}

void EhrHand::wait_for_other_screen(const std::string& than) {
  world_.simulation().run_until([&] { return screen() != than; },
                                world_.simulation().now_us() + kPatienceUs);
}

void EhrHand::sign_in(const ehr::Clinician& clinician, int factors) {
  const ehr::Clinician* present = world_.ehr().ehr().signed_in();
  if (present != nullptr && present->id == clinician.id) return;
  if (present != nullptr) press("sign_out");
  enter("user", clinician.user);
  enter("password", clinician.password);
  if (factors >= 2) enter("second_factor", clinician.second_factor);
  press("sign_in");
  // A two-factor sign-in is reported to the backend; what follows comes after its answer.
  world_.simulation().run_for(500'000);
}

bool EhrHand::open_chart(const std::string& patient) {
  if (screen() == "summary" || screen() == "refused") press("close");
  if (screen() == "chart" || screen() == "judgement" || screen() == "consent_statement")
    press("back");
  if (screen() == "chart") press("back");
  if (screen() != "patients") return false;
  enter("patient", patient);
  press("open_patient");
  return screen() == "chart";
}

void EhrHand::judge(const std::string& patient, bool necessary) {
  if (!open_chart(patient)) return;
  press("emergency_view");
  press(necessary ? "necessary" : "not_necessary");
}

void EhrHand::request_emergency_view(const std::string& patient,
                                     const std::string& statement) {
  if (screen() != "consent_statement") judge(patient, /*necessary=*/true);
  press(statement);
  if (screen() == "waiting") wait_for_other_screen("waiting");
}

void EhrHand::request_ordinary_view(const std::string& patient) {
  if (!open_chart(patient)) return;
  press("ordinary_view");
  if (screen() == "waiting") wait_for_other_screen("waiting");
}

}  // namespace uketsuke::bench
