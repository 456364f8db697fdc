#include "harness/bench/outside_reader.h"

#include <utility>

#include "harness/bench/describers.h"

namespace uketsuke::bench {

OutsideReader::OutsideReader(channel::Context& context, Outside& outside,
                             OutsideEndpoints& endpoints, channel::SessionChannel& session,
                             const std::string& role, bool identifies_cards, RawAccess* raw)
    : endpoints_(endpoints) {
  if (!outside.usb) {
    const gateway::SessionRoute::Hidden hidden = outside.session->hides();
    hidden_ = {hidden.ja, hidden.en};
    card_guard_ = std::make_unique<guard::CardGuard>(outside.releases);
    identifier_ = std::make_unique<guard::Identifier>(identifies_cards);
    session_ = std::make_unique<gateway::SessionGatewayModule>("session", context, outside.inbox,
                                                               std::move(outside.session), session,
                                                               *card_guard_, *identifier_, role);
    if (outside.link) {
      link_ = std::make_unique<host_port::OutsideLinkModule>("link", context, outside.inbox,
                                                             outside.link);
      start();  // a program has one connection for all: before its hands
    }
    return;
  }
  gateway::UsbGatewayConfig wire;
  wire.device = role;
  wire.describe_control = describe_control_out;
  wire.describe_control_in = describe_control_in;
  wire.endpoints = [&endpoints](const wire::usb::Configuration& configuration) {
    return endpoints.of(configuration);
  };
  ccid_guard_ = std::make_unique<guard::CcidGuard>(outside.releases);
  usb_ = std::make_unique<gateway::UsbGatewayModule>(
      "usb", context, outside.inbox, std::move(outside.usb), *ccid_guard_, std::move(wire));
  host_port::PortSetup setup;
  setup.host.sets_address = false;
  setup.identifies_cards = identifies_cards;
  if (raw != nullptr) setup.shared = raw->share(*usb_);
  port_ = std::make_unique<host_port::HostPortModule>("port", context, *usb_, session, "terminal",
                                                      setup);
  if (raw != nullptr) raw->beside(*port_);
}

void OutsideReader::start() {
  if (std::exchange(started_, true)) return;
  if (usb_) usb_->start();
  if (session_) session_->start();
}

host_port::LinkPort* OutsideReader::link() {
  if (port_) return port_.get();
  return link_.get();
}

const guard::Identification* OutsideReader::identification() const {
  return port_ ? port_->identification() : identifier_->identification();
}

gateway::UsbIdentity OutsideReader::usb_identity() const {
  return usb_ ? usb_->identity() : gateway::UsbIdentity{};
}

verdict::Text OutsideReader::absence() const {
  if (!usb_) return {};
  const gateway::UsbRoute::Absence why = usb_->absence();
  return {why.ja, why.en};
}

std::optional<wire::Micros> OutsideReader::last_heard_us() const {
  if (!usb_) return std::nullopt;
  return usb_->last_heard_ns() / 1000;
}

verdict::Text OutsideReader::lacks(bool face_reader) const {
  if (session_) {
    if (!face_reader || link_) return {};
    return {"PC/SC では顔認証付きリーダーのリンクを扱えない",
            "PC/SC carries no reader link of a face-auth reader"};
  }
  if (!endpoints_.known()) return {};
  if (!endpoints_.has_ccid())
    return {"接続した機器に CCID の機能がない", "the bound device has no CCID function"};
  if (face_reader && !endpoints_.has_link()) {
    return {"シナリオは顔認証付きリーダーのもの。接続したリーダーにリンク (CDC-ACM) がない",
            "the scenario is for a face-auth reader; the bound one has no reader link (CDC-ACM)"};
  }
  if (!face_reader && endpoints_.has_link()) {
    return {"シナリオは汎用リーダーのもの。接続したのは顔認証付きリーダー",
            "the scenario is for a generic reader; the bound one is a face-auth reader"};
  }
  return {};
}

}  // namespace uketsuke::bench
