// The plug is pulled at any moment; devices come late; transfers hang.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "sim/gateway/libusb_route.h"
#include "tests/integration/libusb/live_reader.h"
#include "tests/integration/libusb/usbfs_control.h"

namespace uketsuke {
namespace {

using gateway::LibusbRoute;
using gateway::LibusbSettings;
using gateway::UsbIds;
using live::LiveReader;
using live::UsbfsControl;
using wire::Bytes;
using wire::usb::TransferStatus;

const UsbIds kOurs{0x1209, 0x0001, ""};

Bytes hex(const char* text) { return wire::from_hex(text).value(); }

std::unique_ptr<gateway::UsbRoute> libusb(LibusbSettings settings = {}) {
  return std::make_unique<LibusbRoute>(kOurs, settings);
}

wire::usb::Transfer interrupt_in() {
  wire::usb::Transfer transfer;
  transfer.type = wire::usb::TransferType::kInterrupt;
  transfer.bEndpointAddress = 0x83;
  transfer.length = 8;
  return transfer;
}

wire::usb::Transfer bulk_in() {
  wire::usb::Transfer transfer;
  transfer.bEndpointAddress = 0x82;
  transfer.length = 512;
  return transfer;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(libusb_plug)

BOOST_AUTO_TEST_CASE(a_reader_that_is_plugged_in_later_is_found) {
  UsbfsControl desk;
  LibusbSettings patient;
  patient.absent_after_ms = 0;
  LiveReader reader(libusb(patient));
  reader.run_for(300);
  BOOST_TEST(reader.attached == 0);
  wire::usb::Transfer early = bulk_in();
  const std::uint64_t id = reader.submit(early);
  BOOST_REQUIRE(reader.wait([&] { return reader.completion(id) != nullptr; }));
  BOOST_TEST((reader.completion(id)->status == TransferStatus::kNoDevice));
  desk("plug");
  BOOST_REQUIRE(reader.wait_ready());
  BOOST_TEST(!reader.connect().empty());
  BOOST_TEST(reader.attached == 1);
  BOOST_TEST(reader.failures_en.empty());
}

// Each moment: how long after a command was sent. Open transfers end once, then Detached; the
// reader works again when it is back.
BOOST_AUTO_TEST_CASE(the_plug_is_pulled_at_any_moment) {
  UsbfsControl desk;
  LiveReader reader(libusb());
  for (const int moment_ms : {0, 1, 2, 3, 5, 8, 20}) {
    BOOST_TEST_CONTEXT(moment_ms << " ms") {
      BOOST_REQUIRE(reader.wait_ready());
      BOOST_REQUIRE(!reader.connect().empty());
      const int left = reader.detached;
      const std::uint64_t waiting = reader.submit(bulk_in());
      wire::usb::Transfer command;  // IccPowerOn, CCID 1.1, 6.1.1: the reader is busy with its card
      command.bEndpointAddress = 0x01;
      command.data = hex("62000000000000000000");
      const std::uint64_t sent = reader.submit(command);
      reader.run_for(moment_ms);
      desk("unplug");
      BOOST_REQUIRE(reader.wait([&] { return reader.detached == left + 1; }));
      BOOST_TEST(reader.open() == 0);
      BOOST_REQUIRE(reader.completion(waiting) != nullptr);
      const TransferStatus status = reader.completion(waiting)->status;
      BOOST_TEST((status == TransferStatus::kNoDevice || status == TransferStatus::kCompleted));
      BOOST_TEST(reader.completion(sent) != nullptr);
      BOOST_TEST(!reader.ready());
      desk("plug");
    }
  }
  BOOST_REQUIRE(reader.wait_ready());
  BOOST_TEST(!reader.connect().empty());
  BOOST_TEST(reader.twice() == 0);
  BOOST_TEST(reader.failures_en.empty());
}

BOOST_AUTO_TEST_CASE(the_plug_is_pulled_while_the_reader_is_reset) {
  UsbfsControl desk;
  LiveReader reader(libusb());
  BOOST_REQUIRE(reader.wait_ready());
  reader.reset();
  desk("unplug");
  reader.run_for(300);
  desk("plug");
  BOOST_REQUIRE(reader.wait_ready());
  BOOST_TEST(!reader.connect().empty());
  BOOST_TEST(reader.twice() == 0);
}

BOOST_AUTO_TEST_CASE(a_route_that_goes_leaves_nothing_behind) {
  UsbfsControl desk;
  for (int round = 0; round < 3; ++round) {
    LiveReader reader(libusb());
    BOOST_REQUIRE(reader.wait_ready());
    reader.submit(interrupt_in());
    reader.submit(bulk_in());
    reader.run_for(20);
    const auto begin = std::chrono::steady_clock::now();
    reader.end();
    BOOST_TEST(seconds_since(begin) < 2);
  }
  for (int i = 0; i < 100 && desk("clients") != "0"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  BOOST_TEST(desk("clients") == "0");
}

BOOST_AUTO_TEST_CASE(a_transfer_that_never_comes_back_is_completed_and_holds_up_nobody) {
  UsbfsControl desk;
  LibusbSettings hasty;
  hasty.drain_ms = 300;
  LiveReader reader(libusb(hasty));
  BOOST_REQUIRE(reader.wait_ready());
  reader.run_for(200);  // the driver is at rest
  desk("swallow on");
  const std::uint64_t cancelled = reader.submit(bulk_in());
  const std::uint64_t open = reader.submit(bulk_in());
  reader.route().cancel(cancelled);
  BOOST_REQUIRE(reader.wait([&] { return reader.completion(cancelled) != nullptr; }));
  BOOST_TEST((reader.completion(cancelled)->status == TransferStatus::kCancelled));
  BOOST_TEST(reader.completion(open) == nullptr);
  const auto begin = std::chrono::steady_clock::now();
  reader.end();
  BOOST_TEST(seconds_since(begin) < 4);
  desk("swallow off");
  LiveReader next(libusb());
  BOOST_TEST(next.wait_ready());
  BOOST_TEST(!next.connect().empty());
}

BOOST_AUTO_TEST_CASE(a_card_that_comes_and_goes_is_told_by_the_interrupt_endpoint) {
  UsbfsControl desk;
  LiveReader reader(libusb());
  BOOST_REQUIRE(reader.wait([&] { return reader.count<wire::session::CardPresent>() == 1; }));
  desk("remove");
  BOOST_REQUIRE(reader.wait([&] { return reader.count<wire::session::CardAbsent>() >= 1; }));
  desk("insert hanako");
  BOOST_REQUIRE(reader.wait([&] { return reader.count<wire::session::CardPresent>() == 2; }));
  BOOST_TEST(!reader.connect().empty());
}

// What the system lends is given back, whatever happened.
BOOST_AUTO_TEST_CASE(rounds_of_plugging_leave_no_descriptor_and_no_thread) {
  UsbfsControl desk;
  const auto entries = [](const char* folder) {
    return std::distance(std::filesystem::directory_iterator(folder), {});
  };
  const auto round = [&desk](bool pulled) {
    LiveReader reader(libusb());
    BOOST_REQUIRE(reader.wait_ready());
    reader.submit(bulk_in());
    if (!pulled) return;
    desk("unplug");
    BOOST_REQUIRE(reader.wait([&] { return reader.detached == 1; }));
    desk("plug");
    desk.wait_present(true);
  };
  round(true);
  const auto files = entries("/proc/self/fd"), threads = entries("/proc/self/task");
  for (int i = 0; i < 5; ++i) round(i % 2 == 0);
  BOOST_TEST(entries("/proc/self/fd") == files);
  BOOST_TEST(entries("/proc/self/task") == threads);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke
