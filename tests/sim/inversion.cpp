// Every row of the seed is really judged: turning around what a scenario expects fails.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <algorithm>
#include <map>
#include <set>

#include "harness/scenario/vocabulary.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(inversion)

namespace flow = uketsuke::flow;
namespace scenario = uketsuke::scenario;
using scenario::Expectation;
using scenario::Outcome;
using scenario::Scenario;
using scenario::Value;
using uketsuke::verdict::Verdict;

// Rows that no step with an expectation of its own carries: conditions and notes that a scenario
// shows as a whole (`covers`), and acts of people that touch no screen. Which expectation shows
// them: of the step that carries `step` ("then": of the end), by its name.
struct Shown {
  const char *row, *scenario, *step, *expectation;
};
constexpr const char* kP3 = "p3_emergency_reception_on_the_reader";
constexpr const char* kP4 = "p4_emergency_reception_begun_in_the_general_account";
constexpr const char* kP5 = "p5_emergency_reception_from_the_general_account";
const Shown kShown[] = {
    // The card is what the first release knows, for the emergency view.
    {"P1-c1", kP5, "then", "emergency_view"},
    {"P1-c1", "emergency_view_refused_after_identity_by_four_items", "P2-k1", "emergency_view"},
    {"P1-c1", "emergency_view_refused_after_identity_by_insured_number", "P2-k1", "reason"},
    // All three kinds of identification are possible in the end.
    {"P1-n2", "emergency_view_without_the_card_in_the_planned_release", "P2-n1", "emergency_view"},
    {"P2-c1", kP5, "then", "emergency_view"},
    {"P2-c1", "emergency_view_refused_after_identity_by_four_items", "P2-k1", "emergency_view"},
    // The whole example: reception with nobody who could consent, then the view.
    {"P2-e1", kP5, "P5-6", "consent"},
    {"P2-e1", kP5, "then", "emergency_view"},
    // Family, aide or staff place the card; who it was changes nothing, that it lies there does.
    {"P2-e3", kP3, "P3-3", "identity"},
    {"P2-e3", kP4, "P4-7", "identity"},
    {"P2-e3", kP5, "P5-6", "identity"},
    // People compare the photo by eye: recorded as visual confirmation.
    {"P2-e4", kP3, "then", "backend.identity_history"},
    {"P2-e4", kP5, "then", "backend.identity_history"},
    {"P2-e5", kP3, "then", "backend.identity_history"},
    {"P2-e5", kP4, "then", "backend.identity_history"},
    {"P2-c2", kP3, "then", "backend.identity_history"},
    {"P2-c2", kP5, "then", "backend.identity_history"},
    {"P2-c3", kP3, "P3-2", "mode"},
    {"P2-c3", kP4, "P4-4", "mode"},
    {"P2-c3", kP3, "then", "backend.identity_history"},
    {"P2-c5", kP3, "P3-4", "consent"},
    {"P2-c5", kP3, "P3-4", "eligibility"},
    {"P2-c6", kP5, "P5-6", "consent"},
    {"P2-c6", kP5, "P5-6", "eligibility"},
    {"P2-c8", kP5, "P2-c7", "emergency_view"},
    {"P2-n4", kP5, "P2-c7", "emergency_view"},
    {"P2-e6", kP5, "P2-c7", "ehr_screen"},
    // The switch on the reader itself.
    {"P3-n1", kP3, "P3-2", "mode"},
    // Nobody signs out or in: the account is the same at the end.
    {"P3-c1", kP3, "then", "terminal.account"},
    // The switch on the terminal, and the account it needs.
    {"P4-n1", kP4, "P4-4", "mode"},
    {"P4-c1", kP4, "P4-2", "account"},
    // Date and tick: without them the card is not accepted.
    {"P4-5", kP4, "P4-7", "identity"},
    {"P4-6", kP4, "P4-7", "identity"},
    {"P5-3", kP5, "P5-6", "identity"},
    {"P5-4", kP5, "P5-6", "identity"},
    {"P5-c1", kP5, "P5-1", "account"},
    {"P5-c2", kP5, "then", "terminal.account"},
    // No switch came before the card, and it counts as visual confirmation.
    {"P5-n1", kP5, "then", "backend.identity_history"},
    {"P5-n2", kP5, "P5-6", "consent"},
    // Consent is what was ticked, or not, at operation 2.
    {"P5-n3", "p5_ordinary_reception_with_viewing_consent_ticked", "P5-6", "consent"},
    {"P5-n3", kP5, "P5-6", "consent"},
    {"P5-n5", kP5, "P5-1", "account"},
    {"P5-n5", kP5, "P5-6", "identity"},
};

