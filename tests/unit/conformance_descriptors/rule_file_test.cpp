// The tables of rules and the gaps between rules and cases.
#include "harness/conformance/rule_file.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke;
using namespace uketsuke::conformance;

namespace {

constexpr const char* kTable = R"(
uketsuke: 1
document: {id: CCID-1.1, ja: 規格, en: standard}
requirements:
  - {id: CCID-1.1/5.1-a, level: MUST, confidence: S, ja: あ, en: a}
  - {id: CCID-1.1/6.1.10-b, level: MAY, confidence: M, ja: い, en: b,
     not_tested: {ja: 理由, en: reason}}
  - {id: CCID-1.1/6.2-a, level: SHOULD, confidence: C, ja: う, en: c}
)";

std::string problem(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  try {
    load_rules_text(text, "t.yaml");
  } catch (const yaml::Error& error) {
    return error.what();
  }
  return "none";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rule_file)

BOOST_AUTO_TEST_CASE(a_row_has_document_clause_level_and_both_languages) {
  const RuleBook book = load_rules_text(kTable, "t.yaml");
  BOOST_REQUIRE(book.rules.size() == 3u);
  const Rule* rule = book.find("CCID-1.1/6.1.10-b");
  BOOST_REQUIRE(rule != nullptr);
  BOOST_TEST(rule->clause() == "6.1.10");
  BOOST_TEST(rule->document == "CCID-1.1");
  BOOST_TEST(to_string(rule->level) == "MAY");
  BOOST_TEST(to_string(rule->confidence) == "M");
  BOOST_TEST(rule->not_tested.en == "reason");
  BOOST_TEST(rule->mark.line == 6);
  BOOST_TEST(book.document("CCID-1.1")->title.ja == "規格");
}

BOOST_AUTO_TEST_CASE(what_is_no_row_is_refused_with_its_place) {
  BOOST_TEST(has(problem(kTable, "level: MUST", "level: MUSS"), "t.yaml:5:"));
  BOOST_TEST(has(problem(kTable, "CCID-1.1/6.2-a", "CCID-1.1/5.1-a"), "there twice"));
  BOOST_TEST(has(problem(kTable, "CCID-1.1/6.2-a", "USB-2.0/6.2-a"), "t.yaml:8:"));
  BOOST_TEST(has(problem(kTable, ", en: c", ""), "en"));
  BOOST_TEST(has(problem(kTable, ", en: c", ", en: c, cases: [X]"), "cases"));
}

BOOST_AUTO_TEST_CASE(each_kind_of_gap_is_told) {
  const RuleBook book = load_rules_text(kTable, "t.yaml");
  BOOST_TEST(gaps(book, {{"A", {"CCID-1.1/5.1-a", "CCID-1.1/6.2-a"}}}).none());
  const Gaps found = gaps(
      book, {{"A", {"CCID-1.1/5.1-a", "CCID-1.1/6.1.10-b"}}, {"B", {"CCID-1.1/9-z"}}, {"C", {}}});
  BOOST_TEST(found.untested == std::vector<std::string>{"CCID-1.1/6.2-a"});
  BOOST_TEST(found.contradictions == std::vector<std::string>{"CCID-1.1/6.1.10-b"});
  BOOST_TEST(found.unknown == std::vector<std::string>{"B: CCID-1.1/9-z"});
  BOOST_TEST(found.ruleless == std::vector<std::string>{"C"});
}

BOOST_AUTO_TEST_CASE(the_tables_load_and_hold_the_rows_of_the_seed) {
  const RuleBook book = load_rules(UKETSUKE_SCENARIOS "/requirements");
  BOOST_TEST(book.documents.size() == 8u);
  BOOST_REQUIRE(book.find("P3-1") != nullptr);
  BOOST_TEST(book.find("P3-1")->of_seed());
  BOOST_TEST(book.find("PCSC-5/connect-a")->clause() == "connect");
  for (const Rule& rule : book.rules) {
    BOOST_TEST(!rule.text.ja.empty());
    BOOST_TEST(!rule.text.en.empty());
    if (!rule.of_seed()) BOOST_TEST(rule.text.ja != rule.text.en, rule.id);
  }
}

BOOST_AUTO_TEST_SUITE_END()
