// What each screen offers, to whom; account, passcode and mode; all screens x all controls.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/unit/terminal/rig.h"

using namespace uketsuke;
using namespace uketsuke::terminal;
using terminal::testing::Rig;
using terminal::testing::usual_parameters;
namespace api = wire::backend_api;
using Lines = std::vector<std::string>;

namespace {

void check(const Lines& got, const Lines& expected) {
  BOOST_CHECK_EQUAL_COLLECTIONS(got.begin(), got.end(), expected.begin(), expected.end());
}

// Typed from the seed; "back", "close", "sign_in" and "confirm_by_pin" are ours.
const std::map<std::string, std::set<std::string>> kOffered = {
    {"signed_out", {"user_id", "password", "sign_in"}},
    {"menu", {"confirm_by_card", "face_reader_operation", "account_management", "sign_out"}},
    {"face_reader_operation", {"switch_to_visual", "unattended_operation", "back", "sign_out"}},
    {"visual_form",
     {"confirmation_date", "visually_confirmed", "unattended_operation", "back", "sign_out"}},
    {"confirm_by_card",
     {"viewing_consent", "confirm_by_card_face", "confirm_by_pin", "back", "sign_out"}},
    {"card_face_form", {"visually_confirmed", "confirmation_date", "back"}},
    {"pin_form", {"card_pin", "back"}},
    {"reading", {"back"}},
    {"eligibility_detail", {"close", "sign_out"}},
    {"account_management", {"issue_visual_passcode", "back", "sign_out"}},
};

Rig at(ScreenId screen) {
  Parameters parameters = usual_parameters();
  parameters.first_screen = screen;
  if (screen == ScreenId::kSignedOut) parameters.sign_in_at_start.reset();
  Rig rig(parameters);
  rig.give(Start{});
  if (screen != ScreenId::kSignedOut) {
    rig.backend(api::SignInAnswer{"s-1", api::Account::kAdministrator});
  }
  rig.log.clear();
  return rig;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(screens)

BOOST_AUTO_TEST_CASE(every_screen_offers_what_was_typed_and_refuses_all_else) {
  std::set<std::string> all;
  for (const auto& [screen, controls] : kOffered) all.insert(controls.begin(), controls.end());
  BOOST_REQUIRE_EQUAL(kOffered.size(), kScreenCount);
  for (const auto& [id, controls] : kOffered) {
    const auto screen = screen_with_id(id);
    BOOST_REQUIRE(screen.has_value());
    for (const std::string& control : all) {
      const ControlRow* row = find_row(*default_screen_table(), *screen, control);
      BOOST_CHECK_MESSAGE((row != nullptr) == (controls.count(control) > 0), id << " " << control);
      Rig rig = at(*screen);
      BOOST_REQUIRE_EQUAL(rig.display.screen, id);
      const bool field = row != nullptr && (row->kind == ControlKind::kField ||
                                            row->kind == ControlKind::kSecretField);
      const bool tick = row != nullptr && row->kind == ControlKind::kTick;
      if (field) rig.enter(control.c_str(), "20241209");
      if (tick) rig.tick(control.c_str());
      if (!field && !tick) rig.press(control.c_str());
      const bool refused = rig.has("refused " + control + " not_offered");
      BOOST_CHECK_MESSAGE(refused == (controls.count(control) == 0), id << " " << control);
    }
  }
}

// The screen data beside this model names the same screens and controls.
BOOST_AUTO_TEST_CASE(the_screen_data_has_the_same_controls) {
  std::ifstream file(std::string(UKETSUKE_SOURCE_DIR) + "/scenarios/screens/terminal.yaml");
  BOOST_REQUIRE(file.good());
  std::map<std::string, std::set<std::string>> found;
  std::string line, screen;
  while (std::getline(file, line) && line.rfind("messages:", 0) != 0) {
    if (line.rfind("  - id: ", 0) == 0) screen = line.substr(8);
    if (!screen.empty()) found[screen];
    const auto id = line.find(", id: ");
    if (id == std::string::npos) continue;
    found[screen].insert(line.substr(id + 6, line.find(',', id + 6) - id - 6));
  }
  BOOST_CHECK(found == kOffered);
}

BOOST_AUTO_TEST_CASE(a_field_is_not_pressed_and_a_button_is_not_ticked) {
  Rig rig = at(ScreenId::kVisualForm);
  check(rig.press("confirmation_date"), {"refused confirmation_date not_offered"});
  check(rig.tick("back"), {"refused back not_offered"});
  check(rig.enter("visually_confirmed", "x"), {"refused visually_confirmed not_offered"});
  check(rig.give(panel::Input{panel::ShowFace{900}}), {"refused camera not_offered"});
}

// P4 note: 管理アカウントへのログインが必要となります.
BOOST_AUTO_TEST_CASE(the_general_account_may_not_operate_the_reader_or_manage_accounts) {
  Rig rig;
  rig.start(api::Account::kGeneral);
  for (const char* control : {"face_reader_operation", "account_management"}) {
    check(rig.press(control), {"refused " + std::string(control) + " administrator_only",
                               "display menu administrator_only"});
  }
  check(rig.press("confirm_by_card"), {"display confirm_by_card"});  // P5 note
}

BOOST_AUTO_TEST_CASE(a_wrong_password_leaves_nobody_signed_in) {
  Rig rig = at(ScreenId::kSignedOut);
  check(rig.press("sign_in"), {"display signed_out user_and_password_required"});
  rig.enter("user_id", "kanri");
  rig.enter("password", "wrong");
  rig.press("sign_in");
  rig.backend(api::Refusal{"credentials_wrong"});
  BOOST_CHECK(rig.has("record sign_in_failed code=credentials_wrong"));
  BOOST_CHECK(rig.has("display signed_out sign_in_failed"));
  BOOST_CHECK(!rig.terminal.account().signed_in());
}

BOOST_AUTO_TEST_CASE(signing_out_works_without_an_answer_of_the_backend) {
  Rig rig = at(ScreenId::kMenu);
  rig.press("sign_out");
  rig.backend_silent();
  BOOST_CHECK_EQUAL(rig.display.screen, "signed_out");
  BOOST_CHECK(rig.terminal.account().state() == AccountSession::State::kSignedOut);
  BOOST_CHECK(rig.terminal.account().session().empty());
}

// The answer to the sign-out comes after the next sign-in was begun.
BOOST_AUTO_TEST_CASE(a_late_answer_to_a_sign_out_does_not_touch_the_next_sign_in) {
  Rig rig = at(ScreenId::kMenu);
  rig.press("sign_out");
  const std::uint64_t sign_out = rig.network_id;
  rig.enter("user_id", "kanri");
  rig.enter("password", "secret");
  rig.press("sign_in");
  const std::uint64_t sign_in = rig.network_id;
  rig.give(network::Response{sign_out, network::Outcome::kAnswered,
                             api::encode(api::Answer{api::Done{}})});
  BOOST_CHECK(rig.terminal.account().state() == AccountSession::State::kSigningIn);
  rig.network_id = sign_in;
  rig.backend(api::SignInAnswer{"s-2", api::Account::kAdministrator});
  BOOST_CHECK(rig.terminal.account().administrator());
}

// P3 note; A-32.
BOOST_AUTO_TEST_CASE(an_issued_passcode_is_for_the_eyes_of_the_administrator_only) {
  Rig rig = at(ScreenId::kAccountManagement);
  check(rig.press("issue_visual_passcode"),
        {"backend issue_passcode", "display account_management please_wait"});
  check(rig.backend(api::PasscodeIssued{"918273"}),
        {"record visual_passcode_issued outcome=issued",
         "display account_management visual_passcode_issued"});
  BOOST_CHECK_EQUAL(rig.display.values.at("visual_passcode"), "****");
  BOOST_CHECK_EQUAL(rig.display.secrets.at("visual_passcode"), "918273");
  rig.press("back");
  BOOST_CHECK(rig.display.secrets.empty());
}

BOOST_AUTO_TEST_CASE(a_passcode_check_is_answered_whatever_the_backend_says) {
  using P = api::PasscodeResult;
  struct Case { api::Answer answer; const char* line; };
  const Case cases[] = {
      {api::PasscodeChecked{P::kAccepted, 3}, "respond passcode_answer accepted 3"},
      {api::PasscodeChecked{P::kWrong, 2}, "respond passcode_answer wrong 2"},
      {api::PasscodeChecked{P::kLocked, 0}, "respond passcode_answer locked 0"},
      {api::PasscodeChecked{P::kNotIssued, 0}, "respond passcode_answer not_issued 0"},
      {api::PasscodeChecked{P::kExpired, 0}, "respond passcode_answer expired 0"},
      {api::Refusal{"x"}, "respond passcode_answer unavailable 0"}};
  for (const Case& c : cases) {
    Rig rig;
    rig.start();
    rig.connect_face_reader();
    rig.link(link::CheckPasscode{"123456"});
    rig.backend(c.answer);
    BOOST_CHECK_MESSAGE(rig.has(c.line), c.line);
  }
  Rig rig;
  rig.start();
  rig.connect_face_reader();
  rig.link(link::CheckPasscode{"123456"});
  rig.backend_silent();
  BOOST_CHECK(rig.has("respond passcode_answer unavailable 0"));
}

BOOST_AUTO_TEST_CASE(the_mode_is_not_switched_without_reader_or_against_its_will) {
  Rig rig = at(ScreenId::kFaceReaderOperation);
  check(rig.press("switch_to_visual"), {"record mode_refused code=reader_not_connected",
                                        "display face_reader_operation reader_not_connected"});
  rig.connect_face_reader();
  rig.press("switch_to_visual");
  rig.link(link::Refused{"staff_operation"});
  BOOST_CHECK(rig.has("display face_reader_operation mode_refused"));
  BOOST_CHECK_EQUAL(rig.display.values.at("code"), "staff_operation");
  rig.press("switch_to_visual");
  rig.give(LinkTimedOut{});
  BOOST_CHECK(rig.has("display face_reader_operation mode_refused"));
  BOOST_CHECK(rig.terminal.reader_mode() == link::Mode::kFaceAuthentication);
}

BOOST_AUTO_TEST_CASE(link_requests_go_out_one_after_the_other) {
  Rig rig = at(ScreenId::kFaceReaderOperation);
  rig.give(LinkUp{});
  BOOST_CHECK(rig.has("link hello"));
  rig.press("switch_to_visual");
  BOOST_CHECK(!rig.has("link set_mode visual_confirmation"));
  rig.link(link::HelloAnswer{});
  BOOST_CHECK(rig.has("link set_mode visual_confirmation"));
}

// Nothing that arrives unasked makes anything but a note.
BOOST_AUTO_TEST_CASE(stray_messages_are_noted_and_requests_are_refused) {
  Rig rig;
  rig.start();
  rig.connect_face_reader();
  check(rig.link(link::Done{}), {"record unmodelled what=done"});
  check(rig.link(link::SetMode{}), {"record unmodelled what=set_mode", "respond refused"});
  check(rig.link(link::ConsentChosen{}), {});
  check(rig.reader(kGenericReader, session::Response{0, {0x90, 0x00}}), {});
  check(rig.reader(7, session::CardPresent{}), {});
  check(rig.give(network::Response{4711, {}, {}}), {"record unmodelled what=unmatched_response"});
  check(rig.give(wire::TimerExpired{kCardTimer}), {});
  check(rig.give(wire::TimerExpired{99}), {});
}

BOOST_AUTO_TEST_SUITE_END()
