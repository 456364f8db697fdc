// A desk with a reader that is not simulated: over libusb or USB/IP, guarded, paced by the wall
// clock, hands of whoever stands there.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "harness/bench/bound_hands.h"
#include "harness/bench/outside.h"
#include "harness/conformance/deed.h"
#include "harness/conformance/probe_usb.h"
#include "sim/fault/fault.h"
#include "sim/guard/ccid_guard.h"

namespace uketsuke::conformance {

// What outlives the desk of one case: who placed which card in which slot.
struct BenchState {
  std::map<std::uint8_t, std::string> lying;
  bool unknown = true;  // others were at the reader: what lies there is not known
};

class BoundDesk : public Desk {
 public:
  // Takes the routes of `outside`, of whose routes `usb` is one. `state` outlives it.
  // `card`: the card that stands for "any". `served`: the reader and its hands are a desk of ours
  // elsewhere; only then is the bench file's word that all cards are simulated enough to send
  // whatever a case says.
  BoundDesk(std::shared_ptr<bench::Outside> outside, BenchState& state, std::string card,
            bool served);
  ~BoundDesk() override;
  BoundDesk(const BoundDesk&) = delete;
  BoundDesk& operator=(const BoundDesk&) = delete;

  // What lies in a slot and is not `wanted` there is taken away first.
  Reply clear(const std::string& wanted);
  Reply perform(const Deed& deed) override;
  wire::usb::Speed speed() const override { return probe_->speed(); }
  bool has_address() const override { return true; }
  bool keeps_card_data() const override { return outside_->simulated_cards; }

 private:
  Reply act(const Deed& deed);
  Reply place(const PlaceDeed& deed);
  Reply remove(const RemoveDeed& deed);
  Reply plug(const PlugDeed& deed);
  wire::Micros for_route(wire::Micros limit_us) const;
  verdict::Text absence() const;
  Reply now(Ended ended = Ended::kDone, verdict::Text text = {});
  Reply of(const bench::Done& done, wire::Micros begun_us);

  std::shared_ptr<bench::Outside> outside_;
  BenchState& state_;
  std::string card_;
  kernel::Simulation simulation_;  // first of what lives in its context, destroyed last
  trace::Journal journal_;
  fault::Layer faults_;
  channel::Context context_;
  channel::PanelChannel panel_;
  bench::OutsideEndpoints endpoints_;
  std::unique_ptr<guard::CcidGuard> guard_;
  std::unique_ptr<gateway::UsbGatewayModule> usb_;
  std::unique_ptr<gateway::HandsGatewayModule> panel_hands_, card_hands_;
  std::unique_ptr<bench::BoundHands> hands_;
  std::unique_ptr<ProbeUsb> probe_;
  bool usable_ = true;
  bool seen_ = false;  // the device was attached
};

}  // namespace uketsuke::conformance
