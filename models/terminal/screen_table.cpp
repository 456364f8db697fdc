#include "models/terminal/screen_table.h"

#include <algorithm>
#include <iterator>

namespace uketsuke::terminal {
namespace {

using A = Access;
using K = ControlKind;
using S = ScreenId;
using V = ControlVerb;

ScreenTable make_table() {
  return {
      // P4-2
      {S::kSignedOut, "user_id", K::kField, A::kAnybody, V::kSetUser},
      {S::kSignedOut, "password", K::kSecretField, A::kAnybody, V::kSetPassword},
      {S::kSignedOut, "sign_in", K::kButton, A::kAnybody, V::kSignIn},
      // P3 note (account management), P4-1, P4-3 with its note on accounts, P5-1
      {S::kMenu, "confirm_by_card", K::kButton, A::kAnybody, V::kOpenConfirmByCard},
      {S::kMenu, "face_reader_operation", K::kButton, A::kAdministrator,
       V::kOpenFaceReaderOperation},
      {S::kMenu, "account_management", K::kButton, A::kAdministrator, V::kOpenAccountManagement},
      {S::kMenu, "sign_out", K::kButton, A::kAnybody, V::kSignOut},
      // P4-4, P4-11
      {S::kFaceReaderOperation, "switch_to_visual", K::kButton, A::kAnybody, V::kSwitchToVisual},
      {S::kFaceReaderOperation, "unattended_operation", K::kButton, A::kAnybody,
       V::kUnattendedOperation},
      {S::kFaceReaderOperation, "back", K::kButton, A::kAnybody, V::kBack},
      {S::kFaceReaderOperation, "sign_out", K::kButton, A::kAnybody, V::kSignOut},
      // P4-5, P4-6, P4-11
      {S::kVisualForm, "confirmation_date", K::kField, A::kAnybody, V::kSetDate},
      {S::kVisualForm, "visually_confirmed", K::kTick, A::kAnybody, V::kSetVisuallyConfirmed},
      {S::kVisualForm, "unattended_operation", K::kButton, A::kAnybody, V::kUnattendedOperation},
      {S::kVisualForm, "back", K::kButton, A::kAnybody, V::kBack},
      {S::kVisualForm, "sign_out", K::kButton, A::kAnybody, V::kSignOut},
      // P5-2; the viewing consent stands at operation 2
      {S::kConfirmByCard, "viewing_consent", K::kTick, A::kAnybody, V::kSetViewingConsent},
      {S::kConfirmByCard, "confirm_by_card_face", K::kButton, A::kAnybody, V::kChooseCardFace},
      {S::kConfirmByCard, "confirm_by_pin", K::kButton, A::kAnybody, V::kChoosePin},
      {S::kConfirmByCard, "back", K::kButton, A::kAnybody, V::kBack},
      {S::kConfirmByCard, "sign_out", K::kButton, A::kAnybody, V::kSignOut},
      // P5-3, P5-4
      {S::kCardFaceForm, "visually_confirmed", K::kTick, A::kAnybody, V::kSetVisuallyConfirmed},
      {S::kCardFaceForm, "confirmation_date", K::kField, A::kAnybody, V::kSetDate},
      {S::kCardFaceForm, "back", K::kButton, A::kAnybody, V::kBack},
      {S::kPinForm, "card_pin", K::kSecretField, A::kAnybody, V::kSetCardPin},
      {S::kPinForm, "back", K::kButton, A::kAnybody, V::kBack},
      {S::kReading, "back", K::kButton, A::kAnybody, V::kBack},
      // P5-7
      {S::kEligibilityDetail, "close", K::kButton, A::kAnybody, V::kCloseDetail},
      {S::kEligibilityDetail, "sign_out", K::kButton, A::kAnybody, V::kSignOut},
      // P3 note, A-32
      {S::kAccountManagement, "issue_visual_passcode", K::kButton, A::kAdministrator,
       V::kIssuePasscode},
      {S::kAccountManagement, "back", K::kButton, A::kAnybody, V::kBack},
      {S::kAccountManagement, "sign_out", K::kButton, A::kAnybody, V::kSignOut},
  };
}

}  // namespace

std::shared_ptr<const ScreenTable> default_screen_table() {
  static const auto table = std::make_shared<const ScreenTable>(make_table());
  return table;
}

const ControlRow* find_row(const ScreenTable& table, ScreenId screen, std::string_view control) {
  const auto it = std::find_if(table.begin(), table.end(), [&](const ControlRow& row) {
    return row.screen == screen && row.control == control;
  });
  return it == table.end() ? nullptr : &*it;
}

std::string_view to_string(ScreenId screen) {
  switch (screen) {
    case S::kSignedOut: return "signed_out";
    case S::kMenu: return "menu";
    case S::kFaceReaderOperation: return "face_reader_operation";
    case S::kVisualForm: return "visual_form";
    case S::kConfirmByCard: return "confirm_by_card";
    case S::kCardFaceForm: return "card_face_form";
    case S::kPinForm: return "pin_form";
    case S::kReading: return "reading";
    case S::kEligibilityDetail: return "eligibility_detail";
    case S::kAccountManagement: return "account_management";
  }
  return "?";
}

std::optional<ScreenId> screen_with_id(std::string_view id) {
  for (std::size_t index = 0; index < kScreenCount; ++index) {
    const auto screen = static_cast<ScreenId>(index);
    if (to_string(screen) == id) return screen;
  }
  return std::nullopt;
}

std::string_view to_string(ControlVerb verb) {
  static constexpr std::string_view kNames[] = {
      "set_user", "set_password", "sign_in", "sign_out", "open_face_reader_operation",
      "open_confirm_by_card", "open_account_management", "back", "switch_to_visual",
      "unattended_operation", "set_date", "set_visually_confirmed", "set_viewing_consent",
      "choose_card_face", "choose_pin", "set_card_pin", "close_detail", "issue_passcode"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(V::kIssuePasscode) + 1);
  const auto index = static_cast<std::size_t>(verb);
  return index < std::size(kNames) ? kNames[index] : "?";
}

}  // namespace uketsuke::terminal
