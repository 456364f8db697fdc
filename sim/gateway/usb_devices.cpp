#include "sim/gateway/usb_devices.h"

#include <fmt/format.h>
#include <libusb-1.0/libusb.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <utility>

#include "sim/wire/ccid/descriptor.h"

namespace uketsuke::gateway {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxText = 256;  // of a string descriptor or an attribute

std::vector<std::uint8_t> ports_of(libusb_device* device) {
  std::uint8_t ports[8] = {};
  const int count = libusb_get_port_numbers(device, ports, sizeof ports);
  return {ports, ports + (count > 0 ? count : 0)};
}

// Linux tells the strings of a device to everybody, and without disturbing it.
std::string attribute(const std::string& port, const char* name) {
  std::ifstream file("/sys/bus/usb/devices/" + port + "/" + name);
  std::string text;
  std::getline(file, text);
  return text.substr(0, kMaxText);
}

std::string string_descriptor(libusb_device* device, std::uint8_t index) {
  libusb_device_handle* handle = nullptr;
  if (index == 0 || libusb_open(device, &handle) != 0) return {};
  unsigned char text[kMaxText] = {};
  const int length = libusb_get_string_descriptor_ascii(handle, index, text, sizeof text);
  libusb_close(handle);
  return length > 0 ? std::string(text, text + length) : std::string{};
}

std::string text_of(libusb_device* device, const std::string& port, const char* name,
                    std::uint8_t index) {
  if (index == 0) return {};
  std::string text = port.empty() ? std::string{} : attribute(port, name);
  return text.empty() ? string_descriptor(device, index) : text;
}

// The first class descriptor among `extra`, which is several descriptors in a row.
void find_class_descriptor(wire::ByteView extra, std::vector<CcidInterface>& found,
                           std::uint8_t number) {
  while (extra.size() >= 2 && extra[0] >= 2 && extra[0] <= extra.size()) {
    const auto descriptor = wire::ccid::decode_class_descriptor(extra.first(extra[0]));
    if (descriptor) {
      CcidInterface ccid;
      ccid.bInterfaceNumber = number;
      ccid.slots = descriptor->bMaxSlotIndex + 1U;
      ccid.pin_pad = (descriptor->bPINSupport & wire::ccid::kPinVerification) != 0;
      switch (wire::ccid::exchange_level(descriptor->dwFeatures)) {
        case wire::ccid::ExchangeLevel::kCharacter: ccid.exchange_level = "character"; break;
        case wire::ccid::ExchangeLevel::kTpdu: ccid.exchange_level = "TPDU"; break;
        case wire::ccid::ExchangeLevel::kShortApdu: ccid.exchange_level = "short APDU"; break;
        case wire::ccid::ExchangeLevel::kExtendedApdu:
          ccid.exchange_level = "extended APDU";
          break;
      }
      found.push_back(std::move(ccid));
      return;
    }
    extra = extra.subspan(extra[0]);
  }
}

// By class 0Bh, or FFh with the descriptor of a CCID, as real readers are (libccid does the same).
std::vector<CcidInterface> ccid_interfaces(libusb_device* device) {
  libusb_config_descriptor* raw = nullptr;
  if (libusb_get_active_config_descriptor(device, &raw) != 0 &&
      libusb_get_config_descriptor(device, 0, &raw) != 0) {
    return {};
  }
  const std::unique_ptr<libusb_config_descriptor, void (*)(libusb_config_descriptor*)> config(
      raw, &libusb_free_config_descriptor);
  std::vector<CcidInterface> found;
  for (int i = 0; i < config->bNumInterfaces; ++i) {
    if (config->interface[i].num_altsetting < 1) continue;
    const libusb_interface_descriptor& about = config->interface[i].altsetting[0];
    if (about.bInterfaceClass != wire::ccid::kInterfaceClass && about.bInterfaceClass != 0xFF)
      continue;
    wire::Bytes extra(about.extra, about.extra + about.extra_length);
    for (int e = 0; e < about.bNumEndpoints; ++e) {
      const libusb_endpoint_descriptor& endpoint = about.endpoint[e];
      extra.insert(extra.end(), endpoint.extra, endpoint.extra + endpoint.extra_length);
    }
    find_class_descriptor(extra, found, about.bInterfaceNumber);
  }
  return found;
}

}  // namespace

