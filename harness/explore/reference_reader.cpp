#include "harness/explore/reference_reader.h"

namespace uketsuke::explore {
namespace {

constexpr std::uint8_t kRounds = 2, kFaces = 3;

bool waits_for_person(Screen screen) {
  return screen == Screen::kAuthMethod || screen == Screen::kFaceCapture ||
         screen == Screen::kPinEntry || screen == Screen::kConsent;
}

// 本人確認 by face or PIN; A-23: not in visual mode.
void complete(Confirmed confirmed, Outcome& out) {
  State& s = out.next;
  if (s.session_ended || !identify(confirmed, out)) return fail_reception(out);
  s.screen = Screen::kConsent;
  s.rounds = s.tries = 0;
}

// P3-4, P4-8; P2: 資格確認を実施, whatever was chosen.
void choose(Consent consent, Outcome& out) {
  State& s = out.next;
  if (s.screen != Screen::kConsent) return refuse(out);
  out.holder = s.card;
  out.consent = consent;
  out.eligible = true;
  s.screen = Screen::kTakeCard;
}

void show_face(bool match, Outcome& out) {
  State& s = out.next;
  if (s.screen != Screen::kFaceCapture) return refuse(out);
  if (match) return complete(Confirmed::kFace, out);
  if (--s.tries > 0) return;
  if (--s.rounds == 0) return fail_reception(out);
  s.screen = Screen::kAuthMethod;
}

void enter_pin(bool right, Outcome& out) {
  State& s = out.next;
  if (s.screen != Screen::kPinEntry) return refuse(out);
  if (right) return complete(Confirmed::kPin, out);
  ++s.wrong_pins;
  fail_reception(out);
}

// P3-5, P4-10. A-29: after P3 the reader goes back by itself, after P4 it does not.
void remove_card(State& s) {
  s.card = Card::kNone;
  s.served = s.turned_away = s.session_ended = false;
  s.rounds = s.tries = 0;
  if (s.screen == Screen::kPasscodeEntry) return;
  if (s.by_passcode) s.mode = Mode::kFace;
  s.by_passcode = false;
  s.screen = s.mode == Mode::kVisual ? Screen::kPlaceCard : Screen::kInitial;
}

}  // namespace

void fail_reception(Outcome& out) {
  out.next.screen = Screen::kFailed;
  out.next.rounds = out.next.tries = 0;
}

void begin_reception(Outcome& out) {
  State& s = out.next;
  s.served = true;
  if (s.account == Account::kNobody) return fail_reception(out);
  if (s.mode == Mode::kVisual) {
    if (!identify(Confirmed::kVisually, out)) return fail_reception(out);
    s.screen = Screen::kConsent;  // P3-n2, P4-n2: after the message of completion
    return;
  }
  s.rounds = kRounds;
  s.screen = Screen::kAuthMethod;
}

bool step_reception(Do what, Outcome& out) {
  State& s = out.next;
  switch (what) {
    case Do::kPressDeclined: choose(Consent::kDeclined, out); return true;
    case Do::kPressGranted: choose(Consent::kGranted, out); return true;
    case Do::kPressFace:
    case Do::kPressPin:
      if (s.screen != Screen::kAuthMethod) {
        refuse(out);
        return true;
      }
      if (what == Do::kPressFace) s.tries = kFaces;
      s.screen = what == Do::kPressFace ? Screen::kFaceCapture : Screen::kPinEntry;
      return true;
    case Do::kShowFace:
    case Do::kShowOtherFace: show_face(what == Do::kShowFace, out); return true;
    case Do::kEnterPin:
    case Do::kEnterWrongPin: enter_pin(what == Do::kEnterPin, out); return true;
    case Do::kPressCancel:
      if (s.screen == Screen::kConsent || !waits_for_person(s.screen)) {
        refuse(out);
      } else {
        fail_reception(out);
      }
      return true;
    case Do::kRemoveCard: remove_card(s); return true;
    case Do::kWait:
      if (waits_for_person(s.screen) || s.screen == Screen::kReading) fail_reception(out);
      return true;
    default: return false;
  }
}

}  // namespace uketsuke::explore
