// The reader link to a program that plays the whole reader: messages are journalled and pass faults
// as frames, as they do on the usb wire, and go to the route decoded.
#pragma once

#include <memory>
#include <string>

#include "models/host_port/link_port_module.h"
#include "sim/channel/line.h"
#include "sim/gateway/link_route.h"
#include "sim/kernel/module.h"
#include "sim/trace/taps.h"

namespace uketsuke::host_port {

class OutsideLinkModule : public kernel::Module, public LinkPort {
 public:
  OutsideLinkModule(sc_core::sc_module_name name, channel::Context& context,
                    std::shared_ptr<kernel::Inbox> inbox,
                    std::shared_ptr<gateway::LinkRoute> route);
  ~OutsideLinkModule() override;

  kernel::Mailbox<LinkCommand>& link_commands() override { return link_commands_; }
  void connect_link(kernel::Mailbox<link_host::LinkEvent>& user) override { user_ = &user; }

 private:
  void wake() override;
  void send(std::uint16_t seq, wire::reader_link::Body body);
  void take(gateway::LinkRouteEvent event);
  void tell(link_host::LinkEvent event);

  channel::Context& context_;
  std::shared_ptr<kernel::Inbox> inbox_;
  kernel::Mailbox<LinkCommand> link_commands_;
  kernel::Mailbox<wire::Bytes> outgoing_, incoming_;  // frames, past the faults
  trace::LinkTap tap_out_, tap_in_;
  channel::Line<wire::Bytes> out_, in_;
  wire::reader_link::Deframer deframer_out_, deframer_in_;
  kernel::Mailbox<link_host::LinkEvent>* user_ = nullptr;
  std::uint16_t next_seq_ = 1;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::shared_ptr<gateway::LinkRoute> route_;
};

}  // namespace uketsuke::host_port
