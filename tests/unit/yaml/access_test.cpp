// Accessors, unread keys and suggestions of harness/yaml.
#include <boost/test/unit_test.hpp>

#include "harness/yaml/yaml.h"

namespace {

using namespace uketsuke;

template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const yaml::Error& error) {
    return error.what();
  }
  return "no error";
}

BOOST_AUTO_TEST_SUITE(yaml_access)

BOOST_AUTO_TEST_CASE(values_are_taken_as_what_they_are) {
  const auto document = yaml::load_text(
      "i: -12\nb: true\nd: 1.5\nh: 00 a4:04FF\nl: [a, b]\nq: \"7\"\nw: yes\nbig: "
      "99999999999999999999\n",
      "x.yaml");
  yaml::Mapping map(document.root());
  BOOST_TEST(map.require("i").as_int() == -12);
  BOOST_TEST(map.require("b").as_bool());
  BOOST_TEST(map.require("d").as_double() == 1.5);
  BOOST_TEST(map.require("h").as_hex() == (std::vector<std::uint8_t>{0x00, 0xA4, 0x04, 0xFF}));
  BOOST_TEST(map.require("l").as_strings() == (std::vector<std::string>{"a", "b"}));
  BOOST_TEST(map.require("i").as_strings() == (std::vector<std::string>{"-12"}));
  const auto refused = [&](const char* key, auto read) {
    return error_of([&] { read(map.require(key)); });
  };
  BOOST_TEST(refused("q", [](yaml::Node n) { n.as_int(); }) ==
             "x.yaml:6:4: 7: a whole number is expected here");
  BOOST_TEST(refused("i", [](yaml::Node n) { n.as_int(0, 9); }) ==
             "x.yaml:1:4: -12: the number has to be from 0 to 9");
  BOOST_TEST(refused("big", [](yaml::Node n) { n.as_int(0, 9); }) ==
             "x.yaml:8:6: 99999999999999999999: the number has to be from 0 to 9");
  BOOST_TEST(refused("w", [](yaml::Node n) { n.as_bool(); }) ==
             "x.yaml:7:4: yes: true or false is expected here");
  BOOST_TEST(refused("d", [](yaml::Node n) { n.as_hex(); }).find("hexadecimal") !=
             std::string::npos);
  BOOST_TEST(refused("l", [](yaml::Node n) { n.as_string(); }) ==
             "x.yaml:5:4: a single value is expected here, not a list");
  BOOST_TEST(refused("w", [](yaml::Node n) { n.at(0); }) ==
             "x.yaml:7:4: a list is expected here, not a single value");
  BOOST_TEST(refused("w", [](yaml::Node n) { n.as_double(); }).find("a number") !=
             std::string::npos);
  BOOST_TEST(error_of([&] { map.require("nothing"); }) == "x.yaml:1:1: the key nothing is missing");
}

BOOST_AUTO_TEST_CASE(a_word_is_no_empty_list_and_nothing_is_one) {
  const auto document = yaml::load_text("word: T=0\nnothing:\nlist: []\n", "x.yaml");
  yaml::Mapping map(document.root());
  BOOST_TEST(error_of([&] { map.require("word").size(); }) ==
             "x.yaml:1:7: a list is expected here, not a single value");
  BOOST_TEST(map.require("nothing").size() == 0U);
  BOOST_TEST(map.require("list").size() == 0U);
}

BOOST_AUTO_TEST_CASE(an_absent_node_gives_an_error_and_no_crash) {
  BOOST_TEST(error_of([] { yaml::Node().as_string(); }) != "no error");
  BOOST_TEST(error_of([] { yaml::Node().at(0); }) != "no error");
  BOOST_TEST(yaml::Node().size() == 0U);
}

BOOST_AUTO_TEST_CASE(every_key_that_nobody_read_is_an_error_with_the_nearest_right_one) {
  const auto document = yaml::load_text("scenario: a\ntitel: b\n  \nzzzzzz: c\n", "x.yaml");
  yaml::Mapping map(document.root());
  map.require("scenario");
  map.find("title");
  map.find("steps");
  BOOST_TEST(error_of([&] { map.done(); }) ==
             "x.yaml:2:1: titel: no such key here; did you mean title?\n"
             "x.yaml:4:1: zzzzzz: no such key here; there are: scenario, title, steps");
  map.find("titel");
  map.find("zzzzzz");
  BOOST_TEST(error_of([&] { map.done(); }) == "no error");
}

BOOST_AUTO_TEST_CASE(the_distance_counts_characters_and_swaps) {
  BOOST_TEST(yaml::edit_distance("abc", "abc") == 0U);
  BOOST_TEST(yaml::edit_distance("abc", "acb") == 1U);
  BOOST_TEST(yaml::edit_distance("職員ボタン", "職員用ボタン") == 1U);
  BOOST_TEST(yaml::edit_distance("", "ab") == 2U);
  BOOST_TEST(yaml::edit_distance("kitten", "sitting") == 3U);
}

BOOST_AUTO_TEST_CASE(only_what_is_near_is_suggested) {
  const std::vector<std::string> words = {"press", "place_card", "remove_card", "同意する",
                                          "同意しない"};
  BOOST_TEST(yaml::nearest("pres", words) == "press");
  BOOST_TEST(yaml::nearest("placecard", words) == "place_card");
  BOOST_TEST(yaml::nearest("同意しな", words) == "同意しない");
  BOOST_TEST(yaml::nearest("completely different", words).empty());
  BOOST_TEST(yaml::nearest("x", {"y"}).empty());
  BOOST_TEST(yaml::nearest("completion", {"reading", "completion_message"}) ==
             "completion_message");
  BOOST_TEST(yaml::nearest("abc", {"abc_and_much_more"}).empty());
  BOOST_TEST(yaml::nearest("", words).empty());
  BOOST_TEST(yaml::nearest(std::string(100000, 'a'), words).empty());
  BOOST_TEST(yaml::did_you_mean("pres", words) == "; did you mean press?");
  BOOST_TEST(yaml::did_you_mean("qqqqqq", words).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