// One expectation of a scenario that is a copy, and the words to say where it is.
struct Target {
  Scenario scenario;
  Expectation* expectation;
  std::string place;
};

static Value word(std::string text) {
  Value value;
  value.form = Value::Form::kScalar;
  value.text = std::move(text);
  return value;
}

static std::vector<std::string> others(std::vector<std::string> words, const std::string& text) {
  words.erase(std::remove(words.begin(), words.end(), text), words.end());
  return words;
}

static std::vector<std::string> ids_on(const char* device, bool messages) {
  const auto* set = flow::assets().catalog.screens_of(device);
  std::vector<std::string> ids;
  for (const auto& screen : set->screens) {
    if (!messages) ids.push_back(screen.id);
  }
  for (const auto& message : set->messages) {
    if (messages) ids.push_back(message.id);
  }
  return ids;
}

// Every other legal value of an expectation of a step; of screens and messages, any of the device.
static std::vector<Value> inverted(const Expectation& expectation) {
  static const std::map<Outcome, std::pair<const char*, bool>> kOfDevice{
      {Outcome::kScreen, {"face_reader", false}},
      {Outcome::kMessage, {"face_reader", true}},
      {Outcome::kTerminalScreen, {"terminal", false}},
      {Outcome::kTerminalMessage, {"terminal", true}},
      {Outcome::kEhrScreen, {"ehr", false}}};
  const std::string& text = expectation.value.text;
  std::vector<std::string> words;
  if (const auto device = kOfDevice.find(expectation.outcome); device != kOfDevice.end()) {
    words = others(ids_on(device->second.first, device->second.second), text);
  } else if (expectation.outcome == Outcome::kReason) {
    words = {"no_identity_history", "not_emergency_mode", "no_two_factor_history",
             "identity_kind_not_released"};
    for (const Value& item : expectation.value.items) words = others(words, item.text);
  } else if (expectation.outcome == Outcome::kRefused) {
    words = {"another_reason"};
  } else {
    words = others(scenario::find(scenario::expectations(), expectation.name)->shape.words, text);
  }
  std::vector<Value> values;
  for (std::string& other : words) values.push_back(word(std::move(other)));
  return values;
}

// The same for a check of `then`.
static std::vector<Value> inverted_at_end(const Expectation& check) {
  static const std::map<std::string, std::vector<std::string>> kWords{
      {"ordinary_view", {"returned", "refused"}},
      {"emergency_view", {"returned", "refused", "not_requested", "no_answer"}},
      {"reader.mode", {"face_authentication", "visual_confirmation"}},
      {"terminal.account", {"general", "administrator", "nobody"}},
      {"confirmed", {"visually", "face", "pin"}},
      {"consent", {"granted", "declined", "not_asked"}}};
  std::vector<Value> values;
  if (check.name == "backend.identity_history" || check.name == "backend.consent") {
    const std::string key = check.name == "backend.consent" ? "consent" : "confirmed";
    for (std::size_t i = 0; i < check.value.items.size(); ++i) {
      for (const std::string& other : others(kWords.at(key), check.value.items[i].text_at(key))) {
        Value changed = check.value;
        for (auto& [name, value] : changed.items[i].fields)
          if (name == key) value = word(other);
        values.push_back(changed);
      }
    }
    Value fewer = check.value;
    fewer.items.pop_back();
    if (key == "confirmed") values.push_back(fewer);
    return values;
  }
  const std::vector<std::string> words =
      check.name == "reader.screen" ? ids_on("face_reader", false) : kWords.at(check.name);
  for (const std::string& other : others(words, check.value.text)) values.push_back(word(other));
  return values;
}

