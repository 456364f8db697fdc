#include "sim/wire/iso7816/apdu.h"

#include <fmt/format.h>

namespace uketsuke::wire::iso7816 {
namespace {

constexpr std::uint32_t kMaxShortNe = 256;
constexpr std::uint32_t kMaxExtendedNe = 65536;
constexpr std::size_t kMaxShortNc = 255;
constexpr std::size_t kMaxExtendedNc = 65535;

CommandApdu make(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1, std::uint8_t p2,
                 ByteView data, std::uint32_t ne, bool extended) {
  CommandApdu command;
  command.cla = cla;
  command.ins = ins;
  command.p1 = p1;
  command.p2 = p2;
  command.data = to_bytes(data);
  command.ne = ne;
  command.extended = extended;
  return command;
}

std::uint32_t short_ne(std::uint8_t le) { return le == 0 ? kMaxShortNe : le; }

std::uint32_t extended_ne(ByteView le) {
  const std::uint32_t value = std::uint32_t{le[0]} << 8 | le[1];
  return value == 0 ? kMaxExtendedNe : value;
}

// Body that starts with a short Lc (5.1: B1 is not 00).
Result<CommandApdu> decode_short_body(CommandApdu command, ByteView bytes) {
  const std::size_t nc = bytes[4];
  const std::size_t left = bytes.size() - 5;
  if (left < nc) return DecodeError{DecodeErrc::kTooShort, bytes.size(), "data"};
  if (left > nc + 1) return DecodeError{DecodeErrc::kTooLong, 5 + nc + 1, "Le"};
  command.data = to_bytes(bytes.subspan(5, nc));
  if (left == nc + 1) command.ne = short_ne(bytes[5 + nc]);
  return command;
}

// Body that starts with 00 and has more than one byte (5.1: extended length fields).
Result<CommandApdu> decode_extended_body(CommandApdu command, ByteView bytes) {
  command.extended = true;
  if (bytes.size() < 7) return DecodeError{DecodeErrc::kLengthMismatch, 4, "Lc"};
  if (bytes.size() == 7) {
    command.ne = extended_ne(bytes.subspan(5));
    return command;
  }
  const std::size_t nc = std::size_t{bytes[5]} << 8 | bytes[6];
  if (nc == 0) return DecodeError{DecodeErrc::kBadValue, 5, "Lc"};
  const std::size_t left = bytes.size() - 7;
  if (left < nc) return DecodeError{DecodeErrc::kTooShort, bytes.size(), "data"};
  if (left > nc + 2) return DecodeError{DecodeErrc::kTooLong, 7 + nc + 2, "Le"};
  if (left == nc + 1) return DecodeError{DecodeErrc::kLengthMismatch, 7 + nc, "Le"};
  command.data = to_bytes(bytes.subspan(7, nc));
  if (left == nc + 2) command.ne = extended_ne(bytes.subspan(7 + nc));
  return command;
}

}  // namespace

std::string_view to_string(ApduCase apdu_case) {
  switch (apdu_case) {
    case ApduCase::k1:
      return "case 1";
    case ApduCase::k2Short:
      return "case 2 short";
    case ApduCase::k3Short:
      return "case 3 short";
    case ApduCase::k4Short:
      return "case 4 short";
    case ApduCase::k2Extended:
      return "case 2 extended";
    case ApduCase::k3Extended:
      return "case 3 extended";
    case ApduCase::k4Extended:
      return "case 4 extended";
  }
  return "?";
}

CommandApdu CommandApdu::case1(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                               std::uint8_t p2) {
  return make(cla, ins, p1, p2, {}, 0, false);
}
CommandApdu CommandApdu::case2_short(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                     std::uint8_t p2, std::uint32_t ne) {
  return make(cla, ins, p1, p2, {}, ne, false);
}
CommandApdu CommandApdu::case3_short(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                     std::uint8_t p2, ByteView data) {
  return make(cla, ins, p1, p2, data, 0, false);
}
CommandApdu CommandApdu::case4_short(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                     std::uint8_t p2, ByteView data, std::uint32_t ne) {
  return make(cla, ins, p1, p2, data, ne, false);
}
CommandApdu CommandApdu::case2_extended(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                        std::uint8_t p2, std::uint32_t ne) {
  return make(cla, ins, p1, p2, {}, ne, true);
}
CommandApdu CommandApdu::case3_extended(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                        std::uint8_t p2, ByteView data) {
  return make(cla, ins, p1, p2, data, 0, true);
}
CommandApdu CommandApdu::case4_extended(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                        std::uint8_t p2, ByteView data, std::uint32_t ne) {
  return make(cla, ins, p1, p2, data, ne, true);
}

ApduCase CommandApdu::apdu_case() const {
  if (data.empty() && ne == 0) return ApduCase::k1;
  if (data.empty()) return extended ? ApduCase::k2Extended : ApduCase::k2Short;
  if (ne == 0) return extended ? ApduCase::k3Extended : ApduCase::k3Short;
  return extended ? ApduCase::k4Extended : ApduCase::k4Short;
}

Result<CommandApdu> decode_command(ByteView bytes) {
  if (bytes.size() < 4) return DecodeError{DecodeErrc::kTooShort, bytes.size(), "header"};
  CommandApdu command = CommandApdu::case1(bytes[0], bytes[1], bytes[2], bytes[3]);
  if (bytes.size() == 4) return command;
  if (bytes.size() == 5) {
    command.ne = short_ne(bytes[4]);
    return command;
  }
  if (bytes[4] != 0) return decode_short_body(std::move(command), bytes);
  return decode_extended_body(std::move(command), bytes);
}

Result<Bytes> encode_command(const CommandApdu& command) {
  const std::size_t max_nc = command.extended ? kMaxExtendedNc : kMaxShortNc;
  const std::uint32_t max_ne = command.extended ? kMaxExtendedNe : kMaxShortNe;
  if (command.data.size() > max_nc) return DecodeError{DecodeErrc::kUnrepresentable, 0, "Lc"};
  if (command.ne > max_ne) return DecodeError{DecodeErrc::kUnrepresentable, 0, "Le"};
  ByteWriter writer;
  writer.write_u8(command.cla);
  writer.write_u8(command.ins);
  writer.write_u8(command.p1);
  writer.write_u8(command.p2);
  const bool has_length = !command.data.empty() || command.ne != 0;
  if (command.extended && has_length) writer.write_u8(0);
  if (!command.data.empty()) {
    if (command.extended) {
      writer.write_u16be(static_cast<std::uint16_t>(command.data.size()));
    } else {
      writer.write_u8(static_cast<std::uint8_t>(command.data.size()));
    }
    writer.write_bytes(command.data);
  }
  if (command.ne != 0) {  // the greatest Ne is coded as zeros: the cut is the code
    if (command.extended) {
      writer.write_u16be(static_cast<std::uint16_t>(command.ne));
    } else {
      writer.write_u8(static_cast<std::uint8_t>(command.ne));
    }
  }
  return writer.take();
}

bool carries_secret(std::uint8_t cla, std::uint8_t ins) {
  if ((cla & 0xF0) == 0x80 && ins == 0x32) return true;
  // In every class, better masked once too often; ENVELOPE (C2) may carry any of them.
  return (ins & 0xFE) == 0x20 || ins == 0x24 || ins == 0x2C || (ins & 0xFE) == 0xC2;
}

std::string describe(const CommandApdu& command) {
  std::string text =
      fmt::format("{:02X} {:02X} {:02X} {:02X}", command.cla, command.ins, command.p1, command.p2);
  if (!command.data.empty()) {
    const bool secret = carries_secret(command.cla, command.ins);
    text += fmt::format(" Nc={} data={}", command.data.size(),
                        secret ? std::string("masked") : to_hex(command.data));
  }
  if (command.ne != 0) text += fmt::format(" Ne={}", command.ne);
  if (command.extended && (command.ne != 0 || !command.data.empty())) text += " extended";
  return text;
}

Result<ResponseApdu> decode_response(ByteView bytes) {
  if (bytes.size() < 2) return DecodeError{DecodeErrc::kTooShort, bytes.size(), "SW1 SW2"};
  if (bytes.size() > kMaxExtendedNe + 2) {
    return DecodeError{DecodeErrc::kTooLong, kMaxExtendedNe, "data"};
  }
  ResponseApdu response;
  response.data = to_bytes(bytes.first(bytes.size() - 2));
  response.sw = static_cast<std::uint16_t>(bytes[bytes.size() - 2] << 8 | bytes[bytes.size() - 1]);
  return response;
}

Result<Bytes> encode_response(const ResponseApdu& response) {
  if (response.data.size() > kMaxExtendedNe) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "data"};
  }
  Bytes bytes;
  bytes.reserve(response.data.size() + 2);
  bytes = response.data;
  bytes.push_back(static_cast<std::uint8_t>(response.sw >> 8));
  bytes.push_back(static_cast<std::uint8_t>(response.sw));
  return bytes;
}

std::string describe(const ResponseApdu& response) {
  return fmt::format("{:04X} Nr={}", response.sw, response.data.size());
}

}  // namespace uketsuke::wire::iso7816
