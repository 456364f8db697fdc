// The cases of the reception flow: on the desk as it is they find nothing, on a desk that deviates
// each finds what it is for, and the verdict can be computed again from what was written down.
#include "harness/conformance/reception.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "harness/bench/world_config.h"
#include "harness/campaign/changes.h"
#include "harness/conformance/reception_rows.h"

namespace conformance = uketsuke::conformance;
namespace bench = uketsuke::bench;
using conformance::CaseResult;
using conformance::ReceptionDesk;
using uketsuke::verdict::Verdict;

namespace {

const std::string kData = std::string(UKETSUKE_SOURCE_DIR) + "/scenarios";

const conformance::Catalogue& catalogue() {
  static const conformance::Catalogue kCatalogue = conformance::load_catalogue(kData);
  return kCatalogue;
}

const conformance::Case& named(const std::string& id) {
  const conformance::Case* found = catalogue().find(id);
  BOOST_REQUIRE_MESSAGE(found != nullptr, "no case " << id);
  return *found;
}

conformance::ReceptionRunner& runner() {
  static conformance::ReceptionRunner kRunner(kData);
  return kRunner;
}

std::string summary(const CaseResult& result) {
  std::string text = result.id + ": " + std::string(to_string(result.verdict)) + " " +
                     result.reason.en + result.not_applicable.en;
  for (const auto& finding : result.findings)
    text += "\n  " + finding.file + ":" + std::to_string(finding.line) + " " + finding.rule + " " +
            finding.expected.en + " / " + finding.got.en;
  for (const auto& warning : result.warnings) text += "\n  warning: " + warning.en;
  return text;
}

CaseResult run(const std::string& id, const ReceptionDesk& desk = {}) {
  std::string trace;
  CaseResult live = runner().execute(named(id), desk, trace);
  if (trace.empty()) return live;
  const CaseResult again = conformance::recompute_reception(named(id), trace);
  BOOST_TEST((again.verdict == live.verdict));
  BOOST_TEST(again.findings.size() == live.findings.size());
  BOOST_TEST(summary(again) == summary(live));
  return live;
}

std::vector<std::string> reception_cases() {
  std::vector<std::string> ids;
  for (const auto& one : catalogue().cases)
    if (!one->scenarios.empty()) ids.push_back(one->id);
  return ids;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_reception)

BOOST_AUTO_TEST_CASE(there_are_seventeen) { BOOST_TEST(reception_cases().size() == 17U); }

BOOST_AUTO_TEST_CASE(the_desk_as_it_is_shows_no_deviation_and_no_warning) {
  for (const std::string& id : reception_cases()) {
    const CaseResult result = run(id);
    BOOST_TEST((outcome_of(result) == conformance::CaseOutcome::kPass), summary(result));
    BOOST_TEST(result.steps_planned >= 3U, id);
    BOOST_TEST(result.steps_done == result.steps_planned, id);
  }
}

BOOST_AUTO_TEST_CASE(which_cases_apply_follows_from_the_reader) {
  std::set<std::string> face, generic;
  for (const std::string& id : reception_cases()) {
    ReceptionDesk desk;
    desk.facts["face"] = true;
    if (conformance::is_not_applicable(run(id, desk))) face.insert(id);
    desk.facts["face"] = false;
    desk.profile = "clean_short_apdu";
    const CaseResult result = run(id, desk);
    BOOST_TEST((result.verdict <= Verdict::kPass), summary(result));
    if (conformance::is_not_applicable(result)) generic.insert(id);
  }
  BOOST_TEST(face == (std::set<std::string>{"RCP-09", "RCP-10"}), boost::test_tools::per_element());
  BOOST_TEST(generic == (std::set<std::string>{"RCP-01", "RCP-02", "RCP-03", "RCP-04", "RCP-05",
                                               "RCP-06", "RCP-07", "RCP-08"}),
             boost::test_tools::per_element());
}

// Of fields that a mutant may change; the case that it is there for notices.
struct Change {
  const char* field;
  const char* value;
  const char* noticed_by;
};
constexpr Change kChanges[] = {
    {"release/visual_passcode/enabled", "the other way", "RCP-01"},
    {"screen/face_reader/initial/staff_button/label.ja", "another text", "RCP-15"},
    {"screen/terminal/menu/sign_out/label.ja", "another text", "RCP-15"},
    {"screen/terminal/face_reader_operation/unattended_operation/label.ja", "another text",
     "RCP-15"},
    {"screen/terminal/menu/account_management/label.ja", "another text", "RCP-15"},
};

BOOST_AUTO_TEST_CASE(a_desk_that_deviates_is_noticed_by_its_case) {
  const auto assets = bench::load_assets(kData);
  const auto fields = uketsuke::campaign::all_fields(*assets, "2024-12");
  for (const Change& one : kChanges) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& f) { return f.name == one.field; });
    BOOST_REQUIRE_MESSAGE(field != fields.end(), one.field);
    const auto change = uketsuke::campaign::change_to(*field, one.value);
    BOOST_REQUIRE_MESSAGE(change.has_value(), one.field);
    auto other = std::make_shared<bench::Assets>(*assets);
    if (change->on_assets) change->on_assets(*other);
    ReceptionDesk desk;
    desk.assets = other;
    desk.amend = change->on_world;
    const CaseResult result = run(one.noticed_by, desk);
    BOOST_TEST((result.verdict == Verdict::kFail), one.field << " " << summary(result));
  }
}

// The evidence decides: what is taken out of it, or made better in it, is not believed.
BOOST_AUTO_TEST_CASE(a_trace_that_does_not_fit_its_case_is_refused) {
  std::string trace;
  runner().execute(named("RCP-06"), {}, trace);
  BOOST_CHECK_THROW(conformance::recompute_reception(named("RCP-07"), trace),
                    conformance::TraceMismatch);
  const std::string short_of_one = trace.substr(0, trace.rfind("\n{"));
  BOOST_CHECK_THROW(conformance::recompute_reception(named("RCP-06"), short_of_one),
                    conformance::TraceMismatch);
  BOOST_CHECK_THROW(conformance::recompute_reception(named("RCP-06"), trace + "{\"entry\":1}\n"),
                    conformance::TraceMismatch);
  BOOST_CHECK_THROW(conformance::recompute_reception(named("RCP-06"), ""),
                    conformance::TraceMismatch);
  // A step that fails makes its row fail, whatever the row says of itself.
  const std::string pass = "\"steps\":[{\"verdict\":\"pass\"";
  const auto at = trace.find(pass);
  BOOST_REQUIRE(at != std::string::npos);
  std::string failing = trace;
  failing.replace(at, pass.size(), "\"steps\":[{\"verdict\":\"fail\"");
  BOOST_TEST((conformance::recompute_reception(named("RCP-06"), failing).verdict ==
              Verdict::kFail));
}

BOOST_AUTO_TEST_SUITE_END()
