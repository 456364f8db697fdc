// A panel with what came out of it, for the tests of this folder.
#pragma once

#include <string>
#include <vector>

#include "models/face_reader/panel.h"
#include "sim/wire/reader_link/codec.h"

namespace uketsuke::face_reader::testing {

inline const wire::Bytes kPhoto = {0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20,
                                   0x0D, 0x0A, 0x87, 0x0A, 0x00, 0x00, 0x00, 0x14};

class Desk {
 public:
  explicit Desk(Parameters parameters = {}) : panel(std::move(parameters)) { give(Start{}); }

  // Actions of this event only, one line each.
  const std::vector<std::string>& give(const Event& event) {
    actions = panel.handle(event);
    lines.clear();
    for (const Action& action : actions) lines.push_back(line_of(action));
    return lines;
  }
  const std::vector<std::string>& ask(link::Body body) { return give(link::Message{seq++, body}); }
  const std::vector<std::string>& press(const char* control) {
    return give(panel::Input{panel::Press{control}});
  }
  const std::vector<std::string>& enter(const char* control, const char* text) {
    return give(panel::Input{panel::Enter{control, text}});
  }
  const std::vector<std::string>& time_out() { return give(wire::TimerExpired{1}); }

  bool has(const std::string& line) const {
    for (const std::string& own : lines) {
      if (own == line) return true;
    }
    return false;
  }
  template <class T>
  const T* sent() const {
    for (const Action& action : actions) {
      const auto* send = std::get_if<SendLink>(&action);
      if (send != nullptr && std::holds_alternative<T>(send->message.body)) {
        return &std::get<T>(send->message.body);
      }
    }
    return nullptr;
  }

  void to_initial() { give(LinkUp{}); }
  void to_passcode_entry() { to_initial(); press("staff_button"); }
  void to_passcode_check() {
    to_passcode_entry();
    enter("visual_passcode", "123456");
    for (const Action& action : actions) {
      if (const auto* send = std::get_if<SendLink>(&action)) passcode_seq = send->message.seq;
    }
  }
  const std::vector<std::string>& answer_passcode(link::PasscodeResult result,
                                                  std::uint8_t tries = 0) {
    return give(link::Message{passcode_seq, link::PasscodeAnswer{result, tries}});
  }
  void to_place_card() {  // P3-1, P3-2
    to_passcode_check();
    answer_passcode(link::PasscodeResult::kAccepted);
  }
  void to_reading() { to_initial(); give(CardInserted{}); }

  Panel panel;
  Actions actions;
  std::vector<std::string> lines;
  std::uint16_t seq = 100;
  std::uint16_t passcode_seq = 0;

 private:
  static std::string line_of(const Action& action) {
    if (const auto* send = std::get_if<SendLink>(&action)) {
      const link::Body& body = send->message.body;
      std::string line = "link " + std::string(link::name_of(body));
      if (const auto* changed = std::get_if<link::ModeChanged>(&body)) {
        line += " " + std::string(to_string(changed->mode)) + " " +
                std::string(to_string(changed->cause));
      } else if (const auto* refused = std::get_if<link::Refused>(&body)) {
        line += " " + refused->reason;
      } else if (const auto* cancelled = std::get_if<link::Cancelled>(&body)) {
        line += " " + cancelled->reason;
      } else if (const auto* consent = std::get_if<link::ConsentChosen>(&body)) {
        line += " " + std::string(to_string(consent->consent));
      }
      return line;
    }
    if (const auto* display = std::get_if<panel::Display>(&action)) {
      const std::string message = display->message.empty() ? "" : " " + display->message;
      return "display " + display->screen + message;
    }
    if (const auto* refused = std::get_if<panel::Refused>(&action)) {
      return "refused " + refused->control + " " + refused->reason;
    }
    if (std::holds_alternative<PinEntered>(action)) return "pin entered";
    if (const auto* cancelled = std::get_if<PinCancelled>(&action)) {
      return "pin cancelled " + std::string(to_string(cancelled->cause));
    }
    if (std::holds_alternative<wire::StartTimer>(action)) return "start timer";
    if (std::holds_alternative<wire::StopTimer>(action)) return "stop timer";
    return "record " + std::get<Record>(action).name;
  }
};

}  // namespace uketsuke::face_reader::testing
