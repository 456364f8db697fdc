// Messages that are wrong, too long, in pieces; class requests. Conformance MSG-01..14, DSC-09/10,
// CLK, RAT, ESC, MEC, TPA.
#include <boost/test/unit_test.hpp>

#include "tests/unit/ccid_function/bench.h"

namespace uketsuke::ccid_function {

BOOST_AUTO_TEST_SUITE(message_layer)

BOOST_AUTO_TEST_CASE(every_sequence_number_is_echoed) {
  Bench bench(tpdu_reader());
  for (int seq = 0; seq <= 0x101; ++seq) {
    const auto answer =
        bench.ask(ccid::PC_to_RDR_GetSlotStatus{0, static_cast<std::uint8_t>(seq), {}});
    BOOST_TEST(header_of(answer).bSeq == (seq & 0xFF));
    BOOST_TEST(header_of(answer).bSlot == 0);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_slot_is_bslot_wrong) {
  Bench bench(tpdu_reader());
  for (const int slot : {1, 2, 0x7F, 0xFF}) {
    const auto answer =
        bench.ask(ccid::PC_to_RDR_GetSlotStatus{static_cast<std::uint8_t>(slot), 3, {}});
    BOOST_TEST(bench.outcome(answer) == "05");
    BOOST_TEST(header_of(answer).bSlot == slot);
    BOOST_TEST(static_cast<int>(icc_status(bStatus_of(answer))) == 2);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_message_type_is_not_supported_and_counted) {
  Bench bench(tpdu_reader());
  for (const int type : {0x00, 0x60, 0x64, 0x7F, 0x80, 0xFF}) {
    Bytes bytes = hex("00 00000000 00 09 000000");
    bytes[0] = static_cast<std::uint8_t>(type);
    const auto answer = bench.ask_bytes(bytes);
    BOOST_TEST(bench.outcome(answer) == "00");
    BOOST_TEST(header_of(answer).bMessageType == 0x81);
    BOOST_TEST(header_of(answer).bSeq == 9);
  }
  BOOST_TEST(bench.unmodelled.size() == 6u);
}

BOOST_AUTO_TEST_CASE(a_length_that_disagrees_is_dwlength_wrong) {
  Bench bench(tpdu_reader());
  const char* wrong[] = {
      "65 01000000 00 01 000000",        // more announced than sent
      "65 ffffffff 00 01 000000",        //
      "65 00000000 00 01 000000 00",     // more sent than announced
      "65 01000000 00 01 000000 00",     // data where none belongs
      "63 01000000 00 01 000000 00", "6c 01000000 00 01 000000 00",
      "6d 01000000 00 01 000000 00", "72 01000000 00 01 000000 00",
      "62 01000000 00 01 010000 00", "6e 01000000 00 01 000000 00",
      "73 07000000 00 01 000000 00000000000000",  // RAT-03
  };
  for (const char* bytes : wrong) {
    BOOST_TEST_CONTEXT(bytes) {
      BOOST_TEST(bench.outcome(bench.ask_bytes(hex(bytes))) == "01");
      BOOST_TEST(bench.in.empty());
      BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_GetSlotStatus{0, 2, {}})) == "ok");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_message_shorter_than_its_header_does_no_harm) {
  Bench bench(tpdu_reader());
  const Bytes whole = hex("65 00000000 00 2a 000000");
  for (std::size_t size = 1; size < 10; ++size) {
    bench.out(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    if (size < 7) {
      BOOST_TEST(bench.in.empty());
    } else {
      const auto answer = bench.pop();
      BOOST_TEST(bench.outcome(answer) == "01");
      BOOST_TEST(header_of(answer).bSeq == 0x2A);
    }
    BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_GetSlotStatus{0, 2, {}})) == "ok");
  }
  BOOST_TEST(bench.function.malformed_messages() == 6u);
}

