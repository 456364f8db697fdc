// The kernel ends every run: chatter is no excuse, livelocks and exceptions surface.
#include <boost/test/unit_test.hpp>
#include <memory>

#include "sim/kernel/module.h"

BOOST_AUTO_TEST_SUITE(no_hang)

namespace kernel = uketsuke::kernel;
using Stop = kernel::Simulation::Stop;

// Passes every item on to another of its kind, `delay_ns` later.
class Player : public kernel::Module {
 public:
  Player(sc_core::sc_module_name name, kernel::Simulation& simulation, std::uint64_t delay_ns)
      : Module(name, simulation), balls_(simulation), delay_ns_(delay_ns) {
    listen({&balls_.event()});
  }
  void plays_with(Player& other) { other_ = &other; }
  kernel::Mailbox<int>& balls() { return balls_; }
  int seen() const { return seen_; }

 private:
  void wake() override {
    balls_.drain([this](int ball) {
      ++seen_;
      if (other_ != nullptr) other_->balls_.post(ball, delay_ns_);
    });
  }
  kernel::Mailbox<int> balls_;
  std::uint64_t delay_ns_;
  Player* other_ = nullptr;
  int seen_ = 0;
};

struct OwnError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Does what it is given when something arrives.
class Actor : public kernel::Module {
 public:
  Actor(kernel::Simulation& simulation, std::function<void()> act,
        sc_core::sc_module_name name = "actor")
      : Module(name, simulation), inbox_(simulation), act_(std::move(act)) {
    listen({&inbox_.event()});
  }
  kernel::Mailbox<int>& inbox() { return inbox_; }

 private:
  void wake() override {
    inbox_.drain([this](int) { act_(); });
  }
  kernel::Mailbox<int> inbox_;
  std::function<void()> act_;
};

static bool never() { return false; }

BOOST_AUTO_TEST_CASE(two_mailboxes_that_answer_each_other_at_once_are_a_livelock) {
  kernel::Simulation simulation;
  Player a("a", simulation, 0), b("b", simulation, 0);
  a.plays_with(b);
  b.plays_with(a);
  a.balls().post(1, 1000);
  BOOST_CHECK_THROW(simulation.run_until(never, 10), kernel::Livelock);
  BOOST_TEST(simulation.now_us() == 1U);
  // The world is unusable, and says so each time.
  BOOST_CHECK_THROW(simulation.run_until(never, 10), kernel::Livelock);
}

BOOST_AUTO_TEST_CASE(one_mailbox_that_posts_to_itself_at_once_is_a_livelock) {
  kernel::Simulation simulation;
  Player a("a", simulation, 0);
  a.plays_with(a);
  a.balls().post(1);
  BOOST_CHECK_THROW(simulation.run_until(never, 10), kernel::Livelock);
}

BOOST_AUTO_TEST_CASE(a_timer_of_no_time_that_starts_itself_again_is_a_livelock) {
  class Clock : public kernel::Module {
   public:
    Clock(sc_core::sc_module_name name, kernel::Simulation& simulation) : Module(name, simulation) {
      listen({});
      timers_.start({1, 0});
    }

   private:
    void wake() override {
      timers_.drain([this](uketsuke::wire::TimerExpired) { timers_.start({1, 0}); });
    }
  };
  kernel::Simulation simulation;
  Clock clock("clock", simulation);
  BOOST_CHECK_THROW(simulation.run_until(never, 10), kernel::Livelock);
}

