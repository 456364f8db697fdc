#include "harness/explore/reference.h"

#include <algorithm>
#include <array>

namespace uketsuke::explore {
namespace {

constexpr std::array<ActText, kDoCount> kActs = {{
    {"press", "staff_button", "reception_staff"},            // P3-1
    {"enter_passcode", "issued", "reception_staff"},         // P3-2
    {"enter_passcode", "wrong", "reception_staff"},
    {"enter_passcode", "previous", "reception_staff"},
    {"enter_passcode", "\"12\"", "reception_staff"},
    {"issue_passcode", "", "administrator"},                 // P3-n4
    {"press", "cancel", "reception_staff"},
    {"compare_photo", "match", "hospital_staff"},            // P3-3
    {"place_card", "hanako", "family"},                      // P3-3, P4-7, P5-6
    {"place_card", "taro", "aide"},
    {"place_card", "revoked", "next_patient"},
    {"remove_card", "", "family"},                           // P3-5, P4-10, P5-8
    {"press", "declined", "family"},                         // P3-4, P4-8
    {"press", "granted", "patient"},
    {"press", "face", "patient"},
    {"press", "pin", "patient"},
    {"show_face", "match", "patient"},
    {"show_face", "no_match", "patient"},
    {"enter_pin", "correct", "patient"},
    {"enter_pin", "wrong", "patient"},
    {"click", "account_management", "administrator"},
    {"click", "face_reader_operation", "reception_staff"},   // P4-3
    {"click", "switch_to_visual", "reception_staff"},        // P4-4
    {"click", "unattended_operation", "reception_staff"},    // P4-11
    {"click", "confirm_by_card", "reception_staff"},         // P5-1
    {"click", "confirm_by_card_face", "reception_staff"},    // P5-2
    {"click", "confirm_by_pin", "reception_staff"},
    {"click", "back", "reception_staff"},
    {"click", "close", "reception_staff"},
    {"tick", "visually_confirmed", "reception_staff"},       // P4-6, P5-3
    {"untick", "visually_confirmed", "reception_staff"},
    {"tick", "viewing_consent", "reception_staff"},          // P5-n3
    {"untick", "viewing_consent", "reception_staff"},
    {"enter_date", "today", "reception_staff"},              // P4-5, P5-4
    {"enter_date", "yesterday", "reception_staff"},
    {"enter_date", "tomorrow", "reception_staff"},
    {"enter_date", "\"2024-02-30\"", "reception_staff"},
    {"sign_out", "", "reception_staff"},                     // P4-1
    {"sign_in", "general", "reception_staff"},
    {"sign_in", "administrator", "administrator"},           // P4-2
    {"sign_in", "{user: somebody, password: something}", "reception_staff"},
    // Longer than any screen of the reader waits, shorter than the terminal does.
    {"wait", "150", "patient"},
    {"judge", "not_necessary", "physician"},                 // P2-c4
    {"request_emergency_view", "{patient: hanako, consent: consent_unobtainable}", "physician"},
    {"request_emergency_view", "{patient: taro, consent: consent_given}", "physician"},
    {"request_ordinary_view", "{patient: hanako}", "physician"},
    {"request_ordinary_view", "{patient: taro}", "physician"},
}};

template <class T>
std::uint64_t number(T value) { return static_cast<std::uint64_t>(value); }

void open(Outcome& out, Terminal screen) {
  clear_form(out.next);
  out.next.terminal = screen;
}

void sign_in(Outcome& out, Account account) {
  out.next.account = account;
  out.next.terminal = Terminal::kMenu;
}

}  // namespace

const ActText& act_of(Do what) { return kActs[static_cast<std::size_t>(what)]; }

std::uint64_t State::code() const {
  std::uint64_t code = 0;
  const auto add = [&code](std::uint64_t value, std::uint64_t values) {
    code = code * values + value;
  };
  add(number(mode), 2), add(number(by_passcode), 2), add(number(screen), 16);
  add(number(terminal), 16), add(number(account), 4), add(number(card), 4);
  add(number(served), 2), add(number(turned_away), 2), add(number(session_ended), 2);
  add(rounds, 4), add(tries, 4), add(wrong_pins, 4), add(passcode, 16);
  add(number(date), 4), add(number(tick), 2), add(number(viewing), 2), add(number(typed), 4);
  return code;
}

std::string describe(const State& s) {
  std::string text;
  const auto add = [&text](std::string_view word, std::string_view value) {
    if (!text.empty()) text += ", ";
    text += word;
    if (!value.empty()) (text += ' ') += value;
  };
  if (s.screen != Screen::kNone) {
    add("mode", word_of(s.mode));
    add("screen", word_of(s.screen));
  }
  add("terminal", word_of(s.terminal));
  add("account", word_of(s.account));
  add("card", word_of(s.card));
  if (s.served) add(s.turned_away ? "turned away" : "served", {});
  if (s.session_ended) add("session ended", {});
  if (s.rounds != 0) add("rounds", std::to_string(s.rounds));
  if (s.tries != 0) add("faces", std::to_string(s.tries));
  if (s.passcode != kNoPasscode) add("passcode tries", std::to_string(s.passcode));
  if (s.date != Day::kNone) add("date", word_of(s.date));
  if (s.tick) add("tick", {});
  if (s.viewing) add("viewing consent", {});
  if (s.typed != Typed::kNothing) add(s.typed == Typed::kRightPin ? "PIN" : "wrong PIN", {});
  return text;
}

Card card_of(Do what) {
  if (what == Do::kPlaceHanako) return Card::kHanako;
  if (what == Do::kPlaceTaro) return Card::kTaro;
  return what == Do::kPlaceRevoked ? Card::kRevoked : Card::kNone;
}

bool Model::possible(const State& state, Do what) const {
  if (card_of(what) != Card::kNone) return state.card == Card::kNone;
  switch (what) {
    case Do::kRemoveCard: return state.card != Card::kNone;
    // Nobody types where no fields are.
    case Do::kSignInGeneral:
    case Do::kSignInAdministrator:
    case Do::kSignInWrong: return state.terminal == Terminal::kSignedOut;
    case Do::kIssuePasscode:
      return state.account == Account::kAdministrator &&
             (state.terminal == Terminal::kMenu || state.terminal == Terminal::kAccountManagement);
    case Do::kEnterWrongPin: return state.wrong_pins < 2;
    default: return true;
  }
}

void clear_form(State& state) {
  state.date = Day::kNone;
  state.tick = state.viewing = false;
  state.typed = Typed::kNothing;
}

void refuse(Outcome& out) { out.refused = true; }

bool step_account(Do what, Outcome& out) {
  State& s = out.next;
  switch (what) {
    case Do::kSignInGeneral: sign_in(out, Account::kGeneral); return true;
    case Do::kSignInAdministrator: sign_in(out, Account::kAdministrator); return true;
    case Do::kSignInWrong: return true;
    case Do::kSignOut:  // P4-1; a form, a PIN entry has no ログアウト
      if (s.terminal == Terminal::kSignedOut || s.terminal == Terminal::kCardFaceForm ||
          s.terminal == Terminal::kPinForm) {
        refuse(out);
        return true;
      }
      open(out, Terminal::kSignedOut);
      s.account = Account::kNobody;
      return true;
    case Do::kClickAccounts:
    case Do::kIssuePasscode:  // P3-n4, A-32: only the administrator
      if (what == Do::kClickAccounts &&
          (s.terminal != Terminal::kMenu || s.account != Account::kAdministrator)) {
        refuse(out);
        return true;
      }
      open(out, Terminal::kAccountManagement);
      if (what == Do::kIssuePasscode) s.passcode = kPasscodeTries;
      return true;
    case Do::kClickBack:
      switch (s.terminal) {
        case Terminal::kVisualForm: open(out, Terminal::kReaderOperation); return true;
        case Terminal::kCardFaceForm:
        case Terminal::kPinForm: open(out, Terminal::kConfirmByCard); return true;
        case Terminal::kReaderOperation:
        case Terminal::kConfirmByCard:
        case Terminal::kAccountManagement: open(out, Terminal::kMenu); return true;
        default: refuse(out); return true;
      }
    default: return false;
  }
}

bool identify(Confirmed confirmed, Outcome& out) {
  if (out.next.card == Card::kRevoked) return false;
  out.holder = out.next.card;
  out.identity = confirmed;
  return true;
}

void Ledger::add(const Outcome& outcome) {
  if (outcome.identity) identities_.push_back({outcome.holder, *outcome.identity});
  if (outcome.consent) consents_.push_back({outcome.holder, *outcome.consent});
  if (outcome.eligible) checked_.push_back(outcome.holder);
}

bool Ledger::identified(Card patient) const {
  return std::any_of(identities_.begin(), identities_.end(),
                     [&](const Identity& row) { return row.holder == patient; });
}

// P2: ☑ マイナ保険証での本人確認履歴 ☑ 救急時モードでの要求 ☑ ２要素認証履歴. The EHR of this desk always
// asks in emergency mode; what was chosen on the reader does not matter.
std::vector<std::string_view> Ledger::emergency_reasons(Card patient, bool two_factors) const {
  std::vector<std::string_view> reasons;
  if (!identified(patient)) reasons.emplace_back("no_identity_history");
  if (!two_factors) reasons.emplace_back("no_two_factor_history");
  return reasons;
}

// The ordinary view needs 同意する; a reception without a choice takes back no earlier one.
std::vector<std::string_view> Ledger::ordinary_reasons(Card patient) const {
  std::vector<std::string_view> reasons;
  if (!identified(patient)) reasons.emplace_back("no_identity_history");
  const auto last = std::find_if(consents_.rbegin(), consents_.rend(), [&](const Choice& row) {
    return row.holder == patient && row.consent != Consent::kNotAsked;
  });
  if (last == consents_.rend() || last->consent != Consent::kGranted)
    reasons.emplace_back("consent_not_granted");
  return reasons;
}

std::string_view word_of(Mode mode) {
  return mode == Mode::kFace ? "face_authentication" : "visual_confirmation";
}

std::string_view word_of(Screen screen) {
  static constexpr std::string_view kWords[] = {
      "none", "initial", "passcode_entry", "place_card", "reading", "auth_method", "face_capture",
      "pin_entry", "consent", "take_card", "failed"};
  return kWords[static_cast<std::size_t>(screen)];
}

std::string_view word_of(Terminal screen) {
  static constexpr std::string_view kWords[] = {
      "signed_out", "menu", "face_reader_operation", "visual_form", "confirm_by_card",
      "card_face_form", "pin_form", "eligibility_detail", "account_management"};
  return kWords[static_cast<std::size_t>(screen)];
}

std::string_view word_of(Account account) {
  static constexpr std::string_view kWords[] = {"nobody", "general", "administrator"};
  return kWords[static_cast<std::size_t>(account)];
}

std::string_view word_of(Card card) {
  static constexpr std::string_view kWords[] = {"none", "hanako", "taro", "revoked"};
  return kWords[static_cast<std::size_t>(card)];
}

std::string_view word_of(Confirmed confirmed) {
  static constexpr std::string_view kWords[] = {"visually", "face", "pin"};
  return kWords[static_cast<std::size_t>(confirmed)];
}

std::string_view word_of(Consent consent) {
  static constexpr std::string_view kWords[] = {"granted", "declined", "not_asked"};
  return kWords[static_cast<std::size_t>(consent)];
}

std::string_view word_of(Day day) {
  static constexpr std::string_view kWords[] = {"none", "today", "yesterday"};
  return kWords[static_cast<std::size_t>(day)];
}

}  // namespace uketsuke::explore