// What a device shows on its way to what is expected, long enough to be read: a scenario that
// expects it is right as well. Ids of the step, name of the expectation, value.
static const std::set<std::string>& seen_in_passing() {
  static const std::set<std::string> kSeen{
      "P3-n4 terminal_message: please_wait", "P3-3 message: reading", "P4-7 message: reading",
      "P3-3 screen: completion", "P4-7 screen: completion"};
  return kSeen;
}

class Inverter {
 public:
  // All other values of the n-th expectation of a step fail. Returns how many were tried.
  int step(const Scenario& scenario, std::size_t step, std::size_t expectation) {
    const auto key = fmt::format("{}/{}/{}", scenario.name(), step, expectation);
    if (const auto known = done_.find(key); known != done_.end()) return known->second;
    const Expectation& original = scenario.steps[step].expect[expectation];
    int tried = 0;
    for (const Value& value : inverted(original)) {
      Scenario changed = scenario;
      changed.steps[step].expect[expectation].value = value;
      const std::string what = fmt::format("{} {}: {}", fmt::join(scenario.steps[step].ids, " "),
                                           original.name, value.text);
      const std::string place =
          fmt::format("{} line {}", scenario.name(), original.place.line);
      if (must_fail(changed, place, what)) ++tried;
    }
    return done_[key] = tried;
  }
  int end(const Scenario& scenario, std::size_t check) {
    const auto key = fmt::format("{}/then/{}", scenario.name(), check);
    if (const auto known = done_.find(key); known != done_.end()) return known->second;
    int tried = 0;
    for (const Value& value : inverted_at_end(scenario.then[check])) {
      Scenario changed = scenario;
      changed.then[check].value = value;
      const std::string what = fmt::format("then {}: {}", scenario.then[check].name, value.text);
      if (must_fail(changed, scenario.name(), what)) ++tried;
    }
    return done_[key] = tried;
  }
  int runs() const { return runs_; }

 private:
  bool must_fail(const Scenario& changed, const std::string& place, const std::string& what) {
    ++runs_;
    if (seen_in_passing().count(what) != 0) return false;
    const auto result = flow::run(changed);
    BOOST_TEST((result.verdict == Verdict::kFail),
               place << " " << what << " gives " << flow::summary(result)
                     << " (shown on the way? then it belongs to seen_in_passing)");
    return result.verdict == Verdict::kFail;
  }
  std::map<std::string, int> done_;
  int runs_ = 0;
};

static bool carries(const scenario::Step& step, const std::string& row) {
  return std::find(step.ids.begin(), step.ids.end(), row) != step.ids.end();
}

static bool covers(const Scenario& scenario, const std::string& row) {
  const std::vector<std::string> covered = scenario.covered();
  return std::find(covered.begin(), covered.end(), row) != covered.end();
}

