// XfrBlock at each level, time extensions, chaining, Secure. Conformance XFR, T0, T1, TEX, SEC.
#include <boost/test/unit_test.hpp>

#include "sim/wire/ccid/pin_block.h"
#include "tests/unit/ccid_function/bench.h"

namespace uketsuke::ccid_function {
namespace {

Bytes read_binary(std::uint32_t ne) {
  using wire::iso7816::CommandApdu;
  const auto apdu = ne <= 256 ? CommandApdu::case2_short(0, 0xB0, 0, 0, ne)
                              : CommandApdu::case2_extended(0, 0xB0, 0, 0, ne);
  return wire::iso7816::encode_command(apdu).value();
}

// A card that answers each TPDU as told, after its ATR 3B 00.
Script t0_script(std::vector<Reply> replies) {
  return [=](const field::ToCard& signal) -> std::vector<Reply> {
    if (std::holds_alternative<field::PowerOn>(signal)) {
      return {{2000, field::Burst{hex("3b00"), 1000000, {}}}};
    }
    return std::holds_alternative<field::Burst>(signal) ? replies : std::vector<Reply>{};
  };
}
Reply reply(Micros after_us, const char* bytes) { return {after_us, {hex(bytes), 1000000, {}}}; }

Parameters pad_reader(std::uint32_t level) {
  Parameters parameters = level == ccid::kTpduLevel ? tpdu_reader() : apdu_reader(level);
  parameters.descriptor.bPINSupport = 3;
  return parameters;
}
ccid::PinVerification verification() {
  ccid::PinVerification block;
  block.bTimeOut = 20;
  block.bmFormatString = 0x82;    // bytes, position 0, left, ASCII
  block.bmPINBlockString = 0x04;  // four bytes
  block.wPINMaxExtraDigit = 0x0404;
  block.abPINApdu = hex("0020008004ffffffff");
  return block;
}
void start_pin(Bench& bench, const ccid::PinBlock& block) {
  bench.send(ccid::PC_to_RDR_Secure{0, 30, 0, 0, encode(block)});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exchange)

BOOST_AUTO_TEST_CASE(t0_tpdus_carry_every_le_and_lc) {
  Bench bench(tpdu_reader());
  bench.insert(t0_card());
  BOOST_TEST(bench.power_on() == "ok");
  for (const std::uint32_t ne : {1u, 128u, 255u, 256u}) {
    BOOST_TEST(bench.transmit(read_binary(ne)) == "ok");
    BOOST_TEST(bench.block.abData.size() == ne + 2);
  }
  for (const std::size_t nc : {1u, 128u, 255u}) {
    Bytes tpdu = hex("00d6000000");
    tpdu[4] = static_cast<std::uint8_t>(nc);
    tpdu.resize(5 + nc, 0x33);
    BOOST_TEST(bench.transmit(tpdu) == "ok");
    BOOST_TEST(wire::to_hex(bench.block.abData) == "9000");
    BOOST_TEST(bench.commands.back().size() >= 5 + nc);
  }
}

BOOST_AUTO_TEST_CASE(tpdus_of_wrong_length_are_refused) {
  Bench bench(tpdu_reader());
  bench.insert(t0_card());
  BOOST_TEST(bench.power_on() == "ok");
  for (std::size_t size = 0; size <= 4; ++size) {  // XFR-05, XFR-06
    BOOST_TEST(bench.transmit(Bytes(size)) == "01");
  }
  Bytes too_long(261, 0x00);
  too_long[4] = 0xFF;
  BOOST_TEST(bench.transmit(too_long) == "01");  // XFR-07
  BOOST_TEST(bench.transmit(hex("00d600000211")) == "01");
  BOOST_TEST(bench.transmit(hex("00b0000001"), 1) == "08");  // XFR-08
  BOOST_TEST(bench.transmit(hex("00b0000001")) == "ok");
}

BOOST_AUTO_TEST_CASE(t1_blocks_of_wrong_length_or_nad_are_refused) {
  Bench bench(tpdu_reader());
  bench.insert(t1_card());
  BOOST_TEST(bench.power_on() == "ok");
  for (const std::size_t size : {0u, 1u, 2u, 3u, 6u, 260u}) {
    BOOST_TEST(bench.transmit(Bytes(size)) == "01");
  }
  BOOST_TEST(bench.transmit(hex("210005 00b0000002 96")) == "0A");  // T1-09
  BOOST_TEST(bench.transmit(hex("000005 00b0000002 b7")) == "ok");
  BOOST_TEST(wire::to_hex(bench.block.abData) == "0000040001900095");
}

BOOST_AUTO_TEST_CASE(a_mute_card_is_reported_after_its_waiting_time) {
  Bench bench(tpdu_reader());
  bench.insert(t0_script({}));
  BOOST_TEST(bench.power_on() == "ok");
  const Micros start = bench.now;
  BOOST_TEST(bench.transmit(hex("00b0000001")) == "FE");
  const Micros waited = bench.now - start;
  // WT = 10 * 960 * 372 / 4 MHz = 892,800 us (7816-3, 10.2); never less
  BOOST_TEST(waited >= 892'800u);
  BOOST_TEST(waited < 1'500'000u);
  BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_GetSlotStatus{0, 2, {}})) == "ok");
}

