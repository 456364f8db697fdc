// What a kernel's USB core does for one port of an emulated bus: enumerates what a route reaches,
// hands transfers of several users to it and the answers back.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "models/usb_host/host.h"
#include "sim/gateway/usb_route.h"

namespace uketsuke::usbfs {

// How many transfers passed, by pipe; without enumeration.
struct Counters {
  std::map<std::string, std::uint64_t> submitted;  // "control", "out 02", "in 82"
};

class Port {
 public:
  using Ended = std::function<void(wire::usb::Completion)>;
  using Description = std::shared_ptr<const usb_host::DeviceDescription>;
  // Called without the port's lock, from the route's thread.
  struct Hooks {
    std::function<void(Description)> arrived;
    std::function<void()> left;
  };

  Port(std::unique_ptr<gateway::UsbRoute> route, Hooks hooks);
  void start();

  // Any thread. Each submit() is answered by one call of `ended`, never before it returned.
  std::uint64_t submit(wire::usb::Transfer transfer, Ended ended);
  void cancel(std::uint64_t id);
  // `done` is called when the device is configured again (true) or has left.
  void reset(std::function<void(bool)> done);
  // Ends a reset that the device did not outlive. Called now and then.
  void tick();
  Counters counters() const;

 private:
  using Clock = std::chrono::steady_clock;
  using Calls = std::vector<std::function<void()>>;
  void take(gateway::RouteEvent event);
  void perform(const usb_host::HostActions& actions, Calls& calls);

  mutable std::mutex mutex_;
  Hooks hooks_;
  usb_host::Host host_;
  std::map<std::uint64_t, Ended> open_;
  std::uint64_t next_id_ = std::uint64_t{1} << 32;  // ids of the host are below
  std::function<void(bool)> reset_done_;
  Clock::time_point reset_begin_;
  bool present_ = false;
  Counters counters_;
  std::unique_ptr<gateway::UsbRoute> route_;  // last: reports until it goes
};

}  // namespace uketsuke::usbfs
