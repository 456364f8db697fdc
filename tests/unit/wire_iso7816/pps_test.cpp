#include "sim/wire/iso7816/pps.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke::wire;
using namespace uketsuke::wire::iso7816;

namespace {
Bytes hex(std::string_view text) { return from_hex(text).value(); }
}  // namespace

BOOST_AUTO_TEST_SUITE(pps)

// ISO/IEC 7816-3:2006, 9.2; PCK computed by hand.
BOOST_AUTO_TEST_CASE(requests_have_their_bytes) {
  BOOST_TEST(encode_pps({1, 0x95, {}, {}}).value() == hex("FF11957B"));
  BOOST_TEST(encode_pps({0, 0x11, {}, {}}).value() == hex("FF1011FE"));
  BOOST_TEST(encode_pps({0, {}, {}, {}}).value() == hex("FF00FF"));
  BOOST_TEST(encode_pps({1, 0x13, 0x00, 0x01}).value() == hex("FF7113 00 01 9C"));
  for (const char* text : {"FF11957B", "FF1011FE", "FF00FF", "FF711300019C"}) {
    const auto pps = decode_pps(hex(text));
    BOOST_REQUIRE(pps);
    BOOST_TEST(encode_pps(*pps).value() == hex(text));
    BOOST_TEST(pps_size_so_far(hex(text)) == hex(text).size());
    const Bytes whole = hex(text);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto cut = decode_pps(ByteView(whole).first(size));
      BOOST_CHECK(!cut && cut.error().code == DecodeErrc::kTooShort);
    }
  }
}

BOOST_AUTO_TEST_CASE(wrong_ones_are_refused) {
  BOOST_CHECK(decode_pps(hex("FE11957B")).error().code == DecodeErrc::kBadValue);
  BOOST_CHECK(decode_pps(hex("FF11957C")).error().code == DecodeErrc::kBadChecksum);
  BOOST_CHECK(decode_pps(hex("FF11957B00")).error().code == DecodeErrc::kTooLong);
  BOOST_CHECK(decode_pps(hex("FF807F")).error().code == DecodeErrc::kReservedValue);    // b8
  BOOST_CHECK(decode_pps(hex("FF0FF0")).error().code == DecodeErrc::kReservedValue);    // T=15
  BOOST_CHECK(decode_pps(hex("FF11719F")).error().code == DecodeErrc::kReservedValue);  // Fi 7
  BOOST_CHECK(decode_pps(hex("FF111AF4")).error().code == DecodeErrc::kReservedValue);  // Di A
  BOOST_CHECK(!encode_pps({15, {}, {}, {}}));
}

BOOST_AUTO_TEST_SUITE_END()
