#include "models/terminal/card_identity.h"

#include <algorithm>

#include "models/crypto/digest.h"
#include "sim/wire/iso7816/apdu.h"
#include "sim/wire/iso7816/ber_tlv.h"
#include "sim/wire/mynumber/application.h"

namespace uketsuke::terminal {
namespace {

namespace session = wire::session;
namespace mynumber = wire::mynumber;
using wire::Bytes;
using wire::ByteView;
using wire::iso7816::CommandApdu;
using Step = CardIdentity::Step;

constexpr std::size_t kChunk = 256;          // READ BINARY with Le 00 (facts 1.3)
constexpr std::size_t kMostShortData = 255;  // ISO/IEC 7816-4:2013, 5.1: Lc of one byte
constexpr std::uint8_t kChaining = 0x10;     // ISO/IEC 7816-4:2013, 5.1.1: CLA bit 5
constexpr std::uint16_t kPhotoTag = 0xDF27;  // facts 1.5
constexpr std::uint32_t kSurfaceTag = 0xFF20;

Bytes encoded(const CommandApdu& command) {
  auto bytes = encode_command(command);
  return bytes ? std::move(*bytes) : Bytes{};
}

// Tag (one or two bytes), length and value: how long the whole object is. 0: not such an object.
std::size_t object_size(ByteView header) {
  std::size_t at = 1;
  if (header.size() > 1 && (header[0] & 0x1F) == 0x1F) at = 2;
  if (header.size() <= at) return 0;
  const std::uint8_t first = header[at++];
  if (first < 0x80) return at + first;
  if (first == 0x81 && header.size() > at) return at + 1 + header[at];
  if (first == 0x82 && header.size() > at + 1) {
    return at + 2 + static_cast<std::size_t>(header[at] << 8 | header[at + 1]);
  }
  return 0;
}

std::string hex_of(std::uint16_t sw) {
  const std::uint8_t bytes[] = {static_cast<std::uint8_t>(sw >> 8),
                                static_cast<std::uint8_t>(sw & 0xFF)};
  return sw == 0 ? std::string() : wire::to_hex(bytes);
}

std::string code_of(session::Failure failure, Step step) {
  switch (failure) {
    case session::Failure::kNoReader: return "reader_gone";
    case session::Failure::kNoCard:
    case session::Failure::kCardRemoved: return "card_removed";
    case session::Failure::kCardMute: return "card_mute";
    case session::Failure::kTimeOut: return "card_time_out";
    case session::Failure::kPinCancelled: return "pin_cancelled";
    case session::Failure::kPinTimeOut: return "pin_time_out";
    case session::Failure::kUnsupported:
      return step == Step::kVerifyPin ? "pin_pad_missing" : "card_error";
    default: return "card_error";
  }
}

// What a refusal of the card in this step means for the reception.
std::string_view code_of(Step step) {
  switch (step) {
    case Step::kSelectCardFace:
    case Step::kSelectJpki: return "not_my_number_card";
    case Step::kSelectPhoto:
    case Step::kReadPhotoHeader:
    case Step::kReadPhoto: return "photo_unreadable";
    case Step::kSelectCertificate:
    case Step::kReadCertificateHeader:
    case Step::kReadCertificate: return "certificate_unreadable";
    case Step::kTerminalCertificate:
    case Step::kGetChallenge:
    case Step::kExternalAuthenticate: return "terminal_authentication_failed";
    case Step::kSelectKey:
    case Step::kSign: return "signature_refused";
    default: return "card_error";
  }
}

}  // namespace

CardNeeds CardIdentity::handle(const CardEvent& event) {
  out_.clear();
  if (const auto* begin = std::get_if<BeginCard>(&event)) {
    task_ = *begin;
    abandoned_ = false;
    object_.clear();
    parts_.clear();
    outcome_.reset();
    go(Step::kConnect);
  } else if (const auto* from_reader = std::get_if<session::Event>(&event)) {
    on_session(*from_reader);
  } else if (const auto* given = std::get_if<ChallengeGiven>(&event)) {
    if (step_ == Step::kBackendChallenge) {
      challenge_ = given->challenge;
      go(Step::kSelectKey);
    }
  } else if (const auto* number = std::get_if<VerificationNumberGiven>(&event)) {
    if (step_ == Step::kNumberB) {
      number_b_ = number->verification_number_b;
      if (number_b_.empty()) {
        fail("card_face_unreadable");
      } else {
        go(Step::kVerifyNumberB);
      }
    }
  } else if (const auto* face = std::get_if<FaceResult>(&event)) {
    if (step_ == Step::kFaceMatch) {
      if (face->matched) {
        go(Step::kSelectJpki);
      } else {
        fail("face_not_matched");
      }
    }
  } else if (const auto* give_up = std::get_if<GiveUpCard>(&event)) {
    if (step_ != Step::kIdle && step_ != Step::kDisconnect) fail(give_up->code);
  } else if (request_under_way_) {  // CardStepTimedOut
    request_under_way_ = false;
    abandoned_ = true;
    if (!outcome_) outcome_ = CardFailed{"card_time_out", {}, -1};
    deliver();
  }
  return std::move(out_);
}

// ---- from the reader

void CardIdentity::on_session(const session::Event& event) {
  const bool gone = std::holds_alternative<session::ReaderGone>(event);
  if (gone || std::holds_alternative<session::CardAbsent>(event)) {
    connected_ = request_under_way_ = abandoned_ = false;
    if (step_ == Step::kIdle) return;
    if (!outcome_) outcome_ = CardFailed{gone ? "reader_gone" : "card_removed", {}, -1};
    return deliver();
  }
  if (std::holds_alternative<session::ReaderArrived>(event) ||
      std::holds_alternative<session::CardPresent>(event)) {
    return;
  }
  if (abandoned_) {  // the answer that never came in time
    abandoned_ = false;
    if (connected_) out_.push_back(session::Request{session::Disconnect{}});
    connected_ = false;
    return;
  }
  if (!request_under_way_) return;
  request_under_way_ = false;
  if (const auto* connected = std::get_if<session::Connected>(&event)) {
    connected_ = true;
    protocol_ = connected->protocol;
  }
  if (step_ == Step::kAbandon) return go(Step::kDisconnect);
  if (step_ == Step::kDisconnect) {
    connected_ = false;
    return deliver();
  }
  if (const auto* failed = std::get_if<session::Failed>(&event)) {
    if (failed->failure == session::Failure::kNoCard ||
        failed->failure == session::Failure::kCardRemoved ||
        failed->failure == session::Failure::kNoReader ||
        failed->failure == session::Failure::kNotConnected) {
      connected_ = false;
    }
    return fail(code_of(failed->failure, step_));
  }
  if (step_ == Step::kConnect) {
    if (!connected_) return fail("card_error");
    return go(task_.method == Method::kFace ? Step::kSelectCardFace : Step::kSelectJpki);
  }
  if (const auto* response = std::get_if<session::Response>(&event)) {
    return on_response(response->response);
  }
  fail("card_error");
}

void CardIdentity::on_response(ByteView response) {
  const auto decoded = wire::iso7816::decode_response(response);
  if (!decoded) return fail("card_error");
  if (decoded->sw != 0x9000) return refused(decoded->sw);
  on_success(decoded->data);
}

void CardIdentity::on_success(ByteView data) {
  switch (step_) {
    case Step::kSelectCardFace: return go(Step::kNumberB);
    case Step::kVerifyNumberB:  // SELECT of its EF, then VERIFY
      if (!parts_.empty()) return send_next_part();
      return go(Step::kSelectPhoto);
    case Step::kSelectPhoto: return go(Step::kReadPhotoHeader);
    case Step::kReadPhotoHeader: return take_header(data, Step::kReadPhoto);
    case Step::kReadPhoto: return take_chunk(data, Step::kFaceMatch);
    case Step::kSelectJpki: return go(Step::kSelectCertificate);
    case Step::kSelectCertificate: return go(Step::kReadCertificateHeader);
    case Step::kReadCertificateHeader: return take_header(data, Step::kReadCertificate);
    case Step::kReadCertificate:
      return take_chunk(data, task_.method == Method::kPin ? Step::kSelectPin
                                                           : Step::kTerminalCertificate);
    case Step::kTerminalCertificate:
      if (!parts_.empty()) return send_next_part();
      return go(Step::kGetChallenge);
    case Step::kGetChallenge:
      if (data.size() != parameters_.challenge_length) return refused(0);
      challenge_ = wire::to_bytes(data);
      return go(Step::kExternalAuthenticate);
    case Step::kExternalAuthenticate:
      if (!parts_.empty()) return send_next_part();
      return go(Step::kBackendChallenge);
    case Step::kSelectPin: return go(Step::kVerifyPin);
    case Step::kVerifyPin: return go(Step::kBackendChallenge);
    case Step::kSelectKey: return go(Step::kSign);
    case Step::kSign:
      if (data.empty()) return refused(0);
      return end(CardIdentified{std::move(certificate_), wire::to_bytes(data)});
    default: return fail("card_error");
  }
}

void CardIdentity::refused(std::uint16_t sw) {
  const bool tries = (sw & 0xFFF0) == 0x63C0;
  const bool blocked = sw == 0x6984 || sw == 0x6983;
  const int left = tries ? sw & 0x0F : 0;
  if (step_ == Step::kVerifyNumberB && (tries || blocked)) {
    return fail(tries ? "verification_number_wrong" : "verification_number_blocked", sw, left);
  }
  if (step_ == Step::kVerifyPin && (tries || blocked)) {
    return fail(tries ? "pin_wrong" : "pin_blocked", sw, left);
  }
  fail(std::string(code_of(step_)), sw);
}

// ---- steps

void CardIdentity::go(Step step) {
  namespace ef = mynumber::ef;
  step_ = step;
  switch (step) {
    case Step::kConnect: return request(session::Connect{});
    case Step::kSelectCardFace:
      return select_application(mynumber::aid_of(mynumber::Application::kCardFace));
    case Step::kNumberB:
      out_.push_back(NeedVerificationNumber{});
      return;
    case Step::kVerifyNumberB: {  // 照合番号B opens the photo (facts 1.2)
      select_file(ef::kFaceVerificationB);
      parts_ = {encoded(CommandApdu::case3_short(
          0x00, 0x20, 0x00, 0x80,
          ByteView(reinterpret_cast<const std::uint8_t*>(number_b_.data()), number_b_.size())))};
      number_b_.assign(number_b_.size(), '\0');
      number_b_.clear();
      return;
    }
    case Step::kSelectPhoto: return select_file(ef::kFaceSurface);
    case Step::kReadPhotoHeader: return read_at(0, 5);
    case Step::kFaceMatch: return take_photo();
    case Step::kSelectJpki:
      return select_application(mynumber::aid_of(mynumber::Application::kJpki));
    case Step::kSelectCertificate: return select_file(ef::kJpkiAuthCertificate);
    case Step::kReadCertificateHeader: return read_at(0, 4);
    case Step::kTerminalCertificate:
      certificate_ = std::move(object_);
      for (const auto& block : parameters_.credential.certificate_blocks) {
        queue_large(0x80, 0xA2, block.p1, 0xC1, block.data);
      }
      if (parts_.empty()) return fail("terminal_authentication_failed");
      return send_next_part();
    case Step::kGetChallenge:
      return transmit(encoded(
          CommandApdu::case2_short(0x00, 0x84, 0x00, 0x00, parameters_.challenge_length)));
    case Step::kExternalAuthenticate: {
      const auto& credential = parameters_.credential;
      const Bytes proof = credential.sign ? credential.sign(challenge_) : Bytes{};
      if (proof.empty()) return fail("terminal_authentication_failed");
      queue_large(0x00, 0x82, 0x00, credential.external_authenticate_p2, proof);
      return send_next_part();
    }
    case Step::kSelectPin:
      certificate_ = std::move(object_);
      return select_file(ef::kJpkiAuthPin);
    case Step::kVerifyPin: return verify_pin();
    case Step::kBackendChallenge:
      out_.push_back(NeedChallenge{});
      return;
    case Step::kSelectKey: return select_file(ef::kJpkiAuthKey);
    case Step::kSign:  // facts 1.3: scheme 00, DigestInfo given
      return transmit(encoded(CommandApdu::case4_short(
          0x80, 0x2A, 0x00, 0x80, crypto::sha256_digest_info_of(challenge_), 256)));
    case Step::kDisconnect:
      if (!connected_ || !parameters_.disconnect_at_end) return deliver();
      return request(session::Disconnect{0, session::Disposition::kUnpower});
    case Step::kIdle:
    case Step::kAbandon:
    case Step::kReadPhoto:
    case Step::kReadCertificate: return;
  }
}

void CardIdentity::request(session::Request what) {
  request_under_way_ = true;
  out_.push_back(std::move(what));
}

void CardIdentity::transmit(Bytes command) {
  request(session::Transmit{0, std::move(command)});
}

void CardIdentity::select_application(ByteView aid) {
  transmit(encoded(CommandApdu::case3_short(0x00, 0xA4, 0x04, 0x0C, aid)));
}

void CardIdentity::select_file(std::uint16_t id) {
  const std::uint8_t name[] = {static_cast<std::uint8_t>(id >> 8),
                               static_cast<std::uint8_t>(id & 0xFF)};
  transmit(encoded(CommandApdu::case3_short(0x00, 0xA4, 0x02, 0x0C, name)));
}

bool CardIdentity::extended_possible() const {
  if (task_.exchange_level == "extended APDU") return true;
  return task_.exchange_level == "TPDU" && protocol_ == session::Protocol::kT1;
}

// More than 255 bytes: extended length where reader and protocol carry it, else command chaining
// (ISO/IEC 7816-4:2013, 5.1.1).
void CardIdentity::queue_large(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                               std::uint8_t p2, ByteView data) {
  if (data.size() > kMostShortData && extended_possible()) {
    parts_.push_back(encoded(CommandApdu::case3_extended(cla, ins, p1, p2, data)));
    return;
  }
  while (data.size() > kMostShortData) {
    parts_.push_back(encoded(CommandApdu::case3_short(static_cast<std::uint8_t>(cla | kChaining),
                                                      ins, p1, p2, data.first(kMostShortData))));
    data = data.subspan(kMostShortData);
  }
  parts_.push_back(encoded(CommandApdu::case3_short(cla, ins, p1, p2, data)));
}

void CardIdentity::send_next_part() {
  Bytes part = std::move(parts_.front());
  parts_.pop_front();
  transmit(std::move(part));
}

void CardIdentity::read_at(std::size_t offset, std::size_t count) {
  transmit(encoded(CommandApdu::case2_short(
      0x00, 0xB0, static_cast<std::uint8_t>(offset >> 8), static_cast<std::uint8_t>(offset & 0xFF),
      static_cast<std::uint32_t>(std::min(count, kChunk)))));
}

void CardIdentity::take_header(ByteView data, Step read_step) {
  object_ = wire::to_bytes(data);
  object_size_ = object_size(data);
  if (object_size_ <= data.size() || object_size_ > parameters_.max_object_bytes) {
    return refused(0);
  }
  step_ = read_step;
  read_at(object_.size(), object_size_ - object_.size());
}

void CardIdentity::take_chunk(ByteView data, Step done_step) {
  if (data.empty()) return refused(0);
  const std::size_t wanted = std::min(data.size(), object_size_ - object_.size());
  object_.insert(object_.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(wanted));
  if (object_.size() >= object_size_) return go(done_step);
  read_at(object_.size(), object_size_ - object_.size());
}

void CardIdentity::take_photo() {
  const auto surface = wire::iso7816::read_tlv(object_);
  if (!surface || surface->tag != kSurfaceTag) return fail("photo_unreadable");
  const auto photo = wire::iso7816::find_tlv(surface->value, {kPhotoTag});
  if (!photo || photo->value.empty()) return fail("photo_unreadable");
  out_.push_back(NeedFaceMatch{wire::to_bytes(photo->value)});
  object_.clear();
}

void CardIdentity::verify_pin() {
  if (task_.pin_pad) {
    return request(
        session::VerifyPin{0, {0x00, 0x20, 0x00, 0x80}, 4, 4, parameters_.pin_timeout_s});
  }
  std::string& pin = task_.typed_pin;
  if (pin.empty()) return fail("pin_missing");
  Bytes command = encoded(CommandApdu::case3_short(
      0x00, 0x20, 0x00, 0x80,
      ByteView(reinterpret_cast<const std::uint8_t*>(pin.data()), pin.size())));
  pin.assign(pin.size(), '\0');
  pin.clear();
  transmit(std::move(command));
}

// ---- the end

void CardIdentity::end(CardNeed outcome) {
  outcome_ = std::move(outcome);
  // While an answer is outstanding the reader would refuse Disconnect (kBusy).
  if (request_under_way_) {
    step_ = Step::kAbandon;
    return;
  }
  go(Step::kDisconnect);
}

void CardIdentity::fail(std::string code, std::uint16_t sw, int tries_left) {
  if (outcome_) return;
  end(CardFailed{std::move(code), hex_of(sw), tries_left});
}

void CardIdentity::deliver() {
  step_ = Step::kIdle;
  parts_.clear();
  std::fill(object_.begin(), object_.end(), std::uint8_t{0});
  object_.clear();
  task_.typed_pin.assign(task_.typed_pin.size(), '\0');
  if (outcome_) out_.push_back(std::move(*outcome_));
  outcome_.reset();
}

std::string_view to_string(CardIdentity::Step step) {
  static constexpr std::string_view kNames[] = {
      "idle", "connect", "select_card_face", "number_b", "verify_number_b", "select_photo",
      "read_photo_header", "read_photo", "face_match", "select_jpki", "select_certificate",
      "read_certificate_header", "read_certificate", "terminal_certificate", "get_challenge",
      "external_authenticate", "select_pin", "verify_pin", "backend_challenge", "select_key",
      "sign", "abandon", "disconnect"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(Step::kDisconnect) + 1);
  const auto index = static_cast<std::size_t>(step);
  return index < std::size(kNames) ? kNames[index] : "?";
}

}  // namespace uketsuke::terminal
