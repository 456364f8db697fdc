// One reception, from the card to the eligibility check: identity on the card, completion message,
// consent, eligibility (P3-3 to P3-5, P4-7 to P4-10, P5-6 to P5-8). One at a time per terminal.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/terminal/card_identity.h"
#include "models/terminal/desk.h"

namespace uketsuke::terminal {

// How a reception came about.
enum class Flow : std::uint8_t {
  kReaderOrdinary,    // face authentication mode: face or PIN, chosen on the reader
  kReaderPasscode,    // P3
  kReaderTerminal,    // P4
  kGenericVisual,     // P5
  kGenericPin,
};
std::string_view to_string(Flow flow);  // "reader_ordinary", ...

struct ReceptionTask {
  Flow flow = Flow::kReaderOrdinary;
  std::string session;            // of the account
  std::string confirmation_date;  // yyyyMMdd
  bool viewing_consent = false;   // P5: the tick box at operation 2
  std::string typed_pin;          // secret
  std::string exchange_level;
  bool pin_pad = false;
};

class Reception {
 public:
  enum class State : std::uint8_t {
    kIdle, kAskMethod, kMethodChoice, kCard, kCompleteIdentity, kAskConsent, kConsentChoice,
    kRegisterConsent, kEligibility, kCardToTake,
  };

  explicit Reception(const Parameters& parameters)
      : card_(parameters.card), file_count_(parameters.files_written) {}

  void begin(Desk& desk, ReceptionTask task);
  void session_event(Desk& desk, const session::Event& event);
  void link_event(Desk& desk, const link::Body& body);
  // The response to this part's link request; nullopt: it timed out.
  void link_response(Desk& desk, const Desk::LinkPending& asked,
                     const std::optional<link::Body>& answer);
  void backend_answer(Desk& desk, const backend_api::Answer& answer, std::uint64_t tag);
  void link_lost(Desk& desk);  // of the face-auth reader
  // code: "card_removed", or "reader_gone" with the reader in which it lay.
  void card_removed(Desk& desk, const std::string& code);
  void timer(Desk& desk, std::uint32_t id);
  void give_up(Desk& desk, const std::string& code);

  State state() const { return state_; }
  bool idle() const { return state_ == State::kIdle; }
  // May one begin on this reader? A card that was left in the other one keeps nobody waiting.
  bool free_for(std::uint8_t other) const {
    return idle() || (state_ == State::kCardToTake && reader() != other);
  }
  Flow flow() const { return task_.flow; }
  std::uint8_t reader() const;
  bool on_face_reader() const { return reader() == kFaceReader; }
  std::uint32_t files_written() const { return file_count_; }
  // The last one did not begin: the reader refused because staff work on it. The same card may
  // begin another one when the reader's mode changes. Told once: it is about that card only.
  bool take_not_begun() {
    const bool it_was = not_begun_;
    not_begun_ = false;
    return it_was;
  }

 private:
  void perform(Desk& desk, CardNeeds needs);
  void feed(Desk& desk, const CardEvent& event);
  void begin_card(Desk& desk, Method method);
  void card_failed(Desk& desk, const CardFailed& failed);
  void method_response(Desk& desk, const std::optional<link::Body>& answer);
  void match_or_scan_refused(Desk& desk, const std::optional<link::Body>& answer);
  void cancelled(Desk& desk, const std::string& reason);
  void identified(Desk& desk);
  void show_completion(Desk& desk);
  void ask_consent(Desk& desk);
  void consent_known(Desk& desk, backend_api::ConsentRecord consent);
  void eligible(Desk& desk, const backend_api::Eligibility& eligibility);
  void write_file(Desk& desk, const backend_api::Eligibility& eligibility);
  void fail(Desk& desk, const std::string& code);
  void end(Desk& desk, const std::string& outcome, const std::string& code);
  void finish(Desk& desk, const std::string& outcome);
  void ask_method(Desk& desk);
  void ask_reader(Desk& desk, link::Body body);
  void ask_backend(Desk& desk, const backend_api::Request& request);
  void wait_for_person(Desk& desk);
  void stop_timers(Desk& desk);  // of questions; the card timer follows the card machine

  CardIdentity card_;
  State state_ = State::kIdle;
  ReceptionTask task_;
  Method method_ = Method::kVisually;
  std::uint8_t rounds_left_ = 0;
  bool card_here_ = false;
  bool not_begun_ = false;
  std::string outcome_;
  enum class ReaderQuestion : std::uint8_t { kNone, kScan, kMatch };
  ReaderQuestion question_ = ReaderQuestion::kNone;
  std::string transaction_;
  bool question_timer_ = false, card_timer_ = false;
  backend_api::ConsentRecord consent_ = backend_api::ConsentRecord::kNotAsked;
  std::uint32_t file_count_ = 0;
  std::uint64_t number_ = 0;  // of the reception: answers to earlier ones are ignored
};
std::string_view to_string(Reception::State state);

}  // namespace uketsuke::terminal
