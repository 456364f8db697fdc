#include <boost/test/unit_test.hpp>

#include "tests/unit/ccid_host/fake_reader.h"
#include "tests/unit/ccid_host/reader_bench.h"

using namespace uketsuke;
using namespace uketsuke::wire::session;
namespace ccid = wire::ccid;
using wire::Bytes;
using wire::usb::Transfer;
using wire::usb::TransferStatus;
using wire::usb::TransferType;
using Answers = std::optional<std::vector<Bytes>>;

namespace {

constexpr std::uint32_t kAuto = ccid::kAutoParameters | ccid::kAutoVoltage | ccid::kAutoNegotiation;
constexpr std::uint32_t kTpdu = ccid::kTpduLevel;
constexpr std::uint32_t kShort = ccid::kShortApduLevel | kAuto;

Bytes encoded(const ccid::ResponseMessage& m) { return encode(m).value(); }
bool is_xfr(const ccid::CommandMessage& c) { return header_of(c).bMessageType == 0x6F; }
bool is_bulk(const Transfer& t, bool in) {
  return t.type == TransferType::kBulk && ((t.bEndpointAddress & 0x80) != 0) == in;
}
const Transmit kRead{0, Bytes{0x00, 0xB0, 0x00, 0x00, 0x02}};

// Outcomes of requests among events.
int outcomes(const std::string& events) {
  int count = 0;
  for (std::size_t at = 0; at < events.size();) {
    const std::size_t end = events.find(' ', at);
    const std::string word = events.substr(at, end - at);
    count +=
        word != "!" && word != "present" && word != "absent" && word != "gone" && word != "arrived";
    at = end + 1;
  }
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ccid_host_faults)

BOOST_AUTO_TEST_CASE(time_extensions_are_waited_for) {  // CCID 6.2.6
  ReaderBench bench(kShort);
  bench.connect();
  ccid::Header pending;
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
    if (!is_xfr(c)) return std::nullopt;
    pending = header_of(c);
    return std::vector<Bytes>{encoded(FakeReader::data(pending, {}, 0x80, 100))};
  };
  bench.ask(kRead);
  BOOST_TEST(bench.events().empty());
  // 100 times BWT, BWI 4 at 4 MHz: 11 etu + 2^4 * 960 * 372 / f (7816-3, 11.4.3).
  BOOST_TEST(bench.loop.timers.begin()->second == 100 * (1'023u + 1'428'480u));
  bench.loop.from_device(bench.device.admit(
      {wire::usb::InData{0x82, encoded(FakeReader::data(pending, {}, 0x80, 1))}}));
  BOOST_TEST(bench.loop.timers.begin()->second == 20'000'000u);
  bench.loop.from_device(bench.device.admit(
      {wire::usb::InData{0x82, encoded(bench.fake.data(pending, {0x90, 0x00}))}}));
  BOOST_TEST(bench.events() == "9000 ");
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(time_extensions_without_end_are_aborted) {
  ccid_host::CcidHostParameters p;
  p.max_time_extensions = 20;
  ReaderBench bench(kShort, 271, true, 1, p);
  bench.connect();
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
    if (!is_xfr(c)) return std::nullopt;
    return std::vector<Bytes>(21, encoded(FakeReader::data(header_of(c), {}, 0x80, 1)));
  };
  bench.ask(kRead);
  BOOST_TEST(bench.events() == bench.failed(Failure::kTimeOut));
  BOOST_TEST(bench.fake.log == "Xfr ABORT Abort ");
  bench.fake.hook = nullptr;
  bench.ask(kRead);
  BOOST_TEST(bench.events() == "9000 ");
}

BOOST_AUTO_TEST_CASE(a_silent_reader_is_aborted_and_works_again) {  // CCID 5.3.1, 6.1.13
  ReaderBench bench(kShort);
  bench.connect();
  bench.fake.hook = [](const ccid::CommandMessage& c) -> Answers {
    return is_xfr(c) ? Answers(std::vector<Bytes>{}) : std::nullopt;
  };
  bench.ask(kRead);
  BOOST_TEST(bench.events().empty());
  BOOST_TEST(bench.loop.expire_next());
  BOOST_TEST(bench.loop.now == 20'000'000u);
  BOOST_TEST(bench.events() == bench.failed(Failure::kTimeOut));
  BOOST_TEST(bench.fake.log == "Xfr ABORT Abort ");
  // Same bSlot and bSeq in the command and in PC_to_RDR_Abort.
  BOOST_TEST(bench.fake.commands[1].substr(10, 4) == bench.fake.commands[0].substr(10, 4));
  BOOST_TEST(bench.loop.timers.empty());
  bench.fake.hook = nullptr;
  bench.ask(kRead);
  BOOST_TEST(bench.events() == "9000 ");
}

BOOST_AUTO_TEST_CASE(an_abort_that_fails_is_reported_and_does_not_hang) {
  for (int kind = 0; kind < 3; ++kind) {
    ReaderBench bench(kShort);
    bench.connect();
    bench.fake.refuses_abort = kind == 0;
    bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
      if (is_xfr(c) || kind == 1) return std::vector<Bytes>{};
      return std::nullopt;
    };
    if (kind == 2) {
      bench.loop.status = [](const Transfer& t) {
        return is_bulk(t, false) && t.data[0] == 0x72 ? TransferStatus::kStalled
                                                      : TransferStatus::kCompleted;
      };
    }
    bench.ask(kRead);
    while (bench.loop.expire_next()) {
    }
    BOOST_TEST(bench.events() == "! " + bench.failed(Failure::kTimeOut));
  }
}

BOOST_AUTO_TEST_CASE(the_old_answer_that_comes_before_the_aborts_answer_is_dropped) {
  ReaderBench bench(kShort);
  bench.connect();
  ccid::Header old;
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
    if (is_xfr(c)) {
      old = header_of(c);
      return std::vector<Bytes>{};
    }
    return std::vector<Bytes>{encoded(FakeReader::data(old, {}, 0x40, 0xFF)),
                              encoded(bench.fake.answer(c))};
  };
  bench.ask(kRead);
  bench.loop.expire_next();
  BOOST_TEST(bench.events() == bench.failed(Failure::kTimeOut));
  BOOST_TEST(bench.loop.pending_in() == 1u);  // the interrupt transfer only
}

