// Every state with everything that can happen: the state after it, typed by hand from the seed (P3,
// P4) and, where the seed is silent, from.
#include <boost/test/unit_test.hpp>
#include <functional>

#include "tests/unit/face_reader/desk.h"

using namespace uketsuke;
using namespace uketsuke::face_reader;
using testing::Desk;

namespace {

// One letter per state, in the order of State.
constexpr char kLetters[] = "NIPKLRASFXCOTZ";

struct Row { State state; const char* after; };
// Columns: link up, down, card in, out, card face seen, ask PIN, PIN done, timer | staff button,
// cancel, passcode, face, pin, PIN digits, granted, declined, face shown, other input | hello, set
// mode (visual), ask method, scan, match, ask consent, show (completion), end, passcode accepted,
// other
constexpr Row kRows[] = {
    {State::kNotConnected, "INNNNNNN" "NNNNNNNNNN" "NNNNNNNNNN"},
    {State::kInitial, "INRIIIII" "PIIIIIIIII" "ILIIIIIIII"},
    {State::kPasscodeEntry, "PNPPPPPI" "PIKPPPPPPP" "PPPPPPPPPP"},
    {State::kPasscodeCheck, "KNKKKKKI" "KKKKKKKKKK" "KKKKKKKKLK"},
    {State::kPlaceCard, "LNRLLLLI" "LLLLLLLLLL" "LLLLLLLLLL"},
    {State::kReading, "RNRIRXRZ" "RRRRRRRRRR" "RRASFOCTRR"},
    {State::kAuthMethod, "ANAIAAAR" "ARARRAAAAA" "AAAAAACTAA"},
    {State::kCardFaceScan, "SNSIRSSR" "SSSSSSSSSS" "SSSSSSCTSS"},
    {State::kFaceCapture, "FNFIFFFR" "FRFFFFFFRF" "FFFFFFCTFF"},
    {State::kPinEntry, "XXXIXXRR" "XRXXXRXXXX" "XXXXXXCTXX"},
    {State::kCompletion, "CNCICCCR" "CCCCCCCCCC" "CCCCCCCTCC"},
    {State::kConsent, "ONOIOOOR" "OOOOOORROO" "OOOOOOCTOO"},
    {State::kTakeCard, "TNTITTTT" "TTTTTTTTTT" "TTTTTTCTTT"},
    {State::kFailed, "ZNZIZZZZ" "ZZZZZZZZZZ" "ZZZZZZCTZZ"},
};

void bring(Desk& desk, State state) {
  switch (state) {
    case State::kNotConnected: return;
    case State::kInitial: return desk.to_initial();
    case State::kPasscodeEntry: return desk.to_passcode_entry();
    case State::kPasscodeCheck: return desk.to_passcode_check();
    case State::kPlaceCard: return desk.to_place_card();
    default: desk.to_reading();
  }
  if (state == State::kAuthMethod) desk.ask(link::AskAuthMethod{});
  if (state == State::kCardFaceScan) desk.ask(link::ScanCardFace{});
  if (state == State::kFaceCapture) desk.ask(link::MatchFace{testing::kPhoto});
  if (state == State::kPinEntry) desk.give(AskPin{4, 4, 30});
  if (state == State::kCompletion) desk.ask(link::Show{link::Notice::kCompletion, {}});
  if (state == State::kConsent) desk.ask(link::AskConsent{{"viewing"}});
  if (state == State::kTakeCard) desk.ask(link::Show{link::Notice::kTakeCard, {}});
  if (state == State::kFailed) desk.ask(link::Show{link::Notice::kFailed, "x"});
}

void happen(Desk& desk, Occurrence what) {
  const auto input = [&](panel::Input event) { desk.give(event); };
  switch (what) {
    case Occurrence::kLinkUp: desk.give(LinkUp{}); return;
    case Occurrence::kLinkDown: desk.give(LinkDown{}); return;
    case Occurrence::kCardInserted: desk.give(CardInserted{}); return;
    case Occurrence::kCardRemoved: desk.give(CardRemoved{}); return;
    case Occurrence::kCardFaceSeen: return input(panel::CardFaceSeen{"55021720352285"});
    case Occurrence::kAskPin: desk.give(AskPin{}); return;
    case Occurrence::kPinDone: desk.give(PinDone{}); return;
    case Occurrence::kTimer: desk.time_out(); return;
    case Occurrence::kPressStaffButton: return input(panel::Press{"staff_button"});
    case Occurrence::kPressCancel: return input(panel::Press{"cancel"});
    case Occurrence::kEnterPasscode: return input(panel::Enter{"visual_passcode", "123456"});
    case Occurrence::kPressFace: return input(panel::Press{"face"});
    case Occurrence::kPressPin: return input(panel::Press{"pin"});
    case Occurrence::kEnterPin: return input(panel::Enter{"card_pin", "1234"});
    case Occurrence::kPressGranted: return input(panel::Press{"granted"});
    case Occurrence::kPressDeclined: return input(panel::Press{"declined"});
    case Occurrence::kShowFace: return input(panel::ShowFace{900});
    case Occurrence::kOtherInput: return input(panel::Tick{"viewing_consent", true});
    case Occurrence::kHello: desk.ask(link::Hello{}); return;
    case Occurrence::kSetMode: desk.ask(link::SetMode{link::Mode::kVisualConfirmation}); return;
    case Occurrence::kAskAuthMethod: desk.ask(link::AskAuthMethod{}); return;
    case Occurrence::kScanCardFace: desk.ask(link::ScanCardFace{}); return;
    case Occurrence::kMatchFace: desk.ask(link::MatchFace{testing::kPhoto}); return;
    case Occurrence::kAskConsent: desk.ask(link::AskConsent{{"viewing"}}); return;
    case Occurrence::kShow: desk.ask(link::Show{link::Notice::kCompletion, {}}); return;
    case Occurrence::kEndReception: desk.ask(link::EndReception{}); return;
    case Occurrence::kPasscodeAnswer: desk.answer_passcode(link::PasscodeResult::kAccepted); return;
    case Occurrence::kOtherMessage: desk.ask(link::CheckPasscode{"123456"}); return;
  }
}

bool is_request(Occurrence what) {
  return what >= Occurrence::kHello && what <= Occurrence::kEndReception;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(panel_matrix)

BOOST_AUTO_TEST_CASE(every_state_leads_to_the_state_that_was_typed_by_hand) {
  BOOST_REQUIRE_EQUAL(std::size(kRows), kStateCount);
  for (const Row& row : kRows) {
    BOOST_REQUIRE_EQUAL(std::string_view(row.after).size(), kOccurrenceCount);
    for (std::size_t i = 0; i < kOccurrenceCount; ++i) {
      Desk desk;
      bring(desk, row.state);
      BOOST_REQUIRE_EQUAL(to_string(desk.panel.state()), to_string(row.state));
      const auto what = static_cast<Occurrence>(i);
      happen(desk, what);
      BOOST_CHECK_MESSAGE(kLetters[static_cast<std::size_t>(desk.panel.state())] == row.after[i],
                          to_string(row.state) << " x " << to_string(what) << " gave "
                                               << to_string(desk.panel.state()));
    }
  }
}

// A request of the terminal is answered by exactly one response with its seq, in every state.
BOOST_AUTO_TEST_CASE(every_request_is_answered_once_in_every_state) {
  for (const Row& row : kRows) {
    for (std::size_t i = 0; i < kOccurrenceCount; ++i) {
      const auto what = static_cast<Occurrence>(i);
      if (!is_request(what) && what != Occurrence::kOtherMessage) continue;
      Desk desk;
      bring(desk, row.state);
      const std::uint16_t seq = desk.seq;
      happen(desk, what);
      int answers = 0;
      for (const Action& action : desk.actions) {
        const auto* send = std::get_if<SendLink>(&action);
        if (send == nullptr || kind_of(send->message.body) != link::Kind::kResponse) continue;
        BOOST_CHECK_EQUAL(send->message.seq, seq);
        ++answers;
      }
      BOOST_CHECK_MESSAGE(answers == 1, to_string(row.state) << " x " << to_string(what));
    }
  }
}

// What a screen does not offer is refused and changes nothing.
BOOST_AUTO_TEST_CASE(an_input_that_changes_nothing_is_refused_or_noted) {
  for (const Row& row : kRows) {
    for (std::size_t i = static_cast<std::size_t>(Occurrence::kPressStaffButton);
         i <= static_cast<std::size_t>(Occurrence::kOtherInput); ++i) {
      Desk desk;
      bring(desk, row.state);
      happen(desk, static_cast<Occurrence>(i));
      if (desk.panel.state() != row.state) continue;
      BOOST_REQUIRE_EQUAL(desk.actions.size(), 1U);
      BOOST_CHECK(std::holds_alternative<panel::Refused>(desk.actions.front()));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
