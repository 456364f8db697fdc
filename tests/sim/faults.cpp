// Faults written in a scenario: which are understood, which refused, that they do something.
#include <boost/test/unit_test.hpp>

#include "harness/bench/director.h"
#include "harness/bench/fault_pipes.h"
#include "harness/bench/fault_rules.h"
#include "harness/scenario/vocabulary.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(faults)

namespace flow = uketsuke::flow;
namespace bench = uketsuke::bench;
namespace fault = uketsuke::fault;
namespace scenario = uketsuke::scenario;
using uketsuke::verdict::Verdict;

// The generic-reader reception with these lines under `faults:`.
static scenario::Scenario with_faults(const std::string& lines) {
  const std::string text = R"(uketsuke: 1
scenario: a_fault
title: {ja: 故障, en: a fault}
bench: {reader: generic}
given: {card: {holder: hanako}}
steps:
  - {do: {click: マイナンバーカードで確認}, expect: {terminal_screen: confirm_by_card}}
  - {do: {click: マイナンバーカードの券面で目視確認}, expect: {terminal_screen: card_face_form}}
  - {do: {tick: 目視で本人確認完了}}
  - {do: {enter_date: today}}
  - {do: place_card, expect: {identity: confirmed, eligibility: checked}}
)" + (lines.empty() ? std::string() : "faults:\n" + lines);
  const auto loaded = scenario::load_text(text, "a_fault.yaml", flow::assets().catalog);
  if (!loaded.ok()) throw std::runtime_error(to_string(loaded.errors.front()));
  return loaded.scenarios.front();
}

static std::string problem(const std::string& line) {
  const auto problems = bench::fault_rules(with_faults("  - " + line + "\n")).problems;
  return problems.empty() ? "" : to_string(problems.front());
}

BOOST_AUTO_TEST_CASE(every_key_reaches_the_rule) {
  const auto found = bench::fault_rules(
      with_faults("  - {wire: usb, pipe: bulk-in, from: generic_reader, kind: corrupt, first: 3, "
                  "count: 2, bit: 9}\n"
                  "  - {wire: field, kind: shorten, bytes: 4}\n"
                  "  - {wire: network, kind: delay, delay_us: 250, count: 0}\n"));
  BOOST_TEST_REQUIRE(found.problems.empty());
  BOOST_TEST_REQUIRE(found.rules.size() == 3U);
  const fault::Rule& first = found.rules[0];
  BOOST_TEST(first.wire == "usb");
  BOOST_TEST(first.pipe == "bulk-in");
  BOOST_TEST(first.from == "generic_reader");
  BOOST_TEST((first.kind == fault::Kind::kCorrupt));
  BOOST_TEST(first.first == 3U);
  BOOST_TEST(first.count == 2U);
  BOOST_TEST(first.bit == 9U);
  BOOST_TEST(found.rules[1].bytes == 4U);
  BOOST_TEST(found.rules[1].first == 1U);
  BOOST_TEST(found.rules[1].count == 1U);
  BOOST_TEST(found.rules[2].delay_us == 250U);
  BOOST_TEST(found.rules[2].count == 0U);
}

BOOST_AUTO_TEST_CASE(every_kind_and_wire_is_known_by_its_name) {
  for (const char* kind :
       {"drop", "duplicate", "corrupt", "reorder", "mute", "detach", "shorten", "stall"})
    BOOST_TEST(problem(std::string("{wire: usb, kind: ") + kind + "}").empty(), kind);
  for (const char* wire : {"usb", "field", "session", "panel", "folder", "network"})
    BOOST_TEST(problem(std::string("{wire: ") + wire + ", kind: drop}").empty(), wire);
}

BOOST_AUTO_TEST_CASE(the_vocabulary_has_the_kinds_of_the_fault_layer) {
  const auto& words = scenario::find(scenario::fault_keys(), "kind")->shape.words;
  BOOST_TEST(words.size() == static_cast<std::size_t>(fault::Kind::kStall) + 1);
  for (const std::string& word : words) BOOST_TEST(fault::kind_from(word).has_value(), word);
}

