#include "sim/wire/iso7816/pps.h"

#include <fmt/format.h>

#include "sim/wire/iso7816/atr.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke::wire::iso7816 {
namespace {

constexpr std::uint8_t kHasPps1 = 0x10, kHasPps2 = 0x20, kHasPps3 = 0x40, kReservedBit = 0x80;

}  // namespace

bool operator==(const Pps& a, const Pps& b) {
  return a.protocol == b.protocol && a.pps1 == b.pps1 && a.pps2 == b.pps2 && a.pps3 == b.pps3;
}

std::size_t pps_size_so_far(ByteView bytes) {
  std::size_t size = 3;
  if (bytes.size() < 2) return size;
  for (const std::uint8_t bit : {kHasPps1, kHasPps2, kHasPps3}) {
    if (bytes[1] & bit) ++size;
  }
  return size;
}

Result<Pps> decode_pps(ByteView bytes) {
  ByteReader reader(bytes);
  const std::uint8_t ppss = reader.read_u8("PPSS");
  if (reader.ok() && ppss != kPpss) return DecodeError{DecodeErrc::kBadValue, 0, "PPSS"};
  const std::uint8_t pps0 = reader.read_u8("PPS0");
  Pps pps;
  pps.protocol = pps0 & 0x0F;
  if (pps0 & kHasPps1) pps.pps1 = reader.read_u8("PPS1");
  if (pps0 & kHasPps2) pps.pps2 = reader.read_u8("PPS2");
  if (pps0 & kHasPps3) pps.pps3 = reader.read_u8("PPS3");
  reader.read_u8("PCK");
  if (!reader.ok()) return reader.error();
  if (reader.left() != 0) return DecodeError{DecodeErrc::kTooLong, reader.position(), "PPS"};
  if (lrc_of(bytes) != 0) return DecodeError{DecodeErrc::kBadChecksum, bytes.size() - 1, "PCK"};
  if (pps0 & kReservedBit) return DecodeError{DecodeErrc::kReservedValue, 1, "PPS0"};
  if (pps.protocol == 15) return DecodeError{DecodeErrc::kReservedValue, 1, "PPS0"};
  if (pps.pps1 && (!fi_of_index(*pps.pps1 >> 4) || !di_of_index(*pps.pps1 & 0x0F))) {
    return DecodeError{DecodeErrc::kReservedValue, 2, "PPS1"};
  }
  return pps;
}

Result<Bytes> encode_pps(const Pps& pps) {
  if (pps.protocol > 14) return DecodeError{DecodeErrc::kUnrepresentable, 0, "PPS0"};
  Bytes bytes{kPpss,
              static_cast<std::uint8_t>(pps.protocol | (pps.pps1 ? kHasPps1 : 0) |
                                        (pps.pps2 ? kHasPps2 : 0) | (pps.pps3 ? kHasPps3 : 0))};
  for (const auto& byte : {pps.pps1, pps.pps2, pps.pps3}) {
    if (byte) bytes.push_back(*byte);
  }
  bytes.push_back(lrc_of(bytes));
  return bytes;
}

std::string describe(const Pps& pps) {
  std::string text = fmt::format("PPS T={}", pps.protocol);
  if (pps.pps1) text += fmt::format(" PPS1={:02X}", *pps.pps1);
  if (pps.pps2) text += fmt::format(" PPS2={:02X}", *pps.pps2);
  if (pps.pps3) text += fmt::format(" PPS3={:02X}", *pps.pps3);
  return text;
}

}  // namespace uketsuke::wire::iso7816
