#include <boost/test/unit_test.hpp>

#include "tests/unit/ccid_host/fake_reader.h"
#include "tests/unit/ccid_host/reader_bench.h"

using namespace uketsuke;
using namespace uketsuke::wire::session;
namespace ccid = wire::ccid;

namespace {

constexpr std::uint32_t kTpdu = ccid::kTpduLevel;
constexpr std::uint32_t kShort =
    ccid::kShortApduLevel | ccid::kAutoParameters | ccid::kAutoVoltage | ccid::kAutoNegotiation;
constexpr std::uint32_t kExtended =
    ccid::kExtendedApduLevel | ccid::kAutoParameters | ccid::kAutoVoltage | ccid::kAutoNegotiation;

}  // namespace

BOOST_AUTO_TEST_SUITE(ccid_host_setup)

BOOST_AUTO_TEST_CASE(a_reader_arrives_with_its_name_and_level_and_the_card_is_found) {
  ReaderBench bench(kTpdu);
  bench.loop.attach();
  BOOST_TEST(bench.events() == "arrived present ");
  BOOST_TEST(bench.arrived.name == "test reader");
  BOOST_TEST(bench.arrived.idVendor == 0x1209);
  BOOST_TEST(bench.arrived.slots == 1);
  BOOST_TEST(bench.arrived.pin_pad);
  BOOST_TEST(bench.arrived.exchange_level == "TPDU");
  BOOST_TEST(bench.fake.log == "Status ");
  BOOST_TEST(bench.loop.timers.empty());
  ReaderBench empty(kExtended);
  empty.fake.present = false;
  empty.loop.attach();
  BOOST_TEST(empty.events() == "arrived ");
  BOOST_TEST(empty.arrived.exchange_level == "extended APDU");
}

BOOST_AUTO_TEST_CASE(tpdu_reader_power_parameters_then_ifsd) {
  ReaderBench bench(kTpdu);
  bench.fake.card = T1Card{};
  bench.loop.attach();
  bench.ask(Connect{});
  BOOST_TEST(bench.events() == "arrived present T=1 ");
  BOOST_TEST(bench.fake.log == "Status On SetParameters ");
  BOOST_TEST(bench.fake.commands[1] ==
             "62000000000001"
             "010000");  // 5 V
  // CCID 6.1.7: FiDi 11, TCCKS 10, guard time FF (TC1), BWI/CWI 45 (TB3), clock stop, IFSC FE, NAD.
  BOOST_TEST(bench.fake.commands[2] ==
             "61070000000002010000"
             "1110ff4500fe00");
  bench.ask(Transmit{0, hex("00a4040c")});
  BOOST_TEST(bench.events() == "9000 ");
  BOOST_TEST(bench.fake.commands[3] ==
             "6f050000000003000000"
             "00c101fe3e");
  BOOST_TEST(bench.fake.commands[4] ==
             "6f080000000004000000"
             "00000400a4040ca8");
  bench.ask(Transmit{0, hex("00a4040c")});
  BOOST_TEST(bench.fake.commands[5].substr(20) == "00400400a4040ce8");  // N(S) = 1, no S(IFS) again
}

BOOST_AUTO_TEST_CASE(pps_is_exchanged_when_ta1_offers_more_speed) {
  ReaderBench bench(kTpdu);
  bench.fake.atr = hex("3bda13ff8131fb468012392f31c173c601c03b");  // TA1 = 13
  bench.fake.card = [](const wire::Bytes& b) { return b; };        // the card echoes the PPS
  bench.loop.attach();
  bench.ask(Connect{});
  BOOST_TEST(bench.events() == "arrived present T=1 ");
  BOOST_TEST(bench.fake.log == "Status On Xfr SetParameters ");
  BOOST_TEST(bench.fake.commands[2].substr(20) == "ff1113fd");
  BOOST_TEST(bench.fake.commands[3].substr(20, 2) == "13");
}

BOOST_AUTO_TEST_CASE(a_pps_answer_without_pps1_keeps_the_default_speed) {  // 7816-3, 9.3
  ReaderBench bench(kTpdu);
  bench.fake.atr = hex("3bda13ff8131fb468012392f31c173c601c03b");
  bench.fake.card = [](const wire::Bytes&) { return hex("ff01fe"); };
  bench.loop.attach();
  bench.ask(Connect{});
  BOOST_TEST(bench.events() == "arrived present T=1 ");
  BOOST_TEST(bench.fake.commands[3].substr(20, 2) == "11");
}

BOOST_AUTO_TEST_CASE(a_wrong_pps_answer_is_reported) {
  for (const char* answer : {"ff1113fc", "ff1012fd", "ff1112fc", "", "ff1113fd00"}) {
    ReaderBench bench(kTpdu);
    bench.fake.atr = hex("3bda13ff8131fb468012392f31c173c601c03b");
    bench.fake.card = [&](const wire::Bytes&) { return hex(answer); };
    bench.loop.attach();
    bench.events();
    bench.ask(Connect{});
    BOOST_TEST(bench.events() == "! " + bench.failed(Failure::kCommunication));
  }
}

