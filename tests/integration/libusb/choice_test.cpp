// Which device is taken, and why one is not.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "sim/gateway/libusb_route.h"
#include "sim/gateway/usb_devices.h"
#include "tests/integration/libusb/live_reader.h"
#include "tests/integration/libusb/usbfs_control.h"

namespace uketsuke {
namespace {

using gateway::LibusbRoute;
using gateway::LibusbSettings;
using gateway::UsbIds;
using gateway::UsbPlace;
using live::LiveReader;
using live::UsbfsControl;

// What usbfs_host was started with (CMakeLists.txt): two equal readers, another one, the face-auth
// reader with a kernel driver on its CDC-ACM function.
const UsbIds kTwice{0x1209, 0x0001, "UKETSUKE-TPDU"};
const UsbIds kOnce{0x1209, 0x0005, ""};
const UsbPlace kFirst{1, {1}}, kSecond{1, {2}};

std::unique_ptr<gateway::UsbRoute> libusb(gateway::UsbSelector selector,
                                          LibusbSettings settings = {}) {
  return std::make_unique<LibusbRoute>(std::move(selector), settings);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(libusb_choice)

BOOST_AUTO_TEST_CASE(two_devices_that_match_are_refused_until_one_has_gone) {
  UsbfsControl desk;
  LiveReader reader(libusb(kTwice));
  BOOST_REQUIRE(reader.wait([&] { return !reader.failures_en.empty(); }));
  BOOST_TEST(reader.attached == 0);
  for (const auto& words : {reader.failures_en.front(), reader.failures_ja.front()}) {
    BOOST_TEST(has(words, "usb:1-1"));
    BOOST_TEST(has(words, "usb:1-2"));
    BOOST_TEST(!has(words, "usb:1-3"));
  }
  reader.run_for(1500);
  BOOST_TEST(reader.failures_en.size() == 1U);  // told once
  desk("unplug 1");
  BOOST_TEST(reader.wait([&] { return reader.ready(); }));
  desk("plug 1");
  desk.wait_present(true, 1);
}

BOOST_AUTO_TEST_CASE(a_place_or_a_serial_number_tells_equal_devices_apart) {
  LiveReader first(libusb(kFirst)), second(libusb(kSecond));
  BOOST_TEST(first.wait_ready());
  BOOST_TEST(second.wait_ready());
  BOOST_TEST(first.route().identity().port == "1-1");
  BOOST_TEST(second.route().identity().port == "1-2");
  LiveReader other(libusb(UsbIds{0x1209, 0x0001, "OTHER"}));
  BOOST_TEST(other.wait_ready());
  BOOST_TEST(other.route().identity().port == "1-3");
}

BOOST_AUTO_TEST_CASE(a_device_that_is_not_there_is_told_and_still_waited_for) {
  LibusbSettings hasty;
  hasty.absent_after_ms = 200;
  LiveReader reader(libusb(UsbIds{0x1209, 0x0004, ""}, hasty));
  BOOST_REQUIRE(reader.wait([&] { return !reader.failures_en.empty(); }));
  BOOST_TEST(has(reader.failures_en.front(), "usb:1209:0004"));
  BOOST_TEST(has(reader.failures_ja.front(), "uketsuke readers"));
}

BOOST_AUTO_TEST_CASE(a_device_that_somebody_else_has_is_refused_and_taken_when_it_is_free) {
  auto owner = std::make_unique<LiveReader>(libusb(kOnce));
  BOOST_REQUIRE(owner->wait_ready());
  LiveReader reader(libusb(kOnce));
  BOOST_REQUIRE(reader.wait([&] { return !reader.failures_en.empty(); }));
  BOOST_TEST(has(reader.failures_en.front(), "in use by"));
  BOOST_TEST(has(reader.failures_en.front(), "pcscd"));  // how to see whether it is that
  BOOST_TEST(reader.attached == 0);
  owner.reset();
  BOOST_TEST(reader.wait_ready());
}

BOOST_AUTO_TEST_CASE(without_access_the_node_and_the_udev_rule_are_named) {
  const std::string root = std::getenv("UMOCKDEV_DIR");
  std::string node;
  for (const auto& device : gateway::list_usb_devices())
    if (device.identity.port == "1-1") node = device.node;
  BOOST_REQUIRE(!node.empty());
  BOOST_REQUIRE(::chmod((root + node).c_str(), 0) == 0);
  if (::geteuid() == 0) {
    BOOST_REQUIRE(::chmod(root.c_str(), 0777) == 0);
    // The preload connects to the emulation even when the node did not open.
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root + "/ioctl"))
      std::filesystem::permissions(entry, std::filesystem::perms::all);
    BOOST_REQUIRE(::seteuid(65534) == 0);
  }
  {
    LiveReader reader(libusb(kFirst));
    BOOST_REQUIRE(reader.wait([&] { return !reader.failures_en.empty(); }));
    for (const auto& words : {reader.failures_en.front(), reader.failures_ja.front()}) {
      BOOST_TEST_CONTEXT(words) BOOST_TEST(has(words, node));
      BOOST_TEST(has(words, "ATTR{idVendor}==\"1209\", ATTR{idProduct}==\"0001\""));
    }
    if (::getuid() == 0) BOOST_REQUIRE(::seteuid(0) == 0);
    BOOST_REQUIRE(::chmod((root + node).c_str(), 0666) == 0);
    BOOST_TEST(reader.wait_ready());
  }
}

// The kernel's driver is detached from each interface and attached again at the end.
BOOST_AUTO_TEST_CASE(kernel_drivers_are_detached_and_attached_again) {
  UsbfsControl desk;
  BOOST_TEST(desk("driver 1 3") == "cdc_acm");
  {
    LiveReader reader(libusb(kOnce));
    BOOST_REQUIRE(reader.wait_ready());
    BOOST_TEST(desk("driver 1 3").empty());
    BOOST_TEST(desk("driver 2 3").empty());
  }
  BOOST_TEST(desk("driver 1 3") == "cdc_acm");
  BOOST_TEST(desk("driver 2 3") == "cdc_acm");
}

// The face-auth reader: CCID on interface 0, CDC-ACM with the reader link on 1 and 2.
BOOST_AUTO_TEST_CASE(both_functions_of_a_composite_reader_are_reached_at_once) {
  LiveReader reader(libusb(kOnce));
  BOOST_REQUIRE(reader.wait_ready());
  BOOST_TEST(reader.description()->configuration.interfaces.size() == 3U);
  // SET_LINE_CODING, GET_LINE_CODING, SET_CONTROL_LINE_STATE: USB CDC PSTN 1.2, 6.3.10-6.3.12.
  const wire::Bytes coding = wire::from_hex("00c20100000008").value();
  wire::usb::Transfer set;
  set.type = wire::usb::TransferType::kControl;
  set.setup = {0x21, 0x20, 0, 1, 7};
  set.data = coding;
  const std::uint64_t id = reader.submit(set);
  BOOST_REQUIRE(reader.wait([&] { return reader.completion(id) != nullptr; }));
  BOOST_TEST((reader.completion(id)->status == wire::usb::TransferStatus::kCompleted));
  BOOST_TEST(reader.completion(id)->actual_length == 7U);
  wire::Bytes answer;
  BOOST_TEST((reader.control({0xA1, 0x21, 0, 1, 7}, &answer) ==
              wire::usb::TransferStatus::kCompleted));
  BOOST_TEST((answer == set.data));
  wire::usb::Transfer link;
  link.bEndpointAddress = 0x85;
  link.length = 64;
  const std::uint64_t waiting = reader.submit(link);
  UsbfsControl desk;
  desk("remove");
  desk("insert hanako 3");
  BOOST_REQUIRE(reader.wait([&] { return reader.count<wire::session::CardPresent>() > 0; }));
  BOOST_TEST(!reader.connect().empty());
  reader.route().cancel(waiting);
  BOOST_TEST(reader.wait([&] { return reader.open() <= 1; }));  // the interrupt endpoint waits on
}

BOOST_AUTO_TEST_CASE(the_list_has_what_tells_readers_apart) {
  const auto devices = gateway::list_usb_devices();
  BOOST_REQUIRE(devices.size() == 4U);
  const auto at = [&](const char* port) {
    for (const auto& device : devices)
      if (device.identity.port == port) return device;
    return gateway::UsbDevice{};
  };
  const auto face = at("1-4"), generic = at("1-1");
  BOOST_TEST(generic.identity.route == "usb:1209:0001:UKETSUKE-TPDU");
  BOOST_TEST(generic.product == "uketsuke TPDU reader");
  BOOST_REQUIRE(generic.ccid.size() == 1U);
  BOOST_TEST(generic.ccid[0].exchange_level == "TPDU");
  BOOST_TEST(generic.ccid[0].slots == 1U);
  BOOST_REQUIRE(face.ccid.size() == 1U);
  BOOST_TEST(face.ccid[0].exchange_level == "extended APDU");
  BOOST_TEST(face.ccid[0].pin_pad);
  BOOST_TEST((face.speed == wire::usb::Speed::kHigh));
  BOOST_TEST(face.identity.idProduct == 0x0005);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke
