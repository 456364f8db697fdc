// The terminal (資格確認端末) at the reception desk: screens, account, receptions on the
// face-auth reader (P3, P4) and on the generic reader (P5), visual passcode, and the EHR's folder.
// Not modelled: printing, the browser around the real program, 限度額 and other certificates.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "models/terminal/account_session.h"
#include "models/terminal/ehr_gate.h"
#include "models/terminal/passcode_service.h"
#include "models/terminal/reception.h"

namespace uketsuke::terminal {

class Terminal {
 public:
  explicit Terminal(Parameters parameters);
  // now_us: simulated time, for dates and time stamps only; waiting goes through timers.
  // Every event in every state has an answer; nothing a person, card, reader, backend or EHR does
  // is an error of the model.
  Actions handle(const Event& event, wire::Micros now_us = 0);

  ScreenId screen() const { return desk_.screen(); }
  const AccountSession& account() const { return account_; }
  const Reception& reception() const { return reception_; }
  std::uint64_t next_request_id() const { return desk_.next_request_id(); }
  link::Mode reader_mode() const { return reader_mode_; }
  // A request of the terminal to a reader is under way (a person may be the one who answers it).
  bool waiting_for_reader() const {
    return desk_.waiting_for_link() || reception_.state() == Reception::State::kCard;
  }
  bool reader_arrived(std::uint8_t reader) const { return readers_.at(reader).arrived; }
  bool card_present(std::uint8_t reader) const { return readers_.at(reader).card_present; }

 private:
  struct ReaderState {
    bool arrived = false;
    bool card_present = false;
    bool card_served = false;  // a reception used this card already; it has to be placed again
    bool waits_for_mode = false;  // staff work on the reader: begins when its mode changes
    bool told = false;            // that the form is not complete
    bool pin_pad = false;
    std::string exchange_level;
  };

  void input(const panel::Input& input);
  void perform(const ControlRow& row, const std::string& text, bool on);
  void perform_card(const ControlRow& row, const std::string& text, bool on);
  void set_date(const std::string& text);
  void set_card_pin(const std::string& text);
  void open(ScreenId screen);
  void clear_form();
  bool form_complete() const;
  void from_reader(const FromReader& event);
  void card_gone(std::uint8_t reader, const std::string& code);
  void from_link(const link::Message& message);
  void link_response(const std::optional<link::Body>& body);
  void link_up();
  void link_down();
  void mode_response(const link::Body& asked, const std::optional<link::Body>& body);
  void no_hello();
  void mode_refused(const std::string& code);
  void mode_changed(link::Mode mode, link::ModeCause cause);
  void from_backend(const network::Response& response);
  void switch_mode(link::Mode mode);
  // Begin a reception if a card waits, no other is under way, and all it needs is there.
  void consider_cards();
  void consider_face_reader();
  void consider_generic_reader();
  void begin(std::uint8_t reader, ReceptionTask task);
  void place_again(std::uint8_t reader);
  bool ready_for_visual();
  void show_form();

  std::shared_ptr<const ScreenTable> table_;
  Desk desk_;
  AccountSession account_;
  PasscodeService passcodes_;
  Reception reception_;
  EhrGate ehr_;
  std::array<ReaderState, kReaderCount> readers_;
  bool greeting_ = false;          // the link is up, the reader has not told its mode yet
  link::Mode reader_mode_ = link::Mode::kFaceAuthentication;
  link::ModeCause reader_cause_ = link::ModeCause::kStart;
  bool mode_doubtful_ = false;  // it should have changed and the reader has not said so
  std::string date_;               // of the open form, yyyyMMdd
  bool visually_confirmed_ = false;
  bool viewing_consent_ = false;
  std::string typed_pin_;          // secret
};

}  // namespace uketsuke::terminal
