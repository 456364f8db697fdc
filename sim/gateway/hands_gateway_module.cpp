#include "sim/gateway/hands_gateway_module.h"

#include <utility>

#include "sim/gateway/broken.h"

namespace uketsuke::gateway {

HandsGatewayModule::HandsGatewayModule(sc_core::sc_module_name name, channel::Context& context,
                                       std::shared_ptr<kernel::Inbox> inbox,
                                       std::unique_ptr<HandsRoute> route,
                                       channel::PanelChannel* panel)
    : Module(name, context.simulation),
      context_(context),
      inbox_(std::move(inbox)),
      panel_(panel),
      route_(std::move(route)) {
  listen(panel_ == nullptr ? std::vector<const sc_core::sc_event*>{}
                           : std::vector<const sc_core::sc_event*>{&panel_->to_device().event()});
  route_->start([this, alive = std::weak_ptr<bool>(alive_), box = inbox_](HandsEvent event) {
    box->post([this, alive, event = std::move(event)]() mutable {
      if (!alive.expired()) take(std::move(event));
    });
  });
}

HandsGatewayModule::~HandsGatewayModule() {
  route_.reset();
  alive_.reset();
}

void HandsGatewayModule::wake() {
  if (panel_ == nullptr) return;
  panel_->take([this](wire::panel::Input input) {
    const std::uint64_t id = next_id_++;
    waiting_[id] = true;
    route_->ask({id, std::move(input)});
  });
}

std::uint64_t HandsGatewayModule::ask(Deed deed) {
  const std::uint64_t id = next_id_++;
  waiting_[id] = false;
  route_->ask({id, std::move(deed)});
  return id;
}

const HandsGatewayModule::Outcome* HandsGatewayModule::outcome(std::uint64_t id) const {
  const auto found = outcomes_.find(id);
  return found == outcomes_.end() ? nullptr : &found->second;
}

std::vector<HandsGatewayModule::Outcome> HandsGatewayModule::take_input_outcomes() {
  return std::exchange(input_outcomes_, {});
}

void HandsGatewayModule::settle(std::uint64_t id, Outcome outcome) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  const bool input = found->second;
  waiting_.erase(found);
  if (input) {
    input_outcomes_.push_back(std::move(outcome));
  } else {
    outcomes_.emplace(id, std::move(outcome));
  }
}

void HandsGatewayModule::take(HandsEvent event) {
  if (auto* attested = std::get_if<Attested>(&event)) {
    settle(attested->id, std::move(*attested));
  } else if (auto* missed = std::get_if<Missed>(&event)) {
    settle(missed->id, std::move(*missed));
  } else if (const auto* shown = std::get_if<Shown>(&event)) {
    if (panel_ != nullptr) panel_->show(shown->output);
  } else if (const auto* pad = std::get_if<PadAsks>(&event)) {
    pad_asks_ = pad->asks;
  } else {
    const auto& failed = std::get<RouteFailed>(event);
    context_.journal.note("hands", context_.simulation.now_ns(), "route_failed", failed.en);
    throw RouteBroken(route_->name(), failed.ja, failed.en);
  }
}

}  // namespace uketsuke::gateway
