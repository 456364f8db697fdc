// Walks panel.yaml against the panel, and shows that no cell of the panel's own table can change
// without the walk noticing.
#include <boost/test/unit_test.hpp>
#include <map>

#include "harness/yaml/yaml.h"
#include "models/face_reader/panel.h"
#include "sim/wire/reader_link/codec.h"
#include "tests/matrix/table.h"

using namespace uketsuke;
using namespace uketsuke::face_reader;

namespace {

const std::string kNumber = "55021720352285";
const wire::Bytes kPhoto = {0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20,
                            0x0D, 0x0A, 0x87, 0x0A, 0x00, 0x00, 0x00, 0x14};

// Time limits that differ, so that each is known by its length.
struct Limit { const char* name; wire::Micros us; };
constexpr Limit kLimits[] = {{"passcode_entry", 1001}, {"passcode_check", 1002},
                             {"place_card", 1003},     {"reading", 1004},
                             {"auth_method", 1005},    {"card_face_scan", 1006},
                             {"face_capture", 1007},   {"consent", 1008},
                             {"completion", 1009},     {"pin", 30'000'000}};

Parameters parameters(std::shared_ptr<const face_reader::Table> table) {
  Parameters given;
  given.passcode_min_digits = 4;
  given.passcode_max_digits = 16;
  given.face_threshold = 700;
  given.face_tries = 3;
  given.passcode_entry_us = 1001;
  given.passcode_check_us = 1002;
  given.place_card_us = 1003;
  given.reading_us = 1004;
  given.auth_method_us = 1005;
  given.card_face_scan_us = 1006;
  given.face_capture_us = 1007;
  given.consent_us = 1008;
  given.completion_us = 1009;
  given.table = std::move(table);
  return given;
}

// What a state of the table is, as far as it can be seen from outside.
struct Look {
  State screen = State::kNotConnected;
  char mode = 'f';  // f, 3, 4
  bool card = false, linked = true, asked = false, seen = false;
  int tries = 0;    // of the camera
  const char* limit = "";

