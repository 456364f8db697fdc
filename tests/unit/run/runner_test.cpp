// The runner with real worker processes (the fake executor does what its files say).
#include "harness/run/runner.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "harness/run/codec.h"
#include "harness/run/find.h"
#include "harness/run/store.h"
#include "tests/unit/run/fake/fake_executor.h"
#include "tests/unit/run/temporary_folder.h"

using namespace uketsuke;
using namespace uketsuke::run;
using verdict::Verdict;

namespace {

struct Outcome {
  RunOutcome run;
  std::vector<std::string> names;  // "name=verdict", in order
  std::vector<verdict::ScenarioResult> results;
  std::vector<std::string> steps;  // "name: 2/9 ids what", as they began
};

struct Setup {
  RunConfig config;
  std::atomic<int> stop{0};
  std::function<void(const verdict::ScenarioResult&)> on_result;

  Setup() { config.worker_command = {UKETSUKE_FAKE, "worker"}; }

  Outcome run(const std::string& folder) {
    fake::FakeExecutor executor;
    ResultStore store(std::filesystem::temp_directory_path());
    Outcome outcome;
    RunEvents events;
    events.stop = &stop;
    events.on_result = [&](const verdict::ScenarioResult& result) {
      outcome.names.push_back(full_name(result) + "=" + std::string(to_string(result.verdict)));
      if (on_result) on_result(result);
    };
    events.on_step = [&](const Selected& selected, std::uint32_t repetition, const Step& step) {
      std::string name = selected.id + "[" + selected.variant_name + "]";
      if (repetition != 0) name += "#" + std::to_string(repetition + 1);
      outcome.steps.push_back(name + ": " + std::to_string(step.number) + "/" +
                              std::to_string(step.of) + " " + step.ids + " " + step.what.en);
    };
    outcome.run = uketsuke::run::run(find_scenarios({folder}), config, executor, store, events);
    store.for_each([&](const auto& result) { outcome.results.push_back(result); });
    return outcome;
  }
};

std::vector<std::string> list(std::initializer_list<const char*> names) {
  return {names.begin(), names.end()};
}

const auto kPerElement = boost::test_tools::per_element();

void check_names(const Outcome& outcome, const std::vector<std::string>& expected) {
  BOOST_TEST(outcome.names == expected, kPerElement);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runner)

BOOST_AUTO_TEST_CASE(results_come_in_the_order_of_the_list_whatever_finishes_first) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass", "sleep_us: 200000\n");
  for (const auto* name : {"b", "c", "d", "e"}) folder.scenario(name, "pass");
  for (const unsigned jobs : {1U, 2U, 4U, 9U}) {
    Setup setup;
    setup.config.jobs = jobs;
    check_names(setup.run(folder.path()), list({"a=pass", "b=pass", "c=pass", "d=pass", "e=pass"}));
  }
}

BOOST_AUTO_TEST_CASE(a_worker_that_dies_is_an_error_for_its_scenario_and_for_no_other) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass");
  folder.scenario("b", "crash");
  folder.scenario("c", "pass");
  folder.scenario("d", "exit");
  folder.scenario("e", "fail");
  for (const unsigned jobs : {1U, 2U}) {
    Setup setup;
    setup.config.jobs = jobs;
    const auto outcome = setup.run(folder.path());
    check_names(outcome, list({"a=pass", "b=error", "c=pass", "d=error", "e=fail"}));
    BOOST_TEST(outcome.run.workers_lost == 2u);
    BOOST_TEST(outcome.results[1].reason.en == "the worker process was ended by signal 9 (Killed)");
    BOOST_TEST(outcome.results[1].warnings.at(0).en.find("about to crash") != std::string::npos);
    BOOST_TEST(outcome.results[1].file == folder / "b.yaml");
    BOOST_TEST(outcome.results[3].reason.en == "the worker process exited with code 3");
    BOOST_TEST(exit_code(outcome.run.summary) == 4);
  }
}

BOOST_AUTO_TEST_CASE(only_the_variant_that_crashed_is_an_error) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass crash pass crash pass", "variants: 5\n");
  check_names(Setup().run(folder.path()),
              list({"a[0]=pass", "a[1]=error", "a[2]=pass", "a[3]=error", "a[4]=pass"}));
}

BOOST_AUTO_TEST_CASE(every_scenario_crashing_still_ends_with_a_result_each) {
  const TemporaryFolder folder;
  for (int i = 0; i < 20; ++i) folder.scenario("s" + std::to_string(i), "crash");
  Setup setup;
  setup.config.jobs = 2;
  const auto outcome = setup.run(folder.path());
  BOOST_TEST(outcome.run.summary.error == 20u);
  BOOST_TEST(outcome.run.workers_lost == 20u);
}

BOOST_AUTO_TEST_CASE(a_crash_or_an_exception_while_loading_is_an_error_of_that_file) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass", "load: crash\n");
  folder.scenario("b", "pass", "load: throw\n");
  folder.scenario("c", "pass");
  const auto outcome = Setup().run(folder.path());
  check_names(outcome, list({"a=error", "b=error", "c=pass"}));
  BOOST_TEST(outcome.results[1].reason.en == "internal error: told to throw");
}

