// A backend with one hospital, another one, and the persons of scenarios/cards/fixtures.
#pragma once

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "models/backend/backend.h"
#include "models/crypto/digest.h"
#include "models/crypto/rsa.h"

namespace world {

namespace api = uketsuke::wire::backend_api;
namespace backend = uketsuke::backend;
namespace oqs = uketsuke::wire::oqs;
using backend::Sender;
using uketsuke::wire::Bytes;

inline const std::string kHere = "1311234567";
inline const std::string kElsewhere = "1319999999";
inline const api::InsuredKey kHanako{"123456", "12", "34", "01"};
inline const api::InsuredKey kTaro{"123456", "12", "99", "01"};
inline const std::string kToday = "20241209";

inline oqs::Seconds at(const std::string& time) { return oqs::seconds_of(time).value(); }
inline const oqs::Seconds kNow = at("20241209100000");

inline std::string file(const std::string& name) {
  std::ifstream in(UKETSUKE_SOURCE_DIR "/scenarios/cards/fixtures/" + name, std::ios::binary);
  BOOST_REQUIRE_MESSAGE(in, name);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
inline Bytes bytes(const std::string& name) {
  const std::string text = file(name);
  return {text.begin(), text.end()};
}

inline backend::MedicalEntry entry(oqs::Section section, const std::string& date,
                                   const std::string& text, bool dispensed = true) {
  return {section, {date, "テスト病院", text}, dispensed};
}

inline backend::Parameters parameters() {
  using oqs::Section;
  backend::Parameters p;
  p.institutions = {kHere, kElsewhere};
  p.accounts = {{kHere, "general", "g", api::Account::kGeneral},
                {kHere, "admin", "a", api::Account::kAdministrator},
                {kElsewhere, "admin", "a", api::Account::kAdministrator}};
  backend::InsuredPerson hanako;
  hanako.holder = "hanako";
  hanako.key = kHanako;
  hanako.person = {"試験　花子", "19800217", "2", "東京都千代田区1-1"};
  hanako.certificate_serials = {"1001", "1004", "1005"};
  // At the edges of the windows of W18002, seen from 2024-12-09.
  hanako.entries = {entry(Section::kConsultations, "20240909", "in"),
                    entry(Section::kConsultations, "20240908", "out"),
                    entry(Section::kPrescriptions, "20241025", "in"),
                    entry(Section::kPrescriptions, "20241024", "out"),
                    entry(Section::kPrescriptions, "20241201", "not dispensed", false),
                    entry(Section::kOperations, "20191209", "in"),
                    entry(Section::kOperations, "20191208", "out"),
                    entry(Section::kHealthCheckups, "20240401", "findings"),
                    entry(Section::kDrugs, "20241210", "tomorrow")};
  backend::InsuredPerson taro;
  taro.holder = "taro";
  taro.key = kTaro;
  taro.person = {"試験　太郎", "19750101", "1", "大阪府大阪市1-1"};
  taro.certificate_serials = {"1002"};
  p.insured = std::make_shared<const std::vector<backend::InsuredPerson>>(
      std::vector<backend::InsuredPerson>{hanako, taro});
  p.ca_certificate = bytes("ca_auth.der");
  p.revoked_serials = {"1005"};
  return p;
}

struct World {
  explicit World(backend::Parameters p = parameters()) : backend(std::move(p)) {}
  backend::Backend backend;
  oqs::Seconds now = kNow;
  std::vector<backend::Record> records;  // of the last request

  api::Answer ask(const api::Request& request, Sender from = Sender::kTerminal) {
    auto reply = backend.handle(request, from, now);
    records = std::move(reply.records);
    return std::move(reply.answer);
  }
  template <class T>
  T get(const api::Request& request, Sender from = Sender::kTerminal) {
    api::Answer answer = ask(request, from);
    const auto* refusal = std::get_if<api::Refusal>(&answer);
    BOOST_REQUIRE_MESSAGE(std::holds_alternative<T>(answer),
                          (refusal ? refusal->reason : std::to_string(answer.index())));
    return std::get<T>(std::move(answer));
  }
  std::string refusal(const api::Request& request, Sender from = Sender::kTerminal) {
    return get<api::Refusal>(request, from).reason;
  }
  std::string sign_in(const std::string& user = "general", const std::string& password = "g",
                      const std::string& institution = kHere) {
    return get<api::SignInAnswer>(api::SignIn{institution, user, password}).session;
  }
  api::IdentityChallenge begin(const std::string& date = kToday,
                               api::Confirmed confirmed = api::Confirmed::kVisually) {
    return get<api::IdentityChallenge>(api::BeginIdentity{kHere, sign_in(), confirmed, date});
  }
  api::CompleteIdentity completion(const api::IdentityChallenge& challenge,
                                   const std::string& person = "hanako") {
    const auto key =
        uketsuke::crypto::RsaPrivateKey::from_pem(file(person + "_auth_key.pem")).value();
    return {kHere, challenge.transaction, bytes(person + "_auth.der"),
            key->sign_pkcs1(uketsuke::crypto::sha256_digest_info_of(challenge.challenge)).value()};
  }
  // A whole reception; the transaction.
  std::string receive(api::ConsentRecord consent = api::ConsentRecord::kDeclined) {
    const auto challenge = begin();
    get<api::IdentityAnswer>(completion(challenge));
    get<api::Done>(api::RegisterConsent{kHere, challenge.transaction, consent});
    get<api::Eligibility>(api::CheckEligibility{kHere, challenge.transaction});
    return challenge.transaction;
  }
  void two_factors(const std::string& clinician = "physician") {
    get<api::Done>(api::RecordTwoFactor{kHere, clinician, {"password", "token"}}, Sender::kEhr);
  }
};

}  // namespace world
