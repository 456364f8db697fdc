// Shell of one USB port of the terminal: enumerates what is plugged in and serves the session wire
// with the CCID driver and the terminal's side of the reader link with the link driver.
#pragma once

#include <functional>
#include <string>

#include "models/ccid_host/reader.h"
#include "models/host_port/link_port_module.h"
#include "models/link_host/link_host.h"
#include "models/usb_host/host.h"
#include "sim/channel/session_channel.h"
#include "sim/channel/shared_usb_port.h"
#include "sim/guard/identifier.h"
#include "sim/kernel/module.h"

namespace uketsuke::host_port {

struct PortSetup {
  usb_host::HostParameters host;
  bool identifies_cards = false;  // after each activation (sim/guard/identification.h)
  channel::SharedUsbPort* shared = nullptr;  // a program is at the same port; the drivers' end is
                                             // taken in place of `usb`
};

class HostPortModule : public kernel::Module, public LinkPort {
 public:
  HostPortModule(sc_core::sc_module_name name, channel::Context& context, channel::UsbHostPort& usb,
                 channel::SessionChannel& session, std::string role, const PortSetup& setup = {});

  kernel::Mailbox<LinkCommand>& link_commands() override { return link_commands_; }
  void connect_link(kernel::Mailbox<link_host::LinkEvent>& user) override { link_user_ = &user; }
  // Of the card that was connected last; nullptr: none was identified.
  const guard::Identification* identification() const { return identifier_.identification(); }
  // What is plugged in; nullptr: nothing that is enumerated.
  const usb_host::DeviceDescription* device() const { return host_.description(); }
  // Things the drivers found wrong with what they received.
  std::uint32_t anomalies() const { return anomalies_; }

 private:
  void wake() override;
  void perform(const usb_host::HostActions& actions);
  void report();
  void take(guard::Identifier::Step step);
  void note(std::string_view event, std::string text);

  channel::Context& context_;
  channel::SharedUsbPort* shared_;
  channel::UsbHostPort& usb_;
  channel::SessionChannel& session_;
  std::string role_;
  ccid_host::Reader reader_;
  link_host::LinkHost link_;
  usb_host::Host host_;
  guard::Identifier identifier_;
  kernel::Mailbox<LinkCommand> link_commands_;
  kernel::Mailbox<link_host::LinkEvent>* link_user_ = nullptr;
  std::uint32_t anomalies_ = 0;
};

}  // namespace uketsuke::host_port
