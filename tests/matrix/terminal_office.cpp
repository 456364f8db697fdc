#include "tests/matrix/terminal_office.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "sim/wire/oqs/message.h"

namespace uketsuke::terminal::testing {
namespace {

namespace oqs = wire::oqs;
using Phase = Reception::State;

std::string text_of(const api::Request& request) {
  const wire::Bytes bytes = api::encode(request);
  const std::string body(bytes.begin(), bytes.end());
  const std::string mark = "\"op\":\"";  // the operation's name
  const std::size_t at = body.find(mark);
  std::string name = "?";
  if (at != std::string::npos) {
    name = body.substr(at + mark.size(), body.find('"', at + mark.size()) - at - mark.size());
  }
  if (const auto* consent = std::get_if<api::RegisterConsent>(&request)) {
    name += " " + std::string(to_string(consent->consent));
  }
  return "backend " + name;
}

std::string text_of(const link::Body& body) {
  std::string text(link::name_of(body));
  if (const auto* show = std::get_if<link::Show>(&body)) {
    text += " " + std::string(to_string(show->notice));
    if (!show->code.empty()) text += " " + show->code;
  }
  if (const auto* set = std::get_if<link::SetMode>(&body)) {
    text += " " + std::string(to_string(set->mode));
  }
  if (const auto* refused = std::get_if<link::Refused>(&body)) text += " " + refused->reason;
  return text;
}

wire::Bytes emergency_file(const char* institution) {
  oqs::ViewRequest request;
  request.header.QualificationConfirmationDate = "20241209";
  request.header.MedicalInstitutionCode = institution;
  request.header.ArbitraryFileIdentifier = "ehr-1";
  request.emergency = request.EmergencyMode = true;
  request.patient = {"12345678", "kigo", "1234", "01"};
  request.ViewerIdentifier = "physician-1";
  request.consent = oqs::ConsFlg::kUnobtainable;
  return oqs::encode(oqs::Message{request}).value();
}

}  // namespace

Look look_of(const std::string& state) {
  static const std::map<std::string, ScreenId> kScreens = {
      {"signed_out", ScreenId::kSignedOut}, {"signing_in", ScreenId::kSignedOut},
      {"menu", ScreenId::kMenu}, {"reader_operation", ScreenId::kFaceReaderOperation},
      {"visual_form", ScreenId::kVisualForm}, {"confirm_by_card", ScreenId::kConfirmByCard},
      {"card_face_form", ScreenId::kCardFaceForm}, {"pin_form", ScreenId::kPinForm},
      {"account_management", ScreenId::kAccountManagement},
      {"eligibility_detail", ScreenId::kEligibilityDetail}};
  static const std::map<std::string, Phase> kPhases = {
      {"ask_method", Phase::kAskMethod}, {"method_choice", Phase::kMethodChoice},
      {"connect", Phase::kCard}, {"scan_asked", Phase::kCard}, {"scan", Phase::kCard},
      {"match", Phase::kCard}, {"challenge", Phase::kCard}, {"cancelling", Phase::kCard},
      {"complete_identity", Phase::kCompleteIdentity}, {"completion", Phase::kAskConsent},
      {"ask_consent", Phase::kAskConsent}, {"choice", Phase::kConsentChoice},
      {"register", Phase::kRegisterConsent}, {"eligibility", Phase::kEligibility},
      {"done", Phase::kCardToTake}, {"done_dated", Phase::kCardToTake},
      {"failed", Phase::kCardToTake}, {"failed_early", Phase::kCardToTake},
      {"detail", Phase::kCardToTake}};
  if (state == "card_face_form.used_dated") return {Phase::kCardToTake, false};
  const std::size_t dot = state.find('.');
  const std::string first = state.substr(0, dot);
  if (first == "ord" || first == "p3" || first == "p4" || first == "p5") {
    return {kPhases.at(state.substr(dot + 1)), first != "p5"};
  }
  return {Phase::kIdle, false, kScreens.at(first)};
}

// What the usual card, reader and backend answer, until this is asked for.
void Office::answer_until(std::string_view line) {
  for (int i = 0; i < 60; ++i) {
    for (const std::string& own : rig_.lines) {
      if (own.rfind(line, 0) == 0) return;
    }
    if (!rig_.answer_one()) break;
  }
}

void Office::bring(const std::string& state) {
  const std::size_t dot = state.find('.');
  const std::string first = state.substr(0, dot);
  const std::string detail = dot == std::string::npos ? "" : state.substr(dot + 1);
  rig_.give(Start{});
  arrive(kFaceReader);
  arrive(kGenericReader);
  if (state != "menu.unlinked") rig_.give(LinkUp{});
  if (state != "menu.unlinked" && state != "menu.greeting") rig_.link(link::HelloAnswer{});
  const bool out = first == "signed_out" || first == "signing_in";
  const bool admin = detail == "admin" || detail == "switching" || detail == "issuing" ||
                     first == "reader_operation" || first == "visual_form" ||
                     first == "account_management" || first == "p4" || state == "menu.p4";
  if (!out) sign_in(admin ? api::Account::kAdministrator : api::Account::kGeneral);
  rig_.forget();
  if (!bring_screen(first, detail)) {
    if (first == "ord") bring_ordinary(detail);
    if (first == "p3" || first == "p4") {
      if (first == "p3") {
        rig_.link(link::ModeChanged{link::Mode::kVisualConfirmation, link::ModeCause::kPasscode});
        place(kFaceReader);
      } else {
        visual_form();
        rig_.forget();
        fill();
        place(kFaceReader);
      }
      bring_face(detail);
    }
    if (first == "p5") bring_generic(detail);
  }
  settle();
}

bool Office::bring_screen(const std::string& first, const std::string& detail) {
  if (first == "signed_out" || first == "signing_in") {
    if (detail == "card") {
      place(kFaceReader);
      rig_.link(link::Done{});
    }
    if (detail == "typed" || first == "signing_in") {
      rig_.enter("user_id", "someone");
      rig_.enter("password", "secret");
    }
    if (first == "signing_in") rig_.press("sign_in");
  } else if (first == "menu") {
    if (detail == "p3") {
      rig_.link(link::ModeChanged{link::Mode::kVisualConfirmation, link::ModeCause::kPasscode});
    } else if (detail == "p4") {
      visual_form();
      rig_.press("sign_out");
      rig_.backend(api::Done{});
      sign_in(api::Account::kGeneral);
    } else if (detail == "staff") {
      place(kFaceReader);
      rig_.link(link::Refused{"staff_operation"});
    } else if (detail == "switching") {
      rig_.press("face_reader_operation");
      rig_.press("switch_to_visual");
      rig_.press("back");
    } else if (detail == "issuing") {
      rig_.press("account_management");
      rig_.press("issue_visual_passcode");
      rig_.press("back");
    } else if (detail == "ehr") {
      rig_.give(FileArrived{"UKTsiemv01req_0001.xml", emergency_file("1311234567")});
    }
  } else if (first == "reader_operation") {
    if (detail == "waiting_asked") {
      bring_form("visual_form", "waiting");
      rig_.press("back");
    } else {
      rig_.press("face_reader_operation");
    }
    if (!detail.empty()) rig_.press("switch_to_visual");
  } else if (first == "account_management") {
    rig_.press("account_management");
    if (detail == "asked") rig_.press("issue_visual_passcode");
  } else if (first == "eligibility_detail") {
    bring_generic("detail");
    rig_.reader(kGenericReader, session::CardAbsent{});
  } else if (first == "visual_form" || first == "confirm_by_card" || first == "card_face_form" ||
             first == "pin_form") {
    bring_form(first, detail);
  } else {
    return false;
  }
  return true;
}

void Office::bring_form(const std::string& first, const std::string& detail) {
  if (first == "visual_form") {
    visual_form();
  } else {
    if (detail == "used_dated") bring_generic("failed");
    if (detail != "used_dated") rig_.press("confirm_by_card");
    if (first == "card_face_form") rig_.press("confirm_by_card_face");
    if (first == "pin_form") rig_.press("confirm_by_pin");
  }
  if (detail == "complete") fill();
  if (detail.rfind("waiting", 0) == 0) {
    place(first == "visual_form" ? kFaceReader : kGenericReader);
    if (first == "visual_form") rig_.link(link::Done{});
  }
  if (detail.find("dated") != std::string::npos) rig_.enter("confirmation_date", "20241207");
}

void Office::bring_ordinary(const std::string& detail) {
  place(kFaceReader);
  if (detail == "ask_method") return;
  if (detail == "method_choice" || detail == "connect") {
    rig_.link(link::Done{});
    if (detail == "connect") rig_.link(link::AuthMethodChosen{link::AuthMethod::kPin});
    return;
  }
  rig_.method = link::AuthMethod::kFace;
  answer_until("link scan_card_face");
  if (detail == "match") answer_until("link match_face");
  if (detail != "scan_asked") rig_.link(link::Done{});
}

void Office::bring_face(const std::string& detail) {
  if (rig_.terminal.reception().flow() == Flow::kReaderTerminal) rig_.answer_one();
  if (detail == "connect") return;
  if (detail == "challenge") return answer_until("backend begin_identity");
  if (detail == "complete_identity") return answer_until("backend complete_identity");
  if (detail == "completion") return answer_until("link show completion");
  if (detail == "failed_early") {
    answer_until("link show completion");
    rig_.link(link::Cancelled{"pressed"});
    return;
  }
  answer_until("link ask_consent");
  if (detail == "ask_consent") return;
  if (detail == "choice" || detail == "failed") {
    rig_.link(link::Done{});
    if (detail == "choice") return;
    rig_.link(link::Cancelled{"pressed"});
    rig_.link(link::Done{});
    return;
  }
  rig_.consent = link::Consent::kDeclined;
  answer_until("backend register_consent");
  if (detail == "register") return;
  answer_until("backend check_eligibility");
  if (detail == "eligibility") return;
  answer_until("link show take_card");
  rig_.link(link::Done{});
  if (detail == "done_dated") rig_.enter("confirmation_date", "20241207");
}

void Office::bring_generic(const std::string& detail) {
  rig_.press("confirm_by_card");
  rig_.press("confirm_by_card_face");
  fill();
  place(kGenericReader);
  if (detail == "cancelling") rig_.press("back");
  if (detail == "failed") {
    rig_.reader(kGenericReader, session::Failed{0, session::Failure::kCommunication, {}});
  }
  if (detail == "challenge") answer_until("backend begin_identity");
  if (detail == "complete_identity") answer_until("backend complete_identity");
  if (detail == "register") answer_until("backend register_consent");
  if (detail == "eligibility") answer_until("backend check_eligibility");
  if (detail == "detail") answer_until("display eligibility_detail");
}

// From here on only what comes out of the event counts.
void Office::settle() {
  before_ = rig_.display;
  said_.clear();
}

void Office::happen(const std::string& event) {
  rig_.lines.clear();
  rig_.actions.clear();
  asked_ = text_of(rig_.asked).substr(8);
  const bool known = happen_at_screen(event) || happen_to_reader(event) ||
                     happen_on_link(event) || happen_elsewhere(event);
  BOOST_REQUIRE_MESSAGE(known, "no such event: " << event);
  for (const Action& action : rig_.actions) {
    std::string line = text(action);
    if (!line.empty()) said_.push_back(std::move(line));
  }
}

bool Office::happen_at_screen(const std::string& event) {
  static const std::map<std::string, std::pair<const char*, const char*>> kTyped = {
      {"user_id", {"user_id", "u"}}, {"password", {"password", "p"}},
      {"date", {"confirmation_date", "2024/12/08"}}, {"date_empty", {"confirmation_date", ""}},
      {"date_wrong", {"confirmation_date", "2024-13-40"}},
      {"date_future", {"confirmation_date", "2024-12-10"}}, {"card_pin", {"card_pin", "1234"}},
      {"card_pin_empty", {"card_pin", ""}}, {"card_pin_short", {"card_pin", "123"}},
      {"card_pin_letters", {"card_pin", "12a4"}}};
  static const std::set<std::string> kPressed = {
      "sign_in", "confirm_by_card", "face_reader_operation", "account_management", "sign_out",
      "switch_to_visual", "unattended_operation", "back", "confirm_by_card_face",
      "confirm_by_pin", "close", "issue_visual_passcode", "unknown_button"};
  static const std::map<std::string, std::pair<const char*, bool>> kTicked = {
      {"tick", {"visually_confirmed", true}}, {"untick", {"visually_confirmed", false}},
      {"consent_on", {"viewing_consent", true}}, {"consent_off", {"viewing_consent", false}}};
  const auto typed = kTyped.find(event);
  const auto ticked = kTicked.find(event);
  if (typed != kTyped.end()) {
    rig_.enter(typed->second.first, typed->second.second);
  } else if (ticked != kTicked.end()) {
    rig_.tick(ticked->second.first, ticked->second.second);
  } else if (kPressed.count(event) != 0) {
    rig_.press(event.c_str());
  } else if (event == "pressed_field") {
    rig_.press("confirmation_date");
  } else if (event == "camera") {
    rig_.give(panel::Input{panel::ShowFace{900}});
  } else {
    return false;
  }
  return true;
}

bool Office::happen_to_reader(const std::string& event) {
  if (event == "unknown_reader") {
    rig_.reader(7, session::CardPresent{});
    return true;
  }
  const bool face = event.rfind("face_", 0) == 0;
  if (!face && event.rfind("generic_", 0) != 0) return false;
  const std::uint8_t reader = face ? kFaceReader : kGenericReader;
  const std::string what = event.substr(event.find('_') + 1);
  if (what == "arrived") {
    arrive(reader);
  } else if (what == "gone") {
    rig_.reader(reader, session::ReaderGone{});
  } else if (what == "card_in") {
    place(reader);
  } else if (what == "card_out") {
    rig_.reader(reader, session::CardAbsent{});
  } else if (what == "reply") {
    rig_.reader(reader, session::Connected{0, {0x3B}, session::Protocol::kT1});
  } else if (what == "error") {
    rig_.reader(reader, session::Failed{0, session::Failure::kCommunication, {}});
  } else {
    return false;
  }
  return true;
}

bool Office::happen_on_link(const std::string& event) {
  using link::Mode;
  using link::ModeCause;
  static const std::map<std::string, link::Body> kBodies = {
      {"link_done", link::Done{}},
      {"link_refused", link::Refused{"x"}},
      {"link_refused_staff", link::Refused{"staff_operation"}},
      {"link_strange", link::PasscodeAnswer{link::PasscodeResult::kAccepted, 0}},
      {"hello_answer", link::HelloAnswer{1, "m", "f", Mode::kVisualConfirmation}},
      {"mode_p3", link::ModeChanged{Mode::kVisualConfirmation, ModeCause::kPasscode}},
      {"mode_p4", link::ModeChanged{Mode::kVisualConfirmation, ModeCause::kTerminal}},
      {"mode_face", link::ModeChanged{Mode::kFaceAuthentication, ModeCause::kCardRemoved}},
      {"auth_face", link::AuthMethodChosen{link::AuthMethod::kFace}},
      {"auth_pin", link::AuthMethodChosen{link::AuthMethod::kPin}},
      {"scanned", link::CardFaceScanned{"55021720352285"}},
      {"scanned_nothing", link::CardFaceScanned{}},
      {"matched", link::FaceMatched{true, 900}},
      {"not_matched", link::FaceMatched{false, 100}},
      {"granted", link::ConsentChosen{link::Consent::kGranted}},
      {"declined", link::ConsentChosen{link::Consent::kDeclined}},
      {"cancelled", link::Cancelled{"pressed"}},
      {"cancelled_time_out", link::Cancelled{"time_out"}},
      {"cancelled_card", link::Cancelled{"card_removed"}},
      {"check_passcode", link::CheckPasscode{"1234"}},
      {"reader_request", link::Hello{}}};
  const auto body = kBodies.find(event);
  if (body != kBodies.end()) {
    rig_.link(body->second);
  } else if (event == "link_up") {
    rig_.give(LinkUp{});
  } else if (event == "link_down") {
    rig_.give(LinkDown{});
  } else if (event == "link_timeout") {
    rig_.give(LinkTimedOut{});
  } else {
    return false;
  }
  return true;
}

api::Answer Office::right_answer() const {
  if (asked_ == "sign_in") return api::SignInAnswer{"s-2", api::Account::kGeneral};
  if (asked_ == "issue_visual_passcode") return api::PasscodeIssued{"123456"};
  if (asked_ == "begin_identity") {
    return api::IdentityChallenge{"t-1", kChallenge};
  }
  if (asked_ == "complete_identity") return api::IdentityAnswer{"t-1"};
  if (asked_ == "check_eligibility") return usual_eligibility();
  if (asked_ == "emergency_view") return api::ViewRefused{{"two_factor_missing"}};
  return api::Done{};
}

bool Office::happen_elsewhere(const std::string& event) {
  const auto answer = [&](network::Outcome outcome, wire::Bytes body) {
    rig_.give(network::Response{rig_.network_id, outcome, std::move(body)});
  };
  const auto answered = network::Outcome::kAnswered;
  if (event == "net_ok") {
    answer(answered, api::encode(right_answer()));
  } else if (event == "net_refused") {
    answer(answered, api::encode(api::Refusal{"r"}));
  } else if (event == "net_none") {
    answer(network::Outcome::kNoAnswer, {});
  } else if (event == "net_undecodable") {
    answer(answered, {'{', 0xFF});
  } else if (event == "net_wrong_kind") {
    answer(answered, api::encode(api::PasscodeChecked{api::PasscodeResult::kAccepted, 3}));
  } else if (event == "net_late") {
    rig_.give(network::Response{rig_.network_id + 900, answered, api::encode(api::Done{})});
  } else if (event == "card_timer") {
    rig_.give(wire::TimerExpired{kCardTimer});
  } else if (event == "question_timer") {
    rig_.give(wire::TimerExpired{kQuestionTimer});
  } else if (event == "other_timer") {
    rig_.give(wire::TimerExpired{99});
  } else if (event == "file_emergency") {
    rig_.give(FileArrived{"UKTsiemv01req_0002.xml", emergency_file("1311234567")});
  } else if (event == "file_other") {
    rig_.give(FileArrived{"UKTsiemv01req_0002.xml", emergency_file("9999999999")});
  } else if (event == "file_garbage") {
    rig_.give(FileArrived{"holiday.txt", {'x'}});
  } else {
    return false;
  }
  return true;
}

// ---- what came out, in the words of the table

// Only what has changed since the last time.
std::string Office::shown(const panel::Display& display) {
  const bool screen = display.screen != before_.screen;
  const bool message = display.message != before_.message;
  std::string line = "show";
  if (screen) {
    line = "screen " + display.screen;
    if (!display.message.empty()) line += " " + display.message;
  } else if (message) {
    line = display.message.empty() ? "hush" : "say " + display.message;
  }
  std::string gone, values;
  for (const auto& [name, value] : before_.values) {
    const bool stays = name == "account" || name == "reader_mode";
    if (display.values.count(name) == 0 && (stays || !screen)) gone += " -" + name;
  }
  for (const auto& [name, value] : display.values) {
    const bool stays = name == "account" || name == "reader_mode";
    const auto old = before_.values.find(name);
    const bool known = old != before_.values.end() && old->second == value && (stays || !screen);
    if (!known) values += " " + name + "=" + value;
  }
  if (line == "show" && gone.empty() && values.empty()) line = "show same";
  line += gone + values;
  if (!display.secrets.empty()) line += " secret";
  before_ = display;
  return line;
}

std::string Office::text(const Action& action) {
  if (const auto* to = std::get_if<ToReader>(&action)) {
    const std::string reader = to->reader == kFaceReader ? "face " : "generic ";
    if (std::holds_alternative<session::Connect>(to->request)) return reader + "connect";
    if (std::holds_alternative<session::Transmit>(to->request)) return reader + "transmit";
    if (std::holds_alternative<session::VerifyPin>(to->request)) return reader + "verify_pin";
    return reader + "disconnect";
  }
  if (const auto* request = std::get_if<LinkRequest>(&action)) {
    return "link " + text_of(request->body);
  }
  if (const auto* respond = std::get_if<LinkRespond>(&action)) {
    return "respond " + text_of(respond->body);
  }
  if (const auto* query = std::get_if<network::Request>(&action)) {
    return text_of(api::decode_request(query->body).value());
  }
  if (const auto* file = std::get_if<WriteFile>(&action)) {
    return "file " + std::string(to_string(file->folder));
  }
  if (const auto* display = std::get_if<panel::Display>(&action)) return shown(*display);
  if (const auto* refused = std::get_if<panel::Refused>(&action)) {
    return "refuse " + refused->reason;
  }
  if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
    return start->id == kCardTimer ? "wait card" : "wait question";
  }
  if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
    return stop->id == kCardTimer ? "stop card" : "stop question";
  }
  const auto& record = std::get<Record>(action);
  std::string line = "note " + record.name;
  if (record.name == "ehr_file_refused") return line;
  for (const auto& [name, value] : record.values) {
    if (record.name != "file_written" || name == "folder") line += " " + value;
  }
  return line;
}

}  // namespace uketsuke::terminal::testing
