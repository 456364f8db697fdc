#include "sim/wire/network/backend_api.h"

#include <boost/test/unit_test.hpp>

namespace api = uketsuke::wire::backend_api;
using uketsuke::wire::Bytes;
using uketsuke::wire::ByteView;
using uketsuke::wire::DecodeErrc;

namespace {

Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }
std::string text_of(const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); }

const std::string kHere = "1312345678";

// Each message and the bytes that the header's names give it.
struct RequestCase {
  api::Request message;
  std::string json;
};
const std::vector<RequestCase>& request_cases() {
  static const std::vector<RequestCase> cases = {
      {api::SignIn{kHere, "admin", "pw"},
       R"({"op":"sign_in","institution":"1312345678","user":"admin","password":"pw"})"},
      {api::SignOut{kHere, "s"}, R"({"op":"sign_out","institution":"1312345678","session":"s"})"},
      {api::IssueVisualPasscode{kHere, "s"},
       R"({"op":"issue_visual_passcode","institution":"1312345678","session":"s"})"},
      {api::CheckVisualPasscode{kHere, "123456"},
       R"({"op":"check_visual_passcode","institution":"1312345678","passcode":"123456"})"},
      {api::BeginIdentity{kHere, "s", api::Confirmed::kVisually, "20241209"},
       R"({"op":"begin_identity","institution":"1312345678","session":"s",)"
       R"("confirmed":"visually","confirmation_date":"20241209"})"},
      {api::CompleteIdentity{kHere, "t1", {0x30, 0x82}, {0xAB}},
       R"({"op":"complete_identity","institution":"1312345678","transaction":"t1",)"
       R"("certificate":"3082","signature":"ab"})"},
      {api::IdentifyByFourItems{kHere, "s", {"山田　花子", "19800217", "2", "東京都"}, "20241209"},
       R"({"op":"identify_by_four_items","institution":"1312345678","session":"s",)"
       R"("items":{"name":"山田　花子","birth_date":"19800217","sex":"2","address":"東京都"},)"
       R"("confirmation_date":"20241209"})"},
      {api::IdentifyByInsuredNumber{kHere, "s", {"123456", "12", "34", "01"}, "20241209"},
       R"({"op":"identify_by_insured_number","institution":"1312345678","session":"s",)"
       R"("key":{"insurer_number":"123456","symbol":"12","number":"34","branch":"01"},)"
       R"("confirmation_date":"20241209"})"},
      {api::RegisterConsent{kHere, "t1", api::ConsentRecord::kDeclined},
       R"({"op":"register_consent","institution":"1312345678","transaction":"t1",)"
       R"("consent":"declined"})"},
      {api::CheckEligibility{kHere, "t1"},
       R"({"op":"check_eligibility","institution":"1312345678","transaction":"t1"})"},
      {api::RecordTwoFactor{kHere, "physician", {"password", "token"}},
       R"({"op":"record_two_factor","institution":"1312345678","clinician":"physician",)"
       R"("factors":["password","token"]})"},
      {api::OrdinaryView{kHere, "physician", {"1", "2", "3", "4"}},
       R"({"op":"ordinary_view","institution":"1312345678","clinician":"physician",)"
       R"("patient":{"insurer_number":"1","symbol":"2","number":"3","branch":"4"}})"},
      {api::EmergencyView{kHere,
                          "physician",
                          {"1", "2", "3", "4"},
                          true,
                          api::ConsentStatement::kConsentUnobtainable},
       R"({"op":"emergency_view","institution":"1312345678","clinician":"physician",)"
       R"("patient":{"insurer_number":"1","symbol":"2","number":"3","branch":"4"},)"
       R"("emergency_mode":true,"statement":"consent_unobtainable"})"},
  };
  return cases;
}

