// The usb wire to a device that is not simulated: journal and faults as on every wire, then the
// guard, then the route. What comes back goes the same way.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/channel/line.h"
#include "sim/channel/usb_channel.h"
#include "sim/gateway/usb_route.h"
#include "sim/guard/ccid_guard.h"
#include "sim/kernel/module.h"
#include "sim/wire/usb/configuration.h"

namespace uketsuke::gateway {

struct UsbGatewayConfig {
  std::string host = "terminal", device = "reader";  // roles, for the journal
  trace::Describe describe_control = nullptr, describe_control_in = nullptr;
  // Names, describers and taps of the endpoints that matter, once the configuration is known. What
  // it leaves out is named by its address and kept masked.
  std::function<std::vector<channel::UsbEndpoint>(const wire::usb::Configuration&)> endpoints;
};

class UsbGatewayModule : public kernel::Module, public channel::UsbHostPort {
 public:
  // `guard` outlives it.
  UsbGatewayModule(sc_core::sc_module_name name, channel::Context& context,
                   std::shared_ptr<kernel::Inbox> inbox, std::unique_ptr<UsbRoute> route,
                   guard::CcidGuard& guard, UsbGatewayConfig config);
  ~UsbGatewayModule() override;

  // The route looks for the reader from now on. Once.
  void start();

  void submit(wire::usb::Transfer transfer) override;
  void cancel(std::uint64_t id) override;
  void reset() override;
  kernel::Mailbox<wire::usb::HostEvent>& to_host() override { return to_host_; }
  bool attached() const { return attached_; }
  UsbIdentity identity() const { return route_->identity(); }
  UsbRoute::Absence absence() const { return route_->absence(); }
  std::uint64_t last_heard_ns() const { return last_heard_ns_; }  // anything of the device

 private:
  struct Endpoint;
  void wake() override;
  void send(wire::usb::Transfer transfer);
  void take(RouteEvent event);
  void take(wire::usb::Completion completion);
  void learn(const wire::usb::Transfer& request, const wire::Bytes& answer);
  void complete(std::uint64_t id, wire::usb::TransferStatus status);
  [[noreturn]] void refuse(const guard::Judgement& judgement);
  Endpoint& endpoint(std::uint8_t bEndpointAddress);
  void add_endpoint(channel::UsbEndpoint info);

  channel::Context& context_;
  std::shared_ptr<kernel::Inbox> inbox_;
  guard::CcidGuard& guard_;
  UsbGatewayConfig config_;
  kernel::Mailbox<wire::usb::HostEvent> to_host_;
  kernel::Mailbox<wire::usb::Transfer> outgoing_;  // past the faults
  channel::Line<wire::usb::Transfer> control_out_;
  channel::Line<wire::usb::HostEvent> control_in_;
  std::map<std::uint8_t, std::unique_ptr<Endpoint>> endpoints_;
  std::vector<std::unique_ptr<channel::Tap>> taps_;
  std::map<std::uint64_t, wire::usb::Transfer> open_;  // that the route has
  std::uint64_t last_heard_ns_ = 0;
  bool attached_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<UsbRoute> route_;  // last: its threads end first
};

}  // namespace uketsuke::gateway
