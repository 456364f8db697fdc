// Class descriptor, interrupt messages, class requests, PIN blocks: USB CCID Rev 1.1, 5.1, 5.3,
// 6.3, 6.1.11.
#include "sim/wire/ccid/descriptor.h"

#include <boost/test/unit_test.hpp>

#include "sim/wire/ccid/class_request.h"
#include "sim/wire/ccid/interrupt.h"
#include "sim/wire/ccid/pin_block.h"

using namespace uketsuke::wire;
using namespace uketsuke::wire::ccid;

namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// Every field another value, typed by offset from Table 5.1-1.
constexpr const char* kDescriptor =
    "36 21 1001 02 07 03000000 a00f0000 204e0000 05 002a0000 00e80500 06"
    "fe000000 07000000 0f000000 7e040400 0a020000 c0 c2 1002 03 02";

}  // namespace

BOOST_AUTO_TEST_SUITE(ccid_descriptor)

BOOST_AUTO_TEST_CASE(fields_lie_where_table_5_1_1_puts_them) {
  const Bytes bytes = hex(kDescriptor);
  BOOST_REQUIRE(bytes.size() == 54u);
  const ClassDescriptor d = decode_class_descriptor(bytes).value();
  BOOST_TEST(d.bcdCCID == 0x0110);
  BOOST_TEST(d.bMaxSlotIndex == 2);
  BOOST_TEST(d.bVoltageSupport == 7);
  BOOST_TEST(d.dwProtocols == 3u);
  BOOST_TEST(d.dwDefaultClock == 4000u);
  BOOST_TEST(d.dwMaximumClock == 20000u);
  BOOST_TEST(d.bNumClockSupported == 5);
  BOOST_TEST(d.dwDataRate == 0x2A00u);
  BOOST_TEST(d.dwMaxDataRate == 0x5E800u);
  BOOST_TEST(d.bNumDataRatesSupported == 6);
  BOOST_TEST(d.dwMaxIFSD == 254u);
  BOOST_TEST(d.dwSynchProtocols == 7u);
  BOOST_TEST(d.dwMechanical == 15u);
  BOOST_TEST(d.dwFeatures == 0x0004047Eu);
  BOOST_TEST(d.dwMaxCCIDMessageLength == 522u);
  BOOST_TEST(d.bClassGetResponse == 0xC0);
  BOOST_TEST(d.bClassEnvelope == 0xC2);
  BOOST_TEST(d.wLcdLayout == 0x0210);
  BOOST_TEST(d.bPINSupport == 3);
  BOOST_TEST(d.bMaxCCIDBusySlots == 2);
  BOOST_TEST(to_hex(encode(d)) == to_hex(bytes));
  BOOST_TEST(describe(d).find("0004047e") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(any_other_length_is_refused) {
  const Bytes whole = hex(kDescriptor);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto decoded = decode_class_descriptor(ByteView(whole).first(size));
    BOOST_REQUIRE(!decoded);
    BOOST_CHECK(decoded.error().code == DecodeErrc::kTooShort);
  }
  Bytes longer = whole;
  longer.push_back(0);
  BOOST_CHECK(decode_class_descriptor(longer).error().code == DecodeErrc::kTooLong);
  Bytes wrong_length = whole;
  wrong_length[0] = 0x35;
  BOOST_CHECK(decode_class_descriptor(wrong_length).error().code == DecodeErrc::kLengthMismatch);
  Bytes wrong_type = whole;
  wrong_type[1] = 0xFF;
  BOOST_CHECK(decode_class_descriptor(wrong_type).error().code == DecodeErrc::kUnknownType);
}

BOOST_AUTO_TEST_CASE(exchange_level_is_the_announced_bit) {
  BOOST_CHECK(exchange_level(0x00010030) == ExchangeLevel::kTpdu);
  BOOST_CHECK(exchange_level(0x000200BA) == ExchangeLevel::kShortApdu);
  BOOST_CHECK(exchange_level(0x0004007E) == ExchangeLevel::kExtendedApdu);
  BOOST_CHECK(exchange_level(0x00000030) == ExchangeLevel::kCharacter);
}

BOOST_AUTO_TEST_CASE(notify_slot_change_has_two_bits_for_each_slot) {
  RDR_to_PC_NotifySlotChange five{Bytes(slot_icc_state_size(5), 0)};
  BOOST_TEST(five.bmSlotICCState.size() == 2u);
  BOOST_TEST(slot_icc_state_size(1) == 1u);
  BOOST_TEST(slot_icc_state_size(4) == 1u);
  set_slot_icc_state(five, 0, {true, true});
  set_slot_icc_state(five, 4, {false, true});
  BOOST_TEST(to_hex(encode(InterruptMessage{five})) == "500302");
  const auto decoded = decode_interrupt(hex("500302"), 5);
  BOOST_REQUIRE(decoded.has_value());
  const auto& message = std::get<RDR_to_PC_NotifySlotChange>(*decoded);
  BOOST_TEST(slot_icc_state(message, 0).present);
  BOOST_TEST(!slot_icc_state(message, 4).present);
  BOOST_TEST(slot_icc_state(message, 4).changed);
  BOOST_TEST(!slot_icc_state(message, 99).changed);
}

BOOST_AUTO_TEST_CASE(interrupt_messages_have_exact_lengths) {
  BOOST_TEST(to_hex(encode(InterruptMessage{RDR_to_PC_HardwareError{1, 2, 1}})) == "51010201");
  BOOST_CHECK(decode_interrupt({}, 1).error().code == DecodeErrc::kTooShort);
  BOOST_CHECK(decode_interrupt(hex("50"), 1).error().code == DecodeErrc::kTooShort);
  BOOST_CHECK(decode_interrupt(hex("500300"), 1).error().code == DecodeErrc::kTooLong);
  BOOST_CHECK(decode_interrupt(hex("510102"), 1).error().code == DecodeErrc::kTooShort);
  BOOST_CHECK(decode_interrupt(hex("5101020100"), 1).error().code == DecodeErrc::kTooLong);
  for (int type = 0; type <= 0xFF; ++type) {
    const Bytes bytes{static_cast<std::uint8_t>(type), 0, 0, 0};
    const auto decoded = decode_interrupt(bytes, 12);
    BOOST_TEST(decoded.has_value() == (type == 0x50 || type == 0x51));
  }
}

BOOST_AUTO_TEST_CASE(class_requests_are_those_of_5_3) {
  const auto abort = encode(ClassRequest{Abort{1, 0x2A, 3}});
  BOOST_TEST(abort.bmRequestType == 0x21);
  BOOST_TEST(abort.bRequest == 1);
  BOOST_TEST(abort.wValue == 0x2A01);  // bSeq high, bSlot low
  BOOST_TEST(abort.wIndex == 3);
  BOOST_TEST(abort.wLength == 0);
  const auto clocks = encode(ClassRequest{GetClockFrequencies{0, 8}});
  BOOST_TEST(clocks.bmRequestType == 0xA1);
  BOOST_TEST(clocks.bRequest == 2);
  BOOST_TEST(clocks.wLength == 8);
  const auto rates = encode(ClassRequest{GetDataRates{0, 4}});
  BOOST_TEST(rates.bRequest == 3);
  for (const auto& setup : {abort, clocks, rates}) {
    BOOST_TEST(decode_class_request(setup).has_value());
    auto other_direction = setup;
    other_direction.bmRequestType ^= 0x80;
    BOOST_CHECK(decode_class_request(other_direction).error().code == DecodeErrc::kUnknownType);
  }
  for (int request = 0; request <= 0xFF; ++request) {
    const usb::SetupPacket setup{0xA1, static_cast<std::uint8_t>(request), 0, 0, 4};
    BOOST_TEST(decode_class_request(setup).has_value() == (request == 2 || request == 3));
  }
  auto odd = clocks;
  odd.wValue = 1;
  BOOST_CHECK(decode_class_request(odd).error().code == DecodeErrc::kBadValue);
  odd = abort;
  odd.wLength = 1;
  BOOST_CHECK(decode_class_request(odd).error().code == DecodeErrc::kBadValue);
}

BOOST_AUTO_TEST_CASE(lists_are_little_endian_dwords) {
  BOOST_TEST(to_hex(encode_dword_list({4000, 0x12345678})) == "a00f000078563412");
  const auto list = decode_dword_list(hex("a00f000078563412")).value();
  const std::vector<std::uint32_t> expected{4000, 0x12345678};
  BOOST_TEST(list == expected, boost::test_tools::per_element());
  BOOST_CHECK(decode_dword_list(hex("a00f0000 78")).error().code == DecodeErrc::kLengthMismatch);
  BOOST_TEST(decode_dword_list({}).value().empty());
}

BOOST_AUTO_TEST_CASE(pin_verification_has_its_fields_at_the_offsets_of_6_1_11) {
  // message offsets 10 bPINOperation, 15 wPINMaxExtraDigit, 17, 18, 19 wLangId, 21, 22 prologue, 25
  const Bytes bytes = hex("00 1e 82 48 1f 0804 02 01 1104 00 00400d 0020008008");
  const auto block = std::get<PinVerification>(decode_pin_block(bytes).value());
  BOOST_TEST(block.bTimeOut == 30);
  BOOST_TEST(block.bmFormatString == 0x82);
  BOOST_TEST(block.bmPINBlockString == 0x48);
  BOOST_TEST(block.bmPINLengthFormat == 0x1F);
  BOOST_TEST(block.wPINMaxExtraDigit == 0x0408);  // minimum 4, maximum 8: SEC-04
  BOOST_TEST(block.bEntryValidationCondition == 2);
  BOOST_TEST(block.bNumberMessage == 1);
  BOOST_TEST(block.wLangId == 0x0411);
  BOOST_TEST(block.bTeoPrologue[1] == 0x40);
  BOOST_TEST(to_hex(block.abPINApdu) == "0020008008");
  BOOST_TEST(to_hex(encode(PinBlock{block})) == to_hex(bytes));
  for (std::size_t size = 0; size < 15; ++size) {
    BOOST_CHECK(decode_pin_block(ByteView(bytes).first(size)).error().code ==
                DecodeErrc::kTooShort);
  }
}

BOOST_AUTO_TEST_CASE(pin_modification_has_as_many_message_indices_as_messages) {
  BOOST_TEST(message_indices(0) == 1u);
  BOOST_TEST(message_indices(1) == 2u);
  BOOST_TEST(message_indices(2) == 2u);
  BOOST_TEST(message_indices(3) == 3u);
  for (const int messages : {0, 1, 2, 3, 0xFF}) {
    PinModification block;
    block.bNumberMessage = static_cast<std::uint8_t>(messages);
    block.bInsertionOffsetNew = 8;
    block.bConfirmPIN = 3;
    block.bTeoPrologue = {0, 0x40, 21};
    block.abPINApdu = hex("0024000010");
    const Bytes bytes = encode(PinBlock{block});
    BOOST_TEST(bytes.size() == 14 + message_indices(block.bNumberMessage) + 3 + 5);
    const auto again = std::get<PinModification>(decode_pin_block(bytes).value());
    BOOST_TEST(again.bInsertionOffsetNew == 8);
    BOOST_TEST(again.bConfirmPIN == 3);
    BOOST_TEST(to_hex(again.abPINApdu) == "0024000010");
  }
}

BOOST_AUTO_TEST_CASE(other_pin_operations_keep_their_bytes) {
  for (int operation = 2; operation <= 0xFF; ++operation) {
    const Bytes bytes{static_cast<std::uint8_t>(operation), 1, 2};
    BOOST_TEST(to_hex(encode(decode_pin_block(bytes).value())) == to_hex(bytes));
  }
}

BOOST_AUTO_TEST_SUITE_END()
