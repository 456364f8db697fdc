// /sys/bus/usb/devices, /dev/bus/usb, /proc/PID/fd: Linux, Documentation/ABI/{stable,testing}/
// sysfs-bus-usb and Documentation/filesystems/proc.rst.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fmt/format.h>

#include "harness/doctor/look_parts.h"

namespace uketsuke::doctor {
namespace {

constexpr const char* kTree = "/sys/bus/usb/devices";
constexpr int kHub = 0x09;  // bDeviceClass

bool usable(const TreeReader& tree, const std::string& node, const struct stat& status,
            const Credentials& who) {
  // Access lists (uaccess) do not show in the mode: the system has the last word.
  if (tree.is_real()) return ::access(node.c_str(), R_OK | W_OK) == 0;
  if (who.user == 0) return true;
  unsigned shift = 0;
  if (status.st_uid == who.user) shift = 6;
  else if (std::count(who.groups.begin(), who.groups.end(), status.st_gid) != 0) shift = 3;
  return (status.st_mode >> shift & 06) == 06;
}

// Name of a group or user by /etc/group or /etc/passwd; its number if it is not there.
std::string name_of(const TreeReader& tree, const char* file, unsigned number) {
  for (const std::string& line : tree.lines(file)) {
    const auto first = line.find(':');
    const auto second = line.find(':', first == std::string::npos ? first : first + 1);
    if (second == std::string::npos) continue;
    if (line.substr(second + 1, line.find(':', second + 1) - second - 1) == std::to_string(number))
      return line.substr(0, first);
  }
  return std::to_string(number);
}

std::string mode_text(unsigned mode) {
  std::string text = "c";
  for (int shift = 6; shift >= 0; shift -= 3) {
    text += (mode >> shift & 4) != 0 ? 'r' : '-';
    text += (mode >> shift & 2) != 0 ? 'w' : '-';
    text += (mode >> shift & 1) != 0 ? 'x' : '-';
  }
  return text;
}

void look_at_node(const TreeReader& tree, const Credentials& who, UsbDevice& device) {
  device.node = fmt::format("/dev/bus/usb/{:03}/{:03}", device.bus, device.number);
  struct stat status {};
  const std::string path = tree.on_disk(device.node);
  device.node_exists = ::stat(path.c_str(), &status) == 0;
  if (!device.node_exists) return;
  device.node_usable = usable(tree, path, status, who);
  device.node_owner = fmt::format("{} {}:{}", mode_text(status.st_mode),
                                  name_of(tree, "/etc/passwd", status.st_uid),
                                  name_of(tree, "/etc/group", status.st_gid));
}

UsbDevice read_device(const TreeReader& tree, const std::string& name) {
  const std::string at = std::string(kTree) + "/" + name + "/";
  UsbDevice device;
  device.port = name;
  device.bus = tree.number(at + "busnum");
  device.number = tree.number(at + "devnum");
  device.idVendor = static_cast<std::uint16_t>(tree.number(at + "idVendor", 16));
  device.idProduct = static_cast<std::uint16_t>(tree.number(at + "idProduct", 16));
  device.bcdDevice = static_cast<std::uint16_t>(tree.number(at + "bcdDevice", 16));
  device.manufacturer = tree.text(at + "manufacturer");
  device.product = tree.text(at + "product");
  device.serial = tree.text(at + "serial");
  device.autosuspend = tree.text(at + "power/control") == "auto";
  return device;
}

// "1-4.2:1.0" is interface 0 of configuration 1 of device "1-4.2".
void add_interfaces(const TreeReader& tree, const std::vector<std::string>& names,
                    UsbDevice& device) {
  const std::string prefix = device.port + ":";
  for (const std::string& name : names) {
    if (name.compare(0, prefix.size(), prefix) != 0) continue;
    const std::string at = std::string(kTree) + "/" + name + "/";
    const std::string driver = tree.link(at + "driver");
    device.interfaces.push_back({tree.number(at + "bInterfaceNumber", 16),
                                 tree.number(at + "bInterfaceClass", 16),
                                 driver.substr(driver.rfind('/') + 1)});
  }
}

}  // namespace

std::vector<UsbDevice> look_at_usb(const TreeReader& tree, const Credentials& who,
                                   const std::vector<Process>& processes) {
  const auto names = tree.names(kTree);
  std::vector<UsbDevice> devices;
  for (const std::string& name : names) {
    const std::string at = std::string(kTree) + "/" + name + "/";
    if (name.find(':') != std::string::npos || !tree.exists(at + "idVendor")) continue;
    if (tree.number(at + "bDeviceClass", 16) == kHub) continue;
    devices.push_back(read_device(tree, name));
    add_interfaces(tree, names, devices.back());
    look_at_node(tree, who, devices.back());
  }
  for (const Process& process : processes) {
    const std::string folder = fmt::format("/proc/{}/fd", process.pid);
    std::vector<std::string> open;
    for (const std::string& name : tree.names(folder))
      open.push_back(tree.link(folder + "/" + name));
    for (UsbDevice& device : devices)
      if (std::count(open.begin(), open.end(), device.node) != 0) device.holders.push_back(process);
  }
  return devices;
}

}  // namespace uketsuke::doctor
