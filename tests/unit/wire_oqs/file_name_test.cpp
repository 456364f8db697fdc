#include "sim/wire/oqs/file_name.h"

#include <boost/test/unit_test.hpp>

namespace oqs = uketsuke::wire::oqs;
using oqs::FileKind;
using uketsuke::wire::DecodeErrc;

BOOST_AUTO_TEST_SUITE(oqs_file_name)

// facts/domain.md 2.1 and 2.2; UKT...: ours.
BOOST_AUTO_TEST_CASE(every_kind_has_its_prefix_both_ways) {
  struct Case {
    const char* name;
    FileKind kind;
    const char* token;
    const char* time;
  };
  for (const Case& c :
       {Case{"OQSsiquc01req_202412090001.xml", FileKind::kQualificationRequest, "202412090001", ""},
        Case{"OQSsiquc01res_202412090001.xml", FileKind::kQualificationResult, "202412090001", ""},
        Case{"OQSsiquc01res_face_ArnHCeDfNjMCFzg=_20230221174835.xml", FileKind::kFaceResult,
             "ArnHCeDfNjMCFzg=", "20230221174835"},
        Case{"OQSsiquc01res_face_a_b_20230221174835.xml", FileKind::kFaceResult, "a_b",
             "20230221174835"},
        Case{"UKTsiemv01req_1.xml", FileKind::kEmergencyViewRequest, "1", ""},
        Case{"UKTsiemv01res_1.xml", FileKind::kEmergencyViewResult, "1", ""},
        Case{"UKTsivpc01req_1.xml", FileKind::kPasscodeRequest, "1", ""},
        Case{"UKTsivpc01res_1.xml", FileKind::kPasscodeResult, "1", ""},
        Case{"YZKsiquc01req_1.xml", FileKind::kOrdinaryViewRequest, "1", ""},
        Case{"YZKsiquc01res_1.xml", FileKind::kOrdinaryViewResult, "1", ""}}) {
    const auto parsed = oqs::parse_file_name(c.name);
    BOOST_REQUIRE_MESSAGE(parsed, c.name);
    BOOST_TEST((parsed->kind == c.kind), c.name);
    BOOST_TEST(parsed->token == c.token);
    BOOST_TEST(parsed->time == c.time);
    BOOST_TEST(*oqs::build_file_name(*parsed) == c.name);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_file_of_the_folder_is_refused) {
  for (const char* name :
       {"", ".xml", "a.xml", "OQSsiquc01req_.xml", "OQSsiquc01req_1.XML", "OQSsiquc01req_1.xml.tmp",
        "OQSsiquc01req_../../etc.xml", "OQSsiquc01req_a b.xml", "OQSsiquc01req_.hidden.xml",
        "OQSsiquc01req_a\\b.xml", "/OQSsiquc01req_1.xml", "OQSsiquc01res_face_x_2023022117483.xml",
        "OQSsiquc01res_face__20230221174835.xml", "OQSsiquc01res_face_x_20230231174835.xml",
        "OQSsiquc01req_\xE3\x81\x82.xml", "oqssiquc01req_1.xml"}) {
    BOOST_TEST(!oqs::parse_file_name(name), name);
  }
  BOOST_TEST(!oqs::parse_file_name("OQSsiquc01req_" + std::string(65, 'a') + ".xml"));
  BOOST_TEST(!!oqs::parse_file_name("OQSsiquc01req_" + std::string(64, 'a') + ".xml"));
  const auto huge = oqs::parse_file_name(std::string(1000000, 'a'));
  BOOST_REQUIRE(!huge);
  BOOST_TEST((huge.error().code == DecodeErrc::kTooLong));
}

BOOST_AUTO_TEST_CASE(names_that_would_read_back_differently_are_not_built) {
  BOOST_TEST(!oqs::build_file_name({FileKind::kQualificationRequest, "a/b", ""}));
  BOOST_TEST(!oqs::build_file_name({FileKind::kQualificationRequest, "", ""}));
  BOOST_TEST(!oqs::build_file_name({FileKind::kQualificationRequest, "a", "20230221174835"}));
  BOOST_TEST(!oqs::build_file_name({FileKind::kFaceResult, "a", ""}));
  BOOST_TEST(!oqs::build_file_name({FileKind::kQualificationResult, "face_a", ""}));
}

BOOST_AUTO_TEST_CASE(an_answer_keeps_the_token) {
  const auto request = oqs::parse_file_name("UKTsiemv01req_202412090007.xml");
  BOOST_TEST(oqs::is_request(request->kind));
  BOOST_TEST(*oqs::build_file_name(oqs::answer_name(*request)) == "UKTsiemv01res_202412090007.xml");
  BOOST_TEST(!oqs::is_request(FileKind::kFaceResult));
  BOOST_TEST(!oqs::is_request(FileKind::kEmergencyViewResult));
}

BOOST_AUTO_TEST_SUITE_END()
