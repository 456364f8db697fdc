// Plays a sequence on a simulated desk, through the inputs that people have, and compares what is
// seen after each act with the reference model.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "harness/bench/assets.h"
#include "harness/bench/stage.h"
#include "harness/explore/coverage.h"
#include "harness/explore/generator.h"
#include "harness/explore/graph.h"
#include "harness/explore/oracle.h"
#include "harness/scenario/scenario.h"

namespace uketsuke::explore {

// Where desk and reference model part.
struct Disagreement {
  std::size_t act = 0;    // place in the sequence; acts.size(): at the end
  std::string what;       // "screen", "identity", "invariant consent", "exception"
  std::string expected, observed;
};

struct Played {
  bool identified = false;  // by the reference model: a 本人確認 was reached
  std::optional<Disagreement> disagreement;
};

using Amend = std::function<void(bench::WorldConfig&)>;

class Player {
 public:
  // amend: a rule taken from a role, for tests that want to see a disagreement.
  Player(const bench::Assets& assets, const Graph& graph, Amend amend = {});
  // coverage: what was walked in agreement is noted there; may be nullptr.
  Played play(const Sequence& sequence, Coverage* coverage);
  const Graph& graph() const { return graph_; }
  const bench::Assets& assets() const { return assets_; }
  const Amend& amend() const { return amend_; }
  static constexpr std::uint64_t kWorldSeed = 1;  // as `uketsuke run` has it

 private:
  const scenario::Scenario& scenario_for(const Sequence& sequence);
  Played play_in(bench::Stage& stage, const Sequence& sequence, Coverage* coverage);

  const bench::Assets& assets_;
  const Graph& graph_;
  Amend amend_;
  std::array<scenario::Action, kDoCount> actions_;
  std::map<std::string, scenario::Scenario> scenarios_;  // by what stands before the steps
};

}  // namespace uketsuke::explore
