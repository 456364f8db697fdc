// Goes through one sequence with the reference model and says what has to be seen after each act.
#pragma once

#include <string_view>
#include <vector>

#include "harness/explore/generator.h"
#include "harness/explore/reference.h"

namespace uketsuke::explore {

struct Expected {
  Outcome outcome;  // next: the desk at rest after the act
  // Of a view that was asked for: "returned", "refused", "not_requested"; else empty.
  std::string_view view;
  bool emergency = false;
  std::vector<std::string_view> reasons;  // all of a refusal
};

class Oracle {
 public:
  Oracle(const Model& model, const State& start, const Setting& setting)
      : model_(model), state_(start), setting_(setting) {}
  bool possible(Do act) const { return is_at_ehr(act) || model_.possible(state_, act); }
  Expected step(Do act);
  const State& state() const { return state_; }
  const Ledger& ledger() const { return ledger_; }

 private:
  void ask(Do act, Expected& expected) const;

  const Model& model_;
  State state_;
  Setting setting_;
  Ledger ledger_;
};

// Whether people can do all of it, one after the other.
bool possible(const Model& model, const State& start, const std::vector<Do>& acts);

}  // namespace uketsuke::explore