BOOST_AUTO_TEST_CASE(null_bytes_make_time_extensions) {
  // T0-01: 40 times 60h, then ACK, data, status
  std::vector<Reply> replies;
  for (int i = 1; i <= 40; ++i) replies.push_back(reply(500'000U * i, "60"));
  replies.push_back(reply(20'300'000, "b0559000"));
  Bench bench(tpdu_reader());
  bench.insert(t0_script(replies));
  BOOST_TEST(bench.power_on() == "ok");
  BOOST_TEST(bench.transmit(hex("00b0000001")) == "ok");
  BOOST_TEST(wire::to_hex(bench.block.abData) == "559000");
  BOOST_TEST(bench.extensions.size() == 40u);
  BOOST_TEST(bench.extensions[0] == 1);
}

BOOST_AUTO_TEST_CASE(a_wrong_procedure_byte_is_a_conflict) {
  Bench bench(tpdu_reader());
  bench.insert(t0_script({reply(1000, "1f")}));
  BOOST_TEST(bench.power_on() == "ok");
  BOOST_TEST(bench.transmit(hex("00b0000001")) == "F4");  // T0-03
}

BOOST_AUTO_TEST_CASE(half_an_answer_is_no_success) {
  for (const char* half : {"90", "b0", "b011"}) {  // T0-05, T0-06
    Bench bench(tpdu_reader());
    bench.insert(t0_script({reply(1000, half)}));
    BOOST_TEST(bench.power_on() == "ok");
    BOOST_TEST(bench.transmit(hex("00b0000002")) == "FE");
    BOOST_TEST(bench.block.abData.empty());
  }
}

BOOST_AUTO_TEST_CASE(short_apdu_level_hides_the_protocol_and_refuses_extended) {
  for (const bool t1 : {false, true}) {
    BOOST_TEST_CONTEXT((t1 ? "T=1" : "T=0")) {
      Bench bench(apdu_reader(ccid::kShortApduLevel));
      bench.insert(t1 ? t1_card() : t0_card());
      BOOST_TEST(bench.power_on(0) == "ok");
      BOOST_TEST(bench.transmit(hex("00a40000")) == "ok");
      BOOST_TEST(wire::to_hex(bench.block.abData) == "9000");
      for (const std::uint32_t ne : {1u, 255u, 256u}) {
        BOOST_TEST(bench.transmit(read_binary(ne)) == "ok");
        BOOST_TEST(bench.block.abData.size() == ne + 2);
      }
      BOOST_TEST(bench.transmit(read_binary(300)) == "01");  // XFR-11
      BOOST_TEST(bench.transmit(Bytes(262)) == "01");
      BOOST_TEST(bench.transmit(hex("00b0000008")) == "ok");         // case 2
      BOOST_TEST(bench.transmit(hex("00b000000800")) == "01");       // malformed
      BOOST_TEST(bench.transmit(hex("00a40000"), 1) == "08");
    }
  }
}

BOOST_AUTO_TEST_CASE(extended_apdus_are_chained_both_ways) {
  // XFR-09, XFR-10, XFR-12
  for (const bool contactless : {false, true}) {
    BOOST_TEST_CONTEXT((contactless ? "contactless" : "T=1")) {
      Bench bench(contactless ? contactless_reader() : apdu_reader(ccid::kExtendedApduLevel));
      if (contactless) {
        bench.insert(iso7816::ContactlessConfig{});
      } else {
        bench.insert(t1_card());
      }
      BOOST_REQUIRE(bench.power_on(0) == "ok");
      Bytes data(1000);
      for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 7);
      const Bytes apdu = wire::iso7816::encode_command(wire::iso7816::CommandApdu::case4_extended(
                             0, 0xEC, 0, 0, data, 65536)).value();
      const std::size_t part = 261;
      for (std::size_t at = 0; at < apdu.size(); at += part) {
        const bool first = at == 0, last = at + part >= apdu.size();
        const auto begin = apdu.begin() + static_cast<std::ptrdiff_t>(at);
        const Bytes piece(begin, begin + static_cast<std::ptrdiff_t>(
                                             std::min(part, apdu.size() - at)));
        BOOST_TEST(bench.transmit(piece, first ? 1 : last ? 2 : 3) == "ok");
        if (!last) {
          BOOST_TEST(bench.block.bChainParameter == 0x10);
          BOOST_TEST(bench.block.abData.empty());
        }
      }
      Bytes answer = bench.block.abData;
      BOOST_TEST(bench.block.bChainParameter == 0x01);
      BOOST_TEST(answer.size() == part);
      for (int i = 0; i < 2; ++i) {
        BOOST_TEST(bench.transmit({}, 0x10) == "ok");
        BOOST_TEST(bench.block.bChainParameter == 0x03);
        answer.insert(answer.end(), bench.block.abData.begin(), bench.block.abData.end());
      }
      BOOST_TEST(bench.transmit({}, 0x10) == "ok");
      BOOST_TEST(bench.block.bChainParameter == 0x02);
      answer.insert(answer.end(), bench.block.abData.begin(), bench.block.abData.end());
      data.push_back(0x90);
      data.push_back(0x00);
      BOOST_TEST(wire::to_hex(answer) == wire::to_hex(data));
      BOOST_TEST(bench.transmit({}, 0x10) == "08");  // nothing is left
    }
  }
}

BOOST_AUTO_TEST_CASE(the_longest_extended_answer_passes) {
  Bench bench(apdu_reader(ccid::kExtendedApduLevel));
  bench.insert(t1_card());
  BOOST_REQUIRE(bench.power_on(0) == "ok");
  BOOST_TEST(bench.transmit(read_binary(65536)) == "ok");
  std::size_t size = bench.block.abData.size();
  while (bench.block.bChainParameter == 1 || bench.block.bChainParameter == 3) {
    BOOST_REQUIRE(bench.transmit({}, 0x10) == "ok");
    size += bench.block.abData.size();
  }
  BOOST_TEST(size == 65538u);
}

BOOST_AUTO_TEST_CASE(chaining_out_of_order_is_a_wrong_level_parameter) {
  Bench bench(apdu_reader(ccid::kExtendedApduLevel));
  bench.insert(t1_card());
  BOOST_REQUIRE(bench.power_on(0) == "ok");
  for (const int level : {2, 3, 0x10, 4, 0x11, 0xFFFF}) {
    BOOST_TEST(bench.transmit(hex("00a40000"), static_cast<std::uint16_t>(level)) == "08");
  }
  BOOST_TEST(bench.transmit({}, 1) == "01");
  BOOST_TEST(bench.transmit(hex("00ec000000"), 1) == "ok");
  BOOST_TEST(bench.transmit(hex("00a40000"), 0) == "ok");  // a new command ends the old chain
  BOOST_TEST(bench.transmit(hex("11"), 2) == "08");
  BOOST_TEST(bench.transmit(read_binary(600)) == "ok");
  BOOST_TEST(bench.block.bChainParameter == 1);
  BOOST_TEST(bench.transmit(hex("00a40000"), 0) == "ok");  // a new command drops the rest
  BOOST_TEST(bench.transmit({}, 0x10) == "08");
  BOOST_TEST(bench.transmit(hex("00ec000000"), 1) == "ok");
  std::string last = "ok";
  for (int i = 0; i < 300 && last == "ok"; ++i) last = bench.transmit(Bytes(261), 3);
  BOOST_TEST(last == "01");  // more than any APDU
}

BOOST_AUTO_TEST_CASE(wtx_of_the_card_becomes_a_time_extension_with_the_same_bseq) {
  for (const bool contactless : {false, true}) {
    Bench bench(contactless ? contactless_reader() : apdu_reader(ccid::kExtendedApduLevel));
    const Application slow = [](const Bytes&) { return Answer{hex("9000"), 4'000'000}; };
    if (contactless) {
      bench.insert(iso7816::ContactlessConfig{}, slow);
    } else {
      bench.insert(t1_card(), slow);
    }
    BOOST_REQUIRE(bench.power_on(0) == "ok");
    BOOST_TEST(bench.transmit(hex("00a40000")) == "ok");
    BOOST_TEST(!bench.extensions.empty());
    for (const std::uint8_t multiplier : bench.extensions) BOOST_TEST(multiplier >= 1);
  }
}

BOOST_AUTO_TEST_CASE(abort_of_a_running_exchange_switches_the_card_off) {
  Bench bench(apdu_reader(ccid::kExtendedApduLevel));
  bench.insert(t1_card(), [](const Bytes&) { return Answer{{}, 0, /*silent=*/true}; });
  BOOST_REQUIRE(bench.power_on(0) == "ok");
  bench.send(ccid::PC_to_RDR_XfrBlock{0, 20, 0, 0, hex("00a40000")});
  bench.run_for(10'000'000);
  for (const Bytes& bytes : bench.in) BOOST_TEST(bytes[7] == 0x80);  // time extensions only
  bench.in.clear();
  BOOST_TEST(bench.control_abort(0, 21) == "ok");
  BOOST_TEST(bench.outcome(bench.pop()) == "FF");
  BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_Abort{0, 21, {}})) == "ok");
  bench.run_for(100'000'000);
  BOOST_TEST(bench.in.empty());
  BOOST_TEST(bench.power_on(0) == "ok");
}

