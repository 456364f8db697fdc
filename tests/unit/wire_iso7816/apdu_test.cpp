#include "sim/wire/iso7816/apdu.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke::wire;
using namespace uketsuke::wire::iso7816;

namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

Bytes joined(std::string_view head, std::size_t count, std::string_view tail) {
  Bytes bytes = hex(head);
  bytes.insert(bytes.end(), count, 0x5A);
  const Bytes end = hex(tail);
  bytes.insert(bytes.end(), end.begin(), end.end());
  return bytes;
}

DecodeErrc error_of(ByteView bytes) {
  const auto command = decode_command(bytes);
  BOOST_REQUIRE(!command);
  return command.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(apdu)

// ISO/IEC 7816-4:2013, 5.1: the seven cases, from the text to the bytes and back.
BOOST_AUTO_TEST_CASE(the_seven_cases_have_their_bytes) {
  const Bytes three = hex("010203");
  const Bytes big(256, 0x5A);
  const struct {
    CommandApdu command;
    ApduCase apdu_case;
    Bytes bytes;
  } rows[] = {
      {CommandApdu::case1(0x00, 0x20, 0x00, 0x80), ApduCase::k1, hex("00200080")},
      {CommandApdu::case2_short(0x00, 0xB0, 0x8A, 0x00, 256), ApduCase::k2Short, hex("00B08A0000")},
      {CommandApdu::case2_short(0x00, 0xB0, 0x00, 0x00, 7), ApduCase::k2Short, hex("00B0000007")},
      {CommandApdu::case3_short(0x00, 0xA4, 0x02, 0x0C, hex("000A")), ApduCase::k3Short,
       hex("00A4020C02000A")},
      {CommandApdu::case4_short(0x80, 0x2A, 0x00, 0x80, three, 256), ApduCase::k4Short,
       hex("802A00800301020300")},
      {CommandApdu::case2_extended(0x00, 0xCA, 0x7F, 0x21, 65536), ApduCase::k2Extended,
       hex("00CA7F21000000")},
      {CommandApdu::case2_extended(0x00, 0xCA, 0x7F, 0x21, 255), ApduCase::k2Extended,
       hex("00CA7F210000FF")},
      {CommandApdu::case3_extended(0x80, 0xA2, 0x00, 0xC1, big), ApduCase::k3Extended,
       joined("80A200C1000100", 256, "")},
      {CommandApdu::case3_extended(0x80, 0xA2, 0x00, 0xC1, three), ApduCase::k3Extended,
       hex("80A200C1000003010203")},
      {CommandApdu::case4_extended(0x80, 0xAE, 0x00, 0x00, big, 65536), ApduCase::k4Extended,
       joined("80AE0000000100", 256, "0000")},
      {CommandApdu::case4_extended(0x80, 0xAE, 0x00, 0x00, three, 1), ApduCase::k4Extended,
       hex("80AE00000000030102030001")},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(to_hex(row.bytes)) {
      BOOST_CHECK(row.command.apdu_case() == row.apdu_case);
      BOOST_TEST(encode_command(row.command).value() == row.bytes);
      const auto back = decode_command(row.bytes).value();
      BOOST_CHECK(back.apdu_case() == row.apdu_case);
      BOOST_TEST(back.data == row.command.data);
      BOOST_TEST(back.ne == row.command.ne);
      BOOST_TEST(encode_command(back).value() == row.bytes);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_fits_no_case_is_refused_with_its_reason) {
  BOOST_CHECK(error_of({}) == DecodeErrc::kTooShort);
  BOOST_CHECK(error_of(hex("00A404")) == DecodeErrc::kTooShort);
  BOOST_CHECK(error_of(hex("00A4000002AA")) == DecodeErrc::kTooShort);        // data
  BOOST_CHECK(error_of(hex("00A4000002AABB0000")) == DecodeErrc::kTooLong);   // after Le
  BOOST_CHECK(error_of(hex("00A400000000")) == DecodeErrc::kLengthMismatch);  // half of Le
  BOOST_CHECK(error_of(hex("00A400000000000000")) == DecodeErrc::kBadValue);  // Lc 0000
  BOOST_CHECK(error_of(hex("00A40000000002AA")) == DecodeErrc::kTooShort);    // data, extended
  BOOST_CHECK(error_of(hex("00A40000000001AA00")) == DecodeErrc::kLengthMismatch);  // Le, one byte
  BOOST_CHECK(error_of(hex("00A40000000001AA000000")) == DecodeErrc::kTooLong);
}

BOOST_AUTO_TEST_CASE(every_truncation_is_an_error_or_another_valid_case) {
  const Bytes whole = joined("80AE0000000100", 256, "0000");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto command = decode_command(ByteView(whole).first(size));
    const bool valid = size == 4 || size == 5 || size == 7 || size == 263;
    BOOST_TEST(command.has_value() == valid, "size " << size);
  }
}

BOOST_AUTO_TEST_CASE(encode_refuses_what_the_length_fields_cannot_say) {
  const Bytes data255(255), data256(256), data65535(65535), data65536(65536);
  BOOST_CHECK(encode_command(CommandApdu::case3_short(0, 0, 0, 0, data255)));
  BOOST_CHECK(!encode_command(CommandApdu::case3_short(0, 0, 0, 0, data256)));
  BOOST_CHECK(!encode_command(CommandApdu::case2_short(0, 0, 0, 0, 257)));
  BOOST_CHECK(encode_command(CommandApdu::case3_extended(0, 0, 0, 0, data65535)));
  BOOST_CHECK(!encode_command(CommandApdu::case3_extended(0, 0, 0, 0, data65536)));
  BOOST_CHECK(!encode_command(CommandApdu::case2_extended(0, 0, 0, 0, 65537)));
}

BOOST_AUTO_TEST_CASE(describe_never_shows_a_pin) {
  const Bytes pin = hex("3132333435");
  for (const auto& [cla, ins] : {std::pair{0x00, 0x20},
                                 {0x10, 0x20},
                                 {0x00, 0x21},
                                 {0x00, 0x24},
                                 {0x00, 0x2C},
                                 {0x80, 0x32},
                                 {0x81, 0x32},
                                 {0x00, 0xC2}}) {
    const auto text = describe(CommandApdu::case3_short(
        static_cast<std::uint8_t>(cla), static_cast<std::uint8_t>(ins), 0, 0x80, pin));
    BOOST_TEST(text.find("3132") == std::string::npos, text);
    BOOST_TEST(text.find("Nc=5") != std::string::npos, text);
  }
  BOOST_TEST(describe(CommandApdu::case3_short(0, 0xA4, 2, 0x0C, hex("000A"))) ==
             "00 A4 02 0C Nc=2 data=000a");
}

BOOST_AUTO_TEST_CASE(a_response_is_data_and_status_word) {
  const auto response = decode_response(hex("0102036282")).value();
  BOOST_TEST(response.data == hex("010203"));
  BOOST_TEST(response.sw == 0x6282);
  BOOST_TEST(encode_response(response).value() == hex("0102036282"));
  BOOST_TEST(describe(response) == "6282 Nr=3");
  BOOST_CHECK(!decode_response(hex("90")));
  BOOST_CHECK(!decode_response({}));
  BOOST_CHECK(decode_response(Bytes(65538)));
  BOOST_CHECK(!decode_response(Bytes(65539)));
}

BOOST_AUTO_TEST_SUITE_END()
