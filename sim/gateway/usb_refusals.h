// Why a USB device of this machine cannot be used, and what to do about it: words for people.
#pragma once

#include <string>
#include <vector>

#include "sim/gateway/usb_devices.h"

namespace uketsuke::gateway {

// The rule that lets whoever sits at the machine use the device, and where it goes.
std::string udev_rule(std::uint16_t idVendor, std::uint16_t idProduct);
inline constexpr const char* kUdevRuleFile = "/etc/udev/rules.d/70-uketsuke.rules";

RouteFailed device_not_there(const UsbSelector& selector);
RouteFailed several_devices(const UsbSelector& selector, const std::vector<UsbDevice>& devices);
RouteFailed device_without_access(const UsbDevice& device);
// `holders`: who has its node open, as far as is known.
RouteFailed device_claimed(const UsbDevice& device, const std::vector<NodeHolder>& holders);
RouteFailed device_unusable(const UsbDevice& device, const std::string& what);
RouteFailed libusb_unusable(const std::string& what);

}  // namespace uketsuke::gateway
