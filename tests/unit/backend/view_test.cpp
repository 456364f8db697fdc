#include "tests/unit/backend/world.h"

using namespace world;
using Reasons = std::vector<std::string>;

namespace {

api::EmergencyView request(const api::InsuredKey& patient = kHanako) {
  return {kHere, "physician", patient, true, api::ConsentStatement::kConsentUnobtainable};
}
// What came back: empty if the view was returned.
Reasons reasons(World& w, const api::Request& view) {
  const api::Answer answer = w.ask(view);
  if (const auto* refused = std::get_if<api::ViewRefused>(&answer)) return refused->reasons;
  BOOST_REQUIRE(std::holds_alternative<api::ViewReturned>(answer));
  return {};
}
backend::IdentityRecord identity(const std::string& time, const std::string& institution,
                                 std::optional<api::Confirmed> confirmed,
                                 api::IdentityBy by = api::IdentityBy::kMyNumberCard) {
  return {"hanako", by, confirmed, institution, time.substr(0, 8), time, "general", false};
}
constexpr auto kVisually = api::Confirmed::kVisually;

}  // namespace

BOOST_AUTO_TEST_SUITE(backend_view)

// The pair that gives 「同意しない」 its meaning (P2; facts 9).
BOOST_AUTO_TEST_CASE(after_a_declined_consent_the_emergency_view_is_returned_the_ordinary_refused) {
  World w;
  w.receive(api::ConsentRecord::kDeclined);
  w.two_factors();
  BOOST_TEST(reasons(w, request()) == Reasons{});
  BOOST_TEST(reasons(w, api::OrdinaryView{kHere, "physician", kHanako}) ==
             Reasons{"consent_not_granted"});
}

// ☑本人確認履歴 ☑救急時モード ☑２要素認証履歴 (P2): all eight combinations.
BOOST_AUTO_TEST_CASE(the_three_checks_of_the_seed_decide_and_all_that_fail_are_told) {
  for (int bits = 0; bits < 8; ++bits) {
    World w;
    Reasons expected;
    if (bits & 1)
      w.receive();
    else
      expected.push_back("no_identity_history");
    auto view = request();
    view.emergency_mode = (bits & 2) != 0;
    if (!view.emergency_mode) expected.push_back("not_emergency_mode");
    if (bits & 4)
      w.two_factors();
    else
      expected.push_back("no_two_factor_history");
    BOOST_TEST(reasons(w, view) == expected, bits);
  }
}

// reader choice x statement of the EHR.
BOOST_AUTO_TEST_CASE(the_statement_is_accepted_as_stated_and_logged) {
  for (const auto choice : {api::ConsentRecord::kGranted, api::ConsentRecord::kDeclined,
                            api::ConsentRecord::kNotAsked}) {
    for (const auto statement :
         {api::ConsentStatement::kConsentGiven, api::ConsentStatement::kConsentUnobtainable}) {
      World w;
      w.receive(choice);
      w.two_factors();
      auto view = request();
      view.statement = statement;
      BOOST_TEST(reasons(w, view) == Reasons{});
      BOOST_TEST((w.backend.view_log().back().statement == statement));
    }
  }
}

BOOST_AUTO_TEST_CASE(two_factors_belong_to_the_clinician_the_institution_and_a_time) {
  World w;
  w.receive();
  w.two_factors("somebody_else");
  BOOST_TEST(reasons(w, request()) == Reasons{"no_two_factor_history"});
  w.get<api::Done>(api::RecordTwoFactor{kElsewhere, "physician", {"a", "b"}}, Sender::kEhr);
  BOOST_TEST(reasons(w, request()) == Reasons{"no_two_factor_history"});
  const auto report = [&](std::vector<std::string> factors) {
    return w.refusal(api::RecordTwoFactor{kHere, "physician", std::move(factors)}, Sender::kEhr);
  };
  BOOST_TEST(report({"password"}) == "not_two_factors");
  BOOST_TEST(report({"password", "password"}) == "not_two_factors");
  BOOST_TEST(report({"password", ""}) == "not_two_factors");
  w.backend.add_two_factor({kHere, "physician", {"a", "b"}, "20241208095959"});
  BOOST_TEST(reasons(w, request()) == Reasons{"no_two_factor_history"});
  w.backend.add_two_factor({kHere, "physician", {"a", "b"}, "20241208100000"});
  BOOST_TEST(reasons(w, request()) == Reasons{});
}

