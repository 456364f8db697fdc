// What must hold in every run, whatever a scenario does and whatever a fault does to a wire. Judged
// from what passed on the wires and what the roles recorded, not from what the scenario says:
//   emergency_view  an emergency view is returned only if all checks of P2 held
//   identity        every identity record rests on a card read completed in this reception
//   consent         consent recorded is what was pressed or ticked; where nothing was asked, none
//   effect          each request has at most one effect
//   answer          its sender ends with an answer or a time-out
// The sixth, that no secret is in any output, is kept where outputs are made (secrets.h).
#pragma once

#include <string>
#include <vector>

#include "harness/bench/world.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::bench {

struct Violation {
  std::string invariant;  // "identity"
  verdict::Text what;
};

// What is looked at: the journal of all wires, the backend's records in the order of its notes, and
// its rows, those of `given:` first.
struct Evidence {
  const trace::Journal& journal;
  const std::vector<backend::Record>& records;
  const std::vector<backend::IdentityRecord>& identities;
  const std::vector<backend::TwoFactorRow>& two_factors;
  const backend::Parameters& backend;  // the release, A-22, A-33
};
std::vector<Violation> violations(const Evidence& evidence);

// Of the whole run so far, and of who still waits; empty: all hold. Lets simulated time pass (at
// most ten minutes of it) while a role waits for a machine.
std::vector<Violation> violations(World& world);

}  // namespace uketsuke::bench
