#include "models/face_reader/panel_table.h"

#include <initializer_list>

namespace uketsuke::face_reader {
namespace {

using O = Occurrence;
using S = State;
using V = Verb;

constexpr std::initializer_list<State> kAllStates = {
    S::kNotConnected, S::kInitial,     S::kPasscodeEntry, S::kPasscodeCheck, S::kPlaceCard,
    S::kReading,      S::kAuthMethod,  S::kCardFaceScan,  S::kFaceCapture,   S::kPinEntry,
    S::kCompletion,   S::kConsent,     S::kTakeCard,      S::kFailed};
// A card lies on the reader and the terminal works with it.
constexpr std::initializer_list<State> kReceptionStates = {
    S::kReading,  S::kAuthMethod, S::kCardFaceScan, S::kFaceCapture, S::kPinEntry,
    S::kCompletion, S::kConsent,  S::kTakeCard,     S::kFailed};

void set(Table& table, std::initializer_list<State> states, Occurrence what, Verb verb) {
  for (const State state : states) cell(table, state, what) = verb;
}

// What holds in every state unless a row below says otherwise.
void set_defaults(Table& table) {
  for (const O input : {O::kPressStaffButton, O::kPressCancel, O::kEnterPasscode, O::kPressFace,
                        O::kPressPin, O::kEnterPin, O::kPressGranted, O::kPressDeclined,
                        O::kShowFace, O::kOtherInput}) {
    set(table, kAllStates, input, V::kRefuseInput);
  }
  for (const O request : {O::kSetMode, O::kAskAuthMethod, O::kScanCardFace, O::kMatchFace,
                          O::kAskConsent, O::kShow}) {
    set(table, kAllStates, request, V::kRefuseRequest);
  }
  set(table, kAllStates, O::kLinkUp, V::kIgnore);
  set(table, kAllStates, O::kLinkDown, V::kDisconnect);
  set(table, kAllStates, O::kCardInserted, V::kNoteCard);
  set(table, kAllStates, O::kCardRemoved, V::kNoteCardGone);
  set(table, kAllStates, O::kCardFaceSeen, V::kNoteCardFace);
  set(table, kAllStates, O::kAskPin, V::kRefusePin);
  set(table, kAllStates, O::kPinDone, V::kIgnore);
  set(table, kAllStates, O::kTimer, V::kIgnore);
  set(table, kAllStates, O::kHello, V::kAnswerHello);
  set(table, kAllStates, O::kEndReception, V::kAnswerDone);
  set(table, kAllStates, O::kPasscodeAnswer, V::kUnmodelled);
  set(table, kAllStates, O::kOtherMessage, V::kUnmodelled);
}

void set_idle_rows(Table& table) {
  cell(table, S::kNotConnected, O::kLinkUp) = V::kConnect;
  cell(table, S::kNotConnected, O::kLinkDown) = V::kIgnore;
  cell(table, S::kNotConnected, O::kAskPin) = V::kOpenPinPad;
  cell(table, S::kInitial, O::kPressStaffButton) = V::kOpenPasscodeEntry;  // P3-1
  set(table, {S::kInitial, S::kPlaceCard}, O::kCardInserted, V::kCardPlaced);
  set(table, {S::kInitial, S::kPlaceCard}, O::kSetMode, V::kChangeMode);  // P4-4, P4-11
  cell(table, S::kPlaceCard, O::kTimer) = V::kReturnToFaceMode;

  cell(table, S::kPasscodeEntry, O::kEnterPasscode) = V::kSendPasscode;  // P3-2
  cell(table, S::kPasscodeEntry, O::kPressCancel) = V::kLeavePasscode;
  cell(table, S::kPasscodeEntry, O::kTimer) = V::kPasscodeTimeOut;
  cell(table, S::kPasscodeCheck, O::kPasscodeAnswer) = V::kTakePasscodeAnswer;
  cell(table, S::kPasscodeCheck, O::kTimer) = V::kPasscodeUnanswered;
}

void set_reception_rows(Table& table) {
  set(table, kReceptionStates, O::kCardRemoved, V::kCardTaken);  // P3-5, P4-10
  set(table, kReceptionStates, O::kShow, V::kShowNotice);
  set(table, kReceptionStates, O::kEndReception, V::kEndReception);

  cell(table, S::kReading, O::kAskAuthMethod) = V::kAskMethod;
  cell(table, S::kReading, O::kScanCardFace) = V::kBeginScan;
  cell(table, S::kReading, O::kMatchFace) = V::kBeginMatch;
  cell(table, S::kReading, O::kAskConsent) = V::kBeginConsent;
  cell(table, S::kReading, O::kAskPin) = V::kOpenPinPad;
  cell(table, S::kReading, O::kTimer) = V::kTerminalSilent;

  cell(table, S::kAuthMethod, O::kPressFace) = V::kChooseFace;
  cell(table, S::kAuthMethod, O::kPressPin) = V::kChoosePin;
  set(table, {S::kAuthMethod, S::kFaceCapture}, O::kPressCancel, V::kCancelQuestion);
  set(table, {S::kAuthMethod, S::kFaceCapture, S::kConsent}, O::kTimer, V::kQuestionTimeOut);
  cell(table, S::kCardFaceScan, O::kCardFaceSeen) = V::kCardFaceScanned;
  cell(table, S::kCardFaceScan, O::kTimer) = V::kScanTimeOut;
  cell(table, S::kFaceCapture, O::kShowFace) = V::kCompareFace;

  cell(table, S::kPinEntry, O::kEnterPin) = V::kSubmitPin;
  cell(table, S::kPinEntry, O::kPressCancel) = V::kCancelPin;
  cell(table, S::kPinEntry, O::kTimer) = V::kPinTimeOut;
  cell(table, S::kPinEntry, O::kPinDone) = V::kClosePinPad;

  cell(table, S::kCompletion, O::kAskConsent) = V::kBeginConsent;
  cell(table, S::kCompletion, O::kTimer) = V::kCompletionSeen;
  cell(table, S::kConsent, O::kPressGranted) = V::kChooseGranted;
  cell(table, S::kConsent, O::kPressDeclined) = V::kChooseDeclined;  // P3-4, P4-8
}

Table make_table() {
  Table table{};
  set_defaults(table);
  set_idle_rows(table);
  set_reception_rows(table);
  return table;
}

}  // namespace

std::shared_ptr<const Table> default_table() {
  static const std::shared_ptr<const Table> table = std::make_shared<const Table>(make_table());
  return table;
}

std::string_view to_string(State state) {
  switch (state) {
    case S::kNotConnected: return "not_connected";
    case S::kInitial: return "initial";
    case S::kPasscodeEntry: return "passcode_entry";
    case S::kPasscodeCheck: return "passcode_check";
    case S::kPlaceCard: return "place_card";
    case S::kReading: return "reading";
    case S::kAuthMethod: return "auth_method";
    case S::kCardFaceScan: return "card_face_scan";
    case S::kFaceCapture: return "face_capture";
    case S::kPinEntry: return "pin_entry";
    case S::kCompletion: return "completion";
    case S::kConsent: return "consent";
    case S::kTakeCard: return "take_card";
    case S::kFailed: return "failed";
  }
  return "?";
}

std::string_view screen_of(State state) {
  if (state == S::kPasscodeCheck) return "passcode_entry";
  if (state == S::kCardFaceScan) return "reading";
  return to_string(state);
}

std::string_view to_string(Occurrence occurrence) {
  static constexpr std::string_view kNames[kOccurrenceCount] = {
      "link_up", "link_down", "card_inserted", "card_removed", "card_face_seen", "ask_pin",
      "pin_done", "timer", "press_staff_button", "press_cancel", "enter_passcode", "press_face",
      "press_pin", "enter_pin", "press_granted", "press_declined", "show_face", "other_input",
      "hello", "set_mode", "ask_auth_method", "scan_card_face", "match_face", "ask_consent",
      "show", "end_reception", "passcode_answer", "other_message"};
  const auto index = static_cast<std::size_t>(occurrence);
  return index < kOccurrenceCount ? kNames[index] : "?";
}

std::string_view to_string(Verb verb) {
  static constexpr std::string_view kNames[] = {
      "ignore", "refuse_input", "refuse_request", "answer_done", "unmodelled", "refuse_pin",
      "connect", "disconnect", "answer_hello", "card_placed", "note_card", "note_card_gone",
      "card_taken", "note_card_face", "card_face_scanned", "open_passcode_entry", "send_passcode",
      "take_passcode_answer", "leave_passcode", "passcode_time_out", "passcode_unanswered",
      "return_to_face_mode", "change_mode", "ask_method", "choose_face", "choose_pin",
      "begin_scan", "scan_time_out", "begin_match", "compare_face", "open_pin_pad", "submit_pin",
      "cancel_pin", "pin_time_out", "close_pin_pad", "begin_consent", "choose_granted",
      "choose_declined", "completion_seen", "cancel_question", "question_time_out",
      "terminal_silent", "show_notice", "end_reception"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(V::kEndReception) + 1);
  const auto index = static_cast<std::size_t>(verb);
  return index < std::size(kNames) ? kNames[index] : "?";
}

}  // namespace uketsuke::face_reader
