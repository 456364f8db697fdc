// P3, P4 and P5 at the terminal, message by message. Expected lines are typed from the seed, from
// facts/domain.md 1.3 and 1.6 (APDUs) and from the boundary headers.
#include <boost/test/unit_test.hpp>

#include "tests/unit/terminal/rig.h"

using namespace uketsuke;
using namespace uketsuke::terminal;
using terminal::testing::Rig;
using terminal::testing::kChallenge;
using terminal::testing::kDigestInfo;
namespace api = wire::backend_api;
using Lines = std::vector<std::string>;

namespace {

void check(const Lines& got, const Lines& expected) {
  BOOST_CHECK_EQUAL_COLLECTIONS(got.begin(), got.end(), expected.begin(), expected.end());
}

std::string reader_line(std::uint8_t reader, const std::string& hex) {
  return "reader" + std::to_string(reader) + " " + hex;
}

// From Connect to the signature of the card, visual confirmation (facts 1.3, 1.6; ).
void visual_identity(Rig& desk, std::uint8_t reader, const std::string& date) {
  const auto line = [&](const std::string& text) { return reader_line(reader, text); };
  check(desk.reader(reader, session::Connected{0, terminal::testing::hex("3b80800101"), {}}),
        {line("00a4040c0ad392f000260100000001")});
  check(desk.card(reader, "9000"), {line("00a4020c02000a")});
  check(desk.card(reader, "9000"), {line("00b0000004")});
  // 30 82 0104: 264 bytes in all, so 260 more: 256 and 4.
  check(desk.card(reader, "308201049000"), {line("00b0000400")});
  std::string chunk;
  for (int i = 0; i < 256; ++i) chunk += "cc";
  check(desk.card(reader, (chunk + "9000").c_str()), {line("00b0010404")});
  check(desk.card(reader, "dddddddd9000"), {line("80a200c1047f21aabb")});
  check(desk.card(reader, "9000"), {line("0084000008")});
  check(desk.card(reader, "01020304050607089000"), {line("00820000080807060504030201")});
  check(desk.card(reader, "9000"), {"backend begin_identity visually " + date + " s-1"});
  check(desk.backend(api::IdentityChallenge{"t-1", kChallenge}), {line("00a4020c020017")});
  check(desk.card(reader, "9000"), {line("802a008033" + std::string(kDigestInfo) + "00")});
  check(desk.card(reader, "510e51fe9000"), {line("disconnect")});
  check(desk.reader(reader, session::Disconnected{}),
        {"backend complete_identity t-1 264 510e51fe"});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(seed_flow)

// 顔CR上で操作を行う場合: the terminal stays where it is, general account.
BOOST_AUTO_TEST_CASE(p3_message_by_message) {
  Rig desk;
  desk.start();
  desk.connect_face_reader();
  // P3-2
  check(desk.link(link::CheckPasscode{"123456"}), {"backend check_passcode"});
  check(desk.backend(api::PasscodeChecked{api::PasscodeResult::kAccepted, 3}),
        {"record passcode_checked result=accepted", "respond passcode_answer accepted 3"});
  check(desk.link(link::ModeChanged{link::Mode::kVisualConfirmation, link::ModeCause::kPasscode}),
        {"record reader_mode mode=visual_confirmation cause=passcode", "display menu"});
  // P3-3
  check(desk.reader(kFaceReader, session::CardPresent{}),
        {"record card_present reader=1",
         "record reception_started flow=reader_passcode confirmation_date=20241209",
         "reader1 connect"});
  visual_identity(desk, kFaceReader, "20241209");
  check(desk.backend(api::IdentityAnswer{"t-1"}),
        {"record identity_confirmed confirmed=visually flow=reader_passcode",
         "link show completion", "record completion_shown", "display menu completion_message"});
  check(desk.link(link::Done{}), {"link ask_consent"});
  check(desk.link(link::Done{}), {});
  // P3-4, then the eligibility check although consent was declined (P2).
  check(desk.link(link::ConsentChosen{link::Consent::kDeclined}),
        {"record consent consent=declined", "backend register_consent declined"});
  check(desk.backend(api::Done{}), {"backend check_eligibility"});
  check(desk.backend(terminal::testing::usual_eligibility()),
        {"record eligibility eligibility=checked validity=1 consent=declined "
         "confirmation_date=20241209",
         "record file_written folder=face "
         "name=OQSsiquc01res_face_202412090001_20241209093000.xml",
         "file face/OQSsiquc01res_face_202412090001_20241209093000.xml", "link show take_card",
         "display menu eligibility_checked"});
  // P3-5
  desk.link(link::Done{});
  check(desk.reader(kFaceReader, session::CardAbsent{}),
        {"record card_absent reader=1",
         "record reception_ended flow=reader_passcode outcome=completed"});
  const link::ModeChanged back{link::Mode::kFaceAuthentication, link::ModeCause::kCardRemoved};
  check(desk.link(back),
        {"record reader_mode mode=face_authentication cause=card_removed",
         "display menu eligibility_checked"});
}

// 資格確認端末上で操作を行う場合: from the general account on.
BOOST_AUTO_TEST_CASE(p4_message_by_message) {
  Rig desk;
  desk.start();
  desk.connect_face_reader();
  // Note: with the general account the menu is refused.
  check(desk.press("face_reader_operation"),
        {"refused face_reader_operation administrator_only", "display menu administrator_only"});
  // P4-1
  check(desk.press("sign_out"),
        {"backend sign_out", "record signed_out", "display signed_out"});
  check(desk.backend(api::Done{}), {});
  // P4-2
  desk.enter("user_id", "kanri");
  desk.enter("password", "secret");
  BOOST_CHECK_EQUAL(desk.display.values.at("password"), "****");
  check(desk.press("sign_in"), {"backend sign_in kanri", "display signed_out please_wait"});
  check(desk.backend(api::SignInAnswer{"s-1", api::Account::kAdministrator}),
        {"record signed_in account=administrator", "display menu"});
  // P4-3
  check(desk.press("face_reader_operation"), {"display face_reader_operation"});
  // P4-4
  check(desk.press("switch_to_visual"),
        {"link set_mode visual_confirmation", "display face_reader_operation please_wait"});
  desk.link(link::Done{});
  BOOST_CHECK(desk.has("display visual_form"));
  desk.link(link::ModeChanged{link::Mode::kVisualConfirmation, link::ModeCause::kTerminal});
  // P4-5, P4-6
  desk.enter("confirmation_date", "2024-12-08");
  BOOST_CHECK_EQUAL(desk.display.values.at("confirmation_date"), "20241208");
  desk.tick("visually_confirmed");
  // P4-7
  check(desk.reader(kFaceReader, session::CardPresent{}),
        {"record card_present reader=1",
         "record reception_started flow=reader_terminal confirmation_date=20241208",
         "link show reading", "reader1 connect", "display visual_form reading"});
  desk.link(link::Done{});
  visual_identity(desk, kFaceReader, "20241208");
  check(desk.backend(api::IdentityAnswer{"t-1"}),
        {"record identity_confirmed confirmed=visually flow=reader_terminal",
         "link show completion", "record completion_shown",
         "display visual_form completion_message"});
  check(desk.link(link::Done{}), {"link ask_consent"});
  desk.link(link::Done{});
  // P4-8
  check(desk.link(link::ConsentChosen{link::Consent::kDeclined}),
        {"record consent consent=declined", "backend register_consent declined"});
  check(desk.backend(api::Done{}), {"backend check_eligibility"});
  desk.backend(terminal::testing::usual_eligibility());
  BOOST_CHECK(desk.has("link show take_card"));
  desk.link(link::Done{});
  // P4-10
  check(desk.reader(kFaceReader, session::CardAbsent{}),
        {"record card_absent reader=1",
         "record reception_ended flow=reader_terminal outcome=completed"});
  BOOST_CHECK(desk.terminal.reader_mode() == link::Mode::kVisualConfirmation);
  // Date and tick served for one patient.
  BOOST_CHECK_EQUAL(desk.display.values.at("visually_confirmed"), "false");
  // P4-11
  desk.press("unattended_operation");
  BOOST_CHECK(desk.has("link set_mode face_authentication"));
  desk.link(link::Done{});
  BOOST_CHECK(desk.has("display face_reader_operation unattended_operation"));
  BOOST_CHECK(desk.terminal.reader_mode() == link::Mode::kFaceAuthentication);
}

// 汎用カードリーダーを用いた場合: general account, no switch, no choice of consent.
BOOST_AUTO_TEST_CASE(p5_message_by_message) {
  Rig desk;
  desk.start();
  desk.connect_generic_reader();
  check(desk.press("confirm_by_card"), {"display confirm_by_card"});              // P5-1
  check(desk.press("confirm_by_card_face"), {"display card_face_form"});          // P5-2
  check(desk.tick("visually_confirmed"), {"display card_face_form"});             // P5-3
  check(desk.enter("confirmation_date", "20241209"), {"display card_face_form"});  // P5-4
  check(desk.reader(kGenericReader, session::CardPresent{}),                      // P5-6
        {"record card_present reader=0",
         "record reception_started flow=generic_visual confirmation_date=20241209",
         "reader0 connect", "display reading"});
  visual_identity(desk, kGenericReader, "20241209");
  check(desk.backend(api::IdentityAnswer{"t-1"}),
        {"record identity_confirmed confirmed=visually flow=generic_visual",
         "record completion_shown", "record consent consent=not_asked",
         "backend register_consent not_asked", "display reading completion_message"});
  check(desk.backend(api::Done{}), {"backend check_eligibility"});
  check(desk.backend(terminal::testing::usual_eligibility()),                     // P5-7
        {"record eligibility eligibility=checked validity=1 consent=not_asked "
         "confirmation_date=20241209",
         "record file_written folder=res name=OQSsiquc01res_202412090001.xml",
         "file res/OQSsiquc01res_202412090001.xml",
         "display eligibility_detail eligibility_checked"});
  BOOST_CHECK_EQUAL(desk.display.values.at("name"), "****");
  check(desk.reader(kGenericReader, session::CardAbsent{}),                       // P5-8
        {"record card_absent reader=0",
         "record reception_ended flow=generic_visual outcome=completed"});
  check(desk.press("close"), {"display menu"});
}

// P5 note: 通常、操作2で同意選択を行う.
BOOST_AUTO_TEST_CASE(p5_with_the_box_ticked_at_operation_2_registers_consent) {
  Rig desk;
  desk.start();
  desk.connect_generic_reader();
  desk.press("confirm_by_card");
  desk.tick("viewing_consent");
  desk.press("confirm_by_card_face");
  desk.tick("visually_confirmed");
  desk.enter("confirmation_date", "20241209");
  desk.reader(kGenericReader, session::CardPresent{});
  desk.answer_all();
  BOOST_CHECK(desk.logged("backend register_consent granted"));
  BOOST_CHECK(desk.logged("record consent consent=granted"));
}

// any order, both required, not in the future.
BOOST_AUTO_TEST_CASE(p5_needs_date_and_tick_in_any_order) {
  for (const bool date_first : {true, false}) {
    Rig desk;
    desk.start();
    desk.connect_generic_reader();
    desk.press("confirm_by_card");
    desk.press("confirm_by_card_face");
    desk.reader(kGenericReader, session::CardPresent{});
    BOOST_CHECK(desk.has("display card_face_form visual_form_incomplete"));
    if (date_first) desk.enter("confirmation_date", "20241209");
    if (!date_first) desk.tick("visually_confirmed");
    BOOST_CHECK(!desk.logged("reader0 connect"));
    if (date_first) desk.tick("visually_confirmed");
    if (!date_first) desk.enter("confirmation_date", "20241209");
    BOOST_CHECK(desk.logged("reader0 connect"));
  }
}

BOOST_AUTO_TEST_CASE(a_date_in_the_future_or_no_date_at_all_is_not_taken) {
  Rig desk;
  desk.start();
  desk.connect_generic_reader();
  desk.press("confirm_by_card");
  desk.press("confirm_by_card_face");
  desk.tick("visually_confirmed");
  check(desk.enter("confirmation_date", "20241210"),
        {"display card_face_form confirmation_date_in_future"});
  check(desk.enter("confirmation_date", "20241301"),
        {"display card_face_form confirmation_date_invalid"});
  desk.reader(kGenericReader, session::CardPresent{});
  BOOST_CHECK(!desk.logged("reader0 connect"));
  // The next day it is no longer in the future.
  desk.give(panel::Input{panel::Enter{"confirmation_date", "20241210"}}, 86'400'000'000ULL);
  BOOST_CHECK(desk.logged("reader0 connect"));
}

BOOST_AUTO_TEST_CASE(p4_next_patient_notices_that_nobody_went_back_to_unattended_operation) {
  Rig desk;
  desk.start(api::Account::kAdministrator);
  desk.connect_face_reader();
  desk.press("face_reader_operation");
  desk.press("switch_to_visual");
  desk.link(link::Done{});
  desk.log.clear();
  desk.reader(kFaceReader, session::CardPresent{});
  BOOST_CHECK(desk.logged("link show reading visual_confirmation_required"));
  BOOST_CHECK(!desk.logged("link ask_auth_method"));
  BOOST_CHECK(!desk.logged("reader1 connect"));
}

BOOST_AUTO_TEST_SUITE_END()
