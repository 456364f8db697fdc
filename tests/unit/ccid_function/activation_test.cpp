// Power, ATR, voltage, parameters, PPS: conformance PWR-01..20, PRM-01..09, PPS-01..03, NOT-01..04.
#include <boost/test/unit_test.hpp>

#include "tests/unit/ccid_function/bench.h"

namespace uketsuke::ccid_function {
namespace {

bool has_power_on(const Bench& bench, field::VoltageClass voltage) {
  for (const auto& signal : bench.to_card) {
    const auto* on = std::get_if<field::PowerOn>(&signal);
    if (on != nullptr && on->voltage == voltage) return true;
  }
  return false;
}
std::size_t bursts(const Bench& bench) {
  std::size_t count = 0;
  for (const auto& signal : bench.to_card) count += std::holds_alternative<field::Burst>(signal);
  return count;
}
ccid::ProtocolData parameters(Bench& bench) {
  const auto answer = bench.ask(ccid::PC_to_RDR_GetParameters{0, 1, {}});
  BOOST_TEST(bench.outcome(answer) == "ok");
  return std::get<ccid::RDR_to_PC_Parameters>(answer).abProtocolDataStructure;
}
std::string set_parameters(Bench& bench, const ccid::ProtocolData& data) {
  const auto protocol = static_cast<std::uint8_t>(
      std::holds_alternative<ccid::ProtocolDataT1>(data) ? 1 : 0);
  return bench.outcome(bench.ask(ccid::PC_to_RDR_SetParameters{0, 1, protocol, {}, data}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(activation)

BOOST_AUTO_TEST_CASE(power_on_gives_the_atr_and_again_after_each_warm_reset) {
  Bench bench(tpdu_reader());
  bench.insert(t1_card());
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(bench.power_on() == "ok");
    BOOST_TEST(wire::to_hex(bench.atr) == "3be000ff8131fe4514");
  }
  BOOST_CHECK(std::holds_alternative<field::PowerOn>(bench.to_card[0]));
  BOOST_CHECK(std::holds_alternative<field::WarmReset>(bench.to_card[1]));
}

BOOST_AUTO_TEST_CASE(power_select_follows_the_announced_voltages) {
  Parameters parameters = tpdu_reader();
  parameters.descriptor.bVoltageSupport = ccid::kVoltage5V;
  Bench bench(parameters);
  bench.insert(t1_card());
  BOOST_TEST(bench.power_on(0) == "07");  // no automatic voltage
  for (int select = 2; select <= 0xFF; ++select) {
    BOOST_TEST(bench.power_on(static_cast<std::uint8_t>(select)) == "07");
  }
  BOOST_TEST(bench.power_on(1) == "ok");
}

BOOST_AUTO_TEST_CASE(automatic_voltage_tries_the_classes_until_the_card_allows_one) {
  // Class indicator (TA for T=15): B only, TA3 = 02. TCK over the rest.
  Bytes atr = hex("3b80 80 1f 02");
  std::uint8_t tck = 0;
  for (std::size_t i = 1; i < atr.size(); ++i) tck = static_cast<std::uint8_t>(tck ^ atr[i]);
  atr.push_back(tck);
  Bench bench(apdu_reader(ccid::kShortApduLevel));
  bench.insert(atr_script(atr));
  BOOST_TEST(bench.power_on(0) == "ok");
  BOOST_TEST(has_power_on(bench, field::VoltageClass::kA5V));
  BOOST_TEST(has_power_on(bench, field::VoltageClass::kB3V));
  BOOST_TEST(!has_power_on(bench, field::VoltageClass::kC1V8));
  // Chosen by the host, 5 V does not suit: PWR-07
  Bench manual(tpdu_reader());
  manual.insert(atr_script(atr));
  BOOST_TEST(manual.power_on(1) == "F5");
  BOOST_TEST(manual.power_on(2) == "ok");
}

BOOST_AUTO_TEST_CASE(a_bad_answer_to_reset_has_its_own_error_and_the_card_is_switched_off) {
  const Bytes long_atr = [] {
    Bytes atr = hex("3bff");
    for (int i = 0; i < 40; ++i) atr.push_back(0xFF);
    return atr;
  }();
  struct Case {
    const char* what;
    Bytes atr;
    std::vector<std::uint16_t> parity;
    const char* error;
  };
  const std::vector<Case> cases{
      {"mute", {}, {}, "FE"},
      {"stops in the middle", hex("3be000ff8131"), {}, "FE"},
      {"TS", hex("3a00"), {}, "F8"},
      {"TCK", hex("3be000ff8131fe4515"), {}, "F7"},
      {"only T=14", hex("3b80 0e 8e"), {}, "F6"},
      {"longer than 33 bytes", long_atr, {}, "FC"},
      {"parity", hex("3be000ff8131fe4514"), {3}, "FD"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.what) {
      Bench bench(tpdu_reader());
      bench.insert(atr_script(c.atr, c.parity));
      BOOST_TEST(bench.power_on() == c.error);
      BOOST_TEST(bench.atr.empty());
      BOOST_CHECK(std::holds_alternative<field::PowerOff>(bench.to_card.back()));
      BOOST_CHECK(bench.function.slot_state(0) == SlotState::kInactive);
      BOOST_TEST(bench.now < 3'000'000u);
      BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_GetSlotStatus{0, 9, {}})) == "ok");
    }
  }
}

BOOST_AUTO_TEST_CASE(after_one_parity_error_the_card_is_reset_again) {
  Bench bench(tpdu_reader());
  int resets = 0;
  bench.insert([&resets](const field::ToCard& signal) -> std::vector<Reply> {
    if (!std::holds_alternative<field::PowerOn>(signal)) return {};
    std::vector<std::uint16_t> parity;
    if (++resets == 1) parity = {1};
    return {{1000, field::Burst{hex("3b00"), 1000000, parity}}};
  });
  BOOST_TEST(bench.power_on() == "ok");
  BOOST_TEST(resets == 2);
}

BOOST_AUTO_TEST_CASE(parameters_are_the_defaults_when_the_host_sets_them) {
  Bench bench(tpdu_reader());
  auto card = t1_card();
  card.cold_atr = hex("3bda13ff8131fb46801239 2f31c173c601c03b");
  bench.insert(card);
  BOOST_TEST(bench.power_on() == "ok");
  const auto data = parameters(bench);
  BOOST_REQUIRE(std::holds_alternative<ccid::ProtocolDataT1>(data));
  BOOST_TEST(std::get<ccid::ProtocolDataT1>(data).bmFindexDindex == 0x11);  // PWR-08
  ccid::ProtocolDataT1 set{0x13, 0x10, 0xFF, 0x46, 0, 0xFB, 0};
  BOOST_TEST(set_parameters(bench, set) == "ok");
  const Bytes expected = encode(ccid::ProtocolData(set));
  BOOST_TEST(wire::to_hex(encode(parameters(bench))) == wire::to_hex(expected));
  const auto reset = bench.ask(ccid::PC_to_RDR_ResetParameters{0, 2, {}});
  BOOST_TEST(header_of(reset).bMessageType == 0x82);  // PRM-08
  BOOST_TEST(std::get<ccid::ProtocolDataT1>(parameters(bench)).bmFindexDindex == 0x11);
}

BOOST_AUTO_TEST_CASE(automatic_parameters_are_those_of_the_atr_after_pps) {
  Bench bench(apdu_reader(ccid::kShortApduLevel));
  auto card = t1_card();
  card.cold_atr = hex("3bda13ff8131fb46801239 2f31c173c601c03b");
  bench.insert(card);
  BOOST_TEST(bench.power_on(0) == "ok");
  const auto t1 = std::get<ccid::ProtocolDataT1>(parameters(bench));
  BOOST_TEST(t1.bmFindexDindex == 0x13);       // TA1, agreed by PPS
  BOOST_TEST(t1.bGuardTimeT1 == 0xFF);         // TC1
  BOOST_TEST(t1.bIFSC == 0xFB);                // first TA for T=1
  BOOST_TEST(t1.bmWaitingIntegersT1 == 0x46);  // first TB for T=1
  BOOST_TEST(bench.transmit(hex("00b0000010")) == "ok");
  BOOST_TEST(bench.block.abData.size() == 18u);
}

BOOST_AUTO_TEST_CASE(a_card_that_ignores_pps_is_used_with_default_parameters) {
  Bench bench(apdu_reader(ccid::kShortApduLevel));
  auto card = t1_card();
  card.cold_atr = hex("3bda13ff8131fb46801239 2f31c173c601c03b");
  card.accepts_pps = false;
  bench.insert(card);
  BOOST_TEST(bench.power_on(0) == "ok");
  BOOST_TEST(std::get<ccid::ProtocolDataT1>(parameters(bench)).bmFindexDindex == 0x11);
  BOOST_TEST(bench.transmit(hex("00b0000010")) == "ok");
}

BOOST_AUTO_TEST_CASE(no_pps_is_sent_in_specific_mode) {
  // TA2 = 00: T=0, parameters of TA1 = 13, cannot change
  Bench bench(apdu_reader(ccid::kShortApduLevel));
  auto card = t0_card();
  card.cold_atr = hex("3b90 13 10 00");
  bench.insert(card);
  BOOST_TEST(bench.power_on(0) == "ok");
  BOOST_TEST(bursts(bench) == 0u);  // PPS-03
  BOOST_TEST(std::get<ccid::ProtocolDataT0>(parameters(bench)).bmFindexDindex == 0x13);
}

BOOST_AUTO_TEST_CASE(the_host_may_do_pps_itself_at_tpdu_level) {
  Bench bench(tpdu_reader());
  auto card = t1_card();
  card.cold_atr = hex("3bda13ff8131fb46801239 2f31c173c601c03b");
  bench.insert(card);
  BOOST_TEST(bench.power_on() == "ok");
  const Bytes pps = hex("ff1113fd");
  BOOST_TEST(bench.transmit(pps) == "ok");
  BOOST_TEST(wire::to_hex(bench.block.abData) == wire::to_hex(pps));
  const ccid::ProtocolDataT1 agreed{0x13, 0x10, 0xFF, 0x46, 0, 0xFB, 0};
  BOOST_TEST(set_parameters(bench, agreed) == "ok");
  BOOST_TEST(bench.transmit(hex("000005 00b0000002 b7")) == "ok");
  BOOST_TEST(wire::to_hex(bench.block.abData) == "0000040001900095");
}

BOOST_AUTO_TEST_CASE(a_wrong_field_of_set_parameters_is_named_by_its_offset) {
  Bench bench(tpdu_reader());
  auto card = t0_card();
  card.cold_atr = hex("3b80 80 01 01");  // T=0 and T=1
  bench.insert(card);
  BOOST_TEST(bench.power_on() == "ok");
  using T0 = ccid::ProtocolDataT0;
  using T1 = ccid::ProtocolDataT1;
  BOOST_TEST(set_parameters(bench, T0{0x70, 0, 0, 10, 0}) == "0A");
  BOOST_TEST(set_parameters(bench, T0{0x10, 0, 0, 10, 0}) == "0A");
  BOOST_TEST(set_parameters(bench, T0{0x11, 1, 0, 10, 0}) == "0B");
  BOOST_TEST(set_parameters(bench, T0{0x11, 0, 0, 0, 0}) == "0D");
  BOOST_TEST(set_parameters(bench, T0{0x11, 0, 0, 10, 4}) == "0E");
  BOOST_TEST(set_parameters(bench, T1{0x11, 0x00, 0, 0x4D, 0, 32, 0}) == "0B");
  BOOST_TEST(set_parameters(bench, T1{0x11, 0x10, 0, 0xA0, 0, 32, 0}) == "0D");
  BOOST_TEST(set_parameters(bench, T1{0x11, 0x10, 0, 0x4D, 4, 32, 0}) == "0E");
  BOOST_TEST(set_parameters(bench, T1{0x11, 0x10, 0, 0x4D, 0, 0, 0}) == "0F");
  BOOST_TEST(set_parameters(bench, T1{0x11, 0x10, 0, 0x4D, 0, 0xFF, 0}) == "0F");
  BOOST_TEST(set_parameters(bench, T1{0x11, 0x10, 0, 0x4D, 0, 32, 0x21}) == "10");
  BOOST_TEST(set_parameters(bench, T1{}) == "ok");
  BOOST_TEST(set_parameters(bench, T0{}) == "ok");
  for (const int protocol : {2, 0x80, 0x81, 0x82, 0xFF}) {  // PRM-05
    const ccid::PC_to_RDR_SetParameters m{0, 1, static_cast<std::uint8_t>(protocol), {}, Bytes(5)};
    BOOST_TEST(bench.outcome(bench.ask(m)) == "07");
  }
  for (const std::size_t size : {0, 4, 6, 8}) {  // PRM-06
    Bytes bytes = hex("61 00000000 00 01 00 0000");
    bytes[1] = static_cast<std::uint8_t>(size);
    bytes.resize(10 + size, 0);
    BOOST_TEST(bench.outcome(bench.ask_bytes(bytes)) == "01");
  }
}

BOOST_AUTO_TEST_CASE(insertion_and_removal_are_notified_with_present_and_changed) {
  Parameters parameters = tpdu_reader();
  parameters.descriptor.bMaxSlotIndex = 4;
  parameters.slots.resize(5);
  Bench bench(parameters);
  bench.insert(t1_card(), echo_application, 4);
  bench.insert(t1_card(), echo_application, 1);
  bench.remove(4);
  BOOST_REQUIRE(bench.interrupts.size() == 3u);
  BOOST_TEST(wire::to_hex(bench.interrupts[0]) == "500003");  // slot 4 present, changed
  BOOST_TEST(wire::to_hex(bench.interrupts[1]) == "500c01");  // slot 1 changed, slot 4 as before
  BOOST_TEST(wire::to_hex(bench.interrupts[2]) == "500402");  // slot 4 gone
}

BOOST_AUTO_TEST_CASE(a_fast_exchange_of_the_card_needs_a_new_activation) {
  Bench bench(tpdu_reader());
  bench.insert(t1_card());
  BOOST_TEST(bench.power_on() == "ok");
  bench.remove();
  bench.insert(t1_card());
  BOOST_TEST(bench.interrupts.size() == 3u);
  BOOST_TEST(bench.transmit(hex("00c00000")) == "FE");  // NOT-03
}

BOOST_AUTO_TEST_CASE(a_contactless_card_has_the_atr_of_pcsc_part_3) {
  Bench bench(contactless_reader());
  bench.insert(iso7816::ContactlessConfig{});
  BOOST_TEST(bench.power_on(0) == "ok");
  BOOST_TEST(wire::to_hex(bench.atr) == "3b888001000005e0b381a1007f");  // facts 1.7
  BOOST_TEST(bench.transmit(hex("ffca000000")) == "ok");
  BOOST_TEST(wire::to_hex(bench.block.abData) == "010203049000");
  BOOST_TEST(bench.transmit(hex("00b0000004")) == "ok");
  BOOST_TEST(wire::to_hex(bench.block.abData) == "000102039000");
  BOOST_TEST(bench.power_on(0) == "ok");  // off and on again
  BOOST_TEST(wire::to_hex(bench.atr) == "3b888001000005e0b381a1007f");
}

BOOST_AUTO_TEST_CASE(a_reader_that_activates_by_itself_answers_power_on_with_the_atr) {
  Parameters parameters = contactless_reader();
  parameters.descriptor.dwFeatures |= ccid::kAutoActivation;
  Bench bench(parameters);
  bench.insert(iso7816::ContactlessConfig{});
  BOOST_TEST(bench.power_on(0) == "ok");  // adopts the activation under way
  BOOST_TEST(bench.atr.size() == 13u);
  Bench later(parameters);
  later.insert(iso7816::ContactlessConfig{});
  later.run_for(10'000'000);
  BOOST_CHECK(later.function.slot_state(0) == SlotState::kActive);
  BOOST_TEST(later.power_on(0) == "ok");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::ccid_function
