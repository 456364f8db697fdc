// Performs the steps of one scenario in one world: what people do, through the same inputs that
// real people have, and what is waited for afterwards.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "harness/bench/assets.h"
#include "harness/bench/ehr_hand.h"
#include "harness/bench/hands.h"
#include "harness/bench/observer.h"
#include "harness/bench/secrets.h"
#include "harness/bench/world.h"
#include "harness/scenario/scenario.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::bench {

class Stage {
 public:
  // faults: beside those of the scenario. amend: has the last word on the world's parts.
  Stage(const Assets& assets, const scenario::Scenario& scenario, std::uint64_t seed,
        const std::vector<fault::Rule>& faults = {},
        const std::function<void(WorldConfig&)>& amend = {});

  World& world() { return *world_; }
  const Observer& observer() const { return observer_; }
  // What must be in no output of this run.
  Secrets secrets() const;

  // Plugs in, signs in, waits until the desk is ready. What is missing then, in words; undecided():
  // nobody could bring the reader to its beginning.
  verdict::Text prepare();
  // Performs one action; what makes it impossible on this bench, in words; empty: done. A patient
  // person first waits until the screen offers what the action needs.
  verdict::Text act(const scenario::Action& action, const std::string& who, bool patient);
  // The act does not wait until a person has looked: it comes in the middle of something.
  static bool comes_at_once(const scenario::Action& action);
  // Of the last act: why nobody can tell whether it was done (empty: it was, or it was not
  // possible), and on whose word it was (empty: the model's).
  const verdict::Text& undecided() const { return undecided_; }
  const std::string& attested_by() const { return attested_by_; }
  // Asks for a view at the end (`then`).
  void ask_view(bool emergency);

 private:
  wire::Micros for_devices(wire::Micros limit_us) const;
  void look_for_reader();
  std::uint8_t reader() const;    // the one of this desk, by the terminal's number
  bool told_of_old_card() const;  // before the first step, of a bound reader
  void attend(const scenario::Action& action, const std::string& who);
  void look_for_control(const scenario::Action& action);
  verdict::Text press_reader(const scenario::Action& action);
  void click_terminal(const scenario::Action& action, bool tick, bool on);
  void tick_terminal(const std::string& control, bool on);
  std::string control_on(const char* device, const std::string& screen,
                         const scenario::Action& action) const;
  verdict::Text enter_passcode(const std::string& what);
  verdict::Text enter_pin(const std::string& what);
  verdict::Text show_face(const scenario::Value& what);
  verdict::Text place_card(const scenario::Value& argument);
  verdict::Text remove_card(const scenario::Value& argument);
  void sign_in(const scenario::Value& argument);
  void enter_date(const std::string& what);
  void issue_passcode();
  void ehr_sign_in(const scenario::Value& argument);
  std::string patient_name(const scenario::Value& argument) const;
  verdict::Text taken(Done done);
  verdict::Text send_reader(wire::panel::Input input);
  void send_terminal(wire::panel::Input input);
  void wait_for_terminal(const std::string& screen);
  std::string current_passcode() const;
  // stage_desk.cpp: plugs, power, time, and moments in the middle of a reading.
  verdict::Text wait_for_moment(const scenario::Value& argument);
  void wait(const scenario::Value& argument);
  verdict::Text unplug_reader(const scenario::Value& argument);
  verdict::Text restart_terminal(const scenario::Value& argument);
  verdict::Text place_second_card(const scenario::Value& argument);
  verdict::Text press_twice(const scenario::Action& action);
  void click_twice(const scenario::Action& action);
  verdict::Text act_at_ehr(const scenario::Action& action);

  const Assets& assets_;
  const scenario::Scenario& scenario_;
  std::string holder_;                    // of given.card
  std::string clinician_ = "physician_1";
  int factors_ = 2;
  std::size_t placed_at_ = 0;             // in the journal: where the last card was placed
  std::string passcode_, previous_passcode_;  // as people know them; secrets
  verdict::Text undecided_;
  std::string attested_by_;
  std::unique_ptr<World> world_;
  Observer observer_;
  EhrHand ehr_;
};

}  // namespace uketsuke::bench
