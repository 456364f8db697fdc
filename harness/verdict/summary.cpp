#include "harness/verdict/summary.h"

namespace uketsuke::verdict {

void Summary::add(const ScenarioResult& result) {
  warnings += result.warnings.size();
  if (!result.journal_problem.empty() && journals_lost++ == 0) {
    journal_problem = result.journal_problem;
  }
  for (const auto& assumption : result.assumptions) ++assumptions[assumption];
  if (is_not_applicable(result)) {
    ++not_applicable;
    return;
  }
  switch (result.verdict) {
    case Verdict::kNone: ++none; break;
    case Verdict::kPass: ++pass; break;
    case Verdict::kInconc: ++inconc; break;
    case Verdict::kFail: ++fail; break;
    case Verdict::kError: ++error; break;
  }
}

std::uint64_t Summary::total() const {
  return none + pass + inconc + fail + error + not_applicable;
}

Verdict Summary::verdict() const {
  if (error != 0) return Verdict::kError;
  if (fail != 0) return Verdict::kFail;
  if (inconc != 0) return Verdict::kInconc;
  // A none among passes must not look like a pass.
  if (none != 0 || not_run != 0) return Verdict::kNone;
  return pass != 0 ? Verdict::kPass : Verdict::kNone;
}

ExitCode exit_code(const Summary& summary, Baseline baseline) {
  const bool left_out = summary.not_run != 0;
  if (summary.total() == 0 && !left_out && !summary.interrupted) return kExitUsage;
  if (summary.error != 0 || summary.none != 0 || summary.interrupted) return kExitError;
  if (summary.journals_lost != 0) return kExitError;
  // Left out without an interruption: the run ended at the first failure. Without one, a fault.
  if (left_out && summary.fail == 0) return kExitError;
  if (baseline == Baseline::kDiffers) return kExitBaseline;
  if (baseline == Baseline::kSame) return kExitPass;
  if (summary.fail != 0) return kExitFail;
  if (summary.inconc != 0 || summary.pass == 0) return kExitInconclusive;
  return kExitPass;
}

Text describe(const Summary& summary) {
  const auto total = std::to_string(summary.total());
  Text text{total + "件", total + (summary.total() == 1 ? " scenario" : " scenarios")};
  bool first = true;
  const auto part = [&](std::uint64_t count, const Text& name) {
    if (count == 0) return;
    text.ja += (first ? "：" : "、") + name.ja + " " + std::to_string(count);
    text.en += (first ? ": " : ", ") + std::to_string(count) + " " + name.en;
    first = false;
  };
  part(summary.pass, describe(Verdict::kPass));
  part(summary.fail, describe(Verdict::kFail));
  part(summary.error, describe(Verdict::kError));
  part(summary.inconc, describe(Verdict::kInconc));
  part(summary.not_applicable, {"対象外", "not applicable"});
  part(summary.none, describe(Verdict::kNone));
  part(summary.not_run, {"未実行のファイル", summary.not_run == 1 ? "file not run" : "files not run"});
  part(summary.warnings, {"警告", summary.warnings == 1 ? "warning" : "warnings"});
  return text;
}

}  // namespace uketsuke::verdict
