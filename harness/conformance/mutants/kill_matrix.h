// Which case catches which mutant, and what follows of that for mutants and for cases.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/conformance/mutants/mutant_runner.h"
#include "harness/conformance/mutants/mutant_workers.h"

namespace uketsuke::conformance {

inline constexpr unsigned kCleanRuns = 20, kSeeds = 20, kSeedsKilled = 19;
inline constexpr unsigned kNearlyEverythingPercent = 60;

// Clean readers: one for each exchange level, the contactless one, the one with everything.
const std::vector<std::string>& clean_readers();

struct MatrixOptions {
  std::uint64_t seed = 1;
  unsigned workers = 1;
  unsigned clean_runs = kCleanRuns;
  unsigned share = 0, shares = 1;   // every shares-th mutant and clean run, beginning with share
  WorkerProgress progress = [](std::size_t, std::size_t) {};
};

// One run of cases on one device.
struct MatrixRun {
  std::string device;  // id of a mutant, or name of a clean reader
  std::string reader;  // base; empty: another role
  std::uint64_t seed = 1;
  bool clean = false;
  std::vector<std::size_t> cases;  // positions in the catalogue
  std::string letters;             // of each; empty: the worker died
  std::string problem;             // why there are no letters
};

enum class MutantFate : std::uint8_t {
  kKilled,            // by a case of its expected set
  kKilledByAccident,  // by others only
  kSurvived,
  kFalseAlarm,        // it is legal, and a case failed or warned
  kLegal,             // it is legal and survived
  kDied,              // a worker died of it
  kPending,           // no case of its expected set is in the catalogue yet
};
std::string_view to_string(MutantFate fate);

struct MutantRow {
  const Mutant* mutant = nullptr;
  MutantFate fate = MutantFate::kSurvived;
  std::set<std::string> killers;   // fail; of a mutant of a warning: warn or fail
  std::set<std::string> hit;       // of these the expected ones
  std::set<std::string> warned;    // cases that warned, of a mutant that fails
  std::set<std::string> errors;    // bench
  unsigned seeds = 1, seeds_killed = 0;
};

struct CleanFinding {
  std::string reader, case_id;
  std::uint64_t seed = 1;
  CaseEffect effect = CaseEffect::kFailed;
};

struct KillMatrix {
  std::vector<MatrixRun> runs;
  std::vector<MutantRow> rows;
  std::vector<CleanFinding> clean;  // fails, warnings, errors on clean readers
  unsigned clean_runs = 0, clean_good = 0;
  // By reader: not applicable and inconclusive cases.
  std::map<std::string, std::set<std::string>> not_applicable, inconclusive;
  std::map<std::string, unsigned> kills;  // by case: mutants that it caught
  std::vector<std::string> toothless;     // cases that caught none
  std::vector<std::string> nearly_everything;
};

// The runs of this share, without letters.
std::vector<MatrixRun> planned_runs(const MutantRunner& runner, const std::vector<Mutant>& mutants,
                                    const MatrixOptions& options);
// Runs them, in workers.
void carry_out(std::vector<MatrixRun>& runs, MutantRunner& runner,
               const std::vector<Mutant>& mutants, const MatrixOptions& options);
// What they come to.
KillMatrix judge_matrix(std::vector<MatrixRun> runs, const Catalogue& catalogue,
                        const std::vector<Mutant>& mutants);

// A device of a mutant on one of its readers.
DeviceUnderTest device_of(const Mutant& mutant, const std::string& reader);
DeviceUnderTest clean_device(const bench::Assets& assets, const std::string& reader);

}  // namespace uketsuke::conformance
