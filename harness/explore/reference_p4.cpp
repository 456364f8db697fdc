// Page P4: the face-auth reader, operated on the terminal.
#include "harness/explore/reference_reader.h"

namespace uketsuke::explore {
namespace {

class P4 : public Model {
 public:
  std::string_view name() const override { return "p4"; }
  bool face_reader() const override { return true; }
  std::vector<State> starts() const override;
  const std::vector<Do>& alphabet() const override;
  Outcome step(const State& state, Do what) const override;
};

// P4-5, P4-6: date and tick come first; a card that is there already waits for them.
void consider_card(Outcome& out) {
  State& s = out.next;
  if (s.card == Card::kNone || s.served) return;
  if (s.mode == Mode::kVisual && s.account != Account::kNobody) {
    if (s.terminal != Terminal::kVisualForm || s.date == Day::kNone || !s.tick) return;
    out.day = s.date;
    clear_form(s);
  }
  begin_reception(out);
  s.turned_away = s.account == Account::kNobody;
}

void place(Do what, Outcome& out) {
  out.next.card = card_of(what);
  out.next.screen = Screen::kReading;
  consider_card(out);
}

// P4-4, P4-11: only while no card lies on the reader. Who clicks 目視確認 in visual mode comes back
// to the form, unless a reception is under way.
void switch_mode(Do what, Outcome& out) {
  State& s = out.next;
  const bool visual = what == Do::kClickVisual;
  const bool offered = s.terminal == Terminal::kReaderOperation ||
                       (!visual && s.terminal == Terminal::kVisualForm);
  if (!offered) return refuse(out);
  const bool so_already = visual && s.mode == Mode::kVisual && (!s.served || s.turned_away);
  if (s.card != Card::kNone && !so_already) return;  // said on the screen, nothing changes
  clear_form(s);
  s.terminal = visual ? Terminal::kVisualForm : Terminal::kReaderOperation;
  if (s.card != Card::kNone) return;
  s.mode = visual ? Mode::kVisual : Mode::kFace;
  s.screen = visual ? Screen::kPlaceCard : Screen::kInitial;
}

void fill_form(Do what, Outcome& out) {
  State& s = out.next;
  if (s.terminal != Terminal::kVisualForm) return refuse(out);
  switch (what) {
    case Do::kTickConfirmed: s.tick = true; break;
    case Do::kUntickConfirmed: s.tick = false; break;
    case Do::kDateToday: s.date = Day::kToday; break;
    case Do::kDateYesterday: s.date = Day::kYesterday; break;
    default: s.date = Day::kNone; break;  // neither the future nor what is no date
  }
  consider_card(out);
}

std::vector<State> P4::starts() const {
  std::vector<State> all;
  for (const Account account : {Account::kGeneral, Account::kAdministrator, Account::kNobody}) {
    State s;
    s.screen = Screen::kInitial;
    s.account = account;
    s.terminal = account == Account::kNobody ? Terminal::kSignedOut : Terminal::kMenu;
    all.push_back(s);
  }
  return all;
}

const std::vector<Do>& P4::alphabet() const {
  static const std::vector<Do> kAll = {
      Do::kSignOut, Do::kSignInGeneral, Do::kSignInAdministrator, Do::kSignInWrong,
      Do::kClickReaderOperation, Do::kClickVisual, Do::kClickUnattended, Do::kClickBack,
      Do::kDateToday, Do::kDateYesterday, Do::kDateTomorrow, Do::kDateNonsense, Do::kTickConfirmed,
      Do::kUntickConfirmed, Do::kComparePhoto, Do::kPlaceHanako, Do::kPlaceTaro, Do::kPlaceRevoked,
      Do::kRemoveCard, Do::kPressDeclined, Do::kPressGranted, Do::kPressCancel, Do::kPressFace,
      Do::kPressPin, Do::kShowFace, Do::kShowOtherFace, Do::kEnterPin, Do::kEnterWrongPin,
      Do::kEnterPasscode, Do::kWait};
  return kAll;
}

Outcome P4::step(const State& state, Do what) const {
  Outcome out;
  out.next = state;
  State& s = out.next;
  switch (what) {
    case Do::kComparePhoto: return out;
    case Do::kClickReaderOperation:  // P4-3; P4-c1: the administrator account
      if (s.terminal != Terminal::kMenu || s.account != Account::kAdministrator) refuse(out);
      else s.terminal = Terminal::kReaderOperation;
      return out;
    case Do::kClickVisual:
    case Do::kClickUnattended: switch_mode(what, out); return out;
    case Do::kTickConfirmed:
    case Do::kUntickConfirmed:
    case Do::kDateToday:
    case Do::kDateYesterday:
    case Do::kDateTomorrow:
    case Do::kDateNonsense: fill_form(what, out); return out;
    case Do::kPlaceHanako:
    case Do::kPlaceTaro:
    case Do::kPlaceRevoked: place(what, out); return out;
    case Do::kEnterPasscode: refuse(out); return out;  // P3-2; nobody pressed 職員用ボタン
    default: break;
  }
  if (step_reception(what, out)) return out;
  if (step_account(what, out) && what == Do::kSignOut && !out.refused) {
    s.session_ended = s.session_ended || state.rounds > 0;
    consider_card(out);  // nobody is signed in any more: a card that waits is refused
  }
  return out;
}

}  // namespace

const Model& reference_p4() {
  static const P4 kModel;
  return kModel;
}

}  // namespace uketsuke::explore
