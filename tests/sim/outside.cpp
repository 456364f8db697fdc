// A world whose reader is not simulated, with routes that do what the test says: what becomes of a
// run when hands, routes or the guard say no.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <mutex>
#include <thread>

#include "harness/bench/outside.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(outside)

using namespace uketsuke;
using gateway::HandsEvent;
using gateway::Missed;
using verdict::Verdict;
namespace session = wire::session;

constexpr const char* kP5 = "p5_emergency_reception_from_the_general_account";
constexpr const char* kP3 = "p3_emergency_reception_on_the_reader";
constexpr double kSpeed = 1000;

// What the two routes have in common with the test.
struct Script {
  // Answer to a deed; empty: it is attested.
  std::function<std::optional<Missed>(const gateway::Deed&)> misses;
  bool reader_breaks = false;         // when it is looked for
  bool old_card = false;              // the reader tells of the card before, for a while
  std::atomic<bool> old_card_left{false};
  std::vector<wire::Bytes> commands;  // that reached the card
  gateway::SessionRoute::Report to_session;
};

class FakeHands : public gateway::HandsRoute {
 public:
  explicit FakeHands(std::shared_ptr<Script> script) : script_(std::move(script)) {}
  void start(Report report) override { report_ = std::move(report); }
  void ask(gateway::HandsRequest request) override {
    if (!std::holds_alternative<gateway::Begin>(request.deed) && script_->old_card)
      BOOST_TEST(script_->old_card_left.load(), "the patient came before the card before was gone");
    if (script_->misses) {
      if (auto missed = script_->misses(request.deed)) {
        missed->id = request.id;
        return report_(*missed);
      }
    }
    report_(gateway::Attested{request.id, "a test"});
    if (std::holds_alternative<gateway::PlaceCard>(request.deed))
      script_->to_session(session::Event{session::CardPresent{}});
    if (std::holds_alternative<gateway::RemoveCard>(request.deed))
      script_->to_session(session::Event{session::CardAbsent{}});
  }
  std::string name() const override { return "hands:test"; }

 private:
  std::shared_ptr<Script> script_;
  Report report_;
};

// A reader whose card answers 9000 to everything.
class FakeSession : public gateway::SessionRoute {
 public:
  explicit FakeSession(std::shared_ptr<Script> script) : script_(std::move(script)) {}
  void start(Report report) override {
    script_->to_session = report;
    if (script_->reader_breaks) return report(gateway::RouteFailed{"壊れた", "it broke"});
    session::ReaderArrived arrived;
    arrived.name = "a test's reader";
    report(session::Event{arrived});
    if (script_->old_card) {
      late_ = std::thread([this, report] {
        const auto later = [] { std::this_thread::sleep_for(std::chrono::milliseconds(15)); };
        later();  // 15 s in there
        report(session::Event{session::CardPresent{}});
        later();
        script_->old_card_left = true;
        report(session::Event{session::CardAbsent{}});
      });
    }
  }
  ~FakeSession() override {
    if (late_.joinable()) late_.join();
  }
  void ask(session::Request request) override {
    const auto report = script_->to_session;
    if (std::holds_alternative<session::Connect>(request)) {
      report(session::Event{session::Connected{0, {0x3B, 0x80, 0x80, 0x01, 0x01}}});
    } else if (const auto* transmit = std::get_if<session::Transmit>(&request)) {
      script_->commands.push_back(transmit->command);
      report(session::Event{session::Response{0, {0x90, 0x00}}});
    } else {
      report(session::Event{session::Disconnected{}});
    }
  }
  bool tells_empty_slot() const override { return script_->old_card; }
  std::string name() const override { return "pcsc:test"; }
  Hidden hides() const override { return {"すべて", "everything"}; }

 private:
  std::shared_ptr<Script> script_;
  std::thread late_;
};

verdict::ScenarioResult run(const char* id, const std::shared_ptr<Script>& script) {
  bench::RunSettings settings;
  settings.produced_by = "reader=pcsc:test";
  settings.amend = [&script](bench::WorldConfig& config) {
    config.outside = std::make_shared<bench::Outside>();
    config.outside->pace.speed = kSpeed;
    config.outside->session = std::make_unique<FakeSession>(script);
    config.outside->panel_hands = std::make_unique<FakeHands>(script);
  };
  return flow::run(flow::scenario_named(id, 1), settings);
}