BOOST_AUTO_TEST_CASE(a_game_that_takes_time_is_none_and_ends_at_the_deadline) {
  kernel::Simulation simulation;
  Player a("a", simulation, 500), b("b", simulation, 500);
  a.plays_with(b);
  b.plays_with(a);
  a.balls().post(1);
  BOOST_TEST((simulation.run_until(never, 200'000) == Stop::kDeadline));
  BOOST_TEST(simulation.now_us() == 200'000U);
  BOOST_TEST(a.seen() + b.seen() == 400'001);
  BOOST_TEST(simulation.events() == 400'001U);
}

BOOST_AUTO_TEST_CASE(as_many_events_as_one_instant_may_have_are_no_livelock) {
  kernel::Simulation simulation;
  Player a("a", simulation, 0);
  for (std::uint32_t i = 0; i < kernel::Simulation::kEventsPerInstant; ++i) a.balls().post(1, 1000);
  simulation.run_for(5);
  BOOST_TEST(a.seen() == static_cast<int>(kernel::Simulation::kEventsPerInstant));
  a.balls().post(1, 1000);
  simulation.run_for(5);
  BOOST_TEST(simulation.now_us() == 10U);
}

BOOST_AUTO_TEST_CASE(nothing_to_do_ends_at_the_deadline) {
  kernel::Simulation simulation;
  BOOST_TEST((simulation.run_until(never, 3'600'000'000) == Stop::kDeadline));
  BOOST_TEST(simulation.now_us() == 3'600'000'000U);
  BOOST_TEST(!simulation.pending());
}

BOOST_AUTO_TEST_CASE(a_condition_stops_at_its_instant) {
  kernel::Simulation simulation;
  Player a("a", simulation, 0);
  a.balls().post(1, 7'000);
  a.balls().post(2, 9'000);
  BOOST_TEST((simulation.run_until([&] { return a.seen() == 1; }, 100) == Stop::kCondition));
  BOOST_TEST(simulation.now_ns() == 7'000U);
  BOOST_TEST(simulation.pending());
}

BOOST_AUTO_TEST_CASE(an_exception_of_a_process_surfaces_with_its_type_and_text) {
  kernel::Simulation simulation;
  Actor actor(simulation, [] { throw OwnError("out of paper"); });
  actor.inbox().post(1, 5'000);
  BOOST_CHECK_EXCEPTION(simulation.run_until(never, 100), OwnError, [](const OwnError& error) {
    return std::string(error.what()) == "out of paper";
  });
  BOOST_TEST(simulation.now_ns() == 5'000U);
  BOOST_CHECK_THROW(simulation.run_for(1), OwnError);
}

BOOST_AUTO_TEST_CASE(what_is_thrown_need_not_be_an_exception_class) {
  kernel::Simulation simulation;
  Actor actor(simulation, [] { throw 42; });
  actor.inbox().post(1);
  BOOST_CHECK_THROW(simulation.run_for(1), int);
}

BOOST_AUTO_TEST_CASE(after_a_failure_no_process_runs_any_more) {
  kernel::Simulation simulation;
  Actor actor(simulation, [] { throw OwnError("first"); });
  Player a("a", simulation, 0);
  actor.inbox().post(1);
  a.balls().post(1, 1'000);
  BOOST_CHECK_THROW(simulation.run_for(1), OwnError);
  BOOST_CHECK_THROW(simulation.run_for(10), OwnError);
  BOOST_TEST(a.seen() == 0);
}

BOOST_AUTO_TEST_CASE(a_warning_of_the_kernel_fails) {
  kernel::Simulation simulation;
  BOOST_CHECK_THROW(SC_REPORT_WARNING("/uketsuke/test", "something odd"), sc_core::sc_report);
  // Two modules of one name are the warning that careless wiring gives.
  Player first("twin", simulation, 0);
  BOOST_CHECK_THROW(Player("twin", simulation, 0), sc_core::sc_report);
}

BOOST_AUTO_TEST_CASE(a_warning_in_a_process_surfaces_from_the_run) {
  kernel::Simulation simulation;
  Actor actor(simulation, [] { SC_REPORT_WARNING("/uketsuke/test", "something odd"); });
  actor.inbox().post(1);
  BOOST_CHECK_THROW(simulation.run_for(1), sc_core::sc_report);
}

BOOST_AUTO_TEST_CASE(two_simulations_in_turn_keep_their_own_time_and_work) {
  kernel::Simulation first;
  Player a("player", first, 1'000);
  a.plays_with(a);
  a.balls().post(1);
  kernel::Simulation second;
  Player b("player", second, 10'000);
  b.plays_with(b);
  b.balls().post(1);
  first.run_for(100);
  BOOST_TEST(first.now_us() == 100U);
  BOOST_TEST(second.now_us() == 0U);
  BOOST_TEST(b.seen() == 0);
  second.run_for(1'000);
  first.run_for(50);
  second.run_for(1);
  BOOST_TEST(first.now_us() == 150U);
  BOOST_TEST(second.now_us() == 1'001U);
  BOOST_TEST(a.seen() == 151);
  BOOST_TEST(b.seen() == 101);
}

BOOST_AUTO_TEST_CASE(a_simulation_may_end_before_one_that_began_earlier_or_later) {
  auto first = std::make_unique<kernel::Simulation>();
  auto second = std::make_unique<kernel::Simulation>();
  auto third = std::make_unique<kernel::Simulation>();
  first->run_for(5);
  third.reset();
  first->run_for(5);
  BOOST_TEST(first->now_us() == 10U);
  second->run_for(7);
  first.reset();  // the one that the second was made after
  second->run_for(7);
  BOOST_TEST(second->now_us() == 14U);
  second.reset();
  kernel::Simulation fourth;
  fourth.run_for(3);
  BOOST_TEST(fourth.now_us() == 3U);
}

BOOST_AUTO_TEST_CASE(a_failed_simulation_leaves_the_next_one_unharmed) {
  {
    kernel::Simulation broken;
    Actor actor(broken, [] { throw OwnError("first"); });
    actor.inbox().post(1);
    BOOST_CHECK_THROW(broken.run_for(1), OwnError);
  }
  kernel::Simulation simulation;
  Player a("a", simulation, 0);
  a.balls().post(1, 1'000);
  simulation.run_for(2);
  BOOST_TEST(a.seen() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