  bool operator==(const Look& other) const {
    return screen == other.screen && mode == other.mode && card == other.card &&
           linked == other.linked && asked == other.asked && seen == other.seen &&
           tries == other.tries && std::string_view(limit) == other.limit;
  }
};

// A reception screen in a mode.
Look with_card(State screen, char mode, const char* limit) {
  return {screen, mode, true, true, false, false, 0, limit};
}

void add_modes(std::map<std::string, Look>& looks, const std::string& name, State screen,
               const char* limit) {
  looks[name + "face"] = with_card(screen, 'f', limit);
  looks[name + "p3"] = with_card(screen, '3', limit);
  looks[name + "p4"] = with_card(screen, '4', limit);
}

std::map<std::string, Look> make_looks() {
  using S = State;
  std::map<std::string, Look> looks = {
      {"not_connected", {S::kNotConnected, 'f', false, false}},
      {"not_connected.card", {S::kNotConnected, 'f', true, false}},
      {"not_connected.p4", {S::kNotConnected, '4', false, false}},
      {"not_connected.p4_card", {S::kNotConnected, '4', true, false}},
      {"initial", {S::kInitial}},
      {"passcode_entry", {S::kPasscodeEntry, 'f', false, true, false, false, 0, "passcode_entry"}},
      {"passcode_entry.card", with_card(S::kPasscodeEntry, 'f', "passcode_entry")},
      {"passcode_check", {S::kPasscodeCheck, 'f', false, true, false, false, 0, "passcode_check"}},
      {"passcode_check.card", with_card(S::kPasscodeCheck, 'f', "passcode_check")},
      {"place_card.p3", {S::kPlaceCard, '3', false, true, false, false, 0, "place_card"}},
      {"place_card.p4", {S::kPlaceCard, '4'}},
      {"auth_method", with_card(S::kAuthMethod, 'f', "auth_method")},
      {"card_face_scan", with_card(S::kCardFaceScan, 'f', "card_face_scan")},
  };
  add_modes(looks, "reading.", S::kReading, "reading");
  looks["reading.seen"] = looks["reading.face"];
  looks["reading.seen"].seen = true;
  add_modes(looks, "pin_entry.", S::kPinEntry, "pin");
  looks["pin_entry.unlinked"] = looks["pin_entry.face"];
  looks["pin_entry.unlinked"].linked = false;
  looks["pin_entry.unlinked_p4"] = looks["pin_entry.p4"];
  looks["pin_entry.unlinked_p4"].linked = false;
  add_modes(looks, "completion.", S::kCompletion, "completion");
  add_modes(looks, "completion.asked_", S::kCompletion, "completion");
  for (const char* mode : {"face", "p3", "p4"}) {
    looks["completion.asked_" + std::string(mode)].asked = true;
  }
  add_modes(looks, "consent.", S::kConsent, "consent");
  add_modes(looks, "take_card.", S::kTakeCard, "");
  add_modes(looks, "failed.", S::kFailed, "");
  const char* tries[] = {"", ".last", ".second", ""};
  for (int left = 1; left <= 3; ++left) {
    Look look = with_card(S::kFaceCapture, 'f', "face_capture");
    look.tries = left;
    looks["face_capture" + std::string(tries[left])] = look;
  }
  return looks;
}

const std::map<std::string, Look>& looks() {
  static const std::map<std::string, Look> all = make_looks();
  return all;
}

std::string text_of(const link::Body& body) {
  std::string text(link::name_of(body));
  if (const auto* b = std::get_if<link::HelloAnswer>(&body)) {
    return "hello " + std::string(to_string(b->mode));
  }
  if (const auto* b = std::get_if<link::ModeChanged>(&body)) {
    return "mode_changed " + std::string(to_string(b->mode)) + " " +
           std::string(to_string(b->cause));
  }
  if (const auto* b = std::get_if<link::AuthMethodChosen>(&body)) {
    return "auth_method " + std::string(to_string(b->method));
  }
  if (const auto* b = std::get_if<link::CardFaceScanned>(&body)) {
    if (b->verification_number_b.empty()) return "card_face nothing";
    return b->verification_number_b == kNumber ? "card_face number" : "card_face other";
  }
  if (const auto* b = std::get_if<link::FaceMatched>(&body)) {
    return b->matched ? "face_matched yes" : "face_matched no";
  }
  if (const auto* b = std::get_if<link::ConsentChosen>(&body)) {
    return "consent " + std::string(to_string(b->consent));
  }
  if (const auto* b = std::get_if<link::Cancelled>(&body)) return "cancelled " + b->reason;
  if (const auto* b = std::get_if<link::Refused>(&body)) return "refused " + b->reason;
  return text;
}

class Reader {
 public:
  explicit Reader(std::shared_ptr<const face_reader::Table> table)
      : panel_(parameters(std::move(table))) {
    give(Start{});
  }

  void bring(const std::string& state);
  void happen(const std::string& event);
  matrix::Outcome outcome(const std::string& before_number);
  const std::vector<std::string>& said() const { return said_; }

  // "none", "unreadable" or "number": what the optics have noted for the next scan.
  std::string noted() const {
    Panel copy = panel_;
    copy.handle(PinDone{});
    copy.handle(LinkDown{});
    copy.handle(LinkUp{});
    copy.handle(link::Message{901, link::SetMode{link::Mode::kFaceAuthentication}});
    copy.handle(CardInserted{});
    for (const Action& action : copy.handle(link::Message{902, link::ScanCardFace{}})) {
      const auto* send = std::get_if<SendLink>(&action);
      if (send == nullptr) continue;
      if (const auto* b = std::get_if<link::CardFaceScanned>(&send->message.body)) {
        return b->verification_number_b.empty() ? "unreadable" : "number";
      }
    }
    return "none";
  }