template <class Wanted>
std::function<std::optional<Missed>(const gateway::Deed&)> miss(Missed::Why why) {
  return [why](const gateway::Deed& deed) -> std::optional<Missed> {
    if (!std::holds_alternative<Wanted>(deed)) return std::nullopt;
    return Missed{0, why, "だめ", "no way"};
  };
}

BOOST_AUTO_TEST_CASE(a_route_that_breaks_is_an_error_of_the_bench_in_both_languages) {
  auto script = std::make_shared<Script>();
  script->reader_breaks = true;
  const auto result = run(kP5, script);
  BOOST_TEST((result.verdict == Verdict::kError));
  BOOST_TEST(result.reason.en == "pcsc:test: it broke (before the first step)");
  BOOST_TEST(result.reason.ja == "pcsc:test：壊れた（手順の前）");
}

BOOST_AUTO_TEST_CASE(a_card_that_the_reader_still_tells_of_is_not_the_patients) {
  auto script = std::make_shared<Script>();
  script->old_card = true;
  script->misses = miss<gateway::PlaceCard>(Missed::Why::kTimeOut);
  const auto result = run(kP5, script);
  BOOST_TEST(script->old_card_left.load());
  BOOST_TEST((result.verdict == Verdict::kInconc));  // of the step that nobody did
}

BOOST_AUTO_TEST_CASE(what_nobody_did_in_time_is_inconclusive) {
  auto script = std::make_shared<Script>();
  script->misses = miss<gateway::PlaceCard>(Missed::Why::kTimeOut);
  const auto result = run(kP5, script);
  BOOST_TEST((result.verdict == Verdict::kInconc));
  BOOST_TEST(result.steps.back().observed.en == "no way");
  BOOST_TEST(script->commands.empty());
}

BOOST_AUTO_TEST_CASE(without_an_operator_nothing_is_begun) {
  auto script = std::make_shared<Script>();
  script->misses = miss<gateway::Begin>(Missed::Why::kNoOperator);
  const auto result = run(kP5, script);
  BOOST_TEST((result.verdict == Verdict::kInconc));
  BOOST_TEST(result.reason.en == "no way");
  BOOST_TEST(result.steps.empty());
}

BOOST_AUTO_TEST_CASE(what_the_reader_does_not_allow_is_a_deviation) {
  auto script = std::make_shared<Script>();
  script->misses = miss<gateway::PlaceCard>(Missed::Why::kNotPossible);
  const auto result = run(kP5, script);
  BOOST_TEST((result.verdict == Verdict::kFail));
  BOOST_TEST(result.steps.back().observed.en.find("no way") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_card_that_is_not_released_gets_nothing_but_what_is_harmless) {
  auto script = std::make_shared<Script>();
  const auto result = run(kP5, script);
  BOOST_TEST(verdict::is_not_applicable(result));
  BOOST_TEST(result.not_applicable.en.find("card not released") != std::string::npos);
  BOOST_TEST(result.not_applicable.ja.find("カードは使用許可されていない") != std::string::npos);
  BOOST_TEST(!script->commands.empty());
  for (const wire::Bytes& command : script->commands)
    BOOST_TEST((command.size() >= 2 && command[1] == 0xA4), "reached the card: not SELECT");
}

BOOST_AUTO_TEST_CASE(who_attested_a_step_and_what_was_hidden_stands_in_the_result) {
  auto script = std::make_shared<Script>();
  script->misses = miss<gateway::RemoveCard>(Missed::Why::kTimeOut);
  const auto result = run(kP5, script);
  std::size_t attested = 0;
  for (const verdict::StepResult& step : result.steps) attested += step.attested_by == "a test";
  BOOST_TEST(attested >= 2U);  // the comparison of photos, the card
  bool told = false;
  for (const verdict::Text& warning : result.warnings)
    told = told || warning.en.find("everything") != std::string::npos;
  BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(a_route_without_reader_link_does_not_serve_a_face_auth_reader) {
  const auto result = run(kP3, std::make_shared<Script>());
  BOOST_TEST(verdict::is_not_applicable(result));
  BOOST_TEST(result.not_applicable.en.find("reader link") != std::string::npos);
  for (const verdict::Text& warning : result.warnings)  // nobody waited for it to become ready
    BOOST_TEST(warning.en.find("ready") == std::string::npos, warning.en);
}

BOOST_AUTO_TEST_SUITE_END()
