// The cases of descriptors and USB on the reference readers: no deviation and no warning.
#include <boost/test/unit_test.hpp>

#include "harness/bench/assets.h"
#include "harness/conformance/claims.h"
#include "harness/conformance/execute.h"
#include "harness/conformance/model_desk.h"

using namespace uketsuke;
using namespace uketsuke::conformance;

namespace {

const bench::Assets& assets() {
  static const auto kAssets = bench::load_assets(UKETSUKE_SOURCE_DIR "/scenarios");
  return *kAssets;
}

const Catalogue& catalogue() {
  static const Catalogue kCatalogue = load_catalogue(UKETSUKE_SOURCE_DIR "/scenarios");
  return kCatalogue;
}

Text told(const CaseResult& result) {
  Text text = result.reason;
  for (const auto& finding : result.findings)
    text = text + Text(" [") + finding.expected + Text(" / ") + finding.got + Text("] ") +
           Text(finding.got_hex);
  return text;
}

// Ids of cases that do not apply.
std::string run_on(const std::string& reader) {
  DeskConfig config = desk_config(assets(), reader);
  const MakeDesk make_desk = [&config](const Case* of) -> std::unique_ptr<Desk> {
    DeskConfig with_cards = config;
    if (of != nullptr) with_cards.cards.assign(of->cards.begin(), of->cards.end());
    return std::make_unique<ModelDesk>(assets(), with_cards);
  };
  Trace trace;
  Text problem;
  Facts more;
  Claims claims;
  for (const auto& slot : config.reader.ccid.slots) {
    const bool contact = slot.medium == wire::field::Medium::kContact;
    claims.slots.push_back({contact ? "contact" : "contactless", true, false});
  }
  add_claims(claims, more);
  more["card"] = true;
  const Subject subject = identify_subject(make_desk, more, trace, problem);
  BOOST_TEST(problem.empty(), problem.en);
  std::string not_applicable;
  for (const CasePtr& one : catalogue().cases) {
    if (one->family() != "DSC" && one->family() != "USB") continue;
    Trace own;
    const CaseResult result = execute(*one, subject, make_desk, own);
    if (is_not_applicable(result)) {
      not_applicable += (not_applicable.empty() ? "" : " ") + result.id;
      continue;
    }
    BOOST_TEST(verdict::to_string(result.verdict) == "pass",
               reader << " " << result.id << ": " << told(result).en);
    BOOST_TEST(result.findings.empty(), reader << " " << result.id << ": " << told(result).en);
  }
  return not_applicable;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_usb)

BOOST_AUTO_TEST_CASE(clean_tpdu_has_no_deviation) {
  BOOST_TEST(run_on("clean_tpdu") == "DSC-11 DSC-14 DSC-22 DSC-23 USB-10 USB-14");
}
BOOST_AUTO_TEST_CASE(clean_short_apdu_has_no_deviation) {
  BOOST_TEST(run_on("clean_short_apdu") == "DSC-11 DSC-22 USB-10 USB-14");
}
BOOST_AUTO_TEST_CASE(clean_extended_apdu_has_no_deviation) {
  BOOST_TEST(run_on("clean_extended_apdu") == "DSC-11 DSC-17 USB-10 USB-14");
}
BOOST_AUTO_TEST_CASE(the_everything_reader_has_no_deviation) {
  BOOST_TEST(run_on("everything") == "DSC-17 DSC-22 USB-10");
}

BOOST_AUTO_TEST_SUITE_END()
