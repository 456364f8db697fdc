#include <boost/test/unit_test.hpp>

#include "tests/matrix/card_desk.h"

using namespace uketsuke;

namespace {

const std::string kFile = std::string(UKETSUKE_SOURCE_DIR) + "/tests/matrix/card.yaml";

}  // namespace

BOOST_AUTO_TEST_SUITE(card_matrix)

BOOST_AUTO_TEST_CASE(every_command_in_every_state_is_answered_as_the_table_says) {
  const matrix::Table table = matrix::load_table(kFile, UKETSUKE_SOURCE_DIR);
  const matrix::CardScript script = matrix::load_card_script(kFile);
  const matrix::Profiles profiles = matrix::card_profiles();
  std::map<std::string, matrix::CardDesk> desks;
  for (const std::string& state : table.states) desks.try_emplace(state, script, profiles, state);
  const auto lines = matrix::walk(table, [&](const std::string& state, const std::string& event) {
    return desks.at(state).attempt(event);
  });
  BOOST_TEST(lines.empty());
  for (const std::string& line : lines) BOOST_ERROR(line);
  BOOST_TEST_MESSAGE("card: " << table.states.size() << " states, " << table.events.size()
                              << " events, " << table.cells.size() << " cells, "
                              << table.ignored() << " ignored");
}

BOOST_AUTO_TEST_SUITE_END()
