// Bulk messages: bytes typed from USB CCID Rev 1.1, 6.1 and 6.2.
#include "sim/wire/ccid/message.h"

#include <boost/test/unit_test.hpp>

#include "sim/wire/ccid/interrupt.h"
#include "sim/wire/ccid/pin_block.h"

using namespace uketsuke::wire;
using namespace uketsuke::wire::ccid;

namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

struct Golden {
  const char* bytes;
  CommandMessage message;
};
const std::vector<Golden>& golden_commands() {
  static const std::vector<Golden> kGolden{
      {"62 00000000 00 01 02 0000", PC_to_RDR_IccPowerOn{0, 1, 2, {}}},
      {"63 00000000 01 02 000000", PC_to_RDR_IccPowerOff{1, 2, {}}},
      {"65 00000000 00 ff 000000", PC_to_RDR_GetSlotStatus{0, 0xFF, {}}},
      {"6f 05000000 00 03 04 0100 00b0000000",
       PC_to_RDR_XfrBlock{0, 3, 4, 0x0001, hex("00b0000000")}},
      {"6c 00000000 00 04 000000", PC_to_RDR_GetParameters{0, 4, {}}},
      {"6d 00000000 00 05 000000", PC_to_RDR_ResetParameters{0, 5, {}}},
      {"61 05000000 00 06 00 0000 95 00 ff 0a 00",
       PC_to_RDR_SetParameters{0, 6, 0, {}, ProtocolDataT0{0x95, 0, 0xFF, 0x0A, 0}}},
      {"61 07000000 00 07 01 0000 18 10 00 4d 00 fe 00",
       PC_to_RDR_SetParameters{0, 7, 1, {}, ProtocolDataT1{0x18, 0x10, 0, 0x4D, 0, 0xFE, 0}}},
      {"6b 02000000 00 08 000000 aabb", PC_to_RDR_Escape{0, 8, {}, hex("aabb")}},
      {"6e 00000000 00 09 01 0000", PC_to_RDR_IccClock{0, 9, 1, {}}},
      {"6a 00000000 00 0a 03 00 c0", PC_to_RDR_T0APDU{0, 10, 3, 0x00, 0xC0}},
      {"69 03000000 00 0b 02 0000 041122", PC_to_RDR_Secure{0, 11, 2, 0, hex("041122")}},
      {"71 00000000 00 0c 05 0000", PC_to_RDR_Mechanical{0, 12, 5, {}}},
      {"72 00000000 00 0d 000000", PC_to_RDR_Abort{0, 13, {}}},
      {"73 08000000 00 0e 000000 a00f0000 012a0000",
       PC_to_RDR_SetDataRateAndClockFrequency{0, 14, {}, 4000, 10753}},
  };
  return kGolden;
}

struct GoldenResponse {
  const char* bytes;
  ResponseMessage message;
};
const std::vector<GoldenResponse>& golden_responses() {
  static const std::vector<GoldenResponse> kGolden{
      {"80 02000000 00 01 00 00 00 9000", RDR_to_PC_DataBlock{0, 1, 0, 0, 0, hex("9000")}},
      {"80 00000000 00 01 80 03 00", RDR_to_PC_DataBlock{0, 1, 0x80, 3, 0, {}}},
      {"80 00000000 00 01 00 00 10", RDR_to_PC_DataBlock{0, 1, 0, 0, 0x10, {}}},
      {"81 00000000 01 02 42 fe 01", RDR_to_PC_SlotStatus{1, 2, 0x42, 0xFE, 1}},
      {"82 05000000 00 03 00 00 00 11 00 00 0a 00",
       RDR_to_PC_Parameters{0, 3, 0, 0, 0, ProtocolDataT0{}}},
      {"82 07000000 00 03 00 00 01 11 10 00 4d 00 20 00",
       RDR_to_PC_Parameters{0, 3, 0, 0, 1, ProtocolDataT1{}}},
      {"83 01000000 00 04 00 00 00 55", RDR_to_PC_Escape{0, 4, 0, 0, 0, hex("55")}},
      {"84 08000000 00 05 00 00 00 a00f0000 012a0000",
       RDR_to_PC_DataRateAndClockFrequency{0, 5, 0, 0, 0, 4000, 10753}},
  };
  return kGolden;
}

DecodeErrc error_of(const Bytes& bytes) {
  const auto decoded = decode_command(bytes);
  BOOST_REQUIRE(!decoded);
  return decoded.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ccid_message)

