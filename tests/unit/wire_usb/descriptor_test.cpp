#include "sim/wire/usb/descriptor.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/wire_usb/golden.h"

using namespace uketsuke::wire;
using namespace uketsuke::wire::usb;

BOOST_AUTO_TEST_SUITE(usb_descriptor)

// USB 2.0, Table 9-8, field by field.
const char* const kDevice = "12 01 00 02 ef 02 01 40 09 12 01 00 34 12 01 02 03 01";

BOOST_AUTO_TEST_CASE(device_descriptor_has_the_fields_of_table_9_8_in_order) {
  const auto d = decode_device(hex(kDevice)).value();
  BOOST_TEST(d.bcdUSB == 0x0200);
  BOOST_TEST(d.bDeviceClass == 0xEF);
  BOOST_TEST(d.bDeviceSubClass == 2);
  BOOST_TEST(d.bDeviceProtocol == 1);
  BOOST_TEST(d.bMaxPacketSize0 == 64);
  BOOST_TEST(d.idVendor == 0x1209);
  BOOST_TEST(d.idProduct == 0x0001);
  BOOST_TEST(d.bcdDevice == 0x1234);
  BOOST_TEST(d.iManufacturer == 1);
  BOOST_TEST(d.iProduct == 2);
  BOOST_TEST(d.iSerialNumber == 3);
  BOOST_TEST(d.bNumConfigurations == 1);
  BOOST_TEST(to_hex(encode(d)) == to_hex(hex(kDevice)));
}

BOOST_AUTO_TEST_CASE(truncated_descriptors_are_refused_at_every_length) {
  check_truncations(hex(kDevice), decode_device);
  check_truncations(hex("0a 06 00 02 00 00 00 40 01 00"), decode_device_qualifier);
  check_truncations(hex("09 02 5d 00 01 01 00 80 32"), decode_configuration);
  check_truncations(hex("08 0b 01 02 02 02 00 00"), decode_interface_association);
  check_truncations(hex("09 04 00 00 03 0b 00 00 04"), decode_interface);
  check_truncations(hex("07 05 81 02 40 00 00"), decode_endpoint);
  check_truncations(hex("06 03 41 00 42 00"), decode_string);
  check_truncations(hex("05 24 00 20 01"), decode_cdc_header);
  check_truncations(hex("05 24 01 00 02"), decode_cdc_call_management);
  check_truncations(hex("04 24 02 02"), decode_cdc_acm);
  check_truncations(hex("06 24 06 01 02 03"), decode_cdc_union);
}

BOOST_AUTO_TEST_CASE(length_type_and_trailing_bytes_are_told_apart) {
  Bytes bytes = hex(kDevice);
  bytes.push_back(0);
  check_error(decode_device(bytes), DecodeErrc::kTooLong, 18);
  bytes = hex(kDevice);
  bytes[0] = 17;
  check_error(decode_device(bytes), DecodeErrc::kLengthMismatch, 0);
  bytes[0] = 19;
  bytes.push_back(0);
  check_error(decode_device(bytes), DecodeErrc::kLengthMismatch, 0);
  bytes = hex(kDevice);
  bytes[1] = 2;
  check_error(decode_device(bytes), DecodeErrc::kUnknownType, 1);
}

BOOST_AUTO_TEST_CASE(configuration_descriptor_round_trips_in_both_types) {
  const Bytes golden = hex("09 02 5d 01 03 01 05 e0 32");
  const auto d = decode_configuration(golden).value();
  BOOST_TEST(d.wTotalLength == 0x015D);
  BOOST_TEST(d.bNumInterfaces == 3);
  BOOST_TEST(d.bConfigurationValue == 1);
  BOOST_TEST(d.iConfiguration == 5);
  BOOST_TEST(d.bmAttributes == 0xE0);
  BOOST_TEST(d.bMaxPower == 50);
  BOOST_TEST(to_hex(encode(d)) == to_hex(golden));
  const Bytes other = encode(d, DescriptorType::OTHER_SPEED_CONFIGURATION);
  BOOST_TEST(other[1] == 7);
  BOOST_TEST(decode_configuration(other).value().wTotalLength == 0x015D);
}

BOOST_AUTO_TEST_CASE(qualifier_interface_association_and_endpoint_match_golden_bytes) {
  const Bytes qualifier = hex("0a 06 00 02 ef 02 01 40 01 00");
  BOOST_TEST(to_hex(encode(decode_device_qualifier(qualifier).value())) == to_hex(qualifier));
  check_error(decode_device_qualifier(hex("0a 06 00 02 ef 02 01 40 01 01")),
              DecodeErrc::kReservedValue, 9);
  const Bytes association = hex("08 0b 01 02 02 02 00 07");
  const auto a = decode_interface_association(association).value();
  BOOST_TEST(a.bFirstInterface == 1);
  BOOST_TEST(a.bInterfaceCount == 2);
  BOOST_TEST(a.bFunctionClass == 2);
  BOOST_TEST(a.iFunction == 7);
  BOOST_TEST(to_hex(encode(a)) == to_hex(association));
  const Bytes interface = hex("09 04 02 01 03 0b 00 01 04");
  const auto i = decode_interface(interface).value();
  BOOST_TEST(i.bInterfaceNumber == 2);
  BOOST_TEST(i.bAlternateSetting == 1);
  BOOST_TEST(i.bNumEndpoints == 3);
  BOOST_TEST(i.bInterfaceClass == 0x0B);
  BOOST_TEST(i.bInterfaceProtocol == 1);
  BOOST_TEST(i.iInterface == 4);
  BOOST_TEST(to_hex(encode(i)) == to_hex(interface));
  const Bytes endpoint = hex("07 05 83 03 08 00 18");
  const auto e = decode_endpoint(endpoint).value();
  BOOST_TEST(e.bEndpointAddress == 0x83);
  BOOST_TEST(e.bmAttributes == 3);
  BOOST_TEST(e.wMaxPacketSize == 8);
  BOOST_TEST(e.bInterval == 0x18);
  BOOST_TEST(to_hex(encode(e)) == to_hex(endpoint));
  // An audio endpoint has two bytes more (Audio 1.0, 4.6.1.1).
  BOOST_TEST(decode_endpoint(hex("09 05 01 09 c0 00 01 00 00")).value().bInterval == 1);
}

