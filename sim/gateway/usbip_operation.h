// The operations of USB/IP as a client: what does a server offer, and taking one device of it.
// Each waits, within its time; what a server says may be hostile.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/gateway/file_descriptor.h"
#include "sim/gateway/tcp.h"
#include "sim/gateway/usb_route.h"
#include "sim/wire/usbip/message.h"

namespace uketsuke::gateway {

struct UsbipTarget {
  TcpAddress server{"127.0.0.1", wire::usbip::kDefaultPort};
  std::string busid;
};
// "HOST/BUSID", "HOST:PORT/BUSID", with or without "usbip:" before it. Empty: not one.
std::optional<UsbipTarget> parse_usbip_target(std::string_view text);
std::string to_string(const UsbipTarget& target);  // "usbip:127.0.0.1:3240/1-1"

struct UsbipLimits {
  bool allow_remote = false;  // other machines than this one
  int connect_ms = 3'000;
  int answer_ms = 4'000;  // the whole answer to one operation
  // Of a client: not there since the start is told as RouteFailed (once; it goes on looking); 0:
  // never.
  int absent_after_ms = 5'000;
};

// Why not. `for_good`: trying again will not help (nonsense, another machine). `silent`: somebody
// listens there and said nothing (anything but a USB/IP server, or one that hangs).
struct UsbipTrouble {
  std::string ja, en;
  bool for_good = false;
  bool silent = false;
};

// What the server offers to anybody; at most wire::usbip::kMaxListedDevices.
using UsbipList = std::variant<std::vector<wire::usbip::ListedDevice>, UsbipTrouble>;
UsbipList usbip_list(const TcpAddress& server, const UsbipLimits& limits = {});

// The device, and the connection on which its transfers go from now on.
struct UsbipImported {
  FileDescriptor socket;
  wire::usbip::Device device;
};
// `wake_fd`: readable when it is to be given up; -1: none.
std::variant<UsbipImported, UsbipTrouble> usbip_import(const UsbipTarget& target,
                                                       const UsbipLimits& limits, int wake_fd);

}  // namespace uketsuke::gateway
