// Shell of the terminal: people's clicks, two readers, the reader link, the backend and the folder.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "models/host_port/link_port_module.h"
#include "models/terminal/terminal.h"
#include "sim/channel/folder_channel.h"
#include "sim/channel/network_channel.h"
#include "sim/channel/session_channel.h"
#include "sim/channel/panel_channel.h"
#include "sim/kernel/module.h"

namespace uketsuke::terminal {

struct Wires {
  // Null: no such reader on this desk.
  std::array<channel::SessionChannel*, kReaderCount> sessions{};
  host_port::LinkPort* link_port = nullptr;  // null: no face-auth reader
  channel::PanelChannel& panel;
  channel::NetworkChannel& network;
  channel::FolderChannel& folder;
};

class TerminalModule : public kernel::Module {
 public:
  TerminalModule(sc_core::sc_module_name name, channel::Context& context, Parameters parameters,
                 Wires wires);

  // What the terminal recorded, in order.
  const std::vector<Record>& records() const { return records_; }
  const Terminal& terminal() const { return *terminal_; }
  // Power is cut: nothing of what it was doing is left, and nothing reaches it. Files of the EHR
  // stay in the folder.
  void power_off();
  // Starts anew; somebody has to sign in.
  void power_on();

 private:
  void wake() override;
  void take(const Event& event);
  void take_link(link_host::LinkEvent event);
  void perform(Actions actions);
  void ignore_everything();

  channel::Context& context_;
  Wires wires_;
  Parameters parameters_;
  std::unique_ptr<Terminal> terminal_;
  bool on_ = true;
  kernel::Mailbox<link_host::LinkEvent> link_;
  kernel::Mailbox<Start> start_;
  std::vector<Record> records_;
};

}  // namespace uketsuke::terminal
