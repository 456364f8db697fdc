// Steps that come one by one, from a program, in place of a file: read against the same vocabulary
// and held to the same rules. A program has its own lines, so places are given and not found.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/catalog.h"
#include "harness/scenario/scenario.h"

namespace uketsuke::scenario {

class StepChecker;
struct Problems;

// Where a program says something; line from 1, 0: unknown.
struct Source {
  std::string file;
  int line = 0;
};

// All keys of a file but `steps`, `then` and `examples`. Throws yaml::Error with all problems.
Scenario load_header(std::string_view yaml, const Source& source, const Catalog& catalog);

class StepReader {
 public:
  // Both outlive it.
  StepReader(const Catalog& catalog, const Scenario& header);
  ~StepReader();
  StepReader(const StepReader&) = delete;
  StepReader& operator=(const StepReader&) = delete;

  // One of `steps:`, one mapping. Throws yaml::Error with all problems; what was said before
  // counts as done.
  Step step(std::string_view yaml, const Source& source);
  // Checks of `then`. The same.
  std::vector<Expectation> checks(std::string_view yaml, const Source& source);
  // What was noticed in the last step and is no error.
  std::vector<yaml::Problem> warnings();
  // The program did something that is no step (time, bytes on a wire).
  void something_happened();

 private:
  const Catalog& catalog_;
  std::unique_ptr<Problems> problems_;
  std::unique_ptr<StepChecker> checker_;
};

}  // namespace uketsuke::scenario
