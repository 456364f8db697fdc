#include "sim/wire/oqs/message.h"

#include <boost/test/unit_test.hpp>

namespace oqs = uketsuke::wire::oqs;
namespace api = uketsuke::wire::backend_api;
using oqs::FileKind;
using uketsuke::wire::Bytes;
using uketsuke::wire::ByteView;
using uketsuke::wire::DecodeErrc;

namespace {

Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }
std::string text_of(const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); }

const std::string kUtf8 = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n";

// Typed from facts/domain.md 2.3.
const std::string kRequest =
    kUtf8 +
    "<XmlMsg><MessageHeader>"
    "<QualificationConfirmationDate>20241209</QualificationConfirmationDate>"
    "<MedicalInstitutionCode>1312345678</MedicalInstitutionCode>"
    "<ArbitraryFileIdentifier>202412090001</ArbitraryFileIdentifier>"
    "</MessageHeader><MessageBody><QualificationConfirmSearchInfo>"
    "<InsurerNumber>  123456</InsurerNumber><InsuredCardSymbol>12</InsuredCardSymbol>"
    "<InsuredIdentificationNumber>34</InsuredIdentificationNumber><InsuredBranchNumber/>"
    "<Birthdate>19800217</Birthdate>"
    "<LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>"
    "<ArbitraryIdentifier/>"
    "</QualificationConfirmSearchInfo></MessageBody></XmlMsg>";

// Typed from facts/domain.md 2.4; times are the pair of the public sample.
std::string result_text(const std::string& flag, const std::string& times,
                        const std::string& code = "0") {
  return kUtf8 +
         "<XmlMsg><MessageHeader>"
         "<ProcessExecutionTime>20230221174836</ProcessExecutionTime>"
         "<QualificationConfirmationDate>20230221</QualificationConfirmationDate>"
         "<MedicalInstitutionCode>1312345678</MedicalInstitutionCode>"
         "<ArbitraryFileIdentifier>ArnHCeDfNjMCFzg=</ArbitraryFileIdentifier>"
         "<ReferenceClassification>1</ReferenceClassification>"
         "<SegmentOfResult>1</SegmentOfResult>"
         "<CharacterCodeIdentifier>" +
         code +
         "</CharacterCodeIdentifier>"
         "</MessageHeader><MessageBody>"
         "<ProcessingResultStatus>1</ProcessingResultStatus>"
         "<QualificationValidity>1</QualificationValidity>"
         "<ResultList><ResultOfQualificationConfirmation>"
         "<InsurerNumber>  123456</InsurerNumber>"
         "<InsuredIdentificationNumber>34</InsuredIdentificationNumber>"
         "<Name>山田　花子</Name><Sex1>2</Sex1><Birthdate>19800217</Birthdate>"
         "<PharmacistsInfoConsFlg>" +
         flag + "</PharmacistsInfoConsFlg>" + times +
         "</ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";
}
const std::string kGrantedTimes =
    "<PharmacistsInfoConsTime>20230221174835</PharmacistsInfoConsTime>"
    "<PharmacistsInfoAvailableTime>20230222174835</PharmacistsInfoAvailableTime>";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

void refused(FileKind kind, const std::string& text, const std::string& field) {
  const auto result = oqs::decode(kind, bytes_of(text));
  BOOST_REQUIRE_MESSAGE(!result, field);
  BOOST_TEST(result.error().field == field);
}

oqs::ResultHeader header_of(oqs::Segment segment = oqs::Segment::kNormal) {
  oqs::ResultHeader header;
  header.ProcessExecutionTime = "20241209100000";
  header.QualificationConfirmationDate = "20241209";
  header.MedicalInstitutionCode = "1312345678";
  header.ArbitraryFileIdentifier = "202412090001";
  header.SegmentOfResult = segment;
  return header;
}

oqs::ViewRequest view_request(bool emergency) {
  oqs::ViewRequest request;
  request.emergency = emergency;
  request.header.MedicalInstitutionCode = "1312345678";
  request.header.ArbitraryFileIdentifier = "202412090001";
  if (emergency) request.header.QualificationConfirmationDate = "20241209";
  request.patient = {"123456", "12", "34", "01"};
  request.ViewerIdentifier = "physician_1";
  return request;
}

