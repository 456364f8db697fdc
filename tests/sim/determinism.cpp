// The same scenario with the same seed is the same run, message for message; with another: not.
#include <boost/test/unit_test.hpp>
#include <map>

#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(determinism)

namespace flow = uketsuke::flow;
namespace bench = uketsuke::bench;
namespace scenario = uketsuke::scenario;

struct Run {
  std::string digest, journal;
};

static Run run(const scenario::Scenario& scenario, std::uint64_t seed) {
  Run done;
  bench::RunSettings settings;
  settings.seed = seed;
  settings.at_end = [&done](bench::World& world) {
    done.journal = flow::journal_text(world.journal());
  };
  done.digest = flow::run(scenario, settings).journal_digest;
  return done;
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_journal) {
  for (const scenario::Scenario& scenario : flow::scenarios()) {
    const Run first = run(scenario, 7), second = run(scenario, 7);
    BOOST_TEST(!first.digest.empty());
    BOOST_TEST(first.digest == second.digest, scenario.name());
    BOOST_TEST((first.journal == second.journal), scenario.name());
  }
}

BOOST_AUTO_TEST_CASE(what_ran_before_in_this_process_does_not_matter) {
  const auto& all = flow::scenarios();
  std::map<std::string, std::string> forwards;
  for (const scenario::Scenario& scenario : all)
    forwards[scenario.name()] = run(scenario, 1).digest;
  for (auto scenario = all.rbegin(); scenario != all.rend(); ++scenario)
    BOOST_TEST(run(*scenario, 1).digest == forwards[scenario->name()], scenario->name());
}

BOOST_AUTO_TEST_CASE(another_seed_gives_another_journal_of_every_reception) {
  for (const scenario::Scenario& scenario : flow::scenarios()) {
    bool identified = false;
    for (const scenario::Step& step : scenario.steps)
      for (const scenario::Expectation& e : step.expect)
        identified = identified ||
                     (e.outcome == scenario::Outcome::kIdentity && e.value.is("confirmed"));
    // The backend's challenge is random; a card that is refused before gets none.
    if (identified) BOOST_TEST(run(scenario, 1).digest != run(scenario, 2).digest, scenario.name());
  }
}

// The digest is that of the journal: it changes with one byte, one instant, one note.
BOOST_AUTO_TEST_CASE(the_digest_sees_every_part_of_a_record) {
  namespace trace = uketsuke::trace;
  const auto digest = [](std::uint64_t time, uketsuke::wire::Bytes bytes, const char* remark,
                         const char* note, const char* pipe) {
    trace::Journal journal;
    journal.add_pipe({"usb", "in", "reader", "terminal", nullptr});
    const trace::PipeId second = journal.add_pipe({"usb", "out", "terminal", "reader", nullptr});
    journal.message(*pipe == '0' ? trace::PipeId{0} : second, time, bytes, {}, remark);
    journal.note("terminal", time, "event", note);
    return journal.digest();
  };
  const std::string base = digest(1, {1, 2, 3}, "", "a", "0");
  BOOST_TEST(base == digest(1, {1, 2, 3}, "", "a", "0"));
  BOOST_TEST(base != digest(2, {1, 2, 3}, "", "a", "0"));
  BOOST_TEST(base != digest(1, {1, 2, 2}, "", "a", "0"));
  BOOST_TEST(base != digest(1, {1, 2}, "", "a", "0"));
  BOOST_TEST(base != digest(1, {1, 2, 3}, "drop", "a", "0"));
  BOOST_TEST(base != digest(1, {1, 2, 3}, "", "b", "0"));
  BOOST_TEST(base != digest(1, {1, 2, 3}, "", "a", "1"));
}

BOOST_AUTO_TEST_SUITE_END()
