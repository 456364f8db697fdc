// Architecture, "Verdicts", and issue "Certify": totals count every verdict; "no deviation" only
// with no fail, error, inconclusive or none among the applicable mandatory cases, or with waivers.
#include <boost/test/unit_test.hpp>

#include <random>

#include "harness/conformance/certify_result.h"

using namespace uketsuke::conformance;
using uketsuke::verdict::ExitCode;

namespace {

// What a case may come to, as the executor leaves it.
enum class Left { kPass, kWarning, kInconc, kFail, kError, kNone, kNotApplicable };
constexpr Left kAllLeft[] = {Left::kPass,  Left::kWarning, Left::kInconc,       Left::kFail,
                             Left::kError, Left::kNone,    Left::kNotApplicable};

CaseResult left(Left what, std::string id = "MSG-01") {
  CaseResult one;
  one.id = std::move(id);
  one.steps_planned = one.steps_done = 3;
  one.repetitions.passed = 1;
  one.verdict = Verdict::kPass;
  switch (what) {
    case Left::kPass:
      break;
    case Left::kWarning:
      one.warnings.emplace_back("slow");
      break;
    case Left::kInconc:
      one.verdict = Verdict::kInconc;
      break;
    case Left::kFail:
      one.findings.emplace_back();
      break;
    case Left::kError:
      one.verdict = Verdict::kError;
      break;
    case Left::kNone:
      one.steps_done = 0;
      break;
    case Left::kNotApplicable:
      one.not_applicable = {"slots = 1"};
      break;
  }
  return one;
}

CertifyResult run_of(std::vector<CaseResult> cases, std::vector<std::string> waived = {}) {
  CertifyResult run;
  run.catalogue.cases = static_cast<std::uint32_t>(cases.size());
  run.cases = std::move(cases);
  for (auto& id : waived) run.waivers.push_back({id, "fixed in 1.03", "2030-01-01", "QA"});
  seal(run);
  return run;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(result)

BOOST_AUTO_TEST_CASE(a_case_passes_only_if_everything_planned_was_done_and_nothing_deviated) {
  for (std::uint32_t planned = 0; planned < 4; ++planned) {
    for (std::uint32_t done = 0; done < 4; ++done) {
      for (const auto verdict : uketsuke::verdict::kAllVerdicts) {
        for (int findings = 0; findings < 3; ++findings) {  // none, a warning, a deviation
          auto one = left(Left::kPass);
          one.steps_planned = planned;
          one.steps_done = done;
          one.verdict = verdict;
          if (findings != 0) one.findings.emplace_back().warning = findings == 1;
          seal(one);
          const bool may_pass =
              verdict == Verdict::kPass && findings != 2 && done > 0 && done >= planned;
          BOOST_TEST((one.verdict == Verdict::kPass) == may_pass);
          if (findings == 2) BOOST_TEST((one.verdict >= Verdict::kFail));
          if (verdict > Verdict::kPass) BOOST_TEST((one.verdict >= verdict));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(nine_of_ten_repetitions_pass_where_nine_are_needed_and_eight_do_not) {
  for (std::uint32_t passed = 0; passed <= 10; ++passed) {
    auto one = left(Left::kPass);
    one.repetitions = {10, passed, 9};
    seal(one);
    BOOST_TEST((one.verdict == Verdict::kPass) == (passed >= 9));
    BOOST_TEST(one.reason.empty() == (passed >= 9));
  }
}

BOOST_AUTO_TEST_CASE(a_case_that_needs_no_repetition_to_pass_does_not_pass) {
  auto one = left(Left::kPass);
  one.repetitions = {10, 0, 0};
  seal(one);
  BOOST_TEST((one.verdict == Verdict::kInconc));
}

BOOST_AUTO_TEST_CASE(not_applicable_never_hides_a_deviation) {
  auto one = left(Left::kFail);
  one.not_applicable = {"slots > 1 (slots = 1)"};
  seal(one);
  BOOST_TEST((outcome_of(one) == CaseOutcome::kFail));
  BOOST_TEST(one.warnings.size() == 1U);
}

BOOST_AUTO_TEST_CASE(each_thing_a_case_may_come_to_is_counted_as_itself) {
  const std::pair<Left, CaseOutcome> pairs[] = {
      {Left::kPass, CaseOutcome::kPass},
      {Left::kWarning, CaseOutcome::kPassWithWarning},
      {Left::kInconc, CaseOutcome::kInconc},
      {Left::kFail, CaseOutcome::kFail},
      {Left::kError, CaseOutcome::kError},
      {Left::kNone, CaseOutcome::kNone},
      {Left::kNotApplicable, CaseOutcome::kNotApplicable}};
  for (const auto& [what, outcome] : pairs) {
    const auto run = run_of({left(what)});
    for (const auto other : kAllCaseOutcomes) {
      BOOST_TEST(run.totals.of.at(other) == (other == outcome ? 1U : 0U));
    }
    const auto waived = run_of({left(what)}, {"MSG-01"});
    const bool may_be_waived = outcome == CaseOutcome::kInconc || outcome == CaseOutcome::kFail ||
                               outcome == CaseOutcome::kError || outcome == CaseOutcome::kNone;
    BOOST_TEST(waived.totals.of.at(CaseOutcome::kWaived) == (may_be_waived ? 1U : 0U));
  }
}

// Every combination of three cases: what each came to, mandatory or not, waived or not.
BOOST_AUTO_TEST_CASE(the_conclusion_needs_every_applicable_mandatory_case_to_be_good_or_waived) {
  std::size_t concluded = 0;
  for (int number = 0; number < 7 * 7 * 7 * 64; ++number) {
    const int flags = number / 343;
    const Left what[] = {kAllLeft[number % 7], kAllLeft[number / 7 % 7], kAllLeft[number / 49 % 7]};
    std::vector<CaseResult> cases;
    std::vector<std::string> waived;
    bool nothing_open = true, something_judged = false, a_fail = false;
    for (int i = 0; i < 3; ++i) {
      const bool mandatory = (flags >> i & 1) != 0;
      const bool is_waived = (flags >> (i + 3) & 1) != 0;
      const auto id = "MSG-0" + std::to_string(i + 1);
      cases.push_back(left(what[i], id));
      cases.back().mandatory = mandatory;
      if (is_waived) waived.push_back(id);
      const bool good = what[i] == Left::kPass || what[i] == Left::kWarning;
      const bool bad = !good && what[i] != Left::kNotApplicable && !is_waived;
      nothing_open = nothing_open && !(mandatory && bad);
      something_judged = something_judged || (mandatory && good);
      a_fail = a_fail || (mandatory && bad && what[i] == Left::kFail);
    }
    const auto run = run_of(cases, waived);
    const bool expected = nothing_open && something_judged;
    BOOST_TEST((run.conclusion == Conclusion::kNoDeviation) == expected);
    BOOST_TEST((run.conclusion == Conclusion::kDeviation) == a_fail);
    const bool says_it = run.conclusion_text.en.find(
                             "No deviation found among the applicable "
                             "mandatory cases") == 0;
    BOOST_TEST(says_it == expected);
    std::uint64_t sum = 0;
    for (const auto& [outcome, count] : run.totals.of) sum += count;
    BOOST_TEST(sum == 3U);
    if (exit_code(run) == ExitCode::kExitPass) BOOST_TEST((run.conclusion != Conclusion::kOpen));
    concluded += expected ? 1 : 0;
  }
  BOOST_TEST(concluded > 0U);
}

BOOST_AUTO_TEST_CASE(the_words_of_the_conclusion_are_those_of_the_issue) {
  const auto run = run_of({left(Left::kPass)});
  BOOST_TEST(run.conclusion_text.en == "No deviation found among the applicable mandatory cases");
  BOOST_TEST(run.conclusion_text.ja == "適用される必須項目について逸脱は見つかりませんでした");
}

BOOST_AUTO_TEST_CASE(a_selection_or_an_interrupted_run_says_nothing_of_the_rest) {
  auto run = run_of({left(Left::kPass)});
  run.catalogue.cases = 193;
  BOOST_TEST((conclusion_of(run) == Conclusion::kNoDeviationInPart));
  run = run_of({left(Left::kPass)});
  run.interrupted = true;
  BOOST_TEST((conclusion_of(run) == Conclusion::kNoDeviationInPart));
  BOOST_TEST(exit_code(run) == ExitCode::kExitError);
}

BOOST_AUTO_TEST_CASE(an_empty_run_concludes_nothing_and_is_a_mistake_of_usage) {
  const auto run = run_of({});
  BOOST_TEST((run.conclusion == Conclusion::kNothing));
  BOOST_TEST(exit_code(run) == ExitCode::kExitUsage);
}

// What a script says may end a conclusion, never make one: nobody can compute it again.
BOOST_AUTO_TEST_CASE(a_script_may_find_a_deviation_and_is_no_ground_for_there_being_none) {
  const std::string script = kScript + "test_x.py::test_a";
  BOOST_TEST((run_of({left(Left::kPass, script)}).conclusion == Conclusion::kNothing));
  CertifyResult run = run_of({left(Left::kPass), left(Left::kPass, script)});
  run.catalogue.cases = 2;  // one of which was not run
  seal(run);
  BOOST_TEST((run.conclusion == Conclusion::kNoDeviationInPart));
  BOOST_TEST(run.conclusion_text.en.find("attested by script") != std::string::npos);
  run = run_of({left(Left::kPass), left(Left::kFail, script)});
  BOOST_TEST((run.conclusion == Conclusion::kDeviation));
  BOOST_TEST((exit_code(run) == ExitCode::kExitFail));
  run = run_of({left(Left::kPass), left(Left::kInconc, script)});
  BOOST_TEST((run.conclusion == Conclusion::kOpen));
  run.cases[1].mandatory = false;  // it stands for a MAY
  seal(run);
  BOOST_TEST((run.conclusion != Conclusion::kOpen));
}

BOOST_AUTO_TEST_CASE(the_last_attempt_counts_and_a_fail_before_it_stays_a_warning) {
  auto first = left(Left::kFail);
  auto second = left(Left::kPass);
  second.attempt = 2;
  auto run = run_of({first, second});
  run.catalogue.cases = 1;
  seal(run);
  BOOST_TEST(run.totals.of.at(CaseOutcome::kPassWithWarning) == 1U);
  BOOST_TEST(run.totals.cases == 1U);
  BOOST_TEST(run.totals.attempts == 2U);
  BOOST_TEST(run.totals.warnings == 1U);
  BOOST_TEST((run.conclusion == Conclusion::kNoDeviation));
  std::swap(run.cases[0], run.cases[1]);  // the order in the list is not what counts
  seal(run);
  BOOST_TEST(run.totals.of.at(CaseOutcome::kPassWithWarning) == 1U);
}

BOOST_AUTO_TEST_CASE(two_results_of_one_attempt_conclude_nothing) {
  const auto run = run_of({left(Left::kPass), left(Left::kPass)});
  BOOST_TEST((run.conclusion == Conclusion::kOpen));
  BOOST_TEST(exit_code(run) == ExitCode::kExitError);
}

BOOST_AUTO_TEST_CASE(sealing_twice_is_sealing_once) {
  std::mt19937 random(20261122);
  for (int round = 0; round < 500; ++round) {
    std::vector<CaseResult> cases;
    for (int i = 0; i < 5; ++i) {
      auto one = left(kAllLeft[random() % 7], "T0-0" + std::to_string(random() % 4));
      one.attempt = 1 + random() % 2;
      one.mandatory = random() % 2 == 0;
      cases.push_back(one);
    }
    auto run = run_of(cases, {"T0-01"});
    const auto totals = run.totals;
    const auto conclusion = run.conclusion;
    seal(run);
    BOOST_TEST((run.totals == totals));
    BOOST_TEST((run.conclusion == conclusion));
  }
}

BOOST_AUTO_TEST_SUITE_END()