oqs::ViewResult view_result(bool emergency) {
  oqs::ViewResult result;
  result.header = header_of();
  result.emergency = emergency;
  result.patient = {"123456", "12", "34", "01"};
  oqs::Summary& summary = result.summary.emplace();
  summary.emergency = emergency;
  summary.name = "山田　花子 <&>";
  summary.birth_date = "19800217";
  summary.created = "20241209100000";
  summary.sections.push_back({oqs::Section::kDrugs,
                              "20240909",
                              "20241209",
                              {{"20241001", "○○病院", "アムロジピン錠5mg"}}});
  summary.sections.push_back({oqs::Section::kOperations, "20191209", "20241209", {}});
  return result;
}

// One of each kind, for round trips and truncations.
std::vector<oqs::Message> samples() {
  oqs::PasscodeRequest passcode_request;
  passcode_request.header = {"20241209", "1312345678", "1", oqs::CharacterCode::kUtf8};
  oqs::PasscodeResult passcode_result;
  passcode_result.header = header_of();
  passcode_result.VisualPasscode = "123456";
  oqs::ViewResult no = view_result(true);
  no.header.SegmentOfResult = oqs::Segment::kAbnormal;
  no.summary.reset();
  no.reasons = {"no_identity_history", "not_emergency_mode"};
  return {*oqs::decode(FileKind::kQualificationRequest, bytes_of(kRequest)),
          *oqs::decode(FileKind::kFaceResult, bytes_of(result_text("1", kGrantedTimes))),
          view_request(true),
          view_request(false),
          view_result(true),
          view_result(false),
          no,
          passcode_request,
          passcode_result};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(oqs_message)

BOOST_AUTO_TEST_CASE(a_request_has_the_elements_of_if_001_both_ways) {
  const auto message = oqs::decode(FileKind::kQualificationRequest, bytes_of(kRequest));
  BOOST_REQUIRE(message);
  const auto& request = std::get<oqs::QualificationRequest>(*message);
  BOOST_TEST(request.header.QualificationConfirmationDate == "20241209");
  BOOST_TEST(request.header.MedicalInstitutionCode == "1312345678");
  BOOST_TEST(request.search.InsurerNumber == "123456");  // without its padding
  BOOST_TEST(request.search.Birthdate == "19800217");
  BOOST_TEST(request.search.LimitApplicationCertificateRelatedConsFlg == "1");
  BOOST_TEST(text_of(*oqs::encode(*message)) == kRequest);
}

BOOST_AUTO_TEST_CASE(a_result_has_the_elements_of_if_002_both_ways) {
  const std::string text = result_text("1", kGrantedTimes);
  const auto message = oqs::decode(FileKind::kFaceResult, bytes_of(text));
  BOOST_REQUIRE(message);
  const auto& result = std::get<oqs::QualificationResult>(*message);
  BOOST_TEST((result.QualificationValidity == oqs::Validity::kValid));
  BOOST_REQUIRE_EQUAL(result.ResultList.size(), 1u);
  BOOST_TEST(result.ResultList[0].Name == "山田　花子");
  BOOST_TEST(result.ResultList[0].key().insurer_number == "123456");
  const auto& drugs = result.ResultList[0].consents[1];
  BOOST_TEST((drugs.flag == oqs::ConsFlg::kYes));
  BOOST_TEST(drugs.AvailableTime == "20230222174835");
  BOOST_TEST(!result.ResultList[0].consents[0].present);
  BOOST_TEST(text_of(*oqs::encode(*message)) == text);
}

BOOST_AUTO_TEST_CASE(every_kind_survives_the_way_there_and_back) {
  for (const oqs::Message& message : samples()) {
    const auto bytes = oqs::encode(message);
    BOOST_REQUIRE_MESSAGE(bytes, oqs::describe(message));
    const auto again = oqs::decode(oqs::kind_of(message), *bytes);
    BOOST_REQUIRE(again);
    BOOST_TEST(text_of(*oqs::encode(*again)) == text_of(*bytes));
    BOOST_TEST(oqs::describe(*again) == oqs::describe(message));
  }
  const auto view = oqs::decode(FileKind::kEmergencyViewResult, *oqs::encode(view_result(true)));
  const auto& summary = *std::get<oqs::ViewResult>(*view).summary;
  BOOST_TEST(summary.name == "山田　花子 <&>");
  BOOST_REQUIRE_EQUAL(summary.sections.size(), 2u);
  BOOST_TEST(summary.sections[0].entries[0].text == "アムロジピン錠5mg");
}

BOOST_AUTO_TEST_CASE(every_truncation_of_every_kind_is_refused) {
  for (const oqs::Message& message : samples()) {
    const Bytes bytes = *oqs::encode(message);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      BOOST_TEST(!oqs::decode(oqs::kind_of(message), ByteView(bytes.data(), n)));
    }
  }
}

