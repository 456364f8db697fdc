// The host's end of one usb wire of a served desk: a foreign host has the plug. Gives that host a
// UsbRoute, and the device an address, as the system behind every other route does.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "sim/channel/usb_channel.h"
#include "sim/gateway/usb_route.h"
#include "sim/kernel/module.h"

namespace uketsuke::bench {

class ServedUsb : public kernel::Module {
 public:
  // `identity` is what the route says of itself.
  ServedUsb(sc_core::sc_module_name name, channel::Context& context,
                  channel::UsbChannel& usb, std::shared_ptr<kernel::Inbox> inbox,
                  gateway::UsbIdentity identity);
  ~ServedUsb() override;

  // The way to this device from any thread; one at a time has the plug, the last that was made. It
  // reports on the kernel's thread. It may outlive the module; nothing happens then any more. Not
  // to be destroyed by its own report.
  std::unique_ptr<gateway::UsbRoute> route();

 private:
  class Route;
  // What both threads touch.
  struct Socket {
    std::mutex mutex;
    const Route* owner = nullptr;
    gateway::UsbRoute::Report report;
  };

  void wake() override;
  void take(wire::usb::HostEvent event);
  void give_address();
  void tell(wire::usb::HostEvent event);
  // What a route asks for, on the kernel's thread.
  void start();
  void submit(wire::usb::Transfer transfer);
  void cancel(std::uint64_t id);
  void reset();
  void end_open_transfers();

  channel::UsbChannel& usb_;
  std::shared_ptr<kernel::Inbox> inbox_;
  gateway::UsbIdentity identity_;
  std::shared_ptr<Socket> socket_ = std::make_shared<Socket>();
  wire::usb::Attached present_;
  bool plugged_ = false;    // the bus sees a device
  bool addressed_ = false;  // and it has an address: others may talk to it
  std::uint64_t next_id_ = 1, address_id_ = 0;
  std::map<std::uint64_t, std::uint64_t> open_;  // our id -> the route's
};

}  // namespace uketsuke::bench