BOOST_AUTO_TEST_CASE(a_message_may_come_in_pieces_and_end_on_a_packet_boundary) {
  // MSG-09: 54, 118, 502 data bytes make 64, 128, 512; an empty packet may follow
  Parameters parameters = apdu_reader(ccid::kExtendedApduLevel);
  parameters.descriptor.dwMaxCCIDMessageLength = 65554;
  for (const std::size_t data : {53, 54, 55, 117, 118, 119, 501, 502, 503, 1014}) {
    for (const bool empty_packet : {false, true}) {
      for (const std::size_t piece : {std::size_t{64}, std::size_t{128}, std::size_t{100000}}) {
        BOOST_TEST_CONTEXT(data << " bytes in pieces of " << piece) {
          Bench bench(parameters);
          bench.insert(t1_card());
          BOOST_REQUIRE(bench.power_on(0) == "ok");
          auto apdu = wire::iso7816::CommandApdu::case4_extended(
              0, 0xEC, 0, 0, Bytes(data - 9, 0x5A), 65536);
          const Bytes command = wire::iso7816::encode_command(apdu).value();
          BOOST_REQUIRE(command.size() == data);
          const Bytes message =
              encode(ccid::CommandMessage(ccid::PC_to_RDR_XfrBlock{0, 1, 0, 0, command})).value();
          for (std::size_t at = 0; at < message.size(); at += piece) {
            const std::size_t size = std::min(piece, message.size() - at);
            const auto begin = message.begin() + static_cast<std::ptrdiff_t>(at);
            bench.out(Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)));
          }
          if (empty_packet) bench.out({}, true);
          const auto answer = std::get<ccid::RDR_to_PC_DataBlock>(bench.wait());
          BOOST_TEST(bench.outcome(answer) == "ok");
          BOOST_TEST(answer.abData.size() == data - 9 + 2);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_longest_message_is_taken_and_one_byte_more_is_refused) {
  // MSG-08
  Bench bench(tpdu_reader());
  bench.insert(t1_card());
  BOOST_TEST(bench.power_on() == "ok");
  const auto escape = [](std::size_t size) {
    return encode(ccid::CommandMessage(ccid::PC_to_RDR_Escape{0, 7, {}, Bytes(size)})).value();
  };
  BOOST_TEST(bench.outcome(bench.ask_bytes(escape(261))) == "00");  // taken, but not known
  for (const std::size_t size : {262u, 310u, 4000u, 100000u}) {
    const auto answer = bench.ask_bytes(escape(size));
    BOOST_TEST(bench.outcome(answer) == "01");
    BOOST_TEST(header_of(answer).bMessageType == 0x83);
    BOOST_TEST(bench.in.empty());
  }
  BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_GetSlotStatus{0, 2, {}})) == "ok");
}

BOOST_AUTO_TEST_CASE(only_so_many_slots_may_be_busy) {
  // MSG-14
  Parameters parameters = tpdu_reader();
  parameters.descriptor.bMaxSlotIndex = 2;
  parameters.slots.resize(3);
  parameters.descriptor.bMaxCCIDBusySlots = 2;
  Bench bench(parameters);
  for (std::uint8_t slot = 0; slot < 3; ++slot) bench.insert(t1_card(), echo_application, slot);
  bench.send(ccid::PC_to_RDR_IccPowerOn{0, 10, 1, {}});
  bench.send(ccid::PC_to_RDR_IccPowerOn{1, 11, 1, {}});
  bench.send(ccid::PC_to_RDR_IccPowerOn{2, 12, 1, {}});
  const auto refused = bench.pop();
  BOOST_TEST(header_of(refused).bSeq == 12);
  BOOST_TEST(bench.outcome(refused) == "E0");
  BOOST_TEST(bench.outcome(bench.wait()) == "ok");
  BOOST_TEST(bench.outcome(bench.wait()) == "ok");
  BOOST_TEST(bench.power_on(1, 2) == "ok");
}

BOOST_AUTO_TEST_CASE(what_is_not_announced_is_not_supported) {
  Bench bench(tpdu_reader());
  using namespace wire::ccid;
  BOOST_TEST(bench.outcome(bench.ask(PC_to_RDR_IccClock{0, 1, 1, {}})) == "00");        // CLK-02
  BOOST_TEST(bench.outcome(bench.ask(PC_to_RDR_Secure{0, 1, 0, 0, hex("00")})) == "00");  // SEC-01
  BOOST_TEST(bench.outcome(bench.ask(PC_to_RDR_Mechanical{0, 1, 1, {}})) == "00");      // MEC-01
  BOOST_TEST(bench.outcome(bench.ask(PC_to_RDR_T0APDU{0, 1, 0, 0, 0})) == "00");        // TPA-01
  BOOST_TEST(bench.outcome(bench.ask(PC_to_RDR_Escape{0, 1, {}, hex("ff")})) == "00");  // ESC-01
  BOOST_TEST(bench.unmodelled.size() == 1u);  // Escape; the others are just not announced
}

BOOST_AUTO_TEST_CASE(rfu_bytes_are_ignored_or_refused_as_configured) {
  Bench ignores(tpdu_reader());
  BOOST_TEST(ignores.outcome(ignores.ask(ccid::PC_to_RDR_GetSlotStatus{0, 1, {1, 2, 3}})) == "ok");
  Parameters parameters = tpdu_reader();
  parameters.refuses_rfu = true;
  Bench refuses(parameters);
  BOOST_TEST(refuses.outcome(refuses.ask(ccid::PC_to_RDR_GetSlotStatus{0, 1, {0, 2, 3}})) == "08");
  BOOST_TEST(refuses.outcome(refuses.ask(ccid::PC_to_RDR_IccPowerOn{0, 1, 1, {0, 9}})) == "09");
}

