#include <boost/test/unit_test.hpp>

#include "tests/unit/card/card_fixture.h"

using namespace card_fixture;

// Status words: facts/domain.md 1.1, 1.3 and 1.4.
BOOST_FIXTURE_TEST_SUITE(card_select, Fixture)

BOOST_AUTO_TEST_CASE(every_application_is_selected_by_its_identifier) {
  for (const char* command :
       {kSelectJpki, kSelectFace, kSelectText, kSelectCommon, kSelectJuki, kSelectManager}) {
    BOOST_TEST(send(command) == "9000");
  }
}

BOOST_AUTO_TEST_CASE(selecting_with_an_answer_gives_the_fci_of_the_profile) {  // empty
  BOOST_TEST(send("00a404000ad392f00026010000000100") == "9000");
  Fixture other([](card::ProfileData& data) { data.behaviour.fci = {0x6F, 0x00}; });
  BOOST_TEST(other.send("00a404000ad392f00026010000000100") == "6f009000");
}

BOOST_AUTO_TEST_CASE(an_unknown_application_is_not_found_and_the_old_one_stays) {
  send(kSelectJpki);
  BOOST_TEST(send("00a4040c06f05445535401") == "6a82");
  BOOST_TEST(send("00a4020c02000a") == "9000");
}

BOOST_AUTO_TEST_CASE(select_of_the_iso_master_file_does_not_work) {
  BOOST_TEST(send("00a40000") == "6a86");  // after a reset
  send(kSelectJpki);
  send("00a4020c02000a");
  BOOST_TEST(send("00a40000") == "9000");  // in an application, without effect
  BOOST_TEST(sw("00b0000004") == "9000");
  BOOST_TEST(send("00a40000023f00") == "6a82");
}

BOOST_AUTO_TEST_CASE(files_are_found_in_the_selected_application_only) {
  BOOST_TEST(send("00a4020c02000a") == "6a82");  // card manager
  send(kSelectJpki);
  BOOST_TEST(send("00a4020c02000a") == "9000");
  BOOST_TEST(send("00a4020c020099") == "6a82");
  BOOST_TEST(send("00a4020c020000") == "6a82");
  send(kSelectCommon);
  BOOST_TEST(send("00a4020c02000a") == "6a82");
}

BOOST_AUTO_TEST_CASE(wrong_lengths_and_parameters_are_refused) {
  send(kSelectJpki);
  BOOST_TEST(send("00a4020c0100") == "6700");
  BOOST_TEST(send("00a4040c") == "6700");
  BOOST_TEST(send("00a4020402000a") == "6a86");
  BOOST_TEST(send("00a4010c02000a") == "6a86");
}

BOOST_AUTO_TEST_CASE(class_channel_and_instruction_are_checked) {
  BOOST_TEST(send("01a4040c0ad392f000260100000001") == "6881");
  BOOST_TEST(send("08a4040c0ad392f000260100000001") == "6882");
  send(kSelectJpki);
  BOOST_TEST(send("08b08a0000") == "69fc");
  BOOST_TEST(send("0c20008004"
                  "31323334") == "69fc");
  BOOST_TEST(send("20b08a0000") == "6e00");
  BOOST_TEST(send("80b08a0000") == "6e00");
  BOOST_TEST(send("00ff0000") == "6d00");
  BOOST_TEST(send("ffca000000") == "6e00");
  BOOST_TEST(send("10b08a0000") == "6884");  // chaining where there is none
}

BOOST_AUTO_TEST_CASE(what_the_model_does_not_know_is_counted) {
  BOOST_TEST(card.unmodelled() == 0u);
  send("00ff0000");
  BOOST_TEST(card.unmodelled() == 1u);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_command_get_wrong_length) {
  for (const char* bytes : {"00", "00a4", "00a404", "00a4040c0a00", "00a4040c0000"}) {
    BOOST_TEST(send(bytes) == "6700");
  }
  BOOST_TEST(send("") == "6700");
}

BOOST_AUTO_TEST_CASE(a_card_without_power_or_with_a_damaged_chip_says_nothing) {
  card.power_off();
  BOOST_TEST(send(kSelectJpki) == "");
  Fixture damaged([](card::ProfileData& data) { data.mute = true; });
  BOOST_TEST(damaged.card.mute());
  BOOST_TEST(damaged.send(kSelectJpki) == "");
}

BOOST_AUTO_TEST_CASE(the_first_command_after_power_down_can_fail) {
  card.power_off();
  card.power_on();
  BOOST_TEST(send(kSelectJpki) == "9000");  // off by default
  Fixture odd(
      [](card::ProfileData& data) { data.behaviour.first_command_after_power_down_fails = true; });
  BOOST_TEST(odd.send(kSelectJpki) ==
             "9000");  // the very first activation is none after power-down
  odd.card.power_off();
  odd.card.power_on();
  BOOST_TEST(odd.send(kSelectJpki) == "6f00");
  BOOST_TEST(odd.send(kSelectJpki) == "9000");
}

BOOST_AUTO_TEST_CASE(any_bytes_are_answered_with_a_status_word) {
  std::uint32_t state = 7;
  const auto next = [&state] { return state = state * 1664525u + 1013904223u, state >> 24; };
  constexpr std::uint8_t kIns[] = {0xA4, 0xB0, 0xB2, 0x20, 0x24, 0x32, 0x84,
                                   0x88, 0xCA, 0xA2, 0x82, 0xAE, 0xC0};
  const char* const kSelects[] = {kSelectJpki, kSelectFace, kSelectText, kSelectCommon,
                                  kSelectJuki};
  for (int i = 0; i < 50000; ++i) {
    if (i % 16 == 0) send(kSelects[next() % 5]);
    Bytes bytes(next() % 20);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(next());
    if (!bytes.empty()) bytes[0] = next() % 8 == 0 ? bytes[0] : next() % 2 == 0 ? 0x00 : 0x80;
    if (bytes.size() > 1) bytes[1] = kIns[next() % sizeof kIns];
    if (bytes.size() > 3 && next() % 2 == 0)
      bytes[3] = static_cast<std::uint8_t>(0x80 | next() % 32);
    BOOST_REQUIRE(send(bytes).size() >= 2);
  }
}

BOOST_AUTO_TEST_SUITE_END()
