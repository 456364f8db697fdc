// Walks terminal.yaml against the terminal, and shows that no row of its screen table can change
// without the walk noticing.
#include <boost/test/unit_test.hpp>

#include "tests/matrix/table.h"
#include "tests/matrix/terminal_office.h"

using namespace uketsuke;
using namespace uketsuke::terminal;
using terminal::testing::Look;
using terminal::testing::look_of;
using terminal::testing::Office;

namespace {

matrix::Try on(const matrix::Table& table, std::shared_ptr<const ScreenTable> screens) {
  return [&table, screens](const std::string& state, const std::string& event) {
    Office office(screens);
    office.bring(state);
    office.happen(event);
    matrix::Outcome outcome = office.outcome();
    const std::string& next = table.at(state, event).next;
    const Look look = office.look();
    outcome.next = look == look_of(next)
                       ? next
                       : "(" + std::string(to_string(look.phase)) + ", " +
                             std::string(to_string(look.screen)) + ")";
    return outcome;
  };
}

matrix::Table load() {
  const std::string root = UKETSUKE_SOURCE_DIR;
  return matrix::load_table(root + "/tests/matrix/terminal.yaml", root);
}

// The event of the matrix that uses a control first.
std::string event_of(std::string_view control) {
  if (control == "confirmation_date") return "date";
  if (control == "visually_confirmed") return "tick";
  if (control == "viewing_consent") return "consent_on";
  return std::string(control);
}

// One change of one row of the screen table; word: what the table of equivalents calls it.
struct Mutant { std::string word; ScreenTable screens; };
std::vector<Mutant> mutants_of(std::size_t row) {
  const ScreenTable& screens = *default_screen_table();
  std::vector<Mutant> mutants;
  const auto add = [&](std::string word, const auto& change) {
    mutants.push_back({std::move(word), screens});
    change(mutants.back().screens);
  };
  for (int i = 0; i <= static_cast<int>(ControlVerb::kIssuePasscode); ++i) {
    const auto verb = static_cast<ControlVerb>(i);
    if (verb == screens[row].verb) continue;
    add(std::string(to_string(verb)), [&](ScreenTable& table) { table[row].verb = verb; });
  }
  const bool anybody = screens[row].access == Access::kAnybody;
  add(anybody ? "administrator_only" : "anybody", [&](ScreenTable& table) {
    table[row].access = anybody ? Access::kAdministrator : Access::kAnybody;
  });
  constexpr std::pair<const char*, ControlKind> kKinds[] = {
      {"button", ControlKind::kButton}, {"field", ControlKind::kField},
      {"secret_field", ControlKind::kSecretField}, {"tick", ControlKind::kTick}};
  for (const auto& [word, kind] : kKinds) {
    if (kind == screens[row].kind) continue;
    add(word, [&, wanted = kind](ScreenTable& table) { table[row].kind = wanted; });
  }
  add("no_such_control", [&](ScreenTable& table) {
    table.erase(table.begin() + static_cast<std::ptrdiff_t>(row));
  });
  return mutants;
}

// Does the walk notice? The cells of this control first, all others after them.
bool killed(const matrix::Table& table, const std::string& event, const matrix::Try& attempt) {
  for (const std::string& state : table.states) {
    const matrix::Cell& cell = table.at(state, event);
    if (!matrix::difference({state, event}, cell, attempt(state, event)).empty()) return true;
  }
  return !matrix::walk(table, attempt, 1).empty();
}

// Listed as no change at all, for any state that shows this screen?
bool excused(const matrix::Table& table, ScreenId screen, const std::string& event,
             const std::string& word) {
  bool found = false;
  for (const auto& [place, entry] : table.equivalents) {
    if (place.first.second != event || place.second != word) continue;
    const Look look = look_of(place.first.first);
    if (look.phase != Reception::State::kIdle || look.screen != screen) continue;
    entry.seen = found = true;
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal_matrix)

BOOST_AUTO_TEST_CASE(every_state_is_reached) {
  const matrix::Table table = load();
  for (const std::string& state : table.states) {
    Office office(default_screen_table());
    office.bring(state);
    const Look look = office.look();
    BOOST_CHECK_MESSAGE(look == look_of(state), state << ": " << to_string(look.phase) << ", "
                                                      << to_string(look.screen));
  }
}

BOOST_AUTO_TEST_CASE(every_cell_is_answered_as_typed) {
  const matrix::Table table = load();
  BOOST_TEST_MESSAGE(table.cells.size() << " cells, " << table.ignored() << " ignored");
  for (const std::string& line : matrix::walk(table, on(table, default_screen_table()))) {
    BOOST_ERROR(line);
  }
}

BOOST_AUTO_TEST_CASE(no_row_of_the_screen_table_can_change_unnoticed) {
  const matrix::Table table = load();
  int changes = 0, equivalent = 0;
  for (std::size_t row = 0; row < default_screen_table()->size(); ++row) {
    const ControlRow& own = (*default_screen_table())[row];
    const std::string event = event_of(own.control);
    for (Mutant& mutant : mutants_of(row)) {
      ++changes;
      const auto screens = std::make_shared<const ScreenTable>(std::move(mutant.screens));
      const bool noticed = killed(table, event, on(table, screens));
      const std::string name = std::string(to_string(own.screen)) + " " +
                               std::string(own.control) + " -> " + mutant.word;
      if (excused(table, own.screen, event, mutant.word)) {
        ++equivalent;
        BOOST_CHECK_MESSAGE(!noticed, "is not equivalent: " << name);
      } else if (!noticed) {
        BOOST_ERROR("survives: " << name);
      }
    }
  }
  for (const auto& [place, entry] : table.equivalents) {
    BOOST_CHECK_MESSAGE(entry.seen, "line " << entry.line << ": no such change");
  }
  BOOST_CHECK_GT(changes, 700);
  BOOST_TEST_MESSAGE(changes << " changes, " << equivalent << " of them equivalent");
}

BOOST_AUTO_TEST_SUITE_END()
