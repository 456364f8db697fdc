// The session wire to a reader that is not simulated: every command passes the guard on its way to
// the route.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sim/channel/session_channel.h"
#include "sim/gateway/session_route.h"
#include "sim/guard/card_guard.h"
#include "sim/guard/identifier.h"
#include "sim/kernel/module.h"

namespace uketsuke::gateway {

class SessionGatewayModule : public kernel::Module {
 public:
  // `guard` and `identifier` outlive it. A PC/SC reader has one slot.
  SessionGatewayModule(sc_core::sc_module_name name, channel::Context& context,
                       std::shared_ptr<kernel::Inbox> inbox, std::unique_ptr<SessionRoute> route,
                       channel::SessionChannel& session, guard::CardGuard& guard,
                       guard::Identifier& identifier, std::string role);
  ~SessionGatewayModule() override;

  // The route looks for the reader from now on. Once.
  void start();

  bool arrived() const { return arrived_; }
  // Whether a card lies there is known, as far as this route tells it.
  bool slot_told() const { return slot_told_; }

 private:
  void wake() override;
  void ask(wire::session::Request request);
  void take(SessionRouteEvent event);
  void take(wire::session::Event event);
  void tell(guard::Identifier::Step step);

  channel::Context& context_;
  std::shared_ptr<kernel::Inbox> inbox_;
  channel::SessionChannel& session_;
  guard::CardGuard& guard_;
  guard::Identifier& identifier_;
  std::string role_;
  bool arrived_ = false, slot_told_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<SessionRoute> route_;  // last: its threads end first
};

}  // namespace uketsuke::gateway