// OQSCD016: 2 is for visits and online treatment, 3 for the emergency interface (facts 7, item 2).
BOOST_AUTO_TEST_CASE(a_face_file_knows_consent_0_and_1_only) {
  BOOST_TEST(!!oqs::decode(FileKind::kFaceResult, bytes_of(result_text("0", ""))));
  for (const char* flag : {"2", "3", "4", "9", "x", "01", " 1"}) {
    refused(FileKind::kFaceResult, result_text(flag, ""), "PharmacistsInfoConsFlg");
  }
}

BOOST_AUTO_TEST_CASE(consent_times_belong_to_consent_1_and_lie_24_hours_apart) {
  const std::string late = with(kGrantedTimes, "20230222174835", "20230222174836");
  refused(FileKind::kFaceResult, result_text("1", late), "PharmacistsInfoAvailableTime");
  refused(FileKind::kFaceResult, result_text("1", ""), "PharmacistsInfoConsTime");
  refused(FileKind::kFaceResult, result_text("0", kGrantedTimes), "PharmacistsInfoConsTime");
  refused(FileKind::kFaceResult,
          result_text("1", with(kGrantedTimes, "20230221174835", "20230231174835")),
          "PharmacistsInfoConsTime");
}

BOOST_AUTO_TEST_CASE(the_emergency_interface_knows_consent_1_and_3_only) {
  const std::string text = text_of(*oqs::encode(view_request(true)));
  BOOST_TEST(text.find("<ConsFlg>3</ConsFlg>") != std::string::npos);
  BOOST_TEST(text.find("<EmergencyMode>1</EmergencyMode>") != std::string::npos);
  for (const char* flag : {"0", "2", "4"}) {
    refused(FileKind::kEmergencyViewRequest,
            with(text, "<ConsFlg>3", "<ConsFlg>" + std::string(flag)), "ConsFlg");
  }
  oqs::ViewRequest wrong = view_request(true);
  wrong.consent = oqs::ConsFlg::kNo;
  BOOST_TEST(!oqs::encode(wrong));
  BOOST_TEST((oqs::cons_flg(api::ConsentStatement::kConsentGiven) == oqs::ConsFlg::kYes));
  BOOST_TEST(
      (oqs::cons_flg(api::ConsentStatement::kConsentUnobtainable) == oqs::ConsFlg::kUnobtainable));
}

BOOST_AUTO_TEST_CASE(an_insurer_number_is_padded_with_blanks_to_eight) {
  for (const char* bad : {"00123456", "123456  ", "123456", "   123456", "        ", "12 34567"}) {
    const auto result =
        oqs::decode(FileKind::kQualificationRequest, bytes_of(with(kRequest, "  123456", bad)));
    // Eight digits are a number of eight digits; everything else is wrong.
    BOOST_TEST(!!result == (std::string(bad) == "00123456"), bad);
  }
  oqs::ViewRequest request = view_request(true);
  request.patient.insurer_number = "123456789";
  BOOST_TEST(!oqs::encode(request));
  request.patient.insurer_number = "12345678";
  BOOST_TEST(!!oqs::encode(request));
}

BOOST_AUTO_TEST_CASE(shift_jis_and_its_identifier_go_together) {
  oqs::QualificationResult result;
  result.header = header_of();
  result.header.CharacterCodeIdentifier = oqs::CharacterCode::kShiftJis;
  result.ResultList.emplace_back().Name = "山田";
  const auto bytes = oqs::encode(result);
  BOOST_REQUIRE(bytes);
  const std::string text = text_of(*bytes);
  BOOST_TEST(text.find("encoding=\"Shift_JIS\"") != std::string::npos);
  BOOST_TEST(text.find("<Name>\x8E\x52\x93\x63</Name>") != std::string::npos);  // JIS X 0208
  const auto again = oqs::decode(FileKind::kQualificationResult, *bytes);
  BOOST_REQUIRE(again);
  BOOST_TEST(std::get<oqs::QualificationResult>(*again).ResultList[0].Name == "山田");

  refused(FileKind::kFaceResult, result_text("0", "", "1"), "CharacterCodeIdentifier");
  refused(FileKind::kQualificationResult,
          with(text, "<CharacterCodeIdentifier>1", "<CharacterCodeIdentifier>0"),
          "CharacterCodeIdentifier");
  refused(FileKind::kFaceResult, with(result_text("0", ""), "UTF-8", "Shift_JIS"), "characters");
  refused(FileKind::kFaceResult, with(result_text("0", ""), "UTF-8", "EUC-JP"), "encoding");
  result.ResultList[0].Name = "\xF0\xA9\xB8\xBD";  // U+29E3D is not in Shift_JIS
  BOOST_TEST(!oqs::encode(result));
}

