// The cases of the reception flow: on the desk as it is they find nothing, on a desk that deviates
// each finds what it is for, and the verdict can be computed again from what was written down.
#include "harness/conformance/reception.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "harness/bench/world_config.h"
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

BOOST_AUTO_TEST_SUITE_END()
