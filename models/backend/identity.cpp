// Identity by the card's auth certificate and by the two searches, the consent register and the
// eligibility check (P2, P3-3, P3-4, P4-5 to P4-8, P5-2 to P5-7; ).
#include <algorithm>
#include <array>

#include "models/backend/state.h"

namespace uketsuke::backend {
namespace {

using wire::oqs::date_minus_months;
using wire::oqs::is_date;
using wire::oqs::time_of;

constexpr std::size_t kMaxTransactions = 1000;

// What a transaction in each stage answers; empty: the request is carried out.
struct Row {
  Stage stage;
  std::string_view complete, consent, check;
};
constexpr std::array<Row, 5> kTable = {{
    {Stage::kChallenged, "", "identity_not_completed", "identity_not_completed"},
    {Stage::kIdentified, "identity_already_completed", "", ""},
    // Another choice needs the card again (PQ A2).
    {Stage::kConsented, "identity_already_completed", "consent_already_registered", ""},
    // the eligibility check follows the consent choice.
    {Stage::kChecked, "identity_already_completed", "eligibility_already_checked", ""},
    {Stage::kFailed, "identity_failed", "identity_failed", "identity_failed"},
}};

// The transaction, or why the request cannot be carried out.
Transaction* find(State& state, const std::string& institution, const std::string& name,
                  std::string_view Row::*request, Seconds now, std::string& why) {
  const auto it = state.transactions.find(name);
  if (it == state.transactions.end() || it->second.institution != institution) {
    why = "unknown_transaction";
    return nullptr;
  }
  Transaction& transaction = it->second;
  if (now - transaction.started > state.parameters.transaction_lifetime) {
    why = "transaction_expired";
    return nullptr;
  }
  why = kTable[static_cast<std::size_t>(transaction.stage)].*request;
  return why.empty() ? &transaction : nullptr;
}

// Session and date of a request that begins a transaction; empty: both are fine. A-30: any day that
// is not in the future.
std::string why_not_begin(const State& state, const std::string& institution,
                          const std::string& session, const std::string& date, Seconds now) {
  const auto it = state.sessions.find(session);
  if (it == state.sessions.end() || it->second.institution != institution) return "not_signed_in";
  if (!is_date(date)) return "confirmation_date_invalid";
  if (date > time_of(now).substr(0, 8)) return "confirmation_date_in_future";
  return {};
}

std::string open_transaction(State& state, Transaction transaction) {
  if (state.transactions.size() >= kMaxTransactions) {
    state.transactions.erase(state.transactions.begin());
  }
  std::string name = std::to_string(state.next_transaction++);
  name = "t" + std::string(name.size() < 8 ? 8 - name.size() : 0, '0') + name;
  state.transactions[name] = std::move(transaction);
  return name;
}

// Why the certificate does not identify anybody on that day; empty: it does.
std::string why_not_certificate(const State& state, const crypto::X509Certificate& certificate,
                                const std::string& date, bool& in_grace) {
  const Parameters& p = state.parameters;
  if (!state.ca || !certificate.verify_signed_by(*state.ca)) return "certificate_untrusted";
  if (!certificate.valid_on(date)) {
    if (date < certificate.not_before()) return "certificate_not_yet_valid";
    in_grace =
        date_minus_months(date, p.expired_certificate_grace_months) <= certificate.not_after();
    if (!in_grace) return "certificate_expired";
  }
  const auto& revoked = p.revoked_serials;
  if (std::any_of(revoked.begin(), revoked.end(), [&](const std::string& serial) {
        return same_serial(serial, certificate.serial_hex());
      })) {
    return "certificate_revoked";
  }
  return {};
}

// The two searches: their transaction is identified at once.
api::Answer identify(State& state, const InsuredPerson& person, api::IdentityBy by,
                     const std::string& institution, const std::string& session,
                     const std::string& date, Seconds now, Records& records) {
  Transaction transaction;
  transaction.institution = institution;
  transaction.account = state.sessions.at(session).user;
  transaction.confirmation_date = date;
  transaction.stage = Stage::kIdentified;
  transaction.started = now;
  transaction.person = &person;
  state.write(IdentityRecord{person.holder, by, std::nullopt, institution, date, time_of(now),
                             transaction.account, false},
              records);
  return api::IdentityAnswer{open_transaction(state, std::move(transaction))};
}

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

}  // namespace

api::Answer answer(State& state, const api::BeginIdentity& request, Seconds now, Records&) {
  const std::string why =
      why_not_begin(state, request.institution, request.session, request.confirmation_date, now);
  if (!why.empty()) return api::Refusal{why};
  Transaction transaction;
  transaction.institution = request.institution;
  transaction.account = state.sessions.at(request.session).user;
  transaction.confirmation_date = request.confirmation_date;
  transaction.confirmed = request.confirmed;
  transaction.started = now;
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t word = state.random();
    for (int shift = 56; shift >= 0; shift -= 8) {
      transaction.challenge.push_back(static_cast<std::uint8_t>(word >> shift));
    }
  }
  wire::Bytes challenge = transaction.challenge;
  return api::IdentityChallenge{open_transaction(state, std::move(transaction)),
                                std::move(challenge)};
}

