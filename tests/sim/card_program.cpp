// A card whose commands a program outside of the kernel answers.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "harness/bench/world_config.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(card_program)

using namespace uketsuke;
using verdict::Verdict;

constexpr const char* kP3 = "p3_emergency_reception_on_the_reader";
constexpr const char* kP5 = "p5_emergency_reception_from_the_general_account";

class Program : public card::Outside {
 public:
  using Transmit = std::function<card::Answer(card::Modelled&, wire::ByteView)>;
  explicit Program(Transmit transmit) : transmit_(std::move(transmit)) {}
  void powered_on() override { told.emplace_back("on"); }
  void reset() override { told.emplace_back("reset"); }
  void powered_down() override { told.emplace_back("down"); }
  card::Answer transmit(card::Modelled& modelled, wire::ByteView command) override {
    commands.push_back(wire::to_bytes(command));
    return transmit_(modelled, command);
  }
  wire::Bytes atr() const override { return own_atr; }
  void transmits(Transmit transmit) { transmit_ = std::move(transmit); }

  std::vector<std::string> told;
  std::vector<wire::Bytes> commands;
  wire::Bytes own_atr;

 private:
  Transmit transmit_;
};

card::Answer as_the_card(card::Modelled& modelled, wire::ByteView command) {
  return modelled.transmit(command);
}

bool selects_jpki(wire::ByteView command) {  // SELECT by name D3 92 F0 00 26 01 ...
  return command.size() > 10 && command[1] == 0xA4 && command[2] == 0x04 && command[9] == 0x26;
}

bench::RunSettings with(std::shared_ptr<Program> program) {
  bench::RunSettings settings;
  settings.amend = [program](bench::WorldConfig& config) {
    config.cards.at(0).program = program;
  };
  return settings;
}

// A desk in which somebody places the card after a second, run in windows.
class Desk {
 public:
  Desk(const char* scenario, std::shared_ptr<Program> program)
      : Desk(flow::scenario_named(scenario), std::move(program)) {}
  Desk(const scenario::Scenario& scenario, std::shared_ptr<Program> program)
      : world_(config_of(scenario, std::move(program))) {
    world_.simulation().run_for(1'000'000);
  }
  bench::World& world() { return world_; }
  kernel::Simulation& simulation() { return world_.simulation(); }
  bool place() { return card().place(world_.slot(), world_.medium()); }
  card::CardModule& card() { return *world_.card(world_.config().cards.at(0).holder); }
  std::string digest() { return world_.journal().digest(); }
  void ask(wire::session::Request request) { world_.session().ask_second(std::move(request)); }
  wire::Bytes select_jpki() {
    return world_.raw()->transmit(0, wire::from_hex("00A4040C0AD392F000260100000001").value(),
                                  5'000'000);
  }

 private:
  static bench::WorldConfig config_of(const scenario::Scenario& scenario,
                                      std::shared_ptr<Program> program) {
    auto config = bench::make_config(flow::assets(), scenario, 1, {});
    config.cards.at(0).program = std::move(program);
    config.raw = true;
    return config;
  }
  bench::World world_;
};

BOOST_AUTO_TEST_CASE(a_program_that_passes_every_command_on_to_the_modelled_card_changes_nothing) {
  for (const char* id : {kP3, kP5}) {
    const scenario::Scenario& scenario = flow::scenario_named(id);
    const auto program = std::make_shared<Program>(as_the_card);
    const auto alone = flow::run(scenario);
    const auto asked = flow::run(scenario, with(program));
    BOOST_TEST((alone.verdict == Verdict::kPass), flow::summary(alone));
    BOOST_TEST((asked.verdict == Verdict::kPass), flow::summary(asked));
    BOOST_TEST(asked.journal_digest == alone.journal_digest, id);
    BOOST_TEST(program->commands.size() > 3U);
  }
}

BOOST_AUTO_TEST_CASE(a_program_that_has_no_jpki_application_is_refused_as_a_foreign_card_is) {
  const auto program =
      std::make_shared<Program>([](card::Modelled& modelled, wire::ByteView command) {
        if (selects_jpki(command)) return card::Answer{{0x6A, 0x82}, 0};
        return modelled.transmit(command);
      });
  const auto result = flow::run(flow::scenario_named(kP3), with(program));
  BOOST_TEST((result.verdict == Verdict::kFail), flow::summary(result));
  const verdict::StepResult* step = verdict::decisive_step(result);
  BOOST_REQUIRE(step != nullptr);
  BOOST_TEST(step->observed.en.find("completion") == std::string::npos, step->observed.en);
}

