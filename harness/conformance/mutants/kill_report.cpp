#include "harness/conformance/mutants/kill_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
using verdict::Text;

constexpr std::size_t kMostNamed = 8;

std::string joined(const std::set<std::string>& ids, std::size_t most = kMostNamed) {
  std::string text;
  std::size_t count = 0;
  for (const std::string& id : ids) {
    if (count++ == most) return text + fmt::format(" ... ({})", ids.size());
    text += (text.empty() ? "" : " ") + id;
  }
  return text.empty() ? "-" : text;
}

std::string place(const Mutant& mutant) {
  if (mutant.file.empty()) return mutant.id;
  const std::string file = mutant.file.substr(mutant.file.rfind('/') + 1);
  return fmt::format("{} ({}:{})", mutant.id, file, mutant.line);
}

Text line_of(const MutantRow& row) {
  const Mutant& mutant = *row.mutant;
  const std::set<std::string> expected(mutant.killed_by.begin(), mutant.killed_by.end());
  switch (row.fate) {
    case MutantFate::kSurvived:
      if (mutant.intermittent && row.seeds_killed != 0) {
        return say("生き残り {}：{} 種のうち {} 種だけ {}", "survived {}: killed for {} of {} seeds "
                   "only, by {}", place(mutant), row.seeds_killed, row.seeds, joined(row.hit));
      }
      return say("生き残り {}：{}。見つけるはずの項目 {}",
                 "survived {}: {}; expected to be killed by {}", place(mutant), mutant.title,
                 joined(expected));
    case MutantFate::kKilledByAccident:
      return say("偶然に発見 {}：{}。見つけたのは {}、見つけるはずは {}",
                 "killed by accident {}: {}; killed by {}, expected {}", place(mutant),
                 mutant.title, joined(row.killers), joined(expected));
    case MutantFate::kFalseAlarm:
      return say("誤報 {}：{}。逸脱とした項目 {}", "false alarm {}: {}; by {}", place(mutant),
                 mutant.title, joined(row.killers.empty() ? row.warned : row.killers));
    case MutantFate::kDied:
      return say("ワーカーが終わった {}：{}", "a worker died {}: {}", place(mutant), mutant.title);
    case MutantFate::kPending:
      return say("項目がまだない {}：{}。見つけるはずの項目 {}",
                 "no case yet {}: {}; expected to be killed by {}", place(mutant), mutant.title,
                 joined(expected));
    case MutantFate::kKilled:
    case MutantFate::kLegal: break;
  }
  return {};
}

std::map<MutantFate, std::size_t> fates_of(const KillMatrix& matrix) {
  std::map<MutantFate, std::size_t> fates;
  for (const MutantRow& row : matrix.rows) ++fates[row.fate];
  return fates;
}

std::string list_of(const std::vector<std::string>& ids) {
  return joined(std::set<std::string>(ids.begin(), ids.end()), 40);
}

}  // namespace

std::vector<Text> describe(const KillMatrix& matrix) {
  std::vector<Text> lines;
  for (const MutantRow& row : matrix.rows) {
    Text line = line_of(row);
    if (!line.empty()) lines.push_back(std::move(line));
    if (!row.errors.empty())
      lines.push_back(say("試験環境の誤り {}：{}", "errors of the bench with {}: {}",
                          place(*row.mutant), joined(row.errors)));
  }
  std::map<std::string, unsigned> clean;
  for (const CleanFinding& one : matrix.clean)
    ++clean[fmt::format("{} {} ({})", one.reader, one.case_id, letter_of(one.effect))];
  for (const auto& [what, count] : clean)
    lines.push_back(say("正しいリーダーで {}：{} 回", "on a clean reader {}: {} times", what, count));
  if (!matrix.toothless.empty())
    lines.push_back(say("何も見つけない項目：{}", "cases that kill nothing: {}",
                        list_of(matrix.toothless)));
  if (!matrix.nearly_everything.empty())
    lines.push_back(say("ほとんど何でも見つける項目：{}", "cases that kill nearly everything: {}",
                        list_of(matrix.nearly_everything)));
  auto fates = fates_of(matrix);
  lines.push_back(say("不良機器 {}：発見 {}、偶然 {}、生き残り {}、誤報 {}、正当 {}、中断 {}、項目なし {}",
                      "{} mutants: {} killed as expected, {} by accident, {} survived, {} false "
                      "alarms, {} legal ones survived, {} ended a worker, {} wait for their cases",
                      matrix.rows.size(), fates[MutantFate::kKilled],
                      fates[MutantFate::kKilledByAccident], fates[MutantFate::kSurvived],
                      fates[MutantFate::kFalseAlarm], fates[MutantFate::kLegal],
                      fates[MutantFate::kDied], fates[MutantFate::kPending]));
  if (matrix.clean_runs != 0)
    lines.push_back(say("正しいリーダー：{} 回のうち {} 回が逸脱も警告もなし",
                        "clean readers: {1} of {0} runs without deviation and warning",
                        matrix.clean_runs, matrix.clean_good));
  return lines;
}

std::vector<Text> describe_random(const KillMatrix& matrix) {
  std::vector<Text> lines;
  std::size_t killed = 0, warned = 0, inert = 0;
  for (const MutantRow& row : matrix.rows) {
    if (!row.killers.empty()) {
      ++killed;
    } else if (!row.warned.empty()) {
      ++warned;
    } else {
      lines.push_back(say("生き残り {}：{}", "survived {}: {}", row.mutant->id,
                          row.mutant->title));
    }
    inert += row.fate == MutantFate::kDied ? 1 : 0;
  }
  const std::size_t all = std::max<std::size_t>(matrix.rows.size(), 1);
  lines.push_back(say("無作為の不良機器 {}：発見 {}、警告 {}、発見率 {:.1f} %、中断 {}",
                      "{} random mutants: {} killed, {} warned of, kill rate {:.1f} %, {} ended a "
                      "worker",
                      matrix.rows.size(), killed, warned,
                      100.0 * static_cast<double>(killed + warned) / static_cast<double>(all),
                      inert));
  return lines;
}

std::string csv_of(const KillMatrix& matrix) {
  std::string text =
      "mutant,family,fate,seeds_killed,seeds,expected_killers,other_killers,warned\n";
  for (const MutantRow& row : matrix.rows) {
    std::set<std::string> others;
    std::set_difference(row.killers.begin(), row.killers.end(), row.hit.begin(), row.hit.end(),
                        std::inserter(others, others.begin()));
    text += fmt::format("{},{},{},{},{},{},{},{}\n", row.mutant->id, row.mutant->family,
                        to_string(row.fate), row.seeds_killed, row.seeds, joined(row.hit, 999),
                        joined(others, 999), joined(row.warned, 999));
  }
  return text;
}

bool is_good(const KillMatrix& matrix) {
  const auto good = [](const MutantRow& row) {
    return row.errors.empty() &&
           (row.fate == MutantFate::kKilled || row.fate == MutantFate::kLegal);
  };
  return std::all_of(matrix.rows.begin(), matrix.rows.end(), good) && matrix.clean.empty() &&
         matrix.toothless.empty();
}

}  // namespace uketsuke::conformance
