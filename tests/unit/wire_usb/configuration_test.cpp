#include "sim/wire/usb/configuration.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/wire_usb/golden.h"

using namespace uketsuke::wire;
using namespace uketsuke::wire::usb;

BOOST_AUTO_TEST_SUITE(usb_configuration)

// A composite device: one CCID-like interface with a class descriptor and three endpoints (the last
// followed by an unknown descriptor), an association, and an interface with two alternate settings.
const char* const kWhole =
    "09 02 57 00 02 01 00 80 32"
    "09 04 00 00 03 0b 00 00 00"
    "04 21 aa bb"
    "07 05 81 02 40 00 00"
    "07 05 02 02 40 00 00"
    "07 05 83 03 08 00 18"
    "03 42 99"
    "08 0b 01 01 02 02 00 00"
    "09 04 01 00 00 ff 00 00 00"
    "09 04 01 01 01 ff 00 00 00"
    "07 05 04 02 40 00 00"
    "05 24 00 20 01"
    "03 41 77";

BOOST_AUTO_TEST_CASE(a_whole_configuration_becomes_a_tree) {
  const auto c = decode_whole_configuration(hex(kWhole)).value();
  BOOST_TEST(c.interfaces.size() == 3u);
  BOOST_TEST(c.associations.size() == 1u);
  const InterfaceNode* ccid = c.find_interface(0);
  BOOST_REQUIRE(ccid != nullptr);
  BOOST_TEST(to_hex(ccid->find_extra(0x21)) == "0421aabb");
  BOOST_TEST(ccid->endpoints.size() == 3u);
  BOOST_TEST(ccid->find_endpoint(TransferType::kBulk, true)->descriptor.bEndpointAddress == 0x81);
  BOOST_TEST(ccid->find_endpoint(TransferType::kBulk, false)->descriptor.bEndpointAddress == 0x02);
  BOOST_TEST(ccid->find_endpoint(TransferType::kInterrupt, true)->descriptor.bInterval == 0x18);
  BOOST_TEST(ccid->find_endpoint(TransferType::kInterrupt, false) == nullptr);
  BOOST_TEST(to_hex(ccid->find_extra(0x42)) == "034299");  // behind an endpoint, still found
  BOOST_TEST(c.find_interface(1, 0)->endpoints.empty());
  BOOST_TEST(c.find_interface(1, 1)->endpoints.size() == 1u);
  BOOST_TEST(c.find_interface(1, 2) == nullptr);
}

BOOST_AUTO_TEST_CASE(the_tree_gives_the_same_bytes_back) {
  const auto c = decode_whole_configuration(hex(kWhole)).value();
  BOOST_TEST(to_hex(encode(c).value()) == to_hex(hex(kWhole)));
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
  const Bytes whole = hex(kWhole);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    BOOST_TEST(!decode_whole_configuration(ByteView(whole.data(), n)));
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_with_a_matching_total_length_never_crashes) {
  const Bytes whole = hex(kWhole);
  for (std::size_t n = 9; n < whole.size(); ++n) {
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    cut[2] = static_cast<std::uint8_t>(n);
    const auto c = decode_whole_configuration(cut);
    if (c) BOOST_TEST(to_hex(encode(*c).value()) == to_hex(cut));
  }
}

BOOST_AUTO_TEST_CASE(blength_zero_short_and_overrunning_are_refused_with_their_offset) {
  const auto with = [](std::size_t at, std::uint8_t value) {
    Bytes b = hex(kWhole);
    b[at] = value;
    return decode_whole_configuration(b);
  };
  check_error(with(9, 0), DecodeErrc::kBadValue, 9);
  check_error(with(9, 1), DecodeErrc::kBadValue, 9);
  check_error(with(9, 8), DecodeErrc::kTooShort, 9);    // an interface needs 9
  check_error(with(22, 6), DecodeErrc::kTooShort, 22);  // an endpoint needs 7
  check_error(with(84, 4), DecodeErrc::kLengthMismatch, 84);
  check_error(with(0, 8), DecodeErrc::kTooShort, 0);
  check_error(with(1, 4), DecodeErrc::kBadValue, 1);
  check_error(with(2, 0x58), DecodeErrc::kLengthMismatch, 2);
  check_error(with(2, 0x56), DecodeErrc::kTooLong, 0x56);
}

BOOST_AUTO_TEST_CASE(descriptors_longer_than_their_type_needs_are_tolerated) {
  const auto c = decode_whole_configuration(hex(
      "0a 02 1d 00 01 01 00 80 32 ee  0a 04 00 00 01 0b 00 00 00 dd  09 05 81 02 40 00 00 00 00"));
  BOOST_REQUIRE(c.has_value());
  BOOST_TEST(c->interfaces.at(0).endpoints.at(0).descriptor.wMaxPacketSize == 64);
}

BOOST_AUTO_TEST_CASE(an_endpoint_before_any_interface_is_kept_as_unknown) {
  const auto c = decode_whole_configuration(hex("09 02 10 00 00 01 00 80 32 07 05 81 02 40 00 00"));
  BOOST_REQUIRE(c.has_value());
  BOOST_TEST(c->extra.size() == 1u);
  BOOST_TEST(c->interfaces.empty());
}

BOOST_AUTO_TEST_SUITE_END()
