// The EHR's files: what is asked of the backend and what is written to res/ (P2; ).
#include <boost/test/unit_test.hpp>

#include "sim/wire/oqs/message.h"
#include "tests/unit/terminal/rig.h"

using namespace uketsuke;
using namespace uketsuke::terminal;
using terminal::testing::Rig;
namespace api = wire::backend_api;
namespace oqs = wire::oqs;
using Lines = std::vector<std::string>;

namespace {

void check(const Lines& got, const Lines& expected) {
  BOOST_CHECK_EQUAL_COLLECTIONS(got.begin(), got.end(), expected.begin(), expected.end());
}

oqs::RequestHeader header(const char* institution = "1311234567") {
  oqs::RequestHeader header;
  header.QualificationConfirmationDate = "20241209";
  header.MedicalInstitutionCode = institution;
  header.ArbitraryFileIdentifier = "ehr-1";
  return header;
}

wire::Bytes view_file(bool emergency, const char* institution = "1311234567") {
  oqs::ViewRequest request;
  request.header = header(institution);
  request.emergency = emergency;
  request.patient = {"12345678", "kigo", "1234", "01"};
  request.ViewerIdentifier = "physician-1";
  request.EmergencyMode = emergency;
  request.consent = oqs::ConsFlg::kUnobtainable;
  return oqs::encode(oqs::Message{request}).value();
}

oqs::ViewResult result_of(const Rig& rig, oqs::FileKind kind) {
  BOOST_REQUIRE_EQUAL(rig.files.size(), 1U);
  auto message = oqs::decode(kind, rig.files.front().content);
  const std::string why = message ? std::string() : to_string(message.error());
  BOOST_REQUIRE_MESSAGE(message.has_value() == true, why);
  return std::get<oqs::ViewResult>(*message);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ehr_gate)

// P2: 電子カルテから医療情報閲覧要求 … 電子カルテ反映.
BOOST_AUTO_TEST_CASE(an_emergency_request_is_asked_and_its_summary_written) {
  Rig rig;
  rig.start();
  check(rig.give(FileArrived{"UKTsiemv01req_0001.xml", view_file(true)}),
        {"record ehr_request interface=OQS-IF-047",
         "backend emergency_view consent_unobtainable emergency_mode"});
  oqs::Summary summary;
  summary.created = "20241209093000";
  summary.name = "Test Hanako";
  summary.birth_date = "19800217";
  check(rig.backend(api::ViewReturned{oqs::to_json(summary)}),
        {"record ehr_answer interface=OQS-IF-047 outcome=returned",
         "file res/UKTsiemv01res_0001.xml"});
  const auto result = result_of(rig, oqs::FileKind::kEmergencyViewResult);
  BOOST_CHECK(result.header.SegmentOfResult == oqs::Segment::kNormal);
  BOOST_CHECK_EQUAL(result.header.ArbitraryFileIdentifier, "ehr-1");
  BOOST_CHECK_EQUAL(result.header.ProcessExecutionTime, "20241209093000");
  BOOST_REQUIRE(result.summary.has_value());
  BOOST_CHECK_EQUAL(result.summary->name, "Test Hanako");
}

BOOST_AUTO_TEST_CASE(a_refused_view_names_every_reason) {
  Rig rig;
  rig.start();
  check(rig.give(FileArrived{"YZKsiquc01req_0002.xml", view_file(false)}),
        {"record ehr_request interface=YZKsiquc01req", "backend ordinary_view"});
  check(rig.backend(api::ViewRefused{{"consent_missing", "identity_history_missing"}}),
        {"record ehr_answer interface=YZKsiquc01req outcome=refused reason=consent_missing "
         "reason=identity_history_missing",
         "file res/YZKsiquc01res_0002.xml"});
  const auto result = result_of(rig, oqs::FileKind::kOrdinaryViewResult);
  BOOST_CHECK(result.header.SegmentOfResult == oqs::Segment::kAbnormal);
  BOOST_CHECK_EQUAL(result.reasons.size(), 2U);
  BOOST_CHECK(!result.summary.has_value());
}

BOOST_AUTO_TEST_CASE(a_silent_backend_gives_an_abnormal_result) {
  Rig rig;
  rig.start();
  rig.give(FileArrived{"UKTsiemv01req_0001.xml", view_file(true)});
  rig.backend_silent();
  BOOST_CHECK(rig.has("record ehr_answer interface=OQS-IF-047 outcome=refused reason=no_answer"));
  const auto result = result_of(rig, oqs::FileKind::kEmergencyViewResult);
  BOOST_CHECK_EQUAL(result.reasons.front(), "no_answer");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_request_goes_to_trash) {
  for (const char* name : {"notes.txt", "../../etc/passwd", "UKTsiemv01res_0001.xml", ""}) {
    Rig rig;
    rig.start();
    rig.give(FileArrived{name, {0x00}});
    BOOST_CHECK_MESSAGE(rig.has("file trash/" + std::string(name)), name);
  }
}

BOOST_AUTO_TEST_CASE(a_request_that_cannot_be_read_goes_to_trash_and_no_further) {
  const wire::Bytes whole = view_file(true);
  for (std::size_t length = 0; length + 8 < whole.size(); length += 7) {
    Rig rig;
    rig.start();
    rig.give(FileArrived{"UKTsiemv01req_0001.xml",
                         wire::Bytes(whole.begin(), whole.begin() + static_cast<long>(length))});
    BOOST_CHECK_MESSAGE(rig.has("file trash/UKTsiemv01req_0001.xml"), length);
    BOOST_CHECK_EQUAL(rig.lines.size(), 2U);  // and the record
  }
}

BOOST_AUTO_TEST_CASE(a_request_for_another_institution_does_not_leave_the_house) {
  Rig rig;
  rig.start();
  rig.give(FileArrived{"UKTsiemv01req_0001.xml", view_file(true, "1319999999")});
  BOOST_CHECK(
      rig.has("record ehr_answer interface=OQS-IF-047 outcome=refused reason=institution_wrong"));
}

BOOST_AUTO_TEST_CASE(more_requests_than_the_limit_are_refused_busy) {
  Parameters parameters = terminal::testing::usual_parameters();
  parameters.max_ehr_requests = 2;
  Rig rig(parameters);
  rig.start();
  for (const char* name : {"UKTsiemv01req_1.xml", "UKTsiemv01req_2.xml"}) {
    rig.give(FileArrived{name, view_file(true)});
    BOOST_CHECK(rig.has("backend emergency_view consent_unobtainable emergency_mode"));
  }
  rig.give(FileArrived{"UKTsiemv01req_3.xml", view_file(true)});
  BOOST_CHECK(rig.has("record ehr_answer interface=OQS-IF-047 outcome=refused reason=busy"));
}

// OQS-IF-001: identification by insured number, then the check.
BOOST_AUTO_TEST_CASE(a_search_by_insured_number_takes_two_questions) {
  Rig rig;
  rig.start();
  oqs::QualificationRequest request;
  request.header = header();
  request.search.InsurerNumber = "12345678";
  request.search.InsuredIdentificationNumber = "1234";
  request.search.Birthdate = "19800217";
  check(rig.give(FileArrived{"OQSsiquc01req_202412090001.xml",
                             oqs::encode(oqs::Message{request}).value()}),
        {"record ehr_request interface=OQS-IF-001", "backend other"});
  check(rig.backend(api::IdentityAnswer{"t-9"}), {"backend check_eligibility"});
  check(rig.backend(terminal::testing::usual_eligibility()),
        {"record ehr_answer interface=OQS-IF-001 outcome=checked",
         "file res/OQSsiquc01res_202412090001.xml"});
  auto message = oqs::decode(oqs::FileKind::kQualificationResult, rig.files.front().content);
  BOOST_REQUIRE(message.has_value() == true);
  BOOST_CHECK(std::get<oqs::QualificationResult>(*message).header.ReferenceClassification ==
              oqs::Reference::kInsuredCard);
}

BOOST_AUTO_TEST_CASE(a_passcode_request_is_served_with_the_session_of_the_terminal) {
  Rig rig;
  rig.start();
  const auto file = oqs::encode(oqs::Message{oqs::PasscodeRequest{header()}}).value();
  rig.give(FileArrived{"UKTsivpc01req_7.xml", file});
  BOOST_CHECK(rig.has("backend issue_passcode"));
  rig.backend(api::PasscodeIssued{"918273"});
  BOOST_CHECK(rig.has("record ehr_answer interface=OQS-IF-050 outcome=issued") ||
              rig.has("record ehr_answer interface=OQS-IF-049 outcome=issued"));
  BOOST_CHECK(rig.has("file res/UKTsivpc01res_7.xml"));
}

// The face file of a declined reception: ConsFlg 0, no times (facts 7, items 2 and 3).
BOOST_AUTO_TEST_CASE(the_face_file_of_a_declined_reception_has_no_consent_times) {
  Rig rig;
  rig.start();
  rig.connect_face_reader();
  rig.link(link::ModeChanged{link::Mode::kVisualConfirmation, link::ModeCause::kPasscode});
  rig.reader(kFaceReader, session::CardPresent{});
  rig.answer_all();
  BOOST_REQUIRE_EQUAL(rig.files.size(), 1U);
  BOOST_CHECK(rig.files.front().folder == Folder::kFace);
  auto message = oqs::decode(oqs::FileKind::kFaceResult, rig.files.front().content);
  const std::string why = message ? std::string() : to_string(message.error());
  BOOST_REQUIRE_MESSAGE(message.has_value() == true, why);
  const auto& result = std::get<oqs::QualificationResult>(*message);
  BOOST_CHECK(result.header.ReferenceClassification == oqs::Reference::kMyNumberCard);
  BOOST_REQUIRE_EQUAL(result.ResultList.size(), 1U);
  for (const oqs::Consent& consent : result.ResultList.front().consents) {
    BOOST_CHECK(!consent.present || consent.flag == oqs::ConsFlg::kNo);
    BOOST_CHECK(consent.ConsTime.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
