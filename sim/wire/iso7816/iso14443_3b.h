// Frames of initialisation and anticollision, Type B: ISO/IEC 14443-3:2011, 7. All with CRC_B at
// the end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::iso7816 {

// CRC_B (annex B): ISO/IEC 13239, initial FFFF, complemented; sent low byte first.
std::uint16_t crc_b(ByteView bytes);
Bytes with_crc_b(ByteView bytes);
// The frame without its CRC_B. Errors: kTooShort, kBadChecksum.
Result<ByteView> without_crc_b(ByteView frame);

// REQB or WUPB (7.7).
struct Reqb {
  std::uint8_t afi = 0;
  bool wake_up = false;         // PARAM b4
  bool extended_atqb = false;   // PARAM b5
  std::uint8_t slots_code = 0;  // PARAM b3..b1: N = 2^code, 0..4
};
// ATQB (7.9), basic form.
struct Atqb {
  std::array<std::uint8_t, 4> pupi{};
  std::array<std::uint8_t, 4> application_data{};
  std::array<std::uint8_t, 3> protocol_info{};

  std::uint8_t bit_rates() const { return protocol_info[0]; }
  std::uint8_t max_frame_code() const { return protocol_info[1] >> 4; }
  bool iso14443_4() const { return (protocol_info[1] & 0x01) != 0; }
  std::uint8_t fwi() const { return protocol_info[2] >> 4; }
  bool nad_supported() const { return (protocol_info[2] & 0x02) != 0; }
  bool cid_supported() const { return (protocol_info[2] & 0x01) != 0; }
};
// ATTRIB (7.10).
struct Attrib {
  std::array<std::uint8_t, 4> identifier{};
  std::uint8_t param1 = 0;          // TR0, TR1, EOF and SOF suppression
  std::uint8_t max_frame_code = 0;  // Param 2 b4..b1: what the reader can receive
  std::uint8_t bit_rates = 0;       // Param 2 b8..b5
  bool iso14443_4 = true;           // Param 3 b1
  std::uint8_t cid = 0;             // Param 4 b4..b1
  Bytes higher_layer;               // INF
};
// Answer to ATTRIB (7.11).
struct AttribAnswer {
  std::uint8_t mbli = 0;
  std::uint8_t cid = 0;
  Bytes higher_layer;
};
// HLTB (7.12): 50 and the identifier.
struct Hltb {
  std::array<std::uint8_t, 4> identifier{};
};

// Frame sizes in bytes for code 0..8; nullopt for codes that are reserved (Table 25).
std::optional<std::uint16_t> frame_size_of_code(std::uint8_t code);

// Errors: kBadChecksum CRC_B; kTooShort, kTooLong; kUnknownType for the first byte; kReservedValue
// for reserved bits (N code 5..7, FWI 15, frame size code above 8, CID 15).
Result<Reqb> decode_reqb(ByteView frame);
Result<Atqb> decode_atqb(ByteView frame);
Result<Attrib> decode_attrib(ByteView frame);
Result<AttribAnswer> decode_attrib_answer(ByteView frame);
Result<Hltb> decode_hltb(ByteView frame);
Result<Bytes> encode_reqb(const Reqb& reqb);
Result<Bytes> encode_atqb(const Atqb& atqb);
Result<Bytes> encode_attrib(const Attrib& attrib);
Result<Bytes> encode_attrib_answer(const AttribAnswer& answer);
Result<Bytes> encode_hltb(const Hltb& hltb);
std::string describe(const Reqb& reqb);
std::string describe(const Atqb& atqb);
std::string describe(const Attrib& attrib);
std::string describe(const AttribAnswer& answer);
std::string describe(const Hltb& hltb);

}  // namespace uketsuke::wire::iso7816
