// Our USB/IP client against our server over loopback, our reader behind it.
#include <boost/test/unit_test.hpp>

#include "tests/integration/usbip/desk_fixture.h"

using namespace uketsuke;
using namespace uketsuke::test;
using bench::HandsOutcome;

namespace {

// JICSA PKI AP (D392F000260100000001), SELECT by name, no answer data wanted.
const std::string kSelectJpki = "00a4040c0ad392f000260100000001";
const std::string kSelectUnknown = "00a4040c0101";

std::unique_ptr<gateway::UsbRoute> client(const gateway::UsbipTarget& target) {
  return std::make_unique<gateway::UsbipClient>(target);
}

HandsOutcome place(bench::ServedDesk& desk) { return desk.place("hanako"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(usbip_loopback)

BOOST_AUTO_TEST_CASE(a_served_reader_is_listed_enumerated_and_answers_an_apdu) {
  DeskFixture desk;
  HostLoop host(client(desk.target()));
  BOOST_REQUIRE(host.enumerate());
  BOOST_TEST(host.device()->device.idVendor == 0x1209);
  BOOST_TEST(host.device()->device.idProduct == 0x0003);
  BOOST_TEST(host.route().identity().idProduct == 0x0003);
  BOOST_TEST(host.device()->string(2) == "uketsuke extended APDU reader");

  BOOST_TEST(host.connect() == "no card");
  BOOST_REQUIRE(desk.hands(place) == HandsOutcome::kDone);
  BOOST_REQUIRE(host.run_until([&] { return host.card_present(); }));
  BOOST_TEST(host.connect().substr(0, 2) == "3b");
  BOOST_TEST(host.transmit(kSelectJpki) == "9000");
  BOOST_TEST(host.transmit(kSelectUnknown) == "6a82");
  desk.hands([](bench::ServedDesk& d) { return d.remove(""); });
  BOOST_TEST(host.run_until([&] { return !host.card_present(); }));

  const auto listed = gateway::usbip_list(desk.address());
  const auto* devices = std::get_if<std::vector<wire::usbip::ListedDevice>>(&listed);
  BOOST_REQUIRE(devices != nullptr);
  BOOST_REQUIRE_EQUAL(devices->size(), 1U);  // also while it is taken
  BOOST_TEST(devices->front().device.busid == "1-1");
  BOOST_TEST(devices->front().device.speed == 2U);
  BOOST_REQUIRE_EQUAL(devices->front().interfaces.size(), 1U);
  BOOST_TEST(devices->front().interfaces[0].bInterfaceClass == 0x0B);
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_pulled_leaves_and_comes_back) {
  DeskFixture desk;
  HostLoop host(client(desk.target()));
  for (int round = 0; round < 3; ++round) {
    BOOST_REQUIRE(host.enumerate());
    desk.hands([](bench::ServedDesk& d) { return d.unplug(0); });
    BOOST_REQUIRE(host.run_until([&] { return !host.present(); }));
    desk.hands([](bench::ServedDesk& d) { return d.plug(0); });
  }
  BOOST_TEST(host.enumerate());
  BOOST_TEST(host.failures().empty());
}

BOOST_AUTO_TEST_CASE(a_reader_is_attached_twenty_times_in_a_row_and_nothing_is_left_behind) {
  DeskFixture desk;
  BOOST_REQUIRE(desk.hands(place) == HandsOutcome::kDone);
  Footprint before;
  for (int round = 0; round < 20; ++round) {
    HostLoop host(client(desk.target()));
    BOOST_REQUIRE(host.enumerate());
    BOOST_REQUIRE(host.run_until([&] { return host.card_present(); }));
    BOOST_TEST(host.connect().substr(0, 2) == "3b");
    BOOST_TEST(host.transmit(kSelectJpki) == "9000");
    if (round == 0) before = footprint();
  }
  BOOST_TEST(settles_to(before));
  BOOST_TEST(footprint().kilobytes < before.kilobytes + 4096);
}

BOOST_AUTO_TEST_CASE(two_readers_are_used_at_once_by_two_clients) {
  DeskFixture desk({"clean_extended_apdu_contact", "face_reader"}, {"hanako", "taro"});
  HostLoop generic(client(desk.target(1))), face(client(desk.target(2)));
  BOOST_REQUIRE(generic.enumerate());
  BOOST_REQUIRE(face.enumerate());
  BOOST_TEST(face.device()->device.idProduct == 0x0005);
  BOOST_REQUIRE(desk.hands(place) == HandsOutcome::kDone);
  BOOST_REQUIRE(desk.hands([](bench::ServedDesk& d) { return d.place("taro", "seen", 1); }) ==
                HandsOutcome::kDone);
  BOOST_REQUIRE(generic.run_until([&] { return generic.card_present(); }));
  BOOST_REQUIRE(face.run_until([&] { return face.card_present(); }));
  BOOST_TEST(generic.connect() != "no card");
  BOOST_TEST(face.connect() != "no card");
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(generic.transmit(kSelectJpki) == "9000");
    BOOST_TEST(face.transmit(kSelectUnknown) == "6a82");
  }
}

BOOST_AUTO_TEST_CASE(a_reader_belongs_to_one_client_and_then_to_the_next) {
  DeskFixture desk;
  auto first = std::make_unique<HostLoop>(client(desk.target()));
  BOOST_REQUIRE(first->enumerate());
  gateway::UsbipLimits limits;
  limits.absent_after_ms = 1;
  HostLoop second(std::make_unique<gateway::UsbipClient>(desk.target(), limits));
  BOOST_REQUIRE(second.run_until([&] { return !second.failures().empty(); }));
  BOOST_TEST(second.failures()[0].en.find("busy") != std::string::npos);
  BOOST_TEST(first->connect() == "no card");  // undisturbed
  first.reset();
  BOOST_TEST(second.enumerate());
  BOOST_TEST(second.failures().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_reset_of_the_port_ends_what_is_open_and_the_reader_is_there_again) {
  DeskFixture desk;
  HostLoop host(client(desk.target()));
  BOOST_REQUIRE(host.enumerate());
  for (std::size_t round = 1; round <= 3; ++round) {
    host.route().reset();
    BOOST_REQUIRE(host.run_until([&] { return host.attachments() == 1 + round; }));
    BOOST_REQUIRE(host.enumerate());
    BOOST_TEST(host.connect() == "no card");
  }
  BOOST_TEST(host.failures().empty());
}

BOOST_AUTO_TEST_CASE(a_server_on_another_machine_is_refused_unless_that_is_allowed) {
  HostLoop host(client({{"192.0.2.1", 3240}, "1-1"}));  // RFC 5737: nobody's
  BOOST_REQUIRE(host.run_until([&] { return !host.failures().empty(); }));
  BOOST_TEST(host.failures()[0].en.find("not this machine") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
