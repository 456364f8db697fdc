// What a person reads who has made one of the usual mistakes of YAML.
#include <boost/test/unit_test.hpp>
#include <string>

#include "harness/yaml/yaml.h"

namespace {

using namespace uketsuke;

yaml::Text text_of(const std::string& source) {
  try {
    yaml::load_text(source, "x");
  } catch (const yaml::Error& error) {
    return yaml::to_text(error.problems().front());
  }
  return "no error";
}

struct Case {
  const char* source;
  const char* en;  // how the English message begins
  const char* ja;  // a part of the Japanese one
};

BOOST_AUTO_TEST_SUITE(yaml_syntax)

BOOST_AUTO_TEST_CASE(every_usual_mistake_is_told_where_it_is_and_what_to_do) {
  const Case kCases[] = {
      {"a:\n\tb: 1\n", "x:2:1: this line is indented with a tab", "タブ"},
      {"a:\n  b: 1\n\tc: 1\n", "x:3:1: this line is indented with a tab", "タブ"},
      {"a:\n  b: 1\n c: 2\n",
       "x:3:2: wrong indentation: 1 blanks, which is the level of no line "
       "above (those have 0, 2)",
       "字下げ"},
      {"s:\n  - a: 1\n   b: 2\n",
       "x:3:4: wrong indentation: 3 blanks, which is the level of no "
       "line above (those have 0, 2, 4)",
       "字下げ"},
      {"a: 1\n  b: 2\n", "x:2:3: this line is indented deeper than line 1, which has a value",
       "1 行目より深く"},
      {"a: \"x\nb: 1\n", "x:1:4: the quote \" that begins here is never closed", "引用符"},
      {"a: 'x\n", "x:1:4: the quote ' that begins here is never closed", "引用符"},
      {"a: \"x\nb: \"y\"\n", "x:1:4: the quote that begins here is closed only in line 2",
       "2 行目"},
      {"a: \"x\" y\n", "x:1:7: text after the closing quote", "閉じ引用符の後"},
      {"a: \"\\q\"\n", "x:1:7: \\q means nothing in double quotes", "\\q"},
      {"a: [1, 2\nb: 1\n", "x:1:4: this [ is not closed; add ]", "] を補って"},
      {"a: {b: 1\nc: 2\n", "x:1:4: this { is not closed; add }", "} を補って"},
      {"s:\n  - {id: 1, do: {press: x}\n  - {id: 2}\n", "x:2:5: this { is not closed; add }",
       "} を補って"},
      {"a: }\n", "x:1:4: this } closes nothing", "開き括弧がありません"},
      {"a: [1, {]\n", "x:1:9: } is needed here, not ]", "} です"},
      {"a: {b: 1 c: 2}\n", "x:1:11: not understood within { }: look for a missing comma", "コンマ"},
      {"a: 1\na: 2\n", "x:2:1: the key a stands here twice", "2 回"},
      {"a: 1\nb\nc: 2\n", "x:2:1: there is no colon in this line", "コロンがありません"},
      {"a:1\nb: 2\n", "x:1:3: a blank is missing after the colon", "空白が必要"},
      {"a: b: c\n", "x:1:5: a second \": \" in one line", "2 つ"},
      {"a：1\nb: 2\n", "x:1:2: this is a full-width colon", "全角"},
      {"a: *x\n", "x:1:4: a value that begins with * or & is an alias", "別名"},
      {"a: @x\n", "x:1:4: a value cannot begin with @", "@ で始める"},
      {"a: `x`\n", "x:1:4: a value cannot begin with `", "` で始める"},
      {"a: |x\n  foo\n", "x:1:5: nothing can follow | or >", "| や >"},
      {"x: 1\n- a\n", "x:2:1: items of a list (- ...) and keys cannot stand at the same level",
       "リストの項目"},
      {"- a\nb: 1\n", "x:2:1: this does not belong to what stands above", "つながりません"},
      {"a: 1\n---\nb: 1\n", "x:2:1: a second document begins here", "2 つ目の文書"},
      {"a: !x 1\n", "x:1:4: a tag (!x) has no meaning here", "タグ"},
  };
  for (const Case& one : kCases) {
    const yaml::Text text = text_of(one.source);
    BOOST_TEST(text.en.find(one.en) == 0U, one.source << "gives " << text.en);
    BOOST_TEST(text.ja.find(one.ja) != std::string::npos, one.source << "gives " << text.ja);
    BOOST_TEST(text.en.find("yaml-cpp") == std::string::npos);
  }
}

// Correct, though brackets and quotes are not in pairs.
BOOST_AUTO_TEST_CASE(quotes_and_brackets_within_text_are_no_mistakes) {
  for (const char* source : {"a: it's\n", "a: say \"x\n", "a: 1]\n", "a: 'it''s'\n",
                             "a: \"\\\"\"\n", "a: |\n  \"x\n  {y\nb: 1\n", "# it's [\na: 1\n",
                             "a: \"two\n  lines\"\n", "a: 'x' # it's\n"}) {
    BOOST_TEST(text_of(source).en == "no error", source);
  }
}

BOOST_AUTO_TEST_CASE(no_text_makes_the_explanation_fail) {
  const std::string pieces[] = {"a", ": ", ":",  "\n",    "\t", " ", "- ", "[",
                                "]", "{",  "}",  "\"",    "'",  "#", "|",  ",",
                                "*", "&",  "\\", "---\n", "あ", "%", "!",  "?"};
  constexpr std::size_t kPieces = std::size(pieces);
  for (std::size_t i = 0; i < kPieces * kPieces * kPieces; ++i) {
    const std::string text =
        pieces[i % kPieces] + pieces[i / kPieces % kPieces] + pieces[i / kPieces / kPieces];
    for (const char* around : {"", "a: ", "a:\n  b: 1\n", "s: [1, "}) {
      const yaml::Text told = text_of(around + text);
      BOOST_REQUIRE(!told.en.empty());
      BOOST_REQUIRE(!told.ja.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(what_there_is_is_listed_where_nothing_is_near) {
  BOOST_TEST(yaml::hint("pres", {"press", "wait"}).en == "; did you mean press?");
  BOOST_TEST(yaml::hint("pres", {"press", "wait"}).ja == "。「press」ではありませんか");
  BOOST_TEST(yaml::hint("qqqqqq", {"press", "wait"}).en == "; there are: press, wait");
  BOOST_TEST(yaml::hint("qqqqqq", {"press", "wait"}).ja == "。使えるもの：press, wait");
  BOOST_TEST(yaml::hint("qqqqqq", {}).empty());
  const std::string many = yaml::hint("qqqqqq", std::vector<std::string>(40, "word")).en;
  BOOST_TEST(many.find("… (40 in all)") != std::string::npos);
  BOOST_TEST(yaml::shortened("あいうえお", 3) == "あいう…");
  BOOST_TEST(yaml::shortened("あいう", 3) == "あいう");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
