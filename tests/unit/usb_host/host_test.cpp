#include "models/usb_host/host.h"

#include <boost/test/unit_test.hpp>

#include "sim/wire/usb/setup_packet.h"
#include "tests/unit/usb_host/loop.h"

using namespace uketsuke;
using namespace uketsuke::usb_host;
using namespace uketsuke::wire::usb;
using wire::Bytes;

namespace {

class Silent : public usb_device::Function {
 public:
  usb_device::UsbActions handle(const usb_device::FunctionEvent&) override { return {}; }
};

class Probe : public Driver {
 public:
  DriverActions handle(const DriverEvent& event) override {
    if (const auto* a = std::get_if<DeviceArrived>(&event)) {
      log += "A";
      description = a->description;
    }
    if (std::holds_alternative<DeviceGone>(event)) log += "G";
    if (const auto* c = std::get_if<Completion>(&event)) {
      log += "C" + std::to_string(c->id) + std::string(to_string(c->status)).substr(0, 2);
    }
    if (const auto* t = std::get_if<wire::TimerExpired>(&event)) log += "T" + std::to_string(t->id);
    return std::exchange(next, {});
  }
  std::string log;
  std::shared_ptr<const DeviceDescription> description;
  DriverActions next;
};

usb_device::DeviceParameters parameters() {
  usb_device::DeviceParameters p;
  p.device.idVendor = 0x1209;
  p.device.idProduct = 2;
  p.device.iManufacturer = 1;
  p.device.iProduct = 2;
  usb_device::InterfaceParameters i;
  i.descriptor = {0, 0, 0, 0xFF, 0, 0, 2};
  i.endpoints = {{0x81, 2, 64, 0}, {0x02, 2, 64, 0}};
  usb_device::FunctionParameters f;
  f.interfaces = {i};
  p.functions = {f};
  p.strings = {{1, "maker"}, {2, "\xE5\x8F\x97\xE4\xBB\x98"}};
  return p;
}

struct Bench {
  explicit Bench(const usb_device::DeviceParameters& p = parameters(), HostParameters h = {})
      : device(p, {&function}), host(h, {&first, &second}), loop(host, device) {}
  Silent function;
  usb_device::Device device;
  Probe first, second;
  Host host;
  Loop loop;
};

bool is_request(const Transfer& t, StandardRequest request) {
  return t.type == TransferType::kControl && t.setup.bRequest == static_cast<std::uint8_t>(request);
}

Transfer bulk_in(std::uint64_t id) { return {id, TransferType::kBulk, 0x81, {}, {}, 64}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(usb_host_enumeration)

BOOST_AUTO_TEST_CASE(a_device_is_enumerated_in_the_usual_order) {
  Bench bench;
  bench.loop.attach();
  const std::vector<std::string> expected{"GET_DESCRIPTOR DEVICE wLength 8",
                                          "SET_ADDRESS 1",
                                          "GET_DESCRIPTOR DEVICE wLength 18",
                                          "GET_DESCRIPTOR CONFIGURATION wLength 9",
                                          "GET_DESCRIPTOR CONFIGURATION wLength 32",
                                          "GET_DESCRIPTOR STRING wLength 255",
                                          "GET_DESCRIPTOR STRING 1 wIndex 0409 wLength 255",
                                          "GET_DESCRIPTOR STRING 2 wIndex 0409 wLength 255",
                                          "SET_CONFIGURATION 1"};
  BOOST_TEST(bench.loop.transfers == expected, boost::test_tools::per_element());
  BOOST_TEST(bench.loop.notices == "E");
  BOOST_CHECK(bench.host.step() == EnumerationStep::kReady);
  BOOST_CHECK(bench.device.state() == usb_device::DeviceState::kConfigured);
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(drivers_get_what_enumeration_learnt) {
  Bench bench;
  bench.loop.attach();
  BOOST_TEST(bench.first.log == "A");
  BOOST_TEST(bench.second.log == "A");
  const DeviceDescription& d = *bench.first.description;
  BOOST_TEST(d.device.idProduct == 2);
  BOOST_TEST(d.address == 1);
  BOOST_TEST(d.string(1) == "maker");
  BOOST_TEST(d.string(2) == "\xE5\x8F\x97\xE4\xBB\x98");
  BOOST_TEST(d.string(9) == "");
  BOOST_TEST(d.configuration.interfaces.size() == 1u);
  BOOST_TEST(d.configuration_bytes.size() == 32u);
  BOOST_TEST(d.device_bytes.size() == 18u);
}

BOOST_AUTO_TEST_CASE(behind_an_operating_system_no_address_is_set) {
  HostParameters h;
  h.sets_address = false;
  h.reads_strings = false;
  Bench bench(parameters(), h);
  bench.device.handle(ControlRequest{set_address(3), {}});
  bench.loop.from_host(bench.host.handle(HostEvent{Attached{}}));
  BOOST_TEST(bench.loop.transfers.size() == 5u);
  BOOST_TEST(bench.loop.notices == "E");
}

BOOST_AUTO_TEST_CASE(a_request_without_answer_is_repeated_after_its_time_out) {
  Bench bench;
  int swallowed = 0;
  bench.loop.swallow = [&](const Transfer& t) {
    return is_request(t, StandardRequest::SET_CONFIGURATION) && swallowed++ < 2;
  };
  bench.loop.attach();
  BOOST_TEST(bench.loop.notices == "");
  BOOST_TEST(bench.loop.expire_next());
  BOOST_TEST(bench.loop.now == 5'000'000u);
  BOOST_TEST(bench.loop.expire_next());
  BOOST_TEST(bench.loop.notices == "E");
  BOOST_TEST(bench.loop.pending_in() == 0u);  // what timed out was cancelled
}

BOOST_AUTO_TEST_CASE(after_all_attempts_the_port_is_reset_and_then_the_device_given_up) {
  Bench bench;
  bench.loop.status = [&](const Transfer& t) {
    return is_request(t, StandardRequest::SET_ADDRESS) ? TransferStatus::kError
                                                       : TransferStatus::kCompleted;
  };
  bench.loop.attach();
  BOOST_TEST(bench.loop.notices == "RRF");
  BOOST_TEST(bench.loop.failure == "SET_ADDRESS: error");
  BOOST_CHECK(bench.host.step() == EnumerationStep::kFailed);
  BOOST_TEST(bench.first.log == "");
  BOOST_TEST(bench.loop.transfers.size() == 3u * (1 + 3));
  BOOST_TEST(!bench.loop.expire_next());
}

BOOST_AUTO_TEST_CASE(every_step_survives_every_failure_of_its_request) {
  for (std::size_t step = 0; step < 9; ++step) {
    for (const TransferStatus bad : {TransferStatus::kStalled, TransferStatus::kTimedOut,
                                     TransferStatus::kError, TransferStatus::kOverflow}) {
      Bench bench;
      std::size_t count = 0;
      bench.loop.status = [&](const Transfer&) {
        return count++ == step ? bad : TransferStatus::kCompleted;
      };
      bench.loop.attach();
      BOOST_TEST(bench.loop.notices == "E");
    }
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_of_every_answer_is_survived) {
  for (std::size_t step = 0; step < 8; ++step) {
    for (std::size_t length = 0; length < 32; ++length) {
      Bench bench;
      std::size_t count = 0;
      bench.loop.damage = [&](const Transfer&, Bytes& data) {
        if (count++ == step && data.size() > length) data.resize(length);
      };
      bench.loop.attach();
      BOOST_TEST(bench.loop.notices == "E");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_configuration_that_cannot_be_parsed_is_given_up_with_the_offset) {
  usb_device::DeviceParameters p = parameters();
  p.configuration_bytes =
      wire::from_hex("09 02 12 00 01 01 00 80 32 00 04 00 00 00 ff 00 00 00").value();
  Bench bench(p);
  bench.loop.attach();
  BOOST_TEST(bench.loop.notices == "RRF");
  BOOST_TEST(bench.loop.failure.find("byte 9") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(missing_strings_do_not_matter) {
  usb_device::DeviceParameters p = parameters();
  p.strings.clear();
  Bench none(p);
  none.loop.attach();
  BOOST_TEST(none.loop.notices == "E");
  p.strings = {{1, "maker"}};
  Bench some(p);
  some.loop.attach();
  BOOST_TEST(some.loop.notices == "E");
  BOOST_TEST(some.first.description->string(1) == "maker");
  BOOST_TEST(some.first.description->string(2) == "");
}

BOOST_AUTO_TEST_CASE(a_device_that_leaves_at_any_step_is_forgotten) {
  for (std::size_t step = 0; step < 9; ++step) {
    Bench bench;
    std::size_t count = 0;
    bench.loop.swallow = [&](const Transfer&) { return count++ == step; };
    bench.loop.attach();
    bench.loop.detach();
    BOOST_CHECK(bench.host.step() == EnumerationStep::kNoDevice);
    BOOST_TEST(bench.loop.timers.empty());
    BOOST_TEST(bench.loop.pending_in() == 0u);
    bench.loop.attach();
    BOOST_TEST(bench.loop.notices == "E");
  }
}

BOOST_AUTO_TEST_CASE(transfers_and_timers_of_drivers_do_not_mix) {
  Bench bench;
  bench.loop.attach();
  bench.loop.swallow = [](const Transfer& t) { return t.type == TransferType::kBulk; };
  bench.first.log = bench.second.log = "";
  bench.loop.from_host(bench.host.admit(0, {bulk_in(7), wire::StartTimer{5, 100}}));
  bench.loop.from_host(bench.host.admit(1, {bulk_in(7), wire::StartTimer{5, 200}}));
  BOOST_TEST(bench.loop.timers.size() == 2u);
  bench.loop.from_host(bench.host.admit(1, {CancelTransfer{7}}));
  BOOST_TEST(bench.second.log == "C7ca");
  BOOST_TEST(bench.first.log == "");
  bench.loop.expire_next();
  BOOST_TEST(bench.first.log == "T5");
  bench.loop.from_host(bench.host.admit(1, {wire::StopTimer{5}}));
  BOOST_TEST(bench.loop.timers.empty());
}

BOOST_AUTO_TEST_CASE(when_the_device_leaves_transfers_and_timers_of_drivers_are_over) {
  Bench bench;
  bench.loop.attach();
  bench.loop.swallow = [](const Transfer& t) { return t.type == TransferType::kBulk; };
  bench.first.log = "";
  bench.loop.from_host(bench.host.admit(0, {bulk_in(7), wire::StartTimer{5, 100}}));
  bench.first.next = {bulk_in(8)};  // what a driver asks for when the device is gone goes nowhere
  bench.loop.detach();
  BOOST_TEST(bench.first.log == "G");
  BOOST_TEST(bench.loop.timers.empty());
  BOOST_TEST(bench.loop.notices == "EL");
  BOOST_TEST(bench.loop.pending_in() == 0u);
  BOOST_TEST(bench.host.admit(0, {bulk_in(9), wire::StartTimer{5, 1}}).empty());
  BOOST_TEST(bench.host.handle(HostEvent{Detached{}}).empty());
  BOOST_TEST(bench.host.description() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_reset_enumerates_again) {
  Bench bench;
  BOOST_TEST(bench.host.reset().empty());
  bench.loop.attach();
  bench.loop.from_host(bench.host.reset());
  BOOST_TEST(bench.loop.notices == "ELRE");
  BOOST_TEST(bench.first.log == "AGA");
  BOOST_CHECK(bench.device.state() == usb_device::DeviceState::kConfigured);
}

BOOST_AUTO_TEST_CASE(stray_completions_and_timers_are_ignored) {
  Bench bench;
  BOOST_TEST(
      bench.host.handle(HostEvent{Completion{99, TransferStatus::kCompleted, {}, 0}}).empty());
  BOOST_TEST(bench.host.handle(wire::TimerExpired{1}).empty());
  BOOST_TEST(bench.host.handle(wire::TimerExpired{0x10005}).empty());
  BOOST_TEST(bench.host.handle(wire::TimerExpired{0xFFFFFFFF}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
