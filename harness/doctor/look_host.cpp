// Processes, virtual machines, containers, libccid's list of readers.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

#include "harness/doctor/look_parts.h"

namespace uketsuke::doctor {
namespace {

constexpr const char* kLists[] = {
    "/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist", "/etc/libccid_Info.plist"};

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

// DMI names, as firmware of virtual machines gives them.
std::string machine_by_dmi(const TreeReader& tree) {
  const std::string text = tree.text("/sys/class/dmi/id/sys_vendor") + " " +
                           tree.text("/sys/class/dmi/id/product_name") + " " +
                           tree.text("/sys/class/dmi/id/board_vendor");
  const std::pair<const char*, const char*> kNames[] = {
      {"VMware", "VMware"},         {"VirtualBox", "VirtualBox"}, {"innotek", "VirtualBox"},
      {"QEMU", "QEMU/KVM"},         {"KVM", "QEMU/KVM"},          {"Bochs", "QEMU/KVM"},
      {"Xen", "Xen"},               {"Parallels", "Parallels"},   {"Amazon EC2", "Amazon EC2"},
      {"Google Compute", "Google"}, {"OpenStack", "OpenStack"},
      {"Apple Virtualization", "Apple Virtualization"}};
  for (const auto& [part, name] : kNames)
    if (contains(text, part)) return name;
  if (contains(text, "Microsoft Corporation") && contains(text, "Virtual Machine"))
    return "Hyper-V";
  return {};
}

std::string look_for_virtual_machine(const TreeReader& tree) {
  const std::string version = tree.text("/proc/version");
  if (contains(version, "microsoft") || contains(version, "Microsoft")) return "WSL 2";
  if (std::string name = machine_by_dmi(tree); !name.empty()) return name;
  for (const std::string& line : tree.lines("/proc/cpuinfo"))
    if (line.compare(0, 5, "flags") == 0) return contains(line, " hypervisor") ? "unknown" : "";
  return {};
}

std::string look_for_container(const TreeReader& tree) {
  if (std::string name = tree.text("/run/systemd/container"); !name.empty()) return name;
  if (tree.exists("/.dockerenv")) return "docker";
  if (tree.exists("/run/.containerenv")) return "podman";
  const std::string groups = tree.text("/proc/1/cgroup");
  for (const char* name : {"docker", "kubepods", "lxc", "libpod"})
    if (contains(groups, name)) return name;
  return {};
}

// Values of the <string> elements between `<key>name</key>` and the end of what follows it: one
// string, or an array of them.
std::vector<std::string> values_of(const std::string& list, const std::string& name) {
  std::vector<std::string> values;
  const std::string open = "<string>", close = "</string>";
  const auto key = list.find("<key>" + name + "</key>");
  if (key == std::string::npos) return values;
  const auto array = list.find("<array>", key), first = list.find(open, key);
  const bool is_array = array != std::string::npos && array < first;
  const auto end = is_array ? list.find("</array>", array) : list.find(close, key) + 1;
  for (auto at = first; at != std::string::npos && at < end; at = list.find(open, at + 1)) {
    const auto stop = list.find(close, at);
    if (stop == std::string::npos) break;
    values.push_back(list.substr(at + open.size(), stop - at - open.size()));
  }
  return values;
}

unsigned long number_of(const std::string& text) { return std::strtoul(text.c_str(), nullptr, 0); }

}  // namespace

std::vector<Process> look_at_processes(const TreeReader& tree) {
  const std::string variable = "LIBCCID_ifdLogLevel=";
  std::vector<Process> processes;
  for (const std::string& name : tree.names("/proc")) {
    if (!is_number(name)) continue;
    Process process;
    process.pid = std::atoi(name.c_str());
    process.name = tree.text("/proc/" + name + "/comm");
    if (process.name == "pcscd") {
      process.arguments = tree.strings("/proc/" + name + "/cmdline");
      for (const std::string& entry : tree.strings("/proc/" + name + "/environ"))
        if (entry.compare(0, variable.size(), variable) == 0)
          process.ccid_log_level = entry.substr(variable.size());
    }
    processes.push_back(std::move(process));
  }
  return processes;
}

CcidDriver look_at_ccid(const TreeReader& tree) {
  CcidDriver driver;
  for (const char* path : kLists) {
    const std::string list = tree.text(path);
    if (list.empty()) continue;
    driver.installed = true;
    // The one that Debian means to be edited, if both are there.
    driver.list = tree.exists(kLists[1]) ? kLists[1] : path;
    const auto vendors = values_of(list, "ifdVendorID"), products = values_of(list, "ifdProductID");
    for (std::size_t i = 0; i < std::min(vendors.size(), products.size()); ++i)
      driver.readers.insert({static_cast<std::uint16_t>(number_of(vendors[i])),
                             static_cast<std::uint16_t>(number_of(products[i]))});
    const auto level = values_of(list, "ifdLogLevel");
    if (!level.empty()) driver.log_level = static_cast<unsigned>(number_of(level[0]));
    break;
  }
  return driver;
}

Machine look_at_machine(const TreeReader& tree, const std::vector<Process>& processes) {
  Machine machine;
  machine.virtual_machine = look_for_virtual_machine(tree);
  machine.container = look_for_container(tree);
  machine.has_usb_nodes = tree.exists("/dev/bus/usb");
  machine.has_usb_tree = tree.exists("/sys/bus/usb/devices");
  machine.modem_manager = std::any_of(processes.begin(), processes.end(), [](const Process& p) {
    return p.name == "ModemManager";
  });
  return machine;
}

}  // namespace uketsuke::doctor
