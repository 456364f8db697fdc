// Architecture, "Verdicts": none < pass < inconc < fail < error; a step not executed, a check not
// evaluated, an empty run: never a pass.
#include "harness/verdict/verdict.h"

#include <boost/test/unit_test.hpp>

#include "harness/verdict/result.h"
#include "harness/verdict/summary.h"

using namespace uketsuke::verdict;

namespace {

StepResult step(Verdict verdict) {
  StepResult result;
  result.verdict = verdict;
  return result;
}

ScenarioResult scenario(std::vector<Verdict> verdicts, std::uint32_t planned) {
  ScenarioResult result;
  for (const auto verdict : verdicts) result.steps.push_back(step(verdict));
  result.steps_planned = planned;
  seal(result);
  return result;
}

Summary summary_of(std::vector<Verdict> verdicts) {
  Summary summary;
  for (const auto verdict : verdicts) {
    ScenarioResult result;
    result.verdict = verdict;
    summary.add(result);
  }
  return summary;
}

constexpr auto kNone = Verdict::kNone;
constexpr auto kPass = Verdict::kPass;
constexpr auto kInconc = Verdict::kInconc;
constexpr auto kFail = Verdict::kFail;
constexpr auto kError = Verdict::kError;

}  // namespace

BOOST_AUTO_TEST_SUITE(verdict)

BOOST_AUTO_TEST_CASE(combining_never_lowers_a_verdict_and_does_not_depend_on_the_order) {
  const Verdict order[] = {kNone, kPass, kInconc, kFail, kError};
  for (int left = 0; left < 5; ++left) {
    for (int right = 0; right < 5; ++right) {
      const auto both = combine(order[left], order[right]);
      BOOST_TEST(to_string(both) == to_string(order[left > right ? left : right]));
      BOOST_TEST(to_string(both) == to_string(combine(order[right], order[left])));
    }
  }
}

BOOST_AUTO_TEST_CASE(names_of_verdicts_are_those_of_the_architecture_and_go_both_ways) {
  const std::pair<Verdict, const char*> names[] = {
      {kNone, "none"}, {kPass, "pass"}, {kInconc, "inconc"}, {kFail, "fail"}, {kError, "error"}};
  for (const auto& [value, name] : names) {
    BOOST_TEST(to_string(value) == name);
    BOOST_TEST((verdict_from(name) == value));
  }
  BOOST_TEST(!verdict_from("PASS"));
  BOOST_TEST(!verdict_from(""));
}

