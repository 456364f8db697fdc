// Protocol and parameters selection: ISO/IEC 7816-3:2006, 9.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::iso7816 {

inline constexpr std::uint8_t kPpss = 0xFF;

struct Pps {
  std::uint8_t protocol = 0;  // PPS0 b4..b1
  std::optional<std::uint8_t> pps1, pps2, pps3;
};
bool operator==(const Pps& a, const Pps& b);

// Errors: kBadValue PPSS; kReservedValue PPS0 b8, PPS1 with reserved Fi or Di; kTooShort, kTooLong;
// kBadChecksum PCK.
Result<Pps> decode_pps(ByteView bytes);
// Refuses a protocol above 14.
Result<Bytes> encode_pps(const Pps& pps);
std::string describe(const Pps& pps);

// Size of the whole PPS once PPSS and PPS0 are there; 3 before.
std::size_t pps_size_so_far(ByteView bytes);

}  // namespace uketsuke::wire::iso7816
