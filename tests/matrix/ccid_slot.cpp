#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "models/ccid_function/slot_table.h"
#include "tests/matrix/ccid_slot_desk.h"

using namespace uketsuke;
using ccid_function::Rule;
using ccid_function::SlotEventKind;
using ccid_function::SlotState;
using ccid_function::SlotTable;

namespace {

const std::string kFile = std::string(UKETSUKE_SOURCE_DIR) + "/tests/matrix/ccid_slot.yaml";

struct Walker {
  const matrix::Table table = matrix::load_table(kFile, UKETSUKE_SOURCE_DIR);
  const matrix::SlotScript script = matrix::load_slot_script(kFile);

  matrix::Try with(const SlotTable& slot_table) const {
    return [this, &slot_table](const std::string& state, const std::string& event) {
      return matrix::SlotDesk(script, state, slot_table).attempt(event);
    };
  }
};

bool one_of(SlotEventKind event, std::initializer_list<SlotEventKind> events) {
  return std::find(events.begin(), events.end(), event) != events.end();
}

// What no event can show, and why; null: has to be noticed.
const char* excuse_for(SlotEventKind event, SlotState state, Rule rule) {
  if (rule != Rule::kServe) return nullptr;
  using E = SlotEventKind;
  if (is_busy(state) && one_of(event, {E::kIccPowerOn, E::kXfrBlock, E::kSetParameters,
                                       E::kSecure})) {
    return "a slot runs one command, whatever a table lets through: CMD_SLOT_BUSY both ways";
  }
  const bool idle = state == SlotState::kAbsent || state == SlotState::kInactive ||
                    state == SlotState::kActive;
  if (event == E::kFromCard && (idle || state == SlotState::kEnteringPin)) {
    return "the way to the card expects nothing then, and drops it";
  }
  if (event == E::kTimer && idle) return "no timer of the slot runs then";
  return nullptr;
}

// What a cell can be instead. What is no command is served or not: the other rules say how a
// command is answered.
std::vector<Rule> rules_for(std::size_t event) {
  if (event >= ccid_function::kSlotCommands) return {Rule::kServe, Rule::kIgnore};
  return {Rule::kServe, Rule::kMute, Rule::kSlotBusy, Rule::kAutoSequence, Rule::kIgnore};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ccid_slot_matrix)

BOOST_AUTO_TEST_CASE(every_event_in_every_state_has_the_outcome_of_the_table) {
  const Walker walker;
  const auto lines = matrix::walk(walker.table, walker.with(ccid_function::standard_slot_table()));
  BOOST_TEST(lines.empty());
  for (const std::string& line : lines) BOOST_ERROR(line);
  BOOST_TEST_MESSAGE("CCID slot: " << walker.table.states.size() << " states, "
                                   << walker.table.events.size() << " events, "
                                   << walker.table.cells.size() << " cells, "
                                   << walker.table.ignored() << " ignored");
}

// Teeth: each cell of the model's own table, with each rule that it could have instead.
BOOST_AUTO_TEST_CASE(every_change_of_the_slot_table_is_noticed) {
  const Walker walker;
  const SlotTable& standard = ccid_function::standard_slot_table();
  std::size_t changes = 0, excused = 0;
  for (std::size_t e = 0; e < ccid_function::kSlotEvents; ++e) {
    for (std::size_t s = 0; s < ccid_function::kSlotStates; ++s) {
      for (const Rule rule : rules_for(e)) {
        if (standard[e][s] == rule) continue;
        SlotTable mutant = standard;
        mutant[e][s] = rule;
        const auto event = static_cast<SlotEventKind>(e);
        const auto state = static_cast<SlotState>(s);
        const bool excuse = excuse_for(event, state, rule) != nullptr;
        ++changes;
        excused += excuse ? 1 : 0;
        const bool noticed = !matrix::walk(walker.table, walker.with(mutant), 1).empty();
        BOOST_TEST(noticed != excuse,
                   to_string(event) << " when " << to_string(state) << ": " << to_string(rule));
      }
    }
  }
  BOOST_TEST_MESSAGE(changes << " changes, " << excused << " without an effect");
}

BOOST_AUTO_TEST_SUITE_END()
