// Screen files, the requirements table and the register.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <set>

#include "tests/unit/scenario/fixture.h"

namespace {

using namespace uketsuke;
using namespace uketsuke::scenario;
using namespace scenario_test;

template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const yaml::Error& error) {
    return error.what();
  }
  return "no error";
}

std::string screen_error(const std::string& screen) {
  return error_of(
      [&] { load_screens_text("device: d\nscreens:\n  - " + screen + "\n", "s.yaml"); });
}

const Requirements& table() {
  static const Requirements kTable =
      load_requirements(UKETSUKE_SOURCE_DIR "/scenarios/requirements/seed.yaml",
                        UKETSUKE_SOURCE_DIR "/scenarios/requirements/assumptions.yaml");
  return kTable;
}

BOOST_AUTO_TEST_SUITE(scenario_data)

BOOST_AUTO_TEST_CASE(a_screen_file_becomes_a_screen_set) {
  const auto set = load_screens_text(kReaderScreens, "face_reader.yaml");
  BOOST_TEST(set.device == "face_reader");
  BOOST_TEST(set.screens.size() == 3U);
  const auto* passcode = set.find_control("passcode_entry", "目視確認パスコード");
  BOOST_REQUIRE(passcode != nullptr);
  BOOST_TEST(passcode->id == "passcode");
  BOOST_TEST((passcode->kind == wire::panel::Control::Kind::kSecretField));
  BOOST_TEST(passcode->seed == "P3-2");
  BOOST_TEST(set.find_message("completion")->text.ja == "処理が完了しました");
}

BOOST_AUTO_TEST_CASE(errors_of_a_screen_file_have_their_place) {
  BOOST_TEST(screen_error("{id: a, title: {ja: あ, en: a}, seed: P3-1}") == "no error");
  BOOST_TEST(screen_error("{id: a, title: {ja: あ, en: a}}") ==
             "s.yaml:3:5: neither seed nor assumption says where this comes from");
  BOOST_TEST(screen_error("{id: a, titel: {ja: あ, en: a}, seed: P3-1}") ==
             "s.yaml:3:5: the key title is missing");
  BOOST_TEST(screen_error("{id: a, title: {ja: あ, en: a}, seeds: P3-1}") ==
             "s.yaml:3:36: seeds: no such key here; did you mean seed?");
  BOOST_TEST(screen_error("{id: a, title: {ja: あ, en: \"\"}, seed: P3-1}") ==
             "s.yaml:3:32: a word is expected here");
  const std::string controls = "{id: a, title: {ja: あ, en: a}, seed: P3-1, controls: [";
  BOOST_TEST(
      screen_error(controls + "{kind: buton, id: b, label: {ja: い, en: b}, seed: P3-1}]}") ==
      "s.yaml:3:66: buton: expected one of button, field, secret_field, tick; did you mean "
      "button?");
  BOOST_TEST(screen_error(controls + "{kind: button, id: b, label: {ja: い, en: b}, seed: P3-1}, "
                                     "{kind: button, id: c, label: {ja: い, en: c}, seed: P3-1}]}")
                 .find("い: b of the screen a is called so too") != std::string::npos);
  const std::string screen = "{id: a, title: {ja: あ, en: a}, seed: P3-1}";
  BOOST_TEST(screen_error(screen + "\n  - " + screen) ==
             "s.yaml:4:5: a: a second screen with this id");
}

// The seed: P3 has steps 1 to 5, P4 1 to 8, 10 and 11, P5 1 to 4 and 6 to 8; six ☑ on P2.
BOOST_AUTO_TEST_CASE(the_table_has_every_numbered_step_of_the_seed_and_no_other) {
  std::set<std::string> expected;
  for (const int n : {1, 2, 3, 4, 5}) expected.insert("P3-" + std::to_string(n));
  for (const int n : {1, 2, 3, 4, 5, 6, 7, 8, 10, 11}) expected.insert("P4-" + std::to_string(n));
  for (const int n : {1, 2, 3, 4, 6, 7, 8}) expected.insert("P5-" + std::to_string(n));
  std::set<std::string> steps;
  int checks = 0, notes = 0;
  for (const Requirement& row : table().rows) {
    if (row.kind == RequirementKind::kStep) steps.insert(row.id);
    checks += row.text.ja.find("☑") != std::string::npos ? 1 : 0;
    notes += row.text.ja.find("※") == 0 ? 1 : 0;
    BOOST_TEST(row.page == row.id[1] - '0');
  }
  BOOST_TEST(steps == expected, boost::test_tools::per_element());
  BOOST_TEST(checks == 6);
  BOOST_TEST(notes == 19);  // the twentieth ※ of the seed is the mark inside step P3-2
  BOOST_REQUIRE(table().absent.size() == 2U);
  BOOST_TEST(table().find_absent("P4-9")->assumption == "A-15");
  BOOST_TEST(table().find_absent("P5-5")->assumption == "A-14");
  BOOST_TEST(table().find("P4-9") == nullptr);
}