// One attempt: a challenge is never checked twice.
api::Answer answer(State& state, const api::CompleteIdentity& request, Seconds now,
                   Records& records) {
  std::string why;
  Transaction* transaction =
      find(state, request.institution, request.transaction, &Row::complete, now, why);
  if (transaction == nullptr) return api::Refusal{why};
  transaction->stage = Stage::kFailed;
  const auto certificate = state.parameters.certificates->parse(request.certificate);
  if (!certificate) return api::Refusal{"certificate_unreadable"};
  bool in_grace = false;
  why = why_not_certificate(state, **certificate, transaction->confirmation_date, in_grace);
  if (!why.empty()) return api::Refusal{why};
  if (!(*certificate)
           ->public_key()
           ->verify_pkcs1_sha256(transaction->challenge, request.signature)) {
    return api::Refusal{"signature_wrong"};
  }
  const InsuredPerson* person = state.find_by_serial((*certificate)->serial_hex());
  if (person == nullptr) return api::Refusal{"holder_unknown"};
  transaction->person = person;
  transaction->stage = Stage::kIdentified;
  state.write(IdentityRecord{person->holder, api::IdentityBy::kMyNumberCard, transaction->confirmed,
                             transaction->institution, transaction->confirmation_date, time_of(now),
                             transaction->account, in_grace},
              records);
  return api::IdentityAnswer{request.transaction};
}

// W10966: all four are mandatory, the address may be cut short after the prefecture, one hit.
api::Answer answer(State& state, const api::IdentifyByFourItems& request, Seconds now,
                   Records& records) {
  if (!state.parameters.release.search_by_four_items.enabled) {
    return api::Refusal{"not_released"};
  }
  const std::string why =
      why_not_begin(state, request.institution, request.session, request.confirmation_date, now);
  if (!why.empty()) return api::Refusal{why};
  const api::FourItems& items = request.items;
  if (items.name.empty() || items.birth_date.empty() || items.sex.empty() ||
      items.address.empty()) {
    return api::Refusal{"four_items_incomplete"};
  }
  const InsuredPerson* found = nullptr;
  for (const InsuredPerson& person : *state.parameters.insured) {
    if (person.person.name != items.name || person.person.birth_date != items.birth_date ||
        person.person.sex != items.sex || !starts_with(person.person.address, items.address)) {
      continue;
    }
    if (found != nullptr) return api::Refusal{"several_matches"};
    found = &person;
  }
  if (found == nullptr) return api::Refusal{"no_match"};
  return identify(state, *found, api::IdentityBy::kFourItems, request.institution, request.session,
                  request.confirmation_date, now, records);
}

api::Answer answer(State& state, const api::IdentifyByInsuredNumber& request, Seconds now,
                   Records& records) {
  if (!state.parameters.release.search_by_insured_number.enabled) {
    return api::Refusal{"not_released"};
  }
  const std::string why =
      why_not_begin(state, request.institution, request.session, request.confirmation_date, now);
  if (!why.empty()) return api::Refusal{why};
  const InsuredPerson* found = state.find_person(request.key);
  if (found == nullptr) return api::Refusal{"no_match"};
  return identify(state, *found, api::IdentityBy::kInsuredNumber, request.institution,
                  request.session, request.confirmation_date, now, records);
}

// P3-4, P4-8; ConsTime and AvailableTime: facts/domain.md 2.4.
api::Answer answer(State& state, const api::RegisterConsent& request, Seconds now,
                   Records& records) {
  std::string why;
  Transaction* transaction =
      find(state, request.institution, request.transaction, &Row::consent, now, why);
  if (transaction == nullptr) return api::Refusal{why};
  ConsentRow row{transaction->person->holder, transaction->institution, request.consent, {}, {}};
  if (request.consent == api::ConsentRecord::kGranted) {
    row.consent_time = time_of(now);
    row.available_time = time_of(now + state.parameters.consent_lifetime);
  }
  transaction->stage = Stage::kConsented;
  transaction->consent = row;
  records.push_back(row);
  state.consents.push_back(std::move(row));
  return api::Done{};
}

// P2: carried out whatever the choice was, also after 同意しない. Asking again answers the same.
api::Answer answer(State& state, const api::CheckEligibility& request, Seconds now,
                   Records& records) {
  std::string why;
  Transaction* transaction =
      find(state, request.institution, request.transaction, &Row::check, now, why);
  if (transaction == nullptr) return api::Refusal{why};
  const InsuredPerson& person = *transaction->person;
  transaction->stage = Stage::kChecked;
  records.push_back(EligibilityChecked{person.holder, transaction->institution, person.validity});
  api::Eligibility out;
  out.validity = person.validity;
  out.insured = person.key;
  out.person = person.person;
  out.name_kana = person.name_kana;
  out.insurer_name = person.insurer_name;
  out.confirmation_date = transaction->confirmation_date;
  out.consent = transaction->consent.consent;
  out.consent_time = transaction->consent.consent_time;
  out.available_time = transaction->consent.available_time;
  return out;
}

}  // namespace uketsuke::backend
