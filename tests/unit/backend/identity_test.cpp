#include "tests/unit/backend/world.h"

using namespace world;

BOOST_AUTO_TEST_SUITE(backend_identity)

BOOST_AUTO_TEST_CASE(a_card_s_signature_writes_the_identity_history) {
  World w;
  const auto challenge = w.begin("20241208");
  BOOST_TEST(challenge.challenge.size() == 32u);
  BOOST_TEST(w.backend.identity_history().empty());
  w.get<api::IdentityAnswer>(w.completion(challenge));
  BOOST_REQUIRE_EQUAL(w.backend.identity_history().size(), 1u);
  const auto& row = w.backend.identity_history()[0];
  BOOST_TEST(row.holder == "hanako");
  BOOST_TEST((row.by == api::IdentityBy::kMyNumberCard));
  BOOST_TEST((row.confirmed == api::Confirmed::kVisually));
  BOOST_TEST(row.institution == kHere);
  BOOST_TEST(row.confirmation_date == "20241208");
  BOOST_TEST(row.time == "20241209100000");
  BOOST_TEST(row.account == "general");
  BOOST_TEST(!row.certificate_in_grace);
  BOOST_REQUIRE_EQUAL(w.records.size(), 1u);
  BOOST_TEST(backend::name_of(w.records[0]) == "identity_recorded");
}

BOOST_AUTO_TEST_CASE(challenges_differ) {
  World w;
  BOOST_TEST(w.begin().challenge != w.begin().challenge);
}

BOOST_AUTO_TEST_CASE(a_signature_over_anything_else_is_refused_and_the_challenge_is_spent) {
  World w;
  const auto challenge = w.begin();
  auto completion = w.completion(w.begin());  // signs another challenge
  completion.transaction = challenge.transaction;
  BOOST_TEST(w.refusal(completion) == "signature_wrong");
  BOOST_TEST(w.refusal(w.completion(challenge)) == "identity_failed");
  BOOST_TEST(w.refusal(api::RegisterConsent{kHere, challenge.transaction, {}}) ==
             "identity_failed");
  BOOST_TEST(w.backend.identity_history().empty());
}

BOOST_AUTO_TEST_CASE(a_foreign_certificate_is_refused) {
  World w;
  auto challenge = w.begin();
  auto completion = w.completion(challenge);
  completion.certificate = bytes("hanako_sign.der");  // of the other CA
  BOOST_TEST(w.refusal(completion) == "certificate_untrusted");
  challenge = w.begin();
  completion = w.completion(challenge);
  completion.certificate = bytes("taro_auth.der");
  BOOST_TEST(w.refusal(completion) == "signature_wrong");
  challenge = w.begin();
  completion = w.completion(challenge);
  completion.certificate.resize(100);
  BOOST_TEST(w.refusal(completion) == "certificate_unreadable");
  auto p = parameters();
  p.ca_certificate = bytes("ca_sign.der");
  World other(p);
  BOOST_TEST(other.refusal(other.completion(other.begin())) == "certificate_untrusted");
}

BOOST_AUTO_TEST_CASE(a_revoked_certificate_is_refused) {
  World w;
  BOOST_TEST(w.refusal(w.completion(w.begin(), "revoked")) == "certificate_revoked");
  w.backend.revoke("00:1001");  // not how a serial is written
  w.get<api::IdentityAnswer>(w.completion(w.begin()));
  w.backend.revoke("001001");
  BOOST_TEST(w.refusal(w.completion(w.begin())) == "certificate_revoked");
}

// The fixture's certificate ends on 2023-12-31; insurance use goes on for three months.
BOOST_AUTO_TEST_CASE(a_certificate_counts_for_three_months_after_its_end) {
  World w;
  w.get<api::IdentityAnswer>(w.completion(w.begin("20231231"), "expired"));
  BOOST_TEST(!w.backend.identity_history().back().certificate_in_grace);
  w.get<api::IdentityAnswer>(w.completion(w.begin("20240331"), "expired"));
  BOOST_TEST(w.backend.identity_history().back().certificate_in_grace);
  BOOST_TEST(w.refusal(w.completion(w.begin("20240401"), "expired")) == "certificate_expired");
  BOOST_TEST(w.refusal(w.completion(w.begin("20181230"), "expired")) ==
             "certificate_not_yet_valid");
  auto p = parameters();
  p.expired_certificate_grace_months = 0;
  World strict(p);
  BOOST_TEST(strict.refusal(strict.completion(strict.begin("20240101"), "expired")) ==
             "certificate_expired");
}

BOOST_AUTO_TEST_CASE(a_holder_who_is_not_insured_is_refused) {
  auto p = parameters();
  p.insured = nullptr;
  World w(p);
  BOOST_TEST(w.refusal(w.completion(w.begin())) == "holder_unknown");
}

