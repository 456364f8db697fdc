// Every kind of fault on every wire of one row of P3, P4 and P5 comes to something that is allowed;
// with a role that is broken it does not.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "harness/bench/world_config.h"
#include "harness/campaign/sweep.h"
#include "harness/campaign/sweep_checks.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(sweep)

namespace flow = uketsuke::flow;
namespace bench = uketsuke::bench;
using namespace uketsuke::campaign;

static const std::string kData = UKETSUKE_SOURCE_DIR "/scenarios";
static const std::string kP3 = kData + "/hospital_flow/p3_emergency_reception_on_the_reader.yaml#0";
static const std::string kP4 =
    kData + "/hospital_flow/p4_emergency_reception_begun_in_the_general_account.yaml#0";
static const std::string kP5 =
    kData + "/hospital_flow/p5_emergency_reception_from_the_general_account.yaml#0";

static void all_allowed(const std::string& row) {
  SweepExecutor executor(kData, {}, 1);
  const SweepReport report = uketsuke::campaign::sweep(executor, {row});
  BOOST_TEST(report.all().points() > 400U);
  BOOST_TEST(report.disallowed_count == 0U);
  for (const Disallowed& entry : report.disallowed)
    BOOST_TEST_MESSAGE(to_string(entry.point.outcome) << ": " << entry.point.rule << ": "
                                                      << entry.point.what);
  // A sweep that changes nothing tests nothing.
  const Counts all = report.all();
  const auto of = [&all](Outcome outcome) { return all.of[static_cast<std::size_t>(outcome)]; };
  BOOST_TEST(of(Outcome::kUntouched) < all.points() / 10);
  for (const Outcome outcome : {Outcome::kRecovered, Outcome::kRefused, Outcome::kReported})
    BOOST_TEST(of(outcome) > 0U, to_string(outcome));
}

BOOST_AUTO_TEST_CASE(p3) { all_allowed(kP3); }
BOOST_AUTO_TEST_CASE(p4) { all_allowed(kP4); }
BOOST_AUTO_TEST_CASE(p5) { all_allowed(kP5); }

// Outcomes of the points of one wire and kind, with a role that is broken.
static std::uint64_t found(const std::string& row, const char* wire, const char* kind,
                           Outcome outcome,
                           const std::function<void(bench::WorldConfig&)>& broken) {
  SweepExecutor executor(kData, {}, 1);
  executor.amend_faulty = broken;
  std::uint64_t count = 0;
  const auto points = executor.expand(row, {});
  const std::string wanted = std::string("{wire: ") + wire + ",";
  for (const auto& entry : points) {
    const std::string& rule = entry.variant_name;
    const bool of_kind = rule.find(std::string(" kind: ") + kind + ",") != std::string::npos;
    if (rule.rfind(wanted, 0) != 0 || !of_kind) continue;
    const PointResult point = point_of(executor.execute(row, entry.variant, {}));
    count += point.outcome == outcome ? 1 : 0;
  }
  return count;
}

BOOST_AUTO_TEST_CASE(run_of_a_replay_shows_a_wrong_chart) {
  const auto& catalog = flow::assets().catalog;
  const auto row = uketsuke::scenario::load_or_throw(row_of(kP5).first, catalog).front();
  std::ifstream in(row_of(kP5).first, std::ios::binary);
  const std::string source(std::istreambuf_iterator<char>(in), {});
  const Checks checks = checks_of(flow::assets(), row, 1);
  // One bit of what the chart takes over from the result's file.
  std::size_t step = row.steps.size() + 1;
  for (const auto& check : row.then) {
    if (check.name == "emergency_view") break;
    ++step;
  }
  const std::string rule = "{wire: folder, pipe: res, kind: corrupt, bit: 77777, starts: {step: " +
                           std::to_string(step) + "}}";
  const std::string without = replay_text(source, row, "a", rule);
  const std::string with = replay_text(source, row, "a", with_steps_of(checks, row, rule), {},
                                       then_text(checks));
  BOOST_TEST(!run_shows(flow::assets(), without, "a.yaml", 1));
  BOOST_TEST(run_shows(flow::assets(), with, "a.yaml", 1), with);
}

BOOST_AUTO_TEST_CASE(a_card_of_somebody_else_is_a_record_for_the_wrong_person) {
  const auto broken = [](bench::WorldConfig& config) {
    for (bench::CardOnDesk& card : config.cards) {
      const std::string other = card.holder == "taro" ? "hanako" : "taro";
      card.profile = flow::assets().cards.at(other).profile;
    }
  };
  BOOST_TEST(found(kP5, "network", "delay", Outcome::kWrongPerson, broken) > 0U);
  BOOST_TEST(found(kP5, "network", "delay", Outcome::kWrongPerson, {}) == 0U);
}

BOOST_AUTO_TEST_CASE(a_connection_without_a_time_out_is_a_hang) {
  const auto broken = [](bench::WorldConfig& config) {
    config.network.time_out_us = 100'000'000'000;
  };
  BOOST_TEST(found(kP5, "network", "drop", Outcome::kHang, broken) > 0U);
  BOOST_TEST(found(kP5, "network", "drop", Outcome::kHang, {}) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
