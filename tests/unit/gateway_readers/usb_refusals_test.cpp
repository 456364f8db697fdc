#include "sim/gateway/usb_refusals.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace uketsuke::gateway {
namespace {

UsbDevice reader(const char* port) {
  UsbDevice device;
  device.identity.idVendor = 0x054C;
  device.identity.idProduct = 0x0DC8;
  device.identity.serial = "123";
  device.identity.port = port;
  device.product = "RC-S300";
  device.node = "/dev/bus/usb/001/007";
  return device;
}

void both_have(const RouteFailed& failed, const std::string& part) {
  BOOST_TEST_CONTEXT(part) {
    BOOST_TEST(failed.ja.find(part) != std::string::npos);
    BOOST_TEST(failed.en.find(part) != std::string::npos);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(usb_refusals)

BOOST_AUTO_TEST_CASE(equal_devices_are_listed_with_the_places_that_tell_them_apart) {
  const auto failed = several_devices(UsbIds{0x054C, 0x0DC8, ""}, {reader("1-1"), reader("2-3.4")});
  for (const char* part : {"usb:054c:0dc8", "RC-S300", "usb:1-1", "usb:2-3.4", "123"})
    both_have(failed, part);
}

// udev(7); uaccess: systemd's 70-uaccess.rules gives it to whoever sits at the machine, if the rule
// comes before 73-seat-late.rules.
BOOST_AUTO_TEST_CASE(the_rule_names_the_device_and_comes_before_the_seat_rules) {
  BOOST_TEST(udev_rule(0x054C, 0x0DC8) ==
             "SUBSYSTEM==\"usb\", ATTR{idVendor}==\"054c\", ATTR{idProduct}==\"0dc8\", "
             "TAG+=\"uaccess\"");
  BOOST_TEST(std::string(kUdevRuleFile).substr(0, 21) == "/etc/udev/rules.d/70-");
  both_have(device_without_access(reader("1-1")), udev_rule(0x054C, 0x0DC8));
  both_have(device_without_access(reader("1-1")), "/dev/bus/usb/001/007");
}

BOOST_AUTO_TEST_CASE(whoever_has_the_device_is_named_with_what_to_do) {
  const auto pcscd = device_claimed(reader("1-1"), {{42, "pcscd"}});
  both_have(pcscd, "pcscd (pid 42)");
  both_have(pcscd, "systemctl stop pcscd.socket");
  both_have(pcscd, "pcsc:");
  const auto other = device_claimed(reader("1-1"), {{7, "a"}, {8, "b"}});
  both_have(other, "a (pid 7), b (pid 8)");
  both_have(device_claimed(reader("1-1"), {}), "fuser -v /dev/bus/usb/001/007");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::gateway
