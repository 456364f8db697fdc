// Cases of the reception flow: scenarios that exist, run by the executor of the bench, and what
// they came to as one case.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "harness/bench/assets.h"
#include "harness/bench/executor.h"
#include "harness/bench/world.h"
#include "harness/conformance/case.h"
#include "harness/conformance/case_result.h"
#include "harness/conformance/value.h"
#include "harness/scenario/scenario.h"

namespace uketsuke::conformance {

// The desk that a case of the reception flow is run at.
struct ReceptionDesk {
  // What it is made of, if that is not what the data folder says: a mutant's screens, release.
  // Scenarios are read with the words of the data folder, but those of `words_as_written` with
  // these.
  std::shared_ptr<const bench::Assets> assets;
  // Changes what the world is built of: a reader's timing, a table of a role.
  std::function<void(bench::WorldConfig&)> amend;
  // Of the reader: `face` (bool) decides which scenarios are run and, with the others, whether the
  // case applies. Empty: the whole desk with either reader, and every case applies.
  Facts facts;
  // The generic reader of the model is this one (scenarios/readers); rows about another are left
  // out. Empty: each row has its own.
  std::string profile;
  // Bindings (`extra`) and seed.
  run::Options options;
};

// One for each thread: it keeps what it has loaded.
class ReceptionRunner {
 public:
  // Empty: see bench::find_data_folder(). Throws run::RunError if the data cannot be loaded.
  explicit ReceptionRunner(const std::string& data_folder = {});

  // Never throws for what the desk does. `trace` becomes the evidence: JSON Lines, one for the
  // case and one for each row of its scenarios (reception_rows.h).
  CaseResult execute(const Case& of, const ReceptionDesk& desk, std::string& trace);

 private:
  class Bound;
  const scenario::LoadResult& loaded(const std::string& path);
  void run_entry(const Case& of, const std::string& entry, const ReceptionDesk& desk,
                 struct ReceptionRows& rows);

  std::string folder_;
  std::shared_ptr<const bench::Assets> assets_;
  std::map<std::string, scenario::LoadResult> loaded_;
  std::shared_ptr<Bound> bound_;
};

// The same with a runner of its own.
CaseResult execute_reception(const Case& of, const ReceptionDesk& desk, std::string& trace);

}  // namespace uketsuke::conformance