BOOST_AUTO_TEST_CASE(pin_digits_go_into_the_apdu_and_nowhere_else) {
  struct Level { std::uint32_t level; bool t1; };
  for (const Level level : {Level{ccid::kTpduLevel, false}, Level{ccid::kTpduLevel, true},
                            Level{ccid::kShortApduLevel, true},
                            Level{ccid::kExtendedApduLevel, false}}) {
    BOOST_TEST_CONTEXT(level.level << (level.t1 ? " T=1" : " T=0")) {
      Bench bench(pad_reader(level.level));
      bench.insert(level.t1 ? t1_card() : t0_card());
      BOOST_REQUIRE(bench.power_on(1) == "ok");
      start_pin(bench, verification());
      BOOST_REQUIRE(bench.pins.size() == 1u);
      BOOST_TEST(static_cast<int>(bench.pins[0].min) == 4);
      BOOST_TEST(bench.pins[0].timeout_s == 20u);
      bench.event(PinEntered{0, "123"});  // SEC-04: too short, asked again
      BOOST_TEST(bench.pins.size() == 2u);
      BOOST_TEST(bench.commands.empty());
      bench.event(PinEntered{0, "1234"});
      const auto answer = std::get<ccid::RDR_to_PC_DataBlock>(bench.wait());
      BOOST_TEST(bench.outcome(answer) == "ok");
      BOOST_REQUIRE(!bench.commands.empty());
      const std::string sent = wire::to_hex(bench.commands.back());
      BOOST_TEST(sent.substr(0, 18) == "002000800431323334");
      BOOST_REQUIRE(bench.pin_ends.size() == 1u);
      BOOST_CHECK(bench.pin_ends[0] == PinEnd::kTaken);
      BOOST_TEST(describe(ReaderEvent(PinEntered{0, "1234"})).find("1234") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(pin_entry_ends_by_cancel_time_out_and_removal) {
  Bench bench(pad_reader(ccid::kShortApduLevel));
  bench.insert(t1_card());
  BOOST_REQUIRE(bench.power_on(1) == "ok");
  start_pin(bench, verification());
  bench.event(PinCancelled{0});
  BOOST_TEST(bench.outcome(bench.pop()) == "EF");  // SEC-02
  start_pin(bench, verification());
  bench.run_for(19'999'000);
  BOOST_TEST(bench.in.empty());
  bench.run_for(2'000);
  BOOST_TEST(bench.outcome(bench.pop()) == "F0");  // SEC-03
  bench.event(PinEntered{0, "1234"});              // too late: nobody asks
  BOOST_TEST(bench.commands.empty());
  BOOST_CHECK(bench.pin_ends == (std::vector{PinEnd::kCancelled, PinEnd::kTimedOut}));
  BOOST_TEST(bench.transmit(hex("00a40000")) == "ok");
}

BOOST_AUTO_TEST_CASE(wrong_pin_settings_are_named_by_their_offset) {
  Bench bench(pad_reader(ccid::kShortApduLevel));
  bench.insert(t1_card());
  BOOST_REQUIRE(bench.power_on(1) == "ok");
  const auto with = [&bench](auto change) {
    auto block = verification();
    change(block);
    start_pin(bench, block);
    const std::string outcome = bench.in.empty() ? "asked" : bench.outcome(bench.pop());
    if (outcome == "asked") {
      bench.event(PinCancelled{0});
      bench.pop();
    }
    return outcome;
  };
  using Block = ccid::PinVerification;
  BOOST_TEST(with([](Block& b) { b.bmFormatString = 0x83; }) == "0C");
  BOOST_TEST(with([](Block& b) { b.wPINMaxExtraDigit = 0x0804; }) == "0F");  // SEC-05
  BOOST_TEST(with([](Block& b) { b.bEntryValidationCondition = 0; }) == "11");
  BOOST_TEST(with([](Block& b) { b.bEntryValidationCondition = 8; }) == "11");
  BOOST_TEST(with([](Block& b) { b.bNumberMessage = 2; }) == "12");
  for (const std::uint8_t messages : {0x00, 0x01, 0xFF}) {  // SEC-06
    BOOST_TEST(with([=](Block& b) { b.bNumberMessage = messages; }) == "asked");
  }
  for (const std::uint8_t condition : {0x02, 0x03, 0x07}) {
    BOOST_TEST(with([=](Block& b) { b.bEntryValidationCondition = condition; }) == "asked");
  }
  const auto operation = [&bench](std::uint8_t code) {
    return bench.outcome(bench.ask(ccid::PC_to_RDR_Secure{0, 1, 0, 0, Bytes{code, 0}}));
  };
  for (const std::uint8_t code : {0x02, 0x06, 0x07, 0xFF}) BOOST_TEST(operation(code) == "0A");
  BOOST_TEST(operation(0x00) == "01");  // structure cut short
  const ccid::PC_to_RDR_Secure chained{0, 1, 0, 1, encode(ccid::PinBlock{verification()})};
  BOOST_TEST(bench.outcome(bench.ask(chained)) == "08");
}

BOOST_AUTO_TEST_CASE(pin_formats_put_the_digits_where_the_format_says) {
  struct Case { std::uint8_t format, block, length; const char* apdu; const char* digits;
                const char* expected; };
  const Case cases[] = {
      // ASCII, left, 8 byte block, template FF
      {0x82, 0x08, 0x00, "0020008008ffffffffffffffff", "1234", "002000800831323334ffffffff"},
      // ASCII, right justified in 8
      {0x86, 0x08, 0x00, "0020008008ffffffffffffffff", "1234", "0020008008ffffffff31323334"},
      // BCD at byte 1, length in the low nibble of byte 0 (bit 4, 4 bits): format 2 PIN block
      {0x89, 0x47, 0x04, "002000810820ffffffffffffff", "12345", "0020008108 2512345fffffffff"},
      // binary, one byte each
      {0x80, 0x04, 0x00, "0020008004ffffffff", "1234", "002000800401020304"},
      // no block size: the data field grows with the digits
      {0x82, 0x00, 0x00, "0020008000", "123456", "0020008006313233343536"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.expected) {
      Bench bench(pad_reader(ccid::kShortApduLevel));
      bench.insert(t1_card());
      BOOST_REQUIRE(bench.power_on(1) == "ok");
      auto block = verification();
      block.bmFormatString = c.format;
      block.bmPINBlockString = c.block;
      block.bmPINLengthFormat = c.length;
      block.wPINMaxExtraDigit = 0x0408;
      block.abPINApdu = hex(c.apdu);
      start_pin(bench, block);
      bench.event(PinEntered{0, c.digits});
      bench.wait();
      BOOST_REQUIRE(!bench.commands.empty());
      BOOST_TEST(wire::to_hex(bench.commands.back()) == wire::to_hex(hex(c.expected)));
    }
  }
}

BOOST_AUTO_TEST_CASE(pin_modification_asks_old_new_and_confirmation) {
  ccid::PinModification block;
  block.bmFormatString = 0x82;
  block.bmPINBlockString = 0x04;
  block.bInsertionOffsetOld = 0;
  block.bInsertionOffsetNew = 4;
  block.wPINMaxExtraDigit = 0x0404;
  block.bConfirmPIN = 3;
  block.abPINApdu = hex("0024008008ffffffffffffffff");
  Bench bench(pad_reader(ccid::kShortApduLevel));
  bench.insert(t1_card());
  BOOST_REQUIRE(bench.power_on(1) == "ok");
  start_pin(bench, block);
  bench.event(PinEntered{0, "1111"});
  bench.event(PinEntered{0, "2222"});
  bench.event(PinEntered{0, "2223"});
  BOOST_TEST(bench.outcome(bench.pop()) == "EF");  // they differ
  BOOST_TEST(bench.commands.empty());
  start_pin(bench, block);
  for (const char* digits : {"1111", "2222", "2222"}) bench.event(PinEntered{0, digits});
  BOOST_TEST(bench.outcome(bench.wait()) == "ok");
  BOOST_TEST(wire::to_hex(bench.commands.back()) == "00240080083131313132323232");
  BOOST_CHECK(bench.pins[0].purpose == PinPurpose::kOld);
  BOOST_CHECK(bench.pins[1].purpose == PinPurpose::kNew);
  BOOST_CHECK(bench.pins[2].purpose == PinPurpose::kConfirm);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::ccid_function
