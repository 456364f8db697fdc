// A host without a driver: sends what a test case says, waits for what comes back, understands
// nothing. Works outside of the kernel's processes: each call runs the simulation until its
// transfer has ended.
#pragma once

#include <map>
#include <optional>

#include "harness/conformance/deed.h"
#include "sim/channel/usb_port.h"
#include "sim/kernel/module.h"

namespace uketsuke::conformance {

class ProbeUsb : public kernel::Module {
 public:
  // Both outlive it.
  ProbeUsb(sc_core::sc_module_name name, kernel::Simulation& simulation,
           channel::UsbHostPort& port);

  Reply perform(const ControlDeed& deed);
  Reply perform(const OutDeed& deed);
  Reply perform(const InDeed& deed);
  Reply perform(const ResetDeed& deed);
  // Runs until the bus sees a device (true) or none.
  bool run_until_attached(bool attached, wire::Micros limit_us);

  bool attached() const { return attached_; }
  wire::usb::Speed speed() const { return speed_; }

 private:
  void wake() override;
  Reply finish(wire::usb::Transfer transfer, wire::Micros limit_us);
  bool done() const { return completion_.has_value(); }

  channel::UsbHostPort& port_;
  bool attached_ = false;
  std::uint32_t arrivals_ = 0;
  wire::usb::Speed speed_ = wire::usb::Speed::kFull;
  std::uint64_t next_id_ = 1;
  std::uint64_t open_ = 0;
  std::optional<wire::usb::Completion> completion_;
};

}  // namespace uketsuke::conformance
