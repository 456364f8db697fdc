// A way to a USB device that is not simulated here: libusb or USB/IP. A route moves transfers and
// knows nothing of what is in them; the gateway in front of it does (guard, journal, faults).
#pragma once

#include <functional>
#include <string>

#include "sim/wire/usb/transfer.h"

namespace uketsuke::gateway {

// What tells one device from another, as far as the route knows; empty or 0: it does not.
struct UsbIdentity {
  std::string route;   // "usb:1209:0001:UKETSUKE0001", "usbip:127.0.0.1:3240/1-1"
  std::uint16_t idVendor = 0, idProduct = 0, bcdDevice = 0;
  std::string serial;
  std::string port;    // "1-4.2" or the bus id
};

// The route itself is broken (the peer talks nonsense, the library failed): not the device's doing.
struct RouteFailed { std::string ja, en; };
using RouteEvent = std::variant<wire::usb::HostEvent, RouteFailed>;

class UsbRoute {
 public:
  // Called from any thread, one call at a time.
  using Report = std::function<void(RouteEvent)>;

  virtual ~UsbRoute() = default;  // ends its threads; nothing is reported any more

  // Looks for the device from now on, on a thread of its own: Attached when it is there, Detached
  // when it leaves. Called once, before everything else.
  virtual void start(Report report) = 0;
  // These never wait. Each submit() is answered by exactly one Completion; after Detached every
  // open transfer has had its one (kNoDevice). SET_ADDRESS is never asked for
  // (HostParameters::sets_address); SET_CONFIGURATION, SET_INTERFACE and CLEAR_FEATURE of an
  // endpoint's halt are control transfers here, and the route does what its system wants for them.
  virtual void submit(wire::usb::Transfer transfer) = 0;
  virtual void cancel(std::uint64_t id) = 0;
  // Resets the port: open transfers end (kCancelled), then Detached and Attached.
  virtual void reset() = 0;
  virtual UsbIdentity identity() const = 0;
  // Why the device is not there now, in words for the report; empty: it is, or nobody knows.
  struct Absence { std::string ja, en; };
  virtual Absence absence() const { return {}; }
};

}  // namespace uketsuke::gateway
