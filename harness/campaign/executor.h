// The executor of the program: that of the bench, and campaigns that want more of a run than its
// verdict.
#pragma once

#include <memory>

#include "harness/bench/executor.h"

namespace uketsuke::campaign {

// Options::extra "behaviour" = "all": what each scenario did lands in out_dir/behaviour, one file
// each, as a baseline of one row (see behaviour_file()).
class CampaignExecutor : public bench::BenchExecutor {
 public:
  using BenchExecutor::BenchExecutor;

 protected:
  AtEnd watch(const scenario::Scenario& scenario, const run::Options& options,
              bench::RunSettings& settings) override;
};

// Where the behaviour of a row lies in the folder of a run.
std::string behaviour_file(const std::string& out_dir, const std::string& row_name);

}  // namespace uketsuke::campaign
