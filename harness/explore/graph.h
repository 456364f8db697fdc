// A reference model walked exhaustively: every state that its acts reach, every transition, and the
// shortest way to each. What a run has to cover, and what the generator plans with.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "harness/explore/reference.h"

namespace uketsuke::explore {

class Graph {
 public:
  explicit Graph(const Model& model);

  const Model& model() const { return *model_; }
  std::size_t states() const { return states_.size(); }
  // Transitions are (state, act) that people can do, refused ones too; numbered from 0.
  std::size_t transitions() const { return ends_.size(); }

  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::uint32_t index_of(const State& state) const;  // kNone: not reachable
  const State& state(std::uint32_t index) const { return states_[index]; }
  std::uint32_t start(std::size_t which) const { return starts_[which]; }
  std::size_t starts() const { return starts_.size(); }
  // Of one act of the model's alphabet (by its place there); kNone: not possible.
  std::uint32_t transition(std::uint32_t state, std::size_t act) const {
    return numbers_[state * width_ + act];
  }
  std::uint32_t transition_of(std::uint32_t state, Do act) const;
  std::uint32_t end(std::uint32_t transition) const { return ends_[transition].to; }
  bool refused(std::uint32_t transition) const { return ends_[transition].refused; }
  bool identifies(std::uint32_t transition) const { return ends_[transition].identifies; }
  std::uint32_t from(std::uint32_t transition) const { return ends_[transition].from; }
  Do act(std::uint32_t transition) const { return model_->alphabet()[ends_[transition].act]; }
  // Transitions of the shortest way to a state, in order; `begin`: the start it leaves from.
  std::vector<std::uint32_t> way_to(std::uint32_t state, std::uint32_t& begin) const;
  // Transitions after which a card has identified somebody.
  const std::vector<std::uint32_t>& identifying() const { return identifying_; }

 private:
  struct End {
    std::uint32_t from, to;
    std::uint8_t act;
    bool refused, identifies;
  };
  std::uint32_t add(const State& state, std::uint32_t by);

  const Model* model_;
  std::size_t width_;
  std::vector<State> states_;
  std::unordered_map<std::uint64_t, std::uint32_t> indices_;
  std::vector<std::uint32_t> starts_, parents_;  // parents_: transition that found the state
  std::vector<std::uint32_t> numbers_;
  std::vector<End> ends_;
  std::vector<std::uint32_t> identifying_;
};

}  // namespace uketsuke::explore
