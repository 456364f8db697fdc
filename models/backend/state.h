// What the backend remembers. Internal to this folder.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/backend/backend.h"
#include "models/crypto/x509_certificate.h"

namespace uketsuke::backend {

struct Session {
  std::string institution, user;
  api::Account account = api::Account::kGeneral;
};

// kChallenged -> kIdentified -> kConsented -> kChecked; kFailed ends it. What each stage answers to
// each request is the table in identity.cpp.
enum class Stage : std::uint8_t { kChallenged, kIdentified, kConsented, kChecked, kFailed };
struct Transaction {
  std::string institution, account, confirmation_date;
  api::Confirmed confirmed = api::Confirmed::kVisually;
  Stage stage = Stage::kChallenged;
  Seconds started = 0;
  wire::Bytes challenge;
  const InsuredPerson* person = nullptr;
  ConsentRow consent;  // kNotAsked until registered
};

struct Passcode {
  std::string digits;  // secret
  Seconds issued = 0;
  unsigned tries_left = 0;
};

struct Backend::State {
  explicit State(Parameters p);

  Parameters parameters;
  std::shared_ptr<const crypto::X509Certificate> ca;
  std::uint64_t generator;
  std::uint32_t next_transaction = 1;
  std::map<std::string, Session> sessions;
  std::map<std::string, Transaction> transactions;  // names sort by age
  std::map<std::string, Passcode> passcodes;        // by institution
  std::array<std::map<std::uint64_t, wire::Bytes>, 2> answered;  // by Sender and request number
  std::vector<IdentityRecord> identities;
  std::vector<ConsentRow> consents;
  std::vector<TwoFactorRow> two_factors;
  std::vector<ViewRow> views;

  std::uint64_t random();
  const InsuredPerson* find_person(const api::InsuredKey& key) const;
  const InsuredPerson* find_by_serial(std::string_view serial_hex) const;
  const ConsentRow* last_choice(const std::string& holder, const std::string& institution) const;
  std::string issue_passcode(const std::string& institution, Seconds now);
  void write(IdentityRecord record, std::vector<Record>& out);
};

bool same_key(const api::InsuredKey& a, const api::InsuredKey& b);
bool same_serial(std::string_view a, std::string_view b);  // hex, any case, leading zero bytes

using State = Backend::State;
using Records = std::vector<Record>;

// account.cpp
api::Answer answer(State&, const api::SignIn&, Seconds now, Records&);
api::Answer answer(State&, const api::SignOut&, Seconds now, Records&);
api::Answer answer(State&, const api::IssueVisualPasscode&, Seconds now, Records&);
api::Answer answer(State&, const api::CheckVisualPasscode&, Seconds now, Records&);
// identity.cpp
api::Answer answer(State&, const api::BeginIdentity&, Seconds now, Records&);
api::Answer answer(State&, const api::CompleteIdentity&, Seconds now, Records&);
api::Answer answer(State&, const api::IdentifyByFourItems&, Seconds now, Records&);
api::Answer answer(State&, const api::IdentifyByInsuredNumber&, Seconds now, Records&);
api::Answer answer(State&, const api::RegisterConsent&, Seconds now, Records&);
api::Answer answer(State&, const api::CheckEligibility&, Seconds now, Records&);
// view.cpp
api::Answer answer(State&, const api::RecordTwoFactor&, Seconds now, Records&);
api::Answer answer(State&, const api::OrdinaryView&, Seconds now, Records&);
api::Answer answer(State&, const api::EmergencyView&, Seconds now, Records&);

}  // namespace uketsuke::backend
