#include "harness/explore/graph.h"

#include <algorithm>

namespace uketsuke::explore {

std::uint32_t Graph::add(const State& state, std::uint32_t by) {
  const auto [place, is_new] =
      indices_.emplace(state.code(), static_cast<std::uint32_t>(states_.size()));
  if (is_new) {
    states_.push_back(state);
    parents_.push_back(by);
  }
  return place->second;
}

Graph::Graph(const Model& model) : model_(&model), width_(model.alphabet().size()) {
  for (const State& state : model.starts()) starts_.push_back(add(state, kNone));
  const std::vector<Do>& alphabet = model.alphabet();
  for (std::uint32_t index = 0; index < states_.size(); ++index) {
    numbers_.resize(states_.size() * width_, kNone);
    for (std::size_t act = 0; act < width_; ++act) {
      const State state = states_[index];
      if (!model.possible(state, alphabet[act])) continue;
      const Outcome outcome = model.step(state, alphabet[act]);
      const auto number = static_cast<std::uint32_t>(ends_.size());
      const std::uint32_t to = add(outcome.next, number);
      ends_.push_back({index, to, static_cast<std::uint8_t>(act), outcome.refused,
                       outcome.identity.has_value()});
      if (outcome.identity) identifying_.push_back(number);
      numbers_[index * width_ + act] = number;
    }
  }
}

std::uint32_t Graph::transition_of(std::uint32_t state, Do act) const {
  const std::vector<Do>& alphabet = model_->alphabet();
  const auto place = std::find(alphabet.begin(), alphabet.end(), act);
  if (place == alphabet.end()) return kNone;
  return transition(state, static_cast<std::size_t>(place - alphabet.begin()));
}

std::uint32_t Graph::index_of(const State& state) const {
  const auto found = indices_.find(state.code());
  return found == indices_.end() ? kNone : found->second;
}

std::vector<std::uint32_t> Graph::way_to(std::uint32_t state, std::uint32_t& begin) const {
  std::vector<std::uint32_t> way;
  for (; parents_[state] != kNone; state = ends_[parents_[state]].from)
    way.push_back(parents_[state]);
  begin = state;
  std::reverse(way.begin(), way.end());
  return way;
}

}  // namespace uketsuke::explore
