// Rules and cases belong together: no case without a rule that exists, no rule without a case or a
// reason.
#include <boost/test/unit_test.hpp>

#include "harness/conformance/case.h"
#include "harness/conformance/rule_file.h"

using namespace uketsuke::conformance;

namespace {

constexpr std::size_t kPurposes = 193;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + "; ";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_rules)

BOOST_AUTO_TEST_CASE(every_rule_has_a_case_or_a_reason_and_every_case_a_rule) {
  std::map<std::string, std::vector<std::string>> cases;
  for (const CasePtr& one : load_catalogue(UKETSUKE_SOURCE_DIR "/scenarios").cases)
    cases[one->id] = one->rules;
  BOOST_TEST(cases.size() >= kPurposes);
  cases["claims"] = {
      "INTEROP/claims-a"};  // certify holds the claims against the descriptors itself
  const Gaps found = gaps(load_rules(UKETSUKE_SOURCE_DIR "/scenarios/requirements"), cases);
  BOOST_TEST(joined(found.unknown) == "");
  BOOST_TEST(joined(found.ruleless) == "");
  BOOST_TEST(joined(found.contradictions) == "");
  BOOST_TEST(joined(found.untested) == "");
}

BOOST_AUTO_TEST_SUITE_END()