struct AnswerCase {
  api::Answer message;
  std::string json;
};
const std::vector<AnswerCase>& answer_cases() {
  static const std::vector<AnswerCase> cases = {
      {api::Refusal{"not_signed_in"}, R"({"op":"refusal","reason":"not_signed_in"})"},
      {api::SignInAnswer{"s", api::Account::kAdministrator},
       R"({"op":"sign_in_answer","session":"s","account":"administrator"})"},
      {api::Done{}, R"({"op":"done"})"},
      {api::PasscodeIssued{"123456"}, R"({"op":"passcode_issued","passcode":"123456"})"},
      {api::PasscodeChecked{api::PasscodeResult::kNotIssued, 0},
       R"({"op":"passcode_checked","result":"not_issued","tries_left":0})"},
      {api::IdentityChallenge{"t1", {1, 2}},
       R"({"op":"identity_challenge","transaction":"t1","challenge":"0102"})"},
      {api::IdentityAnswer{"t1"}, R"({"op":"identity_answer","transaction":"t1"})"},
      {api::Eligibility{"1",
                        {"1", "2", "3", "4"},
                        {"n", "19800217", "2", "a"},
                        "k",
                        "i",
                        "20241209",
                        api::ConsentRecord::kGranted,
                        "20241209100000",
                        "20241210100000"},
       R"({"op":"eligibility","validity":"1",)"
       R"("insured":{"insurer_number":"1","symbol":"2","number":"3","branch":"4"},)"
       R"("person":{"name":"n","birth_date":"19800217","sex":"2","address":"a"},)"
       R"("name_kana":"k","insurer_name":"i","confirmation_date":"20241209",)"
       R"("consent":"granted","consent_time":"20241209100000",)"
       R"("available_time":"20241210100000"})"},
      {api::ViewReturned{"{}"}, R"({"op":"view_returned","summary_json":"{}"})"},
      {api::ViewRefused{{"not_emergency_mode"}},
       R"({"op":"view_refused","reasons":["not_emergency_mode"]})"},
  };
  return cases;
}

DecodeErrc error_of(const std::string& json, std::string* field = nullptr) {
  const auto result = api::decode_request(bytes_of(json));
  BOOST_REQUIRE(!result);
  if (field != nullptr) *field = result.error().field;
  return result.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backend_api)

BOOST_AUTO_TEST_CASE(every_request_has_the_bytes_of_its_names_both_ways) {
  BOOST_REQUIRE_EQUAL(request_cases().size(), std::variant_size_v<api::Request>);
  for (std::size_t i = 0; i < request_cases().size(); ++i) {
    const auto& c = request_cases()[i];
    BOOST_REQUIRE_EQUAL(c.message.index(), i);
    BOOST_TEST(text_of(api::encode(c.message)) == c.json);
    const auto decoded = api::decode_request(bytes_of(c.json));
    BOOST_REQUIRE(decoded);
    BOOST_TEST(decoded->index() == i);
    BOOST_TEST(text_of(api::encode(*decoded)) == c.json);
  }
}

