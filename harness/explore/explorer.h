// Explores: plays sequences in worker processes, gathers what was covered, shrinks what disagrees.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/explore/player.h"

namespace uketsuke::explore {

struct Options {
  std::vector<const Model*> models;
  std::uint64_t seed = 1;
  std::uint64_t runs = 10'000;  // sequences of each model
  unsigned jobs = 1;            // worker processes; 1: none, everything in this one
  std::size_t most_failures = 5;  // of a model that are shrunk and told one by one
  Amend amend;                  // see Player
  // Now and then: sequences played so far, of how many.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
  const std::atomic<int>* stop = nullptr;  // above 0: somebody asked to end

  bool stopped() const { return stop != nullptr && *stop > 0; }
};

struct Failure {
  std::uint64_t k = 0;        // sequence k of the seed
  Disagreement disagreement;  // of the shrunk sequence
  std::string act;            // at which they part: "press declined"
  std::size_t acts_before = 0, acts_after = 0;
  std::string name;           // "explore-p3-1-42", without ".yaml"
  std::string scenario;       // the text of the file
  bool replays = false;       // run as a scenario it deviates too
};

struct ModelReport {
  std::string model;
  std::uint64_t runs = 0, acts = 0, identified = 0;
  std::uint64_t disagreements = 0;  // sequences
  std::size_t states = 0, states_seen = 0, transitions = 0, transitions_seen = 0;
  std::vector<std::string> missing_states, missing_transitions;
  std::vector<Failure> failures;  // at most Options::most_failures, of the smallest k
  double seconds = 0;             // of playing, without shrinking
};

// After a stop: what was there by then. Throws run::RunError if workers cannot be started.
std::vector<ModelReport> explore(const bench::Assets& assets, const Options& options);

// nullptr: no such model. "p3", "p4", "p5".
const Model* model_named(std::string_view name);

}  // namespace uketsuke::explore