BOOST_AUTO_TEST_CASE(a_scenario_that_never_ends_is_ended_at_the_wall_limit) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass");
  folder.scenario("b", "hang");
  folder.scenario("c", "pass");
  Setup setup;
  setup.config.options.wall_limit_ms = 300;
  const auto outcome = setup.run(folder.path());
  check_names(outcome, list({"a=pass", "b=error", "c=pass"}));
  BOOST_TEST(outcome.results[1].reason.en ==
             "exceeded the limit of 300 ms of real time at step 2 (line 17) and was ended");
  BOOST_TEST(outcome.results[1].wall_us >= 300'000u);
  BOOST_TEST(outcome.run.wall_us < 5'000'000u);
}

BOOST_AUTO_TEST_CASE(an_exception_of_the_executor_is_an_error_and_the_worker_goes_on) {
  const TemporaryFolder folder;
  folder.scenario("a", "throw");
  folder.scenario("b", "pass");
  const auto outcome = Setup().run(folder.path());
  check_names(outcome, list({"a=error", "b=pass"}));
  BOOST_TEST(outcome.run.workers_lost == 0u);
}

BOOST_AUTO_TEST_CASE(what_a_worker_prints_does_not_disturb_its_results) {
  const TemporaryFolder folder;
  folder.scenario("a", "print");
  check_names(Setup().run(folder.path()), list({"a=pass"}));
}

BOOST_AUTO_TEST_CASE(a_result_of_twenty_megabytes_comes_through_without_its_wire) {
  const TemporaryFolder folder;
  folder.scenario("a", "big");
  const auto outcome = Setup().run(folder.path());
  check_names(outcome, list({"a=fail"}));
  BOOST_TEST(outcome.results[0].warnings.size() == 1u);
}

BOOST_AUTO_TEST_CASE(repetitions_stand_next_to_each_other_and_the_seed_grows) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass", "variants: 2\n");
  Setup setup;
  setup.config.repeat = 3;
  setup.config.options.random_seed = 40;
  const auto outcome = setup.run(folder.path());
  check_names(outcome, list({"a[0]=pass", "a[0]#2=pass", "a[0]#3=pass", "a[1]=pass",
                             "a[1]#2=pass", "a[1]#3=pass"}));
  for (std::size_t i = 0; i < 6; ++i) {
    BOOST_TEST(outcome.results[i].random_seed == 40 + i % 3);
    BOOST_TEST(outcome.results[i].simulated_us == 40 + i % 3);  // the fake says what it was given
  }
}

BOOST_AUTO_TEST_CASE(many_variants_of_one_file_are_shared_among_workers_and_stay_in_order) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass", "variants: 1000\n");
  folder.scenario("b", "pass");
  Setup setup;
  setup.config.jobs = 3;
  const auto outcome = setup.run(folder.path());
  BOOST_TEST_REQUIRE(outcome.names.size() == 1001u);
  for (std::size_t i = 0; i < 1000; ++i) {
    BOOST_TEST(outcome.names[i] == "a[" + std::to_string(i) + "]=pass");
  }
}

BOOST_AUTO_TEST_CASE(fail_fast_ends_at_the_first_deviation_and_counts_what_was_left_out) {
  const TemporaryFolder folder;
  folder.scenario("a", "inconc");
  folder.scenario("b", "fail");
  for (int i = 0; i < 30; ++i) folder.scenario("c" + std::to_string(i), "pass");
  Setup setup;
  setup.config.fail_fast = true;
  const auto outcome = setup.run(folder.path());
  check_names(outcome, list({"a=inconc", "b=fail"}));
  BOOST_TEST(outcome.run.summary.not_run == 30u);
  BOOST_TEST(exit_code(outcome.run.summary) == 1);

  setup.config.in_process = true;
  check_names(setup.run(folder.path()), list({"a=inconc", "b=fail"}));

  setup.config.in_process = false;
  setup.config.jobs = 2;
  const auto parallel = setup.run(folder.path());
  BOOST_TEST(parallel.run.summary.fail == 1u);
  BOOST_TEST(parallel.run.summary.total() + parallel.run.summary.not_run == 32u);
  BOOST_TEST(exit_code(parallel.run.summary) == 1);
}

BOOST_AUTO_TEST_CASE(a_crash_counts_for_fail_fast_too) {
  const TemporaryFolder folder;
  folder.scenario("a", "crash");
  for (int i = 0; i < 30; ++i) folder.scenario("b" + std::to_string(i), "pass");
  Setup setup;
  setup.config.fail_fast = true;
  const auto outcome = setup.run(folder.path());
  check_names(outcome, list({"a=error"}));
  BOOST_TEST(exit_code(outcome.run.summary) == 4);
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_keeps_what_it_has_and_is_no_pass) {
  const TemporaryFolder folder;
  for (int i = 0; i < 200; ++i) {
    folder.scenario("s" + std::to_string(i), "pass", "sleep_us: 20000\n");
  }
  Setup setup;
  setup.on_result = [&](const auto&) { setup.stop = 1; };
  const auto outcome = setup.run(folder.path());
  BOOST_TEST(outcome.run.summary.interrupted);
  BOOST_TEST(outcome.run.summary.pass >= 1u);
  BOOST_TEST(outcome.run.summary.not_run > 100u);
  BOOST_TEST(outcome.run.summary.error == 0u);
  BOOST_TEST(outcome.run.summary.total() + outcome.run.summary.not_run == 200u);
  BOOST_TEST(exit_code(outcome.run.summary) == 4);
}