UsbDevice examine(libusb_device* device) {
  UsbDevice found;
  libusb_device_descriptor about{};
  libusb_get_device_descriptor(device, &about);
  const int bus = libusb_get_bus_number(device);
  UsbIdentity& identity = found.identity;
  identity.idVendor = about.idVendor;
  identity.idProduct = about.idProduct;
  identity.bcdDevice = about.bcdDevice;
  identity.port = place_text(bus, ports_of(device));
  identity.serial = text_of(device, identity.port, "serial", about.iSerialNumber);
  identity.route = to_string(
      UsbSelector{UsbIds{identity.idVendor, identity.idProduct, identity.serial}});
  found.manufacturer = text_of(device, identity.port, "manufacturer", about.iManufacturer);
  found.product = text_of(device, identity.port, "product", about.iProduct);
  const int speed = libusb_get_device_speed(device);
  found.speed = speed >= LIBUSB_SPEED_HIGH ? wire::usb::Speed::kHigh : wire::usb::Speed::kFull;
  found.ccid = ccid_interfaces(device);
  found.node = fmt::format("/dev/bus/usb/{:03}/{:03}", bus, libusb_get_device_address(device));
  return found;
}

bool matches(const UsbSelector& selector, libusb_device* device) {
  if (const auto* place = std::get_if<UsbPlace>(&selector))
    return place->bus == libusb_get_bus_number(device) && place->ports == ports_of(device);
  const auto& ids = std::get<UsbIds>(selector);
  libusb_device_descriptor about{};
  if (libusb_get_device_descriptor(device, &about) != 0) return false;
  if (about.idVendor != ids.idVendor || about.idProduct != ids.idProduct) return false;
  if (ids.serial.empty()) return true;
  const std::string port = place_text(libusb_get_bus_number(device), ports_of(device));
  return text_of(device, port, "serial", about.iSerialNumber) == ids.serial;
}

std::vector<UsbDevice> list_usb_devices() {
  libusb_context* context = nullptr;
  if (const int error = libusb_init(&context); error != 0)
    throw std::runtime_error(fmt::format("libusb: {}", libusb_strerror(error)));
  std::vector<UsbDevice> found;
  libusb_device** list = nullptr;
  const ssize_t count = libusb_get_device_list(context, &list);
  for (ssize_t i = 0; i < count; ++i) {
    libusb_device_descriptor about{};
    if (libusb_get_device_descriptor(list[i], &about) != 0) continue;
    if (about.bDeviceClass != LIBUSB_CLASS_HUB) found.push_back(examine(list[i]));
  }
  if (list != nullptr) libusb_free_device_list(list, 1);
  libusb_exit(context);
  return found;
}

std::string describe(const UsbDevice& device) {
  const UsbIdentity& id = device.identity;
  std::string text = fmt::format("{}{}{} ({:04x}:{:04x}", device.manufacturer,
                                 device.manufacturer.empty() ? "" : " ", device.product,
                                 id.idVendor, id.idProduct);
  if (!id.serial.empty()) text += ", serial " + id.serial;
  if (!id.port.empty()) text += ", port " + id.port;
  return text + ")";
}

std::vector<NodeHolder> holders_of(const std::string& node) {
  std::vector<NodeHolder> found;
  std::error_code error;
  for (const fs::directory_entry& process : fs::directory_iterator("/proc", error)) {
    const std::string name = process.path().filename().string();
    int pid = 0;
    const auto end = std::from_chars(name.data(), name.data() + name.size(), pid).ptr;
    if (end != name.data() + name.size() || pid == ::getpid()) continue;
    std::error_code denied;
    for (const fs::directory_entry& open : fs::directory_iterator(process.path() / "fd", denied)) {
      const fs::path target = fs::read_symlink(open.path(), denied);
      if (denied) continue;
      // Behind an emulated bus the node has a folder before it.
      const std::string& path = target.native();
      if (path.size() < node.size() || path.compare(path.size() - node.size(), node.size(), node))
        continue;
      NodeHolder holder{pid, {}};
      std::ifstream(process.path() / "comm") >> holder.program;
      found.push_back(std::move(holder));
      break;
    }
  }
  return found;
}

}  // namespace uketsuke::gateway
