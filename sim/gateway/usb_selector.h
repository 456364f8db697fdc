// Which USB device is meant: the part of a binding after "usb:".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/gateway/usb_route.h"

namespace uketsuke::gateway {

// VID:PID, VID:PID:SERIAL: four hexadecimal digits each; what follows the second colon is compared
// as it is.
struct UsbIds {
  std::uint16_t idVendor = 0, idProduct = 0;
  std::string serial;  // empty: any
};
// BUS-PORT[.PORT...]: decimal, as in the names of /sys/bus/usb/devices.
struct UsbPlace {
  int bus = 0;
  std::vector<std::uint8_t> ports;
};
using UsbSelector = std::variant<UsbIds, UsbPlace>;

// With or without "usb:". RouteFailed: it is none; its words say what is possible.
std::variant<UsbSelector, RouteFailed> parse_usb_selector(std::string_view text);
// "usb:1209:0001:SERIAL", "usb:1-4.2"
std::string to_string(const UsbSelector& selector);
// "1-4.2"; "" if there are no ports.
std::string place_text(int bus, const std::vector<std::uint8_t>& ports);

}  // namespace uketsuke::gateway