BOOST_AUTO_TEST_CASE(cdc_functional_descriptors_match_golden_bytes) {
  const Bytes header = hex("05 24 00 20 01");
  BOOST_TEST(decode_cdc_header(header).value().bcdCDC == 0x0120);
  BOOST_TEST(to_hex(encode(CdcHeader{0x0120})) == to_hex(header));
  const Bytes call = hex("05 24 01 03 02");
  BOOST_TEST(decode_cdc_call_management(call).value().bmCapabilities == 3);
  BOOST_TEST(decode_cdc_call_management(call).value().bDataInterface == 2);
  BOOST_TEST(to_hex(encode(CdcCallManagement{3, 2})) == to_hex(call));
  const Bytes acm = hex("04 24 02 02");
  BOOST_TEST(decode_cdc_acm(acm).value().bmCapabilities == 2);
  BOOST_TEST(to_hex(encode(CdcAcm{2})) == to_hex(acm));
  const Bytes united = hex("06 24 06 01 02 03");
  const auto u = decode_cdc_union(united).value();
  BOOST_TEST(u.bControlInterface == 1);
  BOOST_TEST(to_hex(u.bSubordinateInterface) == "0203");
  BOOST_TEST(to_hex(encode(u).value()) == to_hex(united));
  BOOST_TEST(!encode(CdcUnion{1, {}}));
  BOOST_TEST(!encode(CdcUnion{1, Bytes(252, 2)}));
  BOOST_TEST(encode(CdcUnion{1, Bytes(251, 2)}).value().size() == 255);
}

BOOST_AUTO_TEST_CASE(cdc_reserved_bits_and_wrong_subtypes_are_refused) {
  for (int bit = 2; bit < 8; ++bit) {
    check_error(
        decode_cdc_call_management(Bytes{5, 0x24, 1, static_cast<std::uint8_t>(1 << bit), 2}),
        DecodeErrc::kReservedValue, 3);
  }
  for (int bit = 4; bit < 8; ++bit) {
    check_error(decode_cdc_acm(Bytes{4, 0x24, 2, static_cast<std::uint8_t>(1 << bit)}),
                DecodeErrc::kReservedValue, 3);
  }
  check_error(decode_cdc_header(hex("05 24 01 20 01")), DecodeErrc::kUnknownType, 2);
  check_error(decode_cdc_header(hex("05 25 00 20 01")), DecodeErrc::kUnknownType, 1);
}

BOOST_AUTO_TEST_CASE(string_descriptor_carries_utf16_and_gives_utf8_back) {
  // U+53D7 U+4ED8, "A", U+1F3E5 (surrogate pair D83C DFE5)
  const std::string text =
      "\xE5\x8F\x97\xE4\xBB\x98"
      "A\xF0\x9F\x8F\xA5";
  const Bytes golden = hex("0c 03 d7 53 d8 4e 41 00 3c d8 e5 df");
  BOOST_TEST(to_hex(encode(to_string_descriptor(text)).value()) == to_hex(golden));
  BOOST_TEST(to_utf8(decode_string(golden).value()) == text);
  check_error(decode_string(hex("05 03 41 00 42")), DecodeErrc::kBadValue, 2);
}

BOOST_AUTO_TEST_CASE(ill_formed_text_becomes_the_replacement_character) {
  const auto units = [](std::string_view text) { return to_string_descriptor(text).units; };
  const std::vector<std::uint16_t> bad{0xFFFD};
  BOOST_TEST(units("\xFF") == bad);
  BOOST_TEST(units("\xC3") == bad);
  BOOST_TEST(units("\xED\xA0\x80") == bad);      // a surrogate
  BOOST_TEST(units("\xF4\x90\x80\x80") == bad);  // beyond U+10FFFF
  BOOST_TEST(units("\xE0\x80\x80") == bad);      // overlong
  BOOST_TEST(to_utf8({{0xD83C}}) == "\xEF\xBF\xBD");
  BOOST_TEST(to_utf8({{0xDC00, 0x41}}) ==
             "\xEF\xBF\xBD"
             "A");
}

BOOST_AUTO_TEST_CASE(a_string_of_127_units_does_not_fit) {
  BOOST_TEST(encode(StringDescriptor{std::vector<std::uint16_t>(126, 'x')}).value().size() == 254);
  BOOST_TEST(!encode(StringDescriptor{std::vector<std::uint16_t>(127, 'x')}));
}

BOOST_AUTO_TEST_CASE(descriptions_name_the_decoded_fields) {
  BOOST_TEST(describe(decode_device(hex(kDevice)).value()).find("1209:0001") != std::string::npos);
  BOOST_TEST(describe(EndpointDescriptor{0x83, 3, 8, 24}) ==
             "ENDPOINT 83 interrupt IN wMaxPacketSize 8 bInterval 24");
  BOOST_TEST(to_string(DescriptorType::INTERFACE_ASSOCIATION) == "INTERFACE_ASSOCIATION");
  BOOST_TEST(to_string(static_cast<DescriptorType>(0x42)) == "?");
}

BOOST_AUTO_TEST_SUITE_END()
