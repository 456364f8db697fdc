// The plan of a sweep, its single points, what an outcome is, the file that repeats one.
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "harness/bench/fault_rules.h"
#include "harness/campaign/sweep.h"
#include "harness/campaign/sweep_checks.h"
#include "harness/yaml/yaml.h"

namespace {

using namespace uketsuke;
using namespace uketsuke::campaign;
using verdict::Verdict;

SweepPlan plan_of(const std::string& faults) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("uketsuke_plan_" + std::to_string(::getpid()) + ".yaml");
  std::ofstream(path) << "uketsuke_sweep: 1\ntitle: {ja: a, en: a}\nat: [first, middle, last]\n"
                      << faults;
  struct Gone {
    std::filesystem::path path;
    ~Gone() { std::filesystem::remove(path); }
  } gone{path};
  return load_sweep(path.string());
}

Passed passed(std::vector<std::vector<std::uint32_t>> at_step) {
  Passed p;
  p.pipes = {{"usb", "bulk-out", "terminal", "reader", 0}, {"panel", "input", "people", "ehr", 0}};
  p.at_step = std::move(at_step);
  return p;
}

verdict::ScenarioResult result_of(Verdict verdict) {
  verdict::ScenarioResult result;
  result.verdict = verdict;
  verdict::StepResult step;
  step.verdict = verdict;
  step.title = "a step";
  result.steps.push_back(step);
  return result;
}

Evidence clean() {
  Evidence evidence;
  evidence.rows = {{"identity", "hanako", "by card"}, {"consent", "hanako", "declined"}};
  evidence.reports["note card_taken"] = 1;
  return evidence;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sweep_plan)

BOOST_AUTO_TEST_CASE(a_fault_is_one_rule_on_each_of_its_wires) {
  const SweepPlan plan = plan_of(
      "faults:\n  - {wires: [usb, panel], kind: drop}\n  - {wires: usb, kind: corrupt, bit: 7}\n");
  BOOST_TEST_REQUIRE(plan.faults.size() == 3U);
  BOOST_TEST(plan.faults[0].wire == "usb");
  BOOST_TEST(plan.faults[1].wire == "panel");
  BOOST_TEST(plan.faults[2].bit == 7U);
}

BOOST_AUTO_TEST_CASE(what_a_wire_cannot_have_and_what_is_the_sweeps_own_are_refused) {
  for (const char* faults :
       {"faults:\n  - {wires: [folder], kind: stall}\n", "faults:\n  - {kind: drop}\n",
        "faults:\n  - {wires: [usb], kind: drop, first: 2}\n",
        "faults:\n  - {wires: [usb], kind: drop, starts: {step: 2}}\n",
        "faults:\n  - {wires: [ubs], kind: drop}\n", "fault:\n  - {wires: [usb], kind: drop}\n"})
    BOOST_CHECK_THROW(plan_of(faults), yaml::Error);
}

