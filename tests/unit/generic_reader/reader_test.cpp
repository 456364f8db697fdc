// The whole reader behind its control pipe. Conformance DSC-01..24, USB-04, USB-07, NOT-05.
#include "models/generic_reader/generic_reader.h"

#include <boost/test/unit_test.hpp>

#include "models/iso7816/card_contact.h"
#include "sim/wire/ccid/message.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::generic_reader {
namespace {

namespace usb = wire::usb;
namespace ccid = wire::ccid;
using wire::Bytes;
using wire::from_hex;
using wire::to_hex;

struct Host {
  explicit Host(Profile profile) : reader(std::move(profile)) {}

  Actions handle(const Event& event) {
    Actions actions = reader.handle(event);
    for (const auto& action : actions) {
      const auto* out = std::get_if<usb::DeviceAction>(&action);
      if (out == nullptr) continue;
      if (const auto* data = std::get_if<usb::ControlData>(out)) control = data->data;
      if (std::holds_alternative<usb::ControlStall>(*out)) stalled = true;
      if (const auto* data = std::get_if<usb::InData>(out)) {
        (data->bEndpointAddress == 0x82 ? bulk : interrupt).push_back(data->data);
      }
    }
    return actions;
  }
  Bytes get_descriptor(std::uint8_t type, std::uint16_t length = 4096) {
    control.clear();
    handle(usb::DeviceEvent(usb::ControlRequest{usb::get_descriptor(type, 0, 0, length), {}}));
    return control;
  }
  void enumerate() {
    handle(usb::DeviceEvent(usb::BusReset{}));
    handle(usb::DeviceEvent(usb::ControlRequest{usb::set_address(5), {}}));
    configure(1);
  }
  void configure(std::uint8_t value) {
    handle(usb::DeviceEvent(usb::ControlRequest{usb::set_configuration(value), {}}));
  }
  void send(const ccid::CommandMessage& message) {
    handle(usb::DeviceEvent(usb::OutData{0x01, encode(message).value(), true}));
  }
  void insert() {
    handle(ccid_function::ReaderEvent(ccid_function::FromField{
        0, wire::field::Inserted{wire::field::Medium::kContact}}));
  }

  GenericReader reader;
  Bytes control;
  bool stalled = false;
  std::vector<Bytes> bulk, interrupt;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(generic_reader)

BOOST_AUTO_TEST_CASE(the_class_descriptor_lies_between_interface_and_endpoints) {
  Host host{Profile{}};
  const Bytes configuration = host.get_descriptor(2);
  BOOST_REQUIRE(configuration.size() == 9u + 9u + 54u + 3u * 7u);
  BOOST_TEST(static_cast<int>(configuration[9 + 1]) == 4);    // interface
  BOOST_TEST(static_cast<int>(configuration[9 + 4]) == 3);    // bNumEndpoints
  BOOST_TEST(to_hex({configuration.data() + 9 + 5, 3}) == "0b0000");
  BOOST_TEST(to_hex({configuration.data() + 18, 2}) == "3621");
  BOOST_TEST(to_hex({configuration.data() + 72, 7}) == "07050102400000");
  BOOST_TEST(to_hex({configuration.data() + 79, 7}) == "07058202400000");
  BOOST_TEST(to_hex({configuration.data() + 86, 7}) == "07058303080018");
}

BOOST_AUTO_TEST_CASE(the_misordered_reader_has_the_class_descriptor_last) {
  Profile profile;
  profile.class_descriptor_after_endpoints = true;
  Host host{profile};
  const Bytes configuration = host.get_descriptor(2);
  BOOST_REQUIRE(configuration.size() == 93u);
  BOOST_TEST(to_hex({configuration.data() + 18, 2}) == "0705");
  BOOST_TEST(to_hex({configuration.data() + 39, 2}) == "3621");
}

BOOST_AUTO_TEST_CASE(a_high_speed_reader_has_512_byte_packets_and_a_qualifier) {
  Profile profile;
  profile.speed = usb::Speed::kHigh;
  profile.interrupt_bInterval = 9;  // 32 ms
  Host host{profile};
  const Bytes configuration = host.get_descriptor(2);
  BOOST_TEST(to_hex({configuration.data() + 72, 7}) == "07050102000200");
  const Bytes qualifier = host.get_descriptor(6);
  BOOST_TEST(qualifier.size() == 10u);
  const Bytes other = host.get_descriptor(7);
  BOOST_REQUIRE(other.size() == 93u);
  BOOST_TEST(to_hex({other.data() + 72, 7}) == "07050102400000");
  BOOST_TEST(to_hex({other.data() + 86, 7}) == "07058303080020");
  Host full{Profile{}};
  full.get_descriptor(6);
  BOOST_TEST(full.stalled);
}

BOOST_AUTO_TEST_CASE(without_an_interrupt_endpoint_nothing_is_notified) {
  Profile profile;
  profile.ccid.endpoints.interrupt_in = 0;
  Host host{profile};
  BOOST_TEST(host.get_descriptor(2).size() == 86u);
  host.enumerate();
  host.insert();
  BOOST_TEST(host.interrupt.empty());
}

BOOST_AUTO_TEST_CASE(the_ids_are_test_ids_and_say_so) {
  Host host{Profile{}};
  const Bytes device = host.get_descriptor(1);
  BOOST_TEST(to_hex({device.data() + 8, 4}) == "09120100");
  BOOST_TEST(host.reader.profile().manufacturer.find("test ids") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_card_inserted_before_enumeration_is_announced_after_it) {
  Host host{Profile{}};
  host.insert();
  BOOST_TEST(host.interrupt.empty());
  host.enumerate();
  BOOST_REQUIRE(host.interrupt.size() == 1u);
  BOOST_TEST(to_hex(host.interrupt[0]) == "5003");
  host.configure(0);
  host.configure(1);
  BOOST_TEST(host.interrupt.size() == 2u);
}

BOOST_AUTO_TEST_CASE(commands_are_answered_only_when_configured) {
  Host host{Profile{}};
  host.send(ccid::PC_to_RDR_GetSlotStatus{0, 1, {}});
  BOOST_TEST(host.bulk.empty());
  host.enumerate();
  host.send(ccid::PC_to_RDR_GetSlotStatus{0, 1, {}});
  BOOST_REQUIRE(host.bulk.size() == 1u);
  BOOST_TEST(to_hex(host.bulk[0]) == "81000000000001020001");
}

BOOST_AUTO_TEST_CASE(a_bus_reset_switches_the_card_off) {
  Host host{Profile{}};
  host.enumerate();
  host.insert();
  host.send(ccid::PC_to_RDR_IccPowerOn{0, 1, 1, {}});
  const Actions actions = host.handle(usb::DeviceEvent(usb::BusReset{}));
  bool off = false;
  for (const auto& action : actions) {
    const auto* effect = std::get_if<ccid_function::ReaderEffect>(&action);
    if (effect == nullptr) continue;
    const auto* to = std::get_if<ccid_function::ToField>(effect);
    off = off || (to != nullptr && std::holds_alternative<wire::field::PowerOff>(to->signal));
  }
  BOOST_TEST(off);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::generic_reader
