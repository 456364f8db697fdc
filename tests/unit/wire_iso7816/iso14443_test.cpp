#include <boost/test/unit_test.hpp>
#include <map>

#include "sim/wire/iso7816/iso14443_3b.h"
#include "sim/wire/iso7816/iso14443_4.h"

using namespace uketsuke::wire;
using namespace uketsuke::wire::iso7816;

namespace {
Bytes hex(std::string_view text) { return from_hex(text).value(); }
}  // namespace

BOOST_AUTO_TEST_SUITE(iso14443_3b)

// ISO/IEC 14443-3, annex B, examples for CRC_B.
BOOST_AUTO_TEST_CASE(crc_b_is_that_of_the_annex) {
  BOOST_TEST(with_crc_b(hex("000000")) == hex("000000CCC6"));
  BOOST_TEST(with_crc_b(hex("0FAAFF")) == hex("0FAAFFFCD1"));
  BOOST_TEST(with_crc_b(hex("0A123456")) == hex("0A1234562CF6"));
  BOOST_TEST(to_bytes(without_crc_b(hex("0A1234562CF6")).value()) == hex("0A123456"));
  BOOST_CHECK(without_crc_b(hex("0A1234572CF6")).error().code == DecodeErrc::kBadChecksum);
  BOOST_CHECK(without_crc_b(hex("2CF6")).error().code == DecodeErrc::kTooShort);
}

BOOST_AUTO_TEST_CASE(reqb_and_wupb_have_their_bytes) {
  BOOST_TEST(encode_reqb({}).value() == hex("05000071FF"));
  Reqb wupb;
  wupb.wake_up = true;
  BOOST_TEST(encode_reqb(wupb).value() == hex("0500083973"));
  const auto back = decode_reqb(hex("0500083973")).value();
  BOOST_TEST(back.wake_up);
  BOOST_TEST(back.slots_code == 0);
  for (int param = 0; param < 256; ++param) {
    const auto reqb = decode_reqb(with_crc_b(Bytes{0x05, 0x00, static_cast<std::uint8_t>(param)}));
    BOOST_TEST(reqb.has_value() == ((param & 0xE0) == 0 && (param & 7) <= 4), "PARAM " << param);
  }
  BOOST_CHECK(decode_reqb(with_crc_b(hex("060000"))).error().code == DecodeErrc::kUnknownType);
  BOOST_CHECK(decode_reqb(with_crc_b(hex("0500"))).error().code == DecodeErrc::kTooShort);
  BOOST_CHECK(decode_reqb(with_crc_b(hex("05000000"))).error().code == DecodeErrc::kTooLong);
}

// Facts 1.7: B3 81 A1.
BOOST_AUTO_TEST_CASE(atqb_says_frame_size_and_waiting_time) {
  const Bytes frame = with_crc_b(hex("5001020304000005E0B381A1"));
  const auto atqb = decode_atqb(frame).value();
  BOOST_TEST(atqb.max_frame_code() == 8);
  BOOST_TEST(*frame_size_of_code(8) == 256);
  BOOST_TEST(atqb.fwi() == 10);
  BOOST_TEST(atqb.iso14443_4());
  BOOST_TEST(atqb.cid_supported());
  BOOST_TEST(!atqb.nad_supported());
  BOOST_TEST(encode_atqb(atqb).value() == frame);
  BOOST_CHECK(!decode_atqb(with_crc_b(hex("5001020304000005E0B391A1"))));  // frame size code 9
  BOOST_CHECK(!decode_atqb(with_crc_b(hex("5001020304000005E0B381F1"))));  // FWI 15
  BOOST_CHECK(!decode_atqb(with_crc_b(hex("5001020304000005E0B381"))));
  BOOST_CHECK(!decode_atqb(with_crc_b(hex("5001020304000005E0B381A100"))));
}

