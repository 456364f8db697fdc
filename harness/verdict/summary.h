// Counts of a run, and the exit code that follows from them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "harness/verdict/result.h"

namespace uketsuke::verdict {

struct Summary {
  std::uint64_t none = 0;  // without those that were not applicable
  std::uint64_t pass = 0;
  std::uint64_t inconc = 0;
  std::uint64_t fail = 0;
  std::uint64_t error = 0;
  std::uint64_t not_applicable = 0;
  std::uint64_t not_run = 0;   // files that were selected and never started
  std::uint64_t warnings = 0;  // all warnings together
  std::uint64_t journals_lost = 0;  // could not be written
  Text journal_problem;             // why the first of them could not
  bool interrupted = false;    // somebody ended the run: what was not run counts as none
  std::map<std::string, std::uint64_t> assumptions;  // A-nn -> scenarios that touched it

  void add(const ScenarioResult& result);
  std::uint64_t total() const;  // results, the not applicable ones included
  Verdict verdict() const;      // of everything together; kNone if nothing was judged
};

// Architecture, "Verdicts", exit codes.
enum ExitCode : int {
  kExitPass = 0,
  kExitFail = 1,
  kExitInconclusive = 2,
  kExitBaseline = 3,
  kExitError = 4,
  kExitUsage = 5,
};

enum class Baseline { kNotCompared, kSame, kDiffers };

// In this order: nothing selected 5; an error, a none, an interruption or a lost journal 4; differs
// from the baseline 3; a fail 1; an inconc, or nothing but not applicable, 2; otherwise 0. A fail
// that the baseline has too does not count (kSame), nor does an inconc.
ExitCode exit_code(const Summary& summary, Baseline baseline = Baseline::kNotCompared);

// One line: "12 scenarios: 10 no deviation found, 1 deviation, ..."
Text describe(const Summary& summary);

}  // namespace uketsuke::verdict
