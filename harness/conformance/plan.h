// Which cases will be run on a device, in which order, and what that takes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/conformance/execute.h"

namespace uketsuke::conformance {

struct Planned {
  CasePtr of;
  Text not_applicable;  // empty: it will be run
  double seconds = 0;   // how long it takes, estimated; simulated time of a reference reader
};
struct Plan {
  std::vector<Planned> cases;  // those without a card first, then card by card
  std::size_t applicable = 0;
  double seconds = 0;          // of all that are run
  unsigned insertions = 0;     // that somebody has to make
  unsigned operator_cases = 0;
};

// What somebody named: ids ("MSG-03") or families ("MSG"), in letters of any size; empty: all.
// Throws std::runtime_error for a name that nothing has, with the nearest.
std::vector<CasePtr> select(const Catalogue& catalogue, std::vector<std::string> names);

// `by_card`: cases with the same card follow each other (somebody has to place it); else in the
// order of the catalogue.
Plan make_plan(const std::vector<CasePtr>& cases, const Subject& subject, bool by_card);

// Fills the sums of what the plan's cases tell.
void count(Plan& plan);

Text describe(const Plan& plan);
// Of a run that goes on: what is left to do, and how many results it has.
Text describe_rest(const Plan& rest, std::size_t kept);

}  // namespace uketsuke::conformance
