#include "models/host_port/host_port_module.h"

#include <utility>

namespace uketsuke::host_port {
namespace {

constexpr std::size_t kCcidDriver = 0, kLinkDriver = 1;

}  // namespace

HostPortModule::HostPortModule(sc_core::sc_module_name name, channel::Context& context,
                               channel::UsbHostPort& usb, channel::SessionChannel& session,
                               std::string role, const PortSetup& setup)
    : Module(name, context.simulation),
      context_(context),
      shared_(setup.shared),
      usb_(shared_ == nullptr ? usb : shared_->drivers()),
      session_(session),
      role_(std::move(role)),
      host_(setup.host, {&reader_, &link_}),
      identifier_(setup.identifies_cards),
      link_commands_(context.simulation) {
  listen({&usb_.to_host().event(), &session_.to_reader().event(), &link_commands_.event()});
  if (shared_ != nullptr) shared_->on_reset([this] { perform(host_.reset()); });
}

void HostPortModule::note(std::string_view event, std::string text) {
  context_.journal.note(role_, context_.simulation.now_ns(), event, std::move(text));
}

void HostPortModule::wake() {
  usb_.to_host().drain([this](const wire::usb::HostEvent& event) {
    if (shared_ == nullptr || !shared_->take(event)) perform(host_.handle(event));
  });
  session_.to_reader().drain(
      [this](wire::session::Request request) { take(identifier_.asked(std::move(request))); });
  link_commands_.drain([this](LinkCommand command) {
    if (auto* ask = std::get_if<LinkAsk>(&command)) {
      perform(host_.admit(kLinkDriver, link_.request(std::move(ask->body))));
    } else {
      auto& reply = std::get<LinkReply>(command);
      perform(host_.admit(kLinkDriver, link_.respond(reply.seq, std::move(reply.body))));
    }
  });
  timers_.drain([this](wire::TimerExpired expired) { perform(host_.handle(expired)); });
}

void HostPortModule::perform(const usb_host::HostActions& actions) {
  for (const usb_host::HostAction& action : actions) {
    if (const auto* transfer = std::get_if<wire::usb::Transfer>(&action)) {
      usb_.submit(*transfer);
    } else if (const auto* cancel = std::get_if<usb_host::CancelTransfer>(&action)) {
      usb_.cancel(cancel->id);
    } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
      timers_.start(*start);
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
      timers_.stop(*stop);
    } else if (std::holds_alternative<usb_host::ResetPort>(action)) {
      usb_.reset();
    } else if (const auto* failed = std::get_if<usb_host::EnumerationFailed>(&action)) {
      ++anomalies_;
      note("enumeration_failed", failed->what);
    } else if (std::holds_alternative<usb_host::Enumerated>(action)) {
      note("enumerated", {});
    }
  }
  report();
}

void HostPortModule::report() {
  for (ccid_host::HostEvent& event : reader_.take_events()) {
    if (auto* session_event = std::get_if<wire::session::Event>(&event)) {
      take(identifier_.heard(std::move(*session_event)));
    } else {
      ++anomalies_;
      note("anomaly", std::get<ccid_host::Anomaly>(event).what);
    }
  }
  for (link_host::LinkEvent& event : link_.take_events()) {
    if (const auto* error = std::get_if<link_host::LinkError>(&event)) {
      ++anomalies_;
      note("link_error", error->what);
    } else if (link_user_ != nullptr) {
      link_user_->post(std::move(event));
    }
  }
}

void HostPortModule::take(guard::Identifier::Step step) {
  for (wire::session::Event& event : step.events) session_.report(std::move(event));
  for (const wire::session::Request& request : step.requests)
    perform(host_.admit(kCcidDriver, reader_.handle(request)));
}

}  // namespace uketsuke::host_port
