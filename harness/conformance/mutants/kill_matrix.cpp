#include "harness/conformance/mutants/kill_matrix.h"

#include <algorithm>
#include <utility>

namespace uketsuke::conformance {
namespace {

// A case whose clause is not certain can do no more than warn; a mutant of a warning gets one.
bool catches(const Mutant& mutant, const Case& of, CaseEffect effect) {
  if (effect == CaseEffect::kFailed) return true;
  return effect == CaseEffect::kWarned && (mutant.warns || of.warns_only);
}

bool hits(const Mutant& mutant, const Case& of, CaseEffect effect) {
  const bool expected = std::find(mutant.killed_by.begin(), mutant.killed_by.end(), of.id) !=
                        mutant.killed_by.end();
  return expected && catches(mutant, of, effect);
}

void add_run(MutantRow& row, const MatrixRun& run, const Catalogue& catalogue) {
  const Mutant& mutant = *row.mutant;
  bool hit = false;
  for (std::size_t i = 0; i < run.letters.size(); ++i) {
    const Case& of = *catalogue.cases[run.cases[i]];
    const std::string& id = of.id;
    const CaseEffect effect = effect_from(run.letters[i]);
    if (catches(mutant, of, effect)) row.killers.insert(id);
    if (effect == CaseEffect::kWarned) row.warned.insert(id);
    if (effect == CaseEffect::kError) row.errors.insert(id);
    if (!hits(mutant, of, effect)) continue;
    row.hit.insert(id);
    hit = true;
  }
  row.seeds_killed += hit ? 1 : 0;
  if (run.letters.empty() && !run.cases.empty()) row.fate = MutantFate::kDied;
}

void judge_row(MutantRow& row, const Catalogue& catalogue) {
  if (row.fate == MutantFate::kDied) return;
  const Mutant& mutant = *row.mutant;
  const bool has_cases =
      std::any_of(mutant.killed_by.begin(), mutant.killed_by.end(),
                  [&](const std::string& id) { return catalogue.find(id) != nullptr; });
  if (mutant.legal) {
    row.fate = row.killers.empty() && row.warned.empty() ? MutantFate::kLegal
                                                         : MutantFate::kFalseAlarm;
  } else if (!has_cases) {
    row.fate = MutantFate::kPending;
  } else if (mutant.intermittent && row.seeds_killed * kSeeds < row.seeds * kSeedsKilled) {
    row.fate = row.killers.empty() ? MutantFate::kSurvived : MutantFate::kKilledByAccident;
  } else if (!row.hit.empty()) {
    row.fate = MutantFate::kKilled;
  } else {
    row.fate = row.killers.empty() ? MutantFate::kSurvived : MutantFate::kKilledByAccident;
  }
}

void judge_clean(const MatrixRun& run, const Catalogue& catalogue, KillMatrix& matrix) {
  ++matrix.clean_runs;
  bool good = !run.letters.empty();
  if (!good) matrix.clean.push_back({run.reader, "", run.seed, CaseEffect::kError});
  for (std::size_t i = 0; i < run.letters.size(); ++i) {
    const std::string& id = catalogue.cases[run.cases[i]]->id;
    const CaseEffect effect = effect_from(run.letters[i]);
    if (effect == CaseEffect::kNotApplicable) matrix.not_applicable[run.reader].insert(id);
    if (effect == CaseEffect::kInconclusive) matrix.inconclusive[run.reader].insert(id);
    if (effect < CaseEffect::kWarned) continue;
    good = false;
    matrix.clean.push_back({run.reader, id, run.seed, effect});
  }
  matrix.clean_good += good ? 1 : 0;
}

// Cases that some clean run could judge.
std::set<std::string> judged_cases(const std::vector<MatrixRun>& runs, const Catalogue& catalogue) {
  std::set<std::string> judged;
  for (const MatrixRun& run : runs) {
    for (std::size_t i = 0; i < run.letters.size(); ++i) {
      const CaseEffect effect = effect_from(run.letters[i]);
      if (effect != CaseEffect::kNotApplicable && effect != CaseEffect::kInconclusive)
        judged.insert(catalogue.cases[run.cases[i]]->id);
    }
  }
  return judged;
}

}  // namespace

std::string_view to_string(MutantFate fate) {
  switch (fate) {
    case MutantFate::kKilled: return "killed";
    case MutantFate::kKilledByAccident: return "killed_by_accident";
    case MutantFate::kSurvived: return "survived";
    case MutantFate::kFalseAlarm: return "false_alarm";
    case MutantFate::kLegal: return "legal";
    case MutantFate::kDied: return "died";
    case MutantFate::kPending: return "pending";
  }
  return "?";
}

const std::vector<std::string>& clean_readers() {
  static const std::vector<std::string> kReaders{"clean_tpdu", "clean_short_apdu",
                                                 "clean_extended_apdu_contact",
                                                 "clean_extended_apdu", "everything"};
  return kReaders;
}

DeviceUnderTest device_of(const Mutant& mutant, const std::string& reader) {
  DeviceUnderTest device;
  device.role = mutant.role;
  device.base = reader;
  device.wire = mutant.wire;
  device.seeded = mutant.seeded;
  for (const MutantReader& one : mutant.readers)
    if (one.base == reader) device.profile = one.profile;
  return device;
}

DeviceUnderTest clean_device(const bench::Assets& assets, const std::string& reader) {
  DeviceUnderTest device;
  device.base = reader;
  if (reader.empty()) {
    device.role = MutantRole::kTerminal;
  } else {
    device.profile = assets.readers.at(reader);
  }
  return device;
}

std::vector<MatrixRun> planned_runs(const MutantRunner& runner, const std::vector<Mutant>& mutants,
                                    const MatrixOptions& options) {
  std::vector<MatrixRun> all;
  for (const Mutant& mutant : mutants) {
    std::vector<std::string> readers;
    for (const MutantReader& reader : mutant.readers) readers.push_back(reader.base);
    if (readers.empty()) readers.emplace_back();
    for (const std::string& reader : readers) {
      all.push_back({mutant.id, reader, options.seed, false, runner.cases_of(mutant.role), {}, {}});
      for (unsigned i = 1; mutant.intermittent && i < kSeeds; ++i) {
        all.push_back({mutant.id, reader, options.seed + i, false,
                       runner.positions_of(mutant.killed_by), {}, {}});
      }
    }
  }
  for (unsigned i = 0; i < options.clean_runs; ++i) {
    for (const std::string& reader : clean_readers()) {
      all.push_back({reader, reader, options.seed + i, true,
                     runner.cases_of(MutantRole::kReader), {}, {}});
    }
  }
  if (options.clean_runs != 0) {
    all.push_back({"reception", "", options.seed, true, runner.cases_of(MutantRole::kTerminal), {},
                   {}});
  }
  std::vector<MatrixRun> share;
  for (std::size_t i = options.share; i < all.size(); i += std::max(options.shares, 1U))
    share.push_back(std::move(all[i]));
  return share;
}

void carry_out(std::vector<MatrixRun>& runs, MutantRunner& runner,
               const std::vector<Mutant>& mutants, const MatrixOptions& options) {
  const auto device = [&](const MatrixRun& run) {
    if (run.clean) return clean_device(runner.assets(), run.reader);
    const auto found =
        std::find_if(mutants.begin(), mutants.end(),
                     [&](const Mutant& mutant) { return mutant.id == run.device; });
    return device_of(*found, run.reader);
  };
  const auto results = run_in_workers(
      options.workers, runs.size(),
      [&](std::size_t job) {
        return runner.run(device(runs[job]), runs[job].seed, runs[job].cases);
      },
      options.progress);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const bool broken = results[i].died || results[i].line.substr(0, 1) == "!";
    if (broken) {
      runs[i].problem = results[i].died ? "the worker died or stood still" : results[i].line;
    } else {
      runs[i].letters = results[i].line;
    }
  }
}