BOOST_AUTO_TEST_CASE(the_clock_stops_and_runs_again_also_by_an_exchange) {
  Parameters parameters = tpdu_reader();
  parameters.descriptor.dwFeatures |= ccid::kClockStop;
  Bench bench(parameters);
  bench.insert(t0_card());
  BOOST_TEST(bench.power_on() == "ok");
  const auto clock = [&bench](const ccid::CommandMessage& m) {
    return static_cast<int>(std::get<ccid::RDR_to_PC_SlotStatus>(bench.ask(m)).bClockStatus);
  };
  BOOST_TEST(clock(ccid::PC_to_RDR_GetSlotStatus{0, 1, {}}) == 0);
  BOOST_TEST(clock(ccid::PC_to_RDR_IccClock{0, 1, 1, {}}) == 1);
  BOOST_TEST(clock(ccid::PC_to_RDR_GetSlotStatus{0, 1, {}}) == 1);
  BOOST_TEST(clock(ccid::PC_to_RDR_IccClock{0, 1, 0, {}}) == 0);
  BOOST_TEST(clock(ccid::PC_to_RDR_IccClock{0, 1, 1, {}}) == 1);
  BOOST_TEST(bench.transmit(hex("00b0000002")) == "ok");  // CLK-03
  BOOST_TEST(clock(ccid::PC_to_RDR_GetSlotStatus{0, 1, {}}) == 0);
  BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_IccClock{0, 1, 2, {}})) == "07");
}

BOOST_AUTO_TEST_CASE(data_rate_and_clock_answer_what_is_really_used) {
  Parameters parameters = tpdu_reader();
  parameters.clock_frequencies_khz = {4000, 8000};
  parameters.data_rates_bps = {10753, 21505, 43011};
  Bench bench(parameters);
  const auto ask = [&bench](std::uint32_t clock, std::uint32_t rate) {
    const auto answer = std::get<ccid::RDR_to_PC_DataRateAndClockFrequency>(
        bench.ask(ccid::PC_to_RDR_SetDataRateAndClockFrequency{0, 1, {}, clock, rate}));
    return std::pair(answer.dwClockFrequency, answer.dwDataRate);
  };
  BOOST_CHECK(ask(8000, 43011) == std::pair(8000u, 43011u));  // RAT-01
  BOOST_CHECK(ask(1, 1) == std::pair(4000u, 10753u));         // RAT-02
  BOOST_CHECK(ask(0xFFFFFFFF, 30000) == std::pair(8000u, 21505u));
}

BOOST_AUTO_TEST_CASE(the_lists_are_sent_or_stalled) {
  Parameters parameters = tpdu_reader();
  parameters.clock_frequencies_khz = {4000, 8000};
  Bench bench(parameters);
  BOOST_TEST(bench.control({0xA1, 2, 0, 0, 8}) == "data");
  BOOST_TEST(wire::to_hex(bench.control_data) == "a00f0000401f0000");
  BOOST_TEST(bench.control({0xA1, 3, 0, 0, 4}) == "stall");
  BOOST_TEST(bench.control({0xA1, 2, 0, 1, 8}) == "stall");  // another interface
  BOOST_TEST(bench.control({0xA1, 9, 0, 0, 8}) == "stall");
  BOOST_TEST(bench.control({0x21, 2, 0, 0, 0}) == "stall");
}

BOOST_AUTO_TEST_CASE(no_bytes_whatever_crash_the_reader) {
  Bench bench(apdu_reader(ccid::kExtendedApduLevel));
  bench.insert(t1_card());
  std::uint32_t random = 12345;
  const auto next = [&random] { return (random = random * 1664525 + 1013904223) >> 16; };
  for (int i = 0; i < 5000; ++i) {
    Bytes bytes(next() % 90);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(next());
    if (bytes.size() >= 10) {
      bytes[0] = static_cast<std::uint8_t>(0x60 + next() % 0x15);
      if (next() % 4 != 0) {
        bytes[1] = static_cast<std::uint8_t>(bytes.size() - 10);
        bytes[2] = bytes[3] = bytes[4] = bytes[5] = 0;
      }
    }
    bench.out(bytes);
    if (next() % 3 == 0) bench.run_for(next() % 100000);
    if (next() % 16 == 0) bench.control_abort(0, static_cast<std::uint8_t>(next()));
    while (!bench.in.empty()) bench.pop();
  }
  bench.usb(usb_device::Deconfigured{});
  bench.usb(usb_device::Configured{1});
  bench.in.clear();
  BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_GetSlotStatus{0, 2, {}})) == "ok");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::ccid_function
