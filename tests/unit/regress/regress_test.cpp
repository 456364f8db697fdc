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

BOOST_AUTO_TEST_CASE(what_could_not_be_judged_is_no_known_deviation) {
  Pinned before = pinned({row("a")});
  before.deviations = {deviation("a")};
  const auto change = [&](const char* verdict) {
    Behaviour now = row("a");
    now.verdict = verdict;
    return compare_row(before, ran(now)).change;
  };
  BOOST_CHECK((change("fail") == Change::kXfail));
  BOOST_CHECK((change("pass") == Change::kXpass));
  for (const char* verdict : {"error", "inconc", "none"})
    BOOST_CHECK_MESSAGE((change(verdict) == Change::kNewFail), verdict);
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
  const std::string en = text_report(result, verdict::Language::kEnglish, {});
  const std::string ja = text_report(result, verdict::Language::kJapanese, {});
  const std::string json = json_report(result, "0");
  BOOST_TEST(en.find("our model of the seed, not the ministry's system") != std::string::npos);
  BOOST_TEST(ja.find("シードに対する当方のモデルを固定するもの") != std::string::npos);
  BOOST_TEST(json.find("our model of the seed, not the ministry's system") != std::string::npos);
  BOOST_TEST(en.find("- shows consent") != std::string::npos);
  BOOST_TEST(en.find("+ shows else") != std::string::npos);
  BOOST_TEST(en.find("P3-4") != std::string::npos);
}

