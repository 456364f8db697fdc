// What can be seen of a world: the answer to each expectation, now or since a step began.
#pragma once

#include <cstddef>
#include <string>

#include "harness/bench/world.h"
#include "harness/scenario/scenario.h"

namespace uketsuke::bench {

// Where every record of the roles ended when a step began.
struct Baseline {
  std::size_t terminal_records = 0, terminal_refused = 0;
  std::size_t reader_records = 0, reader_refused = 0;
  std::size_t ehr_records = 0, ehr_refused = 0;
  std::size_t backend_records = 0;
};

struct Seen {
  bool holds = false;
  // Nothing of the kind happened so far: an expectation of absence, which only time can confirm.
  bool absence = false;
  // An event, not a state: once seen in a step it counts, whatever comes after.
  bool event = false;
  std::string value;  // what is there, as the scenario would write it
};

class Observer {
 public:
  explicit Observer(World& world) : world_(world) {}
  Baseline mark() const;
  Seen look(const scenario::Expectation& expectation, const Baseline& since) const;
  // A check of `then`, by its dotted name, without the two views (they are acts, not states).
  Seen look_at_end(const scenario::Expectation& expectation) const;

  // Reasons of the last refusal by the backend of a view, since then; and of everything refused.
  std::vector<std::string> view_reasons(const Baseline& since) const;
  std::vector<std::string> refusals(const Baseline& since) const;
  // Inputs that no screen offered: "visually_confirmed: not_offered".
  std::vector<std::string> refused_inputs(const Baseline& since) const;

 private:
  Seen state(const std::string& seen, const scenario::Value& wanted) const;
  Seen message(const std::string& seen, const scenario::Value& wanted) const;
  Seen shown(const scenario::Value& wanted) const;
  Seen event(const std::string& seen, const scenario::Value& wanted, std::string_view none) const;
  Seen view(bool emergency, const scenario::Value& wanted, const Baseline& since) const;
  Seen reasons(const scenario::Value& wanted, const Baseline& since) const;
  Seen identity_history(const scenario::Value& wanted) const;
  Seen consents(const scenario::Value& wanted) const;
  Seen eligibilities(const scenario::Value& wanted) const;
  Seen consent_history(const scenario::Value& wanted) const;
  Seen eligibility_checks(const scenario::Value& wanted) const;
  Seen view_log(const scenario::Value& wanted) const;
  Seen two_factor_history(const scenario::Value& wanted) const;
  Seen passcodes_issued(const scenario::Value& wanted) const;
  Seen charts(const scenario::Value& wanted) const;
  std::string account() const;
  std::string mode() const;
  std::string screen() const;  // of the face-auth reader

  World& world_;
};

}  // namespace uketsuke::bench
