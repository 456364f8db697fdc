#include "models/face_reader/panel.h"

#include <algorithm>

#include "models/face_reader/photo.h"
#include "sim/wire/reader_link/codec.h"

namespace uketsuke::face_reader {
namespace {

constexpr std::uint32_t kScreenTimer = 1;

bool all_digits(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Occurrence occurrence_of_input(const panel::Input& input) {
  if (const auto* press = std::get_if<panel::Press>(&input)) {
    if (press->control == "staff_button") return Occurrence::kPressStaffButton;
    if (press->control == "cancel") return Occurrence::kPressCancel;
    if (press->control == "face") return Occurrence::kPressFace;
    if (press->control == "pin") return Occurrence::kPressPin;
    if (press->control == "granted") return Occurrence::kPressGranted;
    if (press->control == "declined") return Occurrence::kPressDeclined;
  } else if (const auto* enter = std::get_if<panel::Enter>(&input)) {
    if (enter->control == "visual_passcode") return Occurrence::kEnterPasscode;
    if (enter->control == "card_pin") return Occurrence::kEnterPin;
  } else if (std::holds_alternative<panel::ShowFace>(input)) {
    return Occurrence::kShowFace;
  } else if (std::holds_alternative<panel::CardFaceSeen>(input)) {
    return Occurrence::kCardFaceSeen;
  }
  return Occurrence::kOtherInput;
}

std::string control_of(const panel::Input& input) {
  if (const auto* press = std::get_if<panel::Press>(&input)) return press->control;
  if (const auto* enter = std::get_if<panel::Enter>(&input)) return enter->control;
  if (const auto* tick = std::get_if<panel::Tick>(&input)) return tick->control;
  return "camera";
}

std::string join(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text += ' ';
    text += item;
  }
  return text;
}

// Why a request of the terminal cannot be served in this state.
std::string_view reason_of(State state) {
  switch (state) {
    case State::kInitial:
    case State::kPlaceCard: return "no_reception";
    case State::kPasscodeEntry:
    case State::kPasscodeCheck: return "staff_operation";
    default: return "reception_under_way";
  }
}

// Verbs that need what one kind of event carries.
bool fits(Verb verb, const Event& event) {
  const auto* input = std::get_if<panel::Input>(&event);
  const auto* message = std::get_if<link::Message>(&event);
  const auto entered = [&] { return input && std::holds_alternative<panel::Enter>(*input); };
  switch (verb) {
    case Verb::kSendPasscode:
    case Verb::kSubmitPin: return entered();
    case Verb::kCompareFace: return input && std::holds_alternative<panel::ShowFace>(*input);
    case Verb::kNoteCardFace:
    case Verb::kCardFaceScanned:
      return input && std::holds_alternative<panel::CardFaceSeen>(*input);
    case Verb::kOpenPinPad: return std::holds_alternative<AskPin>(event);
    case Verb::kChangeMode:
      return message && std::holds_alternative<link::SetMode>(message->body);
    case Verb::kBeginMatch:
      return message && std::holds_alternative<link::MatchFace>(message->body);
    case Verb::kBeginConsent:
      return message && std::holds_alternative<link::AskConsent>(message->body);
    case Verb::kShowNotice: return message && std::holds_alternative<link::Show>(message->body);
    default: return true;
  }
}

}  // namespace

std::string_view to_string(PinCancelled::Cause cause) {
  switch (cause) {
    case PinCancelled::Cause::kPressed: return "pressed";
    case PinCancelled::Cause::kTimeOut: return "time_out";
    case PinCancelled::Cause::kCardRemoved: return "card_removed";
    case PinCancelled::Cause::kNotOffered: return "not_offered";
  }
  return "?";
}

Panel::Panel(Parameters parameters)
    : parameters_(std::move(parameters)),
      table_(parameters_.table ? parameters_.table : default_table()) {}

Actions Panel::handle(const Event& event) {
  out_.clear();
  if (std::holds_alternative<Start>(event)) {
    state_ = State::kNotConnected;
    mode_ = link::Mode::kFaceAuthentication;
    cause_ = link::ModeCause::kStart;
    card_present_ = link_up_ = card_face_seen_ = consent_waiting_ = timer_running_ = false;
    card_face_.clear();
    shown_code_.clear();
    shown_tries_.clear();
    consent_items_.clear();
    passcode_seq_ = 0;
    display({});
    return std::move(out_);
  }
  if (std::holds_alternative<wire::TimerExpired>(event)) {
    const bool ours = std::get<wire::TimerExpired>(event).id == kScreenTimer && timer_running_;
    if (!ours) return std::move(out_);
    timer_running_ = false;
  }
  perform(cell(*table_, state_, occurrence_of(event)), event);
  return std::move(out_);
}

Occurrence Panel::occurrence_of(const Event& event) const {
  if (const auto* input = std::get_if<panel::Input>(&event)) return occurrence_of_input(*input);
  if (const auto* message = std::get_if<link::Message>(&event)) {
    const link::Body& body = message->body;
    if (std::holds_alternative<link::Hello>(body)) return Occurrence::kHello;
    if (std::holds_alternative<link::SetMode>(body)) return Occurrence::kSetMode;
    if (std::holds_alternative<link::AskAuthMethod>(body)) return Occurrence::kAskAuthMethod;
    if (std::holds_alternative<link::ScanCardFace>(body)) return Occurrence::kScanCardFace;
    if (std::holds_alternative<link::MatchFace>(body)) return Occurrence::kMatchFace;
    if (std::holds_alternative<link::AskConsent>(body)) return Occurrence::kAskConsent;
    if (std::holds_alternative<link::Show>(body)) return Occurrence::kShow;
    if (std::holds_alternative<link::EndReception>(body)) return Occurrence::kEndReception;
    const bool answer = std::holds_alternative<link::PasscodeAnswer>(body) ||
                        std::holds_alternative<link::Refused>(body);
    if (answer && message->seq == passcode_seq_) return Occurrence::kPasscodeAnswer;
    return Occurrence::kOtherMessage;
  }
  if (std::holds_alternative<LinkUp>(event)) return Occurrence::kLinkUp;
  if (std::holds_alternative<LinkDown>(event)) return Occurrence::kLinkDown;
  if (std::holds_alternative<CardInserted>(event)) return Occurrence::kCardInserted;
  if (std::holds_alternative<CardRemoved>(event)) return Occurrence::kCardRemoved;
  if (std::holds_alternative<AskPin>(event)) return Occurrence::kAskPin;
  if (std::holds_alternative<PinDone>(event)) return Occurrence::kPinDone;
  return Occurrence::kTimer;
}

void Panel::perform(Verb verb, const Event& event) {
  if (std::holds_alternative<LinkUp>(event)) link_up_ = true;
  if (verb == Verb::kIgnore) return;
  if (!fits(verb, event)) return misfit(verb);
  if (const auto* message = std::get_if<link::Message>(&event)) {
    perform_message(verb, *message);
  } else if (const auto* input = std::get_if<panel::Input>(&event)) {
    perform_input(verb, *input);
  } else if (std::holds_alternative<wire::TimerExpired>(event)) {
    perform_timer(verb);
  } else {
    perform_wire(verb, event);
  }
}

// Link, card and CCID function.
void Panel::perform_wire(Verb verb, const Event& event) {
  switch (verb) {
    case Verb::kConnect:
      if (card_present_) {
        wait_for_terminal();
      } else {
        go_home();
      }
      return;
    case Verb::kDisconnect: return disconnect();
    case Verb::kCardPlaced:
      card_present_ = true;
      record("card_placed", {{"mode", std::string(to_string(mode_))}});
      return wait_for_terminal("reading");
    case Verb::kNoteCard:
      card_present_ = true;
      return record("card_placed", {{"mode", std::string(to_string(mode_))}});
    case Verb::kNoteCardGone:
      card_present_ = card_face_seen_ = false;
      card_face_.clear();
      return record("card_removed");
    case Verb::kCardTaken: return card_taken();
    case Verb::kOpenPinPad: return open_pin_pad(std::get<AskPin>(event));
    case Verb::kRefusePin:
      out_.push_back(PinCancelled{PinCancelled::Cause::kNotOffered});
      return;
    case Verb::kClosePinPad: return wait_for_terminal();
    default: return misfit(verb);
  }
}

void Panel::perform_message(Verb verb, const link::Message& message) {
  // The PIN pad outlives the link: what would change the screen needs a terminal to answer.
  const bool shows = verb == Verb::kShowNotice || verb == Verb::kEndReception;
  if (shows && !link_up_) return refuse_request(message);
  switch (verb) {
    case Verb::kRefuseRequest: return refuse_request(message);
    case Verb::kAnswerDone: return respond(message, link::Done{});
    case Verb::kUnmodelled: return unmodelled(message);
    case Verb::kAnswerHello:
      return respond(message, link::HelloAnswer{1, parameters_.model, parameters_.firmware, mode_});
    case Verb::kChangeMode: return change_mode(message);
    case Verb::kAskMethod: return ask_method(message);
    case Verb::kBeginScan: return begin_scan(message);
    case Verb::kBeginMatch: return begin_match(message);
    case Verb::kBeginConsent: return begin_consent(message);
    case Verb::kShowNotice: return show_notice(message);
    case Verb::kTakePasscodeAnswer: return take_passcode_answer(message);
    case Verb::kEndReception:
      respond(message, link::Done{});
      close_question("ended", PinCancelled::Cause::kNotOffered);
      return go_home();
    default: return misfit(verb);
  }
}

void Panel::perform_input(Verb verb, const panel::Input& input) {
  switch (verb) {
    case Verb::kRefuseInput: return refuse_input(input, "not_offered");
    case Verb::kOpenPasscodeEntry:  // P3-1
      if (!parameters_.passcode_switch) return refuse_input(input, "not_in_release");
      return enter(State::kPasscodeEntry);
    case Verb::kSendPasscode: return send_passcode(std::get<panel::Enter>(input).text);
    case Verb::kLeavePasscode: return go_home("cancelled");
    case Verb::kChooseFace:
    case Verb::kChoosePin: {
      const auto method =
          verb == Verb::kChooseFace ? link::AuthMethod::kFace : link::AuthMethod::kPin;
      record("auth_method", {{"method", std::string(to_string(method))}});
      send_event(link::AuthMethodChosen{method});
      return wait_for_terminal();
    }
    case Verb::kCancelQuestion:
      close_question("pressed", PinCancelled::Cause::kPressed);
      return wait_for_terminal("cancelled");
    case Verb::kCompareFace: return compare_face(std::get<panel::ShowFace>(input).score);
    case Verb::kNoteCardFace:
    case Verb::kCardFaceScanned:
      card_face_ = std::get<panel::CardFaceSeen>(input).verification_number_b;
      card_face_seen_ = true;
      if (verb == Verb::kNoteCardFace) return;
      send_event(link::CardFaceScanned{card_face_});
      return wait_for_terminal();
    case Verb::kSubmitPin: return submit_pin(std::get<panel::Enter>(input).text);
    case Verb::kCancelPin:
      close_question("pressed", PinCancelled::Cause::kPressed);
      return wait_for_terminal("cancelled");
    case Verb::kChooseGranted: return choose_consent(link::Consent::kGranted);
    case Verb::kChooseDeclined: return choose_consent(link::Consent::kDeclined);
    default: return misfit(verb);
  }
}

void Panel::perform_timer(Verb verb) {
  if (verb == Verb::kCompletionSeen) {
    if (consent_waiting_) return enter(State::kConsent);
    return wait_for_terminal("completion_message");
  }
  record("time_out", {{"screen", std::string(screen_of(state_))}});
  switch (verb) {
    case Verb::kPasscodeTimeOut: return go_home("time_out");
    case Verb::kPasscodeUnanswered: return go_home("terminal_no_answer");
    case Verb::kReturnToFaceMode:
      set_mode(link::Mode::kFaceAuthentication, link::ModeCause::kTimeOut);
      return go_home("time_out");
    case Verb::kScanTimeOut:
      send_event(link::CardFaceScanned{});
      return wait_for_terminal();
    case Verb::kQuestionTimeOut:
    case Verb::kPinTimeOut:
      close_question("time_out", PinCancelled::Cause::kTimeOut);
      return wait_for_terminal("time_out");
    case Verb::kTerminalSilent:
      shown_code_ = "terminal_no_answer";
      return enter(State::kFailed, "terminal_no_answer");
    default: return misfit(verb);
  }
}

// ---- states and screens

wire::Micros Panel::time_limit(State state) const {
  switch (state) {
    case State::kPasscodeEntry: return parameters_.passcode_entry_us;
    case State::kPasscodeCheck: return parameters_.passcode_check_us;
    case State::kPlaceCard:  // P4: stays until the terminal ends it
      return cause_ == link::ModeCause::kPasscode ? parameters_.place_card_us : 0;
    case State::kReading: return parameters_.reading_us;
    case State::kAuthMethod: return parameters_.auth_method_us;
    case State::kCardFaceScan: return parameters_.card_face_scan_us;
    case State::kFaceCapture: return parameters_.face_capture_us;
    case State::kPinEntry: return wire::Micros{asked_pin_.timeout_s} * 1'000'000;
    case State::kCompletion: return parameters_.completion_us;
    case State::kConsent: return parameters_.consent_us;
    default: return 0;
  }
}

void Panel::enter(State state, std::string message) {
  state_ = state;
  if (state != State::kCompletion) consent_waiting_ = false;
  if (state != State::kFailed) shown_code_.clear();
  if (state != State::kPasscodeEntry && state != State::kFaceCapture) shown_tries_.clear();
  if (state != State::kConsent) consent_items_.clear();
  const wire::Micros limit = time_limit(state);
  if (limit > 0) {
    out_.push_back(wire::StartTimer{kScreenTimer, limit});
  } else if (timer_running_) {
    out_.push_back(wire::StopTimer{kScreenTimer});
  }
  timer_running_ = limit > 0;
  display(std::move(message));
}

void Panel::display(std::string message) {
  panel::Display shown;
  shown.screen = screen_of(state_);
  shown.message = std::move(message);
  shown.values["mode"] = to_string(mode_);
  if (!shown_code_.empty()) shown.values["code"] = shown_code_;
  if (!shown_tries_.empty()) shown.values["tries_left"] = shown_tries_;
  if (!consent_items_.empty()) shown.values["items"] = consent_items_;
  out_.push_back(std::move(shown));
}

// What the mode shows first; a card that still lies there has to be taken first.
void Panel::go_home(std::string message) {
  if (!link_up_) return enter(State::kNotConnected, std::move(message));
  if (card_present_) return enter(State::kTakeCard, message.empty() ? "take_card" : message);
  if (mode_ == link::Mode::kVisualConfirmation) return enter(State::kPlaceCard, std::move(message));
  enter(State::kInitial, std::move(message));
}

void Panel::wait_for_terminal(std::string message) {
  enter(link_up_ ? State::kReading : State::kNotConnected, std::move(message));
}

void Panel::set_mode(link::Mode mode, link::ModeCause cause) {
  mode_ = mode;
  cause_ = cause;
  record("mode_changed",
         {{"mode", std::string(to_string(mode))}, {"cause", std::string(to_string(cause))}});
  if (link_up_) send_event(link::ModeChanged{mode, cause});
}

void Panel::respond(const link::Message& request, link::Body body) {
  out_.push_back(SendLink{link::Message{request.seq, std::move(body)}});
}

void Panel::send_event(link::Body body) {
  out_.push_back(SendLink{link::Message{next_seq_++, std::move(body)}});
}

void Panel::record(std::string name, std::vector<std::pair<std::string, std::string>> values) {
  out_.push_back(Record{std::move(name), std::move(values)});
}

void Panel::refuse_input(const panel::Input& input, std::string reason) {
  out_.push_back(panel::Refused{control_of(input), std::move(reason)});
}

void Panel::refuse_request(const link::Message& message) {
  const std::string_view reason = link_up_ ? reason_of(state_) : "not_connected";
  respond(message, link::Refused{std::string(reason)});
}

// with visual confirmation neither method, number nor face is asked for.
bool Panel::refused_in_visual_mode(const link::Message& message) {
  if (mode_ != link::Mode::kVisualConfirmation) return false;
  respond(message, link::Refused{"visual_mode"});
  return true;
}

void Panel::unmodelled(const link::Message& message) {
  if (kind_of(message.body) == link::Kind::kRequest) respond(message, link::Refused{"unsupported"});
  // A plain Done answers nothing that this reader asks: a stray response, like any other.
  record("unmodelled", {{"what", std::string(link::name_of(message.body))}});
}

// A table that puts a verb where it cannot be: told, not hidden.
void Panel::misfit(Verb verb) {
  record("unmodelled", {{"what", std::string(to_string(verb))}});
}

// Whatever waits for a person is given up: the terminal and the CCID function are told.
void Panel::close_question(const std::string& reason, PinCancelled::Cause cause) {
  const bool asked_by_terminal = state_ == State::kAuthMethod || state_ == State::kCardFaceScan ||
                                 state_ == State::kFaceCapture || state_ == State::kConsent ||
                                 (state_ == State::kCompletion && consent_waiting_);
  if (asked_by_terminal && link_up_) send_event(link::Cancelled{reason});
  if (state_ == State::kPinEntry) out_.push_back(PinCancelled{cause});
}

void Panel::disconnect() {
  link_up_ = false;
  if (mode_ == link::Mode::kVisualConfirmation && cause_ == link::ModeCause::kPasscode) {
    set_mode(link::Mode::kFaceAuthentication, link::ModeCause::kTimeOut);
  }
  // PIN entry belongs to the CCID function and goes on.
  if (state_ != State::kPinEntry) enter(State::kNotConnected);
}

// P3-5, P4-10: the card is gone, the reception is over for the reader.
void Panel::card_taken() {
  card_present_ = card_face_seen_ = false;
  card_face_.clear();
  record("card_removed");
  close_question("card_removed", PinCancelled::Cause::kCardRemoved);
  // one reception per passcode entry, back to face authentication without an operation.
  if (mode_ == link::Mode::kVisualConfirmation && cause_ == link::ModeCause::kPasscode &&
      parameters_.return_at_card_removal) {
    set_mode(link::Mode::kFaceAuthentication, link::ModeCause::kCardRemoved);
  }
  go_home();
}

// ---- visual passcode and mode

// P3-2. The passcode itself is checked by the backend; here only its shape.
void Panel::send_passcode(const std::string& digits) {
  if (digits.size() < parameters_.passcode_min_digits ||
      digits.size() > parameters_.passcode_max_digits || !all_digits(digits)) {
    return display("passcode_format");
  }
  passcode_seq_ = next_seq_;
  send_event(link::CheckPasscode{digits});
  enter(State::kPasscodeCheck, "passcode_checking");
}

void Panel::take_passcode_answer(const link::Message& message) {
  link::PasscodeAnswer answer{link::PasscodeResult::kUnavailable, 0};
  if (const auto* given = std::get_if<link::PasscodeAnswer>(&message.body)) answer = *given;
  record("passcode_answer", {{"result", std::string(to_string(answer.result))}});
  switch (answer.result) {
    case link::PasscodeResult::kAccepted:
      set_mode(link::Mode::kVisualConfirmation, link::ModeCause::kPasscode);
      if (card_present_) return wait_for_terminal("reading");
      return go_home();
    case link::PasscodeResult::kWrong:
      shown_tries_ = std::to_string(answer.tries_left);
      return enter(State::kPasscodeEntry, "passcode_wrong");
    case link::PasscodeResult::kLocked: return go_home("passcode_locked");
    case link::PasscodeResult::kNotIssued: return go_home("passcode_not_issued");
    case link::PasscodeResult::kExpired: return go_home("passcode_expired");
    case link::PasscodeResult::kUnavailable: return go_home("passcode_unavailable");
  }
}

// P4-4, P4-11. The same mode again changes its cause: it stays until the terminal ends it.
void Panel::change_mode(const link::Message& message) {
  const link::Mode mode = std::get<link::SetMode>(message.body).mode;
  respond(message, link::Done{});
  if (mode != mode_ || cause_ == link::ModeCause::kPasscode) {
    set_mode(mode, link::ModeCause::kTerminal);
  }
  go_home();
}

// ---- identity

void Panel::ask_method(const link::Message& message) {
  if (refused_in_visual_mode(message)) return;
  respond(message, link::Done{});
  enter(State::kAuthMethod);
}

// verification number B is what the optics see on the card.
void Panel::begin_scan(const link::Message& message) {
  if (refused_in_visual_mode(message)) return;
  respond(message, link::Done{});
  if (card_face_seen_) return send_event(link::CardFaceScanned{card_face_});
  enter(State::kCardFaceScan, "reading");
}

void Panel::begin_match(const link::Message& message) {
  if (refused_in_visual_mode(message)) return;
  if (!is_jpeg2000(std::get<link::MatchFace>(message.body).photo)) {
    record("photo_refused");
    return respond(message, link::Refused{"photo_not_jpeg2000"});
  }
  respond(message, link::Done{});
  face_tries_left_ = parameters_.face_tries;
  enter(State::kFaceCapture);
}

void Panel::compare_face(std::uint16_t score) {
  const bool matched = score >= parameters_.face_threshold;
  record("face_compared",
         {{"score", std::to_string(score)}, {"matched", matched ? "true" : "false"}});
  if (!matched && face_tries_left_ > 1) {
    shown_tries_ = std::to_string(--face_tries_left_);
    return enter(State::kFaceCapture, "face_not_matched");
  }
  send_event(link::FaceMatched{matched, score});
  wait_for_terminal(matched ? "face_matched" : "face_not_matched");
}

void Panel::open_pin_pad(const AskPin& ask) {
  if (!card_present_) {
    out_.push_back(PinCancelled{PinCancelled::Cause::kCardRemoved});
    return;
  }
  asked_pin_ = ask;
  if (asked_pin_.timeout_s == 0) asked_pin_.timeout_s = 30;  // CCID 1.1, 6.1.11: reader's default
  enter(State::kPinEntry);
}

void Panel::submit_pin(const std::string& digits) {
  if (digits.size() < asked_pin_.min_digits || digits.size() > asked_pin_.max_digits ||
      !all_digits(digits)) {
    return display("pin_format");
  }
  out_.push_back(PinEntered{digits});
  wait_for_terminal("reading");
}

// ---- notices and consent

void Panel::begin_consent(const link::Message& message) {
  if (consent_waiting_) return refuse_request(message);  // one question at a time
  respond(message, link::Done{});
  const std::string items = join(std::get<link::AskConsent>(message.body).items);
  if (state_ == State::kCompletion) {
    consent_items_ = items;
    consent_waiting_ = true;  // the completion message is seen first
    return;
  }
  consent_items_ = items;
  enter(State::kConsent);
}

// P3-4, P4-8.
void Panel::choose_consent(link::Consent consent) {
  record("consent_chosen", {{"consent", std::string(to_string(consent))}});
  send_event(link::ConsentChosen{consent});
  wait_for_terminal();
}

void Panel::show_notice(const link::Message& message) {
  const auto& show = std::get<link::Show>(message.body);
  respond(message, link::Done{});
  if (state_ == State::kPinEntry) out_.push_back(PinCancelled{PinCancelled::Cause::kNotOffered});
  switch (show.notice) {
    case link::Notice::kReading:
      return enter(State::kReading, show.code.empty() ? "reading" : "staff_confirmation_required");
    case link::Notice::kCompletion:
      if (!parameters_.completion_before_consent) return enter(State::kReading, "reading");
      record("completion_shown");
      return enter(State::kCompletion, "completion_message");
    case link::Notice::kFailed:
      record("failure_shown", {{"code", show.code}});
      shown_code_ = show.code;
      return enter(State::kFailed, "reception_failed");
    case link::Notice::kTakeCard: return enter(State::kTakeCard, "take_card");
  }
}

}  // namespace uketsuke::face_reader