 private:
  void give(const Event& event);
  void press(const char* control) { input(control, panel::Press{control}); }
  void enter(const char* control, const char* text) {
    typed_ = text;
    input(control, panel::Enter{control, text});
  }
  void input(const char* control, panel::Input what) {
    control_ = control;
    give(what);
  }
  void ask(link::Body body) {
    request_ = kind_of(body) == link::Kind::kRequest;
    give(link::Message{seq_ = 100, std::move(body)});
    if (request_ && answers_ != 1) said_.push_back("answers: " + std::to_string(answers_));
    request_ = false;
  }
  void answer(link::Body body, std::uint16_t seq) { give(link::Message{seq, std::move(body)}); }
  void answer_passcode(link::PasscodeResult result, std::uint8_t tries) {
    answer(link::PasscodeAnswer{result, tries}, asked_seq_);
  }
  bool happen_to_link(const std::string& event);
  bool happen_at_panel(const std::string& event);
  void bring_question(const std::string& state, const std::string& screen);
  void to_p3() {
    press("staff_button");
    enter("visual_passcode", "1234");
    answer_passcode(link::PasscodeResult::kAccepted, 0);
  }
  std::string text(const Action& action);
  std::string shown(const panel::Display& display);
  Look look() const;

  Panel panel_;
  std::vector<std::string> said_;
  std::string control_, typed_, limit_;
  std::uint32_t timer_ = 1;
  std::uint16_t seq_ = 0, asked_seq_ = 0;  // 0: never asked
  bool request_ = false, linked_ = false;
  int answers_ = 0, tries_ = 3;
  char mode_ = 'f';
};

void Reader::give(const Event& event) {
  said_.clear();
  answers_ = 0;
  if (std::holds_alternative<Start>(event)) {
    linked_ = false;
    mode_ = 'f';
    limit_.clear();
  }
  if (std::holds_alternative<LinkUp>(event)) linked_ = true;
  if (std::holds_alternative<LinkDown>(event)) linked_ = false;
  if (const auto* timer = std::get_if<wire::TimerExpired>(&event)) {
    if (timer->id == timer_) limit_.clear();
  }
  for (const Action& action : panel_.handle(event)) {
    std::string line = text(action);
    if (!line.empty()) said_.push_back(std::move(line));
  }
}

std::string Reader::shown(const panel::Display& display) {
  std::string line = "show " + display.screen;
  if (!display.message.empty()) line += " " + display.message;
  tries_ = 3;
  for (const auto& [name, value] : display.values) {
    if (name == "mode") {
      if (value != to_string(panel_.mode())) line += " WRONG MODE";
    } else {
      if (name == "tries_left") tries_ = std::stoi(value);
      line += " " + (name == "tries_left" ? "tries" : name) + "=" + value;
    }
  }
  return line;
}

std::string Reader::text(const Action& action) {
  if (const auto* send = std::get_if<SendLink>(&action)) {
    const link::Body& body = send->message.body;
    if (kind_of(body) == link::Kind::kEvent) return "tell " + text_of(body);
    if (kind_of(body) == link::Kind::kRequest) {
      asked_seq_ = send->message.seq;
      return "ask " + text_of(body);
    }
    ++answers_;
    return (send->message.seq == seq_ && request_ ? "answer " : "UNASKED ") + text_of(body);
  }
  if (const auto* pin = std::get_if<PinEntered>(&action)) {
    return pin->digits == typed_ ? "pin entered" : "PIN WRONG";
  }
  if (const auto* pin = std::get_if<PinCancelled>(&action)) {
    return "pin cancelled " + std::string(to_string(pin->cause));
  }
  if (const auto* display = std::get_if<panel::Display>(&action)) return shown(*display);
  if (const auto* refused = std::get_if<panel::Refused>(&action)) {
    return (refused->control == control_ ? "refuse " : "REFUSED OTHER ") + refused->reason;
  }
  if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
    timer_ = start->id;
    limit_ = "?";
    for (const Limit& limit : kLimits) {
      if (limit.us == start->duration_us) limit_ = limit.name;
    }
    return "wait " + limit_;
  }
  if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
    if (stop->id == timer_) limit_.clear();
    return {};
  }
  const auto& record = std::get<Record>(action);
  std::string line = "note " + record.name;
  for (const auto& [name, value] : record.values) line += " " + value;
  if (record.name == "mode_changed") {
    const bool face = record.values.front().second == "face_authentication";
    mode_ = face ? 'f' : record.values.back().second == "passcode" ? '3' : '4';
  }
  return line;
}

