// A USB host with one port: enumerates what is attached (Universal Serial Bus
// Specification 2.0, 9.1.2 and 9.4) in the order that hosts in the field use, and shares the device
// among drivers.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/usb_host/driver.h"

namespace uketsuke::usb_host {

struct HostParameters {
  std::uint8_t address = 1;                     // given to the device
  bool sets_address = true;                     // false: behind an operating system that did it
  wire::Micros request_timeout_us = 5'000'000;  // USB 2.0, 9.2.6.1: requests are done within 5 s
  int attempts = 3;                             // per request; then the port is reset
  int port_resets = 2;                          // then the device is given up
  bool reads_strings = true;
};

// Also to the shell: the port is reset (the device sees BusReset); nothing answers.
struct ResetPort {};
struct Enumerated {
  std::shared_ptr<const DeviceDescription> description;
};
struct EnumerationFailed {
  std::string what;
};
struct Left {};  // the enumerated device is gone
using HostAction = std::variant<wire::usb::Transfer, CancelTransfer, wire::StartTimer,
                                wire::StopTimer, ResetPort, Enumerated, EnumerationFailed, Left>;
using HostActions = std::vector<HostAction>;

enum class EnumerationStep : std::uint8_t {
  kNoDevice,
  kDeviceHead,
  kAddress,
  kDevice,
  kConfigurationHead,
  kConfiguration,
  kLanguages,
  kStrings,
  kConfigure,
  kReady,
  kFailed,
};
std::string_view to_string(EnumerationStep step);

class Host {
 public:
  // Drivers are not owned and must outlive the host.
  explicit Host(HostParameters parameters, std::vector<Driver*> drivers = {});

  HostActions handle(const wire::usb::HostEvent& event);
  HostActions handle(wire::TimerExpired expired);
  // What a driver wants at another time than in answer to a DriverEvent. drivers[index].
  HostActions admit(std::size_t index, const DriverActions& actions);
  // Resets the port and enumerates again; drivers see DeviceGone, then DeviceArrived.
  HostActions reset();

  EnumerationStep step() const { return step_; }
  // nullptr unless kReady.
  const DeviceDescription* description() const { return ready_.get(); }

 private:
  struct Pending {
    std::size_t driver;
    std::uint64_t id;
  };
  void begin(HostActions& out);
  void request(HostActions& out);  // the request of step_
  void retry(const std::string& what, HostActions& out);
  void give_up(const std::string& what, HostActions& out);
  void completed(const wire::usb::Completion& completion, HostActions& out);
  bool accept(const wire::Bytes& data, std::string& what);  // the answer of step_
  void next(HostActions& out);
  void forget_device(HostActions& out);
  void tell(std::size_t driver, const DriverEvent& event, HostActions& out);
  void admit_into(std::size_t driver, const DriverActions& actions, HostActions& out);
  void collect_strings();

  HostParameters parameters_;
  std::vector<Driver*> drivers_;
  EnumerationStep step_ = EnumerationStep::kNoDevice;
  std::shared_ptr<DeviceDescription> draft_;
  std::shared_ptr<const DeviceDescription> ready_;
  std::uint16_t language_ = 0, total_length_ = 0;
  std::vector<std::uint8_t> strings_wanted_;
  int attempts_ = 0, port_resets_ = 0;
  std::uint64_t next_id_ = 1, own_id_ = 0;
  std::map<std::uint64_t, Pending> pending_;
  std::set<std::uint32_t> timers_;  // of drivers, that run
};

}  // namespace uketsuke::usb_host
