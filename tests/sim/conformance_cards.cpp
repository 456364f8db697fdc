// The cases that need test cards, on the reference readers: no deviation and no warning; what they
// do not apply to is listed.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <set>

#include "harness/bench/assets.h"
#include "harness/bench/test_card_file.h"
#include "harness/conformance/execute.h"
#include "harness/conformance/model_desk.h"

using namespace uketsuke;
using namespace uketsuke::conformance;

namespace {

const std::string kData = UKETSUKE_SOURCE_DIR "/scenarios";

const bench::Assets& assets() {
  static const auto kAssets = bench::load_assets(kData);
  return *kAssets;
}
const Catalogue& catalogue() {
  static const Catalogue kCatalogue = load_catalogue(kData);
  return kCatalogue;
}

const std::set<std::string> kFamilies{"T0", "T1", "RAT", "PPS", "TEX", "XFR", "PWR"};
// Of the families that are shared with other files.
const std::set<std::string> kNotHere{"PWR-01", "PWR-02", "PWR-03", "PWR-04", "PWR-05", "PWR-06",
                                     "PWR-08", "PWR-09", "PWR-10", "PWR-11", "PWR-19", "PWR-20",
                                     "XFR-05", "XFR-06", "XFR-07", "XFR-08", "XFR-09", "XFR-10",
                                     "XFR-11"};

Text told(const CaseResult& result) {
  Text text = result.reason;
  for (const auto& finding : result.findings)
    text = text + Text(" [line " + std::to_string(finding.line) + ": ") + finding.expected +
           Text(" / ") + finding.got + Text("] ") + Text(finding.got_hex);
  return text;
}

// Ids of cases that do not apply. UKETSUKE_CASE in the environment: that case alone.
std::string run_on(const std::string& reader, bool test_cards = true) {
  DeskConfig config = desk_config(assets(), reader);
  config.test_cards = std::make_shared<const std::map<std::string, bench::TestCardFile>>(
      bench::load_test_card_files(kData + "/cards/conformance"));
  const MakeDesk make_desk = [&config](const Case* of) -> std::unique_ptr<Desk> {
    DeskConfig with_cards = config;
    if (of != nullptr) with_cards.cards.assign(of->cards.begin(), of->cards.end());
    return std::make_unique<ModelDesk>(assets(), with_cards);
  };
  Trace trace;
  Text problem;
  Facts bench = model_facts(config);
  bench["test_cards"] = bench["wire_probe"] = test_cards;
  const Subject subject = identify_subject(make_desk, bench, trace, problem);
  BOOST_TEST(problem.empty(), problem.en);
  const char* only = std::getenv("UKETSUKE_CASE");
  std::string not_applicable;
  for (const CasePtr& one : catalogue().cases) {
    if (kFamilies.count(one->family()) == 0 || kNotHere.count(one->id) != 0) continue;
    if (only != nullptr && one->id != only) continue;
    Trace own;
    const CaseResult result = execute(*one, subject, make_desk, own);
    if (is_not_applicable(result)) {
      not_applicable += (not_applicable.empty() ? "" : " ") + result.id;
      continue;
    }
    BOOST_TEST(verdict::to_string(result.verdict) == "pass",
               reader << " " << result.id << ": " << told(result).en);
    BOOST_TEST(result.findings.empty(), reader << " " << result.id << ": " << told(result).en);
    // The verdict follows from the recorded deeds alone, the probe's events included.
    Replay replay(own.text());
    Trace nothing;
    const CaseResult again =
        execute(*one, subject, [&replay](const Case*) { return replay.next_desk(); }, nothing);
    BOOST_TEST((again.verdict == result.verdict), reader << " " << result.id << " replayed");
    BOOST_TEST(replay.finished(), reader << " " << result.id << " replayed to the end");
    if (only != nullptr) BOOST_TEST_MESSAGE(own.text());
  }
  return not_applicable;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_cards)

BOOST_AUTO_TEST_CASE(clean_tpdu_has_no_deviation) {
  BOOST_TEST(run_on("clean_tpdu") == "XFR-12 RAT-01 RAT-02");
}
BOOST_AUTO_TEST_CASE(clean_short_apdu_has_no_deviation) {
  BOOST_TEST(run_on("clean_short_apdu") == "XFR-12 XFR-14 RAT-01 RAT-02 T1-09");
}
BOOST_AUTO_TEST_CASE(clean_extended_apdu_has_no_deviation) {  // contactless
  BOOST_TEST(run_on("clean_extended_apdu") ==
             "XFR-14 PWR-07 PWR-12 PWR-13 PWR-14 PWR-15 PWR-16 PWR-17 PWR-18 RAT-01 RAT-02 RAT-04 "
             "PPS-01 PPS-02 PPS-03 TEX-02 T0-01 T0-02 T0-03 T0-04 T0-05 T0-06 T0-07 T0-08 T0-09 "
             "T1-01 T1-02 T1-03 T1-04 T1-05 T1-06 T1-07 T1-08 T1-09");
}
BOOST_AUTO_TEST_CASE(clean_extended_apdu_contact_has_no_deviation) {
  BOOST_TEST(run_on("clean_extended_apdu_contact") == "XFR-14 RAT-01 RAT-02 T1-09");
}
BOOST_AUTO_TEST_CASE(the_everything_reader_has_no_deviation) {
  BOOST_TEST(run_on("everything") == "XFR-14 T1-09");
}

// Any card, no probe: what a vendor without test cards can still run.
BOOST_AUTO_TEST_CASE(without_test_cards_the_cases_of_apdus_remain) {
  for (const char* reader : {"clean_tpdu", "clean_short_apdu", "clean_extended_apdu"}) {
    const std::string not_applicable = run_on(reader, /*test_cards=*/false);
    BOOST_TEST(not_applicable.find("XFR-01") == std::string::npos);
    BOOST_TEST(not_applicable.find("XFR-13") == std::string::npos);
    BOOST_TEST(not_applicable.find("T0-01") != std::string::npos);
  }
}

// Automatic PPS at TPDU level, IFSD 252, another clock.
BOOST_AUTO_TEST_CASE(the_contact_reader_has_no_deviation) {
  BOOST_TEST(run_on("contact_reader") == "XFR-12 RAT-01 RAT-02");
}

BOOST_AUTO_TEST_SUITE_END()
