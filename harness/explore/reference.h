// What the reference models of the procedures P3, P4 and P5 share: what people can do, what a desk
// is like once it has come to rest, and what one act leads to. Typed from the seed, beside the
// roles and never from them: nothing here or in a reference*.cpp includes anything of the project
// but these headers (the tidy test holds it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uketsuke::explore {

enum class Mode : std::uint8_t { kFace, kVisual };
// Screens of the face-auth reader at rest.
enum class Screen : std::uint8_t {
  kNone, kInitial, kPasscodeEntry, kPlaceCard, kReading, kAuthMethod, kFaceCapture, kPinEntry,
  kConsent, kTakeCard, kFailed,
};
enum class Terminal : std::uint8_t {
  kSignedOut, kMenu, kReaderOperation, kVisualForm, kConfirmByCard, kCardFaceForm, kPinForm,
  kDetail, kAccountManagement,
};
enum class Account : std::uint8_t { kNobody, kGeneral, kAdministrator };
enum class Card : std::uint8_t { kNone, kHanako, kTaro, kRevoked };
enum class Confirmed : std::uint8_t { kVisually, kFace, kPin };
enum class Consent : std::uint8_t { kGranted, kDeclined, kNotAsked };
enum class Day : std::uint8_t { kNone, kToday, kYesterday };
enum class Typed : std::uint8_t { kNothing, kRightPin, kWrongPin };

// What people do, with its word: one row of act_of() each.
enum class Do : std::uint8_t {
  kPressStaffButton, kEnterPasscode, kEnterWrongPasscode, kEnterOldPasscode, kEnterShortPasscode,
  kIssuePasscode, kPressCancel, kComparePhoto, kPlaceHanako, kPlaceTaro, kPlaceRevoked, kRemoveCard,
  kPressDeclined, kPressGranted, kPressFace, kPressPin, kShowFace, kShowOtherFace, kEnterPin,
  kEnterWrongPin, kClickAccounts, kClickReaderOperation, kClickVisual, kClickUnattended,
  kClickConfirmByCard, kClickCardFace, kClickByPin, kClickBack, kClickClose, kTickConfirmed,
  kUntickConfirmed, kTickViewing, kUntickViewing, kDateToday, kDateYesterday, kDateTomorrow,
  kDateNonsense, kSignOut, kSignInGeneral, kSignInAdministrator, kSignInWrong, kWait,
  // At the EHR: no state of the desk depends on them.
  kJudgeNotNecessary, kAskEmergencyHanako, kAskEmergencyTaro, kAskOrdinaryHanako, kAskOrdinaryTaro,
};
inline constexpr std::size_t kDoCount = static_cast<std::size_t>(Do::kAskOrdinaryTaro) + 1;
struct ActText {
  std::string_view act, word;  // as a scenario writes them; word empty: a bare act
  std::string_view who;        // who does it as a rule; nobody is refused for it
};
const ActText& act_of(Do what);
inline bool is_at_ehr(Do what) { return what >= Do::kJudgeNotNecessary; }

inline constexpr std::uint8_t kNoPasscode = 9;
inline constexpr std::uint8_t kPasscodeTries = 3;

// A desk at rest. What does not belong to the procedure keeps its first value.
struct State {
  Mode mode = Mode::kFace;
  bool by_passcode = false;  // who switched: P3-2, else P4-4
  Screen screen = Screen::kNone;
  Terminal terminal = Terminal::kMenu;
  Account account = Account::kGeneral;
  Card card = Card::kNone;
  bool served = false;             // the card that lies there has had its reception
  bool turned_away = false;        // P4: it had none, for nobody was signed in
  bool session_ended = false;      // of the account that began the reception under way
  std::uint8_t rounds = 0, tries = 0;  // choices of face or PIN left, faces left
  std::uint8_t wrong_pins = 0;     // so far; people stop before a card locks
  std::uint8_t passcode = kNoPasscode;  // tries left
  Day date = Day::kNone;              // P4-5, P5-4
  bool tick = false, viewing = false;  // P4-6, P5-3; A-31
  Typed typed = Typed::kNothing;

  std::uint64_t code() const;  // equal for equal states only
};
std::string describe(const State& state);

// What one act led to.
struct Outcome {
  State next;
  bool refused = false;  // an input that the screen does not offer or this account may not use
  Card holder = Card::kNone;            // of what follows
  std::optional<Confirmed> identity;    // a new row of the 本人確認履歴
  Day day = Day::kToday;                // its 資格確認日
  std::optional<Consent> consent;       // registered
  bool eligible = false;                // 資格確認 was carried out
};

class Model {
 public:
  virtual ~Model() = default;
  virtual std::string_view name() const = 0;         // "p3"
  virtual bool face_reader() const = 0;
  virtual std::vector<State> starts() const = 0;
  virtual const std::vector<Do>& alphabet() const = 0;  // without what is done at the EHR
  // Whether people can do it at all: no card is put where one lies.
  virtual bool possible(const State& state, Do what) const;
  virtual Outcome step(const State& state, Do what) const = 0;
};
const Model& reference_p3();
const Model& reference_p4();
const Model& reference_p5();

// ---- parts that the procedures share
Card card_of(Do what);  // of kPlace...; else kNone
// Sign-in, signing out, going back, menus: what the terminal does in every procedure. False: not
// one of them.
bool step_account(Do what, Outcome& out);
void clear_form(State& state);
void refuse(Outcome& out);
// A reception of a card that identifies (or not: kRevoked) its holder.
bool identify(Confirmed confirmed, Outcome& out);

// ---- P2: what the backend knows and which views it returns
class Ledger {
 public:
  struct Identity { Card holder; Confirmed confirmed; };
  struct Choice { Card holder; Consent consent; };
  void add(const Outcome& outcome);
  const std::vector<Identity>& identities() const { return identities_; }
  const std::vector<Choice>& consents() const { return consents_; }
  const std::vector<Card>& checked() const { return checked_; }  // whose eligibility
  // Reasons of the refusal; empty: the information is returned (P2, 各項目を確認し情報返却).
  std::vector<std::string_view> emergency_reasons(Card patient, bool two_factors) const;
  std::vector<std::string_view> ordinary_reasons(Card patient) const;

 private:
  bool identified(Card patient) const;
  std::vector<Identity> identities_;
  std::vector<Choice> consents_;
  std::vector<Card> checked_;
};

std::string_view word_of(Mode mode);  // as a scenario writes them
std::string_view word_of(Screen screen);
std::string_view word_of(Terminal screen);
std::string_view word_of(Account account);
std::string_view word_of(Card card);
std::string_view word_of(Confirmed confirmed);
std::string_view word_of(Consent consent);
std::string_view word_of(Day day);

}  // namespace uketsuke::explore
