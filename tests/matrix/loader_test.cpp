#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <fstream>

#include "harness/yaml/yaml.h"
#include "tests/matrix/table.h"

using namespace uketsuke;

namespace {

constexpr char kHead[] =
    "table: door\n"
    "state_groups: {dark: [shut, locked]}\n"
    "states: {open: one can pass, shut: one cannot, locked: one cannot}\n"
    "events: {push: somebody pushes, pull: somebody pulls}\n"
    "rows:\n";
constexpr char kOpen[] =
    "  - {states: open, events: push, answer: [creak, bang], next: shut, source: P3-1}\n"
    "  - {states: open, events: pull, answer: ignored, next: same, source: A-20, reason: so}\n";
constexpr char kDark[] =
    "  - {states: [all, -open], events: all, answer: rattle, next: same,"
    " source: [CCID 1.1 §6.1.1, 'scenarios/README.md §scenarios: data only']}\n";

matrix::Table load(const std::string& rows) {
  const std::string path = "loader_test_table.yaml";
  std::ofstream(path) << kHead << rows;
  const matrix::Table table = matrix::load_table(path, UKETSUKE_SOURCE_DIR);
  std::remove(path.c_str());
  return table;
}

std::string problem(const std::string& rows) {
  try {
    load(rows);
  } catch (const yaml::Error& error) {
    return error.what();
  }
  return "loaded";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loader)

BOOST_AUTO_TEST_CASE(rows_become_cells) {
  const matrix::Table table = load(std::string(kOpen) + kDark);
  BOOST_CHECK_EQUAL(table.cells.size(), 6U);
  BOOST_CHECK_EQUAL(table.ignored(), 1U);
  BOOST_CHECK_EQUAL(table.at("open", "push").next, "shut");
  BOOST_CHECK_EQUAL(table.at("open", "push").answer.size(), 2U);
  BOOST_CHECK_EQUAL(table.at("locked", "pull").next, "locked");
}

BOOST_AUTO_TEST_CASE(a_cell_is_given_once_and_only_once) {
  BOOST_CHECK(has(problem(kOpen), "no cell for locked x pull"));
  BOOST_CHECK(has(problem(std::string(kOpen) + kOpen + kDark), "open x push is given in line"));
}

BOOST_AUTO_TEST_CASE(names_are_of_the_table) {
  const std::string rest = std::string(kOpen) + kDark;
  const auto row = [&](const std::string& text) { return problem(rest + "  - {" + text + "}\n"); };
  BOOST_CHECK(has(row("states: opne, events: push, answer: x, next: same, source: A-20"), "open?"));
  BOOST_CHECK(has(row("states: open, events: kick, answer: x, next: same, source: A-20"), "kick"));
  BOOST_CHECK(has(row("states: open, events: push, answer: x, next: ajar, source: A-20"), "ajar"));
  BOOST_CHECK(has(row("states: [open, -shut], events: push, answer: x, next: same, source: A-20"),
                  "takes nothing away"));
  BOOST_CHECK(has(row("states: open, events: push, answre: x, answer: x, next: same, source: A-20"),
                  "answre"));
}

BOOST_AUTO_TEST_CASE(a_source_exists) {
  const auto with = [](const std::string& source) {
    return problem(std::string(kOpen) + "  - {states: dark, events: all, answer: x, next: same, " +
                   "source: ['" + source + "']}\n");
  };
  BOOST_CHECK_EQUAL(with("P4-10"), "loaded");
  for (const char* wrong : {"P4-9", "P9-1", "A-00", "CCID 1.1", "CCID 9.9 §6", "CCID 1.1 §six",
                            "scenarios/README.md §no such heading", "/etc/passwd §root"}) {
    BOOST_CHECK_MESSAGE(has(with(wrong), "is no source"), wrong);
  }
}

BOOST_AUTO_TEST_CASE(what_is_ignored_has_a_reason_and_changes_nothing) {
  const auto row = [](const std::string& end) {
    return problem(std::string(kOpen) +
                   "  - {states: dark, events: all, answer: ignored, source: A-20, " + end + "}\n");
  };
  BOOST_CHECK(has(row("next: same"), "needs a reason"));
  BOOST_CHECK(has(row("next: open, reason: so"), "changes the state"));
  BOOST_CHECK_EQUAL(row("next: same, reason: so"), "loaded");
}

BOOST_AUTO_TEST_CASE(a_walk_tells_every_cell_that_differs) {
  const matrix::Table table = load(std::string(kOpen) + kDark);
  const auto door = [](const std::string& state, const std::string& event) -> matrix::Outcome {
    if (state != "open") return {{"rattle"}, state};
    if (event == "pull") return {{}, "open"};
    return {{"creak", "bang"}, "shut"};
  };
  BOOST_CHECK(matrix::walk(table, door).empty());
  BOOST_CHECK(!matrix::notices(table, door, {"open", "push"}));
  const auto oiled = [&](const std::string& state, const std::string& event) {
    matrix::Outcome outcome = door(state, event);
    if (event == "push" && state == "open") outcome.said = {"bang"};
    return outcome;
  };
  const auto lines = matrix::walk(table, oiled);
  BOOST_REQUIRE_EQUAL(lines.size(), 1U);
  BOOST_CHECK(has(lines.front(), "[creak, bang] -> shut, the behaviour [bang] -> shut"));
  BOOST_CHECK(matrix::notices(table, oiled, {"locked", "pull"}));
}

BOOST_AUTO_TEST_SUITE_END()
