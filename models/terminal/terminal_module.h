// Shell of the terminal: people's clicks, two readers, the reader link, the backend and the folder.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/host_port/host_port_module.h"
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
  host_port::HostPortModule* link_port = nullptr;                 // null: no face-auth reader
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
  const Terminal& terminal() const { return terminal_; }

 private:
  void wake() override;
  void take(const Event& event);
  void take_link(link_host::LinkEvent event);
  void perform(Actions actions);

  channel::Context& context_;
  Wires wires_;
  Terminal terminal_;
  kernel::Mailbox<link_host::LinkEvent> link_;
  kernel::Mailbox<Start> start_;
  std::vector<Record> records_;
};

}  // namespace uketsuke::terminal
