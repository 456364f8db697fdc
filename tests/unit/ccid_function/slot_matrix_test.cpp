// The whole matrix state x command. The expectations are typed from USB CCID Rev 1.1: the failure
// tables of 6.1.1 to 6.1.14, bError in Table 6.2-2, and 5.3.1.
#include "models/ccid_function/slot_table.h"

#include <boost/test/unit_test.hpp>

#include "sim/wire/ccid/pin_block.h"
#include "tests/unit/ccid_function/bench.h"

namespace uketsuke::ccid_function {
namespace {

// A reader that has everything, so that no command is refused as not announced.
Parameters full_reader(bool activates_by_itself) {
  Parameters parameters = apdu_reader(ccid::kShortApduLevel);
  parameters.descriptor.dwFeatures |= ccid::kClockStop;
  if (activates_by_itself) parameters.descriptor.dwFeatures |= ccid::kAutoActivation;
  parameters.descriptor.dwMechanical = 0x0F;
  parameters.descriptor.bPINSupport = 3;
  parameters.clock_frequencies_khz = {4000, 8000};
  parameters.escape_answers[hex("01")] = hex("02");
  return parameters;
}

Bytes pin_block() {
  ccid::PinVerification block;
  block.wPINMaxExtraDigit = 0x0404;
  block.abPINApdu = hex("0020008004ffffffff");
  return encode(ccid::PinBlock{block});
}

ccid::CommandMessage command(std::size_t index, std::uint8_t seq) {
  using namespace wire::ccid;
  switch (index) {
    case 0: return PC_to_RDR_IccPowerOn{0, seq, 1, {}};
    case 1: return PC_to_RDR_IccPowerOff{0, seq, {}};
    case 2: return PC_to_RDR_GetSlotStatus{0, seq, {}};
    case 3: return PC_to_RDR_XfrBlock{0, seq, 0, 0, hex("00a40000")};
    case 4: return PC_to_RDR_GetParameters{0, seq, {}};
    case 5: return PC_to_RDR_ResetParameters{0, seq, {}};
    case 6: return PC_to_RDR_SetParameters{0, seq, 1, {}, ProtocolDataT1{}};
    case 7: return PC_to_RDR_Escape{0, seq, {}, hex("01")};
    case 8: return PC_to_RDR_IccClock{0, seq, 1, {}};
    case 9: return PC_to_RDR_T0APDU{0, seq, 0, 0, 0};
    case 10: return PC_to_RDR_Secure{0, seq, 0, 0, pin_block()};
    case 11: return PC_to_RDR_Mechanical{0, seq, 4, {}};
    case 12: return PC_to_RDR_Abort{0, seq, {}};
    default: return PC_to_RDR_SetDataRateAndClockFrequency{0, seq, {}, 8000, 10753};
  }
}

// "later": the answer comes when the card has answered or the pad or the control request has.
// Columns: absent, inactive, activating by itself, activating, active, exchanging, setting
// parameters, entering PIN.
struct Row {
  const char* name;
  int response;  // bMessageType
  const char* expected[kSlotStates];
};
const Row kExpected[kSlotCommands] = {
    {"IccPowerOn", 0x80, {"FE", "later", "later", "E0", "later", "E0", "E0", "E0"}},
    {"IccPowerOff", 0x81, {"ok", "ok", "F2", "E0", "ok", "E0", "E0", "E0"}},
    {"GetSlotStatus", 0x81, {"ok", "ok", "ok", "E0", "ok", "E0", "E0", "E0"}},
    {"XfrBlock", 0x80, {"FE", "FE", "F2", "E0", "later", "E0", "E0", "E0"}},
    {"GetParameters", 0x82, {"FE", "FE", "F2", "E0", "ok", "E0", "E0", "E0"}},
    {"ResetParameters", 0x82, {"FE", "FE", "F2", "E0", "ok", "E0", "E0", "E0"}},
    {"SetParameters", 0x82, {"FE", "FE", "F2", "E0", "ok", "E0", "E0", "E0"}},
    {"Escape", 0x83, {"ok", "ok", "ok", "E0", "ok", "E0", "E0", "E0"}},
    {"IccClock", 0x81, {"FE", "FE", "F2", "E0", "ok", "E0", "E0", "E0"}},
    {"T0APDU", 0x81, {"ok", "ok", "ok", "E0", "ok", "E0", "E0", "E0"}},
    {"Secure", 0x80, {"FE", "FE", "F2", "E0", "later", "E0", "E0", "E0"}},
    {"Mechanical", 0x81, {"ok", "ok", "F2", "E0", "ok", "E0", "E0", "E0"}},
    {"Abort", 0x81, {"later", "later", "later", "later", "later", "later", "later", "later"}},
    {"SetDataRateAndClockFrequency", 0x84, {"ok", "ok", "ok", "E0", "ok", "E0", "E0", "E0"}},
};
const int kIccStatus[kSlotStates] = {2, 1, 1, 1, 0, 0, 0, 0};

std::unique_ptr<Bench> bench_in(SlotState state) {
  auto bench =
      std::make_unique<Bench>(full_reader(/*activates=*/state == SlotState::kAutoActivating));
  if (state == SlotState::kAbsent) return bench;
  auto card = t1_card();
  card.accepts_pps = false;
  bench->insert(card);
  if (state == SlotState::kInactive || state == SlotState::kAutoActivating) return bench;
  if (state == SlotState::kActivating) {
    bench->send(ccid::PC_to_RDR_IccPowerOn{0, 200, 1, {}});
    return bench;
  }
  BOOST_REQUIRE(bench->power_on() == "ok");
  if (state == SlotState::kExchanging) {
    bench->send(ccid::PC_to_RDR_XfrBlock{0, 200, 0, 0, hex("00b0000000")});
  } else if (state == SlotState::kSettingParameters) {
    ccid::ProtocolDataT1 faster;
    faster.bmFindexDindex = 0x13;
    bench->send(ccid::PC_to_RDR_SetParameters{0, 200, 1, {}, faster});
  } else if (state == SlotState::kEnteringPin) {
    bench->send(ccid::PC_to_RDR_Secure{0, 200, 0, 0, pin_block()});
  }
  return bench;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(slot_matrix)

BOOST_AUTO_TEST_CASE(every_command_in_every_state_has_the_outcome_of_the_standard) {
  for (std::size_t s = 0; s < kSlotStates; ++s) {
    for (std::size_t c = 0; c < kSlotCommands; ++c) {
      const auto state = static_cast<SlotState>(s);
      BOOST_TEST_CONTEXT(kExpected[c].name << " when " << to_string(state)) {
        const auto bench = bench_in(state);
        BOOST_REQUIRE(bench->function.slot_state(0) == state);
        BOOST_REQUIRE(bench->in.empty());
        bench->send(command(c, 77));
        const std::string expected = kExpected[c].expected[s];
        if (expected == "later") {
          BOOST_TEST(bench->in.empty());
        } else {
          BOOST_REQUIRE(bench->in.size() == 1u);
          BOOST_TEST(bench->in[0][0] == kExpected[c].response);
          const auto answer = bench->pop();
          BOOST_TEST(bench->outcome(answer) == expected);
          BOOST_TEST(header_of(answer).bSeq == 77);
          const bool switched_off = c == 1 && state == SlotState::kActive;
          const int icc = switched_off ? 1 : kIccStatus[s];
          BOOST_TEST(static_cast<int>(icc_status(bStatus_of(answer))) == icc);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_busy_slot_finishes_its_command_after_refusing_another) {
  for (const SlotState state : {SlotState::kActivating, SlotState::kExchanging,
                                SlotState::kSettingParameters}) {
    BOOST_TEST_CONTEXT(to_string(state)) {
      const auto bench = bench_in(state);
      bench->send(ccid::PC_to_RDR_GetSlotStatus{0, 9, {}});
      BOOST_TEST(bench->outcome(bench->pop()) == "E0");
      const auto answer = bench->wait();
      BOOST_TEST(header_of(answer).bSeq == 200);
      BOOST_TEST(!is_busy(bench->function.slot_state(0)));
    }
  }
}

BOOST_AUTO_TEST_CASE(removal_in_every_state_fails_the_command_and_is_notified) {
  for (std::size_t s = 1; s < kSlotStates; ++s) {
    const auto state = static_cast<SlotState>(s);
    BOOST_TEST_CONTEXT(to_string(state)) {
      const auto bench = bench_in(state);
      bench->interrupts.clear();
      bench->remove();
      BOOST_CHECK(bench->function.slot_state(0) == SlotState::kAbsent);
      BOOST_REQUIRE(bench->interrupts.size() == 1u);
      BOOST_TEST(wire::to_hex(bench->interrupts[0]) == "5002");
      if (is_busy(state)) {
        const auto answer = bench->pop();
        BOOST_TEST(bench->outcome(answer) == "FE");
        BOOST_TEST(header_of(answer).bSeq == 200);
        BOOST_TEST(static_cast<int>(icc_status(bStatus_of(answer))) == 2);
      }
      BOOST_TEST(bench->in.empty());
      bench->run_for(100'000'000);  // no answer comes late
      BOOST_TEST(bench->in.empty());
      if (state == SlotState::kEnteringPin) {
        BOOST_REQUIRE(bench->pin_ends.size() == 1u);
        BOOST_CHECK(bench->pin_ends[0] == PinEnd::kCardRemoved);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(both_aborts_in_either_order_end_every_state_the_same_way) {
  for (std::size_t s = 0; s < kSlotStates; ++s) {
    for (const bool control_first : {true, false}) {
      const auto state = static_cast<SlotState>(s);
      BOOST_TEST_CONTEXT(to_string(state) << (control_first ? ", control first" : ", bulk first")) {
        const auto bench = bench_in(state);
        if (control_first) {
          BOOST_TEST(bench->control_abort(0, 50) == "ok");
          bench->send(ccid::PC_to_RDR_GetSlotStatus{0, 51, {}});
        } else {
          bench->send(ccid::PC_to_RDR_Abort{0, 50, {}});
          BOOST_TEST(bench->in.empty());
        }
        if (control_first) {
          if (is_busy(state)) {  // ABT-01: the old command fails with CMD_ABORTED
            const auto old = bench->pop();
            BOOST_TEST(header_of(old).bSeq == 200);
            BOOST_TEST(bench->outcome(old) == "FF");
          }
          BOOST_TEST(bench->outcome(bench->pop()) == "FF");  // ABT-03
          bench->send(ccid::PC_to_RDR_Abort{0, 50, {}});
        } else {
          BOOST_TEST(bench->control_abort(0, 50) == "ok");
          if (is_busy(state)) BOOST_TEST(bench->outcome(bench->pop()) == "FF");
        }
        const auto done = bench->pop();
        BOOST_TEST(header_of(done).bMessageType == 0x81);
        BOOST_TEST(header_of(done).bSeq == 50);
        BOOST_TEST(bench->outcome(done) == "ok");
        BOOST_TEST(bench->outcome(bench->ask(ccid::PC_to_RDR_GetSlotStatus{0, 52, {}})) == "ok");
        bench->run_for(100'000'000);
        BOOST_TEST(bench->in.empty());  // ABT-04: no phantom answer
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(aborts_that_do_not_match_fail_until_the_right_one_comes) {  // 5.3.1
  Bench bench(tpdu_reader());
  BOOST_TEST(bench.control_abort(1, 50) == "stall");  // no such slot
  BOOST_TEST(bench.control_abort(0, 50) == "ok");
  BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_Abort{0, 49, {}})) == "FF");
  BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_Abort{0, 50, {}})) == "ok");
  bench.send(ccid::PC_to_RDR_Abort{0, 60, {}});
  BOOST_TEST(bench.control_abort(0, 61) == "ok");
  BOOST_TEST(bench.outcome(bench.pop()) == "FF");  // that of the bulk message 60
  BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_Abort{0, 60, {}})) == "FF");
  BOOST_TEST(bench.outcome(bench.ask(ccid::PC_to_RDR_Abort{0, 61, {}})) == "ok");
}

BOOST_AUTO_TEST_CASE(a_bus_reset_in_every_state_leaves_no_stale_answer) {
  for (std::size_t s = 0; s < kSlotStates; ++s) {
    const auto state = static_cast<SlotState>(s);
    BOOST_TEST_CONTEXT(to_string(state)) {
      const auto bench = bench_in(state);
      bench->usb(usb_device::Deconfigured{});
      bench->run_for(100'000'000);
      BOOST_TEST(bench->in.empty());
      const auto expected =
          state == SlotState::kAbsent ? SlotState::kAbsent : SlotState::kInactive;
      BOOST_CHECK(bench->function.slot_state(0) == expected);
      bench->interrupts.clear();
      bench->usb(usb_device::Configured{1});
      // NOT-05: the card is announced again
      BOOST_TEST(bench->interrupts.size() == (state == SlotState::kAbsent ? 0u : 1u));
    }
  }
}

BOOST_AUTO_TEST_CASE(overcurrent_reports_the_command_and_switches_the_slot_off) {
  const auto bench = bench_in(SlotState::kExchanging);
  bench->interrupts.clear();
  bench->event(Overcurrent{0});
  BOOST_REQUIRE(bench->interrupts.size() == 1u);
  BOOST_TEST(wire::to_hex(bench->interrupts[0]) == "5100c801");  // NOT-07: slot 0, bSeq 200, 01h
  BOOST_TEST(bench->outcome(bench->pop()) == "FB");
  BOOST_CHECK(bench->function.slot_state(0) == SlotState::kInactive);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::ccid_function
