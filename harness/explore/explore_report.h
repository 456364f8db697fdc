// What an exploration came to, for people and as JSON.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/explore/explorer.h"
#include "harness/report/report.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::explore {

// A few lines: how much was played, what of the reference model was walked, what was not.
verdict::Text describe(const ModelReport& report);
// Where desk and reference model part, on one line.
verdict::Text describe(const Failure& failure);
// explore.json.
void write_json(const std::vector<ModelReport>& reports, std::uint64_t seed, report::Sink& sink);

}  // namespace uketsuke::explore
