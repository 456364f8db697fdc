// The harness behind the runner and the command line: loads scenarios, runs them in model worlds.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bench/director.h"
#include "harness/run/executor.h"
#include "harness/scenario/scenario.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::console {
struct Attendance;
}

namespace uketsuke::bench {

// By what a file is known to be still the same; all 0: there is none.
struct FileState {
  std::int64_t changed_ns = 0;
  std::uint64_t size = 0, inode = 0, device = 0;
};

// Whether a path lies in one of the folders of the data folder that hold no scenarios (cards,
// readers, ...).
bool is_data_file(const std::string& path, const std::string& data_folder);

class BenchExecutor : public run::Executor {
 public:
  // The data folder is loaded at the first call that needs it.
  // Empty: see find_data_folder().
  explicit BenchExecutor(std::string data_folder = {}) : data_folder_(std::move(data_folder)) {}

  // From now on this text stands for a file of this name, whatever there is on the disk.
  void take_text(const std::string& name, std::string text);
  void drop_text(const std::string& name);

  // Data files below a folder (cards, readers, ...) are passed over; a file that is named is taken.
  std::vector<run::Selected> select(const std::vector<std::string>& paths,
                                    const run::Filters& filters) override;
  std::vector<run::Selected> expand(const std::string& path, const run::Filters& filters) override;
  verdict::ScenarioResult execute(const std::string& path, int variant,
                                  const run::Options& options) override;
  std::vector<std::string> releases() override;
  std::string data_folder() override;
  run::FileCheck check(const std::string& path) override;
  std::string steps(verdict::Language language) override;
  std::string schema() override;
  std::string scenario_template(const std::string& path) override;

 protected:
  using AtEnd = std::function<void(const verdict::ScenarioResult&)>;
  // For what wants more of a run than its verdict: sets hooks of `settings`; what it answers is
  // called with the result.
  virtual AtEnd watch(const scenario::Scenario& scenario, const run::Options& options,
                      RunSettings& settings);
  const Assets& assets();
  // The file as loaded last: expand() and execute() ask for the same one in turn. One that was
  // written meanwhile is loaded again.
  const scenario::LoadResult& load(const std::string& path);

 private:
  std::vector<yaml::Problem> problems_of(const scenario::Scenario& row);  // of its faults
  void refuse_names(const scenario::Scenario& row, verdict::ScenarioResult& result);

  std::string data_folder_;
  std::shared_ptr<const Assets> assets_;
  std::map<std::string, std::string> texts_;  // by name
  std::string loaded_path_;
  FileState loaded_state_;
  scenario::LoadResult loaded_;
  std::vector<fault::Pipe> pipes_;  // of every bench; empty: not asked for yet
  std::shared_ptr<console::Attendance> attendance_;  // of the operator, from row to row
};

}  // namespace uketsuke::bench
