// vsmartcard, virtualsmartcard/doc/api.txt: a length of two bytes, big-endian, then the payload;
// one byte 00 off, 01 on, 02 reset, 04 get ATR.
#include "sim/wire/vpcd/message.h"

#include <boost/test/unit_test.hpp>

namespace vpcd = uketsuke::wire::vpcd;
using uketsuke::wire::Bytes;
using uketsuke::wire::ByteView;
using uketsuke::wire::DecodeErrc;
using uketsuke::wire::from_hex;
using uketsuke::wire::to_hex;

namespace {

Bytes hex(std::string_view text) { return *from_hex(text); }

std::vector<std::string> payloads(vpcd::Deframer& deframer) {
  std::vector<std::string> found;
  while (auto payload = deframer.next()) found.push_back(to_hex(*payload));
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vpcd_message)

BOOST_AUTO_TEST_CASE(one_byte_is_a_control_message_if_it_is_one_of_four) {
  const std::pair<std::uint8_t, vpcd::Control> kGolden[] = {
      {0x00, vpcd::Control::kPowerOff}, {0x01, vpcd::Control::kPowerOn},
      {0x02, vpcd::Control::kReset},    {0x04, vpcd::Control::kGetAtr}};
  for (unsigned value = 0; value < 256; ++value) {
    const std::uint8_t byte = static_cast<std::uint8_t>(value);
    const auto command = vpcd::decode_command(ByteView(&byte, 1));
    BOOST_REQUIRE(command);
    const auto golden = std::find_if(std::begin(kGolden), std::end(kGolden),
                                     [&](const auto& g) { return g.first == byte; });
    const auto* control = std::get_if<vpcd::Control>(&*command);
    BOOST_TEST((control != nullptr) == (golden != std::end(kGolden)));
    if (control != nullptr) BOOST_TEST((*control == golden->second));
  }
}

BOOST_AUTO_TEST_CASE(anything_longer_is_an_apdu_as_it_came) {
  for (const char* text : {"0084", "0000", "0084000008", "00a4040c0ad392f000260100000001"}) {
    const auto command = vpcd::decode_command(hex(text));
    BOOST_REQUIRE(command);
    const auto* apdu = std::get_if<vpcd::Apdu>(&*command);
    BOOST_REQUIRE(apdu != nullptr);
    BOOST_TEST(to_hex(apdu->bytes) == text);
    BOOST_TEST(vpcd::describe(*command) == std::string("APDU ") + text);
  }
  BOOST_TEST(vpcd::describe(vpcd::Control::kPowerOn) == "power on");
}

BOOST_AUTO_TEST_CASE(an_empty_payload_is_no_command_and_cannot_be_sent) {
  BOOST_REQUIRE(!vpcd::decode_command({}));
  BOOST_TEST((vpcd::decode_command({}).error().code == DecodeErrc::kTooShort));
  BOOST_REQUIRE(!vpcd::encode({}));
  BOOST_TEST((vpcd::encode({}).error().code == DecodeErrc::kTooShort));
}

BOOST_AUTO_TEST_CASE(the_length_is_big_endian_and_goes_in_front) {
  BOOST_TEST(to_hex(*vpcd::encode(hex("3be000ff8131fe4514"))) == "00093be000ff8131fe4514");
  const auto longest = vpcd::encode(Bytes(65535, 0x5A));
  BOOST_REQUIRE(longest);
  BOOST_TEST(longest->size() == 65537u);
  BOOST_TEST(to_hex(ByteView(*longest).first(3)) == "ffff5a");
  const auto too_long = vpcd::encode(Bytes(65536, 0x5A));
  BOOST_REQUIRE(!too_long);
  BOOST_TEST((too_long.error().code == DecodeErrc::kUnrepresentable));
}

BOOST_AUTO_TEST_CASE(a_message_cut_anywhere_waits_for_its_rest) {
  const Bytes message = hex("00050084000008");
  for (std::size_t cut = 0; cut < message.size(); ++cut) {
    vpcd::Deframer deframer;
    deframer.feed(ByteView(message).first(cut));
    BOOST_TEST(!deframer.next().has_value());
    BOOST_TEST(deframer.pending() == cut);
    deframer.feed(ByteView(message).subspan(cut));
    BOOST_TEST(payloads(deframer) == std::vector<std::string>{"0084000008"},
               boost::test_tools::per_element());
    BOOST_TEST(deframer.pending() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(messages_glued_together_come_out_one_by_one_in_any_pieces) {
  // power on, get ATR, nothing, APDU, and the first byte of a length
  const Bytes stream = hex("0001 01 0001 04 0000 0005 0084000008 00");
  const std::vector<std::string> expected{"01", "04", "", "0084000008"};
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    vpcd::Deframer deframer;
    std::vector<std::string> found;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      deframer.feed(ByteView(stream).subspan(at, std::min(piece, stream.size() - at)));
      for (auto& payload : payloads(deframer)) found.push_back(std::move(payload));
    }
    BOOST_TEST(found == expected, boost::test_tools::per_element());
    BOOST_TEST(deframer.pending() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_flood_leaves_no_more_behind_than_one_message) {
  vpcd::Deframer deframer;
  const Bytes piece(100'000, 0xFF);  // lengths of 65535
  for (int i = 0; i < 100; ++i) {
    deframer.feed(piece);
    while (deframer.next()) {
    }
    BOOST_TEST(deframer.pending() < vpcd::kLengthSize + vpcd::kMaxPayload);
  }
}

BOOST_AUTO_TEST_SUITE_END()
