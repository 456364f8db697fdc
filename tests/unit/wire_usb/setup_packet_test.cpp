#include "sim/wire/usb/setup_packet.h"

#include <boost/test/unit_test.hpp>

#include "sim/wire/usb/cdc.h"
#include "tests/unit/wire_usb/golden.h"

using namespace uketsuke::wire;
using namespace uketsuke::wire::usb;

BOOST_AUTO_TEST_SUITE(usb_setup_packet)

BOOST_AUTO_TEST_CASE(setup_packet_is_eight_little_endian_bytes) {  // USB 2.0, Table 9-2
  const Bytes golden = hex("80 06 02 03 09 04 ff 01");
  const auto s = decode_setup_packet(golden).value();
  BOOST_TEST(s.bmRequestType == 0x80);
  BOOST_TEST(s.bRequest == 6);
  BOOST_TEST(s.wValue == 0x0302);
  BOOST_TEST(s.wIndex == 0x0409);
  BOOST_TEST(s.wLength == 0x01FF);
  BOOST_TEST(to_hex(encode(s)) == to_hex(golden));
  check_truncations(golden, decode_setup_packet);
  check_error(decode_setup_packet(hex("80 06 02 03 09 04 ff 01 00")), DecodeErrc::kTooLong, 8);
}

BOOST_AUTO_TEST_CASE(type_and_recipient_come_from_bmrequesttype) {
  const auto type = [](int b) { return type_of({static_cast<std::uint8_t>(b), 0, 0, 0, 0}); };
  const auto to = [](int b) { return recipient_of({static_cast<std::uint8_t>(b), 0, 0, 0, 0}); };
  BOOST_CHECK(type(0x00) == RequestType::kStandard);
  BOOST_CHECK(type(0x21) == RequestType::kClass);
  BOOST_CHECK(type(0xC0) == RequestType::kVendor);
  BOOST_CHECK(type(0x60) == RequestType::kReserved);
  BOOST_CHECK(to(0x80) == Recipient::kDevice);
  BOOST_CHECK(to(0xA1) == Recipient::kInterface);
  BOOST_CHECK(to(0x02) == Recipient::kEndpoint);
  BOOST_CHECK(to(0x03) == Recipient::kOther);
  for (int r = 4; r < 32; ++r) BOOST_CHECK(to(r) == Recipient::kReserved);
}

BOOST_AUTO_TEST_CASE(every_standard_request_is_described_by_its_name) {
  const auto text = [](std::string_view bytes) {
    return describe(decode_setup_packet(hex(bytes)).value());
  };
  BOOST_TEST(text("82 00 00 00 81 00 02 00") == "GET_STATUS endpoint 81");
  BOOST_TEST(text("02 01 00 00 81 00 00 00") == "CLEAR_FEATURE ENDPOINT_HALT of endpoint 81");
  BOOST_TEST(text("00 03 01 00 00 00 00 00") == "SET_FEATURE DEVICE_REMOTE_WAKEUP of device 00");
  BOOST_TEST(text("00 05 07 00 00 00 00 00") == "SET_ADDRESS 7");
  BOOST_TEST(text("80 06 00 01 00 00 12 00") == "GET_DESCRIPTOR DEVICE wLength 18");
  BOOST_TEST(text("80 06 02 03 09 04 ff 00") == "GET_DESCRIPTOR STRING 2 wIndex 0409 wLength 255");
  BOOST_TEST(text("80 06 00 42 00 00 ff 00") == "GET_DESCRIPTOR type 42 wLength 255");
  BOOST_TEST(text("00 07 00 01 00 00 12 00") == "SET_DESCRIPTOR DEVICE wLength 18");
  BOOST_TEST(text("80 08 00 00 00 00 01 00") == "GET_CONFIGURATION");
  BOOST_TEST(text("00 09 01 00 00 00 00 00") == "SET_CONFIGURATION 1");
  BOOST_TEST(text("81 0a 00 00 02 00 01 00") == "GET_INTERFACE 2");
  BOOST_TEST(text("01 0b 01 00 02 00 00 00") == "SET_INTERFACE 2 alternate 1");
  BOOST_TEST(text("82 0c 00 00 81 00 02 00") == "SYNCH_FRAME endpoint 81");
  BOOST_TEST(text("00 02 00 00 00 00 00 00").find("standard request 02") == 0u);
  BOOST_TEST(text("21 01 00 07 00 00 00 00") ==
             "class request 01 to interface wValue 0700 wIndex 0000 wLength 0");
}

