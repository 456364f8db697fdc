// The wrong turns of scenarios/faults are many and different: no two of the rows that count have
// equal journals. Who acts does not count.
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(distinct)

namespace flow = uketsuke::flow;
namespace bench = uketsuke::bench;
namespace scenario = uketsuke::scenario;
namespace trace = uketsuke::trace;

constexpr std::size_t kLeast = 150;  // the figure that is to be held

static bool is_fault(const scenario::Scenario& scenario) {
  return scenario.file.find("/faults/") != std::string::npos;
}

// An act says who did it by its role; a comparison of the photo names the example of the seed that
// goes with the person (P2-e4, P2-e5).
static std::string without_person(const trace::Journal& journal, std::size_t index) {
  const trace::Entry entry = journal.entry(index);
  if (entry.pipe != nullptr || entry.event != "act") return journal.json_line(index);
  std::string_view text = entry.text;
  for (const std::string_view example : {" (none)", " (on_arrival)", " (before_check)"}) {
    const auto at = text.rfind(example);
    if (at != std::string_view::npos && at + example.size() == text.size())
      text = text.substr(0, at);
  }
  return std::to_string(entry.time_ns) + " act " + std::string(text);
}

// FNV-1a over the lines of the journal.
static std::uint64_t digest_without_people(const trace::Journal& journal) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (std::size_t i = 0; i < journal.size(); ++i)
    for (const char c : without_person(journal, i) + "\n")
      hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
  return hash;
}

static std::uint64_t run(const scenario::Scenario& scenario) {
  std::uint64_t digest = 0;
  bench::RunSettings settings;
  settings.at_end = [&digest](bench::World& world) {
    digest = digest_without_people(world.journal());
  };
  flow::run(scenario, settings);
  return digest;
}

BOOST_AUTO_TEST_CASE(at_least_150_wrong_turns_and_no_two_alike) {
  std::map<std::uint64_t, std::string> seen;
  for (const scenario::Scenario& scenario : flow::scenarios()) {
    if (!is_fault(scenario)) continue;
    BOOST_TEST_CHECKPOINT(scenario.name());
    const auto [before, is_new] = seen.emplace(run(scenario), scenario.name());
    BOOST_TEST(is_new, scenario.name() + " is " + before->second + " over again");
  }
  BOOST_TEST_MESSAGE(seen.size() << " different rows");
  BOOST_TEST(seen.size() >= kLeast);
}

// Who acts makes no other row, what is done does.
BOOST_AUTO_TEST_CASE(the_same_acts_by_other_people_are_the_same_row) {
  scenario::Scenario scenario = flow::scenario_named("wrong_passcode_once");
  const std::uint64_t digest = run(scenario);
  for (scenario::Step& step : scenario.steps) step.who = "somebody_else";
  BOOST_TEST(run(scenario) == digest);
  scenario.steps.pop_back();
  BOOST_TEST(run(scenario) != digest);
}

BOOST_AUTO_TEST_SUITE_END()
