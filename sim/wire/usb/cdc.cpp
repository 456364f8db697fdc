#include "sim/wire/usb/cdc.h"

#include <fmt/format.h>

namespace uketsuke::wire::usb {
namespace {

constexpr std::uint8_t kSerialStateCode = 0x20;   // PSTN 1.2, Table 30
constexpr std::uint8_t kNotificationType = 0xA1;  // device to host, class, interface
constexpr std::uint16_t kSerialStateReserved = 0xFF80;

}  // namespace

std::string_view to_string(CdcRequest request) {
  switch (request) {
    case CdcRequest::SET_LINE_CODING:
      return "SET_LINE_CODING";
    case CdcRequest::GET_LINE_CODING:
      return "GET_LINE_CODING";
    case CdcRequest::SET_CONTROL_LINE_STATE:
      return "SET_CONTROL_LINE_STATE";
    case CdcRequest::SEND_BREAK:
      return "SEND_BREAK";
  }
  return "?";
}

Bytes encode(const LineCoding& coding) {
  ByteWriter w;
  w.write_u32le(coding.dwDTERate);
  w.write_u8(coding.bCharFormat);
  w.write_u8(coding.bParityType);
  w.write_u8(coding.bDataBits);
  return w.take();
}

Result<LineCoding> decode_line_coding(ByteView bytes) {
  ByteReader r(bytes);
  LineCoding c;
  c.dwDTERate = r.read_u32le("dwDTERate");
  c.bCharFormat = r.read_u8("bCharFormat");
  c.bParityType = r.read_u8("bParityType");
  c.bDataBits = r.read_u8("bDataBits");
  if (r.ok() && r.left() > 0) r.fail(DecodeErrc::kTooLong, "line coding");
  if (!r.ok()) return r.error();
  if (c.bCharFormat > 2) return DecodeError{DecodeErrc::kReservedValue, 4, "bCharFormat"};
  if (c.bParityType > 4) return DecodeError{DecodeErrc::kReservedValue, 5, "bParityType"};
  if ((c.bDataBits < 5 || c.bDataBits > 8) && c.bDataBits != 16) {
    return DecodeError{DecodeErrc::kReservedValue, 6, "bDataBits"};
  }
  return c;
}

std::string describe(const LineCoding& c) {
  static constexpr std::string_view kStop[] = {"1", "1.5", "2"};
  static constexpr char kParity[] = "NOEMS";
  return fmt::format("line coding {} {}{}{}", c.dwDTERate, c.bDataBits,
                     c.bParityType < 5 ? kParity[c.bParityType] : '?',
                     c.bCharFormat < 3 ? kStop[c.bCharFormat] : "?");
}

std::uint16_t to_wvalue(ControlLineState state) {
  return static_cast<std::uint16_t>((state.dtr ? 1 : 0) | (state.rts ? 2 : 0));
}

ControlLineState control_line_state_of(std::uint16_t wValue) {
  return {(wValue & 1) != 0, (wValue & 2) != 0};
}

Bytes encode(const SerialState& s) {
  ByteWriter w;
  w.write_u8(kNotificationType);
  w.write_u8(kSerialStateCode);
  w.write_u16le(0);
  w.write_u16le(s.interface);
  w.write_u16le(2);
  w.write_u16le(static_cast<std::uint16_t>((s.rx_carrier ? 0x01 : 0) | (s.tx_carrier ? 0x02 : 0) |
                                           (s.break_received ? 0x04 : 0) | (s.ring ? 0x08 : 0) |
                                           (s.framing_error ? 0x10 : 0) |
                                           (s.parity_error ? 0x20 : 0) | (s.overrun ? 0x40 : 0)));
  return w.take();
}

Result<SerialState> decode_serial_state(ByteView bytes) {
  ByteReader r(bytes);
  const std::uint8_t bmRequestType = r.read_u8("bmRequestType");
  const std::uint8_t bNotification = r.read_u8("bNotification");
  const std::uint16_t wValue = r.read_u16le("wValue");
  SerialState s;
  s.interface = r.read_u16le("wIndex");
  const std::uint16_t wLength = r.read_u16le("wLength");
  const std::uint16_t bitmap = r.read_u16le("UART state bitmap");
  if (r.ok() && r.left() > 0) r.fail(DecodeErrc::kTooLong, "SERIAL_STATE");
  if (!r.ok()) return r.error();
  if (bmRequestType != kNotificationType) {
    return DecodeError{DecodeErrc::kBadValue, 0, "bmRequestType"};
  }
  if (bNotification != kSerialStateCode) {
    return DecodeError{DecodeErrc::kUnknownType, 1, "bNotification"};
  }
  if (wValue != 0) return DecodeError{DecodeErrc::kBadValue, 2, "wValue"};
  if (wLength != 2) return DecodeError{DecodeErrc::kLengthMismatch, 6, "wLength"};
  if ((bitmap & kSerialStateReserved) != 0) {
    return DecodeError{DecodeErrc::kReservedValue, 8, "UART state bitmap"};
  }
  s.rx_carrier = (bitmap & 0x01) != 0;
  s.tx_carrier = (bitmap & 0x02) != 0;
  s.break_received = (bitmap & 0x04) != 0;
  s.ring = (bitmap & 0x08) != 0;
  s.framing_error = (bitmap & 0x10) != 0;
  s.parity_error = (bitmap & 0x20) != 0;
  s.overrun = (bitmap & 0x40) != 0;
  return s;
}

std::string describe(const SerialState& s) {
  std::string text = fmt::format("SERIAL_STATE interface {}", s.interface);
  const auto flag = [&](bool set, const char* name) {
    if (set) (text += ' ') += name;
  };
  flag(s.rx_carrier, "rx_carrier");
  flag(s.tx_carrier, "tx_carrier");
  flag(s.break_received, "break");
  flag(s.ring, "ring");
  flag(s.framing_error, "framing_error");
  flag(s.parity_error, "parity_error");
  flag(s.overrun, "overrun");
  return text;
}

SetupPacket set_line_coding(std::uint8_t interface) {
  return {0x21, static_cast<std::uint8_t>(CdcRequest::SET_LINE_CODING), 0, interface,
          kLineCodingLength};
}

SetupPacket get_line_coding(std::uint8_t interface) {
  return {0xA1, static_cast<std::uint8_t>(CdcRequest::GET_LINE_CODING), 0, interface,
          kLineCodingLength};
}

SetupPacket set_control_line_state(std::uint8_t interface, ControlLineState state) {
  return {0x21, static_cast<std::uint8_t>(CdcRequest::SET_CONTROL_LINE_STATE), to_wvalue(state),
          interface, 0};
}

}  // namespace uketsuke::wire::usb
