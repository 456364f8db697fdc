#include "sim/wire/iso7816/iso14443_4.h"

#include <fmt/format.h>

#include "sim/wire/iso7816/iso14443_3b.h"

namespace uketsuke::wire::iso7816 {
namespace {

constexpr std::uint8_t kHasCid = 0x08, kHasNad = 0x04, kChaining = 0x10, kNumber = 0x01;
constexpr std::uint8_t kInformation = 0x02, kAck = 0xA2, kNak = 0xB2;
constexpr std::uint8_t kDeselect = 0xC2, kWtx = 0xF2;

// Tables of 7.1.1.1: I 000c cn1b, R 101a c01b, S 11xx c010.
std::optional<PiccBlockKind> kind_of(std::uint8_t pcb) {
  if ((pcb & 0xE2) == kInformation) return PiccBlockKind::kInformation;
  if ((pcb & 0xF6) == kAck) return PiccBlockKind::kAck;
  if ((pcb & 0xF6) == kNak) return PiccBlockKind::kNak;
  if ((pcb & 0xF7) == kDeselect) return PiccBlockKind::kDeselect;
  if ((pcb & 0xF7) == kWtx) return PiccBlockKind::kWtx;
  return std::nullopt;
}

std::uint8_t pcb_of(const PiccBlock& block) {
  std::uint8_t pcb = 0;
  switch (block.kind) {
    case PiccBlockKind::kInformation:
      pcb = static_cast<std::uint8_t>(kInformation | (block.chaining ? kChaining : 0) |
                                      (block.nad ? kHasNad : 0));
      break;
    case PiccBlockKind::kAck:
      pcb = kAck;
      break;
    case PiccBlockKind::kNak:
      pcb = kNak;
      break;
    case PiccBlockKind::kDeselect:
      pcb = kDeselect;
      break;
    case PiccBlockKind::kWtx:
      pcb = kWtx;
      break;
  }
  if (block.cid) pcb |= kHasCid;
  const bool numbered = block.kind != PiccBlockKind::kDeselect && block.kind != PiccBlockKind::kWtx;
  if (numbered && block.number) pcb |= kNumber;
  return pcb;
}

}  // namespace

std::string_view to_string(PiccBlockKind kind) {
  switch (kind) {
    case PiccBlockKind::kInformation:
      return "I";
    case PiccBlockKind::kAck:
      return "R(ACK)";
    case PiccBlockKind::kNak:
      return "R(NAK)";
    case PiccBlockKind::kDeselect:
      return "S(DESELECT)";
    case PiccBlockKind::kWtx:
      return "S(WTX)";
  }
  return "?";
}

bool operator==(const PiccBlock& a, const PiccBlock& b) {
  return pcb_of(a) == pcb_of(b) && a.cid == b.cid && a.nad == b.nad &&
         a.information == b.information && (a.kind != PiccBlockKind::kWtx || a.wtxm == b.wtxm);
}

std::size_t picc_block_overhead(bool cid, bool nad) {
  return 1u + (cid ? 1u : 0u) + (nad ? 1u : 0u) + 2u;
}

Result<PiccBlock> decode_picc_block(ByteView frame) {
  const auto bytes = without_crc_b(frame);
  if (!bytes) return bytes.error();
  ByteReader reader(*bytes);
  const std::uint8_t pcb = reader.read_u8("PCB");
  const auto kind = kind_of(pcb);
  if (!kind) return DecodeError{DecodeErrc::kReservedValue, 0, "PCB"};
  PiccBlock block;
  block.kind = *kind;
  const bool information = *kind == PiccBlockKind::kInformation;
  block.number =
      *kind != PiccBlockKind::kDeselect && *kind != PiccBlockKind::kWtx && (pcb & kNumber) != 0;
  block.chaining = information && (pcb & kChaining) != 0;
  if (pcb & kHasCid) {
    const std::uint8_t cid = reader.read_u8("CID") & 0x0F;
    if (cid == 15) return DecodeError{DecodeErrc::kReservedValue, 1, "CID"};
    block.cid = cid;
  }
  if (information && (pcb & kHasNad) != 0) block.nad = reader.read_u8("NAD");
  if (*kind == PiccBlockKind::kWtx) {
    block.wtxm = reader.read_u8("WTXM") & 0x3F;
    if (reader.ok() && (block.wtxm == 0 || block.wtxm > 59)) {
      return DecodeError{DecodeErrc::kReservedValue, reader.position() - 1, "WTXM"};
    }
  }
  if (information) block.information = reader.read_bytes(reader.left(), "INF");
  if (!reader.ok()) return reader.error();
  if (reader.left() != 0) return DecodeError{DecodeErrc::kTooLong, reader.position(), "block"};
  return block;
}

Result<Bytes> encode_picc_block(const PiccBlock& block) {
  const bool information = block.kind == PiccBlockKind::kInformation;
  if (block.cid && *block.cid > 14) return DecodeError{DecodeErrc::kUnrepresentable, 0, "CID"};
  if (!information && (block.nad || block.chaining || !block.information.empty())) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "INF"};
  }
  Bytes bytes;
  bytes.reserve(block.information.size() + 5);
  bytes.push_back(pcb_of(block));
  if (block.cid) bytes.push_back(*block.cid);
  if (block.nad) bytes.push_back(*block.nad);
  if (block.kind == PiccBlockKind::kWtx) {
    if (block.wtxm == 0 || block.wtxm > 59) {
      return DecodeError{DecodeErrc::kUnrepresentable, 0, "WTXM"};
    }
    bytes.push_back(block.wtxm);
  }
  bytes.insert(bytes.end(), block.information.begin(), block.information.end());
  const std::uint16_t crc = crc_b(bytes);
  bytes.push_back(static_cast<std::uint8_t>(crc));
  bytes.push_back(static_cast<std::uint8_t>(crc >> 8));
  return bytes;
}

std::string describe(const PiccBlock& block) {
  std::string text(to_string(block.kind));
  if (block.kind == PiccBlockKind::kWtx) {
    text += fmt::format(" WTXM={}", block.wtxm);
  } else if (block.kind != PiccBlockKind::kDeselect) {
    text += fmt::format(" {}", block.number ? 1 : 0);
  }
  if (block.cid) text += fmt::format(" CID={}", *block.cid);
  if (block.nad) text += fmt::format(" NAD={:02X}", *block.nad);
  if (block.kind == PiccBlockKind::kInformation) {
    text += fmt::format("{} INF={}", block.chaining ? " chaining" : "", block.information.size());
  }
  return text;
}

}  // namespace uketsuke::wire::iso7816