BOOST_AUTO_TEST_CASE(requests_that_hosts_make_have_the_bytes_of_table_9_3) {
  BOOST_TEST(to_hex(encode(get_descriptor(1, 0, 0, 18))) == "8006000100001200");
  BOOST_TEST(to_hex(encode(set_address(5))) == "0005050000000000");
  BOOST_TEST(to_hex(encode(set_configuration(1))) == "0009010000000000");
  BOOST_TEST(to_hex(encode(clear_endpoint_halt(0x82))) == "0201000082000000");
}

BOOST_AUTO_TEST_CASE(transfers_are_described_without_their_bytes) {
  Transfer out{1, TransferType::kBulk, 0x02, {}, hex("31323334"), 0};
  BOOST_TEST(describe(out) == "bulk OUT 02 4 bytes");
  BOOST_TEST(describe(Transfer{2, TransferType::kInterrupt, 0x83, {}, {}, 8}) ==
             "interrupt IN 83 8 bytes");
  BOOST_TEST(describe(Completion{1, TransferStatus::kStalled, {}, 0}) == "stalled 0 bytes");
}

BOOST_AUTO_TEST_CASE(
    line_coding_matches_golden_bytes_and_refuses_reserved_values) {  // PSTN, Table 17
  const Bytes golden = hex("00 c2 01 00 02 02 07");
  const auto c = decode_line_coding(golden).value();
  BOOST_TEST(c.dwDTERate == 115200u);
  BOOST_TEST(c.bCharFormat == 2);
  BOOST_TEST(c.bParityType == 2);
  BOOST_TEST(c.bDataBits == 7);
  BOOST_TEST(to_hex(encode(c)) == to_hex(golden));
  check_truncations(golden, decode_line_coding);
  check_error(decode_line_coding(hex("00 c2 01 00 00 00 08 00")), DecodeErrc::kTooLong, 7);
  for (int v = 0; v < 256; ++v) {
    const auto byte = static_cast<std::uint8_t>(v);
    const auto with = [&](std::size_t at) {
      Bytes b = hex("00 c2 01 00 00 00 08");
      b[at] = byte;
      return decode_line_coding(b).has_value();
    };
    BOOST_TEST(with(4) == (v <= 2));
    BOOST_TEST(with(5) == (v <= 4));
    BOOST_TEST(with(6) == ((v >= 5 && v <= 8) || v == 16));
  }
}

BOOST_AUTO_TEST_CASE(serial_state_matches_golden_bytes_and_refuses_reserved_values) {
  const Bytes golden = hex("a1 20 00 00 01 00 02 00 43 00");
  const auto s = decode_serial_state(golden).value();
  BOOST_TEST(s.interface == 1);
  BOOST_TEST((s.rx_carrier && s.tx_carrier && s.overrun));
  BOOST_TEST(!(s.break_received || s.ring || s.framing_error || s.parity_error));
  BOOST_TEST(to_hex(encode(s)) == to_hex(golden));
  check_truncations(golden, decode_serial_state);
  for (int bit = 7; bit < 16; ++bit) {
    Bytes b = golden;
    b[8] = static_cast<std::uint8_t>(1 << bit);
    b[9] = static_cast<std::uint8_t>((1 << bit) >> 8);
    check_error(decode_serial_state(b), DecodeErrc::kReservedValue, 8);
  }
  check_error(decode_serial_state(hex("21 20 00 00 01 00 02 00 43 00")), DecodeErrc::kBadValue, 0);
  check_error(decode_serial_state(hex("a1 00 00 00 01 00 02 00 43 00")), DecodeErrc::kUnknownType,
              1);
  check_error(decode_serial_state(hex("a1 20 00 00 01 00 03 00 43 00")),
              DecodeErrc::kLengthMismatch, 6);
}

BOOST_AUTO_TEST_CASE(cdc_requests_have_the_bytes_of_the_standard) {  // PSTN 1.2, 6.3.10-6.3.12
  BOOST_TEST(to_hex(encode(set_line_coding(1))) == "2120000001000700");
  BOOST_TEST(to_hex(encode(get_line_coding(1))) == "a121000001000700");
  BOOST_TEST(to_hex(encode(set_control_line_state(1, {true, false}))) == "2122010001000000");
  BOOST_TEST(to_hex(encode(set_control_line_state(1, {true, true}))) == "2122030001000000");
  BOOST_TEST(control_line_state_of(0xFFFC).dtr == false);
  BOOST_TEST(control_line_state_of(0x0002).rts == true);
}

BOOST_AUTO_TEST_SUITE_END()
