// Scenarios as a program runs them: in this process, one after the other, with the options of the
// command line. Nothing in it knows of Python; whoever calls has the simulation to himself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/bench/executor.h"
#include "harness/verdict/result.h"

namespace uketsuke::python {

// What is run: files and folders, or one text in place of a file.
struct ScenarioSource {
  std::vector<std::string> paths;
  std::string name;  // of the text; empty: there is none
  std::string text;
  int row = run::kEveryVariant;  // of the examples, from 0
};

struct RunAsk {
  ScenarioSource source;
  std::string release;  // empty: each scenario's own
  std::uint64_t seed = 1;
  std::uint32_t repetition = 0;    // how often the same was run before, with the same seed
  std::vector<std::string> binds;  // ROLE=WHAT
  std::string bench_file;
  std::vector<std::string> only, tags;
  std::string out;  // folder for reports and journals; empty: none
  bool keep_journals = false;
  std::string journal_folder;  // journals alone, into journal/ there; empty: with the reports
  std::string language = "en";  // of what an operator is told
};

// One row of the examples of a file, or the file.
struct LoadedRow {
  scenario::Scenario scenario;
  int line = 0;  // of the row in the examples; without them of the scenario's id
  std::vector<yaml::Problem> warnings;  // of the file
};

class ScriptExecutor : public bench::BenchExecutor {
 public:
  explicit ScriptExecutor(const std::string& data_folder) : BenchExecutor(data_folder) {}

  // Of the simulation of each run (Simulation::watch).
  void set_watcher(std::function<void()> watcher) { watcher_ = std::move(watcher); }

  // The rows that pass the filters, in order. Throws yaml::Error with the problems of all files, or
  // of a path where no scenario is, or of a release that there is not.
  std::vector<LoadedRow> rows(const ScenarioSource& source, const run::Filters& filters);

  // Runs what is selected, writes the reports if there is an `out`. Throws yaml::Error as rows(),
  // if the text, or a file that is named, does not load (of those in a folder the result tells), or
  // if nothing is selected; run::RunError for bindings, report::ReportError, run::Stopped.
  std::vector<verdict::ScenarioResult> run(const RunAsk& ask);

 protected:
  AtEnd watch(const scenario::Scenario& scenario, const run::Options& options,
              bench::RunSettings& settings) override;

 private:
  void check_release(const std::string& release);

  std::function<void()> watcher_;
};

// One for each data folder of the process; data files are read once.
ScriptExecutor& executor_of(const std::string& data_folder);

}  // namespace uketsuke::python