BOOST_AUTO_TEST_CASE(a_pipe_that_no_bench_has_is_told_with_those_that_there_are) {
  const auto pipes = bench::every_pipe(flow::assets());
  const auto loaded = with_faults("  - {wire: folder, pipe: rse, kind: drop}\n"
                                  "  - {wire: folder, from: ehr, kind: drop}\n"
                                  "  - {wire: usb, from: face_reader, kind: drop}\n");
  const auto problems = bench::pipe_problems(loaded, bench::fault_rules(loaded).rules, pipes);
  BOOST_TEST_REQUIRE(problems.size() == 1U);
  BOOST_TEST(to_string(problems[0]) ==
             "a_fault.yaml:13:5: wire folder has no pipe with pipe: rse; there are: "
             "req (ehr > terminal), res (terminal > ehr)");
}

BOOST_AUTO_TEST_CASE(a_deviation_tells_of_the_faults_that_were_laid_over_the_wires) {
  const auto scenario = with_faults("  - {wire: network, kind: mute, starts: {step: 5}}\n"
                                    "  - {wire: folder, pipe: rse, kind: drop}\n");
  const auto result = bench::run_scenario(flow::assets(), scenario, {});
  BOOST_TEST((result.verdict == Verdict::kFail));
  BOOST_TEST_REQUIRE(result.warnings.size() == 2U);
  BOOST_TEST(result.warnings[0].en.rfind("faults: network mute touched ", 0) == 0U,
             result.warnings[0].en);
  BOOST_TEST(result.warnings[0].en.find("(step 5)") != std::string::npos);
  BOOST_TEST(result.warnings[0].ja.find("故障を与えた：network mute") == 0U);
  BOOST_TEST(result.warnings[1].en ==
             "a fault touched no message: folder drop (pipe rse)");
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_refused_with_its_place) {
  BOOST_TEST(problem("{wire: usb, kind: drop, firts: 1}") ==
             "a_fault.yaml:13:36: a fault has no key firts; did you mean first?");
  BOOST_TEST(problem("{wire: ubs, kind: drop}") ==
             "a_fault.yaml:13:12: there is no wire ubs; did you mean usb?");
  BOOST_TEST(problem("{wire: usb, kind: dorp}") ==
             "a_fault.yaml:13:23: there is no kind of fault dorp; did you mean drop?");
  BOOST_TEST(problem("{wire: usb, kind: drop, starts: {step: 99}}") ==
             "a_fault.yaml:13:44: there is no step 99; there are: numbers from 1 to 5");
  BOOST_TEST(problem("{wire: usb, kind: drop, starts: {step: 3}, stops: {step: 3}}") ==
             "a_fault.yaml:13:55: a fault that stops before it starts (stops comes after starts)");
  for (const char* line :
       {"{kind: drop}", "{wire: usb}", "{wire: usb, kind: drop, first: 0}",
        "{wire: usb, kind: drop, first: -1}", "{wire: usb, kind: drop, count: many}",
        "{wire: usb, kind: drop, count: 4294967296}", "{wire: usb, kind: drop, bit: 1}",
        "{wire: usb, kind: corrupt, bytes: 1}", "{wire: usb, kind: delay}",
        "{wire: usb, kind: drop, delay_us: 1}", "{wire: folder, kind: stall}",
        "{wire: network, kind: detach}", "{wire: usb, kind: delay, delay_us: 99999999999}"}) {
    BOOST_TEST(!problem(line).empty(), line << " was taken");
  }
}

