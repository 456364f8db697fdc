#include "harness/report/text.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke::report;

namespace {
std::string xml(std::string_view text) {
  std::string out;
  append_xml(out, text);
  return out;
}
std::string json(std::string_view text) {
  std::string out;
  append_json(out, text);
  return out;
}
const std::string kBad = "\xEF\xBF\xBD";
}  // namespace

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(markup_is_escaped_for_xml_and_html) {
  BOOST_TEST(xml("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  BOOST_TEST(xml("目視確認\n") == "目視確認\n");
}

// XML 1.0, clause 2.2: of the control characters only tab, line feed and carriage return.
BOOST_AUTO_TEST_CASE(characters_that_xml_forbids_are_replaced) {
  BOOST_TEST(xml(std::string_view("a\0b", 3)) == "a" + kBad + "b");
  BOOST_TEST(xml("\x1b[31m") == kBad + "[31m");
  BOOST_TEST(xml("\xEF\xBF\xBF") == kBad);  // U+FFFF
}

// RFC 8259, clause 7.
BOOST_AUTO_TEST_CASE(json_strings_escape_quotes_backslashes_and_controls) {
  BOOST_TEST(json("a\"b\\c\n\t\r\x01") == "a\\\"b\\\\c\\n\\t\\r\\u0001");
  BOOST_TEST(json("\x1f") == "\\u001f");
}

// Unicode, table 3-7 (well-formed UTF-8 byte sequences): first and last of each row, and beside.
BOOST_AUTO_TEST_CASE(only_well_formed_utf8_passes) {
  for (const auto* good : {"\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xEC\xBF\xBF",
                           "\xED\x80\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80",
                           "\xF3\xBF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    BOOST_TEST(utf8_length(good) == std::string_view(good).size());
  }
  for (const auto* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x7F",
                          "\xE0\x9F\x80",
                          "\xE0\xA0", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    BOOST_TEST(utf8_length(bad) == 0u);
  }
  BOOST_TEST(utf8_length("") == 0u);
}

BOOST_AUTO_TEST_CASE(a_broken_byte_does_not_swallow_what_follows) {
  BOOST_TEST(json("\xE3\x81<") == kBad + kBad + "<");
  BOOST_TEST(xml("\xE3<") == kBad + "&lt;");
}

BOOST_AUTO_TEST_CASE(one_line_has_no_line_ends_and_no_escape_sequences) {
  BOOST_TEST(one_line("a\r\nb\tc\x1b[2J") == "a b c" + kBad + "[2J");
}

BOOST_AUTO_TEST_SUITE_END()
