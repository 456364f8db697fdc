// A cable on which nothing arrives: no reception of the seed may pass over it.
#include <boost/test/unit_test.hpp>

#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(dead_usb)

namespace flow = uketsuke::flow;
namespace bench = uketsuke::bench;
namespace fault = uketsuke::fault;
namespace scenario = uketsuke::scenario;
using uketsuke::verdict::Verdict;

static bool of_a_reception(const scenario::Scenario& scenario) {
  if (flow::is_wrong_turn(scenario)) return false;  // some end before a reader is needed
  for (const std::string& tag : scenario.tags)
    if (tag == "p3" || tag == "p4" || tag == "p5") return true;
  return false;
}

static bench::RunSettings with_rule(fault::Kind kind, std::uint32_t first = 1,
                                    std::string pipe = {}) {
  fault::Rule rule;
  rule.wire = "usb";
  rule.pipe = std::move(pipe);
  rule.kind = kind;
  rule.first = first;
  rule.count = 0;
  bench::RunSettings settings;
  settings.faults = {rule};
  return settings;
}

static void every_reception_fails(const bench::RunSettings& settings) {
  int receptions = 0;
  for (const scenario::Scenario& scenario : flow::scenarios()) {
    if (!of_a_reception(scenario)) continue;
    ++receptions;
    bench::RunSettings own = settings;
    std::uint32_t hits = 0;
    own.at_end = [&hits](bench::World& world) { hits = world.faults().hits().back(); };
    const auto result = flow::run(scenario, own);
    BOOST_TEST((result.verdict == Verdict::kFail), flow::summary(result));
    BOOST_TEST(hits > 0U, scenario.name() << ": the fault touched nothing");
  }
  BOOST_TEST(receptions >= 10);
}

BOOST_AUTO_TEST_CASE(nothing_arrives_from_the_beginning) {
  every_reception_fails(with_rule(fault::Kind::kDrop));
}

BOOST_AUTO_TEST_CASE(nothing_arrives_after_enumeration) {
  every_reception_fails(with_rule(fault::Kind::kDrop, 1, "bulk"));
}

BOOST_AUTO_TEST_CASE(every_transfer_is_refused) {
  every_reception_fails(with_rule(fault::Kind::kStall));
}

BOOST_AUTO_TEST_CASE(the_plug_is_pulled_at_the_first_message) {
  every_reception_fails(with_rule(fault::Kind::kDetach));
}

// Also in the middle of it: nothing arrives from the n-th message on. Whatever the verdict, the run
// ends and it is the models' answer, not an error of the bench.
BOOST_AUTO_TEST_CASE(a_cable_that_dies_in_the_middle_never_ends_in_an_error_or_a_hang) {
  for (const char* id : {"p3_emergency_reception_on_the_reader",
                         "p4_emergency_reception_begun_in_the_general_account",
                         "p5_emergency_reception_from_the_general_account"}) {
    const scenario::Scenario& scenario = flow::scenario_named(id);
    bool passed = false;
    for (std::uint32_t first = 1; !passed && first < 2000; first += 7) {
      const auto result = flow::run(scenario, with_rule(fault::Kind::kDrop, first));
      BOOST_TEST((result.verdict == Verdict::kFail || result.verdict == Verdict::kPass),
                 id << " from message " << first << ": " << flow::summary(result));
      passed = result.verdict == Verdict::kPass;
    }
    BOOST_TEST(passed, id << ": even a cable that dies after everything makes it fail");
  }
}

BOOST_AUTO_TEST_SUITE_END()
