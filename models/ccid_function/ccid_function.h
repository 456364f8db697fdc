// The CCID as a USB function: puts messages together from bulk-OUT data, gives them to the slots,
// answers the class requests, and notifies.
// USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22).
// Not modelled: character level, synchronous cards, chaining of Secure (wLevelParameter other than
// 0000h is refused), PIN operations 02h..06h, USB suspend.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/ccid_function/events.h"
#include "models/ccid_function/parameters.h"
#include "models/usb_device/function.h"

namespace uketsuke::ccid_function {

class CcidFunction : public usb_device::Function {
 public:
  explicit CcidFunction(Parameters parameters);
  ~CcidFunction() override;

  usb_device::UsbActions handle(const usb_device::FunctionEvent& event) override;
  // What is no answer to the host's event goes through usb_device::Device::admit().
  usb_device::UsbActions handle(const ReaderEvent& event);
  // What the last events led to besides USB, in order; empties the queue. Call after every event.
  ReaderEffects take_effects();

  SlotState slot_state(std::uint8_t slot) const;
  std::uint64_t malformed_messages() const;  // OUT data too short to be answered
  const Parameters& parameters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace uketsuke::ccid_function
