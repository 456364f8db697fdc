// What makes one generic reader differ from another: descriptors, speed, slots, features. Data
// only; scenarios/readers/*.yaml have the same fields under the standard's names.
#pragma once

#include <cstdint>
#include <string>

#include "models/ccid_function/parameters.h"
#include "models/usb_device/device.h"

namespace uketsuke::generic_reader {

struct Profile {
  std::string name = "clean_tpdu";
  // USB 2.0, 9.6.1 and 9.6.3. Ids 1209:0001..0005 are pid.codes test ids, for no product.
  std::uint16_t idVendor = 0x1209, idProduct = 0x0001, bcdDevice = 0x0100;
  std::string manufacturer = "uketsuke (test ids of pid.codes)";
  std::string product = "uketsuke generic reader";
  std::string serial = "UKETSUKE0001";   // empty: no serial number
  wire::usb::Speed speed = wire::usb::Speed::kFull;
  std::uint8_t bmAttributes = 0x80;      // bus powered; bit 5: remote wake-up
  std::uint8_t bMaxPower = 50;           // in 2 mA
  std::uint8_t interrupt_bInterval = 24; // full speed: ms; high speed: 2^(n-1) microframes
  std::uint8_t bInterfaceClass = 0x0B;   // FFh on some readers that are no CCID by their class
  std::uint8_t bInterfaceSubClass = 0, bInterfaceProtocol = 0;
  ccid_function::Parameters ccid;        // class descriptor, endpoints, slots, lists, timings
  // Deviations: legal or not, as usb_device::DeviceParameters has them.
  bool class_descriptor_after_endpoints = false;  // seen: three makers (conformance X02)
  bool answers_unknown_descriptors = false;
};

// The descriptors of the device: interface, class descriptor, endpoints (5.1, 5.2); qualifier and
// other speed for a high-speed reader.
usb_device::DeviceParameters device_parameters(const Profile& profile);

}  // namespace uketsuke::generic_reader