BOOST_AUTO_TEST_CASE(a_reader_that_makes_pps_itself_only_gets_parameters) {
  ReaderBench bench(kTpdu | ccid::kAutoPps);
  bench.fake.atr = hex("3bda13ff8131fb468012392f31c173c601c03b");
  bench.loop.attach();
  bench.ask(Connect{});
  BOOST_TEST(bench.fake.log == "Status On SetParameters ");
  BOOST_TEST(bench.fake.commands[2].substr(20, 2) == "13");
}

BOOST_AUTO_TEST_CASE(a_reader_that_negotiates_itself_is_only_powered) {
  ReaderBench bench(kTpdu | ccid::kAutoNegotiation | ccid::kAutoVoltage);
  bench.loop.attach();
  bench.ask(Connect{});
  BOOST_TEST(bench.fake.log == "Status On ");
  BOOST_TEST(bench.fake.commands[1] ==
             "62000000000001"
             "000000");  // automatic voltage
}

BOOST_AUTO_TEST_CASE(a_reader_that_sets_ifsd_itself_is_not_asked_to) {
  ReaderBench bench(kTpdu | ccid::kAutoNegotiation | ccid::kAutoIfsd);
  T1Card card;
  card.response = wire::Bytes(100, 0x55);
  bench.fake.card = card;
  bench.connect();
  bench.ask(Transmit{0, hex("00b0000064")});
  BOOST_TEST(bench.fake.log == "Xfr ");
  BOOST_TEST(bench.events().size() == 201u);  // longer than 32 bytes, and taken
}

BOOST_AUTO_TEST_CASE(voltages_are_tried_from_5_v_down) {  // 7816-3, 6.2.4; libccid's order
  ReaderBench bench(kTpdu);
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> std::optional<std::vector<wire::Bytes>> {
    const auto* on = std::get_if<ccid::PC_to_RDR_IccPowerOn>(&c);
    if (on == nullptr || on->bPowerSelect == 3) return std::nullopt;
    const std::uint8_t error = on->bPowerSelect == 1 ? 0xFE : 0x07;
    return std::vector<wire::Bytes>{
        encode(ccid::ResponseMessage{FakeReader::data(header_of(c), {}, 0x41, error)}).value()};
  };
  bench.loop.attach();
  bench.ask(Connect{});
  // One is refused that the descriptor announces.
  BOOST_TEST(bench.events() == "arrived present ! T=1 ");
  BOOST_TEST(bench.fake.log == "Status On On On SetParameters ");
  BOOST_TEST(bench.fake.commands[2].substr(14, 2) == "02");
}

BOOST_AUTO_TEST_CASE(other_parameters_than_were_set_are_reported) {  // CCID 6.2.3
  ReaderBench bench(kTpdu);
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> std::optional<std::vector<wire::Bytes>> {
    const auto* set = std::get_if<ccid::PC_to_RDR_SetParameters>(&c);
    if (set == nullptr) return std::nullopt;
    auto answer = std::get<ccid::RDR_to_PC_Parameters>(bench.fake.answer(c));
    std::get<ccid::ProtocolDataT1>(answer.abProtocolDataStructure).bIFSC ^= 1;
    return std::vector<wire::Bytes>{encode(ccid::ResponseMessage{answer}).value()};
  };
  bench.loop.attach();
  bench.ask(Connect{});
  BOOST_TEST(bench.events() == "arrived present ! T=1 ");
}

BOOST_AUTO_TEST_CASE(a_mute_card_and_an_empty_slot_are_told_apart) {
  ReaderBench mute(kShort);
  mute.fake.hook = [&](const ccid::CommandMessage& c) -> std::optional<std::vector<wire::Bytes>> {
    if (!std::holds_alternative<ccid::PC_to_RDR_IccPowerOn>(c)) return std::nullopt;
    return std::vector<wire::Bytes>{
        encode(ccid::ResponseMessage{FakeReader::data(header_of(c), {}, 0x41, 0xFE)}).value()};
  };
  mute.loop.attach();
  mute.events();
  mute.ask(Connect{});
  BOOST_TEST(mute.events() == mute.failed(Failure::kCardMute));
  ReaderBench empty(kTpdu);
  empty.fake.present = false;
  empty.loop.attach();
  empty.events();
  empty.ask(Connect{});
  BOOST_TEST(empty.events() == empty.failed(Failure::kNoCard));
  BOOST_TEST(empty.fake.log == "Status On ");
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_and_truncation_of_an_atr_with_tck_is_reported) {
  const wire::Bytes good = hex("3be000ff8131fe4514");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    if (bit == 2) continue;  // TS 3F, inverse convention: TCK does not cover TS (7816-3, 8.2.5)
    ReaderBench bench(kShort);
    bench.fake.atr = good;
    bench.fake.atr[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    bench.loop.attach();
    bench.events();
    bench.ask(Connect{});
    const std::string events = bench.events();
    BOOST_TEST_CONTEXT(bit) { BOOST_TEST(events == "! " + bench.failed(Failure::kCommunication)); }
  }
  for (std::size_t n = 0; n < good.size(); ++n) {
    ReaderBench bench(kShort);
    bench.fake.atr.assign(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n));
    bench.loop.attach();
    bench.events();
    bench.ask(Connect{});
    BOOST_TEST(bench.events() == "! " + bench.failed(Failure::kCommunication));
  }
}

