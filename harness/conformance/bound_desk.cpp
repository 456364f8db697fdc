#include "harness/conformance/bound_desk.h"

#include <algorithm>
#include <utility>

#include "harness/bench/describers.h"
#include "harness/verdict/format.h"
#include "sim/gateway/broken.h"

namespace uketsuke::conformance {
namespace {

void forget(const trace::Journal&, std::size_t) {}

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// Where a person places cards, or a reader is on this machine's bus, a real one may be among them,
// whatever a file says.
std::unique_ptr<guard::CcidGuard> guard_of(const bench::Outside& outside, bool served) {
  if (outside.simulated_cards && served)
    return std::make_unique<guard::CcidGuard>(guard::CcidGuard::NoRealCard{});
  return std::make_unique<guard::CcidGuard>(outside.releases);
}

}  // namespace

BoundDesk::BoundDesk(std::shared_ptr<bench::Outside> outside, BenchState& state, std::string card,
                     bool served)
    : outside_(std::move(outside)), state_(state), card_(std::move(card)),
      context_{simulation_, journal_, faults_}, panel_(context_, "reader"),
      endpoints_(outside_->simulated_cards), guard_(guard_of(*outside_, served)) {
  journal_.hand_to(forget);
  simulation_.pace(outside_->pace, outside_->inbox);
  if (outside_->watcher) simulation_.watch(outside_->watcher);
  gateway::UsbGatewayConfig wire;
  wire.host = "host";
  wire.describe_control = bench::describe_control_out;
  wire.describe_control_in = bench::describe_control_in;
  wire.endpoints = [this](const wire::usb::Configuration& configuration) {
    return endpoints_.of(configuration);
  };
  usb_ = std::make_unique<gateway::UsbGatewayModule>(
      "usb", context_, outside_->inbox, std::move(outside_->usb), *guard_, std::move(wire));
  if (outside_->panel_hands) {
    panel_hands_ = std::make_unique<gateway::HandsGatewayModule>(
        "panel_hands", context_, outside_->inbox, std::move(outside_->panel_hands), nullptr);
    if (outside_->card_hands) {
      card_hands_ = std::make_unique<gateway::HandsGatewayModule>(
          "card_hands", context_, outside_->inbox, std::move(outside_->card_hands), nullptr);
    }
    hands_ = std::make_unique<bench::BoundHands>(
        simulation_, *panel_hands_, card_hands_ ? *card_hands_ : *panel_hands_, panel_, false);
  }
  probe_ = std::make_unique<ProbeUsb>("probe", simulation_, *usb_);
  usb_->start();
}

BoundDesk::~BoundDesk() {
  simulation_.activate();
  outside_->inbox->close();
}

Reply BoundDesk::now(Ended ended, verdict::Text text) {
  Reply reply;
  reply.ended = ended;
  reply.text = std::move(text);
  reply.begun_us = reply.ended_us = simulation_.now_us();
  return reply;
}

Reply BoundDesk::of(const bench::Done& done, wire::Micros begun_us) {
  Reply reply = now();
  reply.begun_us = begun_us;
  reply.attested_by = done.by;
  reply.text = done.impossible.empty() ? done.undecided : done.impossible;
  if (!reply.text.empty()) reply.ended = Ended::kUnable;
  return reply;
}

Reply BoundDesk::perform(const Deed& deed) {
  if (!usable_) return now(Ended::kUnable, {"この机はもう使えない", "this desk cannot be used any more"});
  simulation_.activate();
  try {
    return act(deed);
  } catch (const gateway::CardNotReleased& refused) {
    usable_ = false;
    return now(Ended::kRefused, {refused.ja(), refused.what()});
  }
}

Reply BoundDesk::act(const Deed& deed) {
  return std::visit(
      Overloaded{[this](const ControlDeed& d) { return probe_->perform(d); },
                 [this](const OutDeed& d) { return probe_->perform(d); },
                 [this](const InDeed& d) { return probe_->perform(d); },
                 [this](const ResetDeed& d) { return probe_->perform(d); },
                 [this](const WaitDeed& d) {
                   Reply reply = now();
                   simulation_.run_for(d.duration_us);
                   reply.ended_us = simulation_.now_us();
                   return reply;
                 },
                 [this](const PlaceDeed& d) { return place(d); },
                 [this](const RemoveDeed& d) { return remove(d); },
                 [this](const PlugDeed& d) { return plug(d); },
                 [this](const PadDeed& d) {
                   if (!hands_) return now(Ended::kUnable, {"操作する人がいない", "nobody is there"});
                   if (d.cancel) {
                     return now(Ended::kUnable, {"取消キーは手で押せない",
                                                 "these hands have no cancel key"});
                   }
                   const wire::Micros begun = simulation_.now_us();
                   return of(hands_->type_on_pad(d.digits), begun);
                 },
                 [this](const FieldDeed&) {
                   return now(Ended::kUnable, {"カード側を見るプローブがない",
                                               "there is no probe at the card's contacts"});
                 }},
      deed);
}

Reply BoundDesk::clear(const std::string& wanted) {
  if (state_.unknown && hands_) {
    simulation_.activate();
    const wire::Micros begun = simulation_.now_us();
    const Reply reply = of(hands_->begin(), begun);
    if (reply.ended != Ended::kDone) return reply;
    state_.lying.clear();
  }
  state_.unknown = false;
  for (const auto& [slot, card] : std::map<std::uint8_t, std::string>(state_.lying)) {
    if (!wanted.empty() && card == wanted) continue;
    Reply reply = perform(RemoveDeed{slot});
    if (reply.ended != Ended::kDone) return reply;
  }
  return now();
}

Reply BoundDesk::place(const PlaceDeed& deed) {
  const auto lies = state_.lying.find(deed.slot);
  if (lies != state_.lying.end() && lies->second == deed.card) return now();
  if (!hands_ || deed.slot != 0) {
    return now(Ended::kUnable, {"カードを置く人がいない（--bind panel=operator など）",
                                "nobody can place a card there (--bind panel=operator)"});
  }
  const wire::Micros begun = simulation_.now_us();
  Reply reply = of(hands_->place(deed.card == "any" ? card_ : deed.card, "", "seen"), begun);
  if (reply.ended == Ended::kDone) state_.lying[deed.slot] = deed.card;
  return reply;
}

Reply BoundDesk::remove(const RemoveDeed& deed) {
  const auto lies = state_.lying.find(deed.slot);
  if (lies == state_.lying.end())
    return now(Ended::kUnable, {"カードがない", "no card lies there"});
  if (!hands_) return now(Ended::kUnable, {"操作する人がいない", "nobody is there"});
  const wire::Micros begun = simulation_.now_us();
  Reply reply = of(hands_->remove(lies->second == "any" ? card_ : lies->second), begun);
  if (reply.ended == Ended::kDone) state_.lying.erase(lies);
  return reply;
}

// Why the device is not there, as far as its route knows.
verdict::Text BoundDesk::absence() const {
  const gateway::UsbRoute::Absence why = usb_->absence();
  return {why.ja, why.en};
}

wire::Micros BoundDesk::for_route(wire::Micros limit_us) const {
  constexpr wire::Micros kRouteTellsUs = 6'000'000;  // routes say after 5 s that nothing is there
  const double speed = std::max(1.0, outside_->pace.speed);
  return static_cast<wire::Micros>(static_cast<double>(std::max(limit_us, kRouteTellsUs)) * speed);
}

Reply BoundDesk::plug(const PlugDeed& deed) {
  const wire::Micros begun = simulation_.now_us();
  Reply reply = now();
  // A device that is there need not be plugged in; one that is not yet seen may be on its way. Its
  // route says why it is not, in real time, however fast the simulated goes: that comes before
  // people are asked for its plug. Others just plug it in.
  const wire::Micros told_us = seen_ ? deed.limit_us : for_route(deed.limit_us);
  const bool just_plug = hands_ && !hands_->are_people();
  if (deed.in && probe_->run_until_attached(true, just_plug ? deed.limit_us : told_us)) {
    seen_ = true;
  } else {
    if (!hands_) {
      if (deed.in) return now(Ended::kNoDevice, absence());
      return now(Ended::kUnable, {"ケーブルを抜く人がいない", "nobody can pull the plug"});
    }
    const verdict::Text why = absence();
    reply = of(deed.in ? hands_->plug() : hands_->unplug(), begun);
    if (deed.in && reply.ended == Ended::kUnable && !why.empty())
      return now(Ended::kNoDevice, why);
    if (reply.ended != Ended::kDone) return reply;
    const bool there = probe_->run_until_attached(deed.in, deed.in ? told_us : deed.limit_us);
    if (!there) reply.ended = Ended::kTimedOut;
    seen_ = seen_ || (there && deed.in);
  }
  reply.begun_us = begun;
  reply.ended_us = simulation_.now_us();
  return reply;
}

}  // namespace uketsuke::conformance