// A state by the shortest way of events.
void Reader::bring(const std::string& state) {
  if (state == "not_connected") return;
  if (state == "not_connected.card") return give(CardInserted{});
  if (state == "pin_entry.unlinked") {
    give(CardInserted{});
    return give(AskPin{4, 4, 30});
  }
  give(LinkUp{});
  if (state == "initial") return;
  const std::size_t dot = state.find('.');
  const std::string screen = state.substr(0, dot);
  const std::string detail = dot == std::string::npos ? "" : state.substr(dot + 1);
  if (screen == "passcode_entry" || screen == "passcode_check") {
    press("staff_button");
    if (detail == "card") give(CardInserted{});
    if (screen == "passcode_check") enter("visual_passcode", "1234");
    return;
  }
  if (detail.find("p3") != std::string::npos) to_p3();
  if (detail.find("p4") != std::string::npos) {
    ask(link::SetMode{link::Mode::kVisualConfirmation});
  }
  if (state == "not_connected.p4") return give(LinkDown{});
  if (screen == "place_card") return;
  give(CardInserted{});
  if (screen == "not_connected") return give(LinkDown{});
  bring_question(state, screen);
}

void Reader::bring_question(const std::string& state, const std::string& screen) {
  if (state == "reading.seen") input("camera", panel::CardFaceSeen{kNumber});
  if (screen == "auth_method") ask(link::AskAuthMethod{});
  if (screen == "card_face_scan") ask(link::ScanCardFace{});
  if (screen == "face_capture") ask(link::MatchFace{kPhoto});
  if (state == "face_capture.second" || state == "face_capture.last") {
    input("camera", panel::ShowFace{0});
  }
  if (state == "face_capture.last") input("camera", panel::ShowFace{0});
  if (screen == "pin_entry") give(AskPin{4, 4, 30});
  if (state == "pin_entry.unlinked_p4") give(LinkDown{});
  if (screen == "completion") ask(link::Show{link::Notice::kCompletion, {}});
  if (screen == "consent" || state.find("asked") != std::string::npos) {
    ask(link::AskConsent{{"viewing"}});
  }
  if (screen == "take_card") ask(link::Show{link::Notice::kTakeCard, {}});
  if (screen == "failed") ask(link::Show{link::Notice::kFailed, "e"});
}

void Reader::happen(const std::string& event) {
  if (event == "power_on") return give(Start{});
  if (event == "link_up") return give(LinkUp{});
  if (event == "link_down") return give(LinkDown{});
  if (event == "card_in") return give(CardInserted{});
  if (event == "card_out") return give(CardRemoved{});
  if (event == "ask_pin") return give(AskPin{4, 4, 30});
  if (event == "pin_done") return give(PinDone{});
  if (event == "time_out") return give(wire::TimerExpired{timer_});
  if (event == "stale_timer") return give(wire::TimerExpired{99});
  if (happen_at_panel(event) || happen_to_link(event)) return;
  BOOST_FAIL("no such event: " << event);
}