BOOST_AUTO_TEST_CASE(t0_card_gets_t0_parameters) {
  ReaderBench bench(kTpdu);
  bench.fake.atr = hex("3b00");
  bench.loop.attach();
  bench.ask(Connect{});
  BOOST_TEST(bench.events() == "arrived present T=0 ");
  BOOST_TEST(bench.fake.commands[2] ==
             "61050000000002000000"
             "1100000a00");
}

BOOST_AUTO_TEST_CASE(a_negotiating_reader_says_which_protocol_it_took) {
  ReaderBench bench(kExtended, 522);
  bench.fake.atr = hex("3b9095800184");  // TA1 95, T=0 and T=1
  bench.loop.attach();
  bench.events();
  bench.ask(Connect{});
  const std::string log = bench.fake.log;
  BOOST_TEST(log == "Status On GetParameters ");
  BOOST_TEST(bench.events() == "T=1 ");
  bench.ask(Disconnect{});
  bench.fake.reader_protocol = 0;
  bench.ask(Connect{});
  BOOST_TEST(bench.events() == "disconnected T=0 ");
}

BOOST_AUTO_TEST_CASE(a_card_without_a_common_protocol_is_unsupported) {
  ReaderBench bench(kShort);
  bench.fake.atr = hex("3b800e8e");  // T=14 only
  bench.loop.attach();
  bench.events();
  bench.ask(Connect{});
  BOOST_TEST(bench.events() == bench.failed(Failure::kUnsupported));
}

BOOST_AUTO_TEST_CASE(a_reader_at_character_level_is_unsupported) {
  ReaderBench bench(0);
  bench.loop.attach();
  bench.events();
  bench.ask(Connect{});
  BOOST_TEST(bench.events() == bench.failed(Failure::kUnsupported));
}

BOOST_AUTO_TEST_CASE(refused_parameters_fail_unless_the_command_is_not_supported_at_all) {
  for (const std::uint8_t error : {0x00, 0x0A}) {
    ReaderBench bench(kTpdu);
    bench.fake.hook =
        [&](const ccid::CommandMessage& c) -> std::optional<std::vector<wire::Bytes>> {
      if (!std::holds_alternative<ccid::PC_to_RDR_SetParameters>(c)) return std::nullopt;
      const ccid::Header h = header_of(c);
      return std::vector<wire::Bytes>{encode(ccid::ResponseMessage{ccid::RDR_to_PC_Parameters{
                                                 h.bSlot, h.bSeq, 0x40, error, 0, {}}})
                                          .value()};
    };
    bench.loop.attach();
    bench.events();
    bench.ask(Connect{});
    BOOST_TEST(bench.events() == (error == 0 ? "! T=1 " : bench.failed(Failure::kCommunication)));
  }
}

BOOST_AUTO_TEST_CASE(interfaces_without_class_descriptor_or_bulk_endpoints_are_not_served) {
  usb_device::DeviceParameters p = ReaderBench::parameters(kTpdu, 271, true, 1);
  p.functions[0].interfaces[0].class_descriptors.clear();
  FakeReader fake;
  ccid_host::Reader reader;
  usb_device::Device device(p, {&fake});
  usb_host::Host host({}, {&reader});
  Loop loop(host, device);
  loop.attach();
  BOOST_TEST(!reader.ready());
  BOOST_TEST(reader.take_events().size() == 1u);  // the anomaly
}

BOOST_AUTO_TEST_CASE(without_a_reader_every_request_fails) {
  ccid_host::Reader reader;
  BOOST_TEST(reader.handle(Request{Connect{}}).empty());
  BOOST_TEST(reader.handle(Request{Transmit{}}).empty());
  BOOST_TEST(reader.handle(Request{Disconnect{}}).empty());
  for (const auto& event : reader.take_events()) {
    BOOST_CHECK(std::get<Failed>(std::get<Event>(event)).failure == Failure::kNoReader);
  }
  ReaderBench bench(kTpdu);
  bench.loop.attach();
  bench.events();
  bench.ask(Connect{1});
  BOOST_TEST(bench.events() == bench.failed(Failure::kNoReader));
}

BOOST_AUTO_TEST_SUITE_END()
