#include "harness/report/report.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "tests/unit/report/sample.h"

using namespace uketsuke;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t times = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

pugi::xml_document parse_xml(const std::string& text) {
  pugi::xml_document document;
  const auto result = document.load_string(text.c_str());
  BOOST_TEST_REQUIRE(static_cast<bool>(result), result.description());
  return document;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report_formats)

BOOST_AUTO_TEST_CASE(json_carries_the_seed_id_of_every_step_and_what_was_expected_and_seen) {
  const auto json = nlohmann::json::parse(sample::write(report::write_json, sample::all()));
  BOOST_TEST(json["format"] == "uketsuke-results/1");
  BOOST_TEST(json["scenarios"].size() == 5u);
  const auto& failed = json["scenarios"][1];
  BOOST_TEST(failed["verdict"] == "fail");
  BOOST_TEST(failed["name"] == "p3_<refused>[aide & family]");
  const auto& step = failed["steps"][0];
  BOOST_TEST(step["seed_id"] == "P3-1");
  BOOST_TEST(step["expected"]["ja"] == "画面 passcode_entry");
  BOOST_TEST(step["observed"]["en"] == "screen still initial");
  BOOST_TEST(step["wire_tail"].size() == 2u);
  BOOST_TEST(json["scenarios"][3]["not_applicable"]["en"] == "reader.pinpad = false");
  BOOST_TEST(json["summary"]["exit_code"] == 4);
  BOOST_TEST(json["summary"]["not_applicable"] == 1);
  BOOST_TEST(json["summary"]["assumptions"]["A-29"] == 1);
}

// A verdict that is a program's word must not look like one of ours, least of all a pass.
BOOST_AUTO_TEST_CASE(every_report_marks_what_a_script_attests) {
  auto scripted = sample::passed();
  scripted.script = "tests/test_<p3>.py::test_consent";
  scripted.requirements = {"P3-4"};
  const std::vector<verdict::ScenarioResult> results = {sample::passed(), scripted};
  const auto json = nlohmann::json::parse(sample::write(report::write_json, results));
  BOOST_TEST(!json["scenarios"][0].contains("attested_by"));
  BOOST_TEST(json["scenarios"][1]["attested_by"] == "script");
  BOOST_TEST(json["scenarios"][1]["script"] == scripted.script);
  BOOST_TEST(json["scenarios"][1]["requirements"] == scripted.requirements);
  const std::string junit = sample::write(report::write_junit, results);
  BOOST_TEST(junit.find("<property name=\"attested_by\" value=\"script\"/>") != std::string::npos);
  BOOST_TEST(junit.find("value=\"tests/test_&lt;p3&gt;.py::test_consent\"") != std::string::npos);
  const std::string html = sample::write(report::write_html, results);
  BOOST_TEST(html.find("attested by script") != std::string::npos);
  BOOST_TEST(html.find("attested by script") == html.rfind("attested by script"));
  BOOST_TEST(report::explain(scripted, verdict::Language::kEnglish) ==
             "    attested by script: tests/test_<p3>.py::test_consent\n");
}

