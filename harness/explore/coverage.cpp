#include "harness/explore/coverage.h"

#include <algorithm>
#include <map>

namespace uketsuke::explore {
namespace {

State counted(State state) {
  state.wrong_pins = 0;
  state.rounds = std::min<std::uint8_t>(state.rounds, 1);
  state.tries = std::min<std::uint8_t>(state.tries, 1);
  if (state.passcode != kNoPasscode && state.passcode > 1) state.passcode = 1;
  if (state.date == Day::kYesterday) state.date = Day::kToday;
  if (state.card == Card::kTaro) state.card = Card::kHanako;
  return state;
}

Do counted(Do act) { return act == Do::kPlaceTaro ? Do::kPlaceHanako : act; }

std::size_t count(const std::vector<std::uint8_t>& seen) {
  return static_cast<std::size_t>(std::count(seen.begin(), seen.end(), std::uint8_t{1}));
}

}  // namespace

Coverage::Coverage(const Graph& graph) : graph_(&graph) {
  std::map<std::uint64_t, std::uint32_t> classes;
  for (std::uint32_t i = 0; i < graph.states(); ++i) {
    const auto [place, is_new] = classes.emplace(counted(graph.state(i)).code(),
                                                 static_cast<std::uint32_t>(nearest_.size()));
    if (is_new) nearest_.push_back(i);
    classes_.push_back(place->second);
  }
  std::map<std::pair<std::uint32_t, Do>, std::uint32_t> kinds;
  for (std::uint32_t i = 0; i < graph.transitions(); ++i) {
    const auto [place, is_new] =
        kinds.emplace(std::pair(classes_[graph.from(i)], counted(graph.act(i))),
                      static_cast<std::uint32_t>(examples_.size()));
    if (is_new) examples_.push_back(i);
    kinds_.push_back(place->second);
  }
  seen_states_.resize(nearest_.size());
  seen_transitions_.resize(examples_.size());
}

void Coverage::merge(const std::vector<std::uint8_t>& states,
                     const std::vector<std::uint8_t>& transitions) {
  for (std::size_t i = 0; i < seen_states_.size(); ++i) seen_states_[i] |= states.at(i);
  for (std::size_t i = 0; i < seen_transitions_.size(); ++i)
    seen_transitions_[i] |= transitions.at(i);
}

std::size_t Coverage::states_seen() const { return count(seen_states_); }
std::size_t Coverage::transitions_seen() const { return count(seen_transitions_); }

std::vector<std::string> Coverage::missing_states() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < seen_states_.size(); ++i)
    if (seen_states_[i] == 0) all.push_back(describe(graph_->state(nearest_[i])));
  return all;
}

std::vector<std::string> Coverage::missing_transitions() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < seen_transitions_.size(); ++i) {
    if (seen_transitions_[i] != 0) continue;
    const ActText& act = act_of(graph_->act(examples_[i]));
    std::string text = describe(graph_->state(graph_->from(examples_[i]))) + ": ";
    text += act.act;
    if (!act.word.empty()) (text += ' ') += act.word;
    all.push_back(std::move(text));
  }
  return all;
}

}  // namespace uketsuke::explore
