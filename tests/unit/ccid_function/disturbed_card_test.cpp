// What a reader says of a card with one deviation (models/iso7816/card_faults.h), and that the same
// card is right again when the deviation is over. Conformance PWR, PPS, T0, T1, NOT-07.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "sim/wire/iso7816/atr.h"
#include "tests/unit/ccid_function/bench.h"

namespace uketsuke::ccid_function {
namespace {

const Bytes kRead = hex("00b0000004");   // READ BINARY, four bytes
const Bytes kOther = hex("00ca000004");  // another INS

iso7816::ContactConfig t0_with(iso7816::T0Faults faults) {
  iso7816::ContactConfig config = t0_card();
  faults.schedule.at_ins = 0xB0;
  config.faults.t0 = faults;
  return config;
}
iso7816::ContactConfig t1_with(iso7816::T1Faults faults) {
  iso7816::ContactConfig config = t1_card();
  faults.schedule = {0xB0, 1};
  config.faults.t1 = faults;
  return config;
}
std::size_t error_signals(const Bench& bench) {
  return static_cast<std::size_t>(
      std::count_if(bench.to_card.begin(), bench.to_card.end(), [](const field::ToCard& s) {
        return std::holds_alternative<field::ErrorSignal>(s);
      }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(disturbed_card)

BOOST_AUTO_TEST_CASE(a_card_with_t0_that_breaks_off_is_told_by_the_code_of_the_standard) {
  using iso7816::T0Silence;
  struct {
    const char* what;
    iso7816::T0Faults faults;
    const char* outcome;
  } cases[] = {{"nothing", {}, "FE"},
               {"before SW2", {}, "FE"},
               {"after two bytes of four", {}, "FE"},
               {"wrong procedure byte", {}, "F4"},
               {"parity for ever", {}, "FD"},
               {"error signal for ever", {}, "FD"}};
  cases[0].faults.silence = T0Silence::kProcedureByte;
  cases[1].faults.silence = T0Silence::kSw2;
  cases[2].faults.silence = T0Silence::kData;
  cases[2].faults.data_sent = 2;
  cases[3].faults.procedure_byte = 0x1F;
  cases[4].faults.parity_errors = iso7816::kAlways;
  cases[5].faults.error_signals = iso7816::kAlways;
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.what) {
      Bench bench(tpdu_reader());
      bench.insert(t0_with(c.faults));
      BOOST_TEST(bench.power_on() == "ok");
      BOOST_TEST(bench.transmit(kOther) == "ok");
      BOOST_TEST(bench.transmit(kRead) == c.outcome);
      BOOST_TEST(bench.transmit(kRead) == c.outcome);  // it lasts
      BOOST_TEST(bench.power_on() == "ok");
      BOOST_TEST(bench.transmit(kOther) == "ok");
    }
  }
}

BOOST_AUTO_TEST_CASE(characters_that_come_twice_or_thrice_are_asked_for_and_taken_once) {
  for (const std::uint16_t at : {0, 1, 3, 6}) {
    for (const unsigned times : {1u, 3u}) {
      iso7816::T0Faults faults;
      faults.parity_errors = times;
      faults.parity_error_at = at;
      Bench bench(tpdu_reader());
      bench.insert(t0_with(faults));
      BOOST_TEST(bench.power_on() == "ok");
      BOOST_TEST(bench.transmit(kRead) == "ok");
      BOOST_TEST(bench.block.abData.size() == 6u);
      BOOST_TEST(error_signals(bench) == times);
    }
  }
  iso7816::T0Faults faults;
  faults.error_signals = 3;
  Bench bench(tpdu_reader());
  bench.insert(t0_with(faults));
  BOOST_TEST(bench.power_on() == "ok");
  BOOST_TEST(bench.transmit(kRead) == "ok");
  BOOST_TEST(bench.commands.size() == 1u);
}

BOOST_AUTO_TEST_CASE(null_bytes_are_waited_for_and_told_as_time_extensions) {
  iso7816::T0Faults faults;
  faults.nulls = 40;
  faults.null_interval_us = 500'000;
  Bench bench(tpdu_reader());
  bench.insert(t0_with(faults));
  BOOST_TEST(bench.power_on() == "ok");
  BOOST_TEST(bench.transmit(kRead) == "ok");
  BOOST_TEST(bench.extensions.size() == 40u);
  BOOST_TEST(bench.now >= 20'000'000u);
}

BOOST_AUTO_TEST_CASE(a_schedule_ends_a_deviation_of_t0) {
  iso7816::ContactConfig config = t0_card();
  config.faults.t0.silence = iso7816::T0Silence::kProcedureByte;
  config.faults.t0.schedule = {0xB0, 1};
  Bench bench(tpdu_reader());
  bench.insert(config);
  BOOST_TEST(bench.power_on() == "ok");
  BOOST_TEST(bench.transmit(kRead) == "FE");
  BOOST_TEST(bench.transmit(kRead) == "ok");
}

// 7816-3, 11.6.3: recovered within three tries; the APDU arrives whole, the command runs once.
BOOST_AUTO_TEST_CASE(errors_of_t1_blocks_are_recovered_at_apdu_level) {
  struct {
    const char* what;
    iso7816::T1Faults faults;
  } cases[] = {{"edc", {}},  {"parity", {}}, {"silence", {}},
               {"cut", {}}, {"nad", {}},    {"sequence", {}}};
  cases[0].faults.bad_edc = 2;
  cases[1].faults.bad_parity = 2;
  cases[2].faults.silent = 1;
  cases[3].faults.cut = 1;
  cases[4].faults.wrong_nad = 1;
  cases[5].faults.wrong_sequence = 1;
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.what) {
      Bench bench(apdu_reader(ccid::kShortApduLevel));
      bench.insert(t1_with(c.faults));
      BOOST_TEST(bench.power_on() == "ok");
      BOOST_TEST(bench.transmit(kRead) == "ok");
      BOOST_TEST(bench.block.abData.size() == 6u);
      BOOST_TEST(bench.commands.size() == 1u);
      BOOST_TEST(bench.transmit(kRead) == "ok");
    }
  }
}

BOOST_AUTO_TEST_CASE(errors_of_t1_blocks_that_last_end_the_session) {
  iso7816::ContactConfig config = t1_card();
  config.faults.t1.bad_edc = iso7816::kAlways;
  config.faults.t1.schedule.at_ins = 0xB0;
  Bench bench(apdu_reader(ccid::kShortApduLevel));
  bench.insert(config);
  BOOST_TEST(bench.power_on() == "ok");
  BOOST_TEST(bench.transmit(kOther) == "ok");
  BOOST_TEST(bench.transmit(kRead) == "FD");
  BOOST_TEST(bench.power_on() == "ok");
  BOOST_TEST(bench.transmit(kOther) == "ok");
}

BOOST_AUTO_TEST_CASE(a_chained_command_that_the_card_aborts_fails_and_the_next_one_runs) {
  iso7816::ContactConfig config = t1_card();
  config.cold_atr = wire::iso7816::AtrBuilder().protocol(1).protocol(1, 16, 0x45).build().value();
  config.faults.t1.abort = true;
  config.faults.t1.schedule = {0xEC, 1};
  Bench bench(apdu_reader(ccid::kShortApduLevel));
  bench.insert(config);
  BOOST_TEST(bench.power_on() == "ok");
  Bytes echo = hex("80ec000040");
  echo.resize(5 + 0x40, 0x55);
  echo.push_back(0);
  BOOST_TEST(bench.transmit(echo) == "FB");
  BOOST_TEST(bench.transmit(echo) == "ok");
  BOOST_TEST(bench.block.abData.size() == 0x42u);
}

BOOST_AUTO_TEST_CASE(a_card_may_ask_for_a_multiple_of_its_time_by_name) {
  for (const std::uint8_t multiplier : {1, 2, 5, 30}) {
    Bench bench(apdu_reader(ccid::kShortApduLevel));
    bench.insert(t1_card(), [&](const Bytes&) {
      return Answer{hex("9000"), 900'000, false, multiplier};
    });
    BOOST_TEST(bench.power_on() == "ok");
    BOOST_TEST(bench.transmit(kRead) == "ok");
    BOOST_REQUIRE(!bench.extensions.empty());
    BOOST_TEST(bench.extensions[0] == multiplier);
  }
}

BOOST_AUTO_TEST_CASE(a_card_of_one_class_is_powered_at_that_class) {
  for (const unsigned only : {0u, 1u, 2u}) {
    iso7816::ContactConfig config = t1_card();
    config.classes = static_cast<std::uint8_t>(1U << only);
    Bench bench(apdu_reader(ccid::kShortApduLevel));
    bench.insert(config);
    BOOST_TEST(bench.power_on(0) == "ok");
    std::vector<unsigned> classes;
    for (const auto& signal : bench.to_card) {
      if (const auto* on = std::get_if<field::PowerOn>(&signal)) {
        classes.push_back(static_cast<unsigned>(on->voltage));
      }
    }
    BOOST_TEST(classes.size() == only + 1);
    BOOST_TEST(classes.back() == only);
  }
}

// 9.3: the reader goes on with the default parameters after another reset.
BOOST_AUTO_TEST_CASE(a_wrong_answer_to_pps_leaves_the_default_rate) {
  for (const char* wrong : {"ff11957a", "ff11947a", "ff10957a"}) {
    iso7816::ContactConfig config = t1_card();
    config.cold_atr = wire::iso7816::AtrBuilder().ta1(0x95).protocol(1).build().value();
    config.faults.pps_answer = hex(wrong);
    Bench bench(apdu_reader(ccid::kShortApduLevel));
    bench.insert(config);
    BOOST_TEST(bench.power_on(0) == "ok", wrong);
    BOOST_TEST(bench.transmit(kRead) == "ok", wrong);
  }
}

// A card hears nothing at a rate that it does not have: the answer to PPS decides.
BOOST_AUTO_TEST_CASE(a_reader_that_counts_another_etu_is_not_understood) {
  iso7816::CardContact card(t1_card());
  card.handle(field::PowerOn{field::VoltageClass::kA5V, 4000000});
  const Bytes block = hex("00c10120e0");  // S(IFS request)
  field::Burst slow{block, 1023000, {}};
  slow.etu_ns = 46500;  // D = 2
  BOOST_TEST(card.handle(slow).empty());
  slow.etu_ns = 93000;
  BOOST_TEST(!card.handle(slow).empty());
}

BOOST_AUTO_TEST_CASE(a_card_follows_the_clock_and_hears_nothing_while_it_stands) {
  iso7816::CardContact card(t1_card());
  card.handle(field::PowerOn{field::VoltageClass::kA5V, 4000000});
  const Bytes block = hex("00c10120e0");
  field::Burst request{block, 1023000, {}};
  request.etu_ns = 93000;
  card.handle(field::Clock{0});
  BOOST_TEST(card.handle(request).empty());
  card.handle(field::Clock{8000000});
  BOOST_TEST(card.handle(request).empty());
  request.etu_ns = 46500;
  BOOST_TEST(!card.handle(request).empty());
}

// CCID 6.3.2.
BOOST_AUTO_TEST_CASE(a_short_circuit_in_the_field_is_a_hardware_error) {
  Bench bench(apdu_reader(ccid::kShortApduLevel));
  bench.insert(t1_card(), [](const Bytes&) { return Answer{{}, 0, true}; });
  BOOST_TEST(bench.power_on() == "ok");
  bench.interrupts.clear();
  bench.send(ccid::PC_to_RDR_XfrBlock{0, 77, 0, 0, kRead});
  bench.event(FromField{0, field::Overcurrent{}});
  BOOST_TEST(bench.outcome(bench.wait()) == "FB");
  BOOST_REQUIRE(!bench.interrupts.empty());
  BOOST_TEST(wire::to_hex(bench.interrupts.back()) == "51004d01");
  BOOST_TEST(std::holds_alternative<field::PowerOff>(bench.to_card.back()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::ccid_function