BOOST_AUTO_TEST_CASE(first_middle_and_last_message_of_each_step_each_once) {
  const SweepPlan plan = plan_of("faults:\n  - {wires: [usb], kind: drop}\n");
  // Five messages until the desk is ready, none in step 1, two in step 2, one in step 3.
  const auto points = points_of(plan, passed({{5, 9}, {5, 9}, {7, 9}, {8, 9}}));
  std::vector<std::pair<std::uint32_t, std::uint32_t>> at;
  for (const Point& point : points) at.emplace_back(point.rule.from_step, point.rule.first);
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> expected{
      {0, 1}, {0, 3}, {0, 5}, {2, 1}, {2, 2}, {3, 1}};
  BOOST_TEST((at == expected));
  for (const Point& point : points) {
    BOOST_TEST(point.rule.pipe == "bulk-out");
    BOOST_TEST(point.rule.from == "terminal");
    BOOST_TEST(point.rule.to == "reader");
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sweep_outcome)

BOOST_AUTO_TEST_CASE(everything_as_without_the_fault_is_recovered) {
  BOOST_TEST((judge(clean(), clean(), result_of(Verdict::kPass), 1).outcome ==
              Outcome::kRecovered));
  BOOST_TEST((judge(clean(), clean(), result_of(Verdict::kPass), 0).outcome ==
              Outcome::kUntouched));
}

BOOST_AUTO_TEST_CASE(records_are_compared_though_every_expectation_holds) {
  const auto outcome_with = [](Row row) {
    Evidence faulty = clean();
    faulty.rows.push_back(std::move(row));
    faulty.refusals["something"] = 1;  // a refusal excuses no record
    return judge(clean(), faulty, result_of(Verdict::kPass), 1).outcome;
  };
  BOOST_TEST((outcome_with({"identity", "hanako", "by card"}) == Outcome::kDoubleRecord));
  BOOST_TEST((outcome_with({"consent", "hanako", "granted"}) == Outcome::kWrongRecord));
  BOOST_TEST((outcome_with({"identity", "taro", "by card"}) == Outcome::kWrongPerson));
  Evidence missing = clean();
  missing.rows.pop_back();
  BOOST_TEST((judge(clean(), missing, result_of(Verdict::kPass), 1).outcome ==
              Outcome::kWrongRecord));
}

BOOST_AUTO_TEST_CASE(a_failure_is_refused_or_reported_or_seen_or_silent) {
  const auto failed = result_of(Verdict::kFail);
  Evidence faulty = clean();
  faulty.screens[0] = "another";
  BOOST_TEST((judge(clean(), faulty, failed, 1).outcome == Outcome::kSilent));
  faulty.reports["note card_taken"] = 2;  // one more than without the fault
  BOOST_TEST((judge(clean(), faulty, failed, 1).outcome == Outcome::kReported));
  faulty.refusals["pin_wrong"] = 1;
  BOOST_TEST((judge(clean(), faulty, failed, 1).outcome == Outcome::kRefused));
  faulty.waits = {"terminal: backend"};
  BOOST_TEST((judge(clean(), faulty, failed, 1).outcome == Outcome::kHang));

  Evidence seen = clean();
  seen.screens[0] = "another";
  seen.people = "terminal shows menu";
  BOOST_TEST((judge(clean(), seen, failed, 1).outcome == Outcome::kReported));
  BOOST_TEST((judge(clean(), seen, result_of(Verdict::kError), 1).outcome == Outcome::kCrash));
}

BOOST_AUTO_TEST_CASE(a_broken_invariant_is_never_allowed) {
  auto result = result_of(Verdict::kPass);
  verdict::StepResult step;
  step.verdict = Verdict::kFail;
  for (const auto& [title, outcome] :
       {std::pair{"invariant: effect", Outcome::kDoubleRecord},
        std::pair{"invariant: answer", Outcome::kHang},
        std::pair{"invariant: consent", Outcome::kInvariant}}) {
    step.title = title;
    result.steps.back() = step;
    BOOST_TEST((judge(clean(), clean(), result, 1).outcome == outcome), title);
  }
}

BOOST_AUTO_TEST_CASE(a_point_comes_back_from_its_result) {
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    PointResult point;
    point.wire = "usb";
    point.kind = "drop";
    point.outcome = static_cast<Outcome>(i);
    point.what = "why";
    const verdict::ScenarioResult result = to_result(point);
    const PointResult back = point_of(result);
    BOOST_TEST((back.outcome == point.outcome));
    BOOST_TEST(back.wire == "usb");
    BOOST_TEST(back.kind == "drop");
    BOOST_TEST(back.what == "why");
    BOOST_TEST((result.verdict == Verdict::kPass) == is_allowed(point.outcome));
    BOOST_TEST((outcome_from(to_string(point.outcome)) == point.outcome));
  }
}

