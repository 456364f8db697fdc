// One USB port as its host sees it, whatever is at the other end: a model or a real device.
#pragma once

#include "sim/kernel/mailbox.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::channel {

// What the host side does.
class UsbHostPort : public virtual sc_core::sc_interface {
 public:
  virtual void submit(wire::usb::Transfer transfer) = 0;
  virtual void cancel(std::uint64_t id) = 0;
  virtual void reset() = 0;  // of the port
  virtual kernel::Mailbox<wire::usb::HostEvent>& to_host() = 0;
};

}  // namespace uketsuke::channel