// Of all rows at once, so that an expectation that shows several is turned around once.
BOOST_AUTO_TEST_CASE(every_row_fails_when_what_shows_it_is_turned_around) {
  Inverter inverter;
  for (const scenario::Requirement& row : flow::assets().catalog.requirements.rows) {
    if (!row.not_tested.empty()) continue;
    int inversions = 0;
    std::string shown;
    const auto count = [&](int tried, const std::string& where) {
      inversions += tried;
      if (tried > 0) shown += fmt::format("\n    {} ({} inversions)", where, tried);
    };
    for (const Scenario& scenario : flow::scenarios()) {
      if (flow::is_wrong_turn(scenario) || !covers(scenario, row.id)) continue;
      for (std::size_t s = 0; s < scenario.steps.size(); ++s) {
        if (!carries(scenario.steps[s], row.id)) continue;
        for (std::size_t e = 0; e < scenario.steps[s].expect.size(); ++e)
          count(inverter.step(scenario, s, e), fmt::format("{} step {}: {}", scenario.name(), s + 1,
                                                           scenario.steps[s].expect[e].name));
      }
      for (const Shown& entry : kShown) {
        if (entry.row != row.id || entry.scenario != scenario.id) continue;
        int found = 0;
        for (std::size_t s = 0; s < scenario.steps.size(); ++s) {
          for (std::size_t e = 0; e < scenario.steps[s].expect.size(); ++e) {
            if (!carries(scenario.steps[s], entry.step) ||
                scenario.steps[s].expect[e].name != entry.expectation)
              continue;
            ++found;
            count(inverter.step(scenario, s, e),
                  fmt::format("{} step {}: {} (table)", scenario.name(), s + 1, entry.expectation));
          }
        }
        for (std::size_t t = 0; t < scenario.then.size(); ++t) {
          if (std::string(entry.step) != "then" || scenario.then[t].name != entry.expectation)
            continue;
          ++found;
          count(inverter.end(scenario, t),
                fmt::format("{} then: {} (table)", scenario.name(), entry.expectation));
        }
        BOOST_TEST(found > 0, entry.row << ": " << entry.scenario << " " << entry.step << " has no "
                                        << entry.expectation);
      }
    }
    BOOST_TEST(inversions > 0, row.id << " is shown by nothing: " << row.text.ja);
    BOOST_TEST_MESSAGE(row.id << ": " << inversions << " inversions" << shown);
  }
  BOOST_TEST_MESSAGE(inverter.runs() << " runs");
}

BOOST_AUTO_TEST_CASE(the_table_names_rows_and_scenarios_that_exist_and_cover_them) {
  for (const Shown& entry : kShown) {
    BOOST_TEST((flow::assets().catalog.requirements.find(entry.row) != nullptr), entry.row);
    bool covered = false;
    for (const Scenario& scenario : flow::scenarios())
      covered = covered || (scenario.id == entry.scenario && covers(scenario, entry.row));
    BOOST_TEST(covered, entry.scenario << " does not cover " << entry.row);
  }
}

// The acts are needed too: whoever leaves out what people do at a step of the seed, fails.
BOOST_AUTO_TEST_CASE(every_act_of_the_procedures_is_needed) {
  std::set<std::string> needed;
  for (const Scenario& scenario : flow::scenarios()) {
    if (flow::is_wrong_turn(scenario)) continue;  // some of them show that an act changes nothing
    for (std::size_t s = 0; s < scenario.steps.size(); ++s) {
      const scenario::Step& step = scenario.steps[s];
      // Comparing and judging touch no device: see the table of rows.
      if (step.ids.empty() || step.action.act == scenario::Act::kNothing ||
          step.action.act == scenario::Act::kComparePhoto ||
          step.action.act == scenario::Act::kJudge)
        continue;
      Scenario changed = scenario;
      changed.steps[s].action.act = scenario::Act::kNothing;
      const auto result = flow::run(changed);
      BOOST_TEST((result.verdict == Verdict::kFail),
                 scenario.name() << " without step " << s + 1 << " "
                                 << fmt::format("{}", fmt::join(step.ids, " ")) << " gives "
                                 << flow::summary(result));
      for (const std::string& id : step.ids) needed.insert(id);
    }
  }
  for (const char* id :
       {"P3-1", "P3-2", "P3-3",  "P3-4",  "P3-5", "P4-1", "P4-2", "P4-3", "P4-4", "P4-5", "P4-6",
        "P4-7", "P4-8", "P4-10", "P4-11", "P5-1", "P5-2", "P5-3", "P5-4", "P5-6", "P5-8"})
    BOOST_TEST(needed.count(id) == 1U, id);
}

BOOST_AUTO_TEST_SUITE_END()
