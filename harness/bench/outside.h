// What stands outside of one world in place of models, ready to be bound: routes, the releases of
// cards, the pace. Made by harness/bind for each run of a scenario.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/gateway/hands_route.h"
#include "sim/gateway/link_route.h"
#include "sim/gateway/session_route.h"
#include "sim/gateway/usb_gateway_module.h"
#include "sim/gateway/usb_route.h"
#include "sim/guard/release.h"
#include "sim/kernel/pacer.h"
#include "sim/trace/card_conversation.h"

namespace uketsuke::bench {

struct Outside {
  kernel::PacerSettings pace;
  // Called again and again while the world runs; what it throws ends the run. May be empty.
  std::function<void()> watcher;
  std::shared_ptr<kernel::Inbox> inbox = std::make_shared<kernel::Inbox>();
  std::unique_ptr<gateway::UsbRoute> usb;  // one of usb and session
  std::unique_ptr<gateway::SessionRoute> session;
  std::shared_ptr<gateway::LinkRoute> link;  // beside a session: of a program that plays a reader
  std::unique_ptr<gateway::HandsRoute> panel_hands;
  std::unique_ptr<gateway::HandsRoute> card_hands;  // nullptr: the same as the panel's
  std::vector<guard::Release> releases;
  // Every card at hand is simulated somewhere (a reader that we serve): its messages are journalled
  // as those of models are. Else of each APDU only header, length, status and a keyed digest.
  bool simulated_cards = false;
};

// Names, describers and taps of a real reader's endpoints, as those of a model have them.
class OutsideEndpoints {
 public:
  explicit OutsideEndpoints(bool simulated_cards);
  std::vector<channel::UsbEndpoint> of(const wire::usb::Configuration& configuration);
  bool known() const { return known_; }        // a configuration was read
  bool has_ccid() const { return has_ccid_; }  // of the last one
  bool has_link() const { return has_link_; }  // a CDC function, which may carry the reader link
  // Of the session wire.
  std::unique_ptr<trace::Tap> session_tap(trace::CardConversation& conversation,
                                          trace::CardConversation::Way way) const;

 private:
  trace::Tap* ccid_tap(trace::CardConversation::Way way, bool tpdu);
  trace::Tap* keep(std::unique_ptr<trace::Tap> tap);

  bool known_ = false, has_ccid_ = false, has_link_ = false;
  wire::Bytes key_;  // of the digests; empty: cards are simulated
  std::vector<trace::CardConversation> slots_;
  std::vector<std::unique_ptr<trace::Tap>> taps_;
};

}  // namespace uketsuke::bench
