// The terminal's end of the reader link, whatever carries it.
#pragma once

#include <variant>

#include "models/link_host/link_host.h"
#include "sim/kernel/mailbox.h"

namespace uketsuke::host_port {

// What the port's user asks of the reader link; it hears link_host::LinkEvent.
struct LinkAsk {
  wire::reader_link::Body body;
};
struct LinkReply {
  std::uint16_t seq = 0;
  wire::reader_link::Body body;
};
using LinkCommand = std::variant<LinkAsk, LinkReply>;

class LinkPort {
 public:
  virtual ~LinkPort() = default;
  virtual kernel::Mailbox<LinkCommand>& link_commands() = 0;
  // Where link events go; before the simulation starts.
  virtual void connect_link(kernel::Mailbox<link_host::LinkEvent>& user) = 0;
};

}  // namespace uketsuke::host_port
