// A terminal with what came out of it as lines of text, and hand-typed stand-ins for reader, card
// and backend: tests either give every answer themselves or let answer_all() give the usual ones.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "models/terminal/terminal.h"
#include "sim/wire/reader_link/codec.h"

namespace uketsuke::terminal::testing {

using wire::Bytes;
namespace api = wire::backend_api;

inline Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }

// FIPS 180-4, example "abc": the backend's challenge of these tests and its SHA-256.
inline const Bytes kChallenge = {'a', 'b', 'c'};
inline const char* const kDigestInfo =
    "3031300d060960864801650304020105000420"
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
inline const Bytes kPhoto = {0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20,
                             0x0D, 0x0A, 0x87, 0x0A, 0x01, 0x02};

inline Parameters usual_parameters() {
  Parameters parameters;
  parameters.institution = "1311234567";
  parameters.start_time = "20241209093000";
  parameters.sign_in_at_start = Credentials{"uketsuke", "secret"};
  parameters.card.credential.certificate_blocks = {{0x00, hex("7f21aabb")}};
  parameters.card.credential.sign = [](wire::ByteView challenge) {
    Bytes proof = wire::to_bytes(challenge);  // a stand-in: the challenge turned round
    std::reverse(proof.begin(), proof.end());
    return proof;
  };
  return parameters;
}

inline api::Eligibility usual_eligibility() {
  api::Eligibility eligibility;
  eligibility.validity = "1";
  eligibility.insured = {"12345678", "kigo", "1234", "01"};
  eligibility.person = {"Test Hanako", "19800217", "2", "Test town 1"};
  eligibility.name_kana = "test";
  eligibility.insurer_name = "Test insurer";
  eligibility.confirmation_date = "20241209";
  return eligibility;
}

class Rig {
 public:
  explicit Rig(Parameters parameters = usual_parameters()) : terminal(std::move(parameters)) {}

  // The lines of this event; they are appended to `log` as well.
  const std::vector<std::string>& give(const Event& event, wire::Micros now_us = 0) {
    lines.clear();
    actions = terminal.handle(event, now_us);
    for (const Action& action : actions) take(action);
    log.insert(log.end(), lines.begin(), lines.end());
    return lines;
  }
  const std::vector<std::string>& press(const char* control) {
    return give(panel::Input{panel::Press{control}});
  }
  const std::vector<std::string>& enter(const char* control, const char* text) {
    return give(panel::Input{panel::Enter{control, text}});
  }
  const std::vector<std::string>& tick(const char* control, bool on = true) {
    return give(panel::Input{panel::Tick{control, on}});
  }
  const std::vector<std::string>& backend(const api::Answer& answer) {
    return give(network::Response{network_id, network::Outcome::kAnswered, api::encode(answer)});
  }
  const std::vector<std::string>& backend_silent() {
    return give(network::Response{network_id, network::Outcome::kNoAnswer, {}});
  }
  const std::vector<std::string>& link(link::Body body) {
    return give(link::Message{link_seq++, std::move(body)});
  }
  const std::vector<std::string>& reader(std::uint8_t index, session::Event event) {
    return give(FromReader{index, std::move(event)});
  }
  const std::vector<std::string>& card(std::uint8_t index, const char* response) {
    return reader(index, session::Response{0, hex(response)});
  }

  bool has(std::string_view line) const { return contains(lines, line); }
  bool logged(std::string_view line) const { return contains(log, line); }
  int count(std::string_view line) const {
    return static_cast<int>(std::count(log.begin(), log.end(), line));
  }

  void start(api::Account account = api::Account::kGeneral) {
    give(Start{});
    backend(api::SignInAnswer{"s-1", account});
    log.clear();
  }
  void connect_face_reader(std::string level = "extended APDU") {
    session::ReaderArrived arrived;
    arrived.name = "face";
    arrived.exchange_level = std::move(level);
    arrived.pin_pad = true;
    reader(kFaceReader, arrived);
    give(LinkUp{});
    link(link::HelloAnswer{});
  }
  void connect_generic_reader(std::string level = "short APDU") {
    session::ReaderArrived arrived;
    arrived.name = "generic";
    arrived.exchange_level = std::move(level);
    reader(kGenericReader, arrived);
  }

  // Answers what is asked, as a sound card, reader and backend would; at most `limit` answers.
  int answer_all(int limit = 1000);
  bool answer_one();
  void forget() { asked_.clear(); }  // what was asked up to now

  Terminal terminal;
  std::vector<std::string> lines, log;
  Actions actions;  // of the last event
  std::uint64_t network_id = 0;
  api::Request asked;  // of the backend, the last one
  std::uint16_t link_seq = 500;
  std::vector<WriteFile> files;
  panel::Display display;
  // What answer_all() says.
  link::Consent consent = link::Consent::kDeclined;
  link::AuthMethod method = link::AuthMethod::kFace;
  bool face_matches = true;
  std::string refuse_command;  // command APDU prefix that the card refuses with 6985

 private:
  struct Ask {
    int kind;  // 0: to a reader, 1: over the link, 2: to the backend
    std::uint8_t reader;
    session::Request request;
    link::Body body;
    api::Request query;
    std::uint64_t id;
  };
  static bool contains(const std::vector<std::string>& where, std::string_view line) {
    return std::find(where.begin(), where.end(), line) != where.end();
  }
  void take(Action action);
  void answer_session(const Ask& ask);
  void answer_link(const Ask& ask);
  void answer_backend(const Ask& ask);
  Bytes card_answer(const Bytes& command) const;

  std::deque<Ask> asked_;
};

std::string line_of(const api::Request& request);

}  // namespace uketsuke::terminal::testing
