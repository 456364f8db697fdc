// The terminal with its readers, backend and EHR, in the words of terminal.yaml.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/matrix/table.h"
#include "tests/unit/terminal/rig.h"

namespace uketsuke::terminal::testing {

// What the next state is compared by: the phase of the reception and its reader; where there is
// none, the screen.
struct Look {
  Reception::State phase = Reception::State::kIdle;
  bool on_face_reader = false;
  ScreenId screen = ScreenId::kMenu;

  bool operator==(const Look& other) const {
    if (phase != other.phase) return false;
    if (phase == Reception::State::kIdle) return screen == other.screen;
    return on_face_reader == other.on_face_reader;
  }
};
Look look_of(const std::string& state);

class Office {
 public:
  explicit Office(std::shared_ptr<const ScreenTable> screens) : rig_(parameters(screens)) {}

  void bring(const std::string& state);
  void happen(const std::string& event);
  matrix::Outcome outcome() const { return {said_, {}}; }
  Look look() const {
    const Reception& reception = rig_.terminal.reception();
    return {reception.state(), reception.on_face_reader(), rig_.terminal.screen()};
  }

 private:
  static Parameters parameters(std::shared_ptr<const ScreenTable> screens) {
    Parameters given = usual_parameters();
    given.sign_in_at_start.reset();
    given.screens = std::move(screens);
    return given;
  }
  void sign_in(api::Account account) {
    rig_.enter("user_id", "someone");
    rig_.enter("password", "secret");
    rig_.press("sign_in");
    rig_.backend(api::SignInAnswer{"s-1", account});
  }
  void arrive(std::uint8_t reader) {
    session::ReaderArrived arrived;
    arrived.pin_pad = reader == kFaceReader;
    arrived.exchange_level = reader == kFaceReader ? "extended APDU" : "short APDU";
    rig_.reader(reader, arrived);
  }
  void place(std::uint8_t reader) { rig_.reader(reader, session::CardPresent{}); }
  void visual_form() {
    rig_.press("face_reader_operation");
    rig_.press("switch_to_visual");
    rig_.link(link::Done{});
  }
  void fill() {
    rig_.enter("confirmation_date", "2024-12-07");
    rig_.tick("visually_confirmed");
  }
  void answer_until(std::string_view line);
  bool bring_screen(const std::string& state, const std::string& detail);
  void bring_form(const std::string& state, const std::string& detail);
  void bring_ordinary(const std::string& detail);
  void bring_face(const std::string& detail);
  void bring_generic(const std::string& detail);
  bool happen_at_screen(const std::string& event);
  bool happen_to_reader(const std::string& event);
  bool happen_on_link(const std::string& event);
  bool happen_elsewhere(const std::string& event);
  api::Answer right_answer() const;
  void settle();
  std::string text(const Action& action);
  std::string shown(const panel::Display& display);

  Rig rig_;
  std::vector<std::string> said_;
  panel::Display before_;
  std::string asked_;  // of the backend, last
};

}  // namespace uketsuke::terminal::testing
