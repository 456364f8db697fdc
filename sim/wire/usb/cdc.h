// Class requests and the notification of an abstract control model function: USB CDC PSTN
// Subclass 1.2, 6.3 (requests) and 6.5 (notifications).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/wire/bytes.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::wire::usb {

inline constexpr std::uint8_t kClassCommunications = 0x02;  // CDC 1.2, Table 1
inline constexpr std::uint8_t kSubclassAcm = 0x02;          // CDC 1.2, Table 4
inline constexpr std::uint8_t kClassCdcData = 0x0A;         // CDC 1.2, Table 6

enum class CdcRequest : std::uint8_t {  // PSTN 1.2, Table 13
  SET_LINE_CODING = 0x20,
  GET_LINE_CODING = 0x21,
  SET_CONTROL_LINE_STATE = 0x22,
  SEND_BREAK = 0x23,
};
std::string_view to_string(CdcRequest request);

struct LineCoding {  // PSTN 1.2, Table 17
  std::uint32_t dwDTERate = 115200;
  std::uint8_t bCharFormat = 0;  // 0: 1 stop bit, 1: 1.5, 2: 2
  std::uint8_t bParityType = 0;  // 0 none, 1 odd, 2 even, 3 mark, 4 space
  std::uint8_t bDataBits = 8;    // 5, 6, 7, 8 or 16
};
inline constexpr std::size_t kLineCodingLength = 7;
Bytes encode(const LineCoding& coding);
// kTooShort, kTooLong; kReservedValue: a format, parity or data bits outside Table 17.
Result<LineCoding> decode_line_coding(ByteView bytes);
std::string describe(const LineCoding& coding);

struct ControlLineState {
  bool dtr = false, rts = false;
};  // wValue bits 0 and 1, Table 18
std::uint16_t to_wvalue(ControlLineState state);
ControlLineState control_line_state_of(std::uint16_t wValue);  // reserved bits are ignored

struct SerialState {            // notification SERIAL_STATE, 6.5.4 and Table 31
  std::uint16_t interface = 0;  // wIndex
  bool rx_carrier = false, tx_carrier = false, break_received = false, ring = false,
       framing_error = false, parity_error = false, overrun = false;
};
inline constexpr std::size_t kSerialStateLength = 10;
Bytes encode(const SerialState& state);
// kTooShort, kTooLong; kUnknownType: another notification; kLengthMismatch: wLength is not 2;
// kBadValue: bmRequestType; kReservedValue: reserved bits of the bitmap.
Result<SerialState> decode_serial_state(ByteView bytes);
std::string describe(const SerialState& state);

SetupPacket set_line_coding(std::uint8_t interface);
SetupPacket get_line_coding(std::uint8_t interface);
SetupPacket set_control_line_state(std::uint8_t interface, ControlLineState state);

}  // namespace uketsuke::wire::usb
