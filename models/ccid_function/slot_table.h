// What a slot accepts in which state: data, so that a matrix test can walk it and a mutant can
// change a row.
// USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 6.1 (responses of each command), 6.2.6
// and 5.3.1.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace uketsuke::ccid_function {

enum class SlotState : std::uint8_t {
  kAbsent,             // no ICC
  kInactive,           // present, not powered
  kAutoActivating,     // present, powered by the reader itself (dwFeatures 04h)
  kActivating,         // busy: power on, ATR, PPS or S(IFS) of a PC_to_RDR_IccPowerOn
  kActive,             // ATR done
  kExchanging,         // busy: XfrBlock, or Secure after PIN entry
  kSettingParameters,  // busy: PPS of a PC_to_RDR_SetParameters
  kEnteringPin,        // busy: Secure waits for digits
};
inline constexpr std::size_t kSlotStates = 8;
std::string_view to_string(SlotState state);
constexpr bool is_busy(SlotState state) {
  return state == SlotState::kActivating || state == SlotState::kExchanging ||
         state == SlotState::kSettingParameters || state == SlotState::kEnteringPin;
}

enum class SlotEventKind : std::uint8_t {
  kIccPowerOn, kIccPowerOff, kGetSlotStatus, kXfrBlock, kGetParameters, kResetParameters,
  kSetParameters, kEscape, kIccClock, kT0APDU, kSecure, kMechanical, kAbort,
  kSetDataRateAndClockFrequency,  // commands: in the order of wire::ccid::CommandMessage
  kControlAbort, kInserted, kRemoved, kFromCard, kTimer, kPinEntered, kPinCancelled, kOvercurrent,
};
inline constexpr std::size_t kSlotEvents = 22;
inline constexpr std::size_t kSlotCommands = 14;
std::string_view to_string(SlotEventKind event);

enum class Rule : std::uint8_t {
  kServe,         // the state's function decides
  kMute,          // failed, ICC_MUTE (FEh): no ICC, or not powered
  kSlotBusy,      // failed, CMD_SLOT_BUSY (E0h)
  kAutoSequence,  // failed, BUSY_WITH_AUTO_SEQUENCE (F2h)
  kIgnore,        // no answer is due: not a command
};
std::string_view to_string(Rule rule);

using SlotTable = std::array<std::array<Rule, kSlotStates>, kSlotEvents>;
const SlotTable& standard_slot_table();
constexpr Rule rule_of(const SlotTable& table, SlotEventKind event, SlotState state) {
  return table[static_cast<std::size_t>(event)][static_cast<std::size_t>(state)];
}

}  // namespace uketsuke::ccid_function
