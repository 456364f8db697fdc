// What an exploration came to, for people and as JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/explore/explorer.h"
#include "harness/report/report.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::explore {

// Failures that part at the same act in the same way.
struct Cause {
  const Failure* first = nullptr;  // of the report
  std::size_t sequences = 0;       // among those that were looked into
};
std::vector<Cause> causes_of(const ModelReport& report);

// Two lines: how much was played, how much of the reference model was walked.
verdict::Text describe(const ModelReport& report);
// What was not walked; empty: nothing.
verdict::Text describe_missing(const ModelReport& report);
// How many sequences part, of how many causes, how many are not shown; empty: none parts.
verdict::Text describe_causes(const ModelReport& report);
verdict::Text describe(const Cause& cause);
// Where desk and reference model part, on one line.
verdict::Text describe(const Failure& failure);
// explore.json.
void write_json(const std::vector<ModelReport>& reports, std::uint64_t seed, report::Sink& sink);

}  // namespace uketsuke::explore
