#include "sim/wire/reader_link/message.h"

#include <array>

namespace uketsuke::wire::reader_link {
namespace {

// First alternatives of Body that are responses and events.
constexpr std::size_t kFirstResponse = 9;
constexpr std::size_t kFirstEvent = 13;
static_assert(std::is_same_v<std::variant_alternative_t<kFirstResponse, Body>, HelloAnswer>);
static_assert(std::is_same_v<std::variant_alternative_t<kFirstEvent, Body>, ModeChanged>);

}  // namespace

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::kFaceAuthentication:
      return "face_authentication";
    case Mode::kVisualConfirmation:
      return "visual_confirmation";
  }
  return "?";
}

std::string_view to_string(AuthMethod method) {
  switch (method) {
    case AuthMethod::kFace:
      return "face";
    case AuthMethod::kPin:
      return "pin";
  }
  return "?";
}

std::string_view to_string(Consent consent) {
  switch (consent) {
    case Consent::kGranted:
      return "granted";
    case Consent::kDeclined:
      return "declined";
  }
  return "?";
}

std::string_view to_string(ModeCause cause) {
  switch (cause) {
    case ModeCause::kPasscode:
      return "passcode";
    case ModeCause::kTerminal:
      return "terminal";
    case ModeCause::kCardRemoved:
      return "card_removed";
    case ModeCause::kTimeOut:
      return "time_out";
    case ModeCause::kStart:
      return "start";
  }
  return "?";
}

std::string_view to_string(PasscodeResult result) {
  switch (result) {
    case PasscodeResult::kAccepted:
      return "accepted";
    case PasscodeResult::kWrong:
      return "wrong";
    case PasscodeResult::kLocked:
      return "locked";
    case PasscodeResult::kNotIssued:
      return "not_issued";
    case PasscodeResult::kExpired:
      return "expired";
    case PasscodeResult::kUnavailable:
      return "unavailable";
  }
  return "?";
}

std::string_view to_string(Notice notice) {
  switch (notice) {
    case Notice::kReading:
      return "reading";
    case Notice::kCompletion:
      return "completion";
    case Notice::kFailed:
      return "failed";
    case Notice::kTakeCard:
      return "take_card";
  }
  return "?";
}

Kind kind_of(const Body& body) {
  if (body.index() >= kFirstEvent) return Kind::kEvent;
  return body.index() >= kFirstResponse ? Kind::kResponse : Kind::kRequest;
}

}  // namespace uketsuke::wire::reader_link
