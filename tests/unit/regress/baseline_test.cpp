#include <boost/test/unit_test.hpp>

#include "harness/campaign/regress/baseline.h"

BOOST_AUTO_TEST_SUITE(baseline)

using namespace uketsuke::campaign;

namespace {

Baseline sample() {
  Baseline baseline;
  baseline.release = "2024-12";
  baseline.words["face_reader/consent"] = "同意選択 / Consent (P3-4)";
  Behaviour row;
  row.name = "p3[placer=family]";
  row.file = "hospital_flow/p3.yaml";
  row.verdict = "pass";
  row.rests_on = "A-27 A-29";
  row.findings = {"a fault touched no message"};
  row.steps.push_back({"P3-1",
                       2'500'001,
                       {{"people", {"staff presses 職員用ボタン"}},
                        {"face_reader", {"shows a", "shows b"}},
                        {"order", {"people face_reader*2"}}}});
  row.steps.push_back({"then emergency_view", 0, {}});
  baseline.rows.push_back(row);
  row.name = "p3[placer=aide]";
  row.file = "hospital_flow/another.yaml";
  row.rests_on.clear();
  row.findings.clear();
  row.verdict = "fail";
  baseline.rows.push_back(row);
  return baseline;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again) {
  const Baseline before = sample();
  const Baseline after = parse_baseline(write_baseline(before));
  BOOST_TEST(after.release == "2024-12");
  BOOST_TEST((after.words == before.words));
  BOOST_REQUIRE_EQUAL(after.rows.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    BOOST_TEST(after.rows[i].name == before.rows[i].name);
    BOOST_TEST(after.rows[i].file == before.rows[i].file);
    BOOST_TEST(after.rows[i].verdict == before.rows[i].verdict);
    BOOST_TEST(after.rows[i].rests_on == before.rows[i].rests_on);
    BOOST_TEST((after.rows[i].findings == before.rows[i].findings));
    BOOST_REQUIRE_EQUAL(after.rows[i].steps.size(), 2U);
    BOOST_TEST(after.rows[i].steps[0].label == "P3-1");
    BOOST_TEST(after.rows[i].steps[0].took_us == 2'500'001U);
    BOOST_TEST((after.rows[i].steps[0].blocks == before.rows[i].steps[0].blocks));
    BOOST_TEST(after.rows[i].steps[1].label == "then emergency_view");
  }
  BOOST_TEST(write_baseline(after) == write_baseline(before));
}

BOOST_AUTO_TEST_CASE(what_rows_have_in_common_is_written_once) {
  const std::string text = write_baseline(sample());
  BOOST_TEST(count(text, "shows a") == 1U);
  BOOST_TEST(count(text, "P3-1: 2500.001") == 1U);
}

BOOST_AUTO_TEST_CASE(it_says_in_both_languages_whose_model_it_pins) {
  const std::string text = write_baseline(sample());
  BOOST_TEST(count(text, "our model of the seed, not the ministry's system") == 1U);
  BOOST_TEST(count(text, "シードに対する当方のモデルを固定するもの") == 1U);
}

BOOST_AUTO_TEST_CASE(a_line_end_in_a_line_is_refused) {
  Baseline baseline = sample();
  baseline.rows[0].steps[0].blocks[0].lines[0] = "a\n@ b";
  BOOST_CHECK_THROW(write_baseline(baseline), BaselineError);
}

BOOST_AUTO_TEST_CASE(broken_files_are_refused_with_the_line) {
  const auto refused = [](const std::string& text) {
    try {
      parse_baseline(text);
    } catch (const BaselineError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string head = "uketsuke baseline 1\n";
  BOOST_TEST(refused("") != "");
  BOOST_TEST(refused("something else\n") != "");
  BOOST_TEST(refused(head + "stray\n").rfind("line 2", 0) == 0);
  BOOST_TEST(refused(head + "s a P3-1: 1.000 nowhere\n").rfind("line 2", 0) == 0);
  BOOST_TEST(refused(head + "s a P3-1: 1.00\n") != "");
  BOOST_TEST(refused(head + "s a P3-1: x.000\n") != "");
  BOOST_TEST(refused(head + "s a without\n") != "");
  BOOST_TEST(refused(head + "@ row\n  nowhere\n").rfind("line 3", 0) == 0);
  BOOST_TEST(refused(head + "@ row\n other\n") != "");
  BOOST_TEST(refused(head + "@ row\n@ row\n") == "line 3: row row twice");
  BOOST_TEST(refused(head + "= a people\n= a people\n") == "line 3: block a twice");
  BOOST_TEST(refused(head + "s a P3-1: 1.000\ns a P3-1: 1.000\n") == "line 3: step a twice");
  const std::string whole = write_baseline(sample());
  for (std::size_t length = 0; length < whole.size(); ++length) refused(whole.substr(0, length));
}

BOOST_AUTO_TEST_CASE(lines_of_all_roles_come_in_their_order) {
  StepBehaviour step;
  step.blocks = {{"a", {"1", "2", "3"}}, {"b", {"4"}}, {"wires", {"usb"}}, {"order", {"a*2 b a"}}};
  std::string text;
  for (const Line& line : in_order(step)) text += std::string(line.role) + std::string(line.text);
  BOOST_TEST(text == "a1a2b4a3");
  step.blocks.back().lines = {"a*9 nobody*99999 b*x"};  // more than there are
  BOOST_TEST(in_order(step).size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
