#include "models/ccid_function/slot_table.h"

namespace uketsuke::ccid_function {

std::string_view to_string(SlotState state) {
  switch (state) {
    case SlotState::kAbsent: return "absent";
    case SlotState::kInactive: return "inactive";
    case SlotState::kAutoActivating: return "activating by itself";
    case SlotState::kActivating: return "activating";
    case SlotState::kActive: return "active";
    case SlotState::kExchanging: return "exchanging";
    case SlotState::kSettingParameters: return "setting parameters";
    case SlotState::kEnteringPin: return "entering PIN";
  }
  return "?";
}

std::string_view to_string(SlotEventKind event) {
  switch (event) {
    case SlotEventKind::kIccPowerOn: return "IccPowerOn";
    case SlotEventKind::kIccPowerOff: return "IccPowerOff";
    case SlotEventKind::kGetSlotStatus: return "GetSlotStatus";
    case SlotEventKind::kXfrBlock: return "XfrBlock";
    case SlotEventKind::kGetParameters: return "GetParameters";
    case SlotEventKind::kResetParameters: return "ResetParameters";
    case SlotEventKind::kSetParameters: return "SetParameters";
    case SlotEventKind::kEscape: return "Escape";
    case SlotEventKind::kIccClock: return "IccClock";
    case SlotEventKind::kT0APDU: return "T0APDU";
    case SlotEventKind::kSecure: return "Secure";
    case SlotEventKind::kMechanical: return "Mechanical";
    case SlotEventKind::kAbort: return "Abort";
    case SlotEventKind::kSetDataRateAndClockFrequency: return "SetDataRateAndClockFrequency";
    case SlotEventKind::kControlAbort: return "control ABORT";
    case SlotEventKind::kInserted: return "inserted";
    case SlotEventKind::kRemoved: return "removed";
    case SlotEventKind::kFromCard: return "from card";
    case SlotEventKind::kTimer: return "timer";
    case SlotEventKind::kPinEntered: return "PIN entered";
    case SlotEventKind::kPinCancelled: return "PIN cancelled";
    case SlotEventKind::kOvercurrent: return "overcurrent";
  }
  return "?";
}

std::string_view to_string(Rule rule) {
  switch (rule) {
    case Rule::kServe: return "serve";
    case Rule::kMute: return "ICC_MUTE";
    case Rule::kSlotBusy: return "CMD_SLOT_BUSY";
    case Rule::kAutoSequence: return "BUSY_WITH_AUTO_SEQUENCE";
    case Rule::kIgnore: return "ignore";
  }
  return "?";
}

const SlotTable& standard_slot_table() {
  constexpr Rule S = Rule::kServe, M = Rule::kMute, B = Rule::kSlotBusy, A = Rule::kAutoSequence,
                 I = Rule::kIgnore;
  // Columns: absent, inactive, activating by itself, activating, active, exchanging, setting
  // parameters, entering PIN.
  static const SlotTable kTable{{
      {M, S, S, B, S, B, B, B},  // IccPowerOn
      {S, S, A, B, S, B, B, B},  // IccPowerOff
      {S, S, S, B, S, B, B, B},  // GetSlotStatus
      {M, M, A, B, S, B, B, B},  // XfrBlock
      {M, M, A, B, S, B, B, B},  // GetParameters
      {M, M, A, B, S, B, B, B},  // ResetParameters
      {M, M, A, B, S, B, B, B},  // SetParameters
      {S, S, S, B, S, B, B, B},  // Escape
      {M, M, A, B, S, B, B, B},  // IccClock
      {S, S, S, B, S, B, B, B},  // T0APDU
      {M, M, A, B, S, B, B, B},  // Secure
      {S, S, A, B, S, B, B, B},  // Mechanical
      {S, S, S, S, S, S, S, S},  // Abort
      {S, S, S, B, S, B, B, B},  // SetDataRateAndClockFrequency
      {S, S, S, S, S, S, S, S},  // control ABORT
      {S, I, I, I, I, I, I, I},  // inserted
      {I, S, S, S, S, S, S, S},  // removed
      {I, I, S, S, I, S, S, I},  // from card
      {I, I, S, S, I, S, S, S},  // timer
      {I, I, I, I, I, I, I, S},  // PIN entered
      {I, I, I, I, I, I, I, S},  // PIN cancelled
      {I, I, S, S, S, S, S, S},  // overcurrent
  }};
  return kTable;
}

}  // namespace uketsuke::ccid_function
