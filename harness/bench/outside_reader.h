// A reader that is bound: the guard, the gateway behind it, and what drives the reader up to the
// session wire and the reader link.
#pragma once

#include <memory>
#include <string>

#include "harness/bench/outside.h"
#include "harness/bench/raw_access.h"
#include "harness/verdict/verdict.h"
#include "models/host_port/host_port_module.h"
#include "models/host_port/outside_link_module.h"
#include "sim/gateway/session_gateway_module.h"
#include "sim/guard/card_guard.h"
#include "sim/guard/ccid_guard.h"

namespace uketsuke::bench {

class OutsideReader {
 public:
  // Takes the routes of `outside`. `endpoints` and `session` outlive this. raw: of a script that
  // uses the reader, too; nullptr: there is none.
  OutsideReader(channel::Context& context, Outside& outside, OutsideEndpoints& endpoints,
                channel::SessionChannel& session, const std::string& role, bool identifies_cards,
                RawAccess* raw = nullptr);

  // The reader is looked for from now on. Once; afterwards does nothing.
  void start();
  // The reader link; nullptr: this route carries none.
  host_port::LinkPort* link();
  // What a desk with (or without) a face-auth reader wants and this one has not; empty: nothing.
  verdict::Text lacks(bool face_reader) const;
  // What the route does not let the bench see; empty: nothing.
  const verdict::Text& hidden() const { return hidden_; }
  // Whether a card lies there has been told, as far as its route tells it by itself.
  bool slot_told() const { return !session_ || session_->slot_told(); }
  std::uint32_t anomalies() const { return port_ ? port_->anomalies() : 0; }
  // Of the card that was connected last; nullptr: none was identified.
  const guard::Identification* identification() const;
  gateway::UsbIdentity usb_identity() const;
  // Why it is not there now, as far as its route knows.
  verdict::Text absence() const;
  std::optional<wire::Micros> last_heard_us() const;  // nullopt: its route does not say it

 private:
  const OutsideEndpoints& endpoints_;
  verdict::Text hidden_;
  bool started_ = false;
  std::unique_ptr<guard::CcidGuard> ccid_guard_;
  std::unique_ptr<guard::CardGuard> card_guard_;
  std::unique_ptr<guard::Identifier> identifier_;
  std::unique_ptr<gateway::UsbGatewayModule> usb_;
  std::unique_ptr<host_port::HostPortModule> port_;
  std::unique_ptr<gateway::SessionGatewayModule> session_;
  std::unique_ptr<host_port::OutsideLinkModule> link_;
};

}  // namespace uketsuke::bench
