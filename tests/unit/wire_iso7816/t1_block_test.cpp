#include "sim/wire/iso7816/t1_block.h"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace uketsuke::wire;
using namespace uketsuke::wire::iso7816;

namespace {
Bytes hex(std::string_view text) { return from_hex(text).value(); }
}  // namespace

BOOST_AUTO_TEST_SUITE(t1_block)

// ISO/IEC 7816-3:2006, 11.3; LRC computed by hand.
BOOST_AUTO_TEST_CASE(blocks_have_their_bytes) {
  const Bytes fe{0xFE}, three{0x03};
  const struct {
    T1Block block;
    std::string_view bytes;
  } rows[] = {
      {T1Block::s_block(T1Supervisory::kIfs, false, fe), "00C101FE3E"},
      {T1Block::s_block(T1Supervisory::kIfs, true, fe), "00E101FE1E"},
      {T1Block::s_block(T1Supervisory::kWtx, false, three), "00C30103C1"},
      {T1Block::s_block(T1Supervisory::kWtx, true, three), "00E30103E1"},
      {T1Block::s_block(T1Supervisory::kResynch, false), "00C000C0"},
      {T1Block::s_block(T1Supervisory::kResynch, true), "00E000E0"},
      {T1Block::s_block(T1Supervisory::kAbort, false), "00C200C2"},
      {T1Block::s_block(T1Supervisory::kAbort, true), "00E200E2"},
      {T1Block::s_block(T1Supervisory::kVppError, true), "00E400E4"},
      {T1Block::r_block(false), "00800080"},
      {T1Block::r_block(true, T1Error::kRedundancy), "00910091"},
      {T1Block::r_block(true, T1Error::kOther), "00920092"},
      {T1Block::i_block(false, false, hex("00A4000C")), "00000400A4000CAC"},
      {T1Block::i_block(true, true, hex("9000")), "0060029000F2"},
      {T1Block::i_block(true, false, {}), "00400040"},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.bytes) {
      BOOST_TEST(encode_t1_block(row.block, Edc::kLrc).value() == hex(row.bytes));
      BOOST_CHECK(decode_t1_block(hex(row.bytes), Edc::kLrc).value() == row.block);
      const auto crc = encode_t1_block(row.block, Edc::kCrc).value();
      BOOST_TEST(crc.size() == hex(row.bytes).size() + 1);
      BOOST_CHECK(decode_t1_block(crc, Edc::kCrc).value() == row.block);
      for (std::size_t size = 0; size < crc.size(); ++size) {
        BOOST_CHECK(!decode_t1_block(ByteView(crc).first(size), Edc::kCrc));
      }
    }
  }
}

// 11.3.2.2: every value of PCB, with a length of the field that fits it.
BOOST_AUTO_TEST_CASE(only_the_pcb_values_of_the_standard_are_known) {
  std::set<int> known{0x00, 0x20, 0x40, 0x60, 0x80, 0x81, 0x82, 0x90, 0x91, 0x92,
                      0xC0, 0xC1, 0xC2, 0xC3, 0xE0, 0xE1, 0xE2, 0xE3, 0xE4};
  for (int pcb = 0; pcb < 256; ++pcb) {
    bool accepted = false;
    for (const std::size_t length : {0u, 1u}) {
      Bytes bytes{0x00, static_cast<std::uint8_t>(pcb), static_cast<std::uint8_t>(length)};
      bytes.insert(bytes.end(), length, 0x01);
      bytes.push_back(lrc_of(bytes));
      const auto block = decode_t1_block(bytes, Edc::kLrc);
      if (block) {
        accepted = true;
        BOOST_TEST(encode_t1_block(*block, Edc::kLrc).value() == bytes);
      } else if (known.count(pcb) == 0) {
        BOOST_CHECK(block.error().code == DecodeErrc::kReservedValue);
      } else {
        BOOST_CHECK(block.error().code == DecodeErrc::kBadValue);
      }
    }
    BOOST_TEST(accepted == (known.count(pcb) != 0), "PCB " << pcb);
  }
}

BOOST_AUTO_TEST_CASE(broken_blocks_are_refused_with_their_reason) {
  BOOST_CHECK(decode_t1_block(hex("00C101FE3F"), Edc::kLrc).error().code ==
              DecodeErrc::kBadChecksum);
  BOOST_CHECK(decode_t1_block(hex("00C102FE3E"), Edc::kLrc).error().code ==
              DecodeErrc::kLengthMismatch);
  Bytes huge{0x00, 0x00, 0xFF};
  huge.resize(3 + 255 + 1);
  huge.back() = lrc_of(ByteView(huge).first(258));
  BOOST_CHECK(decode_t1_block(huge, Edc::kLrc).error().code == DecodeErrc::kReservedValue);
  BOOST_CHECK(!encode_t1_block(T1Block::i_block(false, false, Bytes(255)), Edc::kLrc));
  BOOST_CHECK(encode_t1_block(T1Block::i_block(false, false, Bytes(254)), Edc::kLrc));
  BOOST_CHECK(!encode_t1_block(T1Block::s_block(T1Supervisory::kVppError, false), Edc::kLrc));
}

BOOST_AUTO_TEST_CASE(every_single_bit_error_is_found) {
  for (const auto edc : {Edc::kLrc, Edc::kCrc}) {
    const Bytes good =
        encode_t1_block(T1Block::i_block(true, false, hex("00B0000004")), edc).value();
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      Bytes bad = good;
      bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      BOOST_CHECK(!decode_t1_block(bad, edc));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
