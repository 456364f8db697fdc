#include <boost/test/unit_test.hpp>

#include "tests/unit/ccid_host/fake_reader.h"
#include "tests/unit/ccid_host/reader_bench.h"

using namespace uketsuke;
using namespace uketsuke::wire::session;
namespace ccid = wire::ccid;
using wire::Bytes;

namespace {

constexpr std::uint32_t kShort =
    ccid::kShortApduLevel | ccid::kAutoParameters | ccid::kAutoVoltage | ccid::kAutoNegotiation;
const Transmit kRead{0, Bytes{0x00, 0xB0, 0x00, 0x00, 0x02}};

}  // namespace

BOOST_AUTO_TEST_SUITE(ccid_host_slot)

BOOST_AUTO_TEST_CASE(insertion_and_removal_are_told_and_end_the_session) {  // CCID 6.3.1
  ReaderBench bench(kShort);
  bench.fake.present = false;
  bench.loop.attach();
  BOOST_TEST(bench.events() == "arrived ");
  bench.fake.present = true;
  bench.notify(true);
  BOOST_TEST(bench.events() == "present ");
  bench.ask(Connect{});
  bench.ask(kRead);
  BOOST_TEST(bench.events() == "T=1 9000 ");
  bench.fake.present = bench.fake.active = false;
  bench.notify(false);
  BOOST_TEST(bench.events() == "absent ");
  bench.ask(kRead);
  BOOST_TEST(bench.events() == bench.failed(Failure::kCardRemoved));
  bench.fake.present = true;
  bench.notify(true);
  bench.ask(Connect{});
  BOOST_TEST(bench.events() == "present T=1 ");
}

BOOST_AUTO_TEST_CASE(a_card_swapped_between_two_notifications_is_not_the_old_one) {
  ReaderBench bench(kShort);
  bench.connect();
  bench.notify(true);  // the announcement comes late: the card is in use already
  BOOST_TEST(bench.events() == "");
  bench.fake.active = false;
  bench.notify(true);
  BOOST_TEST(bench.events() == "absent present ");
  bench.ask(kRead);
  BOOST_TEST(bench.events() == bench.failed(Failure::kCardRemoved));
}

BOOST_AUTO_TEST_CASE(a_reader_that_announces_its_card_at_the_start_does_not_count_twice) {
  ReaderBench bench(kShort);
  bench.loop.attach();
  bench.notify(true);
  BOOST_TEST(bench.events() == "arrived present ");
  bench.notify(true, /*changed=*/false);
  BOOST_TEST(bench.events() == "");
  bench.notify(true);
  BOOST_TEST(bench.events() == "absent present ");
}

BOOST_AUTO_TEST_CASE(a_notification_that_contradicts_itself_is_reported) {  // CCID 6.3.1
  ReaderBench bench(kShort);
  bench.loop.attach();
  bench.notify(true);
  BOOST_TEST(bench.events() == "arrived present ");
  bench.fake.present = false;
  bench.notify(false, /*changed=*/false);
  BOOST_TEST(bench.events() == "! absent ");
  // About slots that there are not.
  bench.loop.from_device(bench.device.admit({wire::usb::InData{0x83, Bytes{0x50, 0x40}}}));
  BOOST_TEST(bench.events() == "! ");
}

BOOST_AUTO_TEST_CASE(
    a_card_that_stays_active_after_power_off_and_a_refused_power_off_are_reported) {
  for (const std::uint8_t bStatus : {0x00, 0x41}) {
    ReaderBench bench(kShort);
    bench.fake.hook = [&](const ccid::CommandMessage& c) -> std::optional<std::vector<Bytes>> {
      if (!std::holds_alternative<ccid::PC_to_RDR_IccPowerOff>(c)) return std::nullopt;
      const ccid::Header h = header_of(c);
      return std::vector<Bytes>{encode(ccid::ResponseMessage{ccid::RDR_to_PC_SlotStatus{
                                           h.bSlot, h.bSeq, bStatus, 0, 0}}).value()};
    };
    bench.connect();
    bench.ask(Disconnect{0, Disposition::kUnpower});
    BOOST_TEST(bench.events() == "! disconnected ");
  }
}

