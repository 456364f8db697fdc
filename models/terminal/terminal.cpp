#include "models/terminal/terminal.h"

#include <algorithm>

#include "sim/wire/oqs/calendar.h"
#include "sim/wire/reader_link/codec.h"

namespace uketsuke::terminal {
namespace {

struct Given {
  std::string control, text;
  ControlKind kind = ControlKind::kButton;
  bool secret_or_field = false;
  bool on = false;
};

Given given_by(const panel::Input& input) {
  if (const auto* press = std::get_if<panel::Press>(&input)) {
    return {press->control, {}, ControlKind::kButton, false, false};
  }
  if (const auto* enter = std::get_if<panel::Enter>(&input)) {
    return {enter->control, enter->text, ControlKind::kField, true, false};
  }
  if (const auto* tick = std::get_if<panel::Tick>(&input)) {
    return {tick->control, {}, ControlKind::kTick, false, tick->on};
  }
  return {"camera", {}, ControlKind::kButton, false, false};  // a terminal has none
}

bool fits(const ControlRow& row, const Given& given) {
  if (given.secret_or_field) {
    return row.kind == ControlKind::kField || row.kind == ControlKind::kSecretField;
  }
  return row.kind == given.kind;
}

// "2024-12-09", "2024/12/09", "20241209": people write dates in these ways.
std::string plain_date(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c != '-' && c != '/' && c != ' ') digits += c;
  }
  return digits;
}

}  // namespace

Terminal::Terminal(Parameters parameters)
    : table_(parameters.screens ? parameters.screens : default_screen_table()),
      desk_(std::move(parameters)),
      reception_(desk_.parameters()) {}

Actions Terminal::handle(const Event& event, wire::Micros now_us) {
  desk_.begin(now_us);
  if (std::holds_alternative<Start>(event)) {
    desk_.show(ScreenId::kSignedOut);
    const auto& credentials = desk_.parameters().sign_in_at_start;
    if (credentials) account_.sign_in_at_start(desk_, *credentials);
  } else if (const auto* in = std::get_if<panel::Input>(&event)) {
    input(*in);
  } else if (const auto* reader = std::get_if<FromReader>(&event)) {
    from_reader(*reader);
  } else if (std::holds_alternative<LinkUp>(event)) {
    link_up();
  } else if (std::holds_alternative<LinkDown>(event)) {
    link_down();
  } else if (std::holds_alternative<LinkTimedOut>(event)) {
    link_response(std::nullopt);
  } else if (const auto* message = std::get_if<link::Message>(&event)) {
    from_link(*message);
  } else if (const auto* response = std::get_if<network::Response>(&event)) {
    from_backend(*response);
  } else if (const auto* file = std::get_if<FileArrived>(&event)) {
    ehr_.file(desk_, *file, account_.session());
  } else {
    reception_.timer(desk_, std::get<wire::TimerExpired>(event).id);
  }
  consider_cards();
  return desk_.take();
}

// ---- screens

void Terminal::input(const panel::Input& what) {
  const Given given = given_by(what);
  const ControlRow* row = find_row(*table_, desk_.screen(), given.control);
  if (row == nullptr || !fits(*row, given)) {
    return desk_.act(panel::Refused{given.control, "not_offered"});
  }
  const bool needs_administrator =
      row->access == Access::kAdministrator &&
      (row->verb != ControlVerb::kOpenFaceReaderOperation ||
       desk_.parameters().administrator_for_reader_operation);
  if (needs_administrator && !account_.administrator()) {  // P4 note
    desk_.act(panel::Refused{given.control, "administrator_only"});
    return desk_.say("administrator_only");
  }
  perform(*row, given.text, given.on);
}