BOOST_AUTO_TEST_CASE(json_of_hostile_bytes_is_still_json) {
  auto result = sample::failed();
  result.steps[0].observed = std::string("\x00\xff\xfe\"\\\n", 6);
  result.id = "\xC0\xAF";
  const auto json = nlohmann::json::parse(sample::write(report::write_json, {result}));
  BOOST_TEST(json["scenarios"][0]["id"] == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_CASE(the_schema_that_is_built_in_is_json_and_names_the_format) {
  const auto schema = nlohmann::json::parse(report::results_schema());
  BOOST_TEST(schema["properties"]["format"]["const"] == "uketsuke-results/1");
}

BOOST_AUTO_TEST_CASE(junit_counts_each_folder_and_shows_nothing_unpassed_as_passed) {
  const auto document = parse_xml(sample::write(report::write_junit, sample::all()));
  const auto root = document.child("testsuites");
  BOOST_TEST(root.attribute("tests").as_int() == 5);
  BOOST_TEST(root.attribute("failures").as_int() == 1);
  BOOST_TEST(root.attribute("errors").as_int() == 2);
  BOOST_TEST(root.attribute("skipped").as_int() == 1);
  BOOST_TEST(root.attribute("time").as_string() == "6.500000");
  const auto flow = root.child("testsuite");
  BOOST_TEST(flow.attribute("name").as_string() == "scenarios/hospital_flow");
  BOOST_TEST(flow.attribute("tests").as_int() == 3);
  const auto faults = flow.next_sibling("testsuite");
  BOOST_TEST(faults.attribute("tests").as_int() == 2);
  BOOST_TEST(faults.attribute("errors").as_int() == 1);

  auto test = flow.child("testcase");
  BOOST_TEST(!test.first_child());
  test = test.next_sibling("testcase");
  BOOST_TEST(test.attribute("name").as_string() == "p3_<refused>[aide & family]");
  BOOST_TEST(contains(test.child("failure").child_value(), "screen still initial"));
  BOOST_TEST(contains(test.child("failure").child_value(), "PC_to_RDR_XfrBlock bSeq=7 <SELECT>"));
  BOOST_TEST(contains(test.child_value("system-out"), "slow"));
  test = test.next_sibling("testcase");
  BOOST_TEST(test.child("error").attribute("type").as_string() == "inconc");
  test = faults.child("testcase");
  BOOST_TEST(contains(test.child("skipped").attribute("message").as_string(), "pinpad"));
}

BOOST_AUTO_TEST_CASE(a_none_is_an_error_in_junit) {
  auto result = sample::passed();
  result.verdict = verdict::Verdict::kNone;
  const auto document = parse_xml(sample::write(report::write_junit, {result}));
  const auto test = document.child("testsuites").child("testsuite").child("testcase");
  BOOST_TEST(test.child("error").attribute("type").as_string() == "none");
}

BOOST_AUTO_TEST_CASE(junit_of_hostile_bytes_is_still_xml) {
  auto result = sample::failed();
  result.id = std::string("]]>\x01\xff", 5);
  result.steps[0].observed = "<![CDATA[ ]]> -->\x1b";
  parse_xml(sample::write(report::write_junit, {result}));
}

BOOST_AUTO_TEST_CASE(a_folder_that_comes_back_opens_another_suite_and_counts_stay_right) {
  const auto document = parse_xml(
      sample::write(report::write_junit, {sample::passed(), sample::error(), sample::passed()}));
  int suites = 0;
  for (const auto suite : document.child("testsuites").children("testsuite")) {
    ++suites;
    BOOST_TEST(suite.attribute("tests").as_int() == 1);
  }
  BOOST_TEST(suites == 3);
}

BOOST_AUTO_TEST_CASE(html_says_in_both_languages_what_it_is_and_what_it_is_not) {
  const auto html = sample::write(report::write_html, sample::all());
  for (const auto* part :
       {"自己試験の記録", "record of a self-test", "認証でも承認でもありません",
        "not a certification or approval by anyone", "厚生労働省のシステムではありません",
        "not the ministry&#39;s system", "逸脱なし", "does not say conformity"}) {
    BOOST_TEST(contains(html, part), part);
  }
}

BOOST_AUTO_TEST_CASE(html_shows_failures_with_expectation_observation_and_wire_and_escapes_them) {
  const auto html = sample::write(report::write_html, sample::all());
  for (const auto* part :
       {"p3_&lt;refused&gt;[aide &amp; family]", "画面 initial のまま", "screen still initial",
        "bSeq=7 &lt;SELECT&gt;", "P3-1", "A-29", "no operator", "reader.pinpad = false",
        "scenarios/hospital_flow/p3_reception.yaml:14"}) {
    BOOST_TEST(contains(html, part), part);
  }
  BOOST_TEST(!contains(html, "<refused>"));
}

BOOST_AUTO_TEST_CASE(html_loads_nothing_from_elsewhere_and_follows_light_and_dark) {
  const auto html = sample::write(report::write_html, sample::all());
  for (const auto* part : {"http://", "https://", "<script", "src=", "<link", "@import", "url("}) {
    BOOST_TEST(!contains(html, part), part);
  }
  BOOST_TEST(contains(html, "prefers-color-scheme: dark"));
}

BOOST_AUTO_TEST_CASE(html_folds_the_steps_of_passes_and_leaves_them_out_of_big_runs) {
  std::vector<verdict::ScenarioResult> results(500, sample::passed());
  BOOST_TEST(count(sample::write(report::write_html, results), "<details>") == 500u);
  results.push_back(sample::failed());
  const auto big = sample::write(report::write_html, results);
  BOOST_TEST(count(big, "<details>") == 0u);
  BOOST_TEST(count(big, "<tr><td>") == 501u);
  BOOST_TEST(contains(big, "screen still initial"));
}

BOOST_AUTO_TEST_CASE(an_explanation_has_expectation_observation_and_wire_on_lines_of_their_own) {
  const auto text = report::explain(sample::failed(), verdict::Language::kEnglish);
  BOOST_TEST(contains(text, "P3-1 reception_staff: press the staff button [deviation found]\n"));
  BOOST_TEST(contains(text, "at: scenarios/hospital_flow/p3_reception.yaml:14\n"));
  BOOST_TEST(contains(text, "expected: screen passcode_entry\n"));
  BOOST_TEST(contains(text, "observed: screen still initial\n"));
  BOOST_TEST(contains(text, "usb: PC_to_RDR_XfrBlock bSeq=7 <SELECT>\n"));
  BOOST_TEST(contains(text, "A-20, A-29\n"));
  BOOST_TEST(contains(report::explain(sample::failed(), verdict::Language::kJapanese),
                      "観測: 画面 initial のまま\n"));
}

BOOST_AUTO_TEST_SUITE_END()