BOOST_AUTO_TEST_CASE(starts_and_stops_reach_the_rule) {
  const auto found = bench::fault_rules(
      with_faults("  - {wire: usb, kind: drop, starts: {step: 2}, stops: {step: 4}}\n"
                  "  - {wire: network, kind: mute, to: ehr, starts: {time: 1.5}, stops: {time: 9}}"
                  "\n"
                  "  - {wire: usb, kind: detach, stops: {after: 5}}\n"
                  "  - {wire: usb, kind: reorder, delay_us: 20}\n"));
  BOOST_TEST_REQUIRE(found.problems.empty());
  BOOST_TEST_REQUIRE(found.rules.size() == 4U);
  BOOST_TEST(found.rules[0].from_step == 2U);
  BOOST_TEST(found.rules[0].until_step == 4U);
  BOOST_TEST(found.rules[0].count == 0U);  // until it stops
  BOOST_TEST(found.rules[1].from_us == 1'500'000U);
  BOOST_TEST(found.rules[1].until_us == 9'000'000U);
  BOOST_TEST(found.rules[1].to == "ehr");
  BOOST_TEST(found.rules[2].for_us == 5'000'000U);
  BOOST_TEST(found.rules[3].delay_us == 20U);
  BOOST_TEST(found.rules[3].count == 1U);
  // Written and read again it is the same rule.
  for (const fault::Rule& rule : found.rules) {
    const auto again = bench::fault_rules(with_faults("  - " + bench::to_yaml(rule) + "\n"));
    BOOST_TEST_REQUIRE(again.rules.size() == 1U);
    BOOST_TEST(bench::to_yaml(again.rules.front()) == bench::to_yaml(rule));
  }
  for (const char* line :
       {"{wire: usb, kind: drop, starts: {step: 99}}",
        "{wire: usb, kind: drop, starts: {step: P3-9}}",
        "{wire: usb, kind: drop, starts: {after: 5}}", "{wire: usb, kind: drop, starts: 5}",
        "{wire: usb, kind: drop, stops: {time: 0}}", "{wire: usb, kind: drop, stops: {time: soon}}",
        "{wire: panel, kind: detach}", "{wire: session, kind: stall}"}) {
    BOOST_TEST(!problem(line).empty(), line << " was taken");
  }
}

BOOST_AUTO_TEST_CASE(an_id_of_the_seed_names_the_first_step_that_has_it) {
  scenario::Scenario p3 = flow::scenario_named("p3_emergency_reception_on_the_reader", 1);
  scenario::Scenario lines = with_faults("  - {wire: usb, kind: drop, starts: {step: P3-4}}\n");
  p3.faults = lines.faults;
  std::uint32_t expected = 0;
  for (std::size_t i = 0; i < p3.steps.size() && expected == 0; ++i)
    for (const std::string& id : p3.steps[i].ids)
      if (id == "P3-4") expected = static_cast<std::uint32_t>(i + 1);
  BOOST_TEST_REQUIRE(expected != 0U);
  const auto found = bench::fault_rules(p3);
  BOOST_TEST_REQUIRE(found.rules.size() == 1U);
  BOOST_TEST(found.rules.front().from_step == expected);
}

BOOST_AUTO_TEST_CASE(a_fault_waits_for_its_step) {
  const auto passes = [](const std::string& step) {
    return flow::run(with_faults("  - {wire: network, kind: mute, starts: {step: " + step + "}}\n"))
               .verdict == Verdict::kPass;
  };
  BOOST_TEST(!passes("1"));  // the reception is in step 5
  BOOST_TEST(!passes("5"));
  const auto stopped = flow::run(with_faults(
      "  - {wire: network, kind: mute, starts: {step: 2}, stops: {step: 5}}\n"));
  BOOST_TEST((stopped.verdict == Verdict::kPass), flow::summary(stopped));
}

BOOST_AUTO_TEST_CASE(a_fault_that_is_not_understood_is_an_error_not_a_pass) {
  const auto result = flow::run(with_faults("  - {wire: usb, kind: explode}\n"));
  BOOST_TEST((result.verdict == Verdict::kError));
  BOOST_TEST(result.reason.en.find("a_fault.yaml:13:23") != std::string::npos, result.reason.en);
}

BOOST_AUTO_TEST_CASE(a_fault_of_the_file_is_laid_over_the_wire) {
  BOOST_TEST((flow::run(with_faults("")).verdict == Verdict::kPass));
  const auto result = flow::run(with_faults("  - {wire: network, kind: drop, count: 0}\n"));
  BOOST_TEST((result.verdict == Verdict::kFail), flow::summary(result));
}

BOOST_AUTO_TEST_CASE(a_fault_that_touched_nothing_is_warned_of) {
  const auto result = flow::run(with_faults("  - {wire: usb, kind: drop, first: 100000}\n"));
  BOOST_TEST((result.verdict == Verdict::kPass), flow::summary(result));
  BOOST_TEST_REQUIRE(result.warnings.size() == 1U);
  BOOST_TEST(result.warnings.front().en == "a fault touched no message: usb drop");
}

BOOST_AUTO_TEST_SUITE_END()
