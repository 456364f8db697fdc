// The state table of the reader's panel: what each state does with each thing that can happen.
// The table is data (a mutant is a changed cell); the functions behind the verbs are in panel.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace uketsuke::face_reader {

enum class State : std::uint8_t {
  kNotConnected,   // no terminal on the reader link
  kInitial,        // face authentication mode, nobody there (P3-1: has the staff button)
  kPasscodeEntry,  // P3-2
  kPasscodeCheck,  // P3-2, the terminal is being asked
  kPlaceCard,      // visual confirmation mode, waiting for the card (P3-3, P4-7)
  kReading,        // a card lies on the reader, the terminal works
  kAuthMethod,     // face or PIN
  kCardFaceScan,   // the optics look for verification number B
  kFaceCapture,    // the camera waits for the person
  kPinEntry,       // PIN pad of the CCID function
  kCompletion,     // completion message (P3-3, P4-7; before consent: A-27)
  kConsent,        // P3-4, P4-8
  kTakeCard,       // P3-5, P4-10
  kFailed,         // reception failed, the card has to be taken
};
inline constexpr std::size_t kStateCount = 14;

// What can happen: an event, told apart as finely as the table needs.
enum class Occurrence : std::uint8_t {
  kLinkUp, kLinkDown, kCardInserted, kCardRemoved, kCardFaceSeen, kAskPin, kPinDone, kTimer,
  kPressStaffButton, kPressCancel, kEnterPasscode, kPressFace, kPressPin, kEnterPin, kPressGranted,
  kPressDeclined, kShowFace, kOtherInput,
  kHello, kSetMode, kAskAuthMethod, kScanCardFace, kMatchFace, kAskConsent, kShow, kEndReception,
  kPasscodeAnswer, kOtherMessage,
};
inline constexpr std::size_t kOccurrenceCount = 28;

enum class Verb : std::uint8_t {
  kIgnore,          // nothing, on purpose
  kRefuseInput,     // panel::Refused: the screen does not offer it
  kRefuseRequest,   // reader_link::Refused with the state's reason
  kAnswerDone,      // reader_link::Done, nothing to do
  kUnmodelled,      // recorded; a request is answered with Refused "unsupported"
  kRefusePin,       // the CCID function's question is cancelled at once
  kConnect, kDisconnect, kAnswerHello,
  kCardPlaced, kNoteCard, kNoteCardGone, kCardTaken, kNoteCardFace, kCardFaceScanned,
  kOpenPasscodeEntry, kSendPasscode, kTakePasscodeAnswer, kLeavePasscode, kPasscodeTimeOut,
  kPasscodeUnanswered, kReturnToFaceMode, kChangeMode,
  kAskMethod, kChooseFace, kChoosePin, kBeginScan, kScanTimeOut, kBeginMatch, kCompareFace,
  kOpenPinPad, kSubmitPin, kCancelPin, kPinTimeOut, kClosePinPad,
  kBeginConsent, kChooseGranted, kChooseDeclined, kCompletionSeen,
  kCancelQuestion, kQuestionTimeOut, kTerminalSilent, kShowNotice, kEndReception,
};

std::string_view to_string(State state);            // "not_connected", "initial", ...
std::string_view to_string(Occurrence occurrence);  // "link_up", ...
std::string_view to_string(Verb verb);
// Screen id of the screen data ("passcode_entry" for kPasscodeCheck, "reading" for kCardFaceScan).
std::string_view screen_of(State state);

using Table = std::array<std::array<Verb, kOccurrenceCount>, kStateCount>;
inline Verb& cell(Table& table, State state, Occurrence what) {
  return table[static_cast<std::size_t>(state)][static_cast<std::size_t>(what)];
}
inline Verb cell(const Table& table, State state, Occurrence what) {
  return table[static_cast<std::size_t>(state)][static_cast<std::size_t>(what)];
}
// The table without deviations; built once and shared.
std::shared_ptr<const Table> default_table();

}  // namespace uketsuke::face_reader
