// Panel, camera and optics of the face-auth reader: everything of the reader that a person sees and
// that speaks the reader link; its CCID function is a model of its own. Not modelled: image
// processing (likeness and what the optics read are data), sound, OCR of insurance certificates.
// Follows the seed's pages P3 and P4; screens, time-outs and tries beyond it are,
// A-29 (parameters).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "models/face_reader/panel_table.h"
#include "sim/wire/panel/message.h"
#include "sim/wire/reader_link/message.h"
#include "sim/wire/timer.h"

namespace uketsuke::face_reader {

namespace panel = wire::panel;
namespace link = wire::reader_link;

// ---- events
struct Start {};         // power-on: face authentication mode, nothing connected
struct LinkUp {};        // the terminal opened the CDC-ACM port
struct LinkDown {};
struct CardInserted {};  // the field wire, as the CCID function sees it
struct CardRemoved {};
// The CCID function has a PC_to_RDR_Secure under way and wants digits (CCID 1.1, 6.1.11).
struct AskPin { std::uint8_t min_digits = 4, max_digits = 4; std::uint32_t timeout_s = 30; };
struct PinDone {};       // it needs them no more: answered, aborted or the card is gone
using Event = std::variant<Start, LinkUp, LinkDown, CardInserted, CardRemoved, AskPin, PinDone,
                           panel::Input, link::Message, wire::TimerExpired>;

// ---- actions
struct SendLink { link::Message message; };
struct PinEntered { std::string digits; };  // secret, to the CCID function
struct PinCancelled {
  enum class Cause : std::uint8_t { kPressed, kTimeOut, kCardRemoved, kNotOffered };
  Cause cause = Cause::kPressed;
};
std::string_view to_string(PinCancelled::Cause cause);
// A note for the journal and for expectations; never holds a secret.
struct Record {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;
};
using Action = std::variant<SendLink, PinEntered, PinCancelled, panel::Display, panel::Refused,
                            wire::StartTimer, wire::StopTimer, Record>;
using Actions = std::vector<Action>;

struct Parameters {
  std::string model = "uketsuke face reader", firmware = "1.0";
  bool passcode_switch = true;  // feature of the release
  std::uint8_t passcode_min_digits = 4, passcode_max_digits = 16;
  std::uint16_t face_threshold = 700;                              // A-20, of 1000
  std::uint8_t face_tries = 3;
  bool completion_before_consent = true;  // false shows no completion message on the reader
  bool return_at_card_removal = true;     // false keeps visual mode after a P3 reception
  // Times, A-20.
  wire::Micros passcode_entry_us = 60'000'000, passcode_check_us = 20'000'000;
  wire::Micros place_card_us = 120'000'000;  // P3 only; P4 waits until the terminal ends it
  wire::Micros reading_us = 90'000'000;      // the terminal says nothing
  wire::Micros auth_method_us = 60'000'000, card_face_scan_us = 5'000'000;
  wire::Micros face_capture_us = 30'000'000, consent_us = 120'000'000;
  wire::Micros completion_us = 1'000'000;    // the completion message stays at least so long
  std::shared_ptr<const Table> table;        // empty: default_table()
};

class Panel {
 public:
  explicit Panel(Parameters parameters);
  // Every event in every state has an answer. Errors of the terminal or of a person are actions.
  Actions handle(const Event& event);

  State state() const { return state_; }
  link::Mode mode() const { return mode_; }
  bool card_present() const { return card_present_; }

 private:
  Occurrence occurrence_of(const Event& event) const;
  void perform(Verb verb, const Event& event);
  void perform_wire(Verb verb, const Event& event);
  void perform_message(Verb verb, const link::Message& message);
  void perform_input(Verb verb, const panel::Input& input);
  void perform_timer(Verb verb);

  void enter(State state, std::string message = {});
  void display(std::string message);
  void go_home(std::string message = {});
  void wait_for_terminal(std::string message = {});
  wire::Micros time_limit(State state) const;
  void set_mode(link::Mode mode, link::ModeCause cause);
  void respond(const link::Message& request, link::Body body);
  void send_event(link::Body body);
  void record(std::string name, std::vector<std::pair<std::string, std::string>> values = {});
  void refuse_input(const panel::Input& input, std::string reason);
  void refuse_request(const link::Message& message);
  bool refused_in_visual_mode(const link::Message& message);
  void unmodelled(const link::Message& message);
  void misfit(Verb verb);
  void close_question(const std::string& reason, PinCancelled::Cause cause);

  void disconnect();
  void card_taken();
  void send_passcode(const std::string& digits);
  void take_passcode_answer(const link::Message& message);
  void change_mode(const link::Message& message);
  void ask_method(const link::Message& message);
  void begin_scan(const link::Message& message);
  void begin_match(const link::Message& message);
  void compare_face(std::uint16_t score);
  void begin_consent(const link::Message& message);
  void choose_consent(link::Consent consent);
  void show_notice(const link::Message& message);
  void open_pin_pad(const AskPin& ask);
  void submit_pin(const std::string& digits);

  Parameters parameters_;
  std::shared_ptr<const Table> table_;
  State state_ = State::kNotConnected;
  link::Mode mode_ = link::Mode::kFaceAuthentication;
  link::ModeCause cause_ = link::ModeCause::kStart;
  bool card_present_ = false;
  bool link_up_ = false;
  std::string card_face_;              // what the optics saw: verification number B, secret
  bool card_face_seen_ = false;
  std::uint16_t next_seq_ = 1;
  std::uint16_t passcode_seq_ = 0;     // of the CheckPasscode under way
  std::uint8_t face_tries_left_ = 0;
  AskPin asked_pin_;
  std::string shown_code_;             // what the screen's read-outs show
  std::string shown_tries_;
  std::string consent_items_;
  bool timer_running_ = false;
  bool consent_waiting_ = false;       // asked while the completion message is up
  Actions out_;
};

}  // namespace uketsuke::face_reader