BOOST_AUTO_TEST_CASE(answers_for_other_commands_and_slots_are_reported_and_skipped) {
  for (const bool other_slot : {false, true}) {
    ReaderBench bench(kShort);
    bench.connect();
    bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
      if (!is_xfr(c)) return std::nullopt;
      ccid::Header stray = header_of(c);
      (other_slot ? stray.bSlot : stray.bSeq) += 1;
      return std::vector<Bytes>{encoded(bench.fake.data(stray, {0x6F, 0x00})),
                                encoded(bench.fake.answer(c))};
    };
    bench.ask(kRead);
    BOOST_TEST(bench.events() == "! 9000 ");
  }
}

BOOST_AUTO_TEST_CASE(an_answer_of_the_wrong_type_fails_the_command) {
  ReaderBench bench(kShort);
  bench.connect();
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
    if (!is_xfr(c)) return std::nullopt;
    return std::vector<Bytes>{encoded(ccid::RDR_to_PC_SlotStatus{0, header_of(c).bSeq, 0, 0, 0})};
  };
  bench.ask(kRead);
  BOOST_TEST(bench.events() == "! " + bench.failed(Failure::kCommunication));
}

BOOST_AUTO_TEST_CASE(every_truncation_of_an_answer_is_reported) {
  for (std::size_t n = 0; n < 12; ++n) {
    ReaderBench bench(kShort);
    bench.connect();
    bench.loop.damage = [&](const Transfer& t, Bytes& data) {
      if (t.bEndpointAddress == 0x82) data.resize(n);
    };
    bench.ask(kRead);
    BOOST_TEST(bench.events() == "! " + bench.failed(Failure::kCommunication));
  }
}

