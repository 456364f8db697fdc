// A way to a reader as a program sees it: PC/SC, or a vendor's program that plays a reader.
#pragma once

#include <functional>
#include <string>

#include "sim/gateway/usb_route.h"
#include "sim/wire/session/message.h"

namespace uketsuke::gateway {

using SessionRouteEvent = std::variant<wire::session::Event, RouteFailed>;

class SessionRoute {
 public:
  using Report = std::function<void(SessionRouteEvent)>;  // called from any thread, one at a time

  virtual ~SessionRoute() = default;
  // Looks for the reader from now on: ReaderArrived, ReaderGone, CardPresent, CardAbsent.
  virtual void start(Report report) = 0;
  // Each ReaderArrived is followed by CardPresent or CardAbsent, whichever it is. False: by nothing
  // if there is no card.
  virtual bool tells_empty_slot() const { return false; }
  // Never waits. Each request ends with exactly one event, as session/message.h says.
  virtual void ask(wire::session::Request request) = 0;
  // "pcsc:ACS ACR1251 00 00"
  virtual std::string name() const = 0;
  // What this route hides from the bench, in words for the report (ja, en); "" nothing.
  struct Hidden { std::string ja, en; };
  virtual Hidden hides() const { return {}; }
};

}  // namespace uketsuke::gateway
