// What of a reference model has been walked. States that differ only in how many tries were used
// up, in which of the two good cards lies there, or in which day was entered, are followed apart
// and counted as one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/explore/graph.h"

namespace uketsuke::explore {

class Coverage {
 public:
  explicit Coverage(const Graph& graph);

  void visit(std::uint32_t state) { seen_states_[classes_[state]] = 1; }
  void walk(std::uint32_t transition) { seen_transitions_[kinds_[transition]] = 1; }
  void merge(const std::vector<std::uint8_t>& states, const std::vector<std::uint8_t>& transitions);

  std::size_t states() const { return seen_states_.size(); }
  std::size_t transitions() const { return seen_transitions_.size(); }
  std::size_t states_seen() const;
  std::size_t transitions_seen() const;
  const std::vector<std::uint8_t>& seen_states() const { return seen_states_; }
  const std::vector<std::uint8_t>& seen_transitions() const { return seen_transitions_; }
  // "state" and "state: act" of what was not walked.
  std::vector<std::string> missing_states() const;
  std::vector<std::string> missing_transitions() const;
  // The state of a class that is nearest to a start.
  std::uint32_t nearest(std::size_t state_class) const { return nearest_[state_class]; }

 private:
  const Graph* graph_;
  std::vector<std::uint32_t> classes_, kinds_;      // of each state, each transition
  std::vector<std::uint32_t> nearest_, examples_;   // one state, one transition of each
  std::vector<std::uint8_t> seen_states_, seen_transitions_;
};

}  // namespace uketsuke::explore
