// The deeds of a test case at a USB port: bench::UsbProbe does them, this says what came of it.
#pragma once

#include "harness/bench/usb_probe.h"
#include "harness/conformance/deed.h"

namespace uketsuke::conformance {

class ProbeUsb {
 public:
  // Both outlive it.
  ProbeUsb(sc_core::sc_module_name name, kernel::Simulation& simulation,
           channel::UsbHostPort& port)
      : simulation_(simulation), probe_(name, simulation, port) {}

  Reply perform(const ControlDeed& deed);
  Reply perform(const OutDeed& deed);
  Reply perform(const InDeed& deed);
  Reply perform(const ResetDeed& deed);
  // Runs until the bus sees a device (true) or none.
  bool run_until_attached(bool attached, wire::Micros limit_us) {
    return probe_.run_until_attached(attached, limit_us);
  }
  bool attached() const { return probe_.attached(); }
  wire::usb::Speed speed() const { return probe_.speed(); }

 private:
  Reply finish(wire::usb::Transfer transfer, wire::Micros limit_us);

  kernel::Simulation& simulation_;
  bench::UsbProbe probe_;
};

}  // namespace uketsuke::conformance