void Terminal::perform(const ControlRow& row, const std::string& text, bool on) {
  switch (row.verb) {
    case ControlVerb::kSetUser: return account_.set_user(desk_, text);
    case ControlVerb::kSetPassword: return account_.set_password(desk_, text);
    case ControlVerb::kSignIn: return account_.sign_in(desk_);
    case ControlVerb::kSignOut:
      clear_form();
      return account_.sign_out(desk_);
    case ControlVerb::kOpenFaceReaderOperation: return open(ScreenId::kFaceReaderOperation);
    case ControlVerb::kOpenConfirmByCard: return open(ScreenId::kConfirmByCard);
    case ControlVerb::kOpenAccountManagement: return open(ScreenId::kAccountManagement);
    case ControlVerb::kBack:
      if (desk_.screen() == ScreenId::kReading) {
        reception_.give_up(desk_, "cancelled");
        // The card has to answer first.
        if (desk_.screen() == ScreenId::kReading) desk_.say("please_wait");
        return;
      }
      if (desk_.screen() == ScreenId::kVisualForm) return open(ScreenId::kFaceReaderOperation);
      if (desk_.screen() == ScreenId::kCardFaceForm || desk_.screen() == ScreenId::kPinForm) {
        return open(ScreenId::kConfirmByCard);
      }
      return open(ScreenId::kMenu);
    case ControlVerb::kCloseDetail: return open(ScreenId::kMenu);
    case ControlVerb::kSwitchToVisual: return switch_mode(link::Mode::kVisualConfirmation);
    case ControlVerb::kUnattendedOperation:
      return switch_mode(link::Mode::kFaceAuthentication);
    case ControlVerb::kIssuePasscode: return passcodes_.issue(desk_, account_);
    default: return perform_card(row, text, on);
  }
}

// What belongs to a card: date, ticks, method (P4-5, P4-6, P5-2 to P5-4).
void Terminal::perform_card(const ControlRow& row, const std::string& text, bool on) {
  switch (row.verb) {
    case ControlVerb::kSetDate: return set_date(text);
    case ControlVerb::kSetVisuallyConfirmed:
      visually_confirmed_ = on;
      desk_.say({});
      return show_form();
    case ControlVerb::kSetViewingConsent:
      viewing_consent_ = on;
      return desk_.set_value("viewing_consent", on ? "true" : "false");
    case ControlVerb::kChooseCardFace:
      desk_.show(ScreenId::kCardFaceForm);
      return show_form();
    case ControlVerb::kChoosePin: return desk_.show(ScreenId::kPinForm);
    case ControlVerb::kSetCardPin: return set_card_pin(text);
    default: return;
  }
}

// P4-5, P5-4; A-30: any order with the tick, not in the future.
void Terminal::set_date(const std::string& text) {
  const std::string date = plain_date(text);
  date_.clear();
  if (!wire::oqs::is_date(date)) {
    desk_.say("confirmation_date_invalid");
  } else if (date > desk_.today() && !desk_.parameters().allow_future_date) {
    desk_.say("confirmation_date_in_future");
  } else {
    date_ = date;
    desk_.say({});
  }
  show_form();
}

