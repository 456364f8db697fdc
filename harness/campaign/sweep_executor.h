// The sweep behind the runner: every row of a scenario file is an item, every point of it a run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bench/director.h"
#include "harness/campaign/onlookers.h"
#include "harness/campaign/sweep_outcome.h"
#include "harness/campaign/sweep_plan.h"
#include "harness/run/executor.h"
#include "harness/scenario/scenario.h"

namespace uketsuke::campaign {

// How one point comes back: a result with one step.
struct PointResult {
  std::string wire, kind;
  Outcome outcome = Outcome::kCrash;
  bool listed = false;      // in the plan's list of what nobody can notice
  std::string what;         // see Judgement; of a listed one, why
  std::string rule;         // as `faults:` has it
  std::uint32_t row = 0;    // of the file's rows, from 0
};
verdict::ScenarioResult to_result(const PointResult& point);
PointResult point_of(const verdict::ScenarioResult& result);

class SweepExecutor : public run::Executor {
 public:
  // data_folder empty: see bench::find_data_folder(). plan_file empty: the one that is shipped.
  // amend: of every world, clean ones too; for tests that break a role.
  SweepExecutor(std::string data_folder, std::string plan_file, std::uint64_t seed);
  std::function<void(bench::WorldConfig&)> amend;         // of every world
  std::function<void(bench::WorldConfig&)> amend_faulty;  // of those with a fault only

  const SweepPlan& plan();
  // One entry for each row: "FILE#ROW". A file that does not load is an entry that fails.
  std::vector<run::Selected> select(const std::vector<std::string>& paths,
                                    const run::Filters& filters) override;
  std::vector<run::Selected> expand(const std::string& path, const run::Filters& filters) override;
  verdict::ScenarioResult execute(const std::string& path, int variant,
                                  const run::Options& options) override;
  run::FileCheck check(const std::string&) override { return {}; }
  std::string steps(verdict::Language) override { return {}; }
  std::string schema() override { return {}; }
  std::string scenario_template(const std::string&) override { return {}; }

 private:
  const bench::Assets& assets();
  void open(const std::string& path);  // the row that is being swept
  void run_clean();
  PointResult run_point(const Point& point);

  std::string data_folder_, plan_file_;
  std::uint64_t seed_;
  std::shared_ptr<const bench::Assets> assets_;
  std::unique_ptr<SweepPlan> plan_;
  std::string open_path_;
  std::uint32_t row_ = 0;
  scenario::Scenario scenario_;
  std::string broken_;  // why the row cannot be swept
  Evidence clean_;
  std::vector<Screens> clean_screens_;  // after each step
  std::vector<Point> points_;
};

// "FILE#ROW" in its parts.
std::pair<std::string, std::uint32_t> row_of(const std::string& path);
// The plan that is shipped.
std::string default_plan(const std::string& data_folder);

}  // namespace uketsuke::campaign
