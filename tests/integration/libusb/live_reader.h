// The CCID driver of the bench on any route to a USB device, in the time of the wall clock and
// without a kernel. Not for several threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "models/ccid_host/reader.h"
#include "models/usb_host/host.h"
#include "sim/gateway/usb_route.h"

namespace uketsuke::live {

class LiveReader {
 public:
  explicit LiveReader(std::unique_ptr<gateway::UsbRoute> route);
  ~LiveReader();

  // Lets things happen until `done` holds. False: it did not within the time.
  bool wait(const std::function<bool()>& done, int within_ms = 10'000);
  void run_for(int ms);
  bool wait_ready() { return wait([this] { return reader_.ready(); }); }
  bool ready() const { return reader_.ready(); }

  // Each waits for its answer.
  wire::session::Event ask(const wire::session::Request& request);
  wire::Bytes connect();                          // the ATR; empty: it failed
  wire::Bytes transmit(const wire::Bytes& command);  // data and SW; empty: it failed

  // Past the drivers: a transfer of the test's own.
  std::uint64_t submit(wire::usb::Transfer transfer);
  const wire::usb::Completion* completion(std::uint64_t id) const;  // nullptr: not yet
  wire::usb::TransferStatus control(const wire::usb::SetupPacket& setup,
                                    wire::Bytes* answer = nullptr);
  void reset() { perform(host_.reset()); }
  gateway::UsbRoute& route() { return *route_; }
  void end() { route_.reset(); }

  const usb_host::DeviceDescription* description() const { return host_.description(); }
  std::vector<wire::session::Event> events;   // all, in order
  std::vector<std::string> anomalies, failures_en, failures_ja;
  int attached = 0, detached = 0;
  // Of what was submitted: transfers without their one completion, and those with more than one.
  int open() const;
  int twice() const { return twice_; }

  template <class T>
  int count() const {
    int number = 0;
    for (const auto& event : events) number += std::holds_alternative<T>(event) ? 1 : 0;
    return number;
  }

 private:
  using Clock = std::chrono::steady_clock;
  void take(gateway::RouteEvent event);
  void perform(const usb_host::HostActions& actions);
  void send(wire::usb::Transfer transfer);
  void pump(Clock::time_point until);

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<gateway::RouteEvent> inbox_;
  ccid_host::Reader reader_;
  usb_host::Host host_;
  std::map<std::uint32_t, Clock::time_point> timers_;
  std::map<std::uint64_t, int> transfers_;  // id -> completions
  std::map<std::uint64_t, wire::usb::Completion> own_;
  std::uint64_t next_own_ = std::uint64_t{1} << 40;
  int twice_ = 0;
  std::unique_ptr<gateway::UsbRoute> route_;
};

}  // namespace uketsuke::live
