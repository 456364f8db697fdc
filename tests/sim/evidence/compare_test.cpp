// Issue "Evidence": compare puts two firmware versions side by side.
#include "harness/evidence/compare.h"

#include <boost/test/unit_test.hpp>

#include "harness/evidence/json_value.h"
#include "sample.h"

using namespace uketsuke::evidence;

namespace {

Record record() {
  Record made;
  made.result = sample::run();
  seal(made.result);
  return made;
}

// Of the case of this id.
Change change_of(const BundleComparison& comparison, const std::string& id) {
  for (const auto& one : comparison.cases) {
    if (one.id == id) return one.change;
  }
  BOOST_FAIL("no case " + id);
  return Change::kSame;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compare_bundles)

BOOST_AUTO_TEST_CASE(a_record_is_the_same_as_itself) {
  const auto comparison = compare(record(), record());
  BOOST_TEST(!comparison.differs());
  BOOST_TEST(comparison.count(Change::kSame) == 5U);
  BOOST_TEST(comparison.identity.empty());
}

BOOST_AUTO_TEST_CASE(each_kind_of_change_is_called_by_its_name) {
  const auto before = record();
  auto after = record();
  after.result.reader.bcd_device = 0x0103;
  auto& cases = after.result.cases;
  cases[0].findings.push_back(cases[1].findings[0]);  // MSG-01 passed
  cases[1].findings.clear();                          // MSG-04 failed
  cases[1].verdict = uketsuke::verdict::Verdict::kPass;
  cases[2].warnings[0] = {"もっと遅い", "slower still"};  // MSG-12 has another warning
  cases.pop_back();                                       // DSC-12
  cases.push_back(sample::passed("XFR-01"));
  seal(after.result);
  const auto comparison = compare(before, after);
  BOOST_TEST(comparison.differs());
  BOOST_TEST((change_of(comparison, "MSG-01") == Change::kNewFail));
  BOOST_TEST((change_of(comparison, "MSG-04") == Change::kFixed));
  BOOST_TEST((change_of(comparison, "MSG-12") == Change::kChanged));
  BOOST_TEST((change_of(comparison, "NOT-04") == Change::kSame));
  BOOST_TEST((change_of(comparison, "DSC-12") == Change::kGone));
  BOOST_TEST((change_of(comparison, "XFR-01") == Change::kNew));
  BOOST_REQUIRE(comparison.identity.size() == 1U);
  BOOST_TEST(comparison.identity[0].before == "0102");
  BOOST_TEST(comparison.identity[0].after == "0103");
  const auto text = text_of(comparison, uketsuke::verdict::Language::kEnglish);
  BOOST_TEST((text.find("new deviation: MSG-01") != std::string::npos));
  BOOST_TEST((text.find("+ CCID-1.1/6.1.3-a: expected failed, bError 01h, got succeeded") !=
              std::string::npos));
  BOOST_TEST((html_of(comparison).find("succeeded &lt;b&gt;") != std::string::npos));
  BOOST_CHECK_NO_THROW(parse_json(json_of(comparison)));
}

BOOST_AUTO_TEST_CASE(a_deviation_of_another_kind_is_a_change) {
  auto after = record();
  after.result.cases[1].findings[0].got_hex = "81 00 00 00 00 00 07 01 05 00";
  BOOST_TEST((change_of(compare(record(), after), "MSG-04") == Change::kChanged));
}

BOOST_AUTO_TEST_CASE(another_firmware_with_the_same_results_does_not_differ) {
  auto after = record();
  after.result.reader.bcd_device = 0x0103;
  const auto comparison = compare(record(), after);
  BOOST_TEST(!comparison.differs());
  BOOST_TEST(comparison.identity.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
