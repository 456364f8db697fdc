// Steps that a program gives one by one.
#include "harness/scenario/step_reader.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/scenario/fixture.h"

namespace {

using namespace uketsuke;
using namespace uketsuke::scenario;

const Catalog& catalog() {
  static const Catalog loaded = load_catalog(UKETSUKE_SOURCE_DIR "/scenarios");
  return loaded;
}

const char* const kHeader =
    R"({"uketsuke": 1, "scenario": "by_hand", "title": {"ja": "手", "en": "by hand"},
        "seed": "P3", "given": {"card": {"holder": "hanako"}}})";

Scenario header() { return load_header(kHeader, {"case.py", 7}, catalog()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(step_reader)

BOOST_AUTO_TEST_CASE(a_header_has_what_stands_beside_the_steps) {
  const Scenario scenario = header();
  BOOST_TEST(scenario.id == "by_hand");
  BOOST_TEST(scenario.file == "case.py");
  BOOST_TEST(scenario.given.text_at("card.holder") == "hanako");
  BOOST_TEST(scenario.steps.empty());
}

BOOST_AUTO_TEST_CASE(a_step_is_that_of_a_file) {
  const Scenario scenario = header();
  StepReader reader(catalog(), scenario);
  const Step step = reader.step(
      R"({"id": "P3-1", "who": "reception_staff", "do": {"press": "職員用ボタン"},
          "expect": {"screen": "passcode_entry", "within": 5}})",
      {"case.py", 12});
  BOOST_TEST(step.action.control == "staff_button");
  BOOST_TEST(step.expect.size() == 1U);
  BOOST_TEST(step.within.seconds == 5.0);
  BOOST_TEST(step.place.line == 12);
  BOOST_TEST(step.expect.front().place.line == 12);
}

BOOST_AUTO_TEST_CASE(a_slip_is_told_where_the_program_made_it_and_the_next_step_is_read) {
  const Scenario scenario = header();
  StepReader reader(catalog(), scenario);
  try {
    reader.step(R"({"do": {"pres": "職員用ボタン"}})", {"case.py", 20});
    BOOST_FAIL("no error");
  } catch (const yaml::Error& error) {
    BOOST_TEST(error.file() == "case.py");
    BOOST_TEST(error.line() == 20);
    BOOST_TEST(error.message().find("press") != std::string::npos);
  }
  BOOST_TEST(reader.step(R"({"do": {"press": "職員用ボタン"}})", {"case.py", 21}).action.name ==
             "press");
}

BOOST_AUTO_TEST_CASE(a_step_that_cannot_apply_is_refused) {
  const Scenario scenario = header();
  StepReader reader(catalog(), scenario);
  BOOST_CHECK_THROW(reader.step(R"({"do": "remove_card"})", {"case.py", 3}), yaml::Error);
  BOOST_CHECK_THROW(reader.step(R"({"who": "family"})", {"case.py", 4}), yaml::Error);
}

BOOST_AUTO_TEST_CASE(what_a_known_screen_lacks_is_refused_until_something_else_happened) {
  const Scenario scenario = header();
  StepReader reader(catalog(), scenario);
  const char* const consent = R"({"do": {"press": "同意しない"}})";  // not on the first screen
  BOOST_CHECK_THROW(reader.step(consent, {"case.py", 3}), yaml::Error);
  reader.step(R"({"expect": {"screen": "initial"}})", {"case.py", 4});
  BOOST_CHECK_THROW(reader.step(consent, {"case.py", 5}), yaml::Error);
  reader.something_happened();
  BOOST_CHECK_NO_THROW(reader.step(consent, {"case.py", 6}));
}

BOOST_AUTO_TEST_CASE(checks_of_the_end_have_dotted_names) {
  const Scenario scenario = header();
  StepReader reader(catalog(), scenario);
  const auto checks = reader.checks(
      R"({"reader": {"mode": "face_authentication"}, "ordinary_view": "refused"})",
      {"case.py", 30});
  BOOST_REQUIRE(checks.size() == 2U);
  BOOST_TEST(checks[0].name == "reader.mode");
  BOOST_TEST(checks[1].name == "ordinary_view");
}

BOOST_AUTO_TEST_CASE(a_header_has_no_steps) {
  BOOST_CHECK_THROW(load_header(R"({"uketsuke": 1, "scenario": "x", "title": {"ja": "x",
      "en": "x"}, "steps": []})", {"case.py", 1}, catalog()), yaml::Error);
}

BOOST_AUTO_TEST_SUITE_END()