BOOST_AUTO_TEST_CASE(the_confirmation_date_is_a_day_and_not_in_the_future) {
  World w;
  const std::string session = w.sign_in();
  const auto begin = [&](const std::string& date) {
    return api::BeginIdentity{kHere, session, api::Confirmed::kVisually, date};
  };
  BOOST_TEST(w.refusal(begin("20241210")) == "confirmation_date_in_future");
  BOOST_TEST(w.refusal(begin("20241131")) == "confirmation_date_invalid");
  BOOST_TEST(w.refusal(begin("")) == "confirmation_date_invalid");
  w.get<api::IdentityChallenge>(begin("20241209"));
  w.get<api::IdentityChallenge>(begin("20240101"));
}

// Stage x request, typed from A-28 and from "another choice needs the card again" (PQ A2).
BOOST_AUTO_TEST_CASE(every_stage_of_a_transaction_answers_every_request) {
  enum { kComplete, kConsent, kCheck };
  const std::string kDone;
  struct Case {
    const char* stage;
    std::vector<int> before;
    std::string complete, consent, check;
  };
  const Case cases[] = {
      {"challenged", {}, kDone, "identity_not_completed", "identity_not_completed"},
      {"identified", {kComplete}, "identity_already_completed", kDone, kDone},
      {"consented",
       {kComplete, kConsent},
       "identity_already_completed",
       "consent_already_registered",
       kDone},
      {"checked",
       {kComplete, kConsent, kCheck},
       "identity_already_completed",
       "eligibility_already_checked",
       kDone},
      {"checked without choice",
       {kComplete, kCheck},
       "identity_already_completed",
       "eligibility_already_checked",
       kDone},
  };
  for (const Case& c : cases) {
    const std::string* expected[] = {&c.complete, &c.consent, &c.check};
    for (const int request : {kComplete, kConsent, kCheck}) {
      World w;
      const auto challenge = w.begin();
      const api::Request requests[] = {
          w.completion(challenge),
          api::RegisterConsent{kHere, challenge.transaction, api::ConsentRecord::kDeclined},
          api::CheckEligibility{kHere, challenge.transaction}};
      for (const int step : c.before) w.ask(requests[step]);
      const api::Answer answer = w.ask(requests[request]);
      const auto* refusal = std::get_if<api::Refusal>(&answer);
      BOOST_TEST((refusal ? refusal->reason : "") == *expected[request], c.stage << request);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_transaction_belongs_to_its_institution_and_ends_after_a_while) {
  World w;
  auto challenge = w.begin();
  auto completion = w.completion(challenge);
  completion.institution = kElsewhere;
  BOOST_TEST(w.refusal(completion) == "unknown_transaction");
  completion.institution = kHere;
  w.now += 601;
  BOOST_TEST(w.refusal(completion) == "transaction_expired");
  BOOST_TEST(w.refusal(api::CheckEligibility{kHere, "t9"}) == "unknown_transaction");
}

// P2: 資格確認を実施 also after 同意しない.
BOOST_AUTO_TEST_CASE(eligibility_is_checked_whatever_the_choice) {
  World w;
  for (const auto consent : {api::ConsentRecord::kGranted, api::ConsentRecord::kDeclined,
                             api::ConsentRecord::kNotAsked}) {
    const auto challenge = w.begin();
    w.get<api::IdentityAnswer>(w.completion(challenge));
    w.get<api::Done>(api::RegisterConsent{kHere, challenge.transaction, consent});
    const auto out = w.get<api::Eligibility>(api::CheckEligibility{kHere, challenge.transaction});
    BOOST_TEST(out.validity == "1");
    BOOST_TEST(out.insured.number == "34");
    BOOST_TEST(out.confirmation_date == kToday);
    BOOST_TEST((out.consent == consent));
    const bool granted = consent == api::ConsentRecord::kGranted;
    BOOST_TEST(out.consent_time == (granted ? "20241209100000" : ""));
    BOOST_TEST(out.available_time == (granted ? "20241210100000" : ""));
  }
}

BOOST_AUTO_TEST_CASE(searches_identify_one_person_by_all_four_items_or_the_number) {
  World w;
  const std::string session = w.sign_in();
  api::IdentifyByFourItems items{kHere, session, {"試験　花子", "19800217", "2", "東京都"}, kToday};
  w.get<api::IdentityAnswer>(items);
  BOOST_TEST((w.backend.identity_history().back().by == api::IdentityBy::kFourItems));
  BOOST_TEST(!w.backend.identity_history().back().confirmed);
  items.items.sex = "1";
  BOOST_TEST(w.refusal(items) == "no_match");
  items.items.sex = "";
  BOOST_TEST(w.refusal(items) == "four_items_incomplete");
  const auto by_number =
      w.get<api::IdentityAnswer>(api::IdentifyByInsuredNumber{kHere, session, kTaro, kToday});
  BOOST_TEST(w.backend.identity_history().back().holder == "taro");
  w.get<api::Eligibility>(api::CheckEligibility{kHere, by_number.transaction});
  BOOST_TEST(w.refusal(api::IdentifyByInsuredNumber{kHere, session, {"1", "", "1", ""}, kToday}) ==
             "no_match");
  BOOST_TEST(w.refusal(api::IdentifyByInsuredNumber{kHere, "x", kTaro, kToday}) == "not_signed_in");
}

BOOST_AUTO_TEST_SUITE_END()
