// The USB devices of this machine, as libusb and the system know them, without opening them where
// the system tells without.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/gateway/usb_route.h"
#include "sim/gateway/usb_selector.h"

struct libusb_device;
struct libusb_context;

namespace uketsuke::gateway {

struct CcidInterface {
  std::uint8_t bInterfaceNumber = 0;
  unsigned slots = 1;
  std::string exchange_level;  // "TPDU", "short APDU", "extended APDU", "character"
  bool pin_pad = false;
};
struct UsbDevice {
  UsbIdentity identity;
  std::string manufacturer, product;
  wire::usb::Speed speed = wire::usb::Speed::kFull;
  std::vector<CcidInterface> ccid;  // empty: no smart card reader by its descriptors
  std::string node;                 // "/dev/bus/usb/001/002"
};

// Every device but hubs, for `uketsuke readers` and `doctor`. Throws std::runtime_error if libusb
// does not start.
std::vector<UsbDevice> list_usb_devices();

// "Sony RC-S300 (054c:0dc8, serial 123, port 1-4)"
std::string describe(const UsbDevice& device);

// A process that has the node open, as far as /proc shows it to us.
struct NodeHolder {
  int pid = 0;
  std::string program;
};
std::vector<NodeHolder> holders_of(const std::string& node);

// For the route.
UsbDevice examine(libusb_device* device);
bool matches(const UsbSelector& selector, libusb_device* device);

}  // namespace uketsuke::gateway