// A second program of the session connects the card and sends a command, in windows of a run.
std::string digest_with_windows(wire::Micros window) {
  auto program = std::make_shared<Program>([](card::Modelled& modelled, wire::ByteView command) {
    card::Answer answer = modelled.transmit(command);
    answer.work_time_us += 1'234;
    return answer;
  });
  Desk desk(kP5, program);
  BOOST_TEST(desk.place());
  const auto run = [&] {
    for (wire::Micros done = 0; done < 1'000'000; done += window) desk.simulation().run_for(window);
  };
  run();
  desk.simulation().activate();
  desk.ask(wire::session::Connect{});
  run();
  desk.ask(wire::session::Transmit{0, wire::from_hex("0084000008").value()});
  run();
  BOOST_TEST(!program->commands.empty());
  return desk.digest();
}

BOOST_AUTO_TEST_CASE(windows_of_a_run_change_nothing_of_what_a_program_answers) {
  const std::string whole = digest_with_windows(1'000'000);
  BOOST_TEST(digest_with_windows(1'000) == whole);
  BOOST_TEST(digest_with_windows(8) == whole);
}

BOOST_AUTO_TEST_CASE(what_a_program_throws_leaves_the_run_and_the_reader_gets_6f00) {
  auto program = std::make_shared<Program>([](card::Modelled&, wire::ByteView) -> card::Answer {
    throw std::domain_error("not today");
  });
  Desk desk(kP5, program);
  desk.place();
  BOOST_CHECK_THROW(desk.select_jpki(), std::domain_error);
  BOOST_TEST(program->commands.size() == 1U);
  desk.simulation().run_for(1'000'000);
  const std::string journal = flow::journal_text(desk.world().journal());
  BOOST_TEST(journal.find("6f00") != std::string::npos);
  program->transmits(as_the_card);
  BOOST_TEST(wire::to_hex(desk.select_jpki()) == "9000");
}

BOOST_AUTO_TEST_CASE(a_card_that_is_taken_while_its_program_is_asked_does_not_answer) {
  Desk* there = nullptr;
  auto program = std::make_shared<Program>([&](card::Modelled& modelled, wire::ByteView command) {
    card::Answer answer = modelled.transmit(command);
    there->card().take();
    return answer;
  });
  Desk desk(kP5, program);
  there = &desk;
  desk.place();
  BOOST_CHECK_THROW(desk.select_jpki(), bench::RawFailed);
  BOOST_TEST(program->commands.size() == 1U);
  BOOST_TEST(program->told.back() == "down");
  program->transmits(as_the_card);
  BOOST_TEST(desk.place());
  desk.simulation().run_for(1'000'000);
  BOOST_TEST(wire::to_hex(desk.select_jpki()) == "9000");
  BOOST_TEST(program->commands.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_program_is_told_of_power_and_resets_before_the_commands_that_follow) {
  std::vector<std::string>* told = nullptr;
  auto program = std::make_shared<Program>([&](card::Modelled& modelled, wire::ByteView command) {
    told->emplace_back("command");
    return modelled.transmit(command);
  });
  told = &program->told;
  const auto result = flow::run(flow::scenario_named(kP5), with(program));
  BOOST_TEST((result.verdict == Verdict::kPass), flow::summary(result));
  BOOST_REQUIRE(told->size() > 3U);
  BOOST_TEST(told->at(0) == "on");
  BOOST_TEST(told->at(1) == "command");
  BOOST_TEST(told->back() == "down");
}

BOOST_AUTO_TEST_CASE(a_program_has_an_atr_of_its_own_at_the_contacts) {
  auto program = std::make_shared<Program>(as_the_card);
  program->own_atr = wire::from_hex("3B80800101").value();
  Desk desk(flow::scenario_named("p5_emergency_reception_after_a_refused_pin", 1), program);
  desk.place();
  BOOST_TEST(wire::to_hex(desk.world().raw()->connect(0, 5'000'000)) == "3b80800101");
  BOOST_TEST(wire::to_hex(desk.select_jpki()) == "9000");
}

BOOST_AUTO_TEST_SUITE_END()
