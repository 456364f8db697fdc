// Messages on the bulk pipes of a CCID.
// USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 6.1 and 6.2. Fields in the standard's
// spelling; bMessageType follows from the type, dwLength from the data. Synchronous cards (2-wire,
// 3-wire, I2C) and character-level exchange are not modelled.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/wire/bytes.h"
#include "sim/wire/ccid/parameters.h"
#include "sim/wire/ccid/status.h"

namespace uketsuke::wire::ccid {

inline constexpr std::size_t kHeaderLength = 10;

enum class bMessageType : std::uint8_t {
  kPC_to_RDR_SetParameters = 0x61, kPC_to_RDR_IccPowerOn = 0x62, kPC_to_RDR_IccPowerOff = 0x63,
  kPC_to_RDR_GetSlotStatus = 0x65, kPC_to_RDR_Secure = 0x69, kPC_to_RDR_T0APDU = 0x6A,
  kPC_to_RDR_Escape = 0x6B, kPC_to_RDR_GetParameters = 0x6C, kPC_to_RDR_ResetParameters = 0x6D,
  kPC_to_RDR_IccClock = 0x6E, kPC_to_RDR_XfrBlock = 0x6F, kPC_to_RDR_Mechanical = 0x71,
  kPC_to_RDR_Abort = 0x72, kPC_to_RDR_SetDataRateAndClockFrequency = 0x73,
  kRDR_to_PC_DataBlock = 0x80, kRDR_to_PC_SlotStatus = 0x81, kRDR_to_PC_Parameters = 0x82,
  kRDR_to_PC_Escape = 0x83, kRDR_to_PC_DataRateAndClockFrequency = 0x84,
  kRDR_to_PC_NotifySlotChange = 0x50, kRDR_to_PC_HardwareError = 0x51,
};
std::string to_string(bMessageType type);  // "PC_to_RDR_IccPowerOn", "message type 60"

// ---- commands (bulk-OUT)
struct PC_to_RDR_IccPowerOn {
  std::uint8_t bSlot = 0, bSeq = 0, bPowerSelect = 0;
  std::array<std::uint8_t, 2> abRFU{};
};
struct PC_to_RDR_IccPowerOff {
  std::uint8_t bSlot = 0, bSeq = 0;
  std::array<std::uint8_t, 3> abRFU{};
};
struct PC_to_RDR_GetSlotStatus {
  std::uint8_t bSlot = 0, bSeq = 0;
  std::array<std::uint8_t, 3> abRFU{};
};
struct PC_to_RDR_XfrBlock {
  std::uint8_t bSlot = 0, bSeq = 0, bBWI = 0;
  std::uint16_t wLevelParameter = 0;
  Bytes abData;
};
struct PC_to_RDR_GetParameters {
  std::uint8_t bSlot = 0, bSeq = 0;
  std::array<std::uint8_t, 3> abRFU{};
};
struct PC_to_RDR_ResetParameters {
  std::uint8_t bSlot = 0, bSeq = 0;
  std::array<std::uint8_t, 3> abRFU{};
};
struct PC_to_RDR_SetParameters {
  std::uint8_t bSlot = 0, bSeq = 0, bProtocolNum = 0;
  std::array<std::uint8_t, 2> abRFU{};
  ProtocolData abProtocolDataStructure;
};
struct PC_to_RDR_Escape {
  std::uint8_t bSlot = 0, bSeq = 0;
  std::array<std::uint8_t, 3> abRFU{};
  Bytes abData;
};
struct PC_to_RDR_IccClock {
  std::uint8_t bSlot = 0, bSeq = 0, bClockCommand = 0;
  std::array<std::uint8_t, 2> abRFU{};
};
struct PC_to_RDR_T0APDU {
  std::uint8_t bSlot = 0, bSeq = 0, bmChanges = 0, bClassGetResponse = 0, bClassEnvelope = 0;
};
struct PC_to_RDR_Secure {
  std::uint8_t bSlot = 0, bSeq = 0, bBWI = 0;
  std::uint16_t wLevelParameter = 0;
  Bytes abData;  // see pin_block.h
};
struct PC_to_RDR_Mechanical {
  std::uint8_t bSlot = 0, bSeq = 0, bFunction = 0;
  std::array<std::uint8_t, 2> abRFU{};
};
struct PC_to_RDR_Abort {
  std::uint8_t bSlot = 0, bSeq = 0;
  std::array<std::uint8_t, 3> abRFU{};
};
struct PC_to_RDR_SetDataRateAndClockFrequency {
  std::uint8_t bSlot = 0, bSeq = 0;
  std::array<std::uint8_t, 3> abRFU{};
  std::uint32_t dwClockFrequency = 0;  // kHz
  std::uint32_t dwDataRate = 0;        // bit/s
};
using CommandMessage =
    std::variant<PC_to_RDR_IccPowerOn, PC_to_RDR_IccPowerOff, PC_to_RDR_GetSlotStatus,
                 PC_to_RDR_XfrBlock, PC_to_RDR_GetParameters, PC_to_RDR_ResetParameters,
                 PC_to_RDR_SetParameters, PC_to_RDR_Escape, PC_to_RDR_IccClock, PC_to_RDR_T0APDU,
                 PC_to_RDR_Secure, PC_to_RDR_Mechanical, PC_to_RDR_Abort,
                 PC_to_RDR_SetDataRateAndClockFrequency>;

// ---- responses (bulk-IN). bStatus and bError: see status.h.
struct RDR_to_PC_DataBlock {
  std::uint8_t bSlot = 0, bSeq = 0, bStatus = 0, bError = 0, bChainParameter = 0;
  Bytes abData;
};
struct RDR_to_PC_SlotStatus {
  std::uint8_t bSlot = 0, bSeq = 0, bStatus = 0, bError = 0, bClockStatus = 0;
};
struct RDR_to_PC_Parameters {
  std::uint8_t bSlot = 0, bSeq = 0, bStatus = 0, bError = 0, bProtocolNum = 0;
  ProtocolData abProtocolDataStructure;
};
struct RDR_to_PC_Escape {
  std::uint8_t bSlot = 0, bSeq = 0, bStatus = 0, bError = 0, bRFU = 0;
  Bytes abData;
};
struct RDR_to_PC_DataRateAndClockFrequency {
  std::uint8_t bSlot = 0, bSeq = 0, bStatus = 0, bError = 0, bRFU = 0;
  std::uint32_t dwClockFrequency = 0;  // kHz
  std::uint32_t dwDataRate = 0;        // bit/s
};
using ResponseMessage =
    std::variant<RDR_to_PC_DataBlock, RDR_to_PC_SlotStatus, RDR_to_PC_Parameters,
                 RDR_to_PC_Escape, RDR_to_PC_DataRateAndClockFrequency>;

// The header that every bulk message begins with, readable also when the rest is wrong.
struct Header {
  std::uint8_t bMessageType = 0;
  std::uint32_t dwLength = 0;
  std::uint8_t bSlot = 0, bSeq = 0;
};
// Error: kTooShort (fewer than the 10 bytes of a whole header).
Result<Header> decode_header(ByteView bytes);

// Errors, in this order: kTooShort (no whole header), kUnknownType (bMessageType, offset 0),
// kLengthMismatch (dwLength disagrees with the bytes that follow, offset 1), kTooShort and kTooLong
// (both agree, but this message has less or more data). A failed response may leave out its data.
Result<CommandMessage> decode_command(ByteView bytes);
Result<ResponseMessage> decode_response(ByteView bytes);
// Refuses (kUnrepresentable) protocol data of another protocol than bProtocolNum.
Result<Bytes> encode(const CommandMessage& message);
Result<Bytes> encode(const ResponseMessage& message);

// Header fields of any message.
Header header_of(const CommandMessage& message);
Header header_of(const ResponseMessage& message);
std::uint8_t bStatus_of(const ResponseMessage& message);
std::uint8_t bError_of(const ResponseMessage& message);
// The type of response that answers a command (6.1, Table 6.1-1); for an unknown type SlotStatus.
bMessageType response_type(std::uint8_t command_bMessageType);

// What a receiver understands and the standard nevertheless does not allow, whatever was asked: one
// line each, empty if all is as it should be. Commands: abRFU that is not zero. Responses: reserved
// bClockStatus (6.2.2) or bProtocolNum (6.2.3), a bChainParameter with a time extension, a time
// extension for a command that needs no card.
std::vector<std::string> irregularities(const CommandMessage& message);
std::vector<std::string> irregularities(const ResponseMessage& message);

// One line, all fields. PIN data is never shown: of VERIFY, CHANGE REFERENCE DATA, RESET RETRY
// COUNTER and of Secure only the command header and lengths. Of a card's answer length and SW1 SW2.
std::string describe(const CommandMessage& message);
std::string describe(const ResponseMessage& message);

}  // namespace uketsuke::wire::ccid
