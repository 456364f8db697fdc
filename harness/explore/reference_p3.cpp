// Page P3: the face-auth reader, operated on the reader. 操作なし at the terminal.
#include "harness/explore/reference_reader.h"

namespace uketsuke::explore {
namespace {

class P3 : public Model {
 public:
  std::string_view name() const override { return "p3"; }
  bool face_reader() const override { return true; }
  std::vector<State> starts() const override;
  const std::vector<Do>& alphabet() const override;
  Outcome step(const State& state, Do what) const override;
};

void go_home(State& s) {
  s.screen = s.card == Card::kNone ? Screen::kInitial : Screen::kTakeCard;
}

// P3-2. A right entry gives all tries back; the last wrong one leaves none, and every later entry
// is refused until a new passcode is issued.
void enter_passcode(Do what, Outcome& out) {
  State& s = out.next;
  if (s.screen != Screen::kPasscodeEntry) return refuse(out);
  if (what == Do::kEnterShortPasscode) return;  // not sent at all
  if (s.passcode == kNoPasscode || s.passcode == 0) return go_home(s);
  if (what != Do::kEnterPasscode) {
    --s.passcode;
    return;
  }
  s.passcode = kPasscodeTries;
  s.mode = Mode::kVisual;
  s.by_passcode = true;
  s.screen = Screen::kPlaceCard;
  if (s.card == Card::kNone) return;
  // A card that came too early: its reception waited for the staff, unless it was refused before.
  s.screen = Screen::kReading;
  if (!s.served) begin_reception(out);
}

void place(Do what, Outcome& out) {
  State& s = out.next;
  s.card = card_of(what);
  if (s.screen == Screen::kPasscodeEntry) {
    s.served = s.account == Account::kNobody;
    return;
  }
  begin_reception(out);
}

// Nobody there: the passcode entry closes, visual mode ends without a card.
bool time_out(State& s) {
  if (s.screen == Screen::kPasscodeEntry) {
    go_home(s);
  } else if (s.screen == Screen::kPlaceCard) {
    s.mode = Mode::kFace;
    s.by_passcode = false;
    s.screen = Screen::kInitial;
  } else {
    return false;
  }
  return true;
}

std::vector<State> P3::starts() const {
  std::vector<State> all;
  for (const Account account : {Account::kGeneral, Account::kAdministrator, Account::kNobody}) {
    for (const std::uint8_t passcode : {kPasscodeTries, kNoPasscode}) {
      State s;
      s.screen = Screen::kInitial;
      s.account = account;
      s.terminal = account == Account::kNobody ? Terminal::kSignedOut : Terminal::kMenu;
      s.passcode = passcode;
      all.push_back(s);
    }
  }
  return all;
}

const std::vector<Do>& P3::alphabet() const {
  static const std::vector<Do> kAll = {
      Do::kPressStaffButton, Do::kEnterPasscode, Do::kEnterWrongPasscode, Do::kEnterOldPasscode,
      Do::kEnterShortPasscode, Do::kIssuePasscode, Do::kPressCancel, Do::kComparePhoto,
      Do::kPlaceHanako, Do::kPlaceTaro, Do::kPlaceRevoked, Do::kRemoveCard, Do::kPressDeclined,
      Do::kPressGranted, Do::kPressFace, Do::kPressPin, Do::kShowFace, Do::kShowOtherFace,
      Do::kEnterPin, Do::kEnterWrongPin, Do::kClickAccounts, Do::kClickBack, Do::kClickVisual,
      Do::kSignOut, Do::kSignInGeneral, Do::kSignInAdministrator, Do::kSignInWrong, Do::kWait};
  return kAll;
}

Outcome P3::step(const State& state, Do what) const {
  Outcome out;
  out.next = state;
  State& s = out.next;
  switch (what) {
    case Do::kComparePhoto: return out;  // two acts: staff compare, others place the card (P3-3)
    case Do::kPressStaffButton:          // P3-1: on the initial screen
      if (s.screen != Screen::kInitial) refuse(out);
      else s.screen = Screen::kPasscodeEntry;
      return out;
    case Do::kEnterPasscode:
    case Do::kEnterWrongPasscode:
    case Do::kEnterOldPasscode:
    case Do::kEnterShortPasscode: enter_passcode(what, out); return out;
    case Do::kPressCancel:
      if (s.screen != Screen::kPasscodeEntry) break;
      go_home(s);
      return out;
    case Do::kWait:
      if (time_out(s)) return out;
      break;
    case Do::kPlaceHanako:
    case Do::kPlaceTaro:
    case Do::kPlaceRevoked: place(what, out); return out;
    case Do::kClickVisual: refuse(out); return out;  // a button of P4, on a screen of P4
    default: break;
  }
  if (step_reception(what, out)) return out;
  if (step_account(what, out) && what == Do::kSignOut && !out.refused) {
    s.session_ended = s.session_ended || state.rounds > 0;
  }
  return out;
}

}  // namespace

const Model& reference_p3() {
  static const P3 kModel;
  return kModel;
}

}  // namespace uketsuke::explore
