#include "models/generic_reader/profile.h"

#include <algorithm>

namespace uketsuke::generic_reader {

namespace usb = wire::usb;

namespace {

constexpr std::uint8_t kManufacturer = 1, kProduct = 2, kSerial = 3;
constexpr std::uint8_t kBulk = 2, kInterrupt = 3;  // bmAttributes 1..0
constexpr std::uint16_t kFullSpeedBulkPacket = 64, kHighSpeedBulkPacket = 512;  // USB 2.0, 5.8.3

// The same period at full speed, in frames of 1 ms (USB 2.0, 9.6.6).
std::uint8_t full_speed_interval(const Profile& profile) {
  if (profile.speed == usb::Speed::kFull) return profile.interrupt_bInterval;
  const unsigned exponent = profile.interrupt_bInterval > 0 ? profile.interrupt_bInterval - 1U : 0U;
  const unsigned frames = exponent < 3 ? 1U : 1U << (exponent - 3);
  return static_cast<std::uint8_t>(frames > 255 ? 255 : frames);
}

usb_device::FunctionParameters ccid_interface(const Profile& profile, usb::Speed speed) {
  const ccid_function::Parameters& ccid = profile.ccid;
  const bool high = speed == usb::Speed::kHigh;
  const std::uint16_t packet = high ? kHighSpeedBulkPacket : kFullSpeedBulkPacket;
  const std::size_t slots = ccid.slots.size();
  usb_device::InterfaceParameters interface;
  interface.descriptor.bInterfaceNumber = ccid.interface_number;
  interface.descriptor.bInterfaceClass = profile.bInterfaceClass;
  interface.descriptor.bInterfaceSubClass = profile.bInterfaceSubClass;
  interface.descriptor.bInterfaceProtocol = profile.bInterfaceProtocol;
  interface.class_descriptors.push_back(encode(ccid.descriptor));
  interface.endpoints.push_back({ccid.endpoints.bulk_out, kBulk, packet, 0});
  interface.endpoints.push_back({ccid.endpoints.bulk_in, kBulk, packet, 0});
  if (ccid.endpoints.interrupt_in != 0) {
    // Room for the longer of the two messages: NotifySlotChange of all slots, HardwareError.
    const std::size_t longest = std::max<std::size_t>(1 + (2 * slots + 7) / 8, 4);
    const auto interval = high ? profile.interrupt_bInterval : full_speed_interval(profile);
    const auto size = static_cast<std::uint16_t>(std::max<std::size_t>(longest, 8));
    interface.endpoints.push_back({ccid.endpoints.interrupt_in, kInterrupt, size, interval});
  }
  usb_device::FunctionParameters function;
  function.interfaces.push_back(std::move(interface));
  return function;
}

// Interface, endpoints, class descriptor: the order that CCID 5.1 does not allow.
wire::Bytes misordered(const usb_device::DeviceParameters& device, const Profile& profile) {
  wire::Bytes bytes = configuration_bytes(device);
  const std::size_t at = usb::kConfigurationDescriptorLength + 9;  // after the interface descriptor
  const std::size_t length = wire::ccid::kClassDescriptorLength;
  const wire::Bytes descriptor = encode(profile.ccid.descriptor);
  bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at),
              bytes.begin() + static_cast<std::ptrdiff_t>(at + length));
  bytes.insert(bytes.end(), descriptor.begin(), descriptor.end());
  return bytes;
}

}  // namespace

usb_device::DeviceParameters device_parameters(const Profile& profile) {
  usb_device::DeviceParameters device;
  device.speed = profile.speed;
  device.device.idVendor = profile.idVendor;
  device.device.idProduct = profile.idProduct;
  device.device.bcdDevice = profile.bcdDevice;
  const auto name = [&device](std::uint8_t index, const std::string& text) -> std::uint8_t {
    if (text.empty()) return 0;
    device.strings[index] = text;
    return index;
  };
  device.device.iManufacturer = name(kManufacturer, profile.manufacturer);
  device.device.iProduct = name(kProduct, profile.product);
  device.device.iSerialNumber = name(kSerial, profile.serial);
  device.configuration.bmAttributes = profile.bmAttributes;
  device.configuration.bMaxPower = profile.bMaxPower;
  device.functions.push_back(ccid_interface(profile, profile.speed));
  if (profile.speed == usb::Speed::kHigh) {
    usb::DeviceQualifier qualifier;
    qualifier.bMaxPacketSize0 = device.device.bMaxPacketSize0;
    device.qualifier = qualifier;
    device.other_speed_functions.push_back(ccid_interface(profile, usb::Speed::kFull));
  }
  device.answers_unknown_descriptors = profile.answers_unknown_descriptors;
  if (profile.class_descriptor_after_endpoints) {
    device.configuration_bytes = misordered(device, profile);
  }
  return device;
}

}  // namespace uketsuke::generic_reader