namespace {

std::size_t count_in(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

Ran not_loaded(const std::string& id, const std::string& file, const std::string& reason) {
  Ran one;
  one.result.id = one.behaviour.name = id;
  one.result.verdict = verdict::Verdict::kError;
  one.behaviour.verdict = "error";
  one.result.reason = reason;
  one.behaviour.file = file;
  return one;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_same_difference_in_many_rows_is_told_once) {
  std::vector<Behaviour> before;
  std::vector<Ran> now;
  for (int i = 0; i < 7; ++i) {
    const std::string name = "row" + std::to_string(i);
    before.push_back(row(name));
    now.push_back(ran(row(name, i == 6 ? "shows alone" : "shows else")));
  }
  const Comparison result = compare_with(pinned(before), now);
  const std::string text = text_report(result, verdict::Language::kEnglish, {});
  BOOST_TEST(count_in(text, "+ shows else") == 1U);
  BOOST_TEST(count_in(text, "same difference in 6 rows:") == 1U);
  BOOST_TEST(count_in(text, "row4  P3-4") == 1U);
  BOOST_TEST(count_in(text, "row5") == 0U);
  BOOST_TEST(count_in(text, "and 1 more") == 1U);
  BOOST_TEST(count_in(text, "new-fail row6  P3-4\n    P3-4 face_reader:\n") == 1U);
  const std::string cut = text_report(result, verdict::Language::kEnglish, {1, 1});
  BOOST_TEST(count_in(cut, "(1 more lines)") == 1U);
  BOOST_TEST(count_in(cut, "1 more places differ") == 1U);
  const std::string ja = text_report(result, verdict::Language::kJapanese, {});
  BOOST_TEST(count_in(ja, "new-fail（基準と異なるか逸脱） 6 件で同じ相違：") == 1U);
  BOOST_TEST(count_in(ja, "same（基準と同じ） 0、new-fail（基準と異なるか逸脱） 7") == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_does_not_load_is_one_error_and_nothing_is_gone) {
  Behaviour a = row("a[k=1]"), b = row("a[k=2]"), c = row("c");
  a.file = b.file = "flow/a.yaml";
  c.file = "flow/c.yaml";
  Pinned before = pinned({a, b, c});
  before.deviations = {deviation("a")};
  before.expectations.rows.push_back({"P3-4", "a", "P3-4", {pattern_from("x: y")}, {}, 1});
  before.expectations.rows.push_back({"P3-4", "c", "P3-4", {pattern_from("x: y")}, {}, 1});
  const Comparison result =
      compare_with(before, {not_loaded("a", "flow/a.yaml", "flow/a.yaml:1:2: no such button"),
                            not_loaded("c", "flow/c.yaml", "flow/c.yaml:3:4: no such button")});
  BOOST_TEST(result.count(Change::kGone) == 0U);
  // Not "no scenario a", but what every comparison without a table of the seed says.
  for (const verdict::Text& error : result.errors)
    BOOST_TEST(error.en.find("no row of the seed") == 0U, error.en);
  const std::string text = text_report(result, verdict::Language::kEnglish, {});
  BOOST_TEST(count_in(text, "no such step") == 0U);
  BOOST_TEST(count_in(text, "step:") == 0U);
  before.deviations.clear();
  const std::string both = text_report(
      compare_with(before, {not_loaded("a", "flow/a.yaml", "flow/a.yaml:1:2: no such button"),
                            not_loaded("c", "flow/c.yaml", "flow/c.yaml:3:4: no such button")}),
      verdict::Language::kEnglish, {});
  BOOST_TEST(count_in(both, "same difference in 2 rows:") == 1U);
  BOOST_TEST(count_in(both, "no such button") == 1U);
}

BOOST_AUTO_TEST_CASE(steps_after_an_early_end_are_not_missing_one_by_one) {
  Behaviour before = row("a");
  before.steps.push_back({"P3-5", 0, {}});
  before.steps.push_back({"P3-6", 0, {}});
  Pinned pins = pinned({before});
  pins.expectations.rows.push_back({"P3-5", "a", "P3-5", {pattern_from("x: y")}, {}, 1});
  Behaviour failed = row("a");
  failed.verdict = "fail";
  const RowOutcome ended = compare_row(pins, ran(failed));
  BOOST_TEST(ended.unmet.empty());
  BOOST_TEST((ended.differences.at(0).lines == Lines{"- P3-5", "- P3-6"}));
  const std::string text =
      text_report(compare_with(pins, {ran(failed)}), verdict::Language::kEnglish, {});
  BOOST_TEST(count_in(text, "pass -> fail") == 1U);
  BOOST_TEST(count_in(text, "verdict:") + count_in(text, "step:") == 0U);
  const RowOutcome passed = compare_row(pins, ran(row("a")));
  BOOST_REQUIRE_EQUAL(passed.unmet.size(), 1U);
  BOOST_TEST(place_of(passed.unmet[0]) == "P3-5");
  BOOST_TEST(place_of({"P3-1", "then x", {}}) == "then x P3-1");
  BOOST_TEST(place_of({"", "P3-5", {}}) == "P3-5");
}

BOOST_AUTO_TEST_CASE(known_deviations_are_told_with_their_reason_and_when_to_take_them_away) {
  Pinned before = pinned({row("x"), row("y")});
  before.deviations = {deviation("x"), deviation("y")};
  before.deviations[1].id = "KD-2";
  Behaviour failing = row("x");
  failing.verdict = "fail";
  const std::string text = text_report(compare_with(before, {ran(failing), ran(row("y"))}),
                                       verdict::Language::kEnglish, {});
  BOOST_TEST(count_in(text, "KD-1: reason\n") == 1U);
  BOOST_TEST(count_in(text, "KD-2: reason (take the entry KD-2 out") == 1U);
}

BOOST_AUTO_TEST_CASE(results_for_reports_fail_wherever_the_baseline_is_not_met) {
  Behaviour failing = row("fixed"), x = row("x");
  failing.verdict = x.verdict = "fail";
  Pinned before = pinned({row("same"), row("other"), failing, row("gone[k=1]"), row("x")});
  before.deviations = {deviation("x"), deviation("y")};
  before.deviations[1].expires = "2024-12-31";
  const std::vector<Ran> all{ran(row("same")), ran(row("other", "shows else")), ran(row("fixed")),
                             ran(row("new")),  ran(x), ran(row("y"))};
  const auto results = compared_results(compare_with(before, all), all);
  BOOST_REQUIRE_EQUAL(results.size(), 8U);
  using verdict::Verdict;
  const Verdict wanted[] = {Verdict::kPass, Verdict::kFail, Verdict::kFail, Verdict::kFail,
                            Verdict::kNone, Verdict::kFail, Verdict::kFail, Verdict::kError};
  for (std::size_t i = 0; i < 8; ++i)
    BOOST_TEST(to_string(results[i].verdict) == to_string(wanted[i]), results[i].id);
  BOOST_TEST(results[1].reason.en == "new-fail, first at P3-4 (face_reader)");
  BOOST_REQUIRE_EQUAL(results[1].steps.size(), 1U);
  BOOST_TEST(results[1].steps[0].seed_id == "P3-4");
  BOOST_TEST(results[1].steps[0].observed.en ==
             "P3-4 face_reader: - shows consent\nP3-4 face_reader: + shows else");
  BOOST_TEST(verdict::is_not_applicable(results[4]));
  BOOST_TEST(results[4].not_applicable.en.find("KD-1: reason") != std::string::npos);
  BOOST_TEST(results[5].reason.en.find("take the entry KD-1 out") != std::string::npos);
  BOOST_TEST(results[6].id == "gone[k=1]");
  BOOST_TEST(results[7].reason.en.find("expired") != std::string::npos);
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
  const auto said = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    try {
      load(text);
    } catch (const uketsuke::yaml::Error& error) {
      return uketsuke::yaml::to_text(error.problems().front());
    }
    return verdict::Text();
  };
  BOOST_TEST(said("expires", "expire").en.find(":2:53: expire: no such key here; did you mean "
                                               "expires?") != std::string::npos);
  BOOST_TEST(said(", en: y", "").en.find(":2:37: the key en is missing") != std::string::npos);
  const verdict::Text day = said("02-28", "2-28");
  BOOST_TEST(day.en.find(":2:62: 2025-2-28: not a day (YYYY-MM-DD)") != std::string::npos);
  load("known_deviations:\n");
  BOOST_CHECK_THROW(load("known_deviations: none\n"), uketsuke::yaml::Error);
  BOOST_CHECK_THROW(load("known_deviations: {}\n"), uketsuke::yaml::Error);
  BOOST_TEST(day.ja.find("2025-2-28：日付ではありません") != std::string::npos);
  std::filesystem::remove(path);
  BOOST_TEST(load_known_deviations(path).empty());
}

BOOST_AUTO_TEST_SUITE_END()