// Four digits; anything else would cost a try on the card.
void Terminal::set_card_pin(const std::string& text) {
  const bool digits = std::all_of(text.begin(), text.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  const bool right = digits && text.size() == 4;
  typed_pin_.assign(typed_pin_.size(), '\0');
  typed_pin_ = right ? text : std::string();
  desk_.say(right || text.empty() ? "" : "pin_format");
  desk_.set_value("card_pin", right ? "****" : "");
}

void Terminal::show_form() {
  desk_.set_value("confirmation_date", date_);
  desk_.set_value("visually_confirmed", visually_confirmed_ ? "true" : "false");
  if (desk_.screen() == ScreenId::kCardFaceForm) {
    desk_.set_value("viewing_consent", viewing_consent_ ? "true" : "false");
  }
}

void Terminal::open(ScreenId screen) {
  clear_form();
  desk_.show(screen);
  if (screen == ScreenId::kConfirmByCard) desk_.set_value("viewing_consent", "false");
}

void Terminal::clear_form() {
  date_.clear();
  visually_confirmed_ = false;
  viewing_consent_ = false;
  typed_pin_.assign(typed_pin_.size(), '\0');
  typed_pin_.clear();
}

bool Terminal::form_complete() const { return visually_confirmed_ && !date_.empty(); }

// ---- readers

void Terminal::from_reader(const FromReader& event) {
  if (event.reader >= kReaderCount) return;
  ReaderState& reader = readers_[event.reader];
  const bool in_use = reception_.reader() == event.reader;
  if (const auto* arrived = std::get_if<session::ReaderArrived>(&event.event)) {
    reader.arrived = true;
    reader.pin_pad = arrived->pin_pad;
    reader.exchange_level = arrived->exchange_level;
    return desk_.record("reader_arrived", {{"reader", std::to_string(event.reader)},
                                           {"exchange_level", arrived->exchange_level}});
  }
  if (std::holds_alternative<session::CardPresent>(event.event)) {
    if (!reader.card_present) {
      desk_.record("card_present", {{"reader", std::to_string(event.reader)}});
    }
    reader.card_present = true;
    return;
  }
  const bool reader_gone = std::holds_alternative<session::ReaderGone>(event.event);
  if (reader_gone) {
    reader.arrived = false;
    desk_.record("reader_gone", {{"reader", std::to_string(event.reader)}});
  }
  const bool absent = reader_gone || std::holds_alternative<session::CardAbsent>(event.event);
  if (absent) card_gone(event.reader, reader_gone ? "reader_gone" : "card_removed");
  if (in_use) reception_.session_event(desk_, event.event);
}

void Terminal::card_gone(std::uint8_t index, const std::string& code) {
  ReaderState& reader = readers_[index];
  if (reader.card_present) {
    desk_.record("card_absent", {{"reader", std::to_string(index)}});
  }
  reader.card_present = reader.card_served = reader.waits_for_mode = reader.told = false;
  // Visual mode by passcode ends when the card leaves; if the reader does not say so, its word may
  // have been lost.
  if (index == kFaceReader && reader_mode_ == link::Mode::kVisualConfirmation &&
      reader_cause_ == link::ModeCause::kPasscode)
    mode_doubtful_ = true;
  if (reception_.reader() == index && !reception_.idle()) reception_.card_removed(desk_, code);
}

// ---- the reader link

void Terminal::link_up() {
  if (desk_.link_up()) return;
  desk_.set_link(true);
  greeting_ = true;
  desk_.record("reader_link", {{"link", "up"}});
  desk_.ask_reader(Owner::kReaderMode, link::Hello{});
}

void Terminal::link_down() {
  if (!desk_.link_up()) return;
  const bool switching = desk_.waits_for_link(Owner::kReaderMode) && !greeting_;
  greeting_ = false;
  desk_.set_link(false);
  reader_mode_ = link::Mode::kFaceAuthentication;
  mode_doubtful_ = false;
  desk_.record("reader_link", {{"link", "down"}});
  desk_.set_value("reader_mode", "unknown");
  if (switching) mode_refused("reader_link_lost");  // somebody waits for it
  reception_.link_lost(desk_);
}

void Terminal::from_link(const link::Message& message) {
  if (const auto* check = std::get_if<link::CheckPasscode>(&message.body)) {  // P3-2
    return passcodes_.check(desk_, message.seq, *check);
  }
  switch (kind_of(message.body)) {
    case link::Kind::kRequest:
      desk_.record("unmodelled", {{"what", std::string(link::name_of(message.body))}});
      return desk_.act(LinkRespond{message.seq, link::Refused{"unsupported"}});
    case link::Kind::kResponse: return link_response(message.body);
    case link::Kind::kEvent: break;
  }
  if (const auto* changed = std::get_if<link::ModeChanged>(&message.body)) {
    return mode_changed(changed->mode, changed->cause);
  }
  reception_.link_event(desk_, message.body);
}

void Terminal::link_response(const std::optional<link::Body>& body) {
  const Desk::LinkPending asked = desk_.finish_link_request();
  if (asked.owner == Owner::kReception) return reception_.link_response(desk_, asked, body);
  if (asked.owner == Owner::kReaderMode) return mode_response(asked.body, body);
  if (body) desk_.record("unmodelled", {{"what", std::string(link::name_of(*body))}});
}

void Terminal::mode_response(const link::Body& asked, const std::optional<link::Body>& body) {
  if (std::holds_alternative<link::Hello>(asked)) {
    greeting_ = false;
    const auto* hello = body ? std::get_if<link::HelloAnswer>(&*body) : nullptr;
    if (hello == nullptr) return no_hello();
    // It is as it was: then for the same cause.
    if (mode_doubtful_ && hello->mode == reader_mode_)
      return mode_changed(hello->mode, reader_cause_);
    return mode_changed(hello->mode, hello->mode == link::Mode::kVisualConfirmation
                                         ? link::ModeCause::kTerminal
                                         : link::ModeCause::kStart);
  }
  const link::Mode wanted = std::get<link::SetMode>(asked).mode;
  const bool done = body && std::holds_alternative<link::Done>(*body);
  // A card that lies there keeps the reader from changing; it may have changed before.
  const bool so_already = wanted == link::Mode::kVisualConfirmation && reader_mode_ == wanted &&
                          reader_cause_ == link::ModeCause::kTerminal;
  if (!done && !so_already) {
    const auto* refused = body ? std::get_if<link::Refused>(&*body) : nullptr;
    if (refused != nullptr) return mode_refused(refused->reason);
    return mode_refused(body ? "reader_bad_answer" : "reader_no_answer");
  }
  mode_changed(wanted, link::ModeCause::kTerminal);
  if (!account_.administrator() && desk_.parameters().administrator_for_reader_operation) return;
  // Whoever asked for it has gone on to something else meanwhile: the screen is theirs.
  const ScreenId now = desk_.screen();
  if (now != ScreenId::kFaceReaderOperation && now != ScreenId::kVisualForm) return;
  clear_form();
  if (wanted == link::Mode::kVisualConfirmation) {  // P4-4
    desk_.show(ScreenId::kVisualForm);
    return show_form();
  }
  desk_.show(ScreenId::kFaceReaderOperation, "unattended_operation");  // P4-11
}

void Terminal::no_hello() {
  desk_.record("reader_refused", {{"reason", "no_hello"}});
  ReaderState& reader = readers_[kFaceReader];
  if (!mode_doubtful_ || !reader.card_present) return;
  // Nobody knows how the reader has asked this person: the card has to be placed again.
  reader.card_served = true;
  desk_.record("reception_failed", {{"code", "reader_no_answer"}});
  desk_.say("reception_failed");
}

void Terminal::mode_refused(const std::string& code) {
  desk_.record("mode_refused", {{"code", code}});
  desk_.say("mode_refused");
  desk_.set_value("code", code);
}

void Terminal::mode_changed(link::Mode mode, link::ModeCause cause) {
  const bool news = mode != reader_mode_ || cause != reader_cause_;
  mode_doubtful_ = false;
  reader_mode_ = mode;
  reader_cause_ = cause;
  readers_[kFaceReader].waits_for_mode = false;
  desk_.set_value("reader_mode", std::string(to_string(mode)));
  if (news) {
    desk_.record("reader_mode", {{"mode", std::string(to_string(mode))},
                                 {"cause", std::string(to_string(cause))}});
  }
}

void Terminal::switch_mode(link::Mode mode) {
  if (!desk_.link_up()) {
    desk_.record("mode_refused", {{"code", "reader_not_connected"}});
    return desk_.say("reader_not_connected");
  }
  if (!reception_.idle() && reception_.on_face_reader()) {
    return mode_refused("reception_under_way");
  }
  desk_.say("please_wait");
  desk_.ask_reader(Owner::kReaderMode, link::SetMode{mode});
}

// ---- the backend

void Terminal::from_backend(const network::Response& response) {
  const auto owner = desk_.match(response);
  if (!owner) return desk_.record("unmodelled", {{"what", "unmatched_response"}});
  const backend_api::Answer answer = answer_of(response);
  switch (owner->owner) {
    case Owner::kAccount: return account_.answer(desk_, answer, owner->tag);
    case Owner::kPasscode: return passcodes_.answer(desk_, answer, owner->tag, account_);
    case Owner::kReception: return reception_.backend_answer(desk_, answer, owner->tag);
    case Owner::kEhr: return ehr_.answer(desk_, answer, owner->tag);
    default: return;
  }
}

// ---- receptions

void Terminal::consider_cards() {
  if (reception_.idle() && reception_.take_not_begun() && readers_[kFaceReader].card_served) {
    readers_[kFaceReader].card_served = false;
    readers_[kFaceReader].waits_for_mode = true;
  }
  consider_face_reader();
  consider_generic_reader();
}

void Terminal::consider_face_reader() {
  ReaderState& reader = readers_[kFaceReader];
  if (!reader.card_present || reader.waits_for_mode || !desk_.link_up() || greeting_) return;
  if (reader.card_served) {
    if (desk_.screen() == ScreenId::kVisualForm && form_complete()) place_again(kFaceReader);
    return;
  }
  if (!reception_.free_for(kFaceReader)) return;
  if (mode_doubtful_) {
    greeting_ = true;
    return desk_.ask_reader(Owner::kReaderMode, link::Hello{});
  }
  const auto account = account_.state();
  if (account == AccountSession::State::kSigningIn) return;
  if (!account_.signed_in()) {
    reader.card_served = true;
    desk_.record("reception_failed", {{"code", "not_signed_in"}});
    desk_.ask_reader(Owner::kNobody, link::Show{link::Notice::kFailed, "not_signed_in"});
    return desk_.say("not_signed_in");
  }
  ReceptionTask task;
  task.confirmation_date = desk_.today();
  if (reader_mode_ == link::Mode::kFaceAuthentication) {
    task.flow = Flow::kReaderOrdinary;
  } else if (reader_cause_ == link::ModeCause::kPasscode) {  // P3
    task.flow = Flow::kReaderPasscode;
  } else {
    if (!ready_for_visual()) return;
    task.flow = Flow::kReaderTerminal;  // P4
    if (!date_.empty()) task.confirmation_date = date_;
    clear_form();
    if (desk_.screen() == ScreenId::kVisualForm) {
      desk_.say("reading");
      show_form();
    }
  }
  begin(kFaceReader, std::move(task));
}

// P4-5, P4-6: date and tick come first. A card that is there already waits for them.
bool Terminal::ready_for_visual() {
  if (!desk_.parameters().visual_needs_form) return true;
  if (desk_.screen() == ScreenId::kVisualForm && form_complete()) return true;
  ReaderState& reader = readers_[kFaceReader];
  if (reader.told) return false;
  reader.told = true;
  desk_.record("card_waits_for_form", {{"reader", std::to_string(kFaceReader)}});
  desk_.ask_reader(Owner::kNobody,
                   link::Show{link::Notice::kReading, "visual_confirmation_required"});
  desk_.say("visual_form_incomplete");
  return false;
}

void Terminal::consider_generic_reader() {
  ReaderState& reader = readers_[kGenericReader];
  if (!reader.card_present) return;
  if (reader.card_served) {
    const ScreenId now = desk_.screen();
    const bool ready = (now == ScreenId::kCardFaceForm && form_complete()) ||
                       (now == ScreenId::kPinForm && !typed_pin_.empty());
    if (ready) place_again(kGenericReader);
    return;
  }
  if (!reception_.free_for(kGenericReader)) return;
  ReceptionTask task;
  task.viewing_consent = viewing_consent_;
  if (desk_.screen() == ScreenId::kCardFaceForm) {
    if (!form_complete() && desk_.parameters().visual_needs_form) {
      if (reader.told) return;
      reader.told = true;
      desk_.record("card_waits_for_form", {{"reader", std::to_string(kGenericReader)}});
      return desk_.say("visual_form_incomplete");
    }
    task.flow = Flow::kGenericVisual;  // P5
    task.confirmation_date = date_.empty() ? desk_.today() : date_;
  } else if (desk_.screen() == ScreenId::kPinForm && (reader.pin_pad || !typed_pin_.empty())) {
    task.flow = Flow::kGenericPin;
    task.confirmation_date = desk_.today();
    task.typed_pin = typed_pin_;
  } else {
    return;
  }
  clear_form();
  desk_.show(ScreenId::kReading);
  begin(kGenericReader, std::move(task));
}

// All is there, but this card was used for a reception: it has to be taken and placed again.
void Terminal::place_again(std::uint8_t index) {
  ReaderState& reader = readers_[index];
  if (reader.told) return;
  reader.told = true;
  desk_.record("card_to_be_placed_again", {{"reader", std::to_string(index)}});
  desk_.say("place_card_again");
}

void Terminal::begin(std::uint8_t index, ReceptionTask task) {
  ReaderState& reader = readers_[index];
  reader.card_served = true;
  reader.told = false;
  task.session = account_.session();
  task.exchange_level = reader.exchange_level;
  task.pin_pad = reader.pin_pad;
  reception_.begin(desk_, std::move(task));
}

}  // namespace uketsuke::terminal
