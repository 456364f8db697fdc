// Sequences: the same whoever makes them, long enough, and together they walk the whole model.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "harness/explore/generator.h"
#include "harness/explore/oracle.h"
#include "harness/explore/random.h"

namespace uketsuke::explore {
namespace {

const std::vector<const Model*> kModels = {&reference_p3(), &reference_p4(), &reference_p5()};

// Walks a sequence on the graph; true if it reaches 本人確認.
bool walk(const Graph& graph, const Sequence& sequence, Coverage& coverage) {
  std::uint32_t state = sequence.start;
  bool identified = false;
  coverage.visit(state);
  for (const Do act : sequence.acts) {
    if (is_at_ehr(act)) continue;
    const std::uint32_t transition = graph.transition_of(state, act);
    BOOST_REQUIRE(transition != Graph::kNone);
    coverage.walk(transition);
    identified = identified || graph.identifies(transition);
    coverage.visit(state = graph.end(transition));
  }
  return identified;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(generated_sequences)

BOOST_AUTO_TEST_CASE(random_numbers_depend_on_seed_stream_and_count_only) {
  // SplitMix64 of 1234567, as its author publishes it.
  BOOST_TEST(Random::mix(1234567) == 6457827717110365317ULL);
  Random one(7, "p3", 42), again(7, "p3", 42), other(7, "p3", 43), elsewhere(7, "p4", 42);
  const std::uint64_t first = one.next();
  BOOST_TEST(first == again.next());
  BOOST_TEST(first != other.next());
  BOOST_TEST(first != elsewhere.next());
  BOOST_TEST(one.next() != first);
}

BOOST_AUTO_TEST_CASE(a_sequence_does_not_depend_on_those_before_it) {
  for (const Model* model : kModels) {
    const Graph graph(*model);
    const Coverage classes(graph);
    const Generator generator(graph, classes);
    for (std::uint64_t k = 0; k < 50; ++k) generator.make(3, k);
    const Sequence late = generator.make(3, 17);
    const Sequence fresh = Generator(graph, classes).make(3, 17);
    BOOST_TEST((late.start == fresh.start && late.acts == fresh.acts));
    BOOST_TEST((late.acts != generator.make(4, 17).acts || late.start != 17));
  }
}

BOOST_AUTO_TEST_CASE(they_are_long_reach_identity_and_cover_the_model) {
  constexpr std::uint64_t kRuns = 5000;
  for (const Model* model : kModels) {
    const Graph graph(*model);
    Coverage coverage(graph);
    const Coverage classes(graph);
    const Generator generator(graph, classes);
    std::size_t acts = 0, identified = 0;
    for (std::uint64_t k = 0; k < kRuns; ++k) {
      const Sequence sequence = generator.make(1, k);
      acts += sequence.acts.size();
      identified += walk(graph, sequence, coverage) ? 1 : 0;
    }
    BOOST_TEST_CONTEXT(model->name()) {
      BOOST_TEST(acts >= 12 * kRuns);
      BOOST_TEST(4 * identified >= kRuns);
      BOOST_TEST(coverage.states_seen() == coverage.states());
      BOOST_TEST(100 * coverage.transitions_seen() >= 95 * coverage.transitions());
      BOOST_TEST(coverage.missing_transitions().size() ==
                 coverage.transitions() - coverage.transitions_seen());
    }
  }
}

BOOST_AUTO_TEST_CASE(nobody_lets_a_screen_wait_too_long) {
  for (const Model* model : kModels) {
    const Graph graph(*model);
    const Coverage classes(graph);
    const Generator generator(graph, classes);
    for (std::uint64_t k = 0; k < 2000; ++k) {
      const Sequence sequence = generator.make(2, k);
      Oracle oracle(*model, graph.state(sequence.start), sequence.setting);
      std::uint32_t held = 0;
      for (const Do act : sequence.acts) {
        const Screen before = oracle.state().screen;
        oracle.step(act);
        held = oracle.state().screen == before ? held + 1 : 0;
        // 4 s an act in explore; PIN and camera wait 30 s, the others 60 s and more.
        const bool short_wait = patience(before) < 8;
        BOOST_REQUIRE(patience(before) > 100 || held <= (short_wait ? 6U : 14U));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_graph_has_a_way_to_every_state) {
  for (const Model* model : kModels) {
    const Graph graph(*model);
    for (std::uint32_t target = 0; target < graph.states(); ++target) {
      std::uint32_t state = 0;
      const auto way = graph.way_to(target, state);
      for (const std::uint32_t transition : way) {
        BOOST_REQUIRE(graph.from(transition) == state);
        state = graph.end(transition);
      }
      BOOST_REQUIRE(state == target);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::explore