bool Reader::happen_at_panel(const std::string& event) {
  static const std::map<std::string, std::pair<const char*, const char*>> kTyped = {
      {"passcode", {"visual_passcode", "1234"}},
      {"passcode_short", {"visual_passcode", "123"}},
      {"passcode_long", {"visual_passcode", "12345678901234567"}},
      {"passcode_letters", {"visual_passcode", "12a4"}},
      {"pin_digits", {"card_pin", "4321"}},
      {"pin_short", {"card_pin", "432"}},
      {"pin_long", {"card_pin", "43210"}},
      {"pin_letters", {"card_pin", "43z1"}}};
  const auto typed = kTyped.find(event);
  if (typed != kTyped.end()) {
    enter(typed->second.first, typed->second.second);
  } else if (event == "card_face_seen") {
    input("camera", panel::CardFaceSeen{kNumber});
  } else if (event == "card_face_unreadable") {
    input("camera", panel::CardFaceSeen{});
  } else if (event == "face_like" || event == "face_unlike") {
    input("camera", panel::ShowFace{static_cast<std::uint16_t>(event == "face_like" ? 700 : 699)});
  } else if (event == "other_control") {
    input("viewing_consent", panel::Tick{"viewing_consent", true});
  } else if (event == "staff_button" || event == "cancel" || event == "face" || event == "pin" ||
             event == "granted" || event == "declined") {
    press(event.c_str());
  } else {
    return false;
  }
  return true;
}

bool Reader::happen_to_link(const std::string& event) {
  using R = link::PasscodeResult;
  static const std::map<std::string, link::Body> kRequests = {
      {"hello", link::Hello{}},
      {"set_visual", link::SetMode{link::Mode::kVisualConfirmation}},
      {"set_face", link::SetMode{link::Mode::kFaceAuthentication}},
      {"ask_method", link::AskAuthMethod{}},
      {"scan", link::ScanCardFace{}},
      {"match", link::MatchFace{kPhoto}},
      {"match_no_photo", link::MatchFace{{0xFF, 0xD8, 0xFF, 0xE0}}},
      {"ask_consent", link::AskConsent{{"viewing"}}},
      {"show_reading", link::Show{link::Notice::kReading, {}}},
      {"show_reading_staff", link::Show{link::Notice::kReading, "visual_confirmation_required"}},
      {"show_completion", link::Show{link::Notice::kCompletion, {}}},
      {"show_failed", link::Show{link::Notice::kFailed, "x"}},
      {"show_take_card", link::Show{link::Notice::kTakeCard, {}}},
      {"end_reception", link::EndReception{}},
      {"unknown_request", link::CheckPasscode{"1234"}},
      {"stray_event", link::ConsentChosen{link::Consent::kGranted}}};
  static const std::map<std::string, std::pair<R, std::uint8_t>> kAnswers = {
      {"answer_accepted", {R::kAccepted, 3}},       {"answer_wrong", {R::kWrong, 2}},
      {"answer_none_left", {R::kWrong, 0}},         {"answer_locked", {R::kLocked, 0}},
      {"answer_not_issued", {R::kNotIssued, 0}},    {"answer_expired", {R::kExpired, 0}},
      {"answer_unavailable", {R::kUnavailable, 0}}};
  const auto request = kRequests.find(event);
  const auto given = kAnswers.find(event);
  if (request != kRequests.end()) {
    ask(request->second);
  } else if (given != kAnswers.end()) {
    answer_passcode(given->second.first, given->second.second);
  } else if (event == "answer_refused") {
    answer(link::Refused{"unsupported"}, asked_seq_);
  } else if (event == "answer_stale") {
    answer(link::PasscodeAnswer{R::kAccepted, 0}, static_cast<std::uint16_t>(asked_seq_ + 9));
  } else if (event == "stray_done") {
    answer(link::Done{}, asked_seq_);
  } else {
    return false;
  }
  return true;
}

Look Reader::look() const {
  Look now{panel_.state(), mode_, panel_.card_present(), linked_};
  if (now.screen == State::kCompletion) {
    Panel copy = panel_;
    copy.handle(wire::TimerExpired{timer_});
    now.asked = copy.state() == State::kConsent;
  }
  if (now.screen == State::kFaceCapture) now.tries = tries_;
  now.seen = now.screen == State::kReading && mode_ == 'f' && noted() != "none";
  return now;
}

