// A USB device of this machine, by libusb: asynchronous transfers on a thread of its own.
// libusb 1.0 API documentation ("Asynchronous device I/O", "Hotplug", "Device handling and
// enumeration"); Universal Serial Bus Specification 2.0, 9.4 for the three requests that the system
// wants to make itself. Not done: isochronous transfers, streams.
#pragma once

#include <cstdint>
#include <memory>
#include <thread>

#include "sim/gateway/usb_route.h"
#include "sim/gateway/usb_selector.h"

namespace uketsuke::gateway {

struct LibusbSettings {
  std::uint32_t absent_after_ms = 5000;   // not there since the start: RouteFailed; 0: never
  std::uint32_t poll_ms = 500;            // where libusb has no hot-plug
  std::uint32_t retry_ms = 250;           // after a device could not be opened or claimed,
  std::uint32_t refused_after_ms = 1000;  // which is told when it has lasted so long
  // So long a cancelled transfer may take to come back; then it is given up: it is completed, and
  // its memory is left to the system, which may still write there.
  std::uint32_t drain_ms = 2000;
  // So long the destructor waits for the thread (a call into the system that does not return); then
  // thread and handle are left behind.
  std::uint32_t stop_ms = 5000;
};

// RouteFailed, each told once until something changes: two devices match, no access (with the udev
// rule that gives it), claimed by another program (with its name, where /proc shows it), not there,
// libusb does not start. The route goes on looking all the same.
//
// A device that is there is opened, kernel drivers are detached, all its interfaces are claimed;
// then Attached. At the end interfaces are released and the drivers attached again.
class LibusbRoute : public UsbRoute {
 public:
  explicit LibusbRoute(UsbSelector selector, LibusbSettings settings = {});
  ~LibusbRoute() override;

  void start(Report report) override;
  void submit(wire::usb::Transfer transfer) override;
  void cancel(std::uint64_t id) override;
  void reset() override;
  UsbIdentity identity() const override;

  // Most bytes of one transfer; more is refused (kError).
  static constexpr std::uint32_t kMaxTransferBytes = 1U << 20;

 private:
  class Worker;
  std::uint32_t stop_ms_;
  std::shared_ptr<Worker> worker_;
  std::thread thread_;
};

}  // namespace uketsuke::gateway
