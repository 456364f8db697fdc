// Blocks of the half-duplex transmission protocol: ISO/IEC 14443-4:2008, 7.1. Frames end with
// CRC_B.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::iso7816 {

enum class PiccBlockKind : std::uint8_t { kInformation, kAck, kNak, kDeselect, kWtx };
std::string_view to_string(PiccBlockKind kind);

struct PiccBlock {
  PiccBlockKind kind = PiccBlockKind::kInformation;
  bool number = false;              // I and R: block number
  bool chaining = false;            // I
  std::optional<std::uint8_t> cid;  // 0..14
  std::optional<std::uint8_t> nad;  // I only
  Bytes information;                // I: INF
  std::uint8_t wtxm = 1;            // S(WTX): 1..59
};
bool operator==(const PiccBlock& a, const PiccBlock& b);

// Errors: kBadChecksum CRC_B; kTooShort, kTooLong; kReservedValue PCB, CID 15, WTXM 0 or above 59.
// The power level bits of a card's CID and WTX byte are ignored.
Result<PiccBlock> decode_picc_block(ByteView frame);
Result<Bytes> encode_picc_block(const PiccBlock& block);
std::string describe(const PiccBlock& block);

// Bytes around INF: PCB, CID, NAD, CRC_B.
std::size_t picc_block_overhead(bool cid, bool nad);

}  // namespace uketsuke::wire::iso7816
