// What a script sends to the reader beside the terminal's driver, and that a world in which it may
// and does not is the same as one in which it may not.
#include <boost/test/unit_test.hpp>

#include "harness/bench/world_config.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(raw_access)

using namespace uketsuke;
using verdict::Verdict;
using wire::Bytes;

constexpr const char* kP3 = "p3_emergency_reception_on_the_reader";
constexpr const char* kP5 = "p5_emergency_reception_from_the_general_account";
constexpr wire::Micros kLimitUs = 5'000'000;
constexpr const char* kSelectJpki = "00A4040C0AD392F000260100000001";

Bytes hex(const char* text) { return wire::from_hex(text).value(); }

struct Desk {
  explicit Desk(const char* scenario = kP5) : world(config_of(scenario)) {
    world.simulation().run_for(2'000'000);
  }
  static bench::WorldConfig config_of(const char* scenario) {
    auto config = bench::make_config(flow::assets(), flow::scenario_named(scenario), 1, {});
    config.raw = true;
    return config;
  }
  bench::RawAccess& raw() { return *world.raw(); }
  void place() {
    world.card("hanako")->place(world.slot(), world.medium());
    world.simulation().run_for(1'000'000);
  }
  std::string failure(const std::function<void()>& what) {
    try {
      what();
    } catch (const bench::RawFailed& failed) {
      BOOST_TEST(!failed.ja().empty());
      return failed.reason();
    }
    return "nothing failed";
  }
  Bytes control(std::uint8_t type, std::uint8_t request, std::uint16_t value,
                std::uint16_t length) {
    wire::usb::Transfer transfer;
    transfer.type = wire::usb::TransferType::kControl;
    transfer.setup = {type, request, value, 0, length};
    transfer.length = length;
    return raw().usb(std::move(transfer), kLimitUs).data;
  }
  bench::World world;
};

BOOST_AUTO_TEST_CASE(a_script_that_may_use_the_reader_and_does_not_changes_nothing) {
  bench::RunSettings may;
  may.amend = [](bench::WorldConfig& config) { config.raw = true; };
  for (const char* id : {kP3, kP5, "reader_unplugged_during_reading_in_p3",
                         "terminal_restarted_during_reading_in_p5"}) {
    const scenario::Scenario& scenario = flow::scenario_named(id);
    const auto without = flow::run(scenario);
    const auto with = flow::run(scenario, may);
    BOOST_TEST((with.verdict == Verdict::kPass), flow::summary(with));
    BOOST_TEST(with.journal_digest == without.journal_digest, id);
  }
}

BOOST_AUTO_TEST_CASE(a_device_descriptor_comes_back_from_a_control_request) {
  Desk desk;
  const Bytes bytes = desk.control(0x80, 6, 0x0100, 18);
  const auto device = wire::usb::decode_device(bytes);
  BOOST_REQUIRE(device.has_value());
  BOOST_TEST(device->idVendor == desk.world.config().generic.idVendor);
}

BOOST_AUTO_TEST_CASE(a_request_that_the_device_does_not_know_is_a_stall) {
  Desk desk;
  BOOST_TEST(desk.failure([&] { desk.control(0x80, 0x55, 0, 4); }) == "stalled");
}