matrix::Outcome Reader::outcome(const std::string& before) {
  matrix::Outcome result{said_, {}};
  const std::string now = noted();
  if (now != before) result.said.push_back(now == "none" ? "number forgotten" : now + " noted");
  Look seen = look();
  seen.limit = limit_.c_str();
  for (const auto& [name, expected] : looks()) {
    if (expected == seen) result.next = name;
  }
  if (result.next.empty()) {
    result.next = "(" + std::string(to_string(seen.screen)) + " mode " + seen.mode + " card " +
                  std::to_string(seen.card) + " linked " + std::to_string(seen.linked) +
                  " limit " + limit_ + ")";
  }
  return result;
}

matrix::Try on(std::shared_ptr<const face_reader::Table> table) {
  return [table](const std::string& state, const std::string& event) {
    Reader reader(table);
    reader.bring(state);
    const std::string before = reader.noted();
    reader.happen(event);
    matrix::Outcome outcome = reader.outcome(before);
    if (outcome.said.empty() && outcome.next != state) outcome.said = {"quietly"};
    return outcome;
  };
}

matrix::Table load() {
  const std::string root = UKETSUKE_SOURCE_DIR;
  return matrix::load_table(root + "/tests/matrix/panel.yaml", root);
}

// Which event of the matrix is which column of the panel's own table; the rest bear its name.
Occurrence occurrence_of(const std::string& event) {
  using O = Occurrence;
  static const std::map<std::string, O> kEvents = {
      {"card_in", O::kCardInserted}, {"card_out", O::kCardRemoved}, {"time_out", O::kTimer},
      {"card_face_unreadable", O::kCardFaceSeen}, {"staff_button", O::kPressStaffButton},
      {"cancel", O::kPressCancel}, {"face", O::kPressFace}, {"pin", O::kPressPin},
      {"granted", O::kPressGranted}, {"declined", O::kPressDeclined},
      {"other_control", O::kOtherInput}, {"passcode", O::kEnterPasscode},
      {"passcode_short", O::kEnterPasscode}, {"passcode_long", O::kEnterPasscode},
      {"passcode_letters", O::kEnterPasscode}, {"pin_digits", O::kEnterPin},
      {"pin_short", O::kEnterPin}, {"pin_long", O::kEnterPin}, {"pin_letters", O::kEnterPin},
      {"face_like", O::kShowFace}, {"face_unlike", O::kShowFace}, {"set_visual", O::kSetMode},
      {"set_face", O::kSetMode}, {"ask_method", O::kAskAuthMethod}, {"scan", O::kScanCardFace},
      {"match", O::kMatchFace}, {"match_no_photo", O::kMatchFace}, {"show_reading", O::kShow},
      {"show_reading_staff", O::kShow}, {"show_completion", O::kShow}, {"show_failed", O::kShow},
      {"show_take_card", O::kShow}, {"answer_accepted", O::kPasscodeAnswer},
      {"answer_wrong", O::kPasscodeAnswer}, {"answer_none_left", O::kPasscodeAnswer},
      {"answer_locked", O::kPasscodeAnswer}, {"answer_not_issued", O::kPasscodeAnswer},
      {"answer_expired", O::kPasscodeAnswer}, {"answer_unavailable", O::kPasscodeAnswer},
      {"answer_refused", O::kPasscodeAnswer}, {"answer_stale", O::kOtherMessage},
      {"unknown_request", O::kOtherMessage}, {"stray_done", O::kOtherMessage},
      {"stray_event", O::kOtherMessage}};
  const auto found = kEvents.find(event);
  if (found != kEvents.end()) return found->second;
  for (std::size_t i = 0; i < kOccurrenceCount; ++i) {
    if (to_string(static_cast<Occurrence>(i)) == event) return static_cast<Occurrence>(i);
  }
  return Occurrence::kTimer;  // power_on and stale_timer ask for no cell
}