BOOST_AUTO_TEST_CASE(more_bytes_than_were_asked_for_are_reported) {  // 7816-4, 5.1: Ne
  ReaderBench bench(kShort);
  bench.fake.card = [](const Bytes&) { return Bytes{1, 2, 3, 0x90, 0x00}; };
  bench.connect();
  bench.ask(kRead);
  BOOST_TEST(bench.events() == "! 0102039000 ");
  bench.ask(Transmit{0, Bytes{0x00, 0xB0, 0x00, 0x00, 0x03}});
  BOOST_TEST(bench.events() == "0102039000 ");
}

BOOST_AUTO_TEST_CASE(without_interrupt_endpoint_the_slot_is_polled) {
  ReaderBench bench(kShort, 271, /*interrupt=*/false);
  bench.fake.present = false;
  bench.loop.attach();
  BOOST_TEST(bench.events() == "arrived ");
  bench.fake.present = true;
  BOOST_TEST(bench.loop.expire_next());
  BOOST_TEST(bench.loop.now <= 1'000'000u);  // NOT-08: within a second
  BOOST_TEST(bench.events() == "present ");
  bench.ask(Connect{});
  BOOST_TEST(bench.events() == "T=1 ");
  bench.loop.expire_next();
  BOOST_TEST(bench.events() == "");
  bench.fake.active = false;  // swapped between two polls: it has lost its power
  bench.loop.expire_next();
  BOOST_TEST(bench.events() == "absent present ");
  bench.fake.present = false;
  bench.loop.expire_next();
  BOOST_TEST(bench.events() == "absent ");
  bench.loop.detach();
  BOOST_TEST(bench.events() == "gone ");
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(a_broken_interrupt_endpoint_is_replaced_by_polling) {
  ReaderBench bench(kShort);
  bench.loop.status = [](const wire::usb::Transfer& t) {
    return t.type == wire::usb::TransferType::kInterrupt ? wire::usb::TransferStatus::kError
                                                         : wire::usb::TransferStatus::kCompleted;
  };
  bench.fake.present = false;
  bench.loop.attach();
  BOOST_TEST(bench.events().find("arrived ") == 0u);
  bench.fake.present = true;
  BOOST_TEST(bench.loop.expire_next());
  BOOST_TEST(bench.events() == "present ");
}

BOOST_AUTO_TEST_CASE(a_halted_interrupt_endpoint_is_cleared) {
  ReaderBench bench(kShort);
  bench.connect();
  bench.loop.from_device(bench.device.admit({wire::usb::HaltEndpoint{0x83, true}}));
  BOOST_TEST(!bench.device.halted(0x83));
  bench.notify(false);
  BOOST_TEST(bench.events() == "! absent ");
}

BOOST_AUTO_TEST_CASE(broken_interrupt_messages_and_hardware_errors_are_reported) {
  ReaderBench bench(kShort);
  bench.connect();
  for (const char* bytes : {"", "50", "500000", "5200", "51000001"}) {
    bench.loop.from_device(bench.device.admit({wire::usb::InData{0x83, hex(bytes)}}));
    BOOST_TEST(bench.events() == "! ");
  }
  bench.ask(kRead);
  BOOST_TEST(bench.events() == "9000 ");
}

BOOST_AUTO_TEST_CASE(leave_keeps_the_power_and_the_next_connect_does_not_reset) {
  ReaderBench bench(kShort);
  bench.connect();
  bench.ask(Disconnect{0, Disposition::kLeave});
  bench.ask(kRead);
  BOOST_TEST(bench.events() == "disconnected " + bench.failed(Failure::kNotConnected));
  bench.ask(Connect{});
  bench.ask(kRead);
  BOOST_TEST(bench.events() == "T=1 9000 ");
  BOOST_TEST(bench.fake.log == "Xfr ");
}

BOOST_AUTO_TEST_CASE(each_disposition_has_its_commands) {
  struct Row {
    Request request;
    const char* log;
    const char* events;
  };
  const Row rows[] = {
      {Reset{0, Disposition::kLeave}, "", "T=1 "},
      {Reset{0, Disposition::kReset}, "On ", "T=1 "},
      {Reset{0, Disposition::kUnpower}, "Off On ", "T=1 "},
      {Disconnect{0, Disposition::kLeave}, "", "disconnected "},
      {Disconnect{0, Disposition::kReset}, "On ", "disconnected "},
      {Disconnect{0, Disposition::kUnpower}, "Off ", "disconnected "},
      {Connect{}, "", "T=1 "},
  };
  for (const Row& row : rows) {
    ReaderBench bench(kShort);
    bench.connect();
    bench.ask(row.request);
    BOOST_TEST(bench.fake.log == row.log);
    BOOST_TEST(bench.events() == row.events);
  }
}

BOOST_AUTO_TEST_CASE(what_needs_a_connection_fails_without_one) {
  ReaderBench bench(kShort);
  bench.loop.attach();
  bench.events();
  bench.ask(kRead);
  bench.ask(Reset{});
  bench.ask(VerifyPin{0, hex("00200080"), 4, 4, 30});
  bench.ask(Disconnect{});
  const std::string no = bench.failed(Failure::kNotConnected);
  BOOST_TEST(bench.events() == no + no + no + "disconnected ");
}

BOOST_AUTO_TEST_CASE(slots_work_beside_each_other) {
  ReaderBench bench(kShort, 271, true, 2);
  bench.loop.attach();
  BOOST_TEST(bench.events() == "arrived present present ");
  BOOST_TEST(bench.arrived.slots == 2);
  ccid::Header first;
  bench.fake.hook = [&](const ccid::CommandMessage& c) -> std::optional<std::vector<Bytes>> {
    if (header_of(c).bMessageType != 0x6F || header_of(c).bSlot != 0) return std::nullopt;
    first = header_of(c);
    return std::vector<Bytes>{};
  };
  bench.ask(Connect{0});
  bench.ask(Connect{1});
  BOOST_TEST(bench.events() == "T=1 T=1 ");
  bench.ask(Transmit{0, kRead.command});
  bench.ask(Transmit{1, kRead.command});  // waits for slot 0
  BOOST_TEST(bench.events() == "");
  bench.ask(Disconnect{1, Disposition::kLeave});  // is taken out of the queue
  BOOST_TEST(bench.events() == bench.failed(Failure::kCommunication) + "disconnected ");
  bench.loop.from_device(bench.device.admit({wire::usb::InData{
      0x82, encode(ccid::ResponseMessage{bench.fake.data(first, {0x90, 0x00})}).value()}}));
  BOOST_TEST(bench.events() == "9000 ");
  bench.notify(false, true, 1);
  BOOST_TEST(bench.events() == "absent ");
}

BOOST_AUTO_TEST_CASE(a_reader_that_leaves_and_comes_back_starts_afresh) {
  ReaderBench bench(kShort);
  bench.connect();
  bench.loop.detach();
  BOOST_TEST(bench.events() == "gone ");
  bench.loop.attach();
  BOOST_TEST(bench.events() == "arrived present ");
  bench.ask(kRead);
  BOOST_TEST(bench.events() == bench.failed(Failure::kNotConnected));
  bench.loop.from_host(bench.host.reset());
  BOOST_TEST(bench.events() == "gone arrived present ");
}

BOOST_AUTO_TEST_CASE(sequence_numbers_wrap_and_every_command_has_the_next_one) {  // MSG-01
  ReaderBench bench(kShort);
  bench.connect();
  for (int i = 0; i < 600; ++i) bench.ask(kRead);
  for (std::size_t i = 1; i < bench.fake.commands.size(); ++i) {
    const auto seq = [&](std::size_t k) { return hex(bench.fake.commands[k].substr(12, 2))[0]; };
    if (seq(i) != static_cast<std::uint8_t>(seq(i - 1) + 1)) BOOST_TEST(i == 0u);
  }
  BOOST_TEST(bench.fake.commands.size() == 600u);
}

BOOST_AUTO_TEST_SUITE_END()
