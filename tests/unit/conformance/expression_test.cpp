// Expressions of the catalogue: value, precedence, errors, text of somebody who means harm.
#include "harness/conformance/expression.h"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace uketsuke::conformance;

namespace {

const Facts kFacts{{"slots", std::int64_t{2}},   {"dwFeatures", std::int64_t{0x0004057A}},
                   {"level", std::string("tpdu")}, {"t0", true},
                   {"t1", false},                {"packet", std::int64_t{64}}};

std::string value(const std::string& text) {
  return to_string(Expression::parse(text).evaluate(kFacts));
}
bool cannot_be_read(const std::string& text) {
  try {
    Expression::parse(text);
  } catch (const ExpressionError& error) {
    return !error.text().ja.empty() && !error.text().en.empty() && error.place() <= text.size();
  }
  return false;
}
bool cannot_be_computed(const std::string& text) {
  const Expression expression = Expression::parse(text);
  try {
    expression.evaluate(kFacts);
  } catch (const ExpressionError& error) {
    return !error.text().ja.empty() && !error.text().en.empty();
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_CASE(expressions_have_the_value_that_is_written) {
  const std::pair<const char*, const char*> kTable[] = {
      {"5", "5"},
      {"0x1F", "31"},
      {"-3", "-3"},
      {"- -3", "3"},
      {"'a b'", "a b"},
      {"true", "true"},
      {"slots", "2"},
      {"slots - 1", "1"},
      {"packet - 10", "54"},
      {"7 / 2", "3"},
      {"7 % 2", "1"},
      {"1 << 4", "16"},
      {"0x12 & 0x0F", "2"},
      {"level == 'tpdu'", "true"},
      {"level != 'tpdu'", "false"},
      {"level in ['short', 'tpdu']", "true"},
      {"level in ['short']", "false"},
      {"slots in [1, 2, 3]", "true"},
      {"not t0", "false"},
      {"t0 and not t1", "true"},
      {"t1 or t0", "true"},
      {"2 < 3", "true"},
      {"3 <= 3", "true"},
      {"2 > 3", "false"},
      {"3 >= 4", "false"},
  };
  for (const auto& [text, expected] : kTable) BOOST_TEST(value(text) == expected, text);
}

BOOST_AUTO_TEST_CASE(what_stands_further_right_in_the_list_of_operators_binds_tighter) {
  const std::pair<const char*, const char*> kTable[] = {
      {"2 + 3 * 4", "14"},
      {"(2 + 3) * 4", "20"},
      {"10 - 3 - 2", "5"},
      {"100 / 10 / 2", "5"},
      {"dwFeatures & 0x02 == 0x02", "true"},  // unlike C
      {"dwFeatures & 0x01 == 0", "true"},
      {"1 + 1 == 2 and 2 * 2 == 4", "true"},
      {"false and false or true", "true"},
      {"true or false and false", "true"},
      {"not t1 and t0", "true"},
      {"not slots == 3", "true"},
      {"not t0 or t0", "true"},
      {"-2 * 3", "-6"},
      {"1 << 2 * 2", "8"},  // from the left
      {"slots + 1 in [3]", "true"},
  };
  for (const auto& [text, expected] : kTable) BOOST_TEST(value(text) == expected, text);
}

BOOST_AUTO_TEST_CASE(and_and_or_do_not_look_at_what_does_not_matter) {
  BOOST_TEST(value("t1 and nobody_knows") == "false");
  BOOST_TEST(value("t0 or nobody_knows") == "true");
  BOOST_TEST(cannot_be_computed("t0 and nobody_knows"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_says_where) {
  for (const char* text : {"", " ", "1 +", "(1", "1)", "1 2", "slots = 2", "'open", "0x", "0xG",
                           "12ab", "level in 'tpdu'", "level in []", "level in [1", "@", "a . b",
                           "1 ! 2", "and", "not", "999999999999999999999"}) {
    BOOST_TEST(cannot_be_read(text), text);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_computed_is_told_and_not_guessed) {
  for (const char* text :
       {"nobody_knows", "t0 + 1", "level + 1", "slots and t0", "not slots", "level == 2",
        "t0 == 1", "1 / 0", "1 % 0", "1 << -1", "1 << 64", "level < 'u'", "-level",
        "0x7FFFFFFFFFFFFFFF + 1", "1000000 * 1000000 * 1000000 * 1000000"}) {
    BOOST_TEST(cannot_be_computed(text), text);
  }
}

BOOST_AUTO_TEST_CASE(names_and_values_can_be_told) {
  const Expression expression = Expression::parse("slots > 2 and missing == 1");
  BOOST_TEST(expression.names().size() == 2U);
  BOOST_TEST(expression.with_values(kFacts) ==
             "slots > 2 and missing == 1 (missing = ?, slots = 2)");
}

BOOST_AUTO_TEST_CASE(hostile_text_ends_in_an_error_and_soon) {
  BOOST_TEST(cannot_be_read(std::string(Expression::kMaxLength + 1, '1')));
  BOOST_TEST(cannot_be_read(std::string(900, '(')));
  BOOST_TEST(cannot_be_read(std::string(900, '-') + "1"));
  BOOST_TEST(cannot_be_read(std::string(400, '(') + "1" + std::string(400, ')')));
  std::string nots, sums = "1";
  for (int i = 0; i < 240; ++i) nots += "not ";
  for (int i = 0; i < 450; ++i) sums += "+1";
  BOOST_TEST(cannot_be_read(nots + "t0"));
  BOOST_TEST(cannot_be_read(sums));
  for (int c = 0; c < 256; ++c) {
    const std::string text = std::string("1") + static_cast<char>(c) + "1";
    try {
      Expression::parse(text).evaluate(kFacts);
    } catch (const ExpressionError&) {
    }
  }
}
