#include "sim/wire/iso7816/t1_block.h"

#include <fmt/format.h>

#include <boost/crc.hpp>

namespace uketsuke::wire::iso7816 {
namespace {

constexpr std::uint8_t kReservedLength = 0xFF;

// 11.3.3 refers to ISO/IEC 13239 for the CRC. Register FFFF, bits reversed; sent as the CCID driver
// of pcsc-lite sends it: not complemented, high byte first (A-39: no card with CRC was at hand).
std::uint16_t crc_of(ByteView bytes) {
  boost::crc_optimal<16, 0x1021, 0xFFFF, 0, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return static_cast<std::uint16_t>(crc.checksum());
}

void append_epilogue(Bytes& bytes, Edc edc) {
  if (edc == Edc::kLrc) {
    bytes.push_back(lrc_of(bytes));
    return;
  }
  const std::uint16_t crc = crc_of(bytes);
  bytes.push_back(static_cast<std::uint8_t>(crc >> 8));
  bytes.push_back(static_cast<std::uint8_t>(crc));
}

bool epilogue_matches(ByteView bytes, Edc edc) {
  if (edc == Edc::kLrc) return lrc_of(bytes) == 0;
  const std::uint16_t crc = crc_of(bytes.first(bytes.size() - 2));
  return bytes[bytes.size() - 2] == crc >> 8 && bytes[bytes.size() - 1] == (crc & 0xFF);
}

// How long the information field of a block has to be; for I-blocks any length.
bool information_fits(const T1Block& block) {
  const std::size_t size = block.information.size();
  switch (block.kind) {
    case T1Kind::kInformation:
      return size <= kT1MaxInformation;
    case T1Kind::kReceiveReady:
      return size == 0;
    case T1Kind::kSupervisory:
      break;
  }
  switch (block.supervisory) {
    case T1Supervisory::kIfs:
      return size == 1;
    case T1Supervisory::kWtx:
      return size == 1;
    case T1Supervisory::kResynch:
    case T1Supervisory::kAbort:
    case T1Supervisory::kVppError:
      return size == 0;
  }
  return false;
}

bool pcb_is_known(std::uint8_t pcb) {
  if ((pcb & 0x80) == 0) return (pcb & 0x1F) == 0;        // I: 0 N(S) M 00000
  if ((pcb & 0xC0) == 0x80) return (pcb & 0x2F) <= 0x02;  // R: 100 N(R) 0000..0010
  if ((pcb & 0x1F) <= 0x03) return true;                  // S: request or response
  return pcb == 0xE4;                                     // S(VPP error response)
}

}  // namespace

std::string_view to_string(T1Kind kind) {
  switch (kind) {
    case T1Kind::kInformation:
      return "I";
    case T1Kind::kReceiveReady:
      return "R";
    case T1Kind::kSupervisory:
      return "S";
  }
  return "?";
}

std::string_view to_string(T1Error error) {
  switch (error) {
    case T1Error::kNone:
      return "error-free";
    case T1Error::kRedundancy:
      return "EDC or parity error";
    case T1Error::kOther:
      return "other error";
  }
  return "?";
}

std::string_view to_string(T1Supervisory supervisory) {
  switch (supervisory) {
    case T1Supervisory::kResynch:
      return "RESYNCH";
    case T1Supervisory::kIfs:
      return "IFS";
    case T1Supervisory::kAbort:
      return "ABORT";
    case T1Supervisory::kWtx:
      return "WTX";
    case T1Supervisory::kVppError:
      return "VPP error";
  }
  return "?";
}

T1Block T1Block::i_block(bool sequence, bool more, ByteView information) {
  T1Block block;
  block.sequence = sequence;
  block.more = more;
  block.information = to_bytes(information);
  return block;
}

T1Block T1Block::r_block(bool sequence, T1Error error) {
  T1Block block;
  block.kind = T1Kind::kReceiveReady;
  block.sequence = sequence;
  block.error = error;
  return block;
}

T1Block T1Block::s_block(T1Supervisory supervisory, bool response, ByteView information) {
  T1Block block;
  block.kind = T1Kind::kSupervisory;
  block.supervisory = supervisory;
  block.response = response;
  block.information = to_bytes(information);
  return block;
}

bool operator==(const T1Block& a, const T1Block& b) {
  return a.nad == b.nad && t1_pcb(a) == t1_pcb(b) && a.information == b.information;
}

std::uint8_t t1_pcb(const T1Block& block) {
  switch (block.kind) {
    case T1Kind::kInformation:
      return static_cast<std::uint8_t>((block.sequence ? 0x40 : 0) | (block.more ? 0x20 : 0));
    case T1Kind::kReceiveReady:
      return static_cast<std::uint8_t>(0x80 | (block.sequence ? 0x10 : 0) |
                                       static_cast<std::uint8_t>(block.error));
    case T1Kind::kSupervisory:
      return static_cast<std::uint8_t>(0xC0 | (block.response ? 0x20 : 0) |
                                       static_cast<std::uint8_t>(block.supervisory));
  }
  return 0;
}

std::size_t t1_epilogue_size(Edc edc) { return edc == Edc::kLrc ? 1 : 2; }

std::uint8_t lrc_of(ByteView bytes) {
  std::uint8_t lrc = 0;
  for (const auto byte : bytes) lrc ^= byte;
  return lrc;
}

std::size_t t1_block_size_so_far(ByteView bytes, Edc edc) {
  if (bytes.size() < kT1PrologueSize) return 0;
  return kT1PrologueSize + bytes[2] + t1_epilogue_size(edc);
}

Result<T1Block> decode_t1_block(ByteView bytes, Edc edc) {
  if (bytes.size() < kT1PrologueSize) {
    return DecodeError{DecodeErrc::kTooShort, bytes.size(), "prologue"};
  }
  const std::size_t size = t1_block_size_so_far(bytes, edc);
  if (bytes.size() < kT1PrologueSize + t1_epilogue_size(edc)) {
    return DecodeError{DecodeErrc::kTooShort, bytes.size(), "epilogue"};
  }
  if (bytes[2] == kReservedLength) return DecodeError{DecodeErrc::kReservedValue, 2, "LEN"};
  if (bytes.size() != size) return DecodeError{DecodeErrc::kLengthMismatch, 2, "LEN"};
  if (!epilogue_matches(bytes, edc)) {
    return DecodeError{DecodeErrc::kBadChecksum, size - t1_epilogue_size(edc), to_string(edc)};
  }
  const std::uint8_t pcb = bytes[1];
  if (!pcb_is_known(pcb)) return DecodeError{DecodeErrc::kReservedValue, 1, "PCB"};
  T1Block block;
  if ((pcb & 0x80) == 0) {
    block = T1Block::i_block((pcb & 0x40) != 0, (pcb & 0x20) != 0, {});
  } else if ((pcb & 0x40) == 0) {
    block = T1Block::r_block((pcb & 0x10) != 0, static_cast<T1Error>(pcb & 0x0F));
  } else {
    block = T1Block::s_block(static_cast<T1Supervisory>(pcb & 0x1F), (pcb & 0x20) != 0);
  }
  block.nad = bytes[0];
  block.information = to_bytes(bytes.subspan(kT1PrologueSize, bytes[2]));
  if (!information_fits(block)) return DecodeError{DecodeErrc::kBadValue, 2, "LEN"};
  return block;
}

Result<Bytes> encode_t1_block(const T1Block& block, Edc edc) {
  if (!information_fits(block)) return DecodeError{DecodeErrc::kUnrepresentable, 0, "LEN"};
  const std::uint8_t pcb = t1_pcb(block);
  if (!pcb_is_known(pcb)) return DecodeError{DecodeErrc::kUnrepresentable, 0, "PCB"};
  Bytes bytes;
  bytes.reserve(block.information.size() + 5);
  bytes = {block.nad, pcb, static_cast<std::uint8_t>(block.information.size())};
  bytes.insert(bytes.end(), block.information.begin(), block.information.end());
  append_epilogue(bytes, edc);
  return bytes;
}

std::string describe(const T1Block& block) {
  switch (block.kind) {
    case T1Kind::kInformation:
      return fmt::format("I({},{}) NAD={:02X} LEN={}", block.sequence ? 1 : 0, block.more ? 1 : 0,
                         block.nad, block.information.size());
    case T1Kind::kReceiveReady:
      return fmt::format("R({}) {}", block.sequence ? 1 : 0, to_string(block.error));
    case T1Kind::kSupervisory:
      break;
  }
  std::string text = fmt::format("S({} {})", to_string(block.supervisory),
                                 block.response ? "response" : "request");
  if (!block.information.empty()) text += fmt::format(" {}", block.information[0]);
  return text;
}

}  // namespace uketsuke::wire::iso7816
