// Commands of models/test_card/README.md; cases and Le: ISO/IEC 7816-4:2013, 5.1.
#include <boost/test/unit_test.hpp>

#include "models/test_card/application.h"

namespace {

using namespace uketsuke;
using test_card::Application;

std::string answer(Application& card, std::string_view command) {
  return wire::to_hex(card.handle(wire::from_hex(command).value()).response);
}
std::string answer(std::string_view command) {
  Application card;
  return answer(card, command);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_card_application)

BOOST_AUTO_TEST_CASE(echo_gives_back_its_data_as_far_as_le_allows) {
  BOOST_TEST(answer("80 10 00 00 03 010203 00") == "0102039000");
  BOOST_TEST(answer("80 10 00 00 03 010203 02") == "01029000");
  BOOST_TEST(answer("80 10 00 00 03 010203") == "9000");
  BOOST_TEST(answer("80 10 00 00") == "9000");
}

BOOST_AUTO_TEST_CASE(get_gives_the_known_sequence_in_any_length) {
  BOOST_TEST(answer("80 12 00 00 04") == "000102039000");
  Application card;
  const auto all = card.handle(wire::from_hex("80 12 00 00 00 00 00").value()).response;
  BOOST_REQUIRE(all.size() == 65538u);
  BOOST_TEST(unsigned{all[250]} == 250u);
  BOOST_TEST(unsigned{all[251]} == 0u);
  BOOST_TEST(unsigned{all[65535]} == 65535u % 251);
  BOOST_TEST(answer("80 12 00 02 00") == "00019000");  // the card has two bytes
  BOOST_TEST(answer("80 12 00 00") == "6700");
}

BOOST_AUTO_TEST_CASE(sink_says_whether_what_came_is_the_known_sequence_in_full) {
  BOOST_TEST(answer("80 14 00 03 03 000102") == "9000");
  BOOST_TEST(answer("80 14 00 04 03 000102") == "6700");
  BOOST_TEST(answer("80 14 00 03 03 000103") == "6a80");
}

BOOST_AUTO_TEST_CASE(check_says_whether_what_came_are_the_bytes_that_were_announced) {
  BOOST_TEST(answer("80 1E 03 0C 03 A5A60F") == "9000");
  BOOST_TEST(answer("80 1E 02 0C 03 A5A60F") == "6700");
  BOOST_TEST(answer("80 1E 03 0C 03 A5A60E") == "6a80");
}

BOOST_AUTO_TEST_CASE(delay_tells_the_time_and_the_multiplier) {
  Application card(0);
  const auto delay = card.handle(wire::from_hex("80 16 05 0A").value());
  BOOST_TEST(delay.work_time_us == 1'000'000u);
  BOOST_TEST(unsigned{delay.wtx} == 5u);
}

BOOST_AUTO_TEST_CASE(status_words_are_chosen_by_the_command) {
  BOOST_TEST(answer("80 18 62 83") == "6283");
  BOOST_TEST(answer("80 1A 62 82 02") == "00016282");
}

BOOST_AUTO_TEST_CASE(count_starts_anew_at_a_reset) {
  Application card;
  BOOST_TEST(answer(card, "80 1C 00 00 04") == "000000009000");
  BOOST_TEST(answer(card, "80 1C 00 00 04") == "000000019000");
  card.reset();
  BOOST_TEST(answer(card, "80 1C 00 00 04") == "000000009000");
}

BOOST_AUTO_TEST_CASE(select_knows_the_master_file_only) {
  BOOST_TEST(answer("00 A4 00 0C 02 3F00") == "9000");
  BOOST_TEST(answer("00 A4 00 00 02 3F00 00") == "6f0483023f009000");
  BOOST_TEST(answer("00 A4 00 0C 02 2F00") == "6a82");
  BOOST_TEST(answer("00 A4 04 0C 02 3F00") == "6a86");
}

BOOST_AUTO_TEST_CASE(what_it_does_not_know_is_refused_by_class_and_instruction) {
  BOOST_TEST(answer("80 20 00 00") == "6d00");
  BOOST_TEST(answer("00 B0 00 00 00") == "6d00");
  BOOST_TEST(answer("90 10 00 00") == "6e00");
  BOOST_TEST(answer("80 10 00") == "6700");
}

BOOST_AUTO_TEST_SUITE_END()
