// Receptions that go wrong, and the ordinary ones of face authentication mode.
#include <boost/test/unit_test.hpp>

#include "tests/unit/terminal/rig.h"

using namespace uketsuke;
using namespace uketsuke::terminal;
using terminal::testing::Rig;
using terminal::testing::usual_parameters;
namespace api = wire::backend_api;

namespace {

// In front of a card on the face-auth reader, mode by passcode (P3-3).
void prepare_p3(Rig& rig) {
  rig.start();
  rig.connect_face_reader();
  rig.link(link::ModeChanged{link::Mode::kVisualConfirmation, link::ModeCause::kPasscode});
  rig.answer_all();
  rig.log.clear();
}

void prepare_p5(Rig& rig, std::string level = "short APDU") {
  rig.start();
  rig.connect_generic_reader(std::move(level));
  rig.press("confirm_by_card");
  rig.press("confirm_by_card_face");
  rig.tick("visually_confirmed");
  rig.enter("confirmation_date", "20241209");
  rig.answer_all();
  rig.log.clear();
}

void place(Rig& rig, std::uint8_t reader) { rig.reader(reader, session::CardPresent{}); }
void remove(Rig& rig, std::uint8_t reader) { rig.reader(reader, session::CardAbsent{}); }

int position(const Rig& rig, std::string_view line) {
  for (std::size_t i = 0; i < rig.log.size(); ++i) {
    if (rig.log[i] == line) return static_cast<int>(i);
  }
  return -1;
}

bool any(const Rig& rig, std::string_view start) {
  for (const std::string& line : rig.log) {
    if (line.rfind(start, 0) == 0) return true;
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reception)

// the card is gone after the n-th answer, for every n of P3.
BOOST_AUTO_TEST_CASE(a_card_taken_at_any_moment_of_p3_ends_the_reception_once) {
  Rig whole;
  prepare_p3(whole);
  place(whole, kFaceReader);
  const int all = whole.answer_all();
  BOOST_REQUIRE_GT(all, 15);
  for (int n = 0; n <= all; ++n) {
    Rig rig;
    prepare_p3(rig);
    place(rig, kFaceReader);
    rig.answer_all(n);
    const bool chosen = any(rig, "record consent ");
    remove(rig, kFaceReader);
    rig.answer_all();
    BOOST_CHECK_MESSAGE(rig.terminal.reception().idle(), "after answer " << n);
    int ended = 0;
    for (const std::string& line : rig.log) {
      if (line.rfind("record reception_ended", 0) == 0) ++ended;
    }
    BOOST_CHECK_MESSAGE(ended == 1, "after answer " << n << ": " << ended);
    // Eligibility only after the consent choice; once chosen, whatever happens to the card.
    BOOST_CHECK_EQUAL(any(rig, "record eligibility "), chosen);
  }
}

BOOST_AUTO_TEST_CASE(a_card_taken_at_any_moment_of_p5_ends_the_reception_once) {
  for (int n = 0; n <= 25; ++n) {
    Rig rig;
    prepare_p5(rig);
    place(rig, kGenericReader);
    rig.answer_all(n);
    remove(rig, kGenericReader);
    rig.answer_all();
    BOOST_CHECK_MESSAGE(rig.terminal.reception().idle(), "after answer " << n);
  }
}

// Every command that the card can refuse has an outcome of its own; the card is always released.
BOOST_AUTO_TEST_CASE(a_refusal_of_the_card_is_told_and_the_card_is_disconnected) {
  struct Case { const char* command; const char* code; };
  for (const Case& c : {Case{"00a4040c", "not_my_number_card"},
                        Case{"00a4020c02000a", "certificate_unreadable"},
                        Case{"00b0000004", "certificate_unreadable"},
                        Case{"00b0000400", "certificate_unreadable"},
                        Case{"80a2", "terminal_authentication_failed"},
                        Case{"0084", "terminal_authentication_failed"},
                        Case{"0082", "terminal_authentication_failed"},
                        Case{"00a4020c020017", "signature_refused"},
                        Case{"802a", "signature_refused"}}) {
    Rig rig;
    rig.refuse_command = c.command;
    prepare_p3(rig);
    place(rig, kFaceReader);
    rig.answer_all();
    BOOST_CHECK_MESSAGE(rig.logged("record card_failed code=" + std::string(c.code) + " sw=6985"),
                        c.command);
    BOOST_CHECK(rig.logged("record reception_failed code=" + std::string(c.code)));
    BOOST_CHECK(rig.logged("link show failed " + std::string(c.code)));
    BOOST_CHECK(rig.logged("reader1 disconnect"));
    BOOST_CHECK(!any(rig, "backend complete_identity"));
    BOOST_CHECK(!any(rig, "backend check_eligibility"));
    remove(rig, kFaceReader);
    BOOST_CHECK(rig.logged("record reception_ended flow=reader_passcode outcome=failed"));
  }
}

BOOST_AUTO_TEST_CASE(what_the_reader_reports_instead_of_an_answer_has_an_outcome) {
  using F = session::Failure;
  struct Case { F failure; const char* code; };
  for (const Case& c : {Case{F::kCardMute, "card_mute"}, Case{F::kCardRemoved, "card_removed"},
                        Case{F::kNoCard, "card_removed"}, Case{F::kNoReader, "reader_gone"},
                        Case{F::kTimeOut, "card_time_out"}, Case{F::kCommunication, "card_error"},
                        Case{F::kBusy, "card_error"}, Case{F::kNotConnected, "card_error"},
                        Case{F::kUnsupported, "card_error"}}) {
    Rig rig;
    prepare_p3(rig);
    place(rig, kFaceReader);
    rig.reader(kFaceReader, session::Failed{0, c.failure, {}});
    rig.answer_all();
    BOOST_CHECK_MESSAGE(rig.logged("record reception_failed code=" + std::string(c.code)), c.code);
  }
}

BOOST_AUTO_TEST_CASE(responses_without_status_word_or_without_data_are_failures) {
  for (const char* response : {"", "90"}) {
    Rig rig;
    prepare_p3(rig);
    place(rig, kFaceReader);
    rig.answer_all(1);  // Connected
    rig.card(kFaceReader, response);
    BOOST_CHECK(rig.has("reader1 disconnect"));
  }
}

BOOST_AUTO_TEST_CASE(a_silent_reader_ends_the_reception_and_a_late_answer_releases_the_card) {
  Rig rig;
  prepare_p3(rig);
  place(rig, kFaceReader);
  rig.answer_all(2);
  rig.give(wire::TimerExpired{kCardTimer});
  BOOST_CHECK(rig.has("record reception_failed code=card_time_out"));
  rig.card(kFaceReader, "9000");
  BOOST_CHECK(rig.has("reader1 disconnect"));
}

BOOST_AUTO_TEST_CASE(a_backend_that_refuses_or_is_silent_ends_the_reception_with_its_reason) {
  for (const char* stop : {"backend begin_identity", "backend complete_identity",
                           "backend register_consent", "backend check_eligibility"}) {
    for (const bool silent : {false, true}) {
      Rig rig;
      prepare_p3(rig);
      place(rig, kFaceReader);
      while (!any(rig, stop) && rig.answer_one()) {
      }
      if (silent) rig.backend_silent();
      if (!silent) rig.backend(api::Refusal{"certificate_revoked"});
      rig.answer_all();
      const std::string code = silent ? "no_answer" : "certificate_revoked";
      BOOST_CHECK_MESSAGE(rig.logged("record reception_failed code=" + code), stop);
      BOOST_CHECK(rig.logged("link show failed " + code));
      BOOST_CHECK(rig.logged("reader1 disconnect"));
    }
  }
}

// Facts 1.6: 80 A2 needs more than 255 bytes; ISO/IEC 7816-4:2013, 5.1.1 (chaining: CLA bit 5).
BOOST_AUTO_TEST_CASE(the_certificate_goes_over_by_chaining_or_extended_length_as_the_reader_can) {
  Parameters parameters = usual_parameters();
  parameters.card.credential.certificate_blocks = {{0x00, wire::Bytes(307, 0xAB)}};
  std::string head, tail;
  for (int i = 0; i < 255; ++i) head += "ab";
  for (int i = 0; i < 52; ++i) tail += "ab";

  Rig chained(parameters);
  prepare_p5(chained, "short APDU");
  place(chained, kGenericReader);
  chained.answer_all();
  BOOST_CHECK(chained.logged("reader0 90a200c1ff" + head));
  BOOST_CHECK(chained.logged("reader0 80a200c134" + tail));

  for (const char* level : {"extended APDU", "TPDU"}) {  // the rig's card speaks T=1
    Rig extended(parameters);
    prepare_p5(extended, level);
    place(extended, kGenericReader);
    extended.answer_all();
    BOOST_CHECK(extended.logged("reader0 80a200c1000133" + head + tail));
  }
}

// in visual mode nothing is read but the certificate, and nothing is verified.
BOOST_AUTO_TEST_CASE(visual_mode_asks_the_card_for_nothing_beyond_the_certificate) {
  Rig rig;
  prepare_p5(rig);
  place(rig, kGenericReader);
  rig.answer_all();
  BOOST_CHECK(!any(rig, "reader0 0020"));
  BOOST_CHECK(!any(rig, "reader0 verify_pin"));
  BOOST_CHECK(!any(rig, "reader0 00a4040c0ad3921000310001010402"));
  BOOST_CHECK_EQUAL(rig.count("reader0 00a4020c02000a"), 1);
}

// ---- face authentication mode

BOOST_AUTO_TEST_CASE(a_face_opens_the_card_face_with_number_b_and_signs_without_a_pin) {
  Rig rig;
  rig.start();
  rig.connect_face_reader();
  place(rig, kFaceReader);
  rig.answer_all();
  // ASCII digits of 照合番号B (facts 1.2, 1.3).
  const int verify = position(rig, "reader1 002000800e3535303231373230333532323835");
  BOOST_CHECK_GT(verify, position(rig, "reader1 00a4040c0ad3921000310001010402"));
  BOOST_CHECK_GT(verify, position(rig, "reader1 00a4020c020012"));
  BOOST_CHECK_GT(position(rig, "reader1 00a4020c020002"), verify);
  const int match = position(rig, "link match_face");
  BOOST_CHECK_GT(match, position(rig, "reader1 00b0000512"));
  BOOST_CHECK_GT(position(rig, "reader1 00a4040c0ad392f000260100000001"), match);
  BOOST_CHECK(rig.logged("backend begin_identity face 20241209 s-1"));
  BOOST_CHECK(
      rig.logged("record reception_started flow=reader_ordinary confirmation_date=20241209"));
  BOOST_CHECK(any(rig, "record eligibility "));
}

BOOST_AUTO_TEST_CASE(after_a_face_that_does_not_match_the_pin_may_be_chosen) {
  Rig rig;
  rig.face_matches = false;
  rig.start();
  rig.connect_face_reader();
  place(rig, kFaceReader);
  rig.answer_all();
  BOOST_CHECK_EQUAL(rig.count("link ask_auth_method"), 2);
  BOOST_CHECK(rig.logged("record card_failed code=face_not_matched"));
  BOOST_CHECK(rig.logged("reader1 verify_pin"));
  BOOST_CHECK(rig.logged("reader1 00a4020c020018"));
  BOOST_CHECK(rig.logged("backend begin_identity pin 20241209 s-1"));
  BOOST_CHECK(any(rig, "record eligibility "));
}

BOOST_AUTO_TEST_CASE(a_wrong_pin_is_told_with_the_tries_left) {
  Rig rig;
  rig.method = link::AuthMethod::kPin;
  rig.refuse_command = "pin";
  rig.start();
  rig.connect_face_reader();
  place(rig, kFaceReader);
  rig.answer_all();
  BOOST_CHECK(rig.logged("record card_failed code=pin_wrong sw=63c2 tries_left=2"));
  BOOST_CHECK(!any(rig, "backend complete_identity"));
}

BOOST_AUTO_TEST_CASE(a_card_placed_while_staff_enter_the_passcode_waits_for_the_mode) {
  Rig rig;
  rig.start();
  rig.connect_face_reader();
  place(rig, kFaceReader);
  BOOST_CHECK(rig.has("link ask_auth_method"));
  rig.link(link::Refused{"staff_operation"});
  BOOST_CHECK(rig.has("record reception_ended flow=reader_ordinary outcome=not_begun "
                      "code=staff_operation"));
  BOOST_CHECK(!rig.has("link ask_auth_method"));
  rig.link(link::ModeChanged{link::Mode::kVisualConfirmation, link::ModeCause::kPasscode});
  BOOST_CHECK(rig.has("reader1 connect"));
}

BOOST_AUTO_TEST_CASE(questions_that_the_patient_does_not_answer_end_the_reception) {
  for (const char* question : {"link ask_auth_method", "link scan_card_face", "link match_face",
                               "link ask_consent"}) {
    Rig rig;
    rig.start();
    rig.connect_face_reader();
    place(rig, kFaceReader);
    while (!any(rig, question)) {
      if (!rig.answer_one()) break;
    }
    BOOST_REQUIRE(any(rig, question));
    rig.link(link::Done{});
    rig.link(link::Cancelled{"time_out"});
    rig.reader(kFaceReader, session::Disconnected{});
    BOOST_CHECK_MESSAGE(rig.logged("record reception_failed code=time_out"), question);
    BOOST_CHECK(!any(rig, "backend check_eligibility"));
  }
}

BOOST_AUTO_TEST_CASE(a_reader_that_does_not_answer_a_request_ends_the_reception) {
  for (const char* question : {"link ask_auth_method", "link scan_card_face", "link match_face",
                               "link ask_consent"}) {
    Rig rig;
    rig.start();
    rig.connect_face_reader();
    place(rig, kFaceReader);
    while (!any(rig, question) && rig.answer_one()) {
    }
    rig.give(LinkTimedOut{});
    rig.reader(kFaceReader, session::Disconnected{});
    BOOST_CHECK_MESSAGE(rig.logged("record reception_failed code=reader_no_answer"), question);
  }
}

BOOST_AUTO_TEST_CASE(a_lost_link_ends_the_reception_on_the_face_reader) {
  Rig rig;
  prepare_p3(rig);
  place(rig, kFaceReader);
  rig.answer_all(4);
  rig.give(LinkDown{});
  rig.answer_all();
  BOOST_CHECK(rig.logged("record reception_failed code=reader_link_lost"));
  BOOST_CHECK(rig.logged("reader1 disconnect"));
}

// What came too late for one reception does not touch the next.
BOOST_AUTO_TEST_CASE(an_answer_to_an_earlier_reception_is_ignored) {
  Rig rig;
  prepare_p3(rig);
  place(rig, kFaceReader);
  while (!any(rig, "backend begin_identity") && rig.answer_one()) {
  }
  const std::uint64_t old_id = rig.network_id;
  remove(rig, kFaceReader);
  // The next patient: the mode of before ended with the card, the staff enter the passcode again.
  rig.link(link::ModeChanged{link::Mode::kFaceAuthentication, link::ModeCause::kCardRemoved});
  rig.link(link::ModeChanged{link::Mode::kVisualConfirmation, link::ModeCause::kPasscode});
  rig.log.clear();
  place(rig, kFaceReader);
  rig.give(network::Response{old_id, network::Outcome::kAnswered,
                             api::encode(api::Answer{api::Refusal{"certificate_revoked"}})});
  rig.answer_all();
  BOOST_CHECK(!any(rig, "record reception_failed"));
  BOOST_CHECK(any(rig, "record eligibility "));
}

BOOST_AUTO_TEST_CASE(a_response_to_a_question_of_an_earlier_reception_is_ignored) {
  Rig rig;
  rig.start();
  rig.connect_face_reader();
  place(rig, kFaceReader);
  remove(rig, kFaceReader);
  place(rig, kFaceReader);
  BOOST_CHECK(rig.terminal.reception().state() == Reception::State::kAskMethod);
  rig.link(link::Done{});  // to the first question
  BOOST_CHECK(rig.has("link ask_auth_method"));
  BOOST_CHECK(rig.terminal.reception().state() == Reception::State::kAskMethod);
}

// The reader tells it before the CCID function does.
BOOST_AUTO_TEST_CASE(a_card_that_the_reader_says_is_gone_is_not_waited_for) {
  Rig rig;
  prepare_p3(rig);
  place(rig, kFaceReader);
  while (!any(rig, "link ask_consent") && rig.answer_one()) {
  }
  rig.link(link::Done{});
  rig.log.clear();
  rig.link(link::Cancelled{"card_removed"});
  BOOST_CHECK(rig.terminal.reception().idle());
  BOOST_CHECK(!any(rig, "link show failed"));
  BOOST_CHECK(!any(rig, "reader1 connect"));
}

// A second request while one is under way would fail with kBusy (sim/wire/session/message.h).
BOOST_AUTO_TEST_CASE(giving_up_waits_for_the_answer_under_way) {
  Rig rig;
  prepare_p5(rig);
  place(rig, kGenericReader);
  BOOST_CHECK(rig.has("reader0 connect"));
  rig.press("back");
  BOOST_CHECK(!rig.has("reader0 disconnect"));
  BOOST_CHECK(!any(rig, "record reception_failed"));
  rig.reader(kGenericReader, session::Connected{});
  BOOST_CHECK(rig.has("reader0 disconnect"));
}

BOOST_AUTO_TEST_CASE(a_signature_without_data_is_none) {
  Rig rig;
  prepare_p5(rig);
  place(rig, kGenericReader);
  while (!any(rig, "reader0 802a") && rig.answer_one()) {
  }
  rig.card(kGenericReader, "9000");
  rig.answer_all();
  BOOST_CHECK(rig.logged("record reception_failed code=signature_refused"));
  BOOST_CHECK(!any(rig, "backend complete_identity"));
}

BOOST_AUTO_TEST_CASE(nobody_signed_in_means_no_reception) {
  Parameters parameters = usual_parameters();
  parameters.sign_in_at_start.reset();
  Rig rig(parameters);
  rig.give(Start{});
  rig.connect_face_reader();
  place(rig, kFaceReader);
  BOOST_CHECK(rig.has("link show failed not_signed_in"));
  BOOST_CHECK(!any(rig, "reader1 connect"));
}

// P2: 同意しない、資格確認を実施. A terminal that skips it is a mutant.
BOOST_AUTO_TEST_CASE(the_eligibility_check_follows_the_choice_whatever_it_was) {
  for (const auto consent : {link::Consent::kGranted, link::Consent::kDeclined}) {
    Rig rig;
    rig.consent = consent;
    prepare_p3(rig);
    place(rig, kFaceReader);
    rig.answer_all();
    const std::string word = consent == link::Consent::kGranted ? "granted" : "declined";
    const int registered = position(rig, "backend register_consent " + word);
    BOOST_CHECK_GE(registered, 0);
    BOOST_CHECK_GT(position(rig, "backend check_eligibility"), registered);
  }
}

BOOST_AUTO_TEST_CASE(back_while_reading_gives_the_card_up) {
  Rig rig;
  prepare_p5(rig);
  place(rig, kGenericReader);
  rig.answer_all(3);
  rig.press("back");
  rig.answer_all();
  BOOST_CHECK(rig.logged("record reception_failed code=cancelled"));
  BOOST_CHECK(rig.logged("reader0 disconnect"));
  BOOST_CHECK(rig.logged("display confirm_by_card reception_failed"));
}

// the card of this reception still lies in the generic reader.
BOOST_AUTO_TEST_CASE(what_the_other_reader_says_ends_no_reception_early) {
  Rig rig;
  prepare_p5(rig);
  place(rig, kGenericReader);
  rig.link(link::Cancelled{"card_removed"});
  rig.answer_all();
  BOOST_CHECK(rig.logged("display eligibility_detail eligibility_checked"));
  BOOST_CHECK(!any(rig, "record reception_ended"));
  remove(rig, kGenericReader);
  BOOST_CHECK(rig.has("record reception_ended flow=generic_visual outcome=completed"));
}

// P5-8: whoever leaves the card in keeps nobody else waiting.
BOOST_AUTO_TEST_CASE(a_card_that_was_left_in_blocks_no_other_reader) {
  Rig rig;
  prepare_p5(rig);
  rig.connect_face_reader();
  place(rig, kGenericReader);
  rig.answer_all();
  place(rig, kFaceReader);
  BOOST_CHECK(rig.has("record reception_ended flow=generic_visual outcome=completed"));
  BOOST_CHECK(rig.has("link ask_auth_method"));
  rig.answer_all();
  remove(rig, kGenericReader);
  BOOST_CHECK(!any(rig, "record reception_ended flow=reader_ordinary"));
  remove(rig, kFaceReader);
  BOOST_CHECK_EQUAL(rig.count("record reception_ended flow=generic_visual outcome=completed"), 1);
  BOOST_CHECK_EQUAL(rig.count("record reception_ended flow=reader_ordinary outcome=completed"), 1);
}

// A terminal that starts while a card lies on a reader in visual confirmation mode (P4).
BOOST_AUTO_TEST_CASE(no_reception_begins_before_the_reader_has_told_its_mode) {
  Rig rig;
  rig.start();
  rig.give(LinkUp{});
  place(rig, kFaceReader);
  BOOST_CHECK(!any(rig, "record reception_started"));
  rig.link(link::HelloAnswer{1, "m", "f", link::Mode::kVisualConfirmation});
  BOOST_CHECK(rig.has("record card_waits_for_form reader=1"));
}

BOOST_AUTO_TEST_SUITE_END()
