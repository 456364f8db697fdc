#include "sim/wire/iso7816/ber_tlv.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke::wire;
using namespace uketsuke::wire::iso7816;

namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

DecodeErrc error_of(std::string_view text) {
  const auto tlv = read_tlv(hex(text));
  BOOST_REQUIRE_MESSAGE(!tlv, text);
  return tlv.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ber_tlv)

// ISO/IEC 7816-4:2013, 5.2.2.
BOOST_AUTO_TEST_CASE(tags_and_lengths_of_every_form_are_read) {
  const struct {
    std::string head;
    std::uint32_t tag;
    std::size_t length;
    bool constructed;
  } rows[] = {{"8400", 0x84, 0, false},
              {"DF2108", 0xDF21, 8, false},
              {"FF2065", 0xFF20, 0x65, true},
              {"7F21820233", 0x7F21, 0x233, true},
              {"5F4E820129", 0x5F4E, 0x129, false},
              {"DF810103", 0xDF8101, 3, false},
              {"047F", 0x04, 127, false},
              {"048180", 0x04, 128, false},
              {"0483010000", 0x04, 65536, false}};
  for (const auto& row : rows) {
    Bytes bytes = hex(row.head);
    bytes.insert(bytes.end(), row.length, 0x00);
    const auto tlv = read_tlv(bytes);
    BOOST_REQUIRE(tlv);
    BOOST_TEST(tlv->tag == row.tag);
    BOOST_TEST(tlv->value.size() == row.length);
    BOOST_TEST(tlv->constructed() == row.constructed);
    BOOST_TEST(tlv->size == bytes.size());
    BOOST_TEST(encode_tlv(row.tag, tlv->value).value() == bytes);
    const std::size_t end = std::min<std::size_t>(bytes.size(), 20);
    for (std::size_t size = 0; size < end; ++size) {
      const auto cut = read_tlv(ByteView(bytes).first(size));
      BOOST_CHECK(!cut && cut.error().code == DecodeErrc::kTooShort);
    }
  }
}

BOOST_AUTO_TEST_CASE(forms_that_cards_do_not_use_are_refused) {
  BOOST_CHECK(error_of("0480") == DecodeErrc::kReservedValue);  // indefinite length
  BOOST_CHECK(error_of("0485") == DecodeErrc::kReservedValue);
  BOOST_CHECK(error_of("04FF") == DecodeErrc::kReservedValue);
  BOOST_CHECK(error_of("0484FFFFFFFF") == DecodeErrc::kReservedValue);
  BOOST_CHECK(error_of("1F1E00") == DecodeErrc::kBadValue);           // number below 31
  BOOST_CHECK(error_of("1F8000") == DecodeErrc::kBadValue);           // leading zeros
  BOOST_CHECK(error_of("1F81818100") == DecodeErrc::kReservedValue);  // four bytes
  BOOST_CHECK(!encode_tlv(0, {}));
  BOOST_CHECK(!encode_tlv(0x1F, {}));
  BOOST_CHECK(!encode_tlv(0x8401, {}));
  BOOST_CHECK(!encode_tlv(0x01000000, {}));
}

// Facts 1.5: text EF 0002, shortened.
BOOST_AUTO_TEST_CASE(the_card_text_is_found_by_path) {
  const Bytes file =
      hex("FF2013DF2108000E002000590064DF2501"
          "31DF220141FFFF");
  const auto sex = find_tlv(file, {0xFF20, 0xDF25});
  BOOST_REQUIRE(sex.has_value());
  BOOST_TEST(to_bytes(sex->value) == hex("31"));
  BOOST_CHECK(find_tlv(file, {0xFF20, 0xDF22}));
  BOOST_CHECK(!find_tlv(file, {0xFF20, 0xDF99}));
  BOOST_CHECK(!find_tlv(file, {0xDF25}));
}

BOOST_AUTO_TEST_CASE(padding_between_objects_is_skipped) {
  const Bytes bytes = hex("0000 8401AA FFFF 00 8501BB FF");
  TlvIterator objects(bytes);
  BOOST_TEST(objects.next()->tag == 0x84);
  BOOST_TEST(objects.next()->tag == 0x85);
  BOOST_CHECK(!objects.next());
  BOOST_CHECK(!objects.error());
}

BOOST_AUTO_TEST_CASE(the_builder_nests) {
  TlvBuilder inner;
  inner.add(0xDF21, hex("01")).add(0xDF22, Bytes(200));
  const auto bytes = TlvBuilder().add(0xFF20, inner).build().value();
  BOOST_TEST(to_hex(ByteView(bytes).first(4)) == "ff2081d0");
  BOOST_TEST(find_tlv(bytes, {0xFF20, 0xDF22})->value.size() == 200u);
  BOOST_CHECK(!check_tlv(bytes));
  BOOST_CHECK(!TlvBuilder().add(0x1F, ByteView()).build());
}

BOOST_AUTO_TEST_CASE(deep_nesting_and_noise_end) {
  Bytes deep;
  for (int i = 0; i < 200; ++i) deep = encode_tlv(0x30, deep).value();
  const auto error = check_tlv(deep);
  BOOST_REQUIRE(error.has_value());
  BOOST_CHECK(error->code == DecodeErrc::kTooLong);
  BOOST_CHECK(!check_tlv(deep, 300));
  std::uint32_t seed = 7;
  for (int round = 0; round < 5000; ++round) {
    Bytes noise;
    for (int i = 0; i < 40; ++i) {
      seed = seed * 1664525u + 1013904223u;
      noise.push_back(static_cast<std::uint8_t>(seed >> 24));
    }
    check_tlv(noise);
    find_tlv(noise, {0x30, 0x04});
  }
}

BOOST_AUTO_TEST_SUITE_END()