// Every cell of the panel's own table with the cells of the matrix that ask for it.
using Askers = std::map<std::pair<State, Occurrence>, std::vector<matrix::Place>>;
Askers askers_of(const matrix::Table& table) {
  Askers askers;
  for (const std::string& state : table.states) {
    for (const std::string& event : table.events) {
      askers[{looks().at(state).screen, occurrence_of(event)}].push_back({state, event});
    }
  }
  return askers;
}

// Does the walk notice the change? The cells that ask for it first, all others after them.
bool killed(const matrix::Table& table, const std::vector<matrix::Place>& askers,
            const matrix::Try& attempt) {
  for (const matrix::Place& place : askers) {
    const matrix::Cell& cell = table.at(place.first, place.second);
    if (!matrix::difference(place, cell, attempt(place.first, place.second)).empty()) return true;
  }
  return !matrix::walk(table, attempt, 1).empty();
}

// Is it listed as no change at all?
bool excused(const matrix::Table& table, const std::vector<matrix::Place>& askers,
             const std::string& verb) {
  bool found = false;
  for (const matrix::Place& place : askers) {
    auto entry = table.equivalents.find({place, verb});
    if (entry == table.equivalents.end()) entry = table.equivalents.find({place, "any"});
    if (entry == table.equivalents.end()) continue;
    entry->second.seen = found = true;
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(panel_matrix)

BOOST_AUTO_TEST_CASE(every_state_is_reached_and_looks_as_it_should) {
  const matrix::Table table = load();
  BOOST_CHECK_EQUAL(table.states.size(), looks().size());
  for (const std::string& state : table.states) {
    Reader reader(default_table());
    reader.bring(state);
    BOOST_CHECK_EQUAL(reader.outcome(reader.noted()).next, state);
  }
}

BOOST_AUTO_TEST_CASE(every_cell_is_answered_as_typed) {
  const matrix::Table table = load();
  BOOST_TEST_MESSAGE(table.cells.size() << " cells, " << table.ignored() << " ignored");
  for (const std::string& line : matrix::walk(table, on(default_table()))) BOOST_ERROR(line);
}

BOOST_AUTO_TEST_CASE(no_cell_of_the_own_table_can_change_unnoticed) {
  constexpr auto kVerbs = static_cast<std::size_t>(Verb::kEndReception) + 1;
  const matrix::Table table = load();
  int mutants = 0, equivalent = 0;
  for (const auto& [place, askers] : askers_of(table)) {
    const Verb own = cell(*default_table(), place.first, place.second);
    for (std::size_t i = 0; i < kVerbs; ++i) {
      const auto verb = static_cast<Verb>(i);
      if (verb == own) continue;
      ++mutants;
      auto changed = std::make_shared<face_reader::Table>(*default_table());
      cell(*changed, place.first, place.second) = verb;
      const std::string word(to_string(verb));
      if (excused(table, askers, word)) {
        ++equivalent;
        BOOST_CHECK_MESSAGE(!killed(table, askers, on(changed)), "is not equivalent: "
            << askers.front().first << " x " << askers.front().second << " -> " << word);
      } else if (!killed(table, askers, on(changed))) {
        BOOST_ERROR("survives: " << to_string(place.first) << " x " << to_string(place.second)
                                 << " (" << to_string(own) << ") -> " << word);
      }
    }
  }
  for (const auto& [place, entry] : table.equivalents) {
    BOOST_CHECK_MESSAGE(entry.seen, "line " << entry.line << ": no such mutant");
  }
  BOOST_CHECK_EQUAL(mutants, static_cast<int>(kStateCount * kOccurrenceCount * (kVerbs - 1)));
  BOOST_TEST_MESSAGE(mutants << " changes, " << equivalent << " of them equivalent");
}

BOOST_AUTO_TEST_SUITE_END()
