// A host without a driver: sends what it is told, waits for what comes back, understands nothing.
// Works outside of the kernel's processes: each call runs the simulation until its transfer has
// ended.
#pragma once

#include <optional>

#include "sim/channel/usb_port.h"
#include "sim/kernel/module.h"

namespace uketsuke::bench {

struct UsbOutcome {
  wire::Micros begun_us = 0, ended_us = 0;
  bool in_time = true;  // else it was cancelled, and this is what came of it
  // nullopt: nothing was heard of it, not even when it was cancelled; or there was no device.
  std::optional<wire::usb::Completion> completion;
};

class UsbProbe : public kernel::Module {
 public:
  // Both outlive it.
  UsbProbe(sc_core::sc_module_name name, kernel::Simulation& simulation,
           channel::UsbHostPort& port);

  // One transfer, of whatever id. Without a device nothing is sent.
  UsbOutcome perform(wire::usb::Transfer transfer, wire::Micros limit_us);
  // Resets the port and waits, up to the limit, until the device is there again.
  void reset(wire::Micros limit_us);
  // Runs until the bus sees a device (true) or none.
  bool run_until_attached(bool attached, wire::Micros limit_us);

  bool attached() const { return attached_; }
  wire::usb::Speed speed() const { return speed_; }

 private:
  void wake() override;

  channel::UsbHostPort& port_;
  bool attached_ = false;
  std::uint32_t arrivals_ = 0;
  wire::usb::Speed speed_ = wire::usb::Speed::kFull;
  std::uint64_t next_id_ = 1;
  std::uint64_t open_ = 0;
  std::optional<wire::usb::Completion> completion_;
};

}  // namespace uketsuke::bench
