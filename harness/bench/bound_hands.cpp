#include "harness/bench/bound_hands.h"

#include <utility>

namespace uketsuke::bench {
namespace {

using gateway::HandsGatewayModule;

// Every route has limits of its own, which are below this.
constexpr wire::Micros kLimitUs = 48ULL * 3600 * 1'000'000;

Done done_of(const HandsGatewayModule::Outcome& outcome) {
  Done done;
  if (const auto* attested = std::get_if<gateway::Attested>(&outcome)) {
    done.by = attested->by;
    return done;
  }
  const auto& missed = std::get<gateway::Missed>(outcome);
  const verdict::Text why(missed.ja, missed.en);
  (missed.why == gateway::Missed::Why::kNotPossible ? done.impossible : done.undecided) = why;
  return done;
}

}  // namespace

Done BoundHands::ask(HandsGatewayModule& hands, gateway::Deed deed) {
  const std::uint64_t id = hands.ask(std::move(deed));
  simulation_.run_until([&] { return hands.outcome(id) != nullptr; },
                        simulation_.now_us() + kLimitUs);
  const HandsGatewayModule::Outcome* outcome = hands.outcome(id);
  if (outcome != nullptr) return done_of(*outcome);
  Done done;
  done.undecided = {"操作の結果が届かなかった", "nobody told what became of it"};
  return done;
}

Done BoundHands::begin() {
  Done done = ask(card_hands_, gateway::Begin{});
  if (&panel_hands_ != &card_hands_ && done.impossible.empty() && done.undecided.empty())
    done = ask(panel_hands_, gateway::Begin{});
  return done;
}

Done BoundHands::put(const wire::panel::Input& input) {
  if (!has_panel_) return {};
  panel_.put(input);
  simulation_.run_for(0);
  simulation_.run_until([&] { return panel_hands_.idle(); }, simulation_.now_us() + kLimitUs);
  Done done;
  for (const HandsGatewayModule::Outcome& outcome : panel_hands_.take_input_outcomes())
    done = done_of(outcome);
  return done;
}

Done BoundHands::put_twice(const wire::panel::Input& input) {
  if (has_panel_) panel_.put(input);
  return put(input);
}

Done BoundHands::place(const std::string& holder, const std::string& with,
                       const std::string& face) {
  Done done = ask(card_hands_, gateway::PlaceCard{holder, face});
  if (!done.impossible.empty() || !done.undecided.empty()) return done;
  lying_ = holder;
  return with.empty() ? done : place_second(with);
}

Done BoundHands::place_second(const std::string& holder) {
  return ask(card_hands_, gateway::PlaceSecondCard{holder});
}

Done BoundHands::remove(const std::string& holder) {
  Done done = ask(card_hands_, gateway::RemoveCard{holder});
  if (done.impossible.empty() && done.undecided.empty()) lying_.clear();
  return done;
}

Done BoundHands::unplug() {
  Done done = ask(card_hands_, gateway::Unplug{});
  plugged_ = !(done.impossible.empty() && done.undecided.empty()) && plugged_;
  return done;
}

Done BoundHands::plug() {
  Done done = ask(card_hands_, gateway::Plug{});
  plugged_ = (done.impossible.empty() && done.undecided.empty()) || plugged_;
  return done;
}

Done BoundHands::compare(bool match) { return ask(panel_hands_, gateway::ComparePhoto{match}); }

Done BoundHands::type_on_pad(const std::string& digits) {
  return ask(panel_hands_, gateway::PadPin{digits});
}

Done BoundHands::confirm(const verdict::Text& question) {
  return ask(panel_hands_, gateway::Confirm{question.ja, question.en});
}

}  // namespace uketsuke::bench
