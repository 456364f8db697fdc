// What a program outside of the kernel answers for a process, and how it stops a run.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <stdexcept>
#include <vector>

#include "harness/run/stopped.h"
#include "sim/kernel/mailbox.h"
#include "sim/kernel/module.h"

namespace {

using namespace uketsuke;

// Asks at every millisecond; notes when the answer arrived and what was asked meanwhile.
class Asker : public kernel::Module {
 public:
  Asker(sc_core::sc_module_name name, kernel::Simulation& simulation)
      : Module(name, simulation), due_(simulation), answers_(simulation) {
    listen({&due_.event(), &answers_.event()});
    due_.post(0, 1'000'000);
  }
  std::vector<std::uint64_t> asked_us, answered_us;
  std::function<void()> when_asked = [] {};

 private:
  void wake() override {
    due_.drain([this](int) {
      asked_us.push_back(simulation_.now_us());
      simulation_.ask_outside([this] {
        when_asked();
        answers_.post(0);
      });
      due_.post(0, 1'000'000);
    });
    answers_.drain([this](int) { answered_us.push_back(simulation_.now_us()); });
  }
  kernel::Mailbox<int> due_, answers_;
};

// Never lets time go on.
class Spinner : public kernel::Module {
 public:
  Spinner(sc_core::sc_module_name name, kernel::Simulation& simulation)
      : Module(name, simulation) {
    listen({&again_});
    again_.notify(sc_core::SC_ZERO_TIME);
  }

 private:
  void wake() override { again_.notify(sc_core::SC_ZERO_TIME); }  // no event that is counted
  sc_core::sc_event again_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(outside_questions)

BOOST_AUTO_TEST_CASE(an_answer_from_outside_arrives_at_the_instant_of_the_question) {
  kernel::Simulation simulation;
  Asker asker("asker", simulation);
  simulation.run_for(5'000);
  const std::vector<std::uint64_t> every_ms{1000, 2000, 3000, 4000, 5000};
  BOOST_TEST(asker.asked_us == every_ms, boost::test_tools::per_element());
  BOOST_TEST(asker.answered_us == every_ms, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(windows_of_a_run_change_no_answer) {
  kernel::Simulation simulation;
  Asker asker("asker", simulation);
  for (int i = 0; i < 5'000; ++i) simulation.run_for(1);
  const std::vector<std::uint64_t> every_ms{1000, 2000, 3000, 4000, 5000};
  BOOST_TEST(asker.answered_us == every_ms, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(other_worlds_may_run_and_go_while_one_is_asked) {
  auto first = std::make_unique<kernel::Simulation>();
  auto in_first = std::make_unique<Asker>("asker", *first);
  kernel::Simulation second;
  Asker in_second("asker", second);
  in_second.when_asked = [&] {
    if (first) first->run_for(500);
    if (in_second.asked_us.size() == 3) {
      first->activate();
      in_first.reset();
      first.reset();
    }
  };
  second.run_for(5'000);
  BOOST_TEST(in_second.answered_us.size() == 5U);
}

BOOST_AUTO_TEST_CASE(what_an_answer_throws_leaves_the_run_and_the_world_goes_on) {
  kernel::Simulation simulation;
  Asker asker("asker", simulation);
  asker.when_asked = [&] {
    if (asker.asked_us.size() == 2) throw std::domain_error("no answer");
  };
  BOOST_CHECK_THROW(simulation.run_for(5'000), std::domain_error);
  BOOST_TEST(simulation.now_us() == 2'000U);
  simulation.run_for(2'000);
  BOOST_TEST(asker.answered_us.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_watcher_stops_a_run_also_within_an_instant_that_never_ends) {
  kernel::Simulation simulation;
  Asker asker("asker", simulation);
  Spinner spinner("spinner", simulation);
  std::uint32_t looks = 0;
  simulation.watch([&] {
    if (++looks == 1000) throw run::Stopped();
  });
  BOOST_CHECK_THROW(simulation.run_for(5'000), run::Stopped);
  BOOST_TEST(simulation.now_us() == 0U);
}

BOOST_AUTO_TEST_CASE(a_watcher_is_asked_while_the_wall_clock_is_waited_for) {
  kernel::Simulation simulation;
  simulation.pace({}, std::make_shared<kernel::Inbox>());
  std::uint32_t looks = 0;
  simulation.watch([&] {
    if (++looks == 3) throw run::Stopped();
  });
  BOOST_CHECK_THROW(simulation.run_for(3'600'000'000), run::Stopped);
  BOOST_TEST(simulation.now_us() < 60'000'000U);
}

BOOST_AUTO_TEST_SUITE_END()