BOOST_AUTO_TEST_CASE(every_combination_of_three_steps_passes_only_if_all_three_passed) {
  for (const auto a : kAllVerdicts) {
    for (const auto b : kAllVerdicts) {
      for (const auto c : kAllVerdicts) {
        const auto result = scenario({a, b, c}, 3);
        const bool all_passed = a == kPass && b == kPass && c == kPass;
        BOOST_TEST((result.verdict == kPass) == all_passed);
        for (const auto part : {a, b, c}) BOOST_TEST((result.verdict >= part));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_planned_step_that_is_not_in_the_list_makes_a_pass_inconclusive) {
  const auto result = scenario({kPass, kPass}, 3);
  BOOST_TEST((result.verdict == kInconc));
  BOOST_TEST(result.reason.en == "1 of 3 steps were not executed or not evaluated");
}

BOOST_AUTO_TEST_CASE(a_scenario_without_steps_is_none_even_if_the_executor_says_pass) {
  ScenarioResult result;
  result.verdict = kPass;
  seal(result);
  BOOST_TEST((result.verdict == kNone));
  BOOST_TEST(!result.reason.empty());
}

BOOST_AUTO_TEST_CASE(not_applicable_is_none_whatever_passed_and_yields_to_a_failure) {
  ScenarioResult result;
  result.not_applicable = "reader.pinpad = false";
  result.steps = {step(kPass)};
  seal(result);
  BOOST_TEST((result.verdict == kNone));
  BOOST_TEST(is_not_applicable(result));

  result.steps = {step(kFail)};
  seal(result);
  BOOST_TEST((result.verdict == kFail));
  BOOST_TEST(!is_not_applicable(result));
  BOOST_TEST(result.warnings.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_verdict_that_the_executor_gave_is_never_lowered_by_its_steps) {
  ScenarioResult result;
  result.verdict = kError;
  result.steps = {step(kPass)};
  result.steps_planned = 1;
  seal(result);
  BOOST_TEST((result.verdict == kError));
}

BOOST_AUTO_TEST_CASE(the_decisive_step_is_the_first_of_the_worst) {
  auto result = scenario({kPass, kInconc, kFail, kFail}, 4);
  BOOST_TEST(decisive_step(result) == &result.steps[2]);
  result = scenario({kPass}, 1);
  BOOST_TEST(decisive_step(result) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_full_name_shows_variant_and_repetition) {
  ScenarioResult result;
  result.id = "x";
  BOOST_TEST(full_name(result) == "x");
  result.variant = "aide";
  result.repetition = 2;
  BOOST_TEST(full_name(result) == "x[aide]#3");
}

BOOST_AUTO_TEST_CASE(exit_codes_follow_the_table_of_the_architecture) {
  BOOST_TEST(exit_code(summary_of({})) == 5);
  BOOST_TEST(exit_code(summary_of({kPass, kPass})) == 0);
  BOOST_TEST(exit_code(summary_of({kPass, kFail})) == 1);
  BOOST_TEST(exit_code(summary_of({kInconc, kFail})) == 1);
  BOOST_TEST(exit_code(summary_of({kPass, kInconc})) == 2);
  BOOST_TEST(exit_code(summary_of({kPass, kFail, kError})) == 4);
  BOOST_TEST(exit_code(summary_of({kPass, kNone})) == 4);
  BOOST_TEST(exit_code(summary_of({kFail, kNone})) == 4);
}

BOOST_AUTO_TEST_CASE(only_not_applicable_is_inconclusive_and_beside_passes_it_does_not_count) {
  Summary summary;
  ScenarioResult result;
  result.not_applicable = "no pin pad";
  summary.add(result);
  BOOST_TEST(exit_code(summary) == 2);
  ScenarioResult passed;
  passed.verdict = kPass;
  summary.add(passed);
  BOOST_TEST(exit_code(summary) == 0);
  BOOST_TEST(summary.total() == 2u);
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_is_an_error_even_if_everything_that_ran_passed) {
  auto summary = summary_of({kPass});
  summary.interrupted = true;
  BOOST_TEST(exit_code(summary) == 4);
  Summary nothing;
  nothing.interrupted = true;
  BOOST_TEST(exit_code(nothing) == 4);
}

BOOST_AUTO_TEST_CASE(files_left_out_after_the_first_failure_leave_the_failure_and_nothing_else) {
  auto failed = summary_of({kFail});
  failed.not_run = 3;
  BOOST_TEST(exit_code(failed) == 1);
  auto passed = summary_of({kPass});
  passed.not_run = 3;
  BOOST_TEST(exit_code(passed) == 4);
  BOOST_TEST((passed.verdict() == kNone));
}

BOOST_AUTO_TEST_CASE(a_baseline_decides_about_failures_but_not_about_errors) {
  BOOST_TEST(exit_code(summary_of({kFail}), Baseline::kSame) == 0);
  BOOST_TEST(exit_code(summary_of({kPass}), Baseline::kDiffers) == 3);
  BOOST_TEST(exit_code(summary_of({kFail}), Baseline::kDiffers) == 3);
  BOOST_TEST(exit_code(summary_of({kError}), Baseline::kSame) == 4);
}

BOOST_AUTO_TEST_CASE(a_text_is_shown_in_the_language_asked_for_or_in_the_one_there_is) {
  const Text both{"鍵", "key"};
  BOOST_TEST(in_language(both, Language::kJapanese) == "鍵");
  BOOST_TEST(in_language(both, Language::kEnglish) == "key");
  BOOST_TEST(in_language(both, Language::kBoth) == "鍵 / key");
  BOOST_TEST(in_language(Text("90 00"), Language::kBoth) == "90 00");
  BOOST_TEST(in_language(Text("", "key"), Language::kJapanese) == "key");
}

BOOST_AUTO_TEST_CASE(a_summary_names_what_there_was_and_nothing_else) {
  const auto text = describe(summary_of({kPass, kPass, kFail}));
  BOOST_TEST(text.en == "3 scenarios: 2 no deviation found, 1 deviation found");
  BOOST_TEST(text.ja == "3件：逸脱なし 2、逸脱あり 1");
  BOOST_TEST(describe(summary_of({})).en == "0 scenarios");
}

BOOST_AUTO_TEST_SUITE_END()
