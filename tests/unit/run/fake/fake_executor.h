// An executor for tests of runner and command line. Its files look like scenarios and say what is
// to happen, one "key: value" a line:
//   id: NAME          tags: A B         variants: N       steps: N (default 1)
//   do: WORD...       one for each variant, the last for the rest: pass fail inconc none na error
//                     throw crash exit hang print big
//                     journal_lost (passes, but its journal could not be written)
//   load: WORD        throw crash hang
//   broken: TEXT      does not load, with two problems
//   warn: TEXT        loads with a warning
//   sleep_us: N       how long a run takes (busy)
#pragma once

#include "harness/run/executor.h"

namespace fake {

class FakeExecutor final : public uketsuke::run::Executor {
 public:
  std::vector<uketsuke::run::Selected> expand(const std::string& path,
                                              const uketsuke::run::Filters& filters) override;
  uketsuke::verdict::ScenarioResult execute(const std::string& path, int variant,
                                            const uketsuke::run::Options& options) override;
  uketsuke::run::FileCheck check(const std::string& path) override;
  std::string steps(uketsuke::verdict::Language language) override;
  std::string schema() override;
  std::string scenario_template(const std::string& path) override;
};

}  // namespace fake