BOOST_AUTO_TEST_CASE(a_second_interruption_ends_at_once_and_what_was_running_is_none) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass");
  folder.scenario("b", "hang");
  Setup setup;
  std::thread impatient([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    setup.stop = 2;
  });
  const auto outcome = setup.run(folder.path());
  impatient.join();
  check_names(outcome, list({"a=pass", "b=none"}));
  BOOST_TEST(outcome.results[1].reason.en == "interrupted before it ended");
  BOOST_TEST(outcome.run.wall_us < 1'500'000u);
}

BOOST_AUTO_TEST_CASE(filtered_scenarios_leave_no_trace) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass", "tags: x y\n");
  folder.scenario("b", "fail", "tags: x\n");
  Setup setup;
  setup.config.options.filters.tags = {"y"};
  const auto outcome = setup.run(folder.path());
  check_names(outcome, list({"a=pass"}));
  setup.config.options.filters.tags = {"z"};
  BOOST_TEST(exit_code(setup.run(folder.path()).run.summary) == 5);
}

BOOST_AUTO_TEST_CASE(in_process_gives_the_same_results) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass fail throw", "variants: 4\n");
  folder.scenario("b", "na");
  Setup setup;
  const auto with_workers = setup.run(folder.path());
  setup.config.in_process = true;
  check_names(setup.run(folder.path()), with_workers.names);
}

BOOST_AUTO_TEST_CASE(steps_are_told_as_they_begin_if_that_is_wanted) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass", "variants: 2\n");
  for (const bool in_process : {false, true}) {
    Setup setup;
    setup.config.in_process = in_process;
    setup.config.repeat = 2;
    BOOST_TEST(setup.run(folder.path()).steps.empty());
    setup.config.options.extra["steps"] = "told";
    BOOST_TEST(setup.run(folder.path()).steps ==
                   list({"a[0]: 2/3 P3-2 enters", "a[0]#2: 2/3 P3-2 enters",
                         "a[1]: 2/3 P3-2 enters", "a[1]#2: 2/3 P3-2 enters"}),
               kPerElement);
  }
}

BOOST_AUTO_TEST_CASE(steps_that_are_told_give_a_scenario_no_more_time) {
  const TemporaryFolder folder;
  folder.scenario("a", "steps_for_ever");
  Setup setup;
  setup.config.options.extra["steps"] = "told";
  setup.config.options.wall_limit_ms = 300;
  check_names(setup.run(folder.path()), list({"a=error"}));
}

BOOST_AUTO_TEST_CASE(a_worker_that_cannot_be_started_or_does_not_work_is_a_clear_error) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"/no/such/program"}, {"/bin/false"}, {"/bin/echo", "x"}}) {
    Setup setup;
    setup.config.worker_command = command;
    BOOST_CHECK_EXCEPTION(setup.run(folder.path()), RunError, [](const RunError& error) {
      return error.kind() == RunError::Kind::kEnvironment && !error.text().ja.empty();
    });
  }
}

BOOST_AUTO_TEST_CASE(a_worker_that_answers_nonsense_does_not_hang_or_crash_the_run) {
  const TemporaryFolder folder;
  folder.scenario("a", "pass");
  for (const char* script : {"cat /dev/zero >&4", "head -c 100000 /dev/urandom >&4; sleep 9",
                                   "printf '\\005\\000\\000\\000\\002\\000\\000\\000\\000' >&4",
                                   "cat <&3 >&4"}) {
    Setup setup;
    setup.config.worker_command = {"/bin/sh", "-c", script};
    try {
      const auto outcome = setup.run(folder.path());
      BOOST_TEST(outcome.run.summary.error == 1u);
    } catch (const RunError& error) {
      BOOST_TEST((error.kind() == RunError::Kind::kEnvironment));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(store)

BOOST_AUTO_TEST_CASE(results_come_back_from_memory_and_from_disk_in_the_order_asked_for) {
  const TemporaryFolder folder;
  ResultStore results(folder.path());
  std::vector<ResultStore::Record> records;
  for (int i = 0; i < 3000; ++i) {
    verdict::ScenarioResult result;
    result.id = std::to_string(i);
    result.reason = std::string(1000, 'x');
    records.push_back(results.append(encode(result)));
  }
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    results.append_to_order(*record);
  }
  int expected = 2999;
  results.for_each(
      [&](const auto& result) { BOOST_TEST(result.id == std::to_string(expected--)); });
  BOOST_TEST(expected == -1);
  BOOST_TEST(std::filesystem::is_empty(folder.path()));  // no name: nothing is left behind
}

BOOST_AUTO_TEST_SUITE_END()
