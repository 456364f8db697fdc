// What is written is read again as the same, and stands as a person would write it.
#include "harness/yaml/emit.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>

using namespace uketsuke::yaml;

namespace {

Data parse(const std::string& text) { return data_of(load_text(text, "x.yaml").root()); }

Data map_of(std::string key, Data value) {
  Data map;
  map.kind = Kind::kMapping;
  map.fields.emplace_back(std::move(key), std::move(value));
  return map;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(yaml_emit)

BOOST_AUTO_TEST_CASE(short_values_stand_on_their_line_and_rows_have_a_line_each) {
  const std::string text =
      "uketsuke: 1\n"
      "scenario: p3_x\n"
      "title: {ja: 顔CR上で受付する, en: \"Reception, on the reader\"}\n"
      "seed: [P2, P3]\n"
      "examples:\n"
      "  - {example: P2-e4, seconds: 1.5}\n"
      "bench: {reader: face}\n"
      "given:\n"
      "  terminal: {signed_in: general}\n"
      "  card: {holder: hanako}\n"
      "steps:\n"
      "  - {id: P3-1, who: reception_staff, do: {press: 職員用ボタン}, expect: {screen: initial}}\n"
      "  - {id: [P3-3, \"${example}\"], do: place_card}\n"
      "then: {ordinary_view: refused}\n";
  BOOST_TEST(emit(parse(text)) == text);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_on_a_line_is_broken_up) {
  Data steps;
  steps.kind = Kind::kSequence;
  Data step = map_of("id", text_data("P3-1"));
  step.fields.emplace_back("note", text_data(std::string(60, 'n')));
  step.fields.emplace_back("what", text_data(std::string(60, 'w')));
  steps.items.push_back(step);
  const std::string text = emit(map_of("steps", steps));
  BOOST_TEST(text == "steps:\n  - id: P3-1\n    note: " + std::string(60, 'n') +
                         "\n    what: " + std::string(60, 'w') + "\n");
}

BOOST_AUTO_TEST_CASE(what_looks_like_something_else_stands_in_quotes) {
  for (const char* text : {"",      "~",          "null",     "Null",
                           "yes",   "No",         "ON",       "off",
                           "y",     "N",          "true",     "False",
                           "12",    "-3",         "+7",       "0123",
                           "0x1F",  "0o17",       "0b1",      "1_000",
                           "12:30", "1.5",        ".5",       "5.",
                           "1e3",   "1.5E-3",     ".inf",     "-.INF",
                           ".nan",  "2026-01-31", "2026-1-3", "2026-01-31T10:00:00Z",
                           "=",     "<<"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(looks_like_other(text));
      BOOST_TEST(emit(map_of("k", text_data(text))) == "k: \"" + std::string(text) + "\"\n");
    }
  }
  for (const char* text : {"2024-12", "P3-1", "A-20", "A0 00", "00:a4:04", "yesterday", "1.2.3",
                           "同意しない", "nothing", "e3", "-", "1209:0001x"})
    BOOST_TEST(!looks_like_other(text), text);
}

BOOST_AUTO_TEST_CASE(words_of_yaml_stand_without_quotes) {
  BOOST_TEST(emit(map_of("k", word_data("0.50"))) == "k: 0.50\n");
  BOOST_TEST(emit(map_of("k", word_data("true"))) == "k: true\n");
  BOOST_TEST(emit(map_of("k", word_data("-12"))) == "k: -12\n");
}

// Only numbers that are written as a program would write them are numbers: the others may be codes.
BOOST_AUTO_TEST_CASE(what_may_be_a_code_stays_text) {
  for (const char* text : {"0123", "1e3", "+1", "1_000", ".5", "5.", "00.5", "True", "yes"})
    BOOST_TEST(parse(std::string("k: ") + text).fields[0].second.is_text, text);
  for (const char* text : {"0", "-1", "12", "0.5", "1.50", "true", "false"})
    BOOST_TEST(!parse(std::string("k: ") + text).fields[0].second.is_text, text);
  BOOST_TEST(parse("k: \"12\"").fields[0].second.is_text);
}

BOOST_AUTO_TEST_CASE(odd_text_is_read_again_as_it_was) {
  for (const std::string& text : std::vector<std::string>{
           "a: b",
           "a #b",
           "#a",
           "- a",
           "-a",
           "?",
           "? a",
           ": a",
           "[a",
           "a]",
           "{a}",
           "a, b",
           "&a",
           "*a",
           "!a",
           "|",
           ">",
           "%a",
           "@a",
           "`a",
           "'a'",
           "\"a\"",
           "a\nb",
           "a\n",
           "\na",
           " a",
           "a ",
           "\ta",
           "a\\b",
           "---",
           "...",
           "--- a",
           "a: ",
           "a:",
           "${x}",
           "\u00e9",
           "患者さん 🙂",
           "\u3000",
           "0123456789012345678901234567890123456789012345678901234567890123456789"}) {
    BOOST_TEST_CONTEXT(text) {
      Data list;
      list.kind = Kind::kSequence;
      list.items = {text_data(text), text_data(text)};
      const Data all = map_of("k", list);
      BOOST_TEST((parse(emit(all)) == all));
      const Data key = map_of(text, text_data("v"));
      BOOST_TEST((parse(emit(key)) == key));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_no_file_can_hold_is_refused) {
  BOOST_CHECK_THROW(emit(map_of("k", text_data("\xff\xfe"))), Error);
  Data deep = text_data("x");
  for (int i = 0; i < 40; ++i) deep = map_of("k", deep);
  BOOST_CHECK_THROW(emit(deep), Error);
}

BOOST_AUTO_TEST_CASE(control_characters_are_escaped) {
  for (const std::string& text : std::vector<std::string>{"a\x01z", {"a\0b", 3}, "\x1b[31m"}) {
    const Data data = map_of("k", text_data(text));
    BOOST_TEST((parse(emit(data)) == data));
    BOOST_TEST(emit(data).find_first_of(std::string("\x01\0\x1b", 3)) == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(long_text_costs_no_stack) {
  const Data data = map_of("k", text_data(std::string(500'000, '7')));
  BOOST_TEST((parse(emit(data)) == data));
}

BOOST_AUTO_TEST_CASE(every_file_of_the_project_is_read_again_as_it_was) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(UKETSUKE_SOURCE_DIR "/scenarios")) {
    if (entry.path().extension() != ".yaml") continue;
    Limits limits;
    limits.max_bytes = 8U << 20U;
    limits.max_nodes = 1'000'000;
    const Data data = data_of(load_file(entry.path().string(), limits).root());
    BOOST_TEST((data_of(load_text(emit(data), "x", limits).root()) == data), entry.path().string());
    ++files;
  }
  BOOST_TEST(files > 300U);
}

BOOST_AUTO_TEST_SUITE_END()
