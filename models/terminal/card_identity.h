// What the terminal does with the card: certificate, terminal authentication or PIN or face, then
// the signature. A machine of its own: it asks for what it needs and is told what came. APDUs:
// facts/domain.md 1.3, 1.6; terminal authentication is A-06, what is read in visual mode A-36
// (nothing beyond the certificate), re-selection of an application A-04.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/terminal/parameters.h"
#include "sim/wire/network/backend_api.h"
#include "sim/wire/session/message.h"

namespace uketsuke::terminal {

using Method = wire::backend_api::Confirmed;  // kVisually, kFace, kPin

// ---- told to the machine
struct BeginCard {
  Method method = Method::kVisually;
  std::string exchange_level;  // of ReaderArrived: "TPDU", "short APDU", "extended APDU"
  bool pin_pad = false;
  std::string typed_pin;       // secret; used where the reader has no PIN pad
};
struct ChallengeGiven { wire::Bytes challenge; };                 // of the backend
// Secret; empty: not readable.
struct VerificationNumberGiven { std::string verification_number_b; };
struct FaceResult { bool matched = false; };
struct GiveUpCard { std::string code; };
struct CardStepTimedOut {};
using CardEvent = std::variant<BeginCard, wire::session::Event, ChallengeGiven,
                               VerificationNumberGiven, FaceResult, GiveUpCard, CardStepTimedOut>;

// ---- asked by the machine
struct NeedChallenge {};
struct NeedVerificationNumber {};
struct NeedFaceMatch { wire::Bytes photo; };  // secret
struct CardIdentified { wire::Bytes certificate, signature; };
// code: "not_my_number_card", "pin_wrong", "card_removed", ...; sw: status word as hex or empty.
struct CardFailed { std::string code, sw; int tries_left = -1; };
using CardNeed = std::variant<wire::session::Request, NeedChallenge, NeedVerificationNumber,
                              NeedFaceMatch, CardIdentified, CardFailed>;
using CardNeeds = std::vector<CardNeed>;

class CardIdentity {
 public:
  enum class Step : std::uint8_t {
    kIdle, kConnect, kSelectCardFace, kNumberB, kVerifyNumberB, kSelectPhoto, kReadPhotoHeader,
    kReadPhoto, kFaceMatch, kSelectJpki, kSelectCertificate, kReadCertificateHeader,
    kReadCertificate, kTerminalCertificate, kGetChallenge, kExternalAuthenticate, kSelectPin,
    kVerifyPin, kBackendChallenge, kSelectKey, kSign, kAbandon, kDisconnect,
  };

  explicit CardIdentity(const CardParameters& parameters) : parameters_(parameters) {}
  // Exactly one CardIdentified or CardFailed ends what BeginCard began; by then the card is
  // disconnected (unpowered) if it is still there and the reader answers. What does not fit the
  // step is ignored.
  CardNeeds handle(const CardEvent& event);
  Step step() const { return step_; }
  bool running() const { return step_ != Step::kIdle; }
  // A session request is under way: CardStepTimedOut has to come some time.
  bool waiting_for_reader() const { return request_under_way_; }

 private:
  void on_session(const wire::session::Event& event);
  void on_response(wire::ByteView response);
  void on_success(wire::ByteView data);
  void refused(std::uint16_t sw);
  void go(Step step);
  void request(wire::session::Request request);
  void transmit(wire::Bytes command);
  void select_application(wire::ByteView aid);
  void select_file(std::uint16_t id);
  void queue_large(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1, std::uint8_t p2,
                   wire::ByteView data);
  void send_next_part();
  void read_at(std::size_t offset, std::size_t count);
  void take_header(wire::ByteView data, Step read_step);
  void take_chunk(wire::ByteView data, Step done_step);
  void take_photo();
  void verify_pin();
  void end(CardNeed outcome);
  void fail(std::string code, std::uint16_t sw = 0, int tries_left = -1);
  void deliver();
  bool extended_possible() const;

  const CardParameters& parameters_;
  BeginCard task_;
  Step step_ = Step::kIdle;
  bool connected_ = false;
  bool request_under_way_ = false;
  bool abandoned_ = false;  // outcome delivered; a late answer has to be followed by Disconnect
  wire::session::Protocol protocol_ = wire::session::Protocol::kT1;
  std::deque<wire::Bytes> parts_;       // of large commands, still to be sent
  wire::Bytes object_;                  // certificate or photo object being read
  std::size_t object_size_ = 0;
  wire::Bytes certificate_;
  wire::Bytes challenge_;
  std::string number_b_;                // secret
  std::optional<CardNeed> outcome_;     // delivered after kDisconnect
  CardNeeds out_;
};
std::string_view to_string(CardIdentity::Step step);

}  // namespace uketsuke::terminal
