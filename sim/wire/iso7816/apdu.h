// Command and response APDU: ISO/IEC 7816-4:2013, 5.1 (seven cases), 5.6 (status words).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::iso7816 {

enum class ApduCase : std::uint8_t {
  k1,
  k2Short,
  k3Short,
  k4Short,
  k2Extended,
  k3Extended,
  k4Extended
};
std::string_view to_string(ApduCase apdu_case);

struct CommandApdu {
  std::uint8_t cla = 0, ins = 0, p1 = 0, p2 = 0;
  Bytes data;             // Nc = data.size()
  std::uint32_t ne = 0;   // most bytes of answer data: 0 (none), 1..256 short, 1..65536 extended
  bool extended = false;  // length fields are extended; without data and ne it has no meaning

  static CommandApdu case1(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1, std::uint8_t p2);
  static CommandApdu case2_short(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                 std::uint8_t p2, std::uint32_t ne);
  static CommandApdu case3_short(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                 std::uint8_t p2, ByteView data);
  static CommandApdu case4_short(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                 std::uint8_t p2, ByteView data, std::uint32_t ne);
  static CommandApdu case2_extended(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                    std::uint8_t p2, std::uint32_t ne);
  static CommandApdu case3_extended(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                    std::uint8_t p2, ByteView data);
  static CommandApdu case4_extended(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1,
                                    std::uint8_t p2, ByteView data, std::uint32_t ne);
  ApduCase apdu_case() const;
};

// Errors: kTooShort (fewer than 4 bytes, or fewer data bytes than Lc), kTooLong (bytes after Le),
// kLengthMismatch (no case fits: 5.1), kBadValue (extended Lc of 0000).
Result<CommandApdu> decode_command(ByteView bytes);
// Refuses data above 255 / 65535 bytes, ne above 256 / 65536.
Result<Bytes> encode_command(const CommandApdu& command);
// One line; the data of VERIFY (20), CHANGE REFERENCE DATA (24), RESET RETRY COUNTER (2C) and
// CHANGE KEY (80 32) is shown as its length only.
std::string describe(const CommandApdu& command);
bool carries_secret(std::uint8_t cla, std::uint8_t ins);

struct ResponseApdu {
  Bytes data;
  std::uint16_t sw = 0x9000;
};
// Error: kTooShort below two bytes, kTooLong above 65538.
Result<ResponseApdu> decode_response(ByteView bytes);
Result<Bytes> encode_response(const ResponseApdu& response);
// Status word and length of the data only.
std::string describe(const ResponseApdu& response);

}  // namespace uketsuke::wire::iso7816