BOOST_AUTO_TEST_CASE(the_window_is_a_parameter_of_24_hours) {
  World w;
  w.two_factors();
  w.backend.add_identity(identity("20241208095959", kHere, kVisually));
  BOOST_TEST(reasons(w, request()) == Reasons{"outside_window"});
  w.backend.add_identity(identity("20241208100000", kHere, kVisually));
  BOOST_TEST(reasons(w, request()) == Reasons{});
}

BOOST_AUTO_TEST_CASE(the_register_takes_the_same_institution_whatever_the_day) {
  World w;
  w.two_factors();
  w.backend.add_identity(identity("20241209090000", kElsewhere, kVisually));
  BOOST_TEST(reasons(w, request()) == Reasons{"other_institution"});
  w.backend.add_identity(identity("20241207100000", kHere, kVisually));
  // One is too old, the other from elsewhere.
  BOOST_TEST(reasons(w, request()) == Reasons{"no_record_meets_all"});
  w.backend.add_identity(identity("20241208110000", kHere, kVisually));
  BOOST_TEST(reasons(w, request()) == Reasons{});
}

BOOST_AUTO_TEST_CASE(strict_binding_wants_the_same_institution_and_day) {
  auto unbound = parameters();
  unbound.binding = backend::Binding::kLenient;
  World lenient(unbound);
  lenient.two_factors();
  lenient.backend.add_identity(identity("20241208110000", kElsewhere, kVisually));
  BOOST_TEST(reasons(lenient, request()) == Reasons{});
  auto p = parameters();
  p.binding = backend::Binding::kStrict;
  World strict(p);
  strict.two_factors();
  strict.backend.add_identity(identity("20241208110000", kElsewhere, kVisually));
  BOOST_TEST(reasons(strict, request()) == (Reasons{"other_institution", "other_day"}));
  strict.backend.add_identity(identity("20241208110000", kHere, kVisually));
  BOOST_TEST(reasons(strict, request()) == Reasons{"other_day"});
  // Both conditions are met, but by two records.
  strict.backend.add_identity(identity("20241209090000", kElsewhere, kVisually));
  BOOST_TEST(reasons(strict, request()) == Reasons{"no_record_meets_all"});
  strict.receive();
  BOOST_TEST(reasons(strict, request()) == Reasons{});
}

BOOST_AUTO_TEST_CASE(visual_confirmation_is_required_only_if_a_parameter_says_so) {
  for (const bool required : {false, true}) {
    auto p = parameters();
    p.require_visual_confirmation = required;
    World w(p);
    w.two_factors();
    w.backend.add_identity(identity("20241209090000", kHere, api::Confirmed::kFace));
    BOOST_TEST(reasons(w, request()) == (required ? Reasons{"not_confirmed_visually"} : Reasons{}));
    w.backend.add_identity(identity("20241209090000", kHere, kVisually));
    BOOST_TEST(reasons(w, request()) == Reasons{});
  }
}

// P1: 2024-12 by My Number Card only; the others are planned.
BOOST_AUTO_TEST_CASE(other_kinds_of_identity_count_only_in_a_release_that_has_them) {
  for (const auto by : {api::IdentityBy::kFourItems, api::IdentityBy::kInsuredNumber}) {
    for (const bool planned : {false, true}) {
      auto p = parameters();
      p.release.emergency_by_four_items.enabled = planned;
      p.release.emergency_by_insured_number.enabled = planned;
      World w(p);
      w.two_factors();
      w.backend.add_identity(identity("20241209090000", kHere, std::nullopt, by));
      BOOST_TEST(reasons(w, request()) ==
                 (planned ? Reasons{} : Reasons{"identity_kind_not_released"}));
    }
  }
  auto p = parameters();
  p.release.emergency_view.enabled = false;
  World w(p);
  w.receive();
  w.two_factors();
  BOOST_TEST(reasons(w, request()) == Reasons{"emergency_view_not_released"});
}

BOOST_AUTO_TEST_CASE(a_reception_counts_for_its_own_patient_only) {
  World w;
  w.receive();
  w.two_factors();
  BOOST_TEST(reasons(w, request(kTaro)) == Reasons{"no_identity_history"});
  BOOST_TEST(reasons(w, request({"1", "", "1", ""})) ==
             (Reasons{"patient_unknown", "no_identity_history"}));
}