BOOST_AUTO_TEST_CASE(a_ccid_message_has_its_answer_and_the_terminal_goes_on_afterwards) {
  Desk desk;
  const Bytes status = desk.raw().ccid(hex("65000000000077000000"), kLimitUs);
  BOOST_REQUIRE(status.size() == 10U);
  // RDR_to_PC_SlotStatus of slot 0, bSeq 77h, no card (CCID 1.1, 6.2.2 and 6.2.6)
  BOOST_TEST(wire::to_hex(wire::ByteView(status).first(9)) == "810000000000770200");
  desk.place();
  const Bytes with_card = desk.raw().ccid(hex("65000000000078000000"), kLimitUs);
  BOOST_REQUIRE(with_card.size() == 10U);
  BOOST_TEST((with_card[7] & 0x03) != 0x02);
  BOOST_TEST(wire::to_hex(desk.raw().transmit(0, hex(kSelectJpki), kLimitUs)) == "9000");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_message_are_sent_as_they_are) {
  Desk desk;
  const Bytes answer = desk.raw().ccid(hex("AA000000000009000000"), kLimitUs);
  BOOST_REQUIRE(answer.size() == 10U);
  // Failed, bError 00: command not supported (CCID 1.1, Table 6.2-2)
  BOOST_TEST(wire::to_hex(wire::ByteView(answer).first(9)) == "810000000000094200");
  const std::string journal = flow::journal_text(desk.world.journal());
  BOOST_TEST(journal.find("aa000000000009000000") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_message_that_the_reader_does_not_answer_fails_in_time) {
  Desk desk;
  const wire::Micros before = desk.world.simulation().now_us();
  BOOST_TEST(desk.failure([&] { desk.raw().ccid(hex("65"), 1'000'000); }) == "timed_out");
  BOOST_TEST(desk.world.simulation().now_us() == before + 1'000'000);
}

BOOST_AUTO_TEST_CASE(an_apdu_without_a_card_says_so_and_a_card_may_come_later) {
  Desk desk;
  BOOST_TEST(desk.failure([&] { desk.raw().transmit(0, hex(kSelectJpki), kLimitUs); }) ==
             "no_card");
  desk.place();
  BOOST_TEST(wire::to_hex(desk.raw().transmit(0, hex(kSelectJpki), kLimitUs)) == "9000");
}

BOOST_AUTO_TEST_CASE(both_programs_hear_of_interrupts_and_transfers_keep_apart) {
  Desk desk;
  wire::usb::Transfer listen;
  listen.type = wire::usb::TransferType::kInterrupt;
  listen.bEndpointAddress = desk.world.config().generic.ccid.endpoints.interrupt_in;
  listen.length = 8;
  BOOST_TEST(desk.failure([&] { desk.raw().usb(listen, 100'000); }) == "timed_out");
  desk.world.card("hanako")->place(desk.world.slot(), desk.world.medium());
  const auto heard = desk.raw().usb(listen, kLimitUs);
  BOOST_TEST(wire::to_hex(heard.data) == "5003");  // slot 0: present, changed
  desk.world.simulation().run_for(100'000);
  BOOST_TEST(desk.world.terminal().terminal().card_present(terminal::kGenericReader));
}

BOOST_AUTO_TEST_CASE(a_reset_lets_the_terminal_enumerate_again) {
  Desk desk;
  desk.place();
  desk.raw().reset(kLimitUs);
  BOOST_TEST(wire::to_hex(desk.raw().transmit(0, hex(kSelectJpki), kLimitUs)) == "9000");
  BOOST_TEST(desk.failure([&] {
    desk.world.usb().detach();
    desk.raw().ccid(hex("65000000000077000000"), 100'000);
  }) == "no_device");
}

// P5 goes its way while a script sends commands at every step and in the middle of the reading.
BOOST_AUTO_TEST_CASE(the_terminal_does_its_work_while_a_script_sends_messages_all_the_time) {
  bench::RunSettings settings;
  settings.amend = [](bench::WorldConfig& config) { config.raw = true; };
  std::uint32_t answers = 0;
  settings.at_step = [&](bench::World& world, const verdict::StepResult*) {
    for (int i = 0; i < 3; ++i) {
      answers += world.raw()->ccid(hex("65000000000078000000"), kLimitUs).size() == 10 ? 1 : 0;
      world.simulation().run_for(777);
    }
  };
  for (const char* id : {kP3, kP5}) {
    answers = 0;
    const auto result = flow::run(flow::scenario_named(id), settings);
    BOOST_TEST((result.verdict == Verdict::kPass), flow::summary(result));
    BOOST_TEST(answers >= 3 * result.steps.size());
  }
}

BOOST_AUTO_TEST_CASE(the_driver_waits_while_a_message_of_the_script_is_under_way_and_then_goes_on) {
  Desk desk;
  desk.place();
  kernel::Simulation& simulation = desk.world.simulation();
  const wire::Micros begin = simulation.now_us();
  bool asked = false;
  simulation.watch([&] {
    if (simulation.now_us() == begin || std::exchange(asked, true)) return;
    desk.world.session().ask(wire::session::Connect{});  // as the terminal would
  });
  BOOST_TEST(desk.failure([&] { desk.raw().ccid(hex("65"), 300'000); }) == "timed_out");
  BOOST_TEST(asked);
  BOOST_TEST(!desk.world.session().connected(0));
  simulation.run_for(500'000);
  BOOST_TEST(desk.world.session().connected(0));
  BOOST_TEST(desk.world.anomalies() == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_waits_while_that_of_the_other_program_is_under_way) {
  Desk desk;
  desk.place();
  channel::SessionChannel& session = desk.world.session();
  session.ask_second(wire::session::Connect{});
  desk.world.simulation().run_for(1'000'000);
  session.to_second().drain([](const wire::session::Event&) {});
  session.ask_second(wire::session::Transmit{0, hex(kSelectJpki)});
  session.ask(wire::session::Transmit{0, hex("00A40000023F00")});  // as the terminal would
  std::vector<std::string> seen;
  const auto answered = [&] {
    session.to_second().drain([&](const wire::session::Event& event) {
      if (const auto* response = std::get_if<wire::session::Response>(&event))
        seen.push_back(wire::to_hex(response->response));
    });
    return !seen.empty();
  };
  desk.world.simulation().run_until(answered, 20'000'000);
  desk.world.simulation().run_for(1'000'000);
  answered();
  BOOST_REQUIRE(seen.size() == 1U);
  BOOST_TEST(seen[0] == "9000");
  const std::string journal = flow::journal_text(desk.world.journal());
  BOOST_TEST(journal.find("under way") == std::string::npos);  // nobody was refused
  const auto at = [&](const char* bytes) { return journal.find(bytes); };
  BOOST_TEST(at("00a40000023f00") != std::string::npos);
  BOOST_TEST(at("00a4040c0ad392f000260100000001") < at("00a40000023f00"));
}

BOOST_AUTO_TEST_SUITE_END()
