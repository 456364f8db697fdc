// What a host gives its drivers and what drivers ask of it. A driver is pure behaviour: an event
// in, actions out. What it tells its own user (session events, messages) it keeps in a queue of its
// own, which the shell empties after each event.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sim/wire/timer.h"
#include "sim/wire/usb/configuration.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::usb_host {

// All that enumeration learnt.
struct DeviceDescription {
  wire::usb::Speed speed = wire::usb::Speed::kFull;
  std::uint8_t address = 0;
  wire::usb::DeviceDescriptor device;
  wire::usb::Configuration configuration;
  wire::Bytes device_bytes, configuration_bytes;  // as received
  std::map<std::uint8_t, std::string> strings;    // index -> UTF-8; without those that failed
  std::string string(std::uint8_t index) const;   // "" if there is none
};

// To a driver.
struct DeviceArrived {
  std::shared_ptr<const DeviceDescription> description;
};  // configured
// The device left or is enumerated again. Transfers and timers of the driver are over: no
// Completion and no TimerExpired follows for them.
struct DeviceGone {};
using DriverEvent =
    std::variant<DeviceArrived, DeviceGone, wire::usb::Completion, wire::TimerExpired>;

// From a driver. Ids of transfers and timers are the driver's own; the host makes them unique.
struct CancelTransfer {
  std::uint64_t id = 0;
};  // answered by a Completion (kCancelled or finished)
using DriverAction =
    std::variant<wire::usb::Transfer, CancelTransfer, wire::StartTimer, wire::StopTimer>;
using DriverActions = std::vector<DriverAction>;

class Driver {
 public:
  virtual ~Driver() = default;
  // A device that the driver does not know is ignored. Never throws on anything the device sent.
  virtual DriverActions handle(const DriverEvent& event) = 0;
};

inline constexpr std::uint32_t kDriverTimers = 0x10000;  // driver timer ids are below this

}  // namespace uketsuke::usb_host
