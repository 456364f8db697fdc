#include <boost/test/unit_test.hpp>

#include "tests/unit/ccid_host/fake_reader.h"
#include "tests/unit/ccid_host/reader_bench.h"

using namespace uketsuke;
using namespace uketsuke::wire::session;
namespace ccid = wire::ccid;
using wire::Bytes;
using Answers = std::optional<std::vector<Bytes>>;

namespace {

constexpr std::uint32_t kTpdu = ccid::kTpduLevel;
constexpr std::uint32_t kAuto = ccid::kAutoParameters | ccid::kAutoVoltage | ccid::kAutoNegotiation;
constexpr std::uint32_t kShort = ccid::kShortApduLevel | kAuto;
constexpr std::uint32_t kExtended = ccid::kExtendedApduLevel | kAuto;

Bytes encoded(const ccid::ResponseMessage& m) { return encode(m).value(); }

// Failed answer to XfrBlock and Secure with this bStatus and bError.
std::function<Answers(const ccid::CommandMessage&)> refuse(std::uint8_t bStatus,
                                                           std::uint8_t bError) {
  return [=](const ccid::CommandMessage& c) -> Answers {
    const std::uint8_t type = header_of(c).bMessageType;
    if (type != 0x6F && type != 0x69) return std::nullopt;
    return std::vector<Bytes>{encoded(FakeReader::data(header_of(c), {}, bStatus, bError))};
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ccid_host_exchange)

BOOST_AUTO_TEST_CASE(t1_recovers_from_a_damaged_block_and_reports_it) {
  ReaderBench bench(kTpdu);
  T1Card card;
  int count = 0;
  bench.fake.card = [&](const Bytes& b) {
    if (b[1] == 0x81 || b[1] == 0x82 || b[1] == 0x91 || b[1] == 0x92) {  // R: the answer again
      return hex("000002900092");
    }
    Bytes answer = card(b);
    if (++count == 2) answer[3] ^= 0x01;
    return answer;
  };
  bench.connect();
  bench.ask(Transmit{0, hex("00a4040c")});
  const std::string events = bench.events();
  BOOST_TEST(events.find("! ") == 0u);
  BOOST_TEST(events.find("9000 ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(t1_mute_card_ends_as_failed) {
  ReaderBench bench(kTpdu);
  bench.connect();
  bench.fake.hook = refuse(0x40, 0xFE);
  bench.ask(Transmit{0, hex("00a4040c")});
  const std::string events = bench.events();
  BOOST_TEST(events.find("failed") != std::string::npos);
  BOOST_TEST(std::count(events.begin(), events.end(), 'f') == 1);
}

BOOST_AUTO_TEST_CASE(t1_waiting_time_extension_goes_into_bbwi) {  // 7816-3, 11.4.3; CCID 6.1.4
  ReaderBench bench(kTpdu);
  int count = 0;
  T1Card card;
  bench.fake.card = [&](const Bytes& b) {
    if (++count == 2) return hex("00c30105c7");  // S(WTX request), 5
    if (count == 3) {
      BOOST_TEST(wire::to_hex(b) == "00e30105e7");
      return hex("000002900092");
    }
    return card(b);
  };
  bench.connect();
  bench.ask(Transmit{0, hex("00a4040c")});
  BOOST_TEST(bench.events() == "9000 ");
  BOOST_TEST(bench.fake.commands[2].substr(14, 2) == "05");
  BOOST_TEST(bench.fake.commands[1].substr(14, 2) == "00");
}

BOOST_AUTO_TEST_CASE(t0_gets_the_response_and_repeats_with_the_right_length) {
  ReaderBench bench(kTpdu);
  bench.fake.atr = hex("3b00");
  std::string seen;
  bench.fake.card = [&](const Bytes& b) {
    seen += wire::to_hex(b) + " ";
    if (b[1] == 0xA4) return hex("6105");
    if (b[1] == 0xC0) return hex("11223344559000");
    if (b[1] == 0xB0 && b[4] != 3) return hex("6c03");
    return hex("aabbcc9000");
  };
  bench.connect();
  bench.ask(Transmit{0, hex("00a404000200ff00")});
  BOOST_TEST(bench.events() == "11223344559000 ");
  BOOST_TEST(seen == "00a404000200ff 00c0000005 ");
  seen.clear();
  bench.ask(Transmit{0, hex("00b0000000")});
  BOOST_TEST(bench.events() == "aabbcc9000 ");
  BOOST_TEST(seen == "00b0000000 00b0000003 ");
}

BOOST_AUTO_TEST_CASE(short_level_passes_short_apdus_as_they_are) {
  ReaderBench bench(kShort);
  bench.fake.card = [](const Bytes& b) { return b[1] == 0xB0 ? hex("0102039000") : hex("6a82"); };
  bench.connect();
  bench.ask(Transmit{0, hex("00b0000003")});
  bench.ask(Transmit{0, hex("00a4020c020001")});
  BOOST_TEST(bench.events() == "0102039000 6a82 ");
  BOOST_TEST(bench.fake.commands[1].substr(20) == "00a4020c020001");
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(short_level_with_t1_refuses_an_extended_apdu) {
  ReaderBench bench(kShort);
  bench.connect();
  bench.ask(Transmit{0, hex("00b00000000200")});
  BOOST_TEST(bench.events() == bench.failed(Failure::kUnsupported));
  BOOST_TEST(bench.fake.log.empty());
}

BOOST_AUTO_TEST_CASE(short_level_with_t0_wraps_an_extended_apdu_into_envelopes) {  // 7816-3, 12.2.7
  ReaderBench bench(kShort);
  bench.fake.atr = hex("3b00");
  Bytes received;
  bench.fake.card = [&](const Bytes& b) {
    BOOST_TEST(b[1] == 0xC2);
    received.insert(received.end(), b.begin() + 5, b.end());
    return hex("9000");
  };
  bench.connect();
  Bytes apdu = hex("80a200c100012c");
  apdu.resize(apdu.size() + 300, 0x5A);
  bench.ask(Transmit{0, apdu});
  BOOST_TEST(bench.events() == "9000 ");
  BOOST_TEST(wire::to_hex(received) == wire::to_hex(apdu));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_command_apdu_are_refused_at_every_level) {
  for (const std::uint32_t features : {kTpdu, kShort, kExtended}) {
    for (const char* bytes : {"", "00a404", "00a4040c05aa", "00b0000000000000"}) {
      ReaderBench bench(features);
      bench.connect();
      bench.ask(Transmit{0, hex(bytes)});
      BOOST_TEST(bench.events() == bench.failed(Failure::kUnsupported));
      BOOST_TEST(bench.fake.log.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(extended_level_chains_the_command_in_parts) {  // CCID 6.1.4
  ReaderBench bench(kExtended, 271);
  std::string levels;
  Bytes received;
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
    const auto* m = std::get_if<ccid::PC_to_RDR_XfrBlock>(&c);
    if (m == nullptr) return std::nullopt;
    levels += std::to_string(m->wLevelParameter) + ":" + std::to_string(m->abData.size()) + " ";
    received.insert(received.end(), m->abData.begin(), m->abData.end());
    const bool more = m->wLevelParameter == 1 || m->wLevelParameter == 3;
    return std::vector<Bytes>{encoded(
        ccid::RDR_to_PC_DataBlock{0, m->bSeq, 0, 0, static_cast<std::uint8_t>(more ? 0x10 : 0),
                                  more ? Bytes{} : hex("9000")})};
  };
  bench.connect();
  Bytes apdu = hex("80a200c1000320");
  apdu.resize(apdu.size() + 800, 0x77);
  bench.ask(Transmit{0, apdu});
  BOOST_TEST(bench.events() == "9000 ");
  BOOST_TEST(levels == "1:261 3:261 3:261 2:24 ");
  BOOST_TEST(wire::to_hex(received) == wire::to_hex(apdu));
  levels.clear();
  bench.ask(Transmit{0, Bytes(apdu.begin(), apdu.begin() + 4)});
  BOOST_TEST(levels == "0:4 ");
  Bytes exact =
      hex("00d60000"
          "0000fe");  // 7 + 254 = 261 bytes: exactly one message
  exact.resize(261, 0x11);
  levels.clear();
  bench.ask(Transmit{0, exact});
  BOOST_TEST(levels == "0:261 ");
}

BOOST_AUTO_TEST_CASE(extended_level_asks_for_the_parts_of_the_answer) {  // CCID 6.2.1
  ReaderBench bench(kExtended, 271);
  std::string levels;
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
    const auto* m = std::get_if<ccid::PC_to_RDR_XfrBlock>(&c);
    if (m == nullptr) return std::nullopt;
    const std::size_t part =
        static_cast<std::size_t>(std::count(levels.begin(), levels.end(), ' '));
    levels += std::to_string(m->wLevelParameter) + ":" + std::to_string(m->abData.size()) + " ";
    static const std::uint8_t kChain[] = {1, 3, 2};
    static const char* const kData[] = {"0102", "0304", "9000"};
    return std::vector<Bytes>{encoded(
        ccid::RDR_to_PC_DataBlock{0, m->bSeq, 0, 0, kChain[part % 3], hex(kData[part % 3])})};
  };
  bench.connect();
  bench.ask(Transmit{0, hex("00b00000000004")});
  BOOST_TEST(bench.events() == "010203049000 ");
  BOOST_TEST(levels == "0:7 16:0 16:0 ");
}

BOOST_AUTO_TEST_CASE(every_wrong_chain_parameter_is_reported) {
  for (int first = 0; first < 256; ++first) {
    ReaderBench bench(kExtended, 271);
    bool asked = false;
    bench.fake.hook = [&](const ccid::CommandMessage& c) -> Answers {
      const auto* m = std::get_if<ccid::PC_to_RDR_XfrBlock>(&c);
      if (m == nullptr) return std::nullopt;
      asked = asked || m->wLevelParameter == 0x10;
      const auto chain = static_cast<std::uint8_t>(asked ? 2 : first);
      return std::vector<Bytes>{
          encoded(ccid::RDR_to_PC_DataBlock{0, m->bSeq, 0, 0, chain, hex("9000")})};
    };
    bench.connect();
    bench.ask(Transmit{0, hex("00b0000002")});
    const std::string expected = first == 0   ? "9000 "
                                 : first == 1 ? "90009000 "
                                              : "! " + bench.failed(Failure::kCommunication);
    if (bench.events() != expected) BOOST_TEST(first == -1);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_without_status_word_is_reported) {
  for (const std::uint32_t features : {kShort, kExtended}) {
    for (const char* answer : {"", "90"}) {
      ReaderBench bench(features);
      bench.fake.card = [&](const Bytes&) { return hex(answer); };
      bench.connect();
      bench.ask(Transmit{0, hex("00b0000002")});
      BOOST_TEST(bench.events() == "! " + bench.failed(Failure::kCommunication));
    }
  }
}

BOOST_AUTO_TEST_CASE(errors_of_the_reader_become_failures_of_the_session) {  // CCID 6.2.6
  const std::pair<int, Failure> rows[] = {
      {0xFE, Failure::kCardMute},      {0xFD, Failure::kCommunication},
      {0xFC, Failure::kCommunication}, {0xFB, Failure::kCommunication},
      {0xF5, Failure::kUnsupported},   {0xF6, Failure::kUnsupported},
      {0xF4, Failure::kCommunication}, {0xEF, Failure::kPinCancelled},
      {0xF0, Failure::kPinTimeOut},    {0x00, Failure::kUnsupported},
      {0x0A, Failure::kCommunication}, {0xE0, Failure::kCommunication}};
  for (const auto& [error, failure] : rows) {
    ReaderBench bench(kShort);
    bench.connect();
    bench.fake.hook = refuse(0x40, static_cast<std::uint8_t>(error));
    bench.ask(Transmit{0, hex("00b0000002")});
    BOOST_TEST(bench.events() == bench.failed(failure));
  }
}

BOOST_AUTO_TEST_CASE(a_card_pulled_during_an_exchange_fails_and_the_slot_is_empty) {
  for (const std::uint32_t features : {kTpdu, kShort, kExtended}) {
    ReaderBench bench(features);
    bench.fake.card = T1Card{};
    bench.connect();
    bench.fake.hook = refuse(0x42, 0xFE);
    bench.ask(Transmit{0, hex("00b0000002")});
    BOOST_TEST(bench.events() == "absent " + bench.failed(Failure::kCardRemoved));
    bench.ask(Transmit{0, hex("00b0000002")});
    BOOST_TEST(bench.events() == bench.failed(Failure::kCardRemoved));
    bench.ask(Disconnect{});
    BOOST_TEST(bench.events() == "disconnected ");
    bench.ask(Transmit{0, hex("00b0000002")});
    BOOST_TEST(bench.events() == bench.failed(Failure::kNotConnected));
  }
}

// ---- PIN pad
BOOST_AUTO_TEST_CASE(verify_pin_asks_the_reader_to_put_the_digits_in) {  // CCID 6.1.11
  ReaderBench bench(kShort);
  bench.connect();
  bench.ask(VerifyPin{0, hex("00200080"), 4, 4, 30});
  BOOST_TEST(bench.events() == "9000 ");
  // Verification, 30 s, ASCII, no block, no length field, 4..4 digits, key, default message,
  // Japanese, message 0, no prologue, CLA INS P1 P2 Lc.
  BOOST_TEST(bench.fake.commands[0] ==
             "691400000000"
             "02"
             "000000"
             "00"
             "1e"
             "82"
             "00"
             "00"
             "0404"
             "02"
             "ff"
             "1104"
             "00"
             "000000"
             "0020008000");
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(verify_pin_over_t1_carries_the_prologue_of_the_next_block) {
  ReaderBench bench(kTpdu);
  T1Card card;
  bench.fake.card = [&](const Bytes& b) {
    return b.empty() ? card(hex("000000 00")) : card(b);  // Secure: the reader makes the block
  };
  bench.connect();
  bench.ask(Transmit{0, hex("00a4040c")});  // N(S) = 0
  bench.fake.commands.clear();
  bench.ask(VerifyPin{0, hex("00200080"), 4, 6, 30});
  BOOST_TEST(bench.events() == "9000 9000 ");
  BOOST_TEST(bench.fake.commands[0].substr(30, 4) == "0604");  // wPINMaxExtraDigit, low byte first
  BOOST_TEST(bench.fake.commands[0].substr(44, 6) == "004000");  // NAD, PCB with N(S) = 1, LEN
  bench.ask(Transmit{0, hex("00a4040c")});
  BOOST_TEST(bench.events() == "9000 ");
}

BOOST_AUTO_TEST_CASE(verify_pin_is_refused_without_a_pad_and_with_bad_arguments) {
  ReaderBench bench(kShort);
  bench.connect();
  bench.ask(VerifyPin{0, hex("002000"), 4, 4, 30});
  bench.ask(VerifyPin{0, hex("00200080"), 5, 4, 30});
  bench.ask(VerifyPin{0, hex("00200080"), 0, 0, 30});
  const std::string no = bench.failed(Failure::kUnsupported);
  BOOST_TEST(bench.events() == no + no + no);
  BOOST_TEST(bench.fake.log.empty());
}

BOOST_AUTO_TEST_CASE(a_person_may_cancel_or_take_too_long) {
  for (const auto& [error, failure] : {std::pair<int, Failure>{0xEF, Failure::kPinCancelled},
                                       std::pair<int, Failure>{0xF0, Failure::kPinTimeOut}}) {
    for (const std::uint32_t features : {kTpdu, kShort}) {
      ReaderBench bench(features);
      bench.fake.card = T1Card{};
      bench.connect();
      bench.ask(Transmit{0, hex("00a4040c")});
      bench.events();
      bench.fake.hook = [e = error](const ccid::CommandMessage& c) -> Answers {
        if (header_of(c).bMessageType != 0x69) return std::nullopt;
        return std::vector<Bytes>{
            encoded(FakeReader::data(header_of(c), {}, 0x40, static_cast<std::uint8_t>(e)))};
      };
      bench.ask(VerifyPin{0, hex("00200080"), 4, 4, 30});
      BOOST_TEST(bench.events() == bench.failed(failure));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
