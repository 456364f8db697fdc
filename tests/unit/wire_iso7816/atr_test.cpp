#include "sim/wire/iso7816/atr.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke::wire;
using namespace uketsuke::wire::iso7816;

namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// Facts 1.7: registered ATRs of the card.
const char* const kKnown[] = {
    "3BE000FF8131FE4514",
    "3BDA13FF8131FB46801239 2F31C173C601C03B",
    "3BC5FF8131FB458073C6010000",
    "3BF59100FF918171FE400042000100D1D6",
    "3BF59100FF918171FE4000420001B3A115",
    "3B888001000005E0B381A1007F",
    "3B888001000041E0B381A1003B",
    "3B888001004B51FF0081D100BC",
    "3B888001004B51FFB381D1000F",
    "3B80800101",
};

void check_error(std::string_view text, DecodeErrc code, std::string_view field) {
  const auto atr = decode_atr(hex(text));
  BOOST_REQUIRE_MESSAGE(!atr, text);
  BOOST_CHECK_MESSAGE(atr.error().code == code, text << ": " << to_string(atr.error()));
  BOOST_CHECK_MESSAGE(atr.error().field == field, text << ": " << to_string(atr.error()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(atr)

BOOST_AUTO_TEST_CASE(known_cards_decode_and_encode_to_the_same_bytes) {
  for (const char* text : kKnown) {
    BOOST_TEST_CONTEXT(text) {
      const Bytes bytes = hex(text);
      const auto atr = decode_atr(bytes);
      BOOST_REQUIRE(atr);
      BOOST_TEST(encode_atr(*atr).value() == bytes);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_contact_card_offers_t1_with_its_parameters) {
  const auto atr = decode_atr(hex("3BE000FF8131FE4514")).value();
  BOOST_TEST(atr.offered_protocols() == std::vector<std::uint8_t>{1});
  BOOST_TEST(atr.n() == 255);
  BOOST_TEST(atr.ifsc() == 254);
  BOOST_TEST(atr.bwi() == 4);
  BOOST_TEST(atr.cwi() == 5);
  BOOST_CHECK(atr.edc() == Edc::kLrc);
  BOOST_TEST(atr.historical.empty());
  BOOST_TEST(*atr.tck == 0x14);
  BOOST_CHECK(!atr.specific_mode());
}

BOOST_AUTO_TEST_CASE(ta2_says_specific_mode) {
  const auto atr = decode_atr(hex("3BF59100FF918171FE400042000100D1D6")).value();
  BOOST_TEST(atr.fi_index() == 9);
  BOOST_TEST(atr.di_index() == 1);
  const auto mode = atr.specific_mode();
  BOOST_REQUIRE(mode.has_value());
  BOOST_TEST(mode->protocol == 1);
  BOOST_TEST(!mode->may_change);
  BOOST_TEST(!mode->implicit_fi_di);
  BOOST_TEST(atr.ifsc() == 254);
  BOOST_TEST(atr.bwi() == 4);
  BOOST_TEST(atr.cwi() == 0);
  BOOST_TEST(atr.historical == hex("42000100D1"));
}

BOOST_AUTO_TEST_CASE(nothing_said_means_defaults) {
  const auto atr = decode_atr(hex("3B00")).value();
  BOOST_TEST(atr.offered_protocols() == std::vector<std::uint8_t>{0});
  BOOST_TEST(atr.fi_index() == 1);
  BOOST_TEST(atr.di_index() == 1);
  BOOST_TEST(atr.n() == 0);
  BOOST_TEST(atr.wi() == 10);
  BOOST_TEST(atr.ifsc() == 32);
  BOOST_TEST(atr.cwi() == 13);
  BOOST_TEST(atr.bwi() == 4);
  BOOST_CHECK(!atr.tck);
}

// ISO/IEC 7816-3:2006, Tables 7 and 8.
BOOST_AUTO_TEST_CASE(fi_and_di_tables_are_those_of_the_standard) {
  const int fi[16] = {372, 372, 558, 744,  1116, 1488, 1860, -1,
                      -1,  512, 768, 1024, 1536, 2048, -1,   -1};
  const double fmax[16] = {4, 5, 6, 8, 12, 16, 20, -1, -1, 5, 7.5, 10, 15, 20, -1, -1};
  const int di[16] = {-1, 1, 2, 4, 8, 16, 32, 64, 12, 20, -1, -1, -1, -1, -1, -1};
  for (std::uint8_t i = 0; i < 16; ++i) {
    BOOST_TEST((fi_of_index(i) ? *fi_of_index(i) : -1) == fi[i]);
    BOOST_TEST((fmax_of_index(i) ? *fmax_of_index(i) / 1e6 : -1) == fmax[i]);
    BOOST_TEST((di_of_index(i) ? *di_of_index(i) : -1) == di[i]);
  }
  BOOST_CHECK(!fi_of_index(16));
  BOOST_CHECK(!di_of_index(16));
}

BOOST_AUTO_TEST_CASE(inverse_convention_and_class_indicator_are_read) {
  // TS 3F; TD1 = 80 (T=0), TD2 = 1F (T=15), TA3 = C7: no preference, classes A, B and C; TCK.
  const auto atr = decode_atr(hex("3F80801FC7D8")).value();
  BOOST_TEST(atr.ts == kTsInverse);
  BOOST_TEST(atr.offered_protocols() == std::vector<std::uint8_t>{0});
  const auto indicator = atr.class_indicator();
  BOOST_REQUIRE(indicator.has_value());
  BOOST_TEST(indicator->clock_stop == 3);
  BOOST_TEST((indicator->class_a && indicator->class_b && indicator->class_c));
}

BOOST_AUTO_TEST_CASE(each_way_to_be_wrong_has_its_own_error) {
  check_error("", DecodeErrc::kTooShort, "TS");
  check_error("3B", DecodeErrc::kTooShort, "T0");
  check_error("3C00", DecodeErrc::kBadValue, "TS");
  check_error("3BE000FF8131FE4515", DecodeErrc::kBadChecksum, "TCK");
  check_error("3BE000FF8131FE45", DecodeErrc::kTooShort, "TCK");
  check_error("3BE000FF8131FE451400", DecodeErrc::kTooLong, "ATR");
  check_error("3B0000", DecodeErrc::kTooLong, "ATR");  // TCK where none is due
  check_error("3B02AA", DecodeErrc::kTooShort, "historical bytes");
  check_error("3B" + std::string(66, '0'), DecodeErrc::kTooLong, "ATR");
  check_error("3B1071", DecodeErrc::kReservedValue, "TA1");    // Fi 7
  check_error("3B101A", DecodeErrc::kReservedValue, "TA1");    // Di A
  check_error("3B800282", DecodeErrc::kReservedValue, "TD1");  // T=2
  check_error("3B800F8F", DecodeErrc::kReservedValue, "TD1");  // T=15 first
  check_error("3B804000", DecodeErrc::kReservedValue, "TC2");  // WI 0
}

BOOST_AUTO_TEST_CASE(reserved_values_of_t1_are_found) {
  const struct {
    std::optional<std::uint8_t> ta, tb, tc;
    std::string_view field;
  } rows[] = {{0x00, {}, {}, "TA3"}, {0xFF, {}, {}, "TA3"}, {{}, 0xA0, {}, "TB3"},
              {{}, 0xF5, {}, "TB3"}, {{}, {}, 0x02, "TC3"}, {{}, {}, 0x80, "TC3"}};
  for (const auto& row : rows) {
    const auto bytes = AtrBuilder().protocol(1).protocol(1, row.ta, row.tb, row.tc).build().value();
    const auto atr = decode_atr(bytes);
    BOOST_REQUIRE(!atr);
    BOOST_CHECK(atr.error().code == DecodeErrc::kReservedValue);
    BOOST_TEST(atr.error().field == row.field);
    BOOST_CHECK(decode_atr_structure(bytes));
  }
}

BOOST_AUTO_TEST_CASE(the_builder_announces_groups_and_adds_tck) {
  const auto bytes =
      AtrBuilder().tb1(0x00).tc1(0xFF).protocol(1).protocol(1, 0xFE, 0x45).build().value();
  BOOST_TEST(bytes == hex("3BE000FF8131FE4514"));
  BOOST_TEST(AtrBuilder().historical(hex("AABB")).build().value() == hex("3B02AABB"));
  BOOST_CHECK(!AtrBuilder().historical(Bytes(16)).build());
}

BOOST_AUTO_TEST_CASE(the_size_is_known_as_soon_as_the_bytes_tell) {
  for (const char* text : kKnown) {
    const Bytes bytes = hex(text);
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      const auto expected = atr_size_so_far(ByteView(bytes).first(size));
      BOOST_REQUIRE(expected.has_value());
      BOOST_TEST(((*expected == size) == (size == bytes.size())), text << " size " << size);
      BOOST_TEST((*expected >= size && *expected <= bytes.size()), text << " size " << size);
    }
  }
  BOOST_CHECK(!atr_size_so_far(hex("00")));
  Bytes endless = hex("3B80");
  endless.insert(endless.end(), 40, 0xF1);
  BOOST_CHECK(!atr_size_so_far(endless));
}

BOOST_AUTO_TEST_CASE(every_truncation_is_too_short) {
  for (const char* text : kKnown) {
    const Bytes bytes = hex(text);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto atr = decode_atr(ByteView(bytes).first(size));
      BOOST_REQUIRE(!atr);
      BOOST_CHECK(atr.error().code == DecodeErrc::kTooShort);
    }
  }
}

BOOST_AUTO_TEST_CASE(any_bytes_are_survived) {
  std::uint32_t seed = 1;
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes{0x3B};
    seed = seed * 1664525u + 1013904223u;
    const std::size_t size = seed >> 24 & 0x3F;
    for (std::size_t i = 0; i < size; ++i) {
      seed = seed * 1664525u + 1013904223u;
      bytes.push_back(static_cast<std::uint8_t>(seed >> 24));
    }
    const auto atr = decode_atr_structure(bytes);
    atr_size_so_far(bytes);
    if (atr) BOOST_TEST(encode_atr(*atr).value() == bytes);
  }
}

BOOST_AUTO_TEST_SUITE_END()
