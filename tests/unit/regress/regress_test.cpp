#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/campaign/regress/regress.h"
#include "harness/yaml/yaml.h"

BOOST_AUTO_TEST_SUITE(regress)

using namespace uketsuke::campaign;
namespace scenario = uketsuke::scenario;
namespace verdict = uketsuke::verdict;
using Lines = std::vector<std::string>;

namespace {

Behaviour row(const std::string& name, const std::string& line = "shows consent") {
  Behaviour behaviour;
  behaviour.name = name;
  behaviour.verdict = "pass";
  behaviour.steps.push_back({"P3-4", 1000, {{"face_reader", {line}}, {"order", {"face_reader"}}}});
  return behaviour;
}

Ran ran(Behaviour behaviour) {
  Ran one;
  one.result.id = behaviour.name;
  one.result.verdict = *verdict::verdict_from(behaviour.verdict);
  one.behaviour = std::move(behaviour);
  return one;
}

Pinned pinned(std::vector<Behaviour> rows) {
  Pinned all;
  all.release = "2024-12";
  all.baseline.release = "2024-12";
  all.baseline.rows = std::move(rows);
  all.has_baseline = true;
  return all;
}

Comparison compare_with(const Pinned& before, const std::vector<Ran>& now, bool complete = true) {
  return compare(before, now, scenario::Requirements(), complete, "2025-01-31");
}

KnownDeviation deviation(const std::string& scenario) {
  return {"KD-1", scenario, {"理由", "reason"}, "2025-03-31", 1};
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_kind_of_change_is_told) {
  Behaviour failing = row("fixed");
  failing.verdict = "fail";
  Pinned before = pinned({row("same"), row("other"), row("worse"), failing, row("gone"), row("x")});
  before.deviations = {deviation("x"), deviation("y")};
  Behaviour worse = row("worse"), x = row("x");
  worse.verdict = x.verdict = "fail";
  const Comparison result =
      compare_with(before, {ran(row("same")), ran(row("other", "shows else")), ran(worse),
                            ran(row("fixed")), ran(row("new")), ran(x), ran(row("y"))});
  BOOST_REQUIRE_EQUAL(result.rows.size(), 8U);
  const Change wanted[] = {Change::kSame, Change::kNewFail, Change::kNewFail, Change::kFixed,
                           Change::kNew,  Change::kXfail,   Change::kXpass,   Change::kGone};
  for (std::size_t i = 0; i < 8; ++i)
    BOOST_TEST(to_string(result.rows[i].change) == to_string(wanted[i]), result.rows[i].name);
  BOOST_TEST(result.differs());
  BOOST_TEST(result.rows[1].step == "P3-4");
}

BOOST_AUTO_TEST_CASE(nothing_but_the_same_and_known_deviations_is_no_difference) {
  Pinned before = pinned({row("a"), row("x")});
  before.deviations = {deviation("x")};
  Behaviour x = row("x");
  x.verdict = "fail";
  BOOST_TEST(!compare_with(before, {ran(row("a")), ran(x)}).differs());
  BOOST_TEST(compare_with(before, {ran(row("a")), ran(row("x"))}).differs());
}

BOOST_AUTO_TEST_CASE(only_a_complete_run_knows_what_is_gone) {
  const Pinned before = pinned({row("a"), row("b")});
  BOOST_TEST(!compare_with(before, {ran(row("a"))}, false).differs());
  BOOST_TEST(compare_with(before, {ran(row("a"))}, true).differs());
}

BOOST_AUTO_TEST_CASE(time_words_and_assumptions_are_compared) {
  const auto differs = [](const Behaviour& now) {
    Pinned before = pinned({row("a")});
    before.baseline.words["face_reader/consent"] = "words";
    return compare_with(before, {ran(now)}).rows[0];
  };
  Behaviour now = row("a");
  BOOST_TEST(differs(now).differences.empty());
  now.steps[0].took_us = 1001;
  BOOST_TEST(differs(now).differences.at(0).role == "time");
  BOOST_TEST((differs(now).differences.at(0).lines == Lines{"- 1.000 ms", "+ 1.001 ms"}));
  now = row("a");
  now.words["face_reader/consent"] = "other words";
  BOOST_TEST(differs(now).differences.at(0).role == "words");
  BOOST_TEST(differs(now).step == "P3-4");
  now = row("a");
  now.rests_on = "A-29";
  BOOST_TEST(differs(now).differences.at(0).role == "rests on");
  now = row("a");
  now.steps.push_back({"P3-5", 0, {}});
  BOOST_TEST((differs(now).differences.at(0).lines == Lines{"+ P3-5"}));
  now.steps.clear();
  BOOST_TEST((differs(now).differences.at(0).lines == Lines{"- P3-4"}));
}

BOOST_AUTO_TEST_CASE(a_diff_shows_what_went_and_came_with_a_line_around) {
  const Lines before{"a", "b", "c", "d", "e", "f", "g"},
      now{"a", "b", "x", "d", "e", "f", "g", "h"};
  const Lines wanted{"  b", "- c", "+ x", "  d", "  ...", "  g", "+ h"};
  BOOST_TEST((diff_lines(before, now) == wanted));
  BOOST_TEST(diff_lines(now, now).empty());
  BOOST_TEST((diff_lines({}, {"a"}) == Lines{"+ a"}));
}

BOOST_AUTO_TEST_CASE(an_expired_or_stale_known_deviation_is_an_error) {
  Pinned before = pinned({row("a")});
  before.deviations = {deviation("a")};
  Behaviour a = row("a");
  a.verdict = "fail";
  const auto on = [&](const std::string& day, const Behaviour& now) {
    return compare(before, {ran(now)}, {}, true, day).errors.size();
  };
  BOOST_TEST(on("2025-03-31", a) == 0U);
  BOOST_TEST(on("2025-04-01", a) == 1U);
  BOOST_TEST(on("2025-03-31", row("b")) == 1U);
}

BOOST_AUTO_TEST_CASE(two_rows_of_one_name_are_an_error) {
  BOOST_TEST(compare_with(pinned({row("a")}), {ran(row("a")), ran(row("a"))}).errors.size() == 1U);
}

BOOST_AUTO_TEST_CASE(no_baseline_is_made_without_typed_expectations_or_of_deviations) {
  scenario::Requirements requirements;
  requirements.rows.resize(2);
  requirements.rows[0].id = "P3-4";
  requirements.rows[1].id = "P2-n2";
  requirements.rows[1].not_tested = "only tells how to read the page";
  Pinned before = pinned({});
  const auto reasons = [&](const Behaviour& now, bool complete = true) {
    const std::vector<Ran> all{ran(now)};
    return reasons_against(compare(before, all, requirements, complete, "2025-01-31"), all).size();
  };
  BOOST_TEST(reasons(row("a")) == 1U);  // P3-4 is missing
  before.expectations.rows.push_back(
      {"P3-4", "a", "P3-4", {pattern_from("face_reader: shows consent")}, {}, 1});
  BOOST_TEST(reasons(row("a")) == 0U);
  BOOST_TEST(reasons(row("a", "shows else")) == 1U);
  BOOST_TEST(reasons(row("a"), false) == 1U);  // a part of the run
  Behaviour failing = row("a");
  failing.verdict = "fail";
  BOOST_TEST(reasons(failing) == 1U);
  before.deviations = {deviation("a")};
  BOOST_TEST(reasons(failing) == 0U);
  BOOST_TEST(reasons(row("a")) == 1U);  // the known deviation is no more
  before.expectations.rows[0].row = "P9-1";
  BOOST_TEST(reasons(failing) == 2U);  // no such row of the seed, and P3-4 has none again
}

BOOST_AUTO_TEST_CASE(a_pattern_tells_words_and_fields) {
  const auto fits = [](const char* pattern, const char* line) {
    return matches({"backend", pattern}, line);
  };
  const char* line = "consent_recorded holder=hanako institution=1 consent=declined";
  BOOST_TEST(fits("consent_recorded", line));
  BOOST_TEST(fits("consent_recorded consent=declined holder=hanako", line));
  BOOST_TEST(!fits("consent_recorded consent=granted", line));
  BOOST_TEST(!fits("consent", line));
  BOOST_TEST(!fits("consent_recorded again", line));
  BOOST_TEST(fits("shows consent", "shows consent"));
  BOOST_TEST(!fits("shows consent", "shows consent time_out"));
  BOOST_TEST(fits("shows consent ...", "shows consent time_out"));
  BOOST_TEST(fits("* places the card", "family places the card (after 2500 ms)"));
  BOOST_TEST(!fits("* places the card", "places the card"));
  BOOST_CHECK_THROW(pattern_from("no role"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_happy_path_is_whole_and_in_order) {
  HappyPath path;
  path.scenario = "a";
  path.tell = {{"face_reader", {"shows"}}, {"people", {}}};
  path.steps.push_back(
      {"P3-4", {pattern_from("people: * presses"), pattern_from("face_reader: shows b")}, 1});
  SeedExpectations typed;
  typed.happy_paths.push_back(path);
  const auto broken = [&](const Lines& reader, const std::string& order,
                          const char* label = "P3-4") {
    Behaviour now = row("a");
    now.steps[0] = {
        label, 0, {{"face_reader", reader}, {"people", {"family presses"}}, {"order", {order}}}};
    return unmet(typed, now).size();
  };
  BOOST_TEST(broken({"shows b"}, "people face_reader") == 0U);
  BOOST_TEST(broken({"card_powered", "shows b"}, "face_reader people face_reader") == 0U);
  BOOST_TEST(broken({"shows b", "shows b"}, "people face_reader*2") == 0U);  // shown again
  BOOST_TEST(broken({"shows b"}, "face_reader people") != 0U);
  BOOST_TEST(broken({"shows b", "shows c"}, "people face_reader*2") != 0U);
  BOOST_TEST(broken({"shows c"}, "people face_reader") != 0U);
  BOOST_TEST(broken({"shows b"}, "people face_reader", "P3-5") != 0U);
}

BOOST_AUTO_TEST_CASE(what_must_be_nowhere_is_found_in_any_step) {
  SeedExpectations typed;
  typed.rows.push_back(
      {"P3-c1", "a", "anywhere", {}, {pattern_from("face_reader: shows consent")}, 1});
  const auto found = unmet(typed, row("a"));
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(found[0].row == "P3-c1");
  BOOST_TEST(found[0].step == "P3-4");
  BOOST_TEST(unmet(typed, row("a", "shows else")).empty());
  BOOST_TEST(unmet(typed, row("ab")).empty());  // another scenario
}

BOOST_AUTO_TEST_CASE(every_report_says_whose_model_is_pinned) {
  const Comparison result = compare_with(pinned({row("a")}), {ran(row("a", "shows else"))});
  const std::string en = text_report(result, verdict::Language::kEnglish, 0);
  const std::string ja = text_report(result, verdict::Language::kJapanese, 0);
  const std::string json = json_report(result, "0");
  BOOST_TEST(en.find("our model of the seed, not the ministry's system") != std::string::npos);
  BOOST_TEST(ja.find("シードに対する当方のモデルを固定するもの") != std::string::npos);
  BOOST_TEST(json.find("our model of the seed, not the ministry's system") != std::string::npos);
  BOOST_TEST(en.find("- shows consent") != std::string::npos);
  BOOST_TEST(en.find("+ shows else") != std::string::npos);
  BOOST_TEST(en.find("P3-4") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(files_of_known_deviations_are_checked) {
  const std::string path =
      (std::filesystem::temp_directory_path() / "uketsuke_known_deviations.yaml").string();
  const auto load = [&](const std::string& text) {
    std::ofstream(path) << text;
    return load_known_deviations(path).size();
  };
  const std::string good =
      "known_deviations:\n  - {id: KD-1, scenario: a, reason: {ja: x, en: y}, expires: "
      "2025-02-28}\n";
  BOOST_TEST(load(good) == 1U);
  BOOST_CHECK_THROW(load(good + good.substr(good.find('\n') + 1)), uketsuke::yaml::Error);
  std::string bad = good;
  bad.replace(bad.find("02-28"), 5, "02-30");
  BOOST_CHECK_THROW(load(bad), uketsuke::yaml::Error);
  std::filesystem::remove(path);
  BOOST_TEST(load_known_deviations(path).empty());
}

BOOST_AUTO_TEST_SUITE_END()
