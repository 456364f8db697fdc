// What `uketsuke doctor` looks at, as plain data: look.h fills it, checks.h judges it.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace uketsuke::doctor {

struct UsbInterface {
  int number = 0;
  int interface_class = 0;   // bInterfaceClass
  std::string driver;        // of the kernel; "usbfs": a program has claimed it; "" none
};

struct Process {
  int pid = 0;
  std::string name;                    // "pcscd"
  std::vector<std::string> arguments;  // with the program itself; empty: not shown to us
  std::string ccid_log_level;          // LIBCCID_ifdLogLevel of its environment; "" none, not shown
};

struct UsbDevice {
  std::string port;  // "1-4.2"
  int bus = 0, number = 0;
  std::uint16_t idVendor = 0, idProduct = 0, bcdDevice = 0;
  std::string manufacturer, product, serial;
  std::vector<UsbInterface> interfaces;
  bool autosuspend = false;  // power/control is "auto"
  // /dev/bus/usb/BBB/DDD
  std::string node;
  bool node_exists = false;
  bool node_usable = false;       // this user may read and write it
  std::string node_owner;         // "crw-rw-r-- root:plugdev", for people
  std::vector<Process> holders;   // who has it open, as far as /proc shows
};

struct Pcscd {
  bool installed = false;
  std::optional<Process> process;
  bool listens = false;                // somebody listens at its socket (pcscd, or systemd for it)
  std::string socket;                  // "/run/pcscd/pcscd.comm"
  std::vector<std::string> service_options;  // of systemd's drop-ins and /etc/default/pcscd
};

struct CcidDriver {
  bool installed = false;
  std::string list;  // path of its Info.plist
  std::set<std::pair<std::uint16_t, std::uint16_t>> readers;  // VID, PID that it lists
  unsigned log_level = 0;                                     // ifdLogLevel
};

struct Machine {
  std::string virtual_machine;  // "VMware", "VirtualBox", "QEMU/KVM", "WSL 2", "unknown"; "" none
  std::string container;        // "docker", "podman", "lxc", ...; "" none
  bool has_usb_nodes = false;   // /dev/bus/usb
  bool has_usb_tree = false;    // /sys/bus/usb/devices
  bool modem_manager = false;   // runs
};

struct User {
  unsigned id = 0;
  std::string name;
  bool in_plugdev = false;
  bool plugdev_exists = false;
};

struct Clock {
  std::time_t now = 0;
  std::optional<bool> synchronized;  // none: nobody says
  std::string timezone;              // "Asia/Tokyo"; "" not known
};

struct Surroundings {
  Machine machine;
  std::vector<UsbDevice> usb;  // without hubs, by port
  Pcscd pcscd;
  CcidDriver ccid;
  User user;
  Clock clock;
  std::string locale;  // value of LC_ALL, LC_CTYPE or LANG; "" none is set
};

}  // namespace uketsuke::doctor