BOOST_AUTO_TEST_CASE(unknown_doubled_and_missing_elements_are_refused) {
  const auto kind = FileKind::kQualificationRequest;
  refused(kind, with(kRequest, "<ArbitraryIdentifier/>", "<ArbitraryIdentifier/><More/>"),
          "element");
  refused(kind, with(kRequest, "<Birthdate>", "<Birthdate>19800217</Birthdate><Birthdate>"),
          "Birthdate");
  refused(kind, with(kRequest, "<Birthdate>19800217</Birthdate>", ""), "Birthdate");
  refused(kind, with(kRequest, "<Birthdate>19800217", "<Birthdate>19800230"), "Birthdate");
  refused(kind, with(kRequest, "1312345678", "131234567"), "MedicalInstitutionCode");
  refused(kind, with(kRequest, "<MessageBody>", "<MessageBody>text"), "MessageBody");
  refused(kind, with(kRequest, "<Birthdate>", "<Birthdate kind=\"x\">"), "attribute");
  refused(kind, with(kRequest, "19800217", "1980<b/>0217"), "Birthdate");
  refused(FileKind::kFaceResult,
          with(result_text("0", ""), "<SegmentOfResult>1", "<SegmentOfResult>3"),
          "SegmentOfResult");
  refused(FileKind::kFaceResult,
          with(result_text("0", ""), "PharmacistsInfo", "PharmaceuticalInfo"),
          "XML");  // the closing tag does not match
  // Another root than XmlMsg.
  refused(kind, kUtf8 + "<Msg/>", "XmlMsg");
}

BOOST_AUTO_TEST_CASE(an_error_tells_the_byte_where_the_element_stands) {
  const std::string text =
      with(kRequest, "<ArbitraryIdentifier/>", "<ArbitraryIdentifier/><More/>");
  const auto result = oqs::decode(FileKind::kQualificationRequest, bytes_of(text));
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().offset == text.find("More"));
}

BOOST_AUTO_TEST_CASE(what_xml_offers_to_an_attacker_is_refused) {
  const auto kind = FileKind::kQualificationRequest;
  refused(kind, with(kRequest, "<XmlMsg>", "<!DOCTYPE x [<!ENTITY a \"b\">]><XmlMsg>"),
          "document type");
  refused(kind, with(kRequest, "<XmlMsg>", "<?xml-stylesheet href=\"x\"?><XmlMsg>"),
          "processing instruction");
  refused(kind, with(kRequest, ">12<", ">&xxe;<"), "entity");
  refused(kind, with(kRequest, ">12<", ">&#0;<"), "entity");
  refused(kind, with(kRequest, ">12<", ">&#xD800;<"), "entity");
  refused(kind, with(kRequest, ">12<", "><![CDATA[12]]><"), "CDATA");
  refused(kind, with(kRequest, ">12<", std::string(">1\0002<", 5)), "characters");
  refused(kind, with(kRequest, ">12<", ">\xC0\xAF<"), "characters");
  refused(kind, with(kRequest, ">12<", ">1&#9;2<"), "InsuredCardSymbol");
  refused(kind, kRequest + "trailing", "XML");
  refused(kind, kRequest + "<XmlMsg/>", "XML");
  std::string deep = kUtf8;
  for (int i = 0; i < 30000; ++i) deep += "<a>";
  refused(kind, deep, "depth");
  std::string wide = kUtf8 + "<XmlMsg>";
  for (int i = 0; i < 60000; ++i) wide += "<a/>";
  refused(kind, wide, "elements");
  refused(kind, std::string(oqs::kMaxFileBytes + 1, ' '), "file");
  refused(kind, "", "file");
  BOOST_TEST(!!oqs::decode(kind, bytes_of(with(kRequest, ">12<", ">&amp;&#x41;<"))));
  BOOST_TEST(!!oqs::decode(kind, bytes_of(with(kRequest, "<XmlMsg>", "<XmlMsg><!-- & -->"))));
}