// At TPDU level with T=1 every byte is covered: header by bSeq, type and length rules, data by the
// EDC.
BOOST_AUTO_TEST_CASE(every_flipped_bit_of_an_answer_at_tpdu_level_is_reported) {
  for (std::size_t bit = 0; bit < (10 + 6) * 8; ++bit) {
    ReaderBench bench(kTpdu);
    bench.fake.card = T1Card{};
    bench.connect();
    bench.ask(kRead);
    BOOST_TEST(bench.events() == "9000 ");
    bool flipped = false;
    bench.loop.damage = [&](const Transfer& t, Bytes& data) {
      if (t.bEndpointAddress != 0x82 || std::exchange(flipped, true)) return;
      data[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    };
    bench.ask(kRead);
    while (bench.loop.expire_next()) {
    }
    const std::string events = bench.events();
    BOOST_TEST_CONTEXT("bit " << bit << ": " << events) {
      const bool reported =
          events.find('!') != std::string::npos || events.find("failed") != std::string::npos;
      BOOST_TEST(reported);
      BOOST_TEST(outcomes(events) == 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(illegal_status_values_are_reported) {
  for (int status = 0; status < 256; ++status) {
    if (ccid::is_legal_bStatus(static_cast<std::uint8_t>(status))) continue;
    ReaderBench bench(kShort);
    bench.connect();
    bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
      if (!is_xfr(c)) return std::nullopt;
      return std::vector<Bytes>{encoded(
          FakeReader::data(header_of(c), {0x90, 0x00}, static_cast<std::uint8_t>(status), 0))};
    };
    bench.ask(kRead);
    if (bench.events() != "! " + bench.failed(Failure::kCommunication)) BOOST_TEST(status == -1);
  }
}

BOOST_AUTO_TEST_CASE(halted_bulk_endpoints_are_cleared) {
  ReaderBench bench(kShort);
  bench.connect();
  bench.loop.from_device(bench.device.admit({wire::usb::HaltEndpoint{0x01, true}}));
  bench.ask(kRead);
  BOOST_TEST(bench.events() == "9000 ");
  bench.loop.from_device(bench.device.admit({wire::usb::HaltEndpoint{0x82, true}}));
  bench.ask(kRead);
  BOOST_TEST(bench.events() == "! 9000 ");
}

BOOST_AUTO_TEST_CASE(endpoints_that_halt_for_ever_fail_the_request) {
  for (const bool in : {false, true}) {
    ReaderBench bench(kShort);
    bench.connect();
    bench.loop.status = [&](const Transfer& t) {
      return is_bulk(t, in) ? TransferStatus::kStalled : TransferStatus::kCompleted;
    };
    bench.ask(kRead);
    const std::string events = bench.events();
    BOOST_TEST(events.find(bench.failed(Failure::kCommunication)) != std::string::npos);
    BOOST_TEST(outcomes(events) == 1);
    BOOST_TEST(bench.loop.timers.empty());
  }
}

// Connect, Transmit, VerifyPin, Reset and Disconnect in a row; at the n-th transfer the reader
// stops answering and either leaves or stays silent. Every request has exactly one outcome.
BOOST_AUTO_TEST_CASE(every_request_ends_exactly_once_wherever_the_reader_fails) {
  for (const std::uint32_t features : {kTpdu, kShort}) {
    for (std::size_t at = 0; at < 40; ++at) {
      for (const bool leaves : {true, false}) {
        ReaderBench bench(features);
        bench.fake.card = T1Card{};
        if (features == kShort) bench.fake.card = nullptr;
        bench.loop.attach();
        bench.events();
        std::size_t count = 0;
        bench.loop.swallow = [&](const Transfer& t) {
          return t.type != TransferType::kInterrupt && count++ >= at;
        };
        int expected = 0, seen = 0;
        const auto step = [&](const Request& request) {
          ++expected;
          bench.ask(request);
          if (count > at && leaves) bench.loop.detach();
          if (!leaves) {
            while (bench.loop.expire_next()) {
            }
          }
          seen += outcomes(bench.events());
          BOOST_TEST_CONTEXT("transfer " << at << " request " << expected << " leaves " << leaves) {
            BOOST_TEST(seen == expected);
          }
        };
        step(Connect{});
        step(kRead);
        step(VerifyPin{0, hex("00200080"), 4, 4, 30});
        step(Reset{0, Disposition::kReset});
        step(Reset{0, Disposition::kUnpower});
        step(kRead);
        step(Disconnect{});
        BOOST_TEST(bench.loop.timers.empty());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_second_request_is_busy_and_the_first_goes_on) {
  ReaderBench bench(kShort);
  bench.connect();
  ccid::Header pending;
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
    if (!is_xfr(c)) return std::nullopt;
    pending = header_of(c);
    return std::vector<Bytes>{};
  };
  bench.ask(kRead);
  bench.ask(kRead);
  bench.ask(Reset{});
  const std::string busy = bench.failed(Failure::kBusy);
  BOOST_TEST(bench.events() == busy + busy);
  bench.loop.from_device(
      bench.device.admit({wire::usb::InData{0x82, encoded(bench.fake.data(pending, {0x90, 0}))}}));
  BOOST_TEST(bench.events() == "9000 ");
}

BOOST_AUTO_TEST_CASE(disconnect_aborts_what_is_under_way) {
  ReaderBench bench(kShort);
  bench.connect();
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
    if (header_of(c).bMessageType == 0x69) return std::vector<Bytes>{};  // a person at the pad
    return std::nullopt;
  };
  bench.ask(VerifyPin{0, hex("00200080"), 4, 4, 30});
  bench.ask(Disconnect{});
  BOOST_TEST(bench.events() == bench.failed(Failure::kCommunication) + "disconnected ");
  BOOST_TEST(bench.fake.log == "Secure ABORT Abort Off ");
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_SUITE_END()
