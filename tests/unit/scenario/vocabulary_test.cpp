// The registry and what is generated from it.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "harness/scenario/reference.h"
#include "tests/unit/scenario/fixture.h"

namespace {

using namespace uketsuke;
using namespace uketsuke::scenario;
using scenario_test::catalog;

std::string slurp(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void check_rows(const std::vector<Field>& rows, const std::string& path) {
  for (const Field& row : rows) {
    BOOST_TEST(!row.doc.ja.empty(), path << row.name);
    BOOST_TEST(!row.doc.en.empty(), path << row.name);
    check_rows(row.shape.fields, path + row.name + ".");
  }
}

BOOST_AUTO_TEST_SUITE(scenario_vocabulary)

BOOST_AUTO_TEST_CASE(the_enums_name_the_rows) {
  BOOST_TEST(actions().size() == static_cast<std::size_t>(Act::kNothing));
  BOOST_TEST(expectations().size() == static_cast<std::size_t>(Outcome::kBy) + 1);
  BOOST_TEST(to_string(Act::kPress) == "press");
  BOOST_TEST(to_string(Act::kRemoveCard) == "remove_card");
  BOOST_TEST(to_string(Act::kClick) == "click");
  BOOST_TEST(to_string(Act::kUntick) == "untick");
  BOOST_TEST(to_string(Act::kEhrSignIn) == "ehr_sign_in");
  BOOST_TEST(to_string(Act::kRequestOrdinaryView) == "request_ordinary_view");
  BOOST_TEST(to_string(Act::kPlugReader) == "plug_reader");
  BOOST_TEST(to_string(Act::kNothing) == "nothing");
  BOOST_TEST(to_string(Outcome::kScreen) == "screen");
  BOOST_TEST(to_string(Outcome::kTerminalMessage) == "terminal_message");
  BOOST_TEST(to_string(Outcome::kAccount) == "account");
  BOOST_TEST(to_string(Outcome::kBy) == "by");
}

BOOST_AUTO_TEST_CASE(every_row_is_documented_in_both_languages) {
  check_rows(file_shape().fields, "");
  check_rows(fault_keys(), "faults.");
}

BOOST_AUTO_TEST_CASE(the_keys_of_a_fault_are_shown) {
  const std::string text = steps_reference(Language::kEnglish);
  for (const char* key : {"  wire: usb | ", "  kind: drop | delay | ", "  starts.step: P3-1 | 1..",
                          "  stops.after: SECONDS\n", "  delay_us: "})
    BOOST_TEST(text.find(key) != std::string::npos, key);
  BOOST_TEST(steps_reference(Language::kJapanese).find("故障 (faults の一つ)") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_seed_ids_and_assumptions_of_the_rows_exist) {
  const std::string folder = UKETSUKE_SOURCE_DIR "/scenarios/requirements/";
  const Requirements table = load_requirements(folder + "seed.yaml", folder + "assumptions.yaml");
  for (const auto* rows : {&actions(), &expectations(), &given_keys(), &then_keys()}) {
    for (const Field& row : *rows) {
      for (const std::string& id : row.seed) BOOST_TEST(table.find(id), row.name << " " << id);
      if (!row.assumption.empty()) BOOST_TEST(table.find_assumption(row.assumption), row.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_numbered_step_of_the_seed_has_an_action_or_an_expectation) {
  const std::string folder = UKETSUKE_SOURCE_DIR "/scenarios/requirements/";
  const Requirements table = load_requirements(folder + "seed.yaml", folder + "assumptions.yaml");
  for (const Requirement& row : table.rows) {
    if (row.kind != RequirementKind::kStep) continue;
    bool found = false;
    for (const auto* rows : {&actions(), &expectations()}) {
      for (const Field& field : *rows) {
        for (const std::string& id : field.seed) found = found || id == row.id;
      }
    }
    BOOST_TEST(found, row.id);
  }
}

BOOST_AUTO_TEST_CASE(the_schema_file_is_the_generated_one) {
  const std::string path = UKETSUKE_SOURCE_DIR "/scenarios/schema/scenario.schema.json";
  if (std::getenv("UKETSUKE_REGENERATE") != nullptr)
    std::ofstream(path, std::ios::binary) << schema_json();
  BOOST_TEST((slurp(path) == schema_json()),
             "regenerate with UKETSUKE_REGENERATE=1 and look at the difference");
}

BOOST_AUTO_TEST_CASE(the_reference_has_every_word_in_both_languages) {
  const std::string ja = steps_reference(Language::kJapanese);
  const std::string en = steps_reference(Language::kEnglish);
  for (const auto* rows : {&actions(), &expectations()}) {
    for (const Field& row : *rows) {
      BOOST_TEST(ja.find("  " + row.name) != std::string::npos, row.name);
      BOOST_TEST(ja.find(row.doc.ja) != std::string::npos, row.name);
      BOOST_TEST(en.find(row.doc.en) != std::string::npos, row.name);
    }
  }
  BOOST_TEST(en.find("  press: BUTTON\n") != std::string::npos);
  BOOST_TEST(en.find("  plug_reader\n") != std::string::npos);
  BOOST_TEST(en.find("  backend.visual_passcode: issued | none | expired\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_new_scenario_loads_without_an_error) {
  const LoadResult result = load_text(new_scenario("My first-one"), "x.yaml", Catalog());
  BOOST_TEST(scenario_test::lines(result.errors) == "");
  BOOST_TEST(scenario_test::lines(result.warnings) == "");
  BOOST_TEST(result.scenarios.at(0).id == "my_first_one");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
