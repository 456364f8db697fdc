// The reader's part of P3 and P4, step by step, and its refusals.
#include <boost/test/unit_test.hpp>

#include "models/face_reader/photo.h"
#include "tests/unit/face_reader/desk.h"

using namespace uketsuke;
using namespace uketsuke::face_reader;
using testing::Desk;
using Lines = std::vector<std::string>;

namespace {

void check(const Lines& got, const Lines& expected) {
  BOOST_CHECK_EQUAL_COLLECTIONS(got.begin(), got.end(), expected.begin(), expected.end());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(panel)

// P3-1 to P3-5 and the automatic return (操作必要なし).
BOOST_AUTO_TEST_CASE(p3_switches_with_the_passcode_and_returns_when_the_card_is_taken) {
  Desk desk;
  check(desk.give(LinkUp{}), {"display initial"});
  check(desk.press("staff_button"), {"start timer", "display passcode_entry"});
  desk.enter("visual_passcode", "123456");
  BOOST_REQUIRE(desk.sent<link::CheckPasscode>() != nullptr);
  BOOST_CHECK_EQUAL(desk.sent<link::CheckPasscode>()->passcode, "123456");
  desk.passcode_seq = 1;
  check(desk.answer_passcode(link::PasscodeResult::kAccepted),
        {"record passcode_answer", "record mode_changed",
         "link mode_changed visual_confirmation passcode", "start timer", "display place_card"});
  check(desk.give(CardInserted{}),
        {"record card_placed", "start timer", "display reading reading"});
  check(desk.ask(link::Show{link::Notice::kCompletion, {}}),
        {"link done", "record completion_shown", "start timer",
         "display completion completion_message"});
  check(desk.ask(link::AskConsent{{"viewing"}}), {"link done"});  // seen first
  check(desk.time_out(), {"start timer", "display consent"});
  check(desk.press("declined"), {"record consent_chosen", "link consent_chosen declined",
                                 "start timer", "display reading"});
  check(desk.ask(link::Show{link::Notice::kTakeCard, {}}),
        {"link done", "stop timer", "display take_card take_card"});
  check(desk.give(CardRemoved{}),
        {"record card_removed", "record mode_changed",
         "link mode_changed face_authentication card_removed", "display initial"});
}

// P4-4, P4-7, P4-8, P4-10, P4-11: stays visual until the terminal ends it.
BOOST_AUTO_TEST_CASE(p4_stays_visual_after_a_reception_until_unattended_operation) {
  Desk desk;
  desk.to_initial();
  check(desk.ask(link::SetMode{link::Mode::kVisualConfirmation}),
        {"link done", "record mode_changed", "link mode_changed visual_confirmation terminal",
         "display place_card"});
  desk.give(CardInserted{});
  desk.ask(link::AskConsent{{"viewing"}});
  BOOST_CHECK(desk.has("display consent"));
  desk.press("declined");
  desk.ask(link::Show{link::Notice::kTakeCard, {}});
  check(desk.give(CardRemoved{}), {"record card_removed", "display place_card"});
  // The next patient notices: no choice of face or PIN in this mode.
  desk.give(CardInserted{});
  check(desk.ask(link::AskAuthMethod{}), {"link refused visual_mode"});
  desk.give(CardRemoved{});
  check(desk.ask(link::SetMode{link::Mode::kFaceAuthentication}),
        {"link done", "record mode_changed", "link mode_changed face_authentication terminal",
         "display initial"});
}

BOOST_AUTO_TEST_CASE(p4_without_a_card_waits_without_time_limit) {
  Desk desk;
  desk.to_initial();
  desk.ask(link::SetMode{link::Mode::kVisualConfirmation});
  BOOST_CHECK(!desk.has("start timer"));
  check(desk.time_out(), {});
  BOOST_CHECK(desk.panel.mode() == link::Mode::kVisualConfirmation);
}

//
BOOST_AUTO_TEST_CASE(p3_without_a_card_returns_after_its_time_limit) {
  Desk desk;
  desk.to_place_card();
  check(desk.time_out(), {"record time_out", "record mode_changed",
                          "link mode_changed face_authentication time_out",
                          "display initial time_out"});
}

BOOST_AUTO_TEST_CASE(a_wrong_passcode_leaves_the_tries_that_the_terminal_told) {
  Desk desk;
  desk.to_passcode_check();
  desk.answer_passcode(link::PasscodeResult::kWrong, 2);
  BOOST_CHECK(desk.has("display passcode_entry passcode_wrong"));
  for (const Action& action : desk.actions) {
    if (const auto* display = std::get_if<face_reader::panel::Display>(&action)) {
      BOOST_CHECK_EQUAL(display->values.at("tries_left"), "2");
    }
  }
  BOOST_CHECK(desk.panel.mode() == link::Mode::kFaceAuthentication);
}

BOOST_AUTO_TEST_CASE(a_passcode_that_is_not_accepted_leads_back_to_the_initial_screen) {
  struct Case { link::PasscodeResult result; const char* line; };
  for (const Case& c : {Case{link::PasscodeResult::kLocked, "display initial passcode_locked"},
                        Case{link::PasscodeResult::kNotIssued,
                             "display initial passcode_not_issued"},
                        Case{link::PasscodeResult::kExpired, "display initial passcode_expired"},
                        Case{link::PasscodeResult::kUnavailable,
                             "display initial passcode_unavailable"}}) {
    Desk desk;
    desk.to_passcode_check();
    desk.answer_passcode(c.result);
    BOOST_CHECK_MESSAGE(desk.has(c.line), c.line);
  }
}

BOOST_AUTO_TEST_CASE(a_passcode_of_the_wrong_shape_is_not_sent) {
  Desk desk;
  desk.to_passcode_entry();
  check(desk.enter("visual_passcode", "12a456"), {"display passcode_entry passcode_format"});
  check(desk.enter("visual_passcode", "123"), {"display passcode_entry passcode_format"});
}

BOOST_AUTO_TEST_CASE(an_answer_with_another_seq_does_not_switch_the_mode) {
  Desk desk;
  desk.to_passcode_check();
  desk.give(link::Message{static_cast<std::uint16_t>(desk.passcode_seq + 1),
                          link::PasscodeAnswer{link::PasscodeResult::kAccepted, 0}});
  BOOST_CHECK(desk.panel.state() == State::kPasscodeCheck);
  BOOST_CHECK(desk.has("record unmodelled"));
}

//
BOOST_AUTO_TEST_CASE(a_release_without_the_switch_refuses_the_staff_button) {
  Parameters parameters;
  parameters.passcode_switch = false;
  Desk desk(parameters);
  desk.to_initial();
  check(desk.press("staff_button"), {"refused staff_button not_in_release"});
}

BOOST_AUTO_TEST_CASE(a_card_placed_during_passcode_entry_is_read_once_the_passcode_is_accepted) {
  Desk desk;
  desk.to_passcode_check();
  check(desk.give(CardInserted{}), {"record card_placed"});
  check(desk.ask(link::AskAuthMethod{}), {"link refused staff_operation"});
  desk.answer_passcode(link::PasscodeResult::kAccepted);
  BOOST_CHECK(desk.panel.state() == State::kReading);
}

BOOST_AUTO_TEST_CASE(a_card_placed_during_passcode_entry_has_to_be_taken_if_it_is_given_up) {
  Desk desk;
  desk.to_passcode_entry();
  desk.give(CardInserted{});
  check(desk.press("cancel"), {"stop timer", "display take_card cancelled"});
}

BOOST_AUTO_TEST_CASE(the_mode_cannot_be_switched_while_a_reception_or_staff_are_at_it) {
  Desk desk;
  desk.to_reading();
  check(desk.ask(link::SetMode{link::Mode::kVisualConfirmation}),
        {"link refused reception_under_way"});
  Desk other;
  other.to_passcode_entry();
  check(other.ask(link::SetMode{link::Mode::kVisualConfirmation}),
        {"link refused staff_operation"});
}

BOOST_AUTO_TEST_CASE(set_mode_after_a_passcode_makes_the_mode_stay) {
  Desk desk;
  desk.to_place_card();
  desk.ask(link::SetMode{link::Mode::kVisualConfirmation});
  BOOST_CHECK(desk.has("link mode_changed visual_confirmation terminal"));
  desk.give(CardInserted{});
  check(desk.give(CardRemoved{}), {"record card_removed", "stop timer", "display place_card"});
}

// ---- face authentication mode

BOOST_AUTO_TEST_CASE(the_face_matches_from_the_threshold_on) {
  for (const auto& [score, matched] : {std::pair<std::uint16_t, bool>{700, true}, {699, false}}) {
    Parameters parameters;
    parameters.face_tries = 1;
    Desk desk(parameters);
    desk.to_reading();
    desk.ask(link::MatchFace{testing::kPhoto});
    desk.give(face_reader::panel::Input{face_reader::panel::ShowFace{score}});
    BOOST_REQUIRE(desk.sent<link::FaceMatched>() != nullptr);
    BOOST_CHECK_EQUAL(desk.sent<link::FaceMatched>()->matched, matched);
  }
}

BOOST_AUTO_TEST_CASE(the_camera_gives_three_tries) {
  Desk desk;
  desk.to_reading();
  desk.ask(link::MatchFace{testing::kPhoto});
  const face_reader::panel::Input stranger{face_reader::panel::ShowFace{100}};
  desk.give(stranger);
  BOOST_CHECK(desk.sent<link::FaceMatched>() == nullptr);
  desk.give(stranger);
  BOOST_CHECK(desk.sent<link::FaceMatched>() == nullptr);
  desk.give(stranger);
  BOOST_REQUIRE(desk.sent<link::FaceMatched>() != nullptr);
  BOOST_CHECK(!desk.sent<link::FaceMatched>()->matched);
}

// Facts 1.5: the photo is JPEG 2000; ISO/IEC 15444-1:2019, I.5.1.
BOOST_AUTO_TEST_CASE(a_photo_that_is_no_jpeg_2000_is_refused) {
  Desk desk;
  desk.to_reading();
  check(desk.ask(link::MatchFace{{0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10, 0x4A, 0x46, 0x49, 0x46}}),
        {"record photo_refused", "link refused photo_not_jpeg2000"});
  for (std::size_t length = 0; length <= 12; ++length) {
    BOOST_CHECK(!is_jpeg2000(wire::ByteView(testing::kPhoto).first(length)));
  }
  BOOST_CHECK(is_jpeg2000(testing::kPhoto));
}

//
BOOST_AUTO_TEST_CASE(the_optics_tell_what_they_saw_whether_before_or_after_the_question) {
  const face_reader::panel::Input seen{face_reader::panel::CardFaceSeen{"55021720352285"}};
  Desk before;
  before.to_initial();
  before.give(seen);
  before.give(CardInserted{});
  before.ask(link::ScanCardFace{});
  BOOST_REQUIRE(before.sent<link::CardFaceScanned>() != nullptr);
  BOOST_CHECK_EQUAL(before.sent<link::CardFaceScanned>()->verification_number_b, "55021720352285");

  Desk after;
  after.to_reading();
  check(after.ask(link::ScanCardFace{}), {"link done", "start timer", "display reading reading"});
  after.give(seen);
  BOOST_REQUIRE(after.sent<link::CardFaceScanned>() != nullptr);

  Desk never;
  never.to_reading();
  never.ask(link::ScanCardFace{});
  never.time_out();
  BOOST_REQUIRE(never.sent<link::CardFaceScanned>() != nullptr);
  BOOST_CHECK(never.sent<link::CardFaceScanned>()->verification_number_b.empty());
}

BOOST_AUTO_TEST_CASE(what_the_optics_saw_of_one_card_is_not_told_of_the_next) {
  Desk desk;
  desk.to_initial();
  desk.give(CardInserted{});
  desk.give(face_reader::panel::Input{face_reader::panel::CardFaceSeen{"55021720352285"}});
  desk.give(CardRemoved{});
  desk.give(CardInserted{});
  desk.ask(link::ScanCardFace{});
  BOOST_CHECK(desk.sent<link::CardFaceScanned>() == nullptr);
}

BOOST_AUTO_TEST_CASE(pin_entry_serves_the_ccid_function_also_without_a_terminal) {
  Desk desk;
  desk.give(CardInserted{});
  check(desk.give(AskPin{4, 4, 30}), {"start timer", "display pin_entry"});
  check(desk.enter("card_pin", "12345"), {"display pin_entry pin_format"});
  check(desk.enter("card_pin", "1234"),
        {"pin entered", "stop timer", "display not_connected reading"});
}

BOOST_AUTO_TEST_CASE(pin_entry_ends_by_cancel_time_out_and_removal) {
  Desk desk;
  desk.to_reading();
  desk.give(AskPin{});
  BOOST_CHECK(desk.press("cancel").front() == "pin cancelled pressed");
  desk.give(AskPin{});
  desk.time_out();
  BOOST_CHECK(desk.has("pin cancelled time_out"));
  desk.give(AskPin{});
  desk.give(CardRemoved{});
  BOOST_CHECK(desk.has("pin cancelled card_removed"));
  check(desk.give(AskPin{}), {"pin cancelled not_offered"});
}

BOOST_AUTO_TEST_CASE(a_card_taken_while_the_consent_is_asked_cancels_the_question) {
  Desk desk;
  desk.to_place_card();
  desk.give(CardInserted{});
  desk.ask(link::AskConsent{{"viewing"}});
  check(desk.give(CardRemoved{}),
        {"record card_removed", "link cancelled card_removed", "record mode_changed",
         "link mode_changed face_authentication card_removed", "stop timer", "display initial"});
}

BOOST_AUTO_TEST_CASE(a_consent_that_is_not_chosen_in_time_is_cancelled) {
  Desk desk;
  desk.to_reading();
  desk.ask(link::AskConsent{{"viewing"}});
  desk.time_out();
  BOOST_CHECK(desk.has("link cancelled time_out"));
}

BOOST_AUTO_TEST_CASE(a_silent_terminal_is_noticed_and_the_card_is_given_back) {
  Desk desk;
  desk.to_reading();
  desk.time_out();
  BOOST_CHECK(desk.has("display failed terminal_no_answer"));
  check(desk.give(CardRemoved{}), {"record card_removed", "display initial"});
}

BOOST_AUTO_TEST_CASE(a_lost_link_ends_a_mode_that_came_by_passcode) {
  Desk desk;
  desk.to_place_card();
  desk.give(LinkDown{});
  BOOST_CHECK(desk.panel.mode() == link::Mode::kFaceAuthentication);
  Desk other;
  other.to_initial();
  other.ask(link::SetMode{link::Mode::kVisualConfirmation});
  other.give(LinkDown{});
  BOOST_CHECK(other.panel.mode() == link::Mode::kVisualConfirmation);
  other.give(LinkUp{});
  BOOST_CHECK(other.panel.state() == State::kPlaceCard);
}

BOOST_AUTO_TEST_CASE(no_display_or_record_shows_a_secret) {
  Desk desk;
  desk.to_place_card();
  desk.give(CardInserted{});
  desk.give(AskPin{4, 4, 30});
  desk.enter("card_pin", "4711");
  for (const Action& action : desk.actions) {
    if (const auto* display = std::get_if<face_reader::panel::Display>(&action)) {
      for (const auto& [key, value] : display->values) BOOST_CHECK(value != "4711");
    }
  }
}

// A changed cell is a mutant: the table is what the panel follows.
BOOST_AUTO_TEST_CASE(a_changed_table_changes_the_panel) {
  Table table = *default_table();
  cell(table, State::kInitial, Occurrence::kPressStaffButton) = Verb::kRefuseInput;
  Parameters parameters;
  parameters.table = std::make_shared<const Table>(table);
  Desk desk(parameters);
  desk.to_initial();
  check(desk.press("staff_button"), {"refused staff_button not_offered"});
}

BOOST_AUTO_TEST_SUITE_END()
