// What can be set on a terminal. Every field that the seed does not give carries its assumption.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/terminal/screen_table.h"
#include "sim/wire/bytes.h"
#include "sim/wire/timer.h"

namespace uketsuke::terminal {

struct Credentials { std::string user, password; };

// The terminal's own certificate and key, with which it proves to the card that it may use the
// authentication key without a PIN (facts 1.6; the exchange is A-06).
struct TerminalCredential {
  struct Block { std::uint8_t p1 = 0x00; wire::Bytes data; };
  std::vector<Block> certificate_blocks;                 // each handed over by 80 A2 <p1> C1
  // Challenge -> data of EXTERNAL AUTHENTICATE.
  std::function<wire::Bytes(wire::ByteView)> sign;
  std::uint8_t external_authenticate_p2 = 0x00;          // key reference
};

struct CardParameters {
  TerminalCredential credential;
  std::uint8_t challenge_length = 8;             // GET CHALLENGE, A-06
  wire::Micros step_timeout_us = 30'000'000;     // one session request, A-20
  std::uint32_t pin_timeout_s = 30;
  std::size_t max_object_bytes = 32'767;         // READ BINARY offsets have 15 bits
  bool disconnect_at_end = true;                 // false: leaves the card powered (a deviation)
};

struct Parameters {
  std::string institution = "1311234567";        // ten digits
  std::string start_time = "20241209090000";     // local time when now_us is 0
  std::optional<Credentials> sign_in_at_start;
  ScreenId first_screen = ScreenId::kMenu;       // after the sign-in at start
  CardParameters card;
  std::vector<std::string> consent_items = {"viewing"};  // 包括同意, at any age
  bool completion_before_consent = true;
  bool eligibility_needs_card = false;           // card taken after the consent choice
  bool visual_needs_form = true;                 // P4-5, P4-6: false skips the form (a deviation)
  bool allow_future_date = false;
  bool administrator_for_reader_operation = true;  // P4 note
  bool check_eligibility_when_declined = true;   // P2; false is a deviation
  // Face mode: how often the choice of face or PIN is offered, again after a mismatch. A-20.
  std::uint8_t auth_method_rounds = 2;
  wire::Micros question_timeout_us = 180'000'000;  // the reader's own time-outs come first, A-20
  std::uint64_t first_request_id = 1;            // to the backend; goes on after a restart
  std::uint32_t files_written = 0;               // to the folder, before this start
  std::size_t max_ehr_requests = 64;             // under way; more are refused "busy"
  std::shared_ptr<const ScreenTable> screens;    // empty: default_screen_table()
};

}  // namespace uketsuke::terminal
