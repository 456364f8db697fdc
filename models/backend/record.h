// What the backend did, as data: for the journal and for a scenario's `then:`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/wire/network/backend_api.h"

namespace uketsuke::backend {

namespace api = wire::backend_api;

// One row of the 本人確認履歴.
struct IdentityRecord {
  std::string holder;
  api::IdentityBy by = api::IdentityBy::kMyNumberCard;
  std::optional<api::Confirmed> confirmed;  // not known for searches
  std::string institution, confirmation_date, time, account;
  bool certificate_in_grace = false;  // past its end, within the three months
};
struct ConsentRow {
  std::string holder, institution;
  api::ConsentRecord consent = api::ConsentRecord::kNotAsked;
  std::string consent_time, available_time;  // yyyyMMddHHmmss, empty unless granted
};
struct TwoFactorRow {
  std::string institution, clinician;
  std::vector<std::string> factors;
  std::string time;
};

// One row of a view's table of checks.
enum class Outcome : std::uint8_t { kPassed, kFailed, kSkipped };
struct Check {
  std::string_view id;      // "identity_history"
  std::string_view source;  // "P2", "A-22"
  Outcome outcome = Outcome::kSkipped;
  std::string_view reason;  // identifier in the refusal, empty unless failed
};
std::string_view to_string(Outcome);

// One row of the viewing log: who saw what, or was refused (facts/domain.md 4, Logs).
struct ViewRow {
  bool emergency = false;
  bool returned = false;
  std::string institution, clinician, holder, time;  // holder empty: patient not known
  std::optional<api::ConsentRecord> registered_consent;
  std::optional<api::ConsentStatement> statement;  // emergency: as stated by the EHR
  std::vector<std::string_view> sections;          // that went out
  std::vector<Check> checks;
};

struct SignedIn {
  std::string institution, user, session;
  api::Account account = api::Account::kGeneral;
};
struct SignedOut {
  std::string session;
};
struct PasscodeIssuedFor {
  std::string institution, user;
};
struct PasscodeTried {
  std::string institution;
  api::PasscodeResult result = api::PasscodeResult::kWrong;
  unsigned tries_left = 0;
};
struct EligibilityChecked {
  std::string holder, institution, validity;
};
struct RequestRefused {
  std::string_view op;
  std::string reason;
};  // Refusal went out
using Record = std::variant<SignedIn, SignedOut, PasscodeIssuedFor, PasscodeTried, IdentityRecord,
                            ConsentRow, EligibilityChecked, TwoFactorRow, ViewRow, RequestRefused>;

std::string_view name_of(const Record& record);  // "identity_recorded", "view_refused", ...
std::string describe(const Record& record);  // one line; no secrets, holders by their scenario name

}  // namespace uketsuke::backend
