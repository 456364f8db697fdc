// Blocks of the protocol T=1: ISO/IEC 7816-3:2006, 11.3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/wire/bytes.h"
#include "sim/wire/iso7816/atr.h"

namespace uketsuke::wire::iso7816 {

inline constexpr std::size_t kT1PrologueSize = 3;  // NAD, PCB, LEN
inline constexpr std::size_t kT1MaxInformation = 254;

enum class T1Kind : std::uint8_t { kInformation, kReceiveReady, kSupervisory };
enum class T1Error : std::uint8_t {
  kNone = 0,
  kRedundancy = 1,
  kOther = 2
};  // R-block b4..b1 (11.3.2.2)
// PCB b5..b1 of an S-block without the response bit b6 (11.3.2.2). VPP error is deprecated.
enum class T1Supervisory : std::uint8_t {
  kResynch = 0,
  kIfs = 1,
  kAbort = 2,
  kWtx = 3,
  kVppError = 4
};
std::string_view to_string(T1Kind kind);
std::string_view to_string(T1Error error);
std::string_view to_string(T1Supervisory supervisory);

struct T1Block {
  std::uint8_t nad = 0;
  T1Kind kind = T1Kind::kInformation;
  bool sequence = false;                                // I: N(S), R: N(R)
  bool more = false;                                    // I: M-bit
  T1Error error = T1Error::kNone;                       // R
  T1Supervisory supervisory = T1Supervisory::kResynch;  // S
  bool response = false;                                // S
  Bytes information;

  static T1Block i_block(bool sequence, bool more, ByteView information);
  static T1Block r_block(bool sequence, T1Error error = T1Error::kNone);
  static T1Block s_block(T1Supervisory supervisory, bool response, ByteView information = {});
};
bool operator==(const T1Block& a, const T1Block& b);

std::uint8_t t1_pcb(const T1Block& block);
std::size_t t1_epilogue_size(Edc edc);

// Errors: kTooShort, kTooLong; kLengthMismatch LEN; kReservedValue LEN FF or a reserved PCB;
// kBadChecksum LRC or CRC (checked before PCB is looked at); kBadValue for a length of the field
// that PCB forbids.
Result<T1Block> decode_t1_block(ByteView bytes, Edc edc);
// Refuses more than 254 bytes, and an information field that the kind forbids (11.3.2.2, 11.6.2.3).
Result<Bytes> encode_t1_block(const T1Block& block, Edc edc);
std::string describe(const T1Block& block);

// Size of the whole block once LEN is there; 0 before.
std::size_t t1_block_size_so_far(ByteView bytes, Edc edc);

std::uint8_t lrc_of(ByteView bytes);

}  // namespace uketsuke::wire::iso7816
