// Simulated time beside the wall clock. Only orders and ratios are asserted: the machine is shared.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>
#include <vector>

#include "sim/kernel/mailbox.h"
#include "sim/kernel/module.h"

namespace {

using namespace uketsuke;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Something that happens every millisecond.
class Beat : public kernel::Module {
 public:
  Beat(sc_core::sc_module_name name, kernel::Simulation& simulation)
      : Module(name, simulation), due_(simulation) {
    listen({&due_.event()});
    due_.post(0, 1'000'000);
  }
  std::uint64_t count = 0;

 private:
  void wake() override {
    due_.drain([this](int) {
      ++count;
      due_.post(0, 1'000'000);
    });
  }
  kernel::Mailbox<int> due_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pacing)

BOOST_AUTO_TEST_CASE(simulated_time_follows_the_wall_clock) {
  kernel::Simulation simulation;
  Beat beat("beat", simulation);
  simulation.pace({}, std::make_shared<kernel::Inbox>());
  const auto begin = Clock::now();
  simulation.run_for(300'000);
  const double took = seconds_since(begin);
  BOOST_TEST(took > 0.299);  // never ahead of it by more than the lead of 0.2 ms
  BOOST_TEST(beat.count == 300U);
  simulation.run_for(300'000);
  BOOST_TEST(seconds_since(begin) > 0.599);  // the lead does not add up
}

BOOST_AUTO_TEST_CASE(a_higher_speed_takes_less_of_the_wall_clock) {
  kernel::Simulation simulation;
  Beat beat("beat", simulation);
  simulation.pace({100, 200'000}, std::make_shared<kernel::Inbox>());
  const auto begin = Clock::now();
  simulation.run_for(20'000'000);
  const double took = seconds_since(begin);
  BOOST_TEST(took > 0.19);
  BOOST_TEST(beat.count == 20'000U);
}

BOOST_AUTO_TEST_CASE(what_other_threads_post_arrives_while_time_is_waited_for) {
  kernel::Simulation simulation;
  const auto inbox = std::make_shared<kernel::Inbox>();
  simulation.pace({}, inbox);
  std::vector<int> got;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) inbox->post([&got, i] { got.push_back(i); });
  });
  // Nothing in the simulation would ever end this but the deadline, an hour ahead.
  const auto stop = simulation.run_until([&] { return got.size() == 100; }, 3'600'000'000);
  other.join();
  BOOST_TEST((stop == kernel::Simulation::Stop::kCondition));
  BOOST_TEST(simulation.now_us() < 3'600'000'000U);
  for (int i = 0; i < 100; ++i) BOOST_TEST(got[static_cast<std::size_t>(i)] == i);
}

BOOST_AUTO_TEST_CASE(what_arrives_bears_the_time_of_its_arrival) {
  kernel::Simulation simulation;
  const auto inbox = std::make_shared<kernel::Inbox>();
  simulation.pace({}, inbox);
  const auto begin = Clock::now();
  std::uint64_t stamp_us = 0;
  double posted = 0;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    posted = seconds_since(begin);
    inbox->post([&] { stamp_us = simulation.now_us(); });
  });
  simulation.run_until([&] { return stamp_us != 0; }, 60'000'000);
  other.join();
  // Not before it was posted, but for the lead, and never at the end of the wait.
  BOOST_TEST(static_cast<double>(stamp_us) / 1e6 > posted - 0.001);
  BOOST_TEST(stamp_us < 30'000'000U);
}

BOOST_AUTO_TEST_CASE(an_exception_of_posted_work_ends_the_run) {
  kernel::Simulation simulation;
  const auto inbox = std::make_shared<kernel::Inbox>();
  simulation.pace({}, inbox);
  inbox->post([] { throw std::runtime_error("gone"); });
  BOOST_CHECK_THROW(simulation.run_for(1'000'000), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_closed_inbox_takes_nothing) {
  kernel::Inbox inbox;
  inbox.post([] {});
  BOOST_TEST(inbox.waiting());
  inbox.close();
  BOOST_TEST(!inbox.waiting());
  inbox.post([] {});
  BOOST_TEST(!inbox.drain());
}

BOOST_AUTO_TEST_SUITE_END()