BOOST_AUTO_TEST_CASE(every_answer_has_the_bytes_of_its_names_both_ways) {
  BOOST_REQUIRE_EQUAL(answer_cases().size(), std::variant_size_v<api::Answer>);
  for (std::size_t i = 0; i < answer_cases().size(); ++i) {
    const auto& c = answer_cases()[i];
    BOOST_REQUIRE_EQUAL(c.message.index(), i);
    BOOST_TEST(text_of(api::encode(c.message)) == c.json);
    const auto decoded = api::decode_answer(bytes_of(c.json));
    BOOST_REQUIRE(decoded);
    BOOST_TEST(text_of(api::encode(*decoded)) == c.json);
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
  for (const auto& c : request_cases()) {
    const Bytes whole = bytes_of(c.json);
    for (std::size_t n = 0; n < whole.size(); ++n) {
      BOOST_TEST(!api::decode_request(ByteView(whole.data(), n)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_missing_member_is_named) {
  std::string field;
  BOOST_TEST((error_of(R"({"op":"sign_in","institution":"1","user":"u"})", &field) ==
              DecodeErrc::kTooShort));
  BOOST_TEST(field == "password");
  BOOST_TEST((error_of(R"({"institution":"1"})", &field) == DecodeErrc::kTooShort));
  BOOST_TEST(field == "op");
  BOOST_TEST((error_of(R"({"op":"ordinary_view","institution":"1","clinician":"c",)"
                       R"("patient":{"insurer_number":"1","symbol":"","branch":""}})",
                       &field) == DecodeErrc::kTooShort));
  BOOST_TEST(field == "number");
}

BOOST_AUTO_TEST_CASE(a_member_of_the_wrong_type_is_named) {
  std::string field;
  BOOST_TEST((error_of(R"({"op":"sign_in","institution":"1","user":7,"password":""})", &field) ==
              DecodeErrc::kBadValue));
  BOOST_TEST(field == "user");
  BOOST_TEST((error_of(R"({"op":"complete_identity","institution":"1","transaction":"t",)"
                       R"("certificate":"xyz","signature":""})",
                       &field) == DecodeErrc::kBadValue));
  BOOST_TEST(field == "certificate");
  BOOST_TEST((error_of(R"({"op":"record_two_factor","institution":"1","clinician":"c",)"
                       R"("factors":["a",1]})",
                       &field) == DecodeErrc::kBadValue));
  BOOST_TEST(field == "factors");
  BOOST_TEST((error_of(R"({"op":"emergency_view","institution":"1","clinician":"c","patient":)"
                       R"({"insurer_number":"1","symbol":"2","number":"3","branch":"4"},)"
                       R"("emergency_mode":1,"statement":"consent_given"})",
                       &field) == DecodeErrc::kBadValue));
  BOOST_TEST(field == "emergency_mode");
}

BOOST_AUTO_TEST_CASE(a_value_outside_an_enumeration_is_refused) {
  std::string field;
  BOOST_TEST((error_of(R"({"op":"register_consent","institution":"1","transaction":"t",)"
                       R"("consent":"perhaps"})",
                       &field) == DecodeErrc::kBadValue));
  BOOST_TEST(field == "consent");
  BOOST_TEST(!api::decode_answer(
      bytes_of(R"({"op":"passcode_checked","result":"wrong","tries_left":256})")));
  BOOST_TEST(!api::decode_answer(
      bytes_of(R"({"op":"passcode_checked","result":"wrong","tries_left":-1})")));
  BOOST_TEST(!api::decode_answer(
      bytes_of(R"({"op":"passcode_checked","result":"wrong","tries_left":1.5})")));
}

BOOST_AUTO_TEST_CASE(unknown_operations_and_members_are_refused) {
  BOOST_TEST((error_of(R"({"op":"delete_everything"})") == DecodeErrc::kUnknownType));
  BOOST_TEST((error_of(R"({"op":"done"})") == DecodeErrc::kUnknownType));  // an answer
  BOOST_TEST((error_of(R"({"op":"sign_out","institution":"1","session":"s","x":1})") ==
              DecodeErrc::kUnknownType));
  BOOST_TEST((error_of(R"({"op":"ordinary_view","institution":"1","clinician":"c","patient":)"
                       R"({"insurer_number":"1","symbol":"2","number":"3","branch":"4","x":1}})") ==
              DecodeErrc::kUnknownType));
}

BOOST_AUTO_TEST_CASE(hostile_bytes_are_refused_without_harm) {
  std::string field;
  error_of(R"({"op":[[[[1]]]]})", &field);
  BOOST_TEST(field == "depth");
  error_of(R"({"op":[[[1]]]})", &field);
  BOOST_TEST(field == "op");
  BOOST_TEST(!api::decode_request({}));
  BOOST_TEST(!api::decode_request(bytes_of("[]")));
  BOOST_TEST(!api::decode_request(bytes_of("\"op\"")));
  BOOST_TEST(!api::decode_request(bytes_of(std::string(200000, '['))));
  BOOST_TEST(!api::decode_request(bytes_of(std::string(200000, '{'))));
  BOOST_TEST(!api::decode_request(bytes_of(R"({"op":")" + std::string(2000000, 'a') + "\"}")));
  BOOST_TEST(
      !api::decode_request(bytes_of("{\"op\":\"sign_out\",\"institution\":\"\xFF\xFE\","
                                    "\"session\":\"s\"}")));
  BOOST_TEST((error_of(R"({"op":"sign_out","institution":"1","session":")" +
                       std::string(5000, 'a') + "\"}") == DecodeErrc::kTooLong));
}

BOOST_AUTO_TEST_CASE(the_journal_sees_no_secret_and_no_personal_data) {
  const std::string sign_in = api::describe_masked(bytes_of(request_cases()[0].json));
  BOOST_TEST(sign_in ==
             R"({"op":"sign_in","institution":"1312345678","user":"admin","password":"****"})");
  const auto shows = [](const std::string& json, const std::string& word) {
    return api::describe_masked(bytes_of(json)).find(word) != std::string::npos;
  };
  BOOST_TEST(!shows(request_cases()[3].json, "123456\""));
  BOOST_TEST(!shows(request_cases()[6].json, "山田"));
  BOOST_TEST(!shows(request_cases()[7].json, "123456\""));
  BOOST_TEST(!shows(answer_cases()[3].json, "123456"));
  BOOST_TEST(!shows(answer_cases()[7].json, "19800217"));
  BOOST_TEST(!shows(answer_cases()[8].json, "{}"));
  BOOST_TEST(shows(request_cases()[12].json, "consent_unobtainable"));
  BOOST_TEST(shows(answer_cases()[7].json, "20241210100000"));
  BOOST_TEST(api::describe_masked(bytes_of("secret")) == "<6 bytes that are no message>");
  BOOST_TEST(!shows(R"({"op":"hunter2"})", "hunter2"));
}

BOOST_AUTO_TEST_SUITE_END()
