// The terminal's screens: which controls each offers, to which account, and what they do.
// Words: scenarios/screens/terminal.yaml, same ids. The table is data; a mutant is a changed row.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace uketsuke::terminal {

enum class ScreenId : std::uint8_t {
  kSignedOut,            // "signed_out": user id and password (P4-2)
  kMenu,                 // "menu"
  kFaceReaderOperation,  // "face_reader_operation" (P4-3)
  kVisualForm,           // "visual_form": date and tick for the face-auth reader (P4-5, P4-6)
  kConfirmByCard,        // "confirm_by_card" (P5-1): method and viewing consent
  kCardFaceForm,         // "card_face_form": date and tick for the generic reader (P5-3, P5-4)
  kPinForm,              // "pin_form": PIN of the card, generic reader
  kReading,              // "reading": the generic reader is read
  kEligibilityDetail,    // "eligibility_detail" (P5-7)
  kAccountManagement,    // "account_management"
};
inline constexpr std::size_t kScreenCount = 10;
std::string_view to_string(ScreenId screen);  // the id of the screen data
std::optional<ScreenId> screen_with_id(std::string_view id);

enum class ControlKind : std::uint8_t { kButton, kField, kSecretField, kTick };
enum class Access : std::uint8_t { kAnybody, kAdministrator };

enum class ControlVerb : std::uint8_t {
  kSetUser, kSetPassword, kSignIn, kSignOut,
  kOpenFaceReaderOperation, kOpenConfirmByCard, kOpenAccountManagement, kBack,
  kSwitchToVisual, kUnattendedOperation,
  kSetDate, kSetVisuallyConfirmed, kSetViewingConsent,
  kChooseCardFace, kChoosePin, kSetCardPin, kCloseDetail,
  kIssuePasscode,
};
std::string_view to_string(ControlVerb verb);

struct ControlRow {
  ScreenId screen = ScreenId::kSignedOut;
  std::string_view control;  // id: static string
  ControlKind kind = ControlKind::kButton;
  Access access = Access::kAnybody;
  ControlVerb verb = ControlVerb::kBack;
};
using ScreenTable = std::vector<ControlRow>;

// nullptr: the screen does not offer it.
const ControlRow* find_row(const ScreenTable& table, ScreenId screen, std::string_view control);
std::shared_ptr<const ScreenTable> default_screen_table();

}  // namespace uketsuke::terminal