KillMatrix judge_matrix(std::vector<MatrixRun> runs, const Catalogue& catalogue,
                        const std::vector<Mutant>& mutants) {
  KillMatrix matrix;
  for (const Mutant& mutant : mutants) {
    MutantRow row;
    row.mutant = &mutant;
    row.seeds = 0;
    for (const MatrixRun& run : runs) {
      if (run.clean || run.device != mutant.id) continue;
      ++row.seeds;
      add_run(row, run, catalogue);
    }
    if (row.seeds == 0) continue;  // of another share
    judge_row(row, catalogue);
    matrix.rows.push_back(std::move(row));
  }
  for (const MatrixRun& run : runs)
    if (run.clean) judge_clean(run, catalogue, matrix);
  unsigned of_reader = 0;
  for (const MutantRow& row : matrix.rows) {
    if (row.mutant->legal) continue;
    of_reader += row.mutant->role == MutantRole::kReader ? 1 : 0;
    std::set<std::string> caught = row.killers;
    caught.insert(row.warned.begin(), row.warned.end());
    for (const std::string& id : caught) ++matrix.kills[id];
  }
  for (const std::string& id : judged_cases(runs, catalogue)) {
    const auto kills = matrix.kills.find(id);
    if (kills == matrix.kills.end()) {
      matrix.toothless.push_back(id);
    } else if (kills->second * 100 > of_reader * kNearlyEverythingPercent) {
      matrix.nearly_everything.push_back(id);
    }
  }
  matrix.runs = std::move(runs);
  return matrix;
}

}  // namespace uketsuke::conformance
