// What terminal and EHR ask the backend, and what it answers. The ministry's own interface on this
// wire is not public; this one is ours (A-12: reasons are our identifiers, not real error codes).
// Bytes: one JSON object, {"op": "sign_in", ...} and {"op": "sign_in_answer", ...}; names below.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::backend_api {

enum class Account : std::uint8_t { kGeneral, kAdministrator };
enum class Confirmed : std::uint8_t { kVisually, kFace, kPin };        // how a person was compared
enum class IdentityBy : std::uint8_t { kMyNumberCard, kFourItems, kInsuredNumber };
enum class ConsentRecord : std::uint8_t { kGranted, kDeclined, kNotAsked };
// P2, the EHR's request.
enum class ConsentStatement : std::uint8_t { kConsentGiven, kConsentUnobtainable };
enum class PasscodeResult : std::uint8_t { kAccepted, kWrong, kLocked, kNotIssued, kExpired };
std::string_view to_string(Account);           // "general", "administrator"
std::string_view to_string(Confirmed);         // "visually", "face", "pin"
std::string_view to_string(IdentityBy);        // "my_number_card", "four_items", "insured_number"
std::string_view to_string(ConsentRecord);     // "granted", "declined", "not_asked"
std::string_view to_string(ConsentStatement);  // "consent_given", "consent_unobtainable"
std::string_view to_string(PasscodeResult);    // "accepted", "wrong", "locked", "not_issued", ...

// Who a person is to the insurance: the key by which terminal, EHR and backend name a patient.
struct InsuredKey { std::string insurer_number, symbol, number, branch; };
// Name, birth date (YYYYMMDD), sex ("1", "2", "3"), address; personal data, masked in the journal.
struct FourItems { std::string name, birth_date, sex, address; };

// ---- requests (every one names the institution, ten digits)
struct SignIn { std::string institution, user, password; };
struct SignOut { std::string institution, session; };
struct IssueVisualPasscode { std::string institution, session; };        // アカウント情報管理
struct CheckVisualPasscode { std::string institution, passcode; };       // P3-2
struct BeginIdentity { std::string institution, session; Confirmed confirmed = Confirmed::kVisually;
                       std::string confirmation_date; };                 // YYYYMMDD
struct CompleteIdentity { std::string institution, transaction; Bytes certificate, signature; };
struct IdentifyByFourItems { std::string institution, session; FourItems items;
                             std::string confirmation_date; };
struct IdentifyByInsuredNumber { std::string institution, session; InsuredKey key;
                                 std::string confirmation_date; };
struct RegisterConsent { std::string institution, transaction;
                         ConsentRecord consent = ConsentRecord::kNotAsked; };
struct CheckEligibility { std::string institution, transaction; };
struct RecordTwoFactor { std::string institution, clinician;
                         std::vector<std::string> factors; };
struct OrdinaryView { std::string institution, clinician; InsuredKey patient; };
struct EmergencyView { std::string institution, clinician; InsuredKey patient;
                       bool emergency_mode = false;
                       ConsentStatement statement = ConsentStatement::kConsentUnobtainable; };
using Request = std::variant<SignIn, SignOut, IssueVisualPasscode, CheckVisualPasscode,
                             BeginIdentity, CompleteIdentity, IdentifyByFourItems,
                             IdentifyByInsuredNumber, RegisterConsent, CheckEligibility,
                             RecordTwoFactor, OrdinaryView, EmergencyView>;

// ---- answers; Refusal may answer every request, its reason is an identifier ("not_signed_in",
// "administrator_only", "certificate_expired", "certificate_revoked", "signature_wrong", ...).
struct Refusal { std::string reason; };
struct SignInAnswer { std::string session; Account account = Account::kGeneral; };
struct Done {};
struct PasscodeIssued { std::string passcode; };                          // secret
struct PasscodeChecked { PasscodeResult result = PasscodeResult::kWrong;
                         std::uint8_t tries_left = 0; };
struct IdentityChallenge { std::string transaction; Bytes challenge; };   // 32 bytes to sign
struct IdentityAnswer { std::string transaction; };                       // the record is kept now
struct Eligibility {
  std::string validity;            // OQSCD006: "1" valid, "2" invalid, "4" none
  InsuredKey insured;
  FourItems person;                // personal data
  std::string name_kana, insurer_name, confirmation_date;
  ConsentRecord consent = ConsentRecord::kNotAsked;
  std::string consent_time, available_time;  // yyyyMMddHHmmss; empty unless granted (facts 2.4)
};
struct ViewReturned { std::string summary_json; };                        // personal data
struct ViewRefused { std::vector<std::string> reasons; };                 // every check that failed
using Answer = std::variant<Refusal, SignInAnswer, Done, PasscodeIssued, PasscodeChecked,
                            IdentityChallenge, IdentityAnswer, Eligibility, ViewReturned,
                            ViewRefused>;

Bytes encode(const Request& request);
Bytes encode(const Answer& answer);
// Errors, with the field: kUnknownType (op), kTooShort (missing member), kBadValue (type or value).
Result<Request> decode_request(ByteView bytes);
Result<Answer> decode_answer(ByteView bytes);
// The same JSON with passwords, passcodes and personal data replaced by "****", for the journal.
std::string describe_masked(ByteView bytes);

}  // namespace uketsuke::wire::backend_api
