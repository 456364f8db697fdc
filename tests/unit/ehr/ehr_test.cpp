#include "models/ehr/ehr.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

namespace api = uketsuke::wire::backend_api;
namespace ehr = uketsuke::ehr;
namespace network = uketsuke::wire::network;
namespace oqs = uketsuke::wire::oqs;
namespace panel = uketsuke::wire::panel;
namespace wire = uketsuke::wire;

namespace {

const std::string kHere = "1311234567";
const oqs::Seconds kNow = *oqs::seconds_of("20241209100000");
const api::InsuredKey kHanako{"123456", "12", "34", "01"};

ehr::Parameters parameters() {
  ehr::Parameters p;
  p.institution = kHere;
  p.clinicians = {{"physician_1", "dr1", "pw1", "token1", true},
                  {"physician_2", "dr2", "pw2", "", false}};
  return p;
}

// An EHR and what it did last.
struct Desk {
  explicit Desk(ehr::Parameters p = parameters()) : ehr(std::move(p)) { actions = ehr.start(); }
  ehr::Ehr ehr;
  ehr::Actions actions;

  Desk& handle(const ehr::Event& event) {
    actions = ehr.handle(event, kNow);
    return *this;
  }
  Desk& press(const std::string& control) { return handle(panel::Input(panel::Press{control})); }
  Desk& enter(const std::string& control, const std::string& text) {
    return handle(panel::Input(panel::Enter{control, text}));
  }
  Desk& sign_in(const std::string& second = "token1") {
    enter("user", "dr1").enter("password", "pw1");
    if (!second.empty()) enter("second_factor", second);
    return press("sign_in");
  }
  Desk& file(ehr::Folder folder, const std::string& name, wire::Bytes bytes) {
    return handle(ehr::FileArrived{folder, name, std::move(bytes)});
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> out;
    for (const auto& action : actions) {
      if (const auto* a = std::get_if<T>(&action)) out.push_back(*a);
    }
    return out;
  }
  template <class T>
  const T* record() const {
    for (const auto& action : actions) {
      const auto* r = std::get_if<ehr::Record>(&action);
      if (r != nullptr && std::holds_alternative<T>(*r)) return &std::get<T>(*r);
    }
    return nullptr;
  }
  panel::Display shown() const {
    const auto displays = all<panel::Display>();
    BOOST_REQUIRE(!displays.empty());
    return displays.back();
  }
  std::string screen_and_message() const { return shown().screen + "/" + shown().message; }
  std::string refused() const {
    const auto list = all<panel::Refused>();
    return list.empty() ? "" : list[0].reason;
  }
};

oqs::QualificationResult reception(oqs::ConsFlg flag = oqs::ConsFlg::kNo) {
  api::Eligibility eligibility;
  eligibility.validity = "1";
  eligibility.insured = kHanako;
  eligibility.person = {"試験　花子", "19800217", "2", "東京都"};
  eligibility.confirmation_date = "20241209";
  if (flag == oqs::ConsFlg::kYes) {
    eligibility.consent = api::ConsentRecord::kGranted;
    eligibility.consent_time = "20241209095900";
    eligibility.available_time = "20241210095900";
  }
  oqs::ResultHeader header;
  header.ProcessExecutionTime = "20241209095901";
  header.MedicalInstitutionCode = kHere;
  return oqs::result_from(eligibility, header);
}
const std::string kFaceName = "OQSsiquc01res_face_abc=_20241209095901.xml";

Desk received(ehr::Parameters p = parameters(), const std::string& second = "token1") {
  Desk desk(std::move(p));
  desk.file(ehr::Folder::kFace, kFaceName, *oqs::encode(reception()));
  desk.sign_in(second).press("open_patient");
  return desk;
}
Desk asked(ehr::Parameters p = parameters(),
           const std::string& statement = "consent_unobtainable") {
  Desk desk = received(std::move(p));
  desk.press("emergency_view").press("necessary").press(statement);
  return desk;
}

oqs::ViewResult answer_to(const ehr::WriteFile& file, bool returned) {
  const auto name = oqs::parse_file_name(file.name).value();
  const auto message = oqs::decode(name.kind, file.bytes).value();
  const auto& request = std::get<oqs::ViewRequest>(message);
  oqs::ViewResult result;
  result.header.ProcessExecutionTime = "20241209100001";
  result.header.MedicalInstitutionCode = kHere;
  result.header.ArbitraryFileIdentifier = request.header.ArbitraryFileIdentifier;
  result.emergency = request.emergency;
  result.patient = request.patient;
  result.consent = request.consent;
  if (returned) {
    auto& summary = result.summary.emplace();
    summary.emergency = request.emergency;
    summary.created = "20241209100001";
    summary.sections.push_back(
        {oqs::Section::kDrugs, "20240909", "20241209", {{"20241101", "", ""}}});
  } else {
    result.header.SegmentOfResult = oqs::Segment::kAbnormal;
    result.reasons = {"no_identity_history", "no_two_factor_history"};
  }
  return result;
}
Desk& give(Desk& desk, const ehr::WriteFile& request, const oqs::ViewResult& result) {
  const auto name = oqs::parse_file_name(request.name).value();
  return desk.file(ehr::Folder::kRes, *oqs::build_file_name(oqs::answer_name(name)),
                   *oqs::encode(result));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ehr_behaviour)

BOOST_AUTO_TEST_CASE(a_sign_in_with_two_factors_is_reported_to_the_backend) {
  Desk desk;
  desk.sign_in();
  BOOST_TEST(desk.screen_and_message() == "patients/");
  const auto requests = desk.all<network::Request>();
  BOOST_REQUIRE_EQUAL(requests.size(), 1u);
  const auto request = std::get<api::RecordTwoFactor>(*api::decode_request(requests[0].body));
  BOOST_TEST(request.institution == kHere);
  BOOST_TEST(request.clinician == "physician_1");
  BOOST_TEST(request.factors.size() == 2u);
  desk.handle(network::Response{requests[0].id, network::Outcome::kAnswered,
                                api::encode(api::Answer(api::Done{}))});
  BOOST_REQUIRE(desk.record<ehr::TwoFactorReported>());
  BOOST_TEST(desk.record<ehr::TwoFactorReported>()->accepted);
}

BOOST_AUTO_TEST_CASE(a_sign_in_with_one_factor_is_a_sign_in_without_report) {
  Desk desk;
  desk.sign_in("");
  BOOST_TEST(desk.screen_and_message() == "patients/");
  BOOST_TEST(desk.all<network::Request>().empty());
  BOOST_TEST(desk.record<ehr::SignedIn>()->factors.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_report_that_fails_is_shown) {
  for (const bool answered : {false, true}) {
    Desk desk;
    const auto id = desk.sign_in().all<network::Request>().at(0).id;
    desk.handle(network::Response{
        id, answered ? network::Outcome::kAnswered : network::Outcome::kNoAnswer,
        answered ? api::encode(api::Answer(api::Refusal{"not_two_factors"})) : wire::Bytes{}});
    BOOST_TEST(desk.screen_and_message() == "patients/two_factor_unreported");
    BOOST_TEST(!desk.record<ehr::TwoFactorReported>()->accepted);
  }
}

BOOST_AUTO_TEST_CASE(wrong_password_wrong_token_and_unknown_user_are_refused_alike) {
  for (const auto& [user, password, second] :
       std::vector<std::array<std::string, 3>>{{"dr1", "pw2", ""},
                                               {"dr1", "pw1", "token2"},
                                               {"dr2", "pw2", "token1"},
                                               {"x", "pw1", ""},
                                               {"", "", ""}}) {
    Desk desk;
    desk.enter("user", user).enter("password", password).enter("second_factor", second);
    desk.press("sign_in");
    BOOST_TEST(desk.screen_and_message() == "sign_in/sign_in_failed");
    BOOST_TEST(desk.ehr.signed_in() == nullptr);
  }
}

BOOST_AUTO_TEST_CASE(secrets_and_persons_are_not_shown) {
  Desk desk;
  desk.enter("password", "pw1");
  BOOST_TEST(desk.shown().values.at("password") == "****");
  desk.enter("user", "dr1");
  BOOST_TEST(desk.shown().values.at("user") == "dr1");
  desk = Desk();
  desk.file(ehr::Folder::kFace, kFaceName, *oqs::encode(reception())).sign_in();
  desk.enter("patient", "試験　花子");
  BOOST_TEST(desk.shown().values.at("patient") == "****");
}

BOOST_AUTO_TEST_CASE(a_face_file_brings_the_patient_and_the_consent) {
  Desk desk;
  desk.file(ehr::Folder::kFace, kFaceName, *oqs::encode(reception()));
  BOOST_REQUIRE_EQUAL(desk.ehr.patients().size(), 1u);
  BOOST_TEST(desk.ehr.patients()[0].key.number == "34");
  BOOST_TEST((desk.ehr.patients()[0].consent == api::ConsentRecord::kDeclined));
  BOOST_TEST(desk.record<ehr::PatientArrived>()->via == "face");
  // The same patient again, through res/: no second row, the newer consent.
  desk.file(ehr::Folder::kRes, "OQSsiquc01res_1.xml", *oqs::encode(reception(oqs::ConsFlg::kYes)));
  BOOST_REQUIRE_EQUAL(desk.ehr.patients().size(), 1u);
  BOOST_TEST((desk.ehr.patients()[0].consent == api::ConsentRecord::kGranted));
}

BOOST_AUTO_TEST_CASE(files_that_mean_nothing_to_it_are_ignored_and_noted) {
  const auto good = *oqs::encode(reception());
  auto foreign = reception();
  foreign.header.MedicalInstitutionCode = "1319999999";
  struct Case {
    ehr::Folder folder;
    std::string name;
    wire::Bytes bytes;
    std::string why;
  };
  for (const Case& c :
       {Case{ehr::Folder::kRes, "x.txt", good, "name"},
        Case{ehr::Folder::kReq, "OQSsiquc01req_1.xml", good, "request"},
        Case{ehr::Folder::kRes, kFaceName, good, "folder"},
        Case{ehr::Folder::kFace, "OQSsiquc01res_1.xml", good, "folder"},
        Case{ehr::Folder::kFace, kFaceName, *oqs::encode(foreign), "other_institution"},
        Case{ehr::Folder::kRes, "UKTsiemv01res_1.xml", good, "not_awaited"},
        Case{ehr::Folder::kRes, "UKTsivpc01res_1.xml", {}, "file at byte 0"}}) {
    Desk desk;
    desk.file(c.folder, c.name, c.bytes);
    BOOST_REQUIRE(desk.record<ehr::FileIgnored>());
    BOOST_TEST(desk.record<ehr::FileIgnored>()->why.substr(0, c.why.size()) == c.why);
    BOOST_TEST(desk.ehr.patients().empty());
  }
}

BOOST_AUTO_TEST_CASE(a_patient_is_opened_by_name_number_place_or_as_the_last_arrival) {
  for (const char* text : {"", "試験　花子", "34", "1"}) {
    Desk desk;
    desk.file(ehr::Folder::kFace, kFaceName, *oqs::encode(reception())).sign_in();
    if (*text != '\0') desk.enter("patient", text);
    BOOST_TEST(desk.press("open_patient").screen_and_message() == "chart/");
  }
  Desk desk;
  BOOST_TEST(desk.sign_in().press("open_patient").screen_and_message() == "patients/no_patient");
  desk.file(ehr::Folder::kFace, kFaceName, *oqs::encode(reception()));
  BOOST_TEST(desk.enter("patient", "2").press("open_patient").screen_and_message() ==
             "patients/patient_not_found");
}

// P2: the physician judges; if it is not necessary no request leaves.
BOOST_AUTO_TEST_CASE(judged_not_necessary_no_request_leaves) {
  Desk desk = received();
  desk.press("emergency_view");
  BOOST_TEST(desk.screen_and_message() == "judgement/");
  desk.press("not_necessary");
  BOOST_TEST(desk.screen_and_message() == "chart/view_not_necessary");
  BOOST_TEST(desk.all<ehr::WriteFile>().empty());
  BOOST_TEST(desk.all<network::Request>().empty());
  BOOST_TEST(!desk.record<ehr::Judged>()->necessary);
}

// P2: 救急時モード, 同意あり / 同意取得困難; OQSCD016 1 and 3.
BOOST_AUTO_TEST_CASE(the_request_carries_emergency_mode_and_the_statement) {
  struct Case {
    const char* button;
    oqs::ConsFlg flag;
  };
  for (const Case& c : {Case{"consent_given", oqs::ConsFlg::kYes},
                        Case{"consent_unobtainable", oqs::ConsFlg::kUnobtainable}}) {
    Desk desk = asked(parameters(), c.button);
    BOOST_TEST(desk.screen_and_message() == "waiting/waiting_for_answer");
    const auto files = desk.all<ehr::WriteFile>();
    BOOST_REQUIRE_EQUAL(files.size(), 1u);
    BOOST_TEST((files[0].folder == ehr::Folder::kReq));
    BOOST_TEST(files[0].name == "UKTsiemv01req_202412090001.xml");
    const auto message = oqs::decode(oqs::FileKind::kEmergencyViewRequest, files[0].bytes);
    BOOST_REQUIRE(message);
    const auto& request = std::get<oqs::ViewRequest>(*message);
    BOOST_TEST(request.EmergencyMode);
    BOOST_TEST((request.consent == c.flag));
    BOOST_TEST(request.ViewerIdentifier == "physician_1");
    BOOST_TEST(request.patient.number == "34");
    BOOST_TEST(desk.all<wire::StartTimer>().at(0).duration_us == 30'000'000u);
  }
}

BOOST_AUTO_TEST_CASE(a_returned_view_is_reflected_in_the_chart) {
  Desk desk = asked();
  const auto request = desk.all<ehr::WriteFile>().at(0);
  give(desk, request, answer_to(request, true));
  BOOST_TEST(desk.screen_and_message() == "summary/view_returned");
  BOOST_TEST(desk.shown().values.at("drugs") == "1");
  BOOST_TEST(desk.record<ehr::Reflected>()->emergency);
  BOOST_TEST(desk.record<ehr::Reflected>()->sections.at(0) == "drugs:1/20240909");
  BOOST_TEST(desk.ehr.patients()[0].chart.has_value());
  BOOST_TEST(desk.all<wire::StopTimer>().size() == 1u);
  BOOST_TEST(desk.press("close").screen_and_message() == "chart/");
  give(desk, request, answer_to(request, true));  // the same answer once more
  BOOST_TEST(desk.record<ehr::FileIgnored>()->why == "not_awaited");
}

BOOST_AUTO_TEST_CASE(a_refused_view_shows_every_reason) {
  Desk desk = asked();
  const auto request = desk.all<ehr::WriteFile>().at(0);
  give(desk, request, answer_to(request, false));
  BOOST_TEST(desk.screen_and_message() == "refused/view_refused");
  BOOST_TEST(desk.shown().values.at("reasons") == "no_identity_history,no_two_factor_history");
  BOOST_TEST(desk.record<ehr::RefusedByBackend>()->reasons.size() == 2u);
  BOOST_TEST(!desk.ehr.patients()[0].chart.has_value());
}

BOOST_AUTO_TEST_CASE(an_answer_about_something_else_is_not_reflected) {
  const std::vector<std::pair<std::string, void (*)(oqs::ViewResult&)>> changes = {
      {"other_patient", [](oqs::ViewResult& r) { r.patient.number = "99"; }},
      {"identifier_not_echoed", [](oqs::ViewResult& r) { r.header.ArbitraryFileIdentifier = "x"; }},
      {"other_institution", [](oqs::ViewResult& r) { r.header.MedicalInstitutionCode[9] = '0'; }},
      {"consent_not_echoed", [](oqs::ViewResult& r) { r.consent = oqs::ConsFlg::kYes; }}};
  for (const auto& [why, change] : changes) {
    Desk desk = asked();
    const auto request = desk.all<ehr::WriteFile>().at(0);
    auto result = answer_to(request, true);
    change(result);
    give(desk, request, result);
    BOOST_TEST(desk.screen_and_message() == "chart/answer_unusable");
    BOOST_TEST(desk.record<ehr::FileIgnored>()->why == why);
    BOOST_TEST(!desk.ehr.patients()[0].chart.has_value());
  }
  Desk desk = asked();
  desk.file(ehr::Folder::kRes, "UKTsiemv01res_202412090001.xml", {'<'});
  BOOST_TEST(desk.screen_and_message() == "chart/answer_unusable");
}

BOOST_AUTO_TEST_CASE(no_answer_ends_the_request_and_a_late_one_is_ignored) {
  Desk desk = asked();
  const auto request = desk.all<ehr::WriteFile>().at(0);
  desk.handle(wire::TimerExpired{ehr::kAnswerTimer});
  BOOST_TEST(desk.screen_and_message() == "chart/no_answer");
  BOOST_REQUIRE(desk.record<ehr::TimedOut>());
  give(desk, request, answer_to(request, true));
  BOOST_TEST(desk.record<ehr::FileIgnored>()->why == "not_awaited");
  desk.handle(wire::TimerExpired{ehr::kAnswerTimer});
  BOOST_TEST(desk.actions.empty());
  // The next request has a name of its own.
  desk.press("emergency_view").press("necessary").press("consent_given");
  BOOST_TEST(desk.all<ehr::WriteFile>().at(0).name == "UKTsiemv01req_202412090002.xml");
  BOOST_TEST(desk.press("cancel").screen_and_message() == "chart/request_cancelled");
}

BOOST_AUTO_TEST_CASE(without_permission_no_emergency_request_leaves) {
  auto p = parameters();
  p.clinicians[0].emergency_permission = false;
  Desk desk = received(p);
  BOOST_TEST(desk.press("emergency_view").screen_and_message() ==
             "chart/emergency_permission_missing");
  BOOST_REQUIRE(desk.record<ehr::PermissionMissing>());
  p.require_permission = false;
  BOOST_TEST(received(p).press("emergency_view").screen_and_message() == "judgement/");
}

BOOST_AUTO_TEST_CASE(one_factor_is_the_backend_s_matter_unless_the_hospital_wants_two) {
  BOOST_TEST(received(parameters(), "").press("emergency_view").screen_and_message() ==
             "judgement/");
  auto p = parameters();
  p.require_two_factor = true;
  BOOST_TEST(received(p, "").press("emergency_view").screen_and_message() ==
             "chart/two_factor_missing");
  BOOST_TEST(received(p).press("emergency_view").screen_and_message() == "judgement/");
}

BOOST_AUTO_TEST_CASE(the_ordinary_view_goes_the_same_way_without_a_judgement) {
  Desk desk = received();
  desk.press("ordinary_view");
  const auto request = desk.all<ehr::WriteFile>().at(0);
  BOOST_TEST(request.name == "YZKsiquc01req_202412090001.xml");
  BOOST_TEST(desk.screen_and_message() == "waiting/waiting_for_answer");
  give(desk, request, answer_to(request, true));
  BOOST_TEST(desk.screen_and_message() == "summary/view_returned");
  BOOST_TEST(!desk.record<ehr::Reflected>()->emergency);
}

BOOST_AUTO_TEST_CASE(the_network_is_the_other_path) {
  auto p = parameters();
  p.path = ehr::Path::kNetwork;
  Desk desk = asked(p);
  BOOST_TEST(desk.all<ehr::WriteFile>().empty());
  const auto sent = desk.all<network::Request>().at(0);
  const auto view = std::get<api::EmergencyView>(*api::decode_request(sent.body));
  BOOST_TEST(view.emergency_mode);
  BOOST_TEST((view.statement == api::ConsentStatement::kConsentUnobtainable));
  oqs::Summary summary;
  summary.created = "20241209100001";
  desk.handle(
      network::Response{sent.id, network::Outcome::kAnswered,
                        api::encode(api::Answer(api::ViewReturned{oqs::to_json(summary)}))});
  BOOST_TEST(desk.screen_and_message() == "summary/view_returned");

  const auto outcome = [&](network::Outcome how, const api::Answer& answer) {
    Desk d = asked(p);
    d.handle(network::Response{d.all<network::Request>().at(0).id, how, api::encode(answer)});
    return d.screen_and_message();
  };
  using network::Outcome;
  BOOST_TEST(outcome(Outcome::kNoAnswer, api::Done{}) == "chart/no_answer");
  BOOST_TEST(outcome(Outcome::kAnswered, api::Done{}) == "chart/answer_unusable");
  BOOST_TEST(outcome(Outcome::kAnswered, api::ViewReturned{"{"}) == "chart/answer_unusable");
  BOOST_TEST(outcome(Outcome::kAnswered, api::ViewRefused{{"a"}}) == "refused/view_refused");
  BOOST_TEST(outcome(Outcome::kAnswered, api::Refusal{"a"}) == "refused/view_refused");
}

// Screen x button, typed from scenarios/screens/ehr.yaml.
BOOST_AUTO_TEST_CASE(each_screen_takes_its_own_buttons_and_refuses_all_others) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> offered = {
      {"sign_in", {"sign_in"}},
      {"patients", {"open_patient", "sign_out"}},
      {"chart", {"ordinary_view", "emergency_view", "back", "sign_out"}},
      {"judgement", {"necessary", "not_necessary", "back"}},
      {"consent_statement", {"consent_given", "consent_unobtainable", "back"}},
      {"waiting", {"cancel"}},
      {"summary", {"close"}},
      {"refused", {"close"}}};
  const std::vector<std::string> controls = {"sign_in",
                                             "open_patient",
                                             "sign_out",
                                             "ordinary_view",
                                             "emergency_view",
                                             "back",
                                             "necessary",
                                             "not_necessary",
                                             "consent_given",
                                             "consent_unobtainable",
                                             "cancel",
                                             "close",
                                             ""};
  const auto at = [](const std::string& screen) {
    if (screen == "sign_in") return Desk();
    if (screen == "patients") {
      Desk d;
      d.sign_in();
      return d;
    }
    Desk d = received();
    if (screen == "judgement") d.press("emergency_view");
    if (screen == "consent_statement") d.press("emergency_view").press("necessary");
    if (screen == "waiting") return asked();
    if (screen == "summary" || screen == "refused") {
      Desk a = asked();
      const auto request = a.all<ehr::WriteFile>().at(0);
      give(a, request, answer_to(request, screen == "summary"));
      return a;
    }
    return d;
  };
  for (const auto& [screen, own] : offered) {
    for (const std::string& control : controls) {
      Desk desk = at(screen);
      BOOST_REQUIRE_EQUAL(desk.ehr.screen(), screen);
      const bool mine = std::find(own.begin(), own.end(), control) != own.end();
      BOOST_TEST((desk.press(control).refused() == "not_on_this_screen") == !mine,
                 screen << " " << control);
      if (!mine) BOOST_TEST(desk.ehr.screen() == screen);
    }
  }
}

BOOST_AUTO_TEST_CASE(other_inputs_are_refused) {
  Desk desk;
  BOOST_TEST(desk.handle(panel::Input(panel::Tick{"x", true})).refused() == "not_on_this_screen");
  BOOST_TEST(desk.handle(panel::Input(panel::ShowFace{1000})).refused() == "device_has_none");
  BOOST_TEST(desk.handle(panel::Input(panel::CardFaceSeen{"1"})).refused() == "device_has_none");
  BOOST_TEST(desk.enter("patient", "1").refused() == "not_on_this_screen");
}

// Every id that the behaviour shows has its words, in both languages.
BOOST_AUTO_TEST_CASE(the_screen_data_has_every_screen_control_and_message) {
  std::ifstream in(UKETSUKE_SOURCE_DIR "/scenarios/screens/ehr.yaml");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  for (const char* id : {"sign_in",
                         "patients",
                         "chart",
                         "judgement",
                         "consent_statement",
                         "waiting",
                         "summary",
                         "refused",
                         "user",
                         "password",
                         "second_factor",
                         "patient",
                         "open_patient",
                         "sign_out",
                         "ordinary_view",
                         "emergency_view",
                         "back",
                         "necessary",
                         "not_necessary",
                         "consent_given",
                         "consent_unobtainable",
                         "cancel",
                         "close",
                         "sign_in_failed",
                         "two_factor_unreported",
                         "two_factor_missing",
                         "emergency_permission_missing",
                         "no_patient",
                         "patient_not_found",
                         "view_not_necessary",
                         "waiting_for_answer",
                         "request_not_possible",
                         "request_cancelled",
                         "no_answer",
                         "answer_unusable",
                         "view_returned",
                         "view_refused"}) {
    const std::string key = std::string("id: ") + id;
    const bool there =
        text.find(key + ",") != std::string::npos || text.find(key + "\n") != std::string::npos;
    BOOST_TEST(there, id);
  }
}

BOOST_AUTO_TEST_SUITE_END()