BOOST_AUTO_TEST_CASE(attrib_and_its_answer_round_trip) {
  Attrib attrib;
  attrib.identifier = {1, 2, 3, 4};
  attrib.max_frame_code = 8;
  attrib.cid = 3;
  attrib.higher_layer = hex("AABB");
  const Bytes frame =
      with_crc_b(hex("1D01020304"
                     "00080103AABB"));
  BOOST_TEST(encode_attrib(attrib).value() == frame);
  BOOST_TEST(encode_attrib(decode_attrib(frame).value()).value() == frame);
  BOOST_CHECK(!decode_attrib(with_crc_b(hex("1D0102030400090103"))));
  BOOST_CHECK(!decode_attrib(with_crc_b(hex("1D010203040008010F"))));
  BOOST_CHECK(!decode_attrib(with_crc_b(hex("1D0102030400080903"))));
  BOOST_TEST(encode_attrib_answer({2, 3, hex("CC")}).value() == with_crc_b(hex("23CC")));
  BOOST_TEST(decode_attrib_answer(with_crc_b(hex("23CC"))).value().mbli == 2);
  BOOST_CHECK(!decode_attrib_answer(with_crc_b(hex("2F"))));
  BOOST_TEST(encode_hltb({{1, 2, 3, 4}}).value() == with_crc_b(hex("5001020304")));
  BOOST_CHECK(decode_hltb(with_crc_b(hex("5001020304"))));
  const std::uint16_t sizes[] = {16, 24, 32, 40, 48, 64, 96, 128, 256};
  for (std::uint8_t code = 0; code < 9; ++code)
    BOOST_TEST(*frame_size_of_code(code) == sizes[code]);
  BOOST_CHECK(!frame_size_of_code(9));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(iso14443_4)

// ISO/IEC 14443-4:2008, 7.1.1.1.
BOOST_AUTO_TEST_CASE(blocks_have_their_bytes) {
  const struct {
    PiccBlock block;
    std::string_view bytes;
  } rows[] = {
      {{PiccBlockKind::kInformation, false, false, {}, {}, hex("00A4"), 1}, "0200A4"},
      {{PiccBlockKind::kInformation, true, true, {}, {}, hex("00A4"), 1}, "1300A4"},
      {{PiccBlockKind::kInformation, true, false, 2, {}, hex("90"), 1}, "0B0290"},
      {{PiccBlockKind::kInformation, false, false, 2, 0x12, hex("90"), 1}, "0E021290"},
      {{PiccBlockKind::kAck, false, false, {}, {}, {}, 1}, "A2"},
      {{PiccBlockKind::kAck, true, false, 1, {}, {}, 1}, "AB01"},
      {{PiccBlockKind::kNak, true, false, {}, {}, {}, 1}, "B3"},
      {{PiccBlockKind::kDeselect, false, false, {}, {}, {}, 1}, "C2"},
      {{PiccBlockKind::kDeselect, false, false, 1, {}, {}, 1}, "CA01"},
      {{PiccBlockKind::kWtx, false, false, {}, {}, {}, 59}, "F23B"},
      {{PiccBlockKind::kWtx, false, false, 1, {}, {}, 1}, "FA0101"},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.bytes) {
      const Bytes frame = with_crc_b(hex(row.bytes));
      BOOST_TEST(encode_picc_block(row.block).value() == frame);
      BOOST_CHECK(decode_picc_block(frame).value() == row.block);
    }
  }
}

BOOST_AUTO_TEST_CASE(reserved_pcb_values_are_refused) {
  for (int pcb = 0; pcb < 256; ++pcb) {
    const bool i = (pcb & 0xE2) == 0x02, r = (pcb & 0xE6) == 0xA2;
    const bool s = pcb == 0xC2 || pcb == 0xCA || pcb == 0xF2 || pcb == 0xFA;
    bool accepted = false;
    for (const auto& rest : {hex(""), hex("01"), hex("0101")}) {
      Bytes bytes{static_cast<std::uint8_t>(pcb)};
      bytes.insert(bytes.end(), rest.begin(), rest.end());
      if (decode_picc_block(with_crc_b(bytes))) accepted = true;
    }
    BOOST_TEST(accepted == (i || r || s), "PCB " << pcb);
  }
  BOOST_CHECK(!decode_picc_block(with_crc_b(hex("F200"))));
  BOOST_CHECK(!decode_picc_block(with_crc_b(hex("F23C"))));
  BOOST_CHECK(!decode_picc_block(with_crc_b(hex("0A0F90"))));
  BOOST_CHECK(!decode_picc_block(with_crc_b(hex("A200"))));
  BOOST_CHECK(!decode_picc_block(hex("02")));
  BOOST_CHECK(!decode_picc_block({}));
}

BOOST_AUTO_TEST_SUITE_END()
