// Each invariant is seen to fail: on journals made by hand, and in worlds whose roles break a rule.
#include "harness/bench/invariants.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "harness/bench/secrets.h"
#include "harness/bench/stage.h"
#include "harness/bench/world_config.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(invariants)

namespace backend = uketsuke::backend;
namespace bench = uketsuke::bench;
namespace flow = uketsuke::flow;
namespace trace = uketsuke::trace;
namespace wire = uketsuke::wire;
namespace api = uketsuke::wire::backend_api;

// A journal as the wires of a P3 or P5 reception write it, with what one test leaves out.
class Story {
 public:
  Story() {
    command_ = journal_.add_pipe({"session", "command", "terminal", "reader", nullptr});
    response_ = journal_.add_pipe({"session", "response", "reader", "terminal", nullptr});
    press_ = journal_.add_pipe({"panel", "input", "people", "face_reader", nullptr});
    click_ = journal_.add_pipe({"panel", "input", "people", "terminal", nullptr});
    screen_ = journal_.add_pipe({"panel", "screen", "face_reader", "people", nullptr});
    form_ = journal_.add_pipe({"panel", "screen", "terminal", "people", nullptr});
    network_ = journal_.add_pipe({"network", "request", "terminal", "backend", nullptr});
  }

  void say(trace::PipeId pipe, const wire::Bytes& bytes, const std::string& decoded = {},
           const std::string& remark = {}) {
    journal_.message(pipe, ++now_, bytes, {}, remark, decoded);
  }
  void begin() { journal_.note("terminal", ++now_, "reception_started", ""); }
  void sign(std::uint8_t sw1 = 0x90) {
    say(command_, {0x80, 0x2A, 0x00, 0x80});
    say(response_, {0x01, 0x02, sw1, 0x00});
  }
  void ask_consent() {
    const std::string line = "display\tconsent\t";
    say(screen_, wire::Bytes(line.begin(), line.end()));
  }
  void open_form() {
    const std::string line = "display\tconfirm_by_card\t";
    say(form_, wire::Bytes(line.begin(), line.end()));
  }
  void press(const std::string& control) { say(press_, {}, "press " + control); }
  void tick(bool on, const std::string& remark = {}) {
    say(click_, {}, on ? "tick viewing_consent on" : "tick viewing_consent off", remark);
  }
  void request(const std::string& op, const std::string& more = {}) {
    say(network_, {}, "{\"op\":\"" + op + "\",\"institution\":\"1\"" + more + "}");
  }
  void record(backend::Record record) {
    journal_.note("backend", ++now_, name_of(record), {});
    records_.push_back(std::move(record));
  }
  void identity() {
    request("complete_identity");
    backend::IdentityRecord row;
    row.holder = "hanako";
    row.time = "20241209090000";
    identities_.push_back(row);
    record(row);
  }
  void two_factors(std::size_t factors) {
    request("record_two_factor");
    const backend::TwoFactorRow row{"1", "dr", std::vector<std::string>(factors, "f"),
                                    "20241209090000"};
    two_factors_.push_back(row);
    record(row);
  }
  void judge() { journal_.note("ehr", ++now_, "judged", "clinician=dr necessary=yes"); }
  void consent(api::ConsentRecord consent) {
    request("register_consent");
    record(backend::ConsentRow{"hanako", "1", consent, {}, {}});
  }
  void emergency_request(bool mode) {
    request("emergency_view", std::string(",\"clinician\":\"dr\",\"emergency_mode\":") +
                                  (mode ? "true" : "false"));
  }
  void emergency_view(const std::string& time = "20241209100000") {
    backend::ViewRow row;
    row.emergency = row.returned = true;
    row.clinician = "dr";
    row.holder = "hanako";
    row.time = time;
    record(row);
  }

  // "identity consent": the invariants that do not hold.
  std::string broken() const {
    std::string names;
    for (const bench::Violation& violation : bench::violations(
             bench::Evidence{journal_, records_, identities_, two_factors_, parameters}))
      names += (names.empty() ? "" : " ") + violation.invariant;
    return names;
  }

  backend::Parameters parameters;

 private:
  trace::Journal journal_;
  std::uint64_t now_ = 0;
  trace::PipeId command_, response_, press_, click_, screen_, form_, network_;
  std::vector<backend::Record> records_;
  std::vector<backend::IdentityRecord> identities_;
  std::vector<backend::TwoFactorRow> two_factors_;
};

BOOST_AUTO_TEST_CASE(an_identity_record_rests_on_one_card_read_of_its_reception) {
  Story good;
  good.begin();
  good.sign();
  good.identity();
  BOOST_TEST(good.broken() == "");

  Story unread;
  unread.begin();
  unread.identity();
  BOOST_TEST(unread.broken() == "identity");

  Story refused;
  refused.begin();
  refused.sign(0x69);
  refused.identity();
  BOOST_TEST(refused.broken() == "identity");

  Story earlier;
  earlier.begin();
  earlier.sign();
  earlier.begin();
  earlier.identity();
  BOOST_TEST(earlier.broken() == "identity");

  Story twice;
  twice.begin();
  twice.sign();
  twice.identity();
  twice.identity();
  BOOST_TEST(twice.broken() == "identity");
}

BOOST_AUTO_TEST_CASE(consent_is_what_was_pressed) {
  for (const bool granted : {true, false}) {
    for (const auto recorded : {api::ConsentRecord::kGranted, api::ConsentRecord::kDeclined,
                                api::ConsentRecord::kNotAsked}) {
      Story story;
      story.begin();
      story.ask_consent();
      story.press(granted ? "granted" : "declined");
      story.consent(recorded);
      const bool right = recorded == (granted ? api::ConsentRecord::kGranted
                                              : api::ConsentRecord::kDeclined);
      BOOST_TEST(story.broken() == (right ? "" : "consent"));
    }
  }
  Story before_the_question;
  before_the_question.press("granted");
  before_the_question.begin();
  before_the_question.ask_consent();
  before_the_question.consent(api::ConsentRecord::kGranted);
  BOOST_TEST(before_the_question.broken() == "consent");
}

