#include "tests/usbfs/bus.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace uketsuke::usbfs {
namespace {

std::string device_entry(const std::string& path, unsigned number,
                         const usb_host::DeviceDescription& what) {
  const auto& device = what.device;
  std::string text = fmt::format(
      "P: {}\nN: bus/usb/001/{:03}\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
      "E: DEVNAME=/dev/bus/usb/001/{:03}\nE: BUSNUM=001\nE: DEVNUM={:03}\n"
      "E: PRODUCT={:x}/{:x}/{:x}\n",
      path, number, number, number, device.idVendor, device.idProduct, device.bcdDevice);
  const auto attribute = [&text](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format("A: {}={}\\n\n", name, value);
  };
  attribute("busnum", "1");
  attribute("devnum", std::to_string(number));
  attribute("speed", what.speed == wire::usb::Speed::kHigh ? "480" : "12");
  attribute("bConfigurationValue",
            std::to_string(what.configuration.descriptor.bConfigurationValue));
  attribute("idVendor", fmt::format("{:04x}", device.idVendor));
  attribute("idProduct", fmt::format("{:04x}", device.idProduct));
  attribute("bcdDevice", fmt::format("{:04x}", device.bcdDevice));
  attribute("manufacturer", what.string(device.iManufacturer));
  attribute("product", what.string(device.iProduct));
  attribute("serial", what.string(device.iSerialNumber));
  return text + fmt::format("H: descriptors={}{}\n", wire::to_hex(what.device_bytes),
                            wire::to_hex(what.configuration_bytes));
}

std::string interface_entry(const std::string& path, const usb_host::DeviceDescription& what,
                            const wire::usb::InterfaceDescriptor& interface) {
  std::string text = fmt::format(
      "\nP: {}/{}:{}.{}\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\nE: PRODUCT={:x}/{:x}/{:x}\n"
      "E: INTERFACE={}/{}/{}\nA: bInterfaceNumber={:02x}\\n\nA: bAlternateSetting=0\\n\n"
      "A: bInterfaceClass={:02x}\\n\n",
      path, path.substr(path.rfind('/') + 1), what.configuration.descriptor.bConfigurationValue,
      interface.bInterfaceNumber, what.device.idVendor, what.device.idProduct,
      what.device.bcdDevice, interface.bInterfaceClass, interface.bInterfaceSubClass,
      interface.bInterfaceProtocol, interface.bInterfaceNumber, interface.bInterfaceClass);
  const std::string name = what.string(interface.iInterface);
  if (!name.empty()) text += fmt::format("A: interface={}\\n\n", name);
  return text;
}

void check(GError* error, const char* what) {
  if (error == nullptr) return;
  const std::string text = fmt::format("umockdev: {}: {}", what, error->message);
  g_error_free(error);
  throw std::runtime_error(text);
}

}  // namespace

Bus::Bus() : testbed_(nullptr) {
  if (std::getenv("LD_PRELOAD") == nullptr)
    throw std::runtime_error("run it as: umockdev-wrapper usbfs_host ...");
  testbed_ = umockdev_testbed_new();
}

Bus::~Bus() {
  ports_.clear();
  nodes_.clear();
  g_object_unref(testbed_);
}

void Bus::add(std::unique_ptr<gateway::UsbRoute> route, std::map<unsigned, std::string> drivers) {
  auto at = std::make_unique<OnPort>();
  const std::size_t number = ports_.size() + 1;
  at->drivers = std::move(drivers);
  OnPort& on_port = *at;
  at->port = std::make_unique<Port>(
      std::move(route),
      Port::Hooks{[this, &on_port, number](const Port::Description& what) {
                    publish(on_port, number, what);
                  },
                  [this, &on_port] { withdraw(on_port); }});
  ports_.push_back(std::move(at));
  on_port.port->start();
}

void Bus::tick() {
  for (const auto& at : ports_) at->port->tick();
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& node : nodes_) node->tick();
}

bool Bus::present(std::size_t port) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !ports_.at(port)->path.empty();
}

std::shared_ptr<Node> Bus::node(std::size_t port) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return ports_.at(port)->node;
}

void Bus::publish(OnPort& at, std::size_t number, const Port::Description& description) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const unsigned device = next_device_++;
  const std::string path = fmt::format("/devices/pci0000:00/0000:00:14.0/usb1/1-{}", number);
  const std::string name = fmt::format("/dev/bus/usb/001/{:03}", device);
  gchar* root = umockdev_testbed_get_root_dir(testbed_);
  at.node = std::make_shared<Node>(*at.port, root + name, *description, at.drivers);
  g_free(root);
  nodes_.push_back(at.node);
  GError* error = nullptr;
  // Before the add: a client may be quick.
  umockdev_testbed_attach_ioctl(testbed_, name.c_str(), at.node->handler(), &error);
  check(error, name.c_str());
  std::string text = device_entry(path, device, *description);
  for (const auto& interface : description->configuration.interfaces)
    if (interface.descriptor.bAlternateSetting == 0)
      text += interface_entry(path, *description, interface.descriptor);
  umockdev_testbed_add_from_string(testbed_, text.c_str(), &error);
  check(error, path.c_str());
  at.node->make_fifo();
  at.path = "/sys" + path;
}

void Bus::withdraw(OnPort& at) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (at.path.empty()) return;
  at.node->leave();
  const std::string port = at.path.substr(at.path.rfind('/') + 1);
  gchar* root = umockdev_testbed_get_root_dir(testbed_);
  const std::filesystem::path devices = std::string(root) + "/sys/bus/usb/devices";
  g_free(root);
  std::vector<std::string> names;  // "1-1", "1-1:1.0", ...
  for (const auto& entry : std::filesystem::directory_iterator(devices)) {
    const std::string name = entry.path().filename().string();
    if (name == port || name.compare(0, port.size() + 1, port + ":") == 0) names.push_back(name);
  }
  for (const std::string& name : names)
    if (name != port)
      umockdev_testbed_uevent(testbed_, fmt::format("{}/{}", at.path, name).c_str(), "remove");
  umockdev_testbed_uevent(testbed_, at.path.c_str(), "remove");
  umockdev_testbed_remove_device(testbed_, at.path.c_str());
  // umockdev leaves these, and stumbles over them when the device is back.
  for (const std::string& name : names) std::filesystem::remove(devices / name);
  at.path.clear();
}

}  // namespace uketsuke::usbfs
