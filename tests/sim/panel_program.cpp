// A program at the panel of the face-auth reader: it does the scenario's deeds, or not, and acts by
// itself at the instant at which the panel shows something.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "harness/bench/world_config.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(panel_program)

using namespace uketsuke;
using verdict::Verdict;
namespace panel = wire::panel;

constexpr const char* kP3 = "p3_emergency_reception_on_the_reader";

class Program : public bench::PanelProgram {
 public:
  std::string name() const override { return "Robot"; }
  void meet(channel::PanelPersonPort& port) override { there = &port; }
  void leave() noexcept override { there = nullptr; }
  bench::Done put(const panel::Input& input) override {
    ++deeds;
    if (refuses) return refuses(input);
    there->put(input);
    return {};
  }
  bench::Done compare(bool match) override {
    compared.push_back(match);
    return {};
  }
  void shown(const panel::Display& display) override {
    screens.push_back(display.screen);
    if (sees) sees(display);
  }

  channel::PanelPersonPort* there = nullptr;
  std::function<bench::Done(const panel::Input&)> refuses;
  std::function<void(const panel::Display&)> sees;
  std::vector<std::string> screens;
  std::vector<bool> compared;
  int deeds = 0;
};

bench::RunSettings with(std::shared_ptr<Program> program) {
  bench::RunSettings settings;
  settings.amend = [program](bench::WorldConfig& config) { config.panel = program; };
  return settings;
}

bench::WorldConfig config_with(std::shared_ptr<Program> program) {
  auto config = bench::make_config(flow::assets(), flow::scenario_named(kP3), 1, {});
  config.panel = std::move(program);
  return config;
}

// Presses the staff button as soon as it sees it, and leaves the next screen again, so many times.
void press_to_and_fro(Program& program, int times) {
  program.sees = [&program, times, pressed = 0](const panel::Display& display) mutable {
    const bool first = display.screen == "initial";
    if (pressed >= times || (!first && display.screen != "passcode_entry")) return;
    program.there->put(panel::Press{first ? "staff_button" : "cancel"});
    ++pressed;
  };
}

BOOST_AUTO_TEST_CASE(a_program_that_only_does_the_deeds_changes_no_journal_and_attests_them) {
  const scenario::Scenario& scenario = flow::scenario_named(kP3);
  const auto program = std::make_shared<Program>();
  const auto alone = flow::run(scenario);
  const auto result = flow::run(scenario, with(program));
  BOOST_TEST((result.verdict == Verdict::kPass), flow::summary(result));
  BOOST_TEST(result.journal_digest == alone.journal_digest);
  BOOST_TEST(result.steps.at(0).attested_by == "script Robot");
  BOOST_TEST(result.steps.at(2).attested_by == "script Robot");
  BOOST_TEST(result.steps.at(3).attested_by.empty());  // the card is none of its business
  BOOST_TEST(program->deeds == 3);                     // staff button, passcode, consent
  BOOST_TEST(program->compared.size() == 1U);
  BOOST_TEST(program->there == nullptr);
  BOOST_TEST(program->screens.at(0) == "not_connected");
  BOOST_TEST(program->screens.at(1) == "initial");
  BOOST_TEST(program->screens.at(2) == "passcode_entry");
}

BOOST_AUTO_TEST_CASE(a_deed_that_a_program_refuses_is_a_deviation_one_that_it_cannot_tell_is_none) {
  const auto program = std::make_shared<Program>();
  program->refuses = [](const panel::Input&) {
    bench::Done done;
    done.impossible = {"手が届かない", "out of reach"};
    return done;
  };
  const auto impossible = flow::run(flow::scenario_named(kP3), with(program));
  BOOST_TEST((impossible.verdict == Verdict::kFail), flow::summary(impossible));
  BOOST_TEST(impossible.steps.at(0).observed.en.find("out of reach") == 0U);
  BOOST_TEST(impossible.steps.at(0).attested_by.empty());
  program->refuses = [](const panel::Input&) {
    bench::Done done;
    done.undecided = {"見ていなかった", "did not look"};
    return done;
  };
  const auto undecided = flow::run(flow::scenario_named(kP3), with(program));
  BOOST_TEST((undecided.verdict == Verdict::kInconc), flow::summary(undecided));
}

BOOST_AUTO_TEST_CASE(what_a_program_presses_when_it_sees_a_screen_is_pressed_at_that_instant) {
  const auto program = std::make_shared<Program>();
  std::vector<wire::Micros> at;
  bench::World* there = nullptr;
  program->sees = [&](const panel::Display& display) {
    at.push_back(there->simulation().now_us());
    if (display.screen == "initial") program->there->put(panel::Press{"staff_button"});
  };
  bench::World world(config_with(program));
  there = &world;
  world.simulation().run_for(5'000'000);
  BOOST_TEST(world.reader_panel().display().screen == "passcode_entry");
  BOOST_REQUIRE(at.size() == 3U);  // without a terminal, the first screen, the passcode's
  BOOST_TEST(at[0] < at[1]);
  BOOST_TEST(at[1] == at[2]);
}

BOOST_AUTO_TEST_CASE(windows_of_a_run_change_nothing_of_what_a_program_does) {
  std::vector<std::string> digests;
  for (const wire::Micros window : {2'000'000U, 1'000U, 10U}) {
    const auto program = std::make_shared<Program>();
    press_to_and_fro(*program, 7);
    bench::World world(config_with(program));
    for (wire::Micros done = 0; done < 2'000'000; done += window)
      world.simulation().run_for(window);
    BOOST_TEST(program->screens.size() == 9U);  // not_connected, initial, and seven more
    digests.push_back(world.journal().digest());
  }
  BOOST_TEST(digests[0] == digests[1]);
  BOOST_TEST(digests[0] == digests[2]);
}

BOOST_AUTO_TEST_CASE(the_same_picture_again_is_nothing_new_to_a_program) {
  const auto program = std::make_shared<Program>();
  bench::World world(config_with(program));
  world.simulation().run_for(1'000'000);
  const std::size_t seen = program->screens.size();
  world.reader_panel().show(world.reader_panel().display());
  world.simulation().run_for(1'000);
  BOOST_TEST(program->screens.size() == seen);
  panel::Display another = world.reader_panel().display();
  another.message = "another";
  world.reader_panel().show(another);
  world.simulation().run_for(1'000);
  BOOST_TEST(program->screens.size() == seen + 1);
}

BOOST_AUTO_TEST_CASE(a_program_that_never_lets_go_of_an_instant_is_a_livelock) {
  const auto program = std::make_shared<Program>();
  press_to_and_fro(*program, 1'000'000'000);
  bench::World world(config_with(program));
  BOOST_CHECK_THROW(world.simulation().run_for(5'000'000), kernel::Livelock);
}

BOOST_AUTO_TEST_CASE(what_a_program_throws_leaves_the_run_and_the_world_goes_on) {
  const auto program = std::make_shared<Program>();
  program->sees = [](const panel::Display&) { throw std::domain_error("blind"); };
  bench::World world(config_with(program));
  BOOST_CHECK_THROW(world.simulation().run_for(5'000'000), std::domain_error);
  program->sees = nullptr;
  world.simulation().run_for(1'000'000);
  program->there->put(panel::Press{"staff_button"});
  world.simulation().run_for(1'000'000);
  BOOST_TEST(world.reader_panel().display().screen == "passcode_entry");
}

BOOST_AUTO_TEST_SUITE_END()
