// A served desk with a USB/IP server in this process, and a host of ours at the other end of a
// route.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "harness/bench/served_desk.h"
#include "models/ccid_host/reader.h"
#include "models/usb_host/host.h"
#include "sim/gateway/usbip_client.h"
#include "sim/gateway/usbip_server.h"

namespace uketsuke::test {

std::shared_ptr<const bench::Assets> assets();

class DeskFixture {
 public:
  explicit DeskFixture(std::vector<std::string> readers = {"clean_extended_apdu_contact"},
                       std::vector<std::string> cards = {"hanako"});
  ~DeskFixture();
  bench::ServedDesk& desk() { return *desk_; }
  // On the kernel's thread; waits until it is done.
  bench::HandsOutcome hands(const std::function<bench::HandsOutcome(bench::ServedDesk&)>& deed);
  gateway::TcpAddress address() const { return server_->address(); }
  gateway::UsbipTarget target(unsigned number = 1) const;

 private:
  std::unique_ptr<bench::ServedDesk> desk_;
  std::unique_ptr<gateway::UsbipServer> server_;
  std::thread thread_;
};

// A program with a CCID driver in front of a route: enumerates, runs timers, collects events.
class HostLoop {
 public:
  explicit HostLoop(std::unique_ptr<gateway::UsbRoute> route);
  ~HostLoop();

  // Handles what comes until `done` holds; false: it took too long.
  bool run_until(const std::function<bool()>& done);
  bool enumerate();  // until the driver knows the reader
  // Until the outcome of a request is there; nullptr: none came in time.
  const wire::session::Event* ask(wire::session::Request request);
  // Response (data, SW) as hex; what else it was in words.
  std::string transmit(const std::string& hex);
  std::string connect();  // the ATR as hex

  gateway::UsbRoute& route() { return *route_; }
  const usb_host::DeviceDescription* device() const { return host_.description(); }
  bool present() const { return present_; }
  std::size_t attachments() const { return attachments_; }
  bool card_present() const { return card_present_; }
  std::size_t transfers() const { return transfers_; }
  const std::vector<gateway::RouteFailed>& failures() const { return failures_; }

 private:
  using Clock = std::chrono::steady_clock;
  void perform(const usb_host::HostActions& actions);
  void take(gateway::RouteEvent event);
  void report();

  ccid_host::Reader reader_;
  usb_host::Host host_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<gateway::RouteEvent> events_;
  std::map<std::uint32_t, Clock::time_point> timers_;
  std::vector<wire::session::Event> outcomes_;
  std::vector<gateway::RouteFailed> failures_;
  bool arrived_ = false, present_ = false, card_present_ = false;
  std::size_t transfers_ = 0, attachments_ = 0;
  std::unique_ptr<gateway::UsbRoute> route_;  // first to go: it reports until then
};

// What /proc/self says; threads that are ending need a moment.
struct Footprint { std::size_t descriptors = 0, threads = 0, kilobytes = 0; };
Footprint footprint();
// Descriptors and threads are as many as `before`; waits for what is ending.
bool settles_to(const Footprint& before);

}  // namespace uketsuke::test
