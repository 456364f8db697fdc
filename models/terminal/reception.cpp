#include "models/terminal/reception.h"

#include "sim/wire/oqs/file_name.h"
#include "sim/wire/oqs/message.h"
#include "sim/wire/oqs/qualification.h"

namespace uketsuke::terminal {
namespace {

Method method_of(Flow flow) {
  return flow == Flow::kGenericPin ? Method::kPin : Method::kVisually;
}

std::string refusal_code(const backend_api::Answer& answer) {
  const auto* refusal = std::get_if<backend_api::Refusal>(&answer);
  return refusal != nullptr ? refusal->reason : "bad_answer";
}

bool is_done(const std::optional<link::Body>& answer) {
  return answer && std::holds_alternative<link::Done>(*answer);
}

std::string reason_of(const std::optional<link::Body>& answer) {
  if (!answer) return "reader_no_answer";
  const auto* refused = std::get_if<link::Refused>(&*answer);
  if (refused == nullptr) return "reader_bad_answer";
  // The reader has ended the reception, which is so when its card was taken (P3-5, P4-10).
  return refused->reason == "no_reception" ? "card_removed" : refused->reason;
}

}  // namespace

std::uint8_t Reception::reader() const {
  const bool generic = task_.flow == Flow::kGenericVisual || task_.flow == Flow::kGenericPin;
  return generic ? kGenericReader : kFaceReader;
}

void Reception::begin(Desk& desk, ReceptionTask task) {
  if (state_ == State::kCardToTake) end(desk, outcome_, {});  // the card was left in
  task_ = std::move(task);
  ++number_;
  card_here_ = true;
  not_begun_ = false;
  question_ = ReaderQuestion::kNone;
  transaction_.clear();
  outcome_ = "failed";
  consent_ = backend_api::ConsentRecord::kNotAsked;
  rounds_left_ = desk.parameters().auth_method_rounds;
  desk.record("reception_started", {{"flow", std::string(to_string(task_.flow))},
                                    {"confirmation_date", task_.confirmation_date}});
  if (task_.flow == Flow::kReaderOrdinary) return ask_method(desk);
  if (task_.flow == Flow::kReaderTerminal) ask_reader(desk, link::Show{link::Notice::kReading, {}});
  begin_card(desk, method_of(task_.flow));
}

// ---- the card

void Reception::begin_card(Desk& desk, Method method) {
  stop_timers(desk);
  method_ = method;
  state_ = State::kCard;
  BeginCard card{method, task_.exchange_level, task_.pin_pad, std::move(task_.typed_pin)};
  task_.typed_pin.clear();
  feed(desk, card);
}

void Reception::feed(Desk& desk, const CardEvent& event) {
  perform(desk, card_.handle(event));
  if (card_.waiting_for_reader() || !card_timer_) return;
  desk.act(wire::StopTimer{kCardTimer});
  card_timer_ = false;
}

void Reception::perform(Desk& desk, CardNeeds needs) {
  for (CardNeed& need : needs) {
    if (auto* request = std::get_if<session::Request>(&need)) {
      const CardParameters& card = desk.parameters().card;
      wire::Micros limit = card.step_timeout_us;
      if (std::holds_alternative<session::VerifyPin>(*request)) {
        limit += wire::Micros{card.pin_timeout_s} * 1'000'000;
      }
      desk.act(ToReader{reader(), std::move(*request)});
      desk.act(wire::StartTimer{kCardTimer, limit});
      card_timer_ = true;
    } else if (std::holds_alternative<NeedChallenge>(need)) {
      ask_backend(desk,
                       backend_api::BeginIdentity{desk.parameters().institution, task_.session,
                                                  method_, task_.confirmation_date});
    } else if (std::holds_alternative<NeedVerificationNumber>(need)) {
      question_ = ReaderQuestion::kScan;
      ask_reader(desk, link::ScanCardFace{});
      wait_for_person(desk);
    } else if (auto* match = std::get_if<NeedFaceMatch>(&need)) {
      question_ = ReaderQuestion::kMatch;
      ask_reader(desk, link::MatchFace{std::move(match->photo)});
      wait_for_person(desk);
    } else if (auto* identified_card = std::get_if<CardIdentified>(&need)) {
      state_ = State::kCompleteIdentity;
      ask_backend(desk,
                       backend_api::CompleteIdentity{desk.parameters().institution, transaction_,
                                                     std::move(identified_card->certificate),
                                                     std::move(identified_card->signature)});
    } else {
      card_failed(desk, std::get<CardFailed>(need));
    }
  }
}

void Reception::card_failed(Desk& desk, const CardFailed& failed) {
  std::vector<std::pair<std::string, std::string>> values{{"code", failed.code}};
  if (!failed.sw.empty()) values.emplace_back("sw", failed.sw);
  if (failed.tries_left >= 0) values.emplace_back("tries_left", std::to_string(failed.tries_left));
  desk.record("card_failed", std::move(values));
  stop_timers(desk);
  question_ = ReaderQuestion::kNone;
  // The patient may choose the PIN after the face did not match.
  const bool another = failed.code == "face_not_matched" && rounds_left_ > 1 && card_here_;
  if (another) {
    --rounds_left_;
    return ask_method(desk);
  }
  fail(desk, failed.code);
}

void Reception::session_event(Desk& desk, const session::Event& event) { feed(desk, event); }

// ---- the reader

void Reception::ask_reader(Desk& desk, link::Body body) {
  desk.ask_reader(Owner::kReception, std::move(body), number_);
}

void Reception::ask_backend(Desk& desk, const backend_api::Request& request) {
  desk.ask_backend(Owner::kReception, request, number_);
}

void Reception::ask_method(Desk& desk) {
  state_ = State::kAskMethod;
  ask_reader(desk, link::AskAuthMethod{});
}

void Reception::link_response(Desk& desk, const Desk::LinkPending& pending,
                              const std::optional<link::Body>& answer) {
  if (pending.tag != number_) return;
  const link::Body& asked = pending.body;
  if (std::holds_alternative<link::AskAuthMethod>(asked)) return method_response(desk, answer);
  if (std::holds_alternative<link::ScanCardFace>(asked) ||
      std::holds_alternative<link::MatchFace>(asked)) {
    return match_or_scan_refused(desk, answer);
  }
  if (std::holds_alternative<link::AskConsent>(asked) && state_ == State::kAskConsent) {
    if (!is_done(answer)) return fail(desk, reason_of(answer));
    state_ = State::kConsentChoice;
    return wait_for_person(desk);
  }
  // Show and EndReception: a reader that refuses or is silent changes nothing here.
  if (!is_done(answer)) desk.record("reader_refused", {{"reason", reason_of(answer)}});
}

void Reception::method_response(Desk& desk, const std::optional<link::Body>& answer) {
  if (state_ != State::kAskMethod) return;
  if (is_done(answer)) {
    state_ = State::kMethodChoice;
    return wait_for_person(desk);
  }
  const std::string reason = reason_of(answer);
  if (reason == "staff_operation" || reason == "visual_mode") {
    not_begun_ = true;
    return end(desk, "not_begun", reason);
  }
  fail(desk, reason);
}

void Reception::match_or_scan_refused(Desk& desk, const std::optional<link::Body>& answer) {
  if (state_ != State::kCard || question_ == ReaderQuestion::kNone || is_done(answer)) return;
  question_ = ReaderQuestion::kNone;
  stop_timers(desk);
  feed(desk, GiveUpCard{reason_of(answer)});
}

void Reception::link_event(Desk& desk, const link::Body& body) {
  if (idle() || !on_face_reader()) return;  // what is left of an earlier reception
  if (const auto* chosen = std::get_if<link::AuthMethodChosen>(&body)) {
    if (state_ != State::kMethodChoice) return;
    const bool face = chosen->method == link::AuthMethod::kFace;
    desk.record("auth_method", {{"method", std::string(to_string(chosen->method))}});
    return begin_card(desk, face ? Method::kFace : Method::kPin);
  }
  if (const auto* scanned = std::get_if<link::CardFaceScanned>(&body)) {
    if (state_ != State::kCard || question_ != ReaderQuestion::kScan) return;
    question_ = ReaderQuestion::kNone;
    stop_timers(desk);
    return feed(desk, VerificationNumberGiven{scanned->verification_number_b});
  }
  if (const auto* matched = std::get_if<link::FaceMatched>(&body)) {
    if (state_ != State::kCard || question_ != ReaderQuestion::kMatch) return;
    question_ = ReaderQuestion::kNone;
    stop_timers(desk);
    desk.record("face_compared", {{"matched", matched->matched ? "true" : "false"}});
    return feed(desk, FaceResult{matched->matched});
  }
  if (const auto* choice = std::get_if<link::ConsentChosen>(&body)) {  // P3-4, P4-8
    if (state_ != State::kConsentChoice) return;
    stop_timers(desk);
    return consent_known(desk, choice->consent == link::Consent::kGranted
                                   ? backend_api::ConsentRecord::kGranted
                                   : backend_api::ConsentRecord::kDeclined);
  }
  if (const auto* stopped = std::get_if<link::Cancelled>(&body)) cancelled(desk, stopped->reason);
}

void Reception::cancelled(Desk& desk, const std::string& reason) {
  const std::string code = reason == "time_out"       ? "time_out"
                           : reason == "card_removed" ? "card_removed"
                                                      : "cancelled";
  if (code == "card_removed") card_here_ = false;
  const bool asked = state_ == State::kAskMethod || state_ == State::kMethodChoice ||
                     state_ == State::kAskConsent || state_ == State::kConsentChoice;
  if (asked) return fail(desk, code);
  if (state_ != State::kCard || question_ == ReaderQuestion::kNone) return;
  question_ = ReaderQuestion::kNone;
  stop_timers(desk);
  feed(desk, GiveUpCard{code});
}

void Reception::link_lost(Desk& desk) {
  if (on_face_reader()) give_up(desk, "reader_link_lost");
}

// ---- the backend

void Reception::backend_answer(Desk& desk, const backend_api::Answer& answer, std::uint64_t tag) {
  if (tag != number_) return;  // of a reception that was given up
  switch (state_) {
    case State::kCard:
      if (const auto* given = std::get_if<backend_api::IdentityChallenge>(&answer)) {
        transaction_ = given->transaction;
        return feed(desk, ChallengeGiven{given->challenge});
      }
      return feed(desk, GiveUpCard{refusal_code(answer)});
    case State::kCompleteIdentity:
      if (std::holds_alternative<backend_api::IdentityAnswer>(answer)) return identified(desk);
      return fail(desk, refusal_code(answer));
    case State::kRegisterConsent:
      if (!std::holds_alternative<backend_api::Done>(answer)) {
        return fail(desk, refusal_code(answer));
      }
      if (!desk.parameters().check_eligibility_when_declined &&
          consent_ != backend_api::ConsentRecord::kGranted) {
        return finish(desk, "completed");
      }
      state_ = State::kEligibility;  // P2: 資格確認を実施, whatever was chosen
      return ask_backend(
          desk, backend_api::CheckEligibility{desk.parameters().institution, transaction_});
    case State::kEligibility:
      if (const auto* found = std::get_if<backend_api::Eligibility>(&answer)) {
        return eligible(desk, *found);
      }
      return fail(desk, refusal_code(answer));
    default: return;  // given up meanwhile
  }
}

void Reception::identified(Desk& desk) {
  desk.record("identity_confirmed", {{"confirmed", std::string(to_string(method_))},
                                     {"flow", std::string(to_string(task_.flow))}});
  if (on_face_reader() && !card_here_) return fail(desk, "card_removed");
  if (desk.parameters().completion_before_consent) show_completion(desk);
  ask_consent(desk);
}

// P3-3, P4-7: 正常に完了すれば、処理完了メッセージが表示されます.
void Reception::show_completion(Desk& desk) {
  if (on_face_reader()) ask_reader(desk, link::Show{link::Notice::kCompletion, {}});
  desk.record("completion_shown");
  desk.say("completion_message");
}

void Reception::ask_consent(Desk& desk) {
  if (on_face_reader()) {
    state_ = State::kAskConsent;
    return ask_reader(desk, link::AskConsent{desk.parameters().consent_items});
  }
  // P5: no choice at the reader; the tick box of operation 2.
  consent_known(desk, task_.viewing_consent ? backend_api::ConsentRecord::kGranted
                                            : backend_api::ConsentRecord::kNotAsked);
}

void Reception::consent_known(Desk& desk, backend_api::ConsentRecord consent) {
  consent_ = consent;
  desk.record("consent", {{"consent", std::string(to_string(consent))}});
  state_ = State::kRegisterConsent;
  ask_backend(desk,
                   backend_api::RegisterConsent{desk.parameters().institution, transaction_,
                                                consent});
}

void Reception::eligible(Desk& desk, const backend_api::Eligibility& eligibility) {
  desk.record("eligibility", {{"eligibility", "checked"},
                              {"validity", eligibility.validity},
                              {"consent", std::string(to_string(consent_))},
                              {"confirmation_date", task_.confirmation_date}});
  write_file(desk, eligibility);
  if (on_face_reader()) {
    desk.say("eligibility_checked");
  } else {
    desk.show(ScreenId::kEligibilityDetail, "eligibility_checked");  // P5-7
    desk.set_value("name", "****");
    desk.set_value("insured", "****");
    desk.set_value("confirmation_date", task_.confirmation_date);
  }
  desk.set_value("validity", eligibility.validity);
  desk.set_value("consent", std::string(to_string(consent_)));
  finish(desk, "completed");
}

// face/ for receptions on the face-auth reader, res/ for those begun at the terminal (facts 2.1).
void Reception::write_file(Desk& desk, const backend_api::Eligibility& eligibility) {
  namespace oqs = wire::oqs;
  std::string number = std::to_string(++file_count_);
  if (number.size() < 4) number.insert(0, 4 - number.size(), '0');
  oqs::FileName name;
  name.kind = on_face_reader() ? oqs::FileKind::kFaceResult : oqs::FileKind::kQualificationResult;
  name.token = desk.today() + number;
  if (on_face_reader()) name.time = desk.now();
  oqs::ResultHeader header;
  header.ProcessExecutionTime = desk.now();
  header.QualificationConfirmationDate = task_.confirmation_date;
  header.MedicalInstitutionCode = desk.parameters().institution;
  header.ArbitraryFileIdentifier = name.token;
  header.ReferenceClassification = oqs::Reference::kMyNumberCard;
  const auto file = oqs::build_file_name(name);
  auto content = oqs::encode(oqs::Message{oqs::result_from(eligibility, std::move(header))});
  if (!file || !content) {
    desk.record("file_not_written", {{"why", !file ? to_string(file.error())
                                                   : to_string(content.error())}});
    return;
  }
  const Folder folder = on_face_reader() ? Folder::kFace : Folder::kRes;
  desk.record("file_written", {{"folder", std::string(to_string(folder))}, {"name", *file}});
  desk.act(WriteFile{folder, *file, std::move(*content)});
}

// ---- the end

void Reception::card_removed(Desk& desk, const std::string& code) {
  card_here_ = false;
  switch (state_) {
    case State::kAskMethod:
    case State::kMethodChoice:
    case State::kAskConsent:
    case State::kConsentChoice: return fail(desk, code);
    case State::kRegisterConsent:
    case State::kEligibility:
      if (desk.parameters().eligibility_needs_card) fail(desk, code);
      return;
    case State::kCardToTake: return end(desk, outcome_, {});  // P3-5, P4-10, P5-8
    default: return;  // kCard: the card machine hears of it itself; kCompleteIdentity: see there
  }
}

void Reception::timer(Desk& desk, std::uint32_t id) {
  if (id == kCardTimer && card_timer_) {
    card_timer_ = false;
    return feed(desk, CardStepTimedOut{});
  }
  if (id != kQuestionTimer || !question_timer_) return;
  question_timer_ = false;
  give_up(desk, "reader_no_answer");
}

void Reception::give_up(Desk& desk, const std::string& code) {
  if (state_ == State::kIdle || state_ == State::kCardToTake) return;
  stop_timers(desk);
  question_ = ReaderQuestion::kNone;
  if (state_ == State::kCard) return feed(desk, GiveUpCard{code});
  fail(desk, code);
}

void Reception::fail(Desk& desk, const std::string& code) {
  stop_timers(desk);
  desk.withdraw_waiting(Owner::kReception);  // a failed reception asks for no consent
  desk.record("reception_failed", {{"code", code}});
  if (on_face_reader()) {
    if (desk.link_up() && card_here_) ask_reader(desk, link::Show{link::Notice::kFailed, code});
    desk.say("reception_failed");
  } else {
    desk.show(ScreenId::kConfirmByCard, "reception_failed");
  }
  desk.set_value("code", code);
  outcome_ = "failed";
  if (!card_here_) return end(desk, "failed", code);
  state_ = State::kCardToTake;
}

void Reception::finish(Desk& desk, const std::string& outcome) {
  outcome_ = outcome;
  if (on_face_reader() && card_here_ && desk.link_up()) {
    if (!desk.parameters().completion_before_consent) show_completion(desk);
    ask_reader(desk, link::Show{link::Notice::kTakeCard, {}});
  }
  if (!card_here_) return end(desk, outcome, {});
  state_ = State::kCardToTake;
}

void Reception::end(Desk& desk, const std::string& outcome, const std::string& code) {
  stop_timers(desk);
  state_ = State::kIdle;
  std::vector<std::pair<std::string, std::string>> values{
      {"flow", std::string(to_string(task_.flow))}, {"outcome", outcome}};
  if (!code.empty()) values.emplace_back("code", code);
  desk.record("reception_ended", std::move(values));
}

void Reception::wait_for_person(Desk& desk) {
  desk.act(wire::StartTimer{kQuestionTimer, desk.parameters().question_timeout_us});
  question_timer_ = true;
}

void Reception::stop_timers(Desk& desk) {
  if (question_timer_) desk.act(wire::StopTimer{kQuestionTimer});
  question_timer_ = false;
}

std::string_view to_string(Flow flow) {
  switch (flow) {
    case Flow::kReaderOrdinary: return "reader_ordinary";
    case Flow::kReaderPasscode: return "reader_passcode";
    case Flow::kReaderTerminal: return "reader_terminal";
    case Flow::kGenericVisual: return "generic_visual";
    case Flow::kGenericPin: return "generic_pin";
  }
  return "?";
}

std::string_view to_string(Reception::State state) {
  static constexpr std::string_view kNames[] = {
      "idle", "ask_method", "method_choice", "card", "complete_identity", "ask_consent",
      "consent_choice", "register_consent", "eligibility", "card_to_take"};
  const auto index = static_cast<std::size_t>(state);
  return index < std::size(kNames) ? kNames[index] : "?";
}

}  // namespace uketsuke::terminal
