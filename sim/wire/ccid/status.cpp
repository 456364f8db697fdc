#include "sim/wire/ccid/status.h"

#include <fmt/format.h>

namespace uketsuke::wire::ccid {

std::string_view to_string(bmICCStatus status) {
  switch (status) {
    case bmICCStatus::kActive: return "active";
    case bmICCStatus::kInactive: return "inactive";
    case bmICCStatus::kNoIcc: return "no ICC";
    case bmICCStatus::kRfu: return "RFU";
  }
  return "?";
}

std::string_view to_string(bmCommandStatus status) {
  switch (status) {
    case bmCommandStatus::kProcessed: return "processed";
    case bmCommandStatus::kFailed: return "failed";
    case bmCommandStatus::kTimeExtension: return "time extension";
    case bmCommandStatus::kRfu: return "RFU";
  }
  return "?";
}

std::string to_string(bError error) {
  switch (error) {
    case bError::kCMD_ABORTED: return "CMD_ABORTED";
    case bError::kICC_MUTE: return "ICC_MUTE";
    case bError::kXFR_PARITY_ERROR: return "XFR_PARITY_ERROR";
    case bError::kXFR_OVERRUN: return "XFR_OVERRUN";
    case bError::kHW_ERROR: return "HW_ERROR";
    case bError::kBAD_ATR_TS: return "BAD_ATR_TS";
    case bError::kBAD_ATR_TCK: return "BAD_ATR_TCK";
    case bError::kICC_PROTOCOL_NOT_SUPPORTED: return "ICC_PROTOCOL_NOT_SUPPORTED";
    case bError::kICC_CLASS_NOT_SUPPORTED: return "ICC_CLASS_NOT_SUPPORTED";
    case bError::kPROCEDURE_BYTE_CONFLICT: return "PROCEDURE_BYTE_CONFLICT";
    case bError::kDEACTIVATED_PROTOCOL: return "DEACTIVATED_PROTOCOL";
    case bError::kBUSY_WITH_AUTO_SEQUENCE: return "BUSY_WITH_AUTO_SEQUENCE";
    case bError::kPIN_TIMEOUT: return "PIN_TIMEOUT";
    case bError::kPIN_CANCELLED: return "PIN_CANCELLED";
    case bError::kCMD_SLOT_BUSY: return "CMD_SLOT_BUSY";
    case bError::kCommandNotSupported: return "command not supported";
  }
  const auto value = static_cast<unsigned>(error);
  if (value <= 0x7F) return fmt::format("offset {}", value);
  const bool user_defined = value >= 0x81 && value <= 0xC0;
  return fmt::format("{} {:02X}", user_defined ? "user defined" : "reserved", value);
}

std::string_view to_string(bClockStatus status) {
  switch (status) {
    case bClockStatus::kRunning: return "running";
    case bClockStatus::kStoppedL: return "stopped low";
    case bClockStatus::kStoppedH: return "stopped high";
    case bClockStatus::kStoppedUnknown: return "stopped";
  }
  return "RFU";
}

std::string to_string(bPowerSelect select) {
  switch (select) {
    case bPowerSelect::kAutomatic: return "automatic";
    case bPowerSelect::k5V: return "5V";
    case bPowerSelect::k3V: return "3V";
    case bPowerSelect::k1V8: return "1.8V";
  }
  return fmt::format("RFU {:02X}", static_cast<unsigned>(select));
}

std::string to_string(bClockCommand command) {
  switch (command) {
    case bClockCommand::kRestart: return "restart";
    case bClockCommand::kStop: return "stop";
  }
  return fmt::format("RFU {:02X}", static_cast<unsigned>(command));
}

std::string to_string(bFunction function) {
  switch (function) {
    case bFunction::kAcceptCard: return "accept";
    case bFunction::kEjectCard: return "eject";
    case bFunction::kCaptureCard: return "capture";
    case bFunction::kLockCard: return "lock";
    case bFunction::kUnlockCard: return "unlock";
  }
  return fmt::format("RFU {:02X}", static_cast<unsigned>(function));
}

std::string to_string(wLevelParameter level) {
  switch (level) {
    case wLevelParameter::kBeginsAndEnds: return "whole";
    case wLevelParameter::kBegins: return "begins";
    case wLevelParameter::kEnds: return "ends";
    case wLevelParameter::kContinues: return "continues";
    case wLevelParameter::kAsksForMore: return "asks for more";
  }
  return fmt::format("RFU {:04X}", static_cast<unsigned>(level));
}

std::string to_string(bChainParameter chain) {
  switch (chain) {
    case bChainParameter::kBeginsAndEnds: return "whole";
    case bChainParameter::kBegins: return "begins";
    case bChainParameter::kEnds: return "ends";
    case bChainParameter::kContinues: return "continues";
    case bChainParameter::kAsksForMore: return "asks for more";
  }
  return fmt::format("RFU {:02X}", static_cast<unsigned>(chain));
}

}  // namespace uketsuke::wire::ccid