BOOST_AUTO_TEST_CASE(the_encoder_refuses_what_the_layout_cannot_hold) {
  oqs::ViewResult both = view_result(true);
  both.reasons = {"no"};
  BOOST_TEST(!oqs::encode(both));
  oqs::ViewResult neither = view_result(true);
  neither.summary.reset();
  BOOST_TEST(!oqs::encode(neither));
  oqs::QualificationResult result;
  result.header = header_of();
  auto& row = result.ResultList.emplace_back();
  row.ElderlyRecipientCertificateInfo = {{"a><b", "x"}};
  BOOST_TEST(!oqs::encode(result));
  row.ElderlyRecipientCertificateInfo = {{"ElderlyRecipientContributionRatio", "020"}};
  BOOST_TEST(!!oqs::encode(result));
  row.consents[0].flag = oqs::ConsFlg::kYes;  // but not present
  BOOST_TEST(!oqs::encode(result));
  row.consents[0] = {};
  row.ReferenceNumber = std::string(51, '1');
  BOOST_TEST(!oqs::encode(result));
  row.ReferenceNumber.pop_back();
  BOOST_TEST(!!oqs::encode(result));
  result.ResultList.resize(21);
  BOOST_TEST(!oqs::encode(result));
}

// P2: after 「同意しない」 ConsFlg is 0 everywhere, without times.
BOOST_AUTO_TEST_CASE(a_declined_consent_becomes_four_times_0) {
  api::Eligibility eligibility;
  eligibility.validity = "1";
  eligibility.insured = {"123456", "12", "34", "01"};
  eligibility.person = {"山田　花子", "19800217", "2", "東京都"};
  eligibility.confirmation_date = "20241209";
  eligibility.consent = api::ConsentRecord::kDeclined;
  auto result = oqs::result_from(eligibility, header_of());
  for (const auto& consent : result.ResultList.at(0).consents) {
    BOOST_TEST(consent.present);
    BOOST_TEST((consent.flag == oqs::ConsFlg::kNo));
    BOOST_TEST(consent.ConsTime.empty());
  }
  BOOST_TEST(!!oqs::encode(result));
  eligibility.consent = api::ConsentRecord::kGranted;
  eligibility.consent_time = "20241209100000";
  eligibility.available_time = "20241210100000";
  result = oqs::result_from(eligibility, header_of());
  BOOST_TEST(result.ResultList.at(0).consents[3].AvailableTime == "20241210100000");
  BOOST_TEST(!!oqs::encode(result));
}

BOOST_AUTO_TEST_CASE(the_journal_line_shows_no_person_and_no_secret) {
  for (const oqs::Message& message : samples()) {
    const std::string line = oqs::describe(message);
    for (const char* secret : {"山田", "19800217", "123456 ", "アムロ", "=123456"}) {
      BOOST_TEST(line.find(secret) == std::string::npos, line);
    }
    BOOST_TEST(line.find('\n') == std::string::npos);
  }
  BOOST_TEST(oqs::describe(view_request(true)) ==
             "OQS-IF-047 institution=1312345678 file=202412090001 patient=**** "
             "viewer=physician_1 emergency_mode=1 ConsFlg=unobtainable");
}

BOOST_AUTO_TEST_CASE(a_summary_survives_json_and_wrong_json_is_refused) {
  const oqs::Summary summary = *view_result(true).summary;
  const std::string json = oqs::to_json(summary);
  const auto again = oqs::summary_from_json(json);
  BOOST_REQUIRE(again);
  BOOST_TEST(oqs::to_json(*again) == json);
  BOOST_TEST(json.find(R"("document":"emergency_summary")") != std::string::npos);
  for (std::size_t n = 0; n < json.size(); ++n) {
    BOOST_TEST(!oqs::summary_from_json(json.substr(0, n)));
  }
  BOOST_TEST(!oqs::summary_from_json(with(json, "emergency_summary", "other")));
  BOOST_TEST(!oqs::summary_from_json(with(json, "\"drugs\"", "\"drug\"")));
  BOOST_TEST(!oqs::summary_from_json(with(json, "\"entries\"", "\"entry\"")));
  BOOST_TEST(!oqs::summary_from_json(std::string(100000, '[')));
}

BOOST_AUTO_TEST_SUITE_END()