BOOST_AUTO_TEST_CASE(commands_have_the_bytes_of_the_standard) {
  for (const Golden& golden : golden_commands()) {
    BOOST_TEST_CONTEXT(golden.bytes) {
      const Bytes expected = hex(golden.bytes);
      BOOST_TEST(to_hex(encode(golden.message).value()) == to_hex(expected));
      const auto decoded = decode_command(expected);
      BOOST_REQUIRE(decoded.has_value());
      BOOST_TEST(decoded->index() == golden.message.index());
      BOOST_TEST(to_hex(encode(*decoded).value()) == to_hex(expected));
      const Header header = header_of(*decoded);
      BOOST_TEST(header.bMessageType == expected[0]);
      BOOST_TEST(header.dwLength == expected.size() - 10);
      BOOST_TEST(header.bSlot == expected[5]);
      BOOST_TEST(header.bSeq == expected[6]);
    }
  }
}

BOOST_AUTO_TEST_CASE(responses_have_the_bytes_of_the_standard) {
  for (const GoldenResponse& golden : golden_responses()) {
    BOOST_TEST_CONTEXT(golden.bytes) {
      const Bytes expected = hex(golden.bytes);
      BOOST_TEST(to_hex(encode(golden.message).value()) == to_hex(expected));
      const auto decoded = decode_response(expected);
      BOOST_REQUIRE(decoded.has_value());
      BOOST_TEST(decoded->index() == golden.message.index());
      BOOST_TEST(bStatus_of(*decoded) == expected[7]);
      BOOST_TEST(bError_of(*decoded) == expected[8]);
      BOOST_TEST(to_hex(encode(*decoded).value()) == to_hex(expected));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_an_error_and_says_which) {
  for (const Golden& golden : golden_commands()) {
    const Bytes whole = hex(golden.bytes);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      BOOST_TEST_CONTEXT(golden.bytes << " cut to " << size) {
        const DecodeErrc expected =
            size < 10 ? DecodeErrc::kTooShort : DecodeErrc::kLengthMismatch;
        BOOST_CHECK(error_of(cut) == expected);
        BOOST_TEST(!decode_response(cut).has_value());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(bytes_beyond_dwlength_disagree_with_it) {
  Bytes bytes = hex("65 00000000 00 01 000000 00");
  BOOST_CHECK(error_of(bytes) == DecodeErrc::kLengthMismatch);
  BOOST_TEST(decode_command(bytes).error().offset == 1u);
}

BOOST_AUTO_TEST_CASE(data_where_none_belongs_is_too_long) {
  // MSG-04: 62h 63h 65h 6Ch 6Dh 72h 6Eh, and 6Ah 71h
  for (const int type : {0x62, 0x63, 0x65, 0x6C, 0x6D, 0x72, 0x6E, 0x6A, 0x71}) {
    Bytes bytes = hex("00 01000000 00 01 000000 55");
    bytes[0] = static_cast<std::uint8_t>(type);
    BOOST_TEST_CONTEXT(type) { BOOST_CHECK(error_of(bytes) == DecodeErrc::kTooLong); }
  }
}

BOOST_AUTO_TEST_CASE(protocol_data_has_five_or_seven_bytes) {
  for (const int protocol : {0, 1}) {
    for (std::size_t size = 0; size <= 9; ++size) {
      Bytes bytes = hex("61 00000000 00 01 00 0000");
      bytes[1] = static_cast<std::uint8_t>(size);
      bytes[7] = static_cast<std::uint8_t>(protocol);
      bytes.resize(10 + size, 0x11);
      const std::size_t right = protocol == 0 ? 5 : 7;
      BOOST_TEST_CONTEXT("protocol " << protocol << " size " << size) {
        if (size == right) {
          BOOST_TEST(decode_command(bytes).has_value());
        } else {
          BOOST_CHECK(error_of(bytes) ==
                      (size < right ? DecodeErrc::kTooShort : DecodeErrc::kTooLong));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_other_message_type_is_unknown) {
  const std::vector<int> commands{0x61, 0x62, 0x63, 0x65, 0x69, 0x6A, 0x6B,
                                  0x6C, 0x6D, 0x6E, 0x6F, 0x71, 0x72, 0x73};
  for (int type = 0; type <= 0xFF; ++type) {
    Bytes bytes = hex("00 00000000 00 01 000000");
    bytes[0] = static_cast<std::uint8_t>(type);
    const bool command = std::find(commands.begin(), commands.end(), type) != commands.end();
    const bool response = type >= 0x80 && type <= 0x84;
    BOOST_TEST_CONTEXT(type) {
      const auto decoded = decode_command(bytes);
      const bool unknown = !decoded && decoded.error().code == DecodeErrc::kUnknownType;
      BOOST_TEST(unknown == !command);
      const auto answer = decode_response(bytes);
      const bool not_answer = !answer && answer.error().code == DecodeErrc::kUnknownType;
      BOOST_TEST(not_answer == !response);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_failed_response_may_leave_out_its_data) {
  BOOST_TEST(decode_response(hex("82 00000000 00 01 41 fe 00")).has_value());
  BOOST_TEST(!decode_response(hex("82 00000000 00 01 00 00 00")).has_value());
  BOOST_TEST(decode_response(hex("84 00000000 00 01 40 00 00")).has_value());
  BOOST_TEST(!decode_response(hex("84 00000000 00 01 00 00 00")).has_value());
}

BOOST_AUTO_TEST_CASE(each_command_is_answered_by_its_type) {
  // MSG-02, CCID 6.1, Table 6.1-1
  const std::vector<std::pair<int, int>> table{
      {0x62, 0x80}, {0x6F, 0x80}, {0x69, 0x80}, {0x63, 0x81}, {0x65, 0x81}, {0x6E, 0x81},
      {0x71, 0x81}, {0x72, 0x81}, {0x6A, 0x81}, {0x6C, 0x82}, {0x6D, 0x82}, {0x61, 0x82},
      {0x6B, 0x83}, {0x73, 0x84}, {0x00, 0x81}, {0xFF, 0x81}};
  for (const auto& [command, response] : table) {
    BOOST_TEST(static_cast<int>(response_type(static_cast<std::uint8_t>(command))) == response);
  }
}

BOOST_AUTO_TEST_CASE(status_byte_is_packed_as_in_6_2_6) {
  BOOST_TEST(make_bStatus(bmICCStatus::kNoIcc, bmCommandStatus::kFailed) == 0x42);
  BOOST_TEST(make_bStatus(bmICCStatus::kActive, bmCommandStatus::kTimeExtension) == 0x80);
  int legal = 0;
  for (int status = 0; status <= 0xFF; ++status) {
    legal += is_legal_bStatus(static_cast<std::uint8_t>(status)) ? 1 : 0;
  }
  BOOST_TEST(legal == 9);
}

BOOST_AUTO_TEST_CASE(error_names_are_those_of_table_6_2_2) {
  BOOST_TEST(to_string(static_cast<bError>(0xFE)) == "ICC_MUTE");
  BOOST_TEST(to_string(static_cast<bError>(0xE0)) == "CMD_SLOT_BUSY");
  BOOST_TEST(to_string(static_cast<bError>(0xF2)) == "BUSY_WITH_AUTO_SEQUENCE");
  BOOST_TEST(to_string(static_cast<bError>(0x07)) == "offset 7");
  BOOST_TEST(to_string(static_cast<bError>(0x00)) == "command not supported");
  BOOST_TEST(to_string(static_cast<bError>(0xC0)) == "user defined C0");
  BOOST_TEST(to_string(static_cast<bError>(0x81)) == "user defined 81");
  BOOST_TEST(to_string(static_cast<bError>(0x80)) == "reserved 80");
  BOOST_TEST(to_string(static_cast<bError>(0xF9)) == "reserved F9");
}

BOOST_AUTO_TEST_CASE(encode_refuses_parameters_of_another_protocol) {
  BOOST_TEST(!encode(CommandMessage{PC_to_RDR_SetParameters{0, 0, 1, {}, ProtocolDataT0{}}}));
  BOOST_TEST(!encode(CommandMessage{PC_to_RDR_SetParameters{0, 0, 0, {}, ProtocolDataT1{}}}));
}

BOOST_AUTO_TEST_CASE(describe_shows_fields_but_no_secret) {
  const auto shown = [](const char* data, std::uint16_t level) {
    return describe(CommandMessage{PC_to_RDR_XfrBlock{0, 7, 0, level, hex(data)}});
  };
  BOOST_TEST(shown("00a4040000", 0).find("00a4040000") != std::string::npos);
  // VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER: PIN 1234
  for (const char* apdu : {"0020008004 31323334", "0024008008 31323334 31323334",
                           "002c008004 31323334"}) {
    BOOST_TEST(shown(apdu, 0).find("3132") == std::string::npos);
  }
  BOOST_TEST(shown("0020008004 31323334", 0).find("00200080") != std::string::npos);
  // the same in a T=1 block, whole and in the middle of a chain
  BOOST_TEST(shown("000009 0020008004 31323334 0b", 0).find("3132") == std::string::npos);
  BOOST_TEST(shown("004004 31323334 40", 0).find("3132") == std::string::npos);
  // a part of a chained extended command
  BOOST_TEST(shown("31323334", 2).find("3132") == std::string::npos);
  BOOST_TEST(shown("0020008000000431323334", 1).find("3132") == std::string::npos);
  PinVerification pin;
  pin.abPINApdu = hex("0020008008 31323334ffffffff");
  const CommandMessage secure{PC_to_RDR_Secure{0, 1, 0, 0, encode(PinBlock{pin})}};
  BOOST_TEST(describe(secure).find("3132") == std::string::npos);
  BOOST_TEST(describe(secure).find("00200080") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(describe_of_a_response_shows_no_data_of_the_card) {
  const auto shown = [](const char* data, std::uint8_t chain) {
    return describe(ResponseMessage{RDR_to_PC_DataBlock{0, 7, 0, 0, chain, hex(data)}});
  };
  BOOST_TEST(shown("e69db1e4baac 9000", 0).find("e69d") == std::string::npos);
  BOOST_TEST(shown("e69db1e4baac 9000", 0).find("(6 bytes) 9000") != std::string::npos);
  BOOST_TEST(shown("e69db1e4baac", 1).find("e4ba") == std::string::npos);
  BOOST_TEST(shown("e69db1e4baac", 1).find("baac") == std::string::npos);
  BOOST_TEST(shown("004008 e69db1e4baac9000 11", 0).find("e69d") == std::string::npos);
  BOOST_TEST(shown("6a82", 0).find("6a82") != std::string::npos);
  BOOST_TEST(shown("3be000ff8131fe4514", 0).find("3be000ff8131fe4514") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(describe_of_a_response_names_status_and_error) {
  const std::string text = describe(ResponseMessage{RDR_to_PC_DataBlock{0, 9, 0x42, 0xFE, 0, {}}});
  BOOST_TEST(text.find("no ICC") != std::string::npos);
  BOOST_TEST(text.find("ICC_MUTE") != std::string::npos);
  const std::string more = describe(ResponseMessage{RDR_to_PC_DataBlock{0, 9, 0x80, 5, 0, {}}});
  BOOST_TEST(more.find("time extension x5") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_understood_but_not_allowed_is_named) {
  BOOST_TEST(irregularities(CommandMessage{PC_to_RDR_IccPowerOn{}}).empty());
  BOOST_TEST(irregularities(CommandMessage{PC_to_RDR_XfrBlock{0, 0, 0xFF, 0, {}}}).empty());
  BOOST_TEST(irregularities(CommandMessage{PC_to_RDR_IccPowerOn{0, 0, 1, {0, 1}}}).size() == 1u);
  BOOST_TEST(irregularities(CommandMessage{PC_to_RDR_GetSlotStatus{0, 0, {0x80, 0, 0}}}).size() ==
             1u);
  for (unsigned value = 0; value < 256; ++value) {
    const auto byte = static_cast<std::uint8_t>(value);
    const ResponseMessage clock = RDR_to_PC_SlotStatus{0, 0, 0, 0, byte};
    BOOST_TEST(irregularities(clock).size() == (value <= 3 ? 0u : 1u));  // 6.2.2
    const ResponseMessage protocol = RDR_to_PC_Parameters{0, 0, 0x40, 0, byte, {}};
    BOOST_TEST(irregularities(protocol).size() == (value <= 1 ? 0u : 1u));  // 6.2.3
    const ResponseMessage extension = RDR_to_PC_DataBlock{0, 0, 0x80, 1, byte, {}};
    BOOST_TEST(irregularities(extension).size() == (value == 0 ? 0u : 1u));
  }
  BOOST_TEST(irregularities(ResponseMessage{RDR_to_PC_SlotStatus{0, 0, 0x80, 1, 0}}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(bits_of_slots_that_there_are_not_are_zero) {  // 6.3.1
  BOOST_TEST(padding_is_zero(RDR_to_PC_NotifySlotChange{{0x03}}, 1));
  for (int bit = 2; bit < 8; ++bit)
    BOOST_TEST(
        !padding_is_zero(RDR_to_PC_NotifySlotChange{{static_cast<std::uint8_t>(1 << bit)}}, 1));
  BOOST_TEST(padding_is_zero(RDR_to_PC_NotifySlotChange{{0xFF}}, 4));
  BOOST_TEST(!padding_is_zero(RDR_to_PC_NotifySlotChange{{0x00, 0x04}}, 5));
}

BOOST_AUTO_TEST_SUITE_END()