BOOST_AUTO_TEST_CASE(the_register_is_in_order_and_agrees_with_the_table) {
  BOOST_TEST(table().assumptions.size() >= 55U);
  for (std::size_t i = 0; i < table().assumptions.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    BOOST_TEST(table().assumptions[i].id ==
               "A-" + std::string(number.size() < 2 ? "0" : "") + number);
  }
  for (const Assumption& assumption : table().assumptions) {
    for (const std::string& id : assumption.affects) {
      if (id.size() < 3 || id[0] != 'P' || id[2] != '-') continue;
      const Requirement* row = table().find(id);
      const bool named = row != nullptr && std::count(row->assumptions.begin(),
                                                      row->assumptions.end(), assumption.id) == 1;
      BOOST_TEST((named || table().find_absent(id) != nullptr), assumption.id << " " << id);
    }
  }
  for (const Requirement& row : table().rows) {
    for (const std::string& id : row.assumptions) {
      const auto& affects = table().find_assumption(id)->affects;
      BOOST_TEST(std::count(affects.begin(), affects.end(), row.id) == 1, row.id << " " << id);
    }
  }
}

BOOST_AUTO_TEST_CASE(coverage_tells_what_no_scenario_shows) {
  const Requirements small = load_requirements_text(kSeed, kRegister);
  const Coverage result = coverage(small, {"P3-1", "P3-4", "P9-9"});
  BOOST_TEST(result.covered.size() == 2U);
  BOOST_REQUIRE(result.uncovered.size() == 3U);
  BOOST_TEST(result.uncovered[0]->id == "P3-2");
  BOOST_TEST(result.uncovered[2]->id == "P4-4");
  BOOST_REQUIRE(result.not_tested.size() == 1U);
  BOOST_TEST(result.not_tested[0]->not_tested == "tells no behaviour");
}

BOOST_AUTO_TEST_CASE(the_table_refuses_what_does_not_fit) {
  const auto load = [](const std::string& rows) {
    return error_of(
        [&] { load_requirements_text("requirements:\n" + rows + "\nabsent: []\n", kRegister); });
  };
  BOOST_TEST(load("  - {id: P3-1, kind: step, ja: a, en: a}") == "no error");
  BOOST_TEST(load("  - {id: P3-1, kind: stop, ja: a, en: a}") ==
             "seed.yaml:2:22: stop: no such kind; did you mean step?");
  BOOST_TEST(load("  - {id: X-1, kind: step, ja: a, en: a}").find("an id is written") !=
             std::string::npos);
  BOOST_TEST(load("  - {id: P3-1, kind: step, ja: a, en: a, assumptions: [A-99]}") ==
             "seed.yaml:2:5: A-99: no such assumption in the register");
  BOOST_TEST(
      load("  - {id: P3-1, kind: step, ja: a, en: a}\n  - {id: P3-1, kind: step, ja: a, en: a}") ==
      "seed.yaml:3:5: P3-1: a second row with this id");
  BOOST_TEST(error_of([] {
               load_requirements_text(
                   "requirements:\n  - {id: P4-9, kind: step, ja: a, en: a}\n"
                   "absent:\n  - {id: P4-9, ja: a, en: a, assumption: A-15}\n",
                   kRegister);
             }) == "seed.yaml:4:5: P4-9: declared absent, and yet a row of the table");
}

BOOST_AUTO_TEST_CASE(sources_that_screens_name_have_to_exist) {
  Catalog own;
  own.requirements = load_requirements_text(kSeed, kRegister);
  own.screens = {
      load_screens_text("device: d\nscreens:\n  - {id: a, title: {ja: あ, en: a}, seed: P2, "
                        "controls: [{kind: tick, id: b, label: {ja: い, en: b}, seed: P3-1, "
                        "assumption: A-77}]}\nmessages:\n  - {id: m, text: {ja: う, en: m}, "
                        "seed: P3-7}\n",
                        "s.yaml")};
  BOOST_TEST(unknown_sources(own) == (std::vector<std::string>{"d a b: A-77 is not in the register",
                                                               "d m: P3-7 is not in the table"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(sources_that_the_screens_of_the_project_name_exist) {
  const Catalog catalog = load_catalog(UKETSUKE_SOURCE_DIR "/scenarios");
  BOOST_TEST(catalog.screens.size() == 3U);  // face_reader, terminal, ehr
  BOOST_TEST(!catalog.requirements.rows.empty());
  BOOST_TEST(unknown_sources(catalog) == std::vector<std::string>{},
             boost::test_tools::per_element());
}

// Files that are there must be good; a person must not find out first.
BOOST_AUTO_TEST_CASE(the_catalog_of_the_project_loads) {
  const Catalog catalog = load_catalog(UKETSUKE_SOURCE_DIR "/scenarios");
  BOOST_TEST(!catalog.requirements.rows.empty());
  BOOST_TEST((std::count(catalog.releases.begin(), catalog.releases.end(), "2024-12") == 1));
  BOOST_TEST(load_catalog("/nowhere").screens.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
