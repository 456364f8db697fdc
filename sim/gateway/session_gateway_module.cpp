#include "sim/gateway/session_gateway_module.h"

#include <utility>

#include "sim/gateway/broken.h"

namespace uketsuke::gateway {

using namespace wire::session;

SessionGatewayModule::SessionGatewayModule(sc_core::sc_module_name name, channel::Context& context,
                                           std::shared_ptr<kernel::Inbox> inbox,
                                           std::unique_ptr<SessionRoute> route,
                                           channel::SessionChannel& session,
                                           guard::CardGuard& guard, guard::Identifier& identifier,
                                           std::string role)
    : Module(name, context.simulation),
      context_(context),
      inbox_(std::move(inbox)),
      session_(session),
      guard_(guard),
      identifier_(identifier),
      role_(std::move(role)),
      route_(std::move(route)) {
  listen({&session_.to_reader().event()});
}

void SessionGatewayModule::start() {
  route_->start([this, alive = std::weak_ptr<bool>(alive_), box = inbox_](SessionRouteEvent event) {
    box->post([this, alive, event = std::move(event)]() mutable {
      if (!alive.expired()) take(std::move(event));
    });
  });
}

SessionGatewayModule::~SessionGatewayModule() {
  route_.reset();
  alive_.reset();
}

void SessionGatewayModule::wake() {
  session_.to_reader().drain(
      [this](Request request) { tell(identifier_.asked(std::move(request))); });
}

void SessionGatewayModule::ask(Request request) {
  const auto refuse = [this](const guard::Judgement& judgement) {
    context_.journal.note("terminal", context_.simulation.now_ns(), "refused_by_guard",
                          judgement.en);
    throw CardNotReleased(route_->name(), judgement.ja, judgement.en);
  };
  if (const auto* transmit = std::get_if<Transmit>(&request)) {
    const guard::Judgement judgement = guard_.command(transmit->command);
    if (!judgement.passes()) refuse(judgement);
  } else if (std::holds_alternative<VerifyPin>(request)) {
    refuse(guard::refused(
        "PIN パッドでの VERIFY", "VERIFY on the PIN pad", "送られる内容を確かめられない",
        "what is sent cannot be seen"));  // as PC_to_RDR_Secure: nobody sees what is sent
  }
  route_->ask(std::move(request));
}

void SessionGatewayModule::take(SessionRouteEvent event) {
  if (auto* failed = std::get_if<RouteFailed>(&event)) {
    context_.journal.note(role_, context_.simulation.now_ns(), "route_failed", failed->en);
    throw RouteBroken(route_->name(), failed->ja, failed->en);
  }
  take(std::get<Event>(std::move(event)));
}

void SessionGatewayModule::take(Event event) {
  if (const auto* response = std::get_if<Response>(&event)) {
    guard_.response(response->response);
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    if (failed->failure != Failure::kBusy) guard_.response_lost();
  } else if (std::holds_alternative<Connected>(event)) {
    guard_.activated();
  } else if (std::holds_alternative<ReaderArrived>(event)) {
    arrived_ = true;
    slot_told_ = !route_->tells_empty_slot();
  } else if (!std::holds_alternative<CardPresent>(event)) {
    if (std::holds_alternative<ReaderGone>(event)) arrived_ = slot_told_ = false;
    guard_.deactivated();
  }
  if (std::holds_alternative<CardPresent>(event) || std::holds_alternative<CardAbsent>(event))
    slot_told_ = true;
  tell(identifier_.heard(std::move(event)));
}

void SessionGatewayModule::tell(guard::Identifier::Step step) {
  for (Event& event : step.events) session_.report(std::move(event));
  for (Request& request : step.requests) ask(std::move(request));
}

}  // namespace uketsuke::gateway
