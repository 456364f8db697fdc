// abData of PC_to_RDR_Secure: what a PIN pad is to ask for and where the digits go.
// USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 6.1.11. Offsets of fields (bError) count
// from the start of the message, so bPINOperation has offset 10.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::ccid {

enum class bPINOperation : std::uint8_t {
  kVerification = 0, kModification = 1, kTransferFromBuffer = 2, kWaitIccResponse = 3,
  kCancel = 4, kResendLastIBlock = 5, kSendNextPart = 6,
};
std::string to_string(bPINOperation operation);

struct PinVerification {
  std::uint8_t bTimeOut = 0;              // offset 11, seconds; 0: the reader's default
  std::uint8_t bmFormatString = 0x82;     // 12: bit 7 unit (1 byte, 0 bit), 6..3 position, 2 right
                                          //     justified, 1..0 type (0 binary, 1 BCD, 2 ASCII)
  std::uint8_t bmPINBlockString = 0x00;   // 13: 7..4 bits of the length field, 3..0 block bytes
  std::uint8_t bmPINLengthFormat = 0x00;  // 14: bit 4 unit (1 byte, 0 bit), 3..0 its position
  std::uint16_t wPINMaxExtraDigit = 0;    // 15: XXYYh, XX minimum, YY maximum
  std::uint8_t bEntryValidationCondition = 2;  // 17: bit 0 maximum reached, 1 key, 2 time-out
  std::uint8_t bNumberMessage = 0xFF;     // 18: 0 none, 1 one (bMsgIndex), FFh the reader's default
  std::uint16_t wLangId = 0x0411;         // 19
  std::uint8_t bMsgIndex = 0;             // 21
  std::array<std::uint8_t, 3> bTeoPrologue{};  // 22: T=1 prologue (NAD, PCB, LEN) at TPDU level
  Bytes abPINApdu;                        // 25
};

struct PinModification {
  std::uint8_t bTimeOut = 0;              // 11
  std::uint8_t bmFormatString = 0x82;     // 12
  std::uint8_t bmPINBlockString = 0x00;   // 13
  std::uint8_t bmPINLengthFormat = 0x00;  // 14
  std::uint8_t bInsertionOffsetOld = 0;   // 15
  std::uint8_t bInsertionOffsetNew = 0;   // 16
  std::uint16_t wPINMaxExtraDigit = 0;    // 17
  std::uint8_t bConfirmPIN = 0;           // 19: bit 0 enter the new PIN twice, bit 1 the old one
  std::uint8_t bEntryValidationCondition = 2;  // 20
  std::uint8_t bNumberMessage = 0xFF;     // 21
  std::uint16_t wLangId = 0x0411;         // 22
  std::uint8_t bMsgIndex1 = 0, bMsgIndex2 = 0, bMsgIndex3 = 0;  // 24; see message_indices()
  std::array<std::uint8_t, 3> bTeoPrologue{};
  Bytes abPINApdu;
};
// How many bMsgIndex fields PIN modification carries for a bNumberMessage.
std::size_t message_indices(std::uint8_t bNumberMessage);

// An operation without a structure (02h..06h) or one that the standard does not know.
struct PinOtherOperation { bPINOperation operation = bPINOperation::kCancel; Bytes rest; };

using PinBlock = std::variant<PinVerification, PinModification, PinOtherOperation>;

// Errors: kTooShort (the structure does not fit into the bytes, empty input included).
Result<PinBlock> decode_pin_block(ByteView abData);
Bytes encode(const PinBlock& block);
// Names the settings; of abPINApdu only CLA INS P1 P2 and the length.
std::string describe(const PinBlock& block);

}  // namespace uketsuke::wire::ccid
