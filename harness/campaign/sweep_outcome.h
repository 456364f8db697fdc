// What a fault came to, judged from what roles recorded and what people saw, against the run of the
// same scenario without it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/bench/world.h"
#include "harness/campaign/onlookers.h"
#include "harness/campaign/sweep_plan.h"
#include "harness/verdict/result.h"

namespace uketsuke::campaign {

// One row of what the roles keep: identity history, consents, eligibility, two-factor history,
// views, passcodes, and what the EHR reflected. Without times, which a fault may move.
struct Row {
  std::string table, holder, text;
};

struct Evidence {
  std::vector<Row> rows;
  std::map<std::string, int> refusals;  // what was refused, and how often
  std::map<std::string, int> reports;   // what was reported
  std::vector<std::string> waits;       // who waits for a machine, though time enough has passed
  Screens screens;                      // as they are in the end
  std::string people;                   // what they noticed (onlookers.h)
};

// Of a world whose scenario is over; lets it go on for a while, so that what is late has come and
// what waits has given up.
Evidence look_at(bench::World& world);

struct Judgement {
  Outcome outcome = Outcome::kCrash;
  std::string what;  // in a few words; for a disallowed one what is wrong
};
// `result`: of the run with the fault. `touched`: messages that the fault touched.
Judgement judge(const Evidence& clean, const Evidence& faulty,
                const verdict::ScenarioResult& result, std::uint32_t touched);

}  // namespace uketsuke::campaign
