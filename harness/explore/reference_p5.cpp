// Page P5: the generic reader. No mode, no switch, no consent choice at the reader; the general
// account does, the administrator account too.
#include "harness/explore/reference.h"

namespace uketsuke::explore {
namespace {

class P5 : public Model {
 public:
  std::string_view name() const override { return "p5"; }
  bool face_reader() const override { return false; }
  std::vector<State> starts() const override;
  const std::vector<Do>& alphabet() const override;
  Outcome step(const State& state, Do what) const override;
};

// P5-6, P5-7: a card that lies there is read as soon as the form is complete, or a PIN is
// typed. Then the details of eligibility are shown; the consent is the tick of operation 2.
void consider_card(Outcome& out) {
  State& s = out.next;
  if (s.card == Card::kNone || s.served) return;
  const bool visual =
      s.terminal == Terminal::kCardFaceForm && s.date != Day::kNone && s.tick;
  const bool pin = s.terminal == Terminal::kPinForm && s.typed != Typed::kNothing;
  if (!visual && !pin) return;
  s.served = true;
  if (visual) out.day = s.date;
  const bool wrong = pin && s.typed == Typed::kWrongPin;
  const Consent consent = s.viewing ? Consent::kGranted : Consent::kNotAsked;
  clear_form(s);
  s.terminal = Terminal::kConfirmByCard;  // where a reception that failed ends
  if (wrong) ++s.wrong_pins;
  if (wrong || !identify(visual ? Confirmed::kVisually : Confirmed::kPin, out)) return;
  out.consent = consent;
  out.eligible = true;
  s.terminal = Terminal::kDetail;
}

bool fill_form(Do what, Outcome& out) {
  State& s = out.next;
  switch (what) {
    case Do::kTickConfirmed:
    case Do::kUntickConfirmed: s.tick = what == Do::kTickConfirmed; return true;
    case Do::kDateToday: s.date = Day::kToday; return true;
    case Do::kDateYesterday: s.date = Day::kYesterday; return true;
    case Do::kDateTomorrow:
    case Do::kDateNonsense: s.date = Day::kNone; return true;
    default: return false;
  }
}

// Where the control is and where it leads; nullopt: it is none that opens a screen.
struct Way { Terminal from, to; };
std::optional<Way> way_of(Do what) {
  switch (what) {
    case Do::kClickConfirmByCard: return Way{Terminal::kMenu, Terminal::kConfirmByCard};   // P5-1
    case Do::kClickCardFace: return Way{Terminal::kConfirmByCard, Terminal::kCardFaceForm};  // P5-2
    case Do::kClickByPin: return Way{Terminal::kConfirmByCard, Terminal::kPinForm};
    case Do::kClickClose: return Way{Terminal::kDetail, Terminal::kMenu};
    default: return std::nullopt;
  }
}

std::vector<State> P5::starts() const {
  std::vector<State> all;
  for (const Account account : {Account::kGeneral, Account::kAdministrator, Account::kNobody}) {
    State s;
    s.account = account;
    s.terminal = account == Account::kNobody ? Terminal::kSignedOut : Terminal::kMenu;
    all.push_back(s);
  }
  return all;
}

const std::vector<Do>& P5::alphabet() const {
  static const std::vector<Do> kAll = {
      Do::kClickConfirmByCard, Do::kClickCardFace, Do::kClickByPin, Do::kClickBack, Do::kClickClose,
      Do::kTickViewing, Do::kUntickViewing, Do::kTickConfirmed, Do::kUntickConfirmed,
      Do::kDateToday, Do::kDateYesterday, Do::kDateTomorrow, Do::kDateNonsense, Do::kComparePhoto,
      Do::kPlaceHanako, Do::kPlaceTaro, Do::kPlaceRevoked, Do::kRemoveCard, Do::kEnterPin,
      Do::kEnterWrongPin, Do::kClickVisual, Do::kSignOut, Do::kSignInGeneral,
      Do::kSignInAdministrator, Do::kSignInWrong, Do::kWait};
  return kAll;
}

Outcome P5::step(const State& state, Do what) const {
  Outcome out;
  out.next = state;
  State& s = out.next;
  if (card_of(what) != Card::kNone) {
    s.card = card_of(what);
    consider_card(out);
    return out;
  }
  if (const auto way = way_of(what)) {
    if (s.terminal != way->from) {
      refuse(out);
      return out;
    }
    s.terminal = way->to;
    if (what == Do::kClickConfirmByCard || what == Do::kClickClose) clear_form(s);
    return out;
  }
  switch (what) {
    case Do::kComparePhoto:
    case Do::kWait: return out;
    case Do::kRemoveCard:  // P5-8
      s.card = Card::kNone;
      s.served = false;
      return out;
    case Do::kClickVisual: refuse(out); return out;  // P5-n1: no operation switches
    case Do::kTickViewing:
    case Do::kUntickViewing:
      if (s.terminal != Terminal::kConfirmByCard) refuse(out);
      else s.viewing = what == Do::kTickViewing;
      return out;
    case Do::kEnterPin:
    case Do::kEnterWrongPin:
      if (s.terminal != Terminal::kPinForm) refuse(out);
      else s.typed = what == Do::kEnterPin ? Typed::kRightPin : Typed::kWrongPin;
      consider_card(out);
      return out;
    default: break;
  }
  if (step_account(what, out)) return out;
  if (s.terminal != Terminal::kCardFaceForm) {
    refuse(out);
  } else if (fill_form(what, out)) {
    consider_card(out);
  }
  return out;
}

}  // namespace

const Model& reference_p5() {
  static const P5 kModel;
  return kModel;
}

}  // namespace uketsuke::explore