// facts 2.4: within 24 hours of the registration.
BOOST_AUTO_TEST_CASE(the_ordinary_view_needs_a_granted_consent_of_the_last_24_hours) {
  World w;
  const api::OrdinaryView view{kHere, "physician", kHanako};
  BOOST_TEST(reasons(w, view) == (Reasons{"no_identity_history", "consent_not_granted"}));
  w.receive(api::ConsentRecord::kGranted);
  BOOST_TEST(reasons(w, view) == Reasons{});
  w.now += oqs::kDay;
  BOOST_TEST(reasons(w, view) == Reasons{});
  w.now += 1;
  BOOST_TEST(reasons(w, view) == Reasons{"consent_expired"});
  // Of another institution's patients nothing is seen.
  w.now = kNow;
  BOOST_TEST(reasons(w, api::OrdinaryView{kElsewhere, "physician", kHanako}) ==
             (Reasons{"no_identity_history", "consent_not_granted"}));
}

BOOST_AUTO_TEST_CASE(the_last_choice_counts_and_no_choice_changes_nothing) {
  World w;
  const api::OrdinaryView view{kHere, "physician", kHanako};
  w.receive(api::ConsentRecord::kGranted);
  w.receive(api::ConsentRecord::kNotAsked);
  BOOST_TEST(reasons(w, view) == Reasons{});
  w.receive(api::ConsentRecord::kDeclined);
  BOOST_TEST(reasons(w, view) == Reasons{"consent_not_granted"});
}

// 3 months, 45 days, 5 years; dispensing data only; check-ups with their date only (W18002).
BOOST_AUTO_TEST_CASE(the_emergency_summary_has_the_published_sections_and_windows) {
  World w;
  w.receive();
  w.two_factors();
  const auto returned = w.get<api::ViewReturned>(request());
  const auto summary = oqs::summary_from_json(returned.summary_json).value();
  BOOST_TEST(summary.emergency);
  BOOST_TEST(summary.name == "試験　花子");
  BOOST_REQUIRE_EQUAL(summary.sections.size(), 7u);
  const char* from[] = {"20240909", "20241025", "20240909", "20191209",
                        "20240909", "20240909", "20191209"};
  const std::size_t entries[] = {1, 1, 0, 1, 0, 0, 1};
  for (std::size_t i = 0; i < 7; ++i) {
    BOOST_TEST(summary.sections[i].from == from[i], i);
    BOOST_TEST(summary.sections[i].to == kToday);
    BOOST_TEST(summary.sections[i].entries.size() == entries[i], i);
  }
  BOOST_TEST(summary.sections[0].entries[0].text == "in");
  BOOST_TEST(summary.sections[6].entries[0].date == "20240401");
  BOOST_TEST(summary.sections[6].entries[0].text == "");
}

BOOST_AUTO_TEST_CASE(the_ordinary_view_reaches_further_back) {
  World w;
  w.receive(api::ConsentRecord::kGranted);
  const auto returned = w.get<api::ViewReturned>(api::OrdinaryView{kHere, "physician", kHanako});
  const auto summary = oqs::summary_from_json(returned.summary_json).value();
  BOOST_TEST(!summary.emergency);
  BOOST_TEST(summary.sections.at(0).entries.size() == 2u);
  BOOST_TEST(summary.sections.at(1).from == "20240831");  // 100 days
  BOOST_TEST(summary.sections.at(1).entries.size() == 3u);
  BOOST_TEST(summary.sections.at(6).entries.at(0).text == "findings");
}

BOOST_AUTO_TEST_CASE(the_log_tells_who_saw_what_when_and_why_not) {
  World w;
  w.receive();
  w.ask(request());
  w.two_factors();
  w.ask(request());
  const auto& log = w.backend.view_log();
  BOOST_REQUIRE_EQUAL(log.size(), 2u);
  BOOST_TEST(!log[0].returned);
  BOOST_TEST(log[0].sections.empty());
  BOOST_TEST(log[1].returned);
  BOOST_TEST(log[1].emergency);
  BOOST_TEST(log[1].institution == kHere);
  BOOST_TEST(log[1].clinician == "physician");
  BOOST_TEST(log[1].holder == "hanako");
  BOOST_TEST(log[1].time == "20241209100000");
  BOOST_TEST(log[1].sections.size() == 7u);
  BOOST_TEST((log[1].registered_consent == api::ConsentRecord::kDeclined));
  const auto& record = w.records.at(0);
  BOOST_TEST(backend::name_of(record) == "emergency_view_returned");
  const std::string line = backend::describe(record);
  BOOST_TEST(line.find("statement=consent_unobtainable") != std::string::npos);
  BOOST_TEST(line.find("試験") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