BOOST_AUTO_TEST_CASE(consent_is_what_was_ticked_and_none_where_nothing_was_asked) {
  const auto story = [](std::vector<bool> ticks, api::ConsentRecord recorded) {
    Story told;
    told.open_form();
    for (const bool on : ticks) told.tick(on);
    told.begin();
    told.consent(recorded);
    return told.broken();
  };
  BOOST_TEST(story({true}, api::ConsentRecord::kGranted) == "");
  BOOST_TEST(story({}, api::ConsentRecord::kNotAsked) == "");
  BOOST_TEST(story({true, false}, api::ConsentRecord::kNotAsked) == "");
  BOOST_TEST(story({}, api::ConsentRecord::kGranted) == "consent");
  BOOST_TEST(story({}, api::ConsentRecord::kDeclined) == "consent");
  BOOST_TEST(story({true, false}, api::ConsentRecord::kGranted) == "consent");
  BOOST_TEST(story({true}, api::ConsentRecord::kNotAsked) == "consent");
  // Ticked where no box is: refused.
  Story elsewhere;
  elsewhere.tick(true);
  elsewhere.begin();
  elsewhere.consent(api::ConsentRecord::kNotAsked);
  BOOST_TEST(elsewhere.broken() == "");
  // A tick that a fault touched may have arrived, or not.
  for (const auto recorded : {api::ConsentRecord::kGranted, api::ConsentRecord::kNotAsked}) {
    Story touched;
    touched.open_form();
    touched.tick(true, "drop");
    touched.begin();
    touched.consent(recorded);
    BOOST_TEST(touched.broken() == "");
  }
}

BOOST_AUTO_TEST_CASE(an_emergency_view_needs_every_check) {
  const auto told = [](const std::string& without) {
    Story story;
    story.begin();
    story.sign();
    if (without != "identity") story.identity();
    if (without != "two factors") story.two_factors(without == "second factor" ? 1 : 2);
    if (without != "judgement") story.judge();
    story.emergency_request(without != "mode");
    story.parameters.release.emergency_view.enabled = without != "release";
    story.parameters.release.emergency_by_my_number_card.enabled = without != "kind";
    story.emergency_view(without == "window" ? "20241210090001" : "20241210090000");
    return story.broken();
  };
  BOOST_TEST(told("nothing") == "");
  for (const char* check : {"identity", "two factors", "second factor", "judgement", "mode",
                            "release", "kind", "window"})
    BOOST_TEST(told(check) == "emergency_view", "without " << check << ": " << told(check));
}

BOOST_AUTO_TEST_CASE(a_request_has_at_most_one_effect) {
  Story story;
  story.request("check_eligibility");
  story.record(backend::EligibilityChecked{"hanako", "1", "1"});
  BOOST_TEST(story.broken() == "");
  story.record(backend::EligibilityChecked{"hanako", "1", "1"});
  BOOST_TEST(story.broken() == "effect");
}

// ---- in worlds

std::string broken_in(const std::string& id, const bench::RunSettings& settings) {
  std::string names;
  const auto result = flow::run(flow::scenario_named(id, 1), settings);
  for (const auto& step : result.steps)
    if (step.title.en.rfind("invariant: ", 0) == 0) names += step.title.en.substr(11) + " ";
  return names;
}

BOOST_AUTO_TEST_CASE(a_reader_that_swaps_the_two_buttons_is_found) {
  bench::RunSettings settings;
  settings.amend = [](bench::WorldConfig& config) {
    namespace reader = uketsuke::face_reader;
    auto table = std::make_shared<reader::Table>(*reader::default_table());
    cell(*table, reader::State::kConsent, reader::Occurrence::kPressDeclined) =
        reader::Verb::kChooseGranted;
    config.face.panel.table = table;
  };
  BOOST_TEST(broken_in("p3_emergency_reception_on_the_reader", settings) == "consent ");
  BOOST_TEST(broken_in("p3_emergency_reception_on_the_reader", {}) == "");
}

BOOST_AUTO_TEST_CASE(who_waits_for_ever_is_found) {
  bench::RunSettings settings;
  settings.amend = [](bench::WorldConfig& config) {
    config.network.latency_us = 3'000'000'000;
    config.network.time_out_us = 3'600'000'000;
  };
  BOOST_TEST(broken_in("p5_emergency_reception_from_the_general_account", settings)
                 .find("answer ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(secrets_are_found_in_text_and_in_hex) {
  const auto& scenario = flow::scenario_named("p3_emergency_reception_on_the_reader", 1);
  const bench::WorldConfig config = bench::make_config(flow::assets(), scenario, 1);
  bench::Secrets secrets(config);
  secrets.add("passcode", "482915");
  BOOST_TEST(secrets.size() > 10U);
  const std::string name = config.cards.front().profile->data.name;
  BOOST_TEST(secrets.found_in("before " + name + " after").has_value());
  const wire::Bytes bytes(name.begin(), name.end());
  BOOST_TEST(secrets.found_in("00" + wire::to_hex(bytes) + "ff").has_value());
  BOOST_TEST(secrets.found_in("\"482915\"").value_or("") == "passcode");
  BOOST_TEST(!secrets.found_in("14829150").has_value());
  BOOST_TEST(!secrets.found_in("nothing of anybody").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
