// What the terminal does with the card: certificate, terminal authentication or PIN or face, signature.
// A machine of its own: it asks for what it needs and is told what came. APDUs: facts/domain.md 1.3,
// 1.6; terminal authentication is A-06, what is read in visual mode A-36 (nothing beyond the
// certificate), re-selection of an application A-04.
#pragma once

#include <cstdint>
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
struct VerificationNumberGiven { std::string verification_number_b; };  // secret; empty: not readable
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
    kVerifyPin, kBackendChallenge, kSelectKey, kSign, kDisconnect,
  };

  explicit CardIdentity(const CardParameters& parameters) : parameters_(parameters) {}
  // Exactly one CardIdentified or CardFailed ends what BeginCard began; after it the card is
  // disconnected (unpowered) if it is still there. Anything that does not fit the step is ignored.
  CardNeeds handle(const CardEvent& event);
  Step step() const { return step_; }
  bool running() const { return step_ != Step::kIdle; }

 private:
  void on_session(const wire::session::Event& event);
  void on_response(const wire::Bytes& response);
  void on_status(std::uint16_t sw, wire::ByteView data);
  void next(Step step);
  void send(wire::Bytes command);
  void send_large(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1, std::uint8_t p2,
                  const wire::Bytes& data);
  bool send_next_part();
  void read_more(Step next_step);
  void take_header(wire::ByteView data);
  void take_photo();
  void refused(std::uint16_t sw);
  void fail(std::string code, std::uint16_t sw = 0, int tries_left = -1);
  void finish();
  bool extended_possible() const;

  const CardParameters& parameters_;
  BeginCard task_;
  Step step_ = Step::kIdle;
  bool connected_ = false;
  wire::session::Protocol protocol_ = wire::session::Protocol::kT1;
  std::vector<wire::Bytes> parts_;      // of a chained command, still to be sent (reversed)
  wire::Bytes object_;                  // certificate or photo object being read
  std::size_t object_size_ = 0;
  wire::Bytes certificate_, signature_;
  wire::Bytes challenge_;
  std::string number_b_;                // secret
  CardNeeds out_;
};
std::string_view to_string(CardIdentity::Step step);

}  // namespace uketsuke::terminal
