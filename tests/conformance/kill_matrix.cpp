// The kill matrix, one share of it (UKETSUKE_SHARE of UKETSUKE_SHARES; alone: the first of 40).
#include "harness/conformance/mutants/kill_matrix.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "harness/conformance/mutants/clean_expectations.h"
#include "harness/conformance/mutants/kill_report.h"
#include "harness/conformance/mutants/mutant_file.h"
#include "harness/conformance/mutants/random_mutants.h"

namespace {

using namespace uketsuke;
using conformance::MutantFate;

const std::string kData = std::string(UKETSUKE_SOURCE_DIR) + "/scenarios";

unsigned number(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

std::shared_ptr<const bench::Assets> assets() {
  static const auto kAssets = bench::load_assets(kData);
  return kAssets;
}

const conformance::MutantSources& sources() {
  static const auto kSources = conformance::mutant_sources(*assets(), "2024-12");
  return kSources;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kill_matrix)

BOOST_AUTO_TEST_CASE(mutants_are_killed_as_expected_and_clean_readers_show_nothing) {
  conformance::MutantRunner runner(assets(), kData);
  const auto mutants = conformance::load_mutants(kData + "/mutants", sources());
  conformance::MatrixOptions options;
  options.share = number("UKETSUKE_SHARE", 0);
  options.shares = number("UKETSUKE_SHARES", 40);
  options.workers = 2;
  auto runs = conformance::planned_runs(runner, mutants, options);
  BOOST_TEST(runs.size() > 5U);
  conformance::carry_out(runs, runner, mutants, options);
  const auto matrix = conformance::judge_matrix(std::move(runs), runner.catalogue(), mutants);
  std::string why;
  for (const auto& line : describe(matrix)) why += line.en + "\n";
  for (const auto& row : matrix.rows) {
    // Of an intermittent mutant other shares have other seeds: what its seeds come to is for the
    // whole matrix.
    if (row.mutant->intermittent) continue;
    const bool good = row.fate == MutantFate::kKilled || row.fate == MutantFate::kLegal ||
                      row.fate == MutantFate::kPending;
    BOOST_TEST(good, row.mutant->id << ": " << to_string(row.fate));
    BOOST_TEST(row.errors.empty(), row.mutant->id << ": errors of the bench");
  }
  BOOST_TEST(matrix.clean.empty(), why);
  BOOST_TEST(matrix.clean_good == matrix.clean_runs);
}

BOOST_AUTO_TEST_CASE(random_mutants_are_the_same_for_a_seed_and_others_for_another) {
  const auto first = conformance::random_mutants(sources(), 50, 1);
  const auto longer = conformance::random_mutants(sources(), 60, 1);
  const auto other = conformance::random_mutants(sources(), 50, 2);
  unsigned same = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    BOOST_TEST(first[i].title.en == longer[i].title.en);
    BOOST_TEST(problem_of(first[i].wire.front()).empty(), first[i].title.en);
    same += first[i].title.en == other[i].title.en ? 1 : 0;
  }
  BOOST_TEST(same < 10U);
}

BOOST_AUTO_TEST_CASE(what_clean_readers_cannot_show_is_compared_both_ways) {
  conformance::CleanExpectations expected, found;
  expected.not_applicable["clean_tpdu"] = {"MSG-14", "PWR-04"};
  found.not_applicable["clean_tpdu"] = {"MSG-14", "RAT-01"};
  found.inconclusive["everything"] = {"USB-12"};
  const auto lines = differences(expected, found);
  BOOST_REQUIRE(lines.size() == 3U);
  BOOST_TEST(lines[0].en ==
             "clean_tpdu: RAT-01 is not applicable, and was not expected to be");
  BOOST_TEST(lines[1].en == "clean_tpdu: PWR-04 was expected to be not applicable, and is not");
  BOOST_TEST(lines[2].en == "everything: USB-12 is inconclusive, and was not expected to be");
  BOOST_TEST(differences(found, found).empty());
}

BOOST_AUTO_TEST_CASE(a_worker_that_dies_costs_one_job) {
  const auto results = conformance::run_in_workers(
      2, 20,
      [](std::size_t job) {
        if (job == 7) std::_Exit(3);
        if (job == 8) throw std::runtime_error("broken");
        return "job " + std::to_string(job);
      },
      [](std::size_t, std::size_t) {});
  BOOST_REQUIRE(results.size() == 20U);
  for (std::size_t i = 0; i < results.size(); ++i) {
    BOOST_TEST(results[i].died == (i == 7), i);
    if (i != 7) BOOST_TEST(results[i].line == (i == 8 ? "!broken" : "job " + std::to_string(i)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
