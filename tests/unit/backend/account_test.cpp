#include "tests/unit/backend/world.h"

using namespace world;
using Result = api::PasscodeResult;

namespace {

api::PasscodeChecked check(World& w, const std::string& passcode) {
  return w.get<api::PasscodeChecked>(api::CheckVisualPasscode{kHere, passcode});
}
std::string issue(World& w) {
  return w.get<api::PasscodeIssued>(api::IssueVisualPasscode{kHere, w.sign_in("admin", "a")})
      .passcode;
}
std::string other_than(std::string passcode) {
  passcode[0] = passcode[0] == '9' ? '0' : static_cast<char>(passcode[0] + 1);
  return passcode;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backend_account)

BOOST_AUTO_TEST_CASE(user_and_password_must_both_be_right) {
  World w;
  BOOST_TEST((w.get<api::SignInAnswer>(api::SignIn{kHere, "admin", "a"}).account ==
              api::Account::kAdministrator));
  BOOST_TEST((w.get<api::SignInAnswer>(api::SignIn{kHere, "general", "g"}).account ==
              api::Account::kGeneral));
  BOOST_TEST(w.refusal(api::SignIn{kHere, "admin", "g"}) == "wrong_user_or_password");
  BOOST_TEST(w.refusal(api::SignIn{kHere, "nobody", "a"}) == "wrong_user_or_password");
  BOOST_TEST(w.refusal(api::SignIn{kElsewhere, "general", "g"}) == "wrong_user_or_password");
  BOOST_TEST(w.refusal(api::SignIn{"0000000000", "admin", "a"}) == "unknown_institution");
}

BOOST_AUTO_TEST_CASE(a_session_ends_with_sign_out_and_belongs_to_one_institution) {
  World w;
  const std::string session = w.sign_in("admin", "a");
  BOOST_TEST(w.refusal(api::SignOut{kElsewhere, session}) == "not_signed_in");
  w.get<api::Done>(api::SignOut{kHere, session});
  BOOST_TEST(w.refusal(api::SignOut{kHere, session}) == "not_signed_in");
  BOOST_TEST(w.refusal(api::IssueVisualPasscode{kHere, session}) == "not_signed_in");
  BOOST_TEST(w.refusal(api::BeginIdentity{kHere, session, api::Confirmed::kVisually, kToday}) ==
             "not_signed_in");
}

// A-32; アカウント情報管理 of P3-2.
BOOST_AUTO_TEST_CASE(only_the_administrator_issues_a_passcode) {
  World w;
  BOOST_TEST(w.refusal(api::IssueVisualPasscode{kHere, w.sign_in()}) == "administrator_only");
  const std::string passcode = issue(w);
  BOOST_TEST(passcode.size() == 6u);
  BOOST_TEST((passcode.find_first_not_of("0123456789") == std::string::npos));
  BOOST_TEST((check(w, passcode).result == Result::kAccepted));
}

BOOST_AUTO_TEST_CASE(a_passcode_that_was_never_issued_is_refused_on_entry) {
  World w;
  BOOST_TEST((check(w, "123456").result == Result::kNotIssued));
  issue(w);
  BOOST_TEST((w.get<api::PasscodeChecked>(api::CheckVisualPasscode{kElsewhere, "1"}).result ==
              Result::kNotIssued));
}

BOOST_AUTO_TEST_CASE(three_wrong_tries_lock_until_the_next_issue) {
  World w;
  const std::string passcode = issue(w);
  const std::string wrong = other_than(passcode);
  BOOST_TEST(check(w, wrong).tries_left == 2);
  BOOST_TEST(check(w, wrong).tries_left == 1);
  BOOST_TEST((check(w, passcode).result == Result::kAccepted));  // gives the tries back
  for (const int left : {2, 1, 0}) {
    const auto checked = check(w, wrong);
    BOOST_TEST((checked.result == Result::kWrong));
    BOOST_TEST(checked.tries_left == left);
  }
  BOOST_TEST((check(w, wrong).result == Result::kLocked));
  BOOST_TEST((check(w, passcode).result == Result::kLocked));
  BOOST_TEST((check(w, issue(w)).result == Result::kAccepted));
}

BOOST_AUTO_TEST_CASE(a_new_passcode_replaces_the_old_one) {
  World w;
  const std::string first = issue(w);
  const std::string second = issue(w);
  BOOST_REQUIRE(first != second);
  BOOST_TEST((check(w, first).result == Result::kWrong));
  BOOST_TEST((check(w, second).result == Result::kAccepted));
}

BOOST_AUTO_TEST_CASE(an_expiry_is_a_parameter) {
  auto p = parameters();
  p.passcode_lifetime = 100;
  World w(p);
  const std::string passcode = issue(w);
  w.now += 100;
  BOOST_TEST((check(w, passcode).result == Result::kAccepted));
  w.now += 1;
  BOOST_TEST((check(w, passcode).result == Result::kExpired));
}

BOOST_AUTO_TEST_CASE(a_release_without_the_passcode_refuses_it) {  // A-26
  auto p = parameters();
  p.release.visual_passcode.enabled = false;
  World w(p);
  BOOST_TEST(w.refusal(api::IssueVisualPasscode{kHere, w.sign_in("admin", "a")}) == "not_released");
  BOOST_TEST(w.refusal(api::CheckVisualPasscode{kHere, "1"}) == "not_released");
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_passcode_and_another_seed_another) {
  World a, b;
  auto p = parameters();
  p.seed = 2;
  World c(p);
  const std::string passcode = issue(a);
  BOOST_TEST(passcode == issue(b));
  BOOST_TEST(passcode != issue(c));
}

// A-33, A-35: typed from the assumption, not from the code.
BOOST_AUTO_TEST_CASE(each_request_comes_from_where_it_belongs) {
  World w;
  const api::Request requests[] = {api::SignIn{kHere, "", ""},
                                   api::SignOut{kHere, ""},
                                   api::IssueVisualPasscode{kHere, ""},
                                   api::CheckVisualPasscode{kHere, ""},
                                   api::BeginIdentity{kHere, "", {}, ""},
                                   api::CompleteIdentity{kHere, "", {}, {}},
                                   api::IdentifyByFourItems{kHere, "", {}, ""},
                                   api::IdentifyByInsuredNumber{kHere, "", {}, ""},
                                   api::RegisterConsent{kHere, "", {}},
                                   api::CheckEligibility{kHere, ""},
                                   api::RecordTwoFactor{kHere, "", {}},
                                   api::OrdinaryView{kHere, "", {}},
                                   api::EmergencyView{kHere, "", {}, false, {}}};
  const bool from_terminal[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1};
  const bool from_ehr[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1};
  for (std::size_t i = 0; i < std::size(requests); ++i) {
    const auto is_refused = [&](Sender from) {
      const api::Answer answer = w.ask(requests[i], from);
      const auto* refusal = std::get_if<api::Refusal>(&answer);
      return refusal != nullptr && refusal->reason == "not_from_here";
    };
    BOOST_TEST(is_refused(Sender::kTerminal) == !from_terminal[i], i);
    BOOST_TEST(is_refused(Sender::kEhr) == !from_ehr[i], i);
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_request_get_a_refusal_with_the_member) {
  World w;
  const std::string text = R"({"op":"sign_in","institution":"1311234567","user":"u"})";
  auto out = w.backend.handle(uketsuke::wire::network::Request{7, Bytes(text.begin(), text.end())},
                              Sender::kTerminal, kNow);
  BOOST_TEST(out.response.id == 7u);
  const auto answer = api::decode_answer(out.response.body).value();
  BOOST_TEST(std::get<api::Refusal>(answer).reason == "malformed:password");
  BOOST_TEST(backend::name_of(out.records.at(0)) == "request_refused");
}

BOOST_AUTO_TEST_CASE(a_request_that_arrives_twice_is_carried_out_once) {
  World w;
  const uketsuke::wire::network::Request request{
      7, api::encode(api::Request(api::SignIn{kHere, "general", "g"}))};
  const auto first = w.backend.handle(request, Sender::kTerminal, kNow);
  const auto second = w.backend.handle(request, Sender::kTerminal, kNow + 5);
  BOOST_TEST(first.records.size() == 1u);
  BOOST_TEST(second.records.size() == 0u);
  BOOST_TEST((first.response.body == second.response.body));
  // The same number of another client, or another number: another request.
  BOOST_TEST((w.backend.handle(request, Sender::kEhr, kNow).response.body != first.response.body));
  BOOST_TEST((w.backend.handle({8, request.body}, Sender::kTerminal, kNow).response.body !=
              first.response.body));
}

BOOST_AUTO_TEST_CASE(no_record_shows_a_passcode_or_a_password) {
  World w;
  const std::string passcode = issue(w);
  for (const auto& record : w.records) {
    BOOST_TEST(backend::describe(record).find(passcode) == std::string::npos);
  }
  check(w, passcode);
  BOOST_TEST(backend::describe(w.records.at(0)) ==
             "institution=1311234567 result=accepted tries_left=3");
}

BOOST_AUTO_TEST_SUITE_END()
