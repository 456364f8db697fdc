// The reader link: what the face-auth reader and the terminal tell each other over CDC-ACM. The
// real protocol is not public; this one is ours: RFC 1662 HDLC-like frames with FCS-16,
// CBOR inside. A request is answered by exactly one response with the same seq; events are not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::reader_link {

enum class Mode : std::uint8_t { kFaceAuthentication, kVisualConfirmation };
enum class AuthMethod : std::uint8_t { kFace, kPin };
enum class Consent : std::uint8_t { kGranted, kDeclined };
enum class ModeCause : std::uint8_t { kPasscode, kTerminal, kCardRemoved, kTimeOut, kStart };
enum class PasscodeResult : std::uint8_t {
  kAccepted, kWrong, kLocked, kNotIssued, kExpired, kUnavailable,
};
// What the reader shows when the terminal reports on the reception.
enum class Notice : std::uint8_t { kReading, kCompletion, kFailed, kTakeCard };
std::string_view to_string(Mode);
std::string_view to_string(AuthMethod);
std::string_view to_string(Consent);
std::string_view to_string(ModeCause);
std::string_view to_string(PasscodeResult);
std::string_view to_string(Notice);

// ---- requests of the terminal
struct Hello { std::uint16_t version = 1; };
struct SetMode { Mode mode = Mode::kFaceAuthentication; };        // P4-4, P4-11
struct AskAuthMethod {};                                          // face mode: face or PIN
struct ScanCardFace {};                                           // verification number B
struct MatchFace { Bytes photo; };                                // secret: JPEG 2000 of the EF
struct AskConsent { std::vector<std::string> items; };            // P3-4, P4-8
struct Show { Notice notice = Notice::kReading; std::string code; };  // code: error number or empty
struct EndReception {};                                           // back to the mode's first screen
// ---- requests of the reader
struct CheckPasscode { std::string passcode; };                   // secret; P3-2
// ---- responses
struct HelloAnswer { std::uint16_t version = 1; std::string model, firmware;
                     Mode mode = Mode::kFaceAuthentication; };
struct Done {};
struct Refused { std::string reason; };                           // e.g. "reception_under_way"
struct PasscodeAnswer { PasscodeResult result = PasscodeResult::kWrong;
                        std::uint8_t tries_left = 0; };
// ---- events of the reader
struct ModeChanged { Mode mode = Mode::kFaceAuthentication; ModeCause cause = ModeCause::kStart; };
struct AuthMethodChosen { AuthMethod method = AuthMethod::kFace; };
struct CardFaceScanned { std::string verification_number_b; };    // secret; empty: not readable
struct FaceMatched { bool matched = false; std::uint16_t score = 0; };
struct ConsentChosen { Consent consent = Consent::kDeclined; };
struct Cancelled { std::string reason; };                         // "time_out", "pressed"

using Body = std::variant<Hello, SetMode, AskAuthMethod, ScanCardFace, MatchFace, AskConsent, Show,
                          EndReception, CheckPasscode, HelloAnswer, Done, Refused, PasscodeAnswer,
                          ModeChanged, AuthMethodChosen, CardFaceScanned, FaceMatched,
                          ConsentChosen, Cancelled>;
enum class Kind : std::uint8_t { kRequest, kResponse, kEvent };
Kind kind_of(const Body& body);  // fixed by the type

struct Message {
  std::uint16_t seq = 0;  // request: the sender's choice; response: the request's; event: counts up
  Body body;
};

}  // namespace uketsuke::wire::reader_link
