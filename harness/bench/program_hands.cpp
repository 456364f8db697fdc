#include "harness/bench/program_hands.h"

#include <utility>

namespace uketsuke::bench {

// What was put on the panel arrives now, as with hands of the model.
Done ProgramHands::attested(Done done) {
  simulation_.run_for(0);
  const bool was_done = done.impossible.empty() && done.undecided.empty();
  if (was_done && done.by.empty()) done.by = "script " + program_->name();
  return done;
}

Done ProgramHands::put(const wire::panel::Input& input) { return attested(program_->put(input)); }

Done ProgramHands::put_twice(const wire::panel::Input& input) {
  Done first = program_->put(input);
  if (!first.impossible.empty() || !first.undecided.empty()) return attested(std::move(first));
  return put(input);
}

Done ProgramHands::compare(bool match) { return attested(program_->compare(match)); }

}  // namespace uketsuke::bench
