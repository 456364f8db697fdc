#include "harness/cli/mutants_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "harness/conformance/mutants/clean_expectations.h"
#include "harness/conformance/mutants/kill_report.h"
#include "harness/conformance/mutants/mutant_file.h"
#include "harness/conformance/mutants/random_mutants.h"
#include "harness/evidence/bundle_folder.h"
#include "harness/report/atomic_file.h"
#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::cli {
namespace {

using conformance::Mutant;
using verdict::say;
using verdict::Text;

constexpr const char* kRelease = "2024-12";
constexpr const char* kExpected = "/conformance/expected_on_clean.yaml";

// Ids or families that somebody named.
std::vector<Mutant> chosen(std::vector<Mutant> all, const std::vector<std::string>& names) {
  if (names.empty()) return all;
  std::vector<Mutant> some;
  for (const std::string& name : names) {
    const std::size_t before = some.size();
    for (const Mutant& mutant : all)
      if (mutant.id == name || mutant.family == name) some.push_back(mutant);
    if (some.size() != before) continue;
    std::vector<std::string> there;
    for (const Mutant& mutant : all) there.push_back(mutant.id);
    throw run::RunError(run::RunError::Kind::kUsage,
                        say("{} という不良はありません", "there is no mutant {}",
                            yaml::shortened(name)) +
                            yaml::hint(name, there));
  }
  return some;
}

void write(const std::string& path, const std::string& text) {
  report::AtomicFile file(path);
  file.write(text);
  file.commit();
}

// Before anything is run: the matrix takes half a minute.
void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    report::throw_errno({"フォルダーを作成できません", "cannot create folder"}, path,
                        error.value());
}

// The findings of each expected case, for somebody who looks into a few mutants.
void show_findings(conformance::MutantRunner& runner, const std::vector<Mutant>& mutants,
                   std::uint64_t seed, Console& console) {
  for (const Mutant& mutant : mutants) {
    for (const std::size_t position : runner.positions_of(mutant.killed_by)) {
      const std::string reader = mutant.readers.empty() ? "" : mutant.readers.front().base;
      const auto result =
          runner.run_case(conformance::device_of(mutant, reader), seed, position);
      console.line(say("{} {}：{} {}{}", "{} {}: {} {}{}", mutant.id, result.id,
                       std::string(to_string(conformance::outcome_of(result))), result.reason,
                       result.not_applicable));
      for (const auto& finding : result.findings)
        console.line(say("    {}／実際 {}", "    {} / got {}", finding.expected, finding.got));
    }
  }
}

}  // namespace

int mutants_command(const MutantsCommand& command, run::Executor& executor, Console& console) {
  const std::string data = executor.data_folder();
  const auto assets = bench::load_assets(data);
  const auto sources = conformance::mutant_sources(*assets, kRelease);
  const bool random = command.random.has_value();
  const std::vector<Mutant> mutants =
      random ? conformance::random_mutants(sources, *command.random, command.seed)
             : chosen(conformance::load_mutants(data + "/mutants", sources), command.only);
  if (!command.out.empty()) {
    evidence::refuse_in_bundle(command.out);
    make_folder(command.out);
  }
  conformance::MutantRunner runner(assets, data);
  conformance::MatrixOptions options;
  options.seed = command.seed;
  options.workers = command.jobs;
  const bool whole = !random && command.only.empty();
  if (!whole) options.clean_runs = 0;
  options.progress = [&console](std::size_t done, std::size_t all) {
    if (console.is_terminal()) console.status(fmt::format("{}/{}", done, all));
  };
  auto runs = conformance::planned_runs(runner, mutants, options);
  conformance::carry_out(runs, runner, mutants, options);
  conformance::KillMatrix matrix =
      conformance::judge_matrix(std::move(runs), runner.catalogue(), mutants);
  console.status("");
  if (!whole) {
    matrix.toothless.clear();  // a part of the mutants says nothing of the cases
    matrix.nearly_everything.clear();
  }
  bool good = random || conformance::is_good(matrix);
  for (const Text& line : random ? describe_random(matrix) : describe(matrix)) console.line(line);
  if (!random && !command.only.empty()) show_findings(runner, mutants, command.seed, console);
  const auto found = conformance::expectations_of(matrix);
  if (whole) {
    conformance::CleanExpectations expected;
    if (std::filesystem::exists(data + kExpected))
      expected = conformance::load_clean_expectations(data + kExpected);
    for (const Text& line : conformance::differences(expected, found)) {
      console.line(line);
      good = false;
    }
  }
  if (!command.out.empty()) {
    write(command.out + "/kill_matrix.csv", csv_of(matrix));
    if (whole) write(command.out + "/expected_on_clean.yaml", to_yaml(found));
    console.line(say("表：{}/kill_matrix.csv", "matrix: {}/kill_matrix.csv", command.out));
  }
  return good ? verdict::kExitPass : verdict::kExitFail;
}

}  // namespace uketsuke::cli
