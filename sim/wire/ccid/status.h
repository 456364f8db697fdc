// bStatus, bError and the other one-byte vocabularies of the RDR_to_PC messages.
// USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 6.2.6 and Tables 6.2-1, 6.2-2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace uketsuke::wire::ccid {

// 6.2.6, bStatus bits 1..0. 3 is RFU.
enum class bmICCStatus : std::uint8_t { kActive = 0, kInactive = 1, kNoIcc = 2, kRfu = 3 };
// 6.2.6, bStatus bits 7..6. 3 is RFU.
enum class bmCommandStatus : std::uint8_t {
  kProcessed = 0, kFailed = 1, kTimeExtension = 2, kRfu = 3,
};
std::string_view to_string(bmICCStatus status);
std::string_view to_string(bmCommandStatus status);

constexpr std::uint8_t make_bStatus(bmICCStatus icc, bmCommandStatus command) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(icc) |
                                   static_cast<unsigned>(command) << 6);
}
constexpr bmICCStatus icc_status(std::uint8_t bStatus) {
  return static_cast<bmICCStatus>(bStatus & 0x03);
}
constexpr bmCommandStatus command_status(std::uint8_t bStatus) {
  return static_cast<bmCommandStatus>(bStatus >> 6);
}
// Only values that the standard defines, and bits 5..2 zero.
constexpr bool is_legal_bStatus(std::uint8_t bStatus) {
  return (bStatus & 0x3C) == 0 && (bStatus & 0x03) != 3 && (bStatus >> 6) != 3;
}

// Table 6.2-2. Failed commands only; with a time extension bError is the multiplier of BWT or WT.
enum class bError : std::uint8_t {
  kCMD_ABORTED = 0xFF,
  kICC_MUTE = 0xFE,
  kXFR_PARITY_ERROR = 0xFD,
  kXFR_OVERRUN = 0xFC,
  kHW_ERROR = 0xFB,
  kBAD_ATR_TS = 0xF8,
  kBAD_ATR_TCK = 0xF7,
  kICC_PROTOCOL_NOT_SUPPORTED = 0xF6,
  kICC_CLASS_NOT_SUPPORTED = 0xF5,
  kPROCEDURE_BYTE_CONFLICT = 0xF4,
  kDEACTIVATED_PROTOCOL = 0xF3,
  kBUSY_WITH_AUTO_SEQUENCE = 0xF2,
  kPIN_TIMEOUT = 0xF0,
  kPIN_CANCELLED = 0xEF,
  kCMD_SLOT_BUSY = 0xE0,
  // 01h..7Fh: offset of the field that is not supported or wrong. 00h: command not supported.
  kCommandNotSupported = 0x00,
};
// "ICC_MUTE", "offset 7" (01h..7Fh), "command not supported" (00h), "user defined C0" (81h..C0h),
// "reserved 80".
std::string to_string(bError error);

// Offsets as bError values, for the fields that every message has (6.2.6: index of the parameter).
inline constexpr std::uint8_t kOffset_dwLength = 1;
inline constexpr std::uint8_t kOffset_bSlot = 5;

// 6.2.2
enum class bClockStatus : std::uint8_t {
  kRunning = 0, kStoppedL = 1, kStoppedH = 2, kStoppedUnknown = 3,
};
std::string_view to_string(bClockStatus status);

// 6.1.1
enum class bPowerSelect : std::uint8_t { kAutomatic = 0, k5V = 1, k3V = 2, k1V8 = 3 };
std::string to_string(bPowerSelect select);

// 6.1.9
enum class bClockCommand : std::uint8_t { kRestart = 0, kStop = 1 };
std::string to_string(bClockCommand command);

// 6.1.12
enum class bFunction : std::uint8_t {
  kAcceptCard = 1, kEjectCard = 2, kCaptureCard = 3, kLockCard = 4, kUnlockCard = 5,
};
std::string to_string(bFunction function);

// 6.1.4, wLevelParameter at extended APDU level.
enum class wLevelParameter : std::uint16_t {
  kBeginsAndEnds = 0x0000, kBegins = 0x0001, kEnds = 0x0002, kContinues = 0x0003,
  kAsksForMore = 0x0010,  // empty abData: the response APDU is to go on
};
std::string to_string(wLevelParameter level);
// 6.2.1, bChainParameter at extended APDU level.
enum class bChainParameter : std::uint8_t {
  kBeginsAndEnds = 0x00, kBegins = 0x01, kEnds = 0x02, kContinues = 0x03,
  kAsksForMore = 0x10,  // empty abData: the command APDU is to go on
};
std::string to_string(bChainParameter chain);

}  // namespace uketsuke::wire::ccid
