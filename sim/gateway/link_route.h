// A way to the reader link of a face-auth reader that is not reached over USB: a vendor's program
// that plays the whole reader.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "sim/gateway/usb_route.h"
#include "sim/wire/reader_link/message.h"

namespace uketsuke::gateway {

struct LinkUp {};  // messages may be sent
struct LinkDown {};
// A Message: event, request of the reader (answered by send() with its seq), or response to a
// request of ours (its seq).
using LinkRouteEvent = std::variant<LinkUp, LinkDown, wire::reader_link::Message, RouteFailed>;

class LinkRoute {
 public:
  using Report = std::function<void(LinkRouteEvent)>;  // called from any thread, one at a time

  virtual ~LinkRoute() = default;
  virtual void start(Report report) = 0;
  // Never waits. A request ends with its response (reader_link::Refused if the link is down or the
  // program does not speak it), or the route fails.
  virtual void send(wire::reader_link::Message message) = 0;
  virtual std::string name() const = 0;  // "exec:./reader.py"
};

}  // namespace uketsuke::gateway
