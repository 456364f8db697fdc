#include "sim/wire/iso7816/iso14443_3b.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>

namespace uketsuke::wire::iso7816 {
namespace {

constexpr std::uint8_t kApf = 0x05;  // REQB, WUPB
constexpr std::uint8_t kAtqbFirst = 0x50;
constexpr std::uint8_t kAttribFirst = 0x1D;
constexpr std::uint8_t kHltbFirst = 0x50;
constexpr std::uint16_t kFrameSizes[] = {16, 24, 32, 40, 48, 64, 96, 128, 256};

template <std::size_t kCount>
std::array<std::uint8_t, kCount> read_array(ByteReader& reader, std::string_view field) {
  std::array<std::uint8_t, kCount> out{};
  const Bytes bytes = reader.read_bytes(kCount, field);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

// Checks the first byte; reports reserved and length errors the same way for all frames.
bool first_byte(ByteReader& reader, std::uint8_t expected, std::string_view field) {
  const std::uint8_t byte = reader.read_u8(field);
  if (reader.ok() && byte != expected) reader.fail(DecodeErrc::kUnknownType, field);
  return reader.ok();
}

std::optional<DecodeError> end_of(ByteReader& reader, std::string_view frame) {
  if (reader.ok() && reader.left() != 0) reader.fail(DecodeErrc::kTooLong, frame);
  if (!reader.ok()) return reader.error();
  return std::nullopt;
}

DecodeError reserved(std::size_t offset, std::string_view field) {
  return DecodeError{DecodeErrc::kReservedValue, offset, field};
}
DecodeError refused(std::string_view field) {
  return DecodeError{DecodeErrc::kUnrepresentable, 0, field};
}

}  // namespace

std::uint16_t crc_b(ByteView bytes) {
  boost::crc_optimal<16, 0x1021, 0xFFFF, 0xFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return static_cast<std::uint16_t>(crc.checksum());
}

Bytes with_crc_b(ByteView bytes) {
  Bytes frame;
  frame.reserve(bytes.size() + 2);
  frame.assign(bytes.begin(), bytes.end());
  const std::uint16_t crc = crc_b(bytes);
  frame.push_back(static_cast<std::uint8_t>(crc));
  frame.push_back(static_cast<std::uint8_t>(crc >> 8));
  return frame;
}

Result<ByteView> without_crc_b(ByteView frame) {
  if (frame.size() < 3) return DecodeError{DecodeErrc::kTooShort, frame.size(), "CRC_B"};
  const ByteView bytes = frame.first(frame.size() - 2);
  const std::uint16_t crc = crc_b(bytes);
  if (frame[bytes.size()] != (crc & 0xFF) || frame[bytes.size() + 1] != crc >> 8) {
    return DecodeError{DecodeErrc::kBadChecksum, bytes.size(), "CRC_B"};
  }
  return bytes;
}

std::optional<std::uint16_t> frame_size_of_code(std::uint8_t code) {
  if (code > 8) return std::nullopt;
  return kFrameSizes[code];
}

Result<Reqb> decode_reqb(ByteView frame) {
  const auto bytes = without_crc_b(frame);
  if (!bytes) return bytes.error();
  ByteReader reader(*bytes);
  first_byte(reader, kApf, "APf");
  Reqb reqb;
  reqb.afi = reader.read_u8("AFI");
  const std::uint8_t param = reader.read_u8("PARAM");
  if (const auto error = end_of(reader, "REQB")) return *error;
  if ((param & 0xE0) != 0 || (param & 0x07) > 4) return reserved(2, "PARAM");
  reqb.extended_atqb = (param & 0x10) != 0;
  reqb.wake_up = (param & 0x08) != 0;
  reqb.slots_code = param & 0x07;
  return reqb;
}

Result<Bytes> encode_reqb(const Reqb& reqb) {
  if (reqb.slots_code > 4) return refused("PARAM");
  const std::uint8_t bytes[] = {
      kApf, reqb.afi,
      static_cast<std::uint8_t>((reqb.extended_atqb ? 0x10 : 0) | (reqb.wake_up ? 0x08 : 0) |
                                reqb.slots_code)};
  return with_crc_b(bytes);
}

Result<Atqb> decode_atqb(ByteView frame) {
  const auto bytes = without_crc_b(frame);
  if (!bytes) return bytes.error();
  ByteReader reader(*bytes);
  first_byte(reader, kAtqbFirst, "ATQB");
  Atqb atqb;
  atqb.pupi = read_array<4>(reader, "PUPI");
  atqb.application_data = read_array<4>(reader, "application data");
  atqb.protocol_info = read_array<3>(reader, "protocol info");
  if (const auto error = end_of(reader, "ATQB")) return *error;
  if (atqb.max_frame_code() > 8 || (atqb.protocol_info[1] & 0x08) != 0) {
    return reserved(10, "protocol info");
  }
  if (atqb.fwi() == 15) return reserved(11, "FWI");
  return atqb;
}

Result<Bytes> encode_atqb(const Atqb& atqb) {
  if (atqb.max_frame_code() > 8 || (atqb.protocol_info[1] & 0x08) != 0 || atqb.fwi() == 15) {
    return refused("protocol info");
  }
  Bytes bytes{kAtqbFirst};
  bytes.insert(bytes.end(), atqb.pupi.begin(), atqb.pupi.end());
  bytes.insert(bytes.end(), atqb.application_data.begin(), atqb.application_data.end());
  bytes.insert(bytes.end(), atqb.protocol_info.begin(), atqb.protocol_info.end());
  return with_crc_b(bytes);
}

Result<Attrib> decode_attrib(ByteView frame) {
  const auto bytes = without_crc_b(frame);
  if (!bytes) return bytes.error();
  ByteReader reader(*bytes);
  first_byte(reader, kAttribFirst, "ATTRIB");
  Attrib attrib;
  attrib.identifier = read_array<4>(reader, "identifier");
  attrib.param1 = reader.read_u8("Param 1");
  const std::uint8_t param2 = reader.read_u8("Param 2");
  const std::uint8_t param3 = reader.read_u8("Param 3");
  const std::uint8_t param4 = reader.read_u8("Param 4");
  attrib.higher_layer = reader.read_bytes(reader.left(), "higher layer");
  if (!reader.ok()) return reader.error();
  attrib.max_frame_code = param2 & 0x0F;
  attrib.bit_rates = param2 >> 4;
  attrib.iso14443_4 = (param3 & 0x01) != 0;
  attrib.cid = param4 & 0x0F;
  if (attrib.max_frame_code > 8) return reserved(6, "Param 2");
  if ((param3 & 0xF8) != 0) return reserved(7, "Param 3");
  if ((param4 & 0xF0) != 0 || attrib.cid == 15) return reserved(8, "Param 4");
  return attrib;
}

Result<Bytes> encode_attrib(const Attrib& attrib) {
  if (attrib.max_frame_code > 8 || attrib.bit_rates > 15) return refused("Param 2");
  if (attrib.cid > 14) return refused("Param 4");
  Bytes bytes{kAttribFirst};
  bytes.insert(bytes.end(), attrib.identifier.begin(), attrib.identifier.end());
  bytes.push_back(attrib.param1);
  bytes.push_back(static_cast<std::uint8_t>(attrib.bit_rates << 4 | attrib.max_frame_code));
  bytes.push_back(attrib.iso14443_4 ? 0x01 : 0x00);
  bytes.push_back(attrib.cid);
  bytes.insert(bytes.end(), attrib.higher_layer.begin(), attrib.higher_layer.end());
  return with_crc_b(bytes);
}

Result<AttribAnswer> decode_attrib_answer(ByteView frame) {
  const auto bytes = without_crc_b(frame);
  if (!bytes) return bytes.error();
  ByteReader reader(*bytes);
  AttribAnswer answer;
  const std::uint8_t first = reader.read_u8("MBLI and CID");
  answer.mbli = first >> 4;
  answer.cid = first & 0x0F;
  answer.higher_layer = reader.read_bytes(reader.left(), "higher layer");
  if (!reader.ok()) return reader.error();
  if (answer.cid == 15) return reserved(0, "CID");
  return answer;
}

Result<Bytes> encode_attrib_answer(const AttribAnswer& answer) {
  if (answer.mbli > 15) return refused("MBLI");
  if (answer.cid > 14) return refused("CID");
  Bytes bytes{static_cast<std::uint8_t>(answer.mbli << 4 | answer.cid)};
  bytes.insert(bytes.end(), answer.higher_layer.begin(), answer.higher_layer.end());
  return with_crc_b(bytes);
}

Result<Hltb> decode_hltb(ByteView frame) {
  const auto bytes = without_crc_b(frame);
  if (!bytes) return bytes.error();
  ByteReader reader(*bytes);
  first_byte(reader, kHltbFirst, "HLTB");
  Hltb hltb;
  hltb.identifier = read_array<4>(reader, "identifier");
  if (const auto error = end_of(reader, "HLTB")) return *error;
  return hltb;
}

Result<Bytes> encode_hltb(const Hltb& hltb) {
  Bytes bytes{kHltbFirst};
  bytes.insert(bytes.end(), hltb.identifier.begin(), hltb.identifier.end());
  return with_crc_b(bytes);
}

std::string describe(const Reqb& reqb) {
  return fmt::format("{} AFI={:02X} N={}", reqb.wake_up ? "WUPB" : "REQB", reqb.afi,
                     1 << (reqb.slots_code > 4 ? 4 : reqb.slots_code));
}
std::string describe(const Atqb& atqb) {
  return fmt::format("ATQB PUPI={} application={} protocol={}", to_hex(atqb.pupi),
                     to_hex(atqb.application_data), to_hex(atqb.protocol_info));
}
std::string describe(const Attrib& attrib) {
  return fmt::format("ATTRIB PUPI={} frame={} rates={:X} CID={} INF={}", to_hex(attrib.identifier),
                     attrib.max_frame_code, attrib.bit_rates, attrib.cid,
                     attrib.higher_layer.size());
}
std::string describe(const AttribAnswer& answer) {
  return fmt::format("answer to ATTRIB MBLI={} CID={} INF={}", answer.mbli, answer.cid,
                     answer.higher_layer.size());
}
std::string describe(const Hltb& hltb) {
  return fmt::format("HLTB PUPI={}", to_hex(hltb.identifier));
}

}  // namespace uketsuke::wire::iso7816