BOOST_AUTO_TEST_CASE(a_worker_that_died_leaves_wire_and_kind) {
  verdict::ScenarioResult result;
  result.verdict = Verdict::kError;
  result.file = "x.yaml#4";
  result.variant = "{wire: field, pipe: \"slot 0 to card\", kind: mute, first: 1, count: 0}";
  const PointResult point = point_of(result);
  BOOST_TEST((point.outcome == Outcome::kCrash));
  BOOST_TEST(point.wire == "field");
  BOOST_TEST(point.kind == "mute");
  BOOST_TEST(point.row == 4U);
  BOOST_TEST(point.rule == result.variant);
}

BOOST_AUTO_TEST_CASE(the_replay_is_the_row_with_one_more_fault) {
  scenario::Scenario row;
  row.substitutions = {{"who", "hanako"}};
  const std::string source =
      "# a comment\nuketsuke: 1\nscenario: name\ngiven: {card: ${who}}\nexamples:\n"
      "  - {who: hanako}\n  - {who: taro}\nfaults:\n  - {wire: usb, kind: drop}\nsteps: []";
  BOOST_TEST(replay_text(source, row, "name_1", "{wire: field, kind: mute}") ==
             "# a comment\nuketsuke: 1\nscenario: name_1\ngiven: {card: hanako}\nsteps: []\n"
             "faults:\n  - {wire: usb, kind: drop}\n  - {wire: field, kind: mute}\n");
}

BOOST_AUTO_TEST_CASE(the_replay_names_its_fault_and_has_the_checks_of_the_clean_run) {
  const std::string text =
      replay_text("uketsuke: 1\nscenario: name\ntitle: {ja: a, en: b}\nthen:\n  reasons: [x]\n", {},
                  "n", "{wire: usb, kind: drop}", {"故障 \"x\"", "a fault"},
                  then_text({{"backend.view_log", "[]"}, {"reasons", "[x]"}, {"backend.y", "z"}}));
  BOOST_TEST(text ==
             "uketsuke: 1\nscenario: n\ntitle:\n  ja: \"故障 \\\"x\\\"\"\n  en: \"a fault\"\n"
             "then:\n  backend:\n    view_log: []\n    y: z\n  reasons: [x]\n"
             "faults:\n  - {wire: usb, kind: drop}\n");
}

BOOST_AUTO_TEST_CASE(a_fault_of_a_check_keeps_its_check_when_others_come_before_it) {
  scenario::Scenario row;
  row.steps.resize(2);
  row.then.resize(2);
  row.then[0].name = "backend.consent";
  row.then[1].name = "emergency_view";
  const Checks checks{{"backend.consent", "a"}, {"emergency_view", "b"}, {"backend.view_log", "c"}};
  BOOST_TEST(with_steps_of(checks, row, "{starts: {step: 4}, first: 1, stops: {step: 2}}") ==
             "{starts: {step: 5}, first: 1, stops: {step: 2}}");
}

BOOST_AUTO_TEST_CASE(the_table_counts_every_point_once) {
  SweepReport report;
  Counts& counts = report.counts[{"usb", "drop"}];
  counts.of[static_cast<std::size_t>(Outcome::kRecovered)] = 3;
  counts.of[static_cast<std::size_t>(Outcome::kSilent)] = 2;
  counts.listed = 1;
  BOOST_TEST(counts.points() == 6U);
  BOOST_TEST(counts.disallowed() == 2U);
  const std::string text = table(report, verdict::Language::kEnglish);
  const std::size_t bar = text.find(" | NOT ALLOWED");
  BOOST_TEST_REQUIRE(bar != std::string::npos, text);
  BOOST_TEST(text.find("usb drop          6 |           3          1 |           2\n") !=
             std::string::npos, text);
  BOOST_TEST(text.find("untouched") == std::string::npos);  // nothing of the kind
  BOOST_TEST(text.find("  listed: ") != std::string::npos);
  BOOST_TEST(table(report, verdict::Language::kJapanese).find("usb (端末とリーダー) drop (消失)") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
