#include <boost/test/unit_test.hpp>

#include "tests/unit/card/card_fixture.h"

using namespace card_fixture;

// facts/domain.md 1.2 to 1.4.
BOOST_FIXTURE_TEST_SUITE(card_verify, Fixture)

BOOST_AUTO_TEST_CASE(a_right_pin_is_accepted_by_file_and_by_short_identifier) {
  send(kSelectJpki);
  BOOST_TEST(verify(0x18, "1234") == "9000");
  send("00a4020c020018");
  BOOST_TEST(send("0020008004"
                  "31323334") == "9000");
}

BOOST_AUTO_TEST_CASE(wrong_pins_count_down_and_then_the_key_is_blocked) {
  send(kSelectJpki);
  BOOST_TEST(verify(0x18, "0000") == "63c2");
  BOOST_TEST(verify(0x18, "0000") == "63c1");
  BOOST_TEST(verify(0x18, "0000") == "63c0");
  BOOST_TEST(verify(0x18, "0000") == "6984");
  BOOST_TEST(verify(0x18, "1234") == "6984");  // the right one comes too late
  BOOST_TEST(send("00200098") == "63c0");
  BOOST_TEST(verify(0x1B, "ABC123") == "9000");  // other references are not concerned
}

BOOST_AUTO_TEST_CASE(the_retry_query_uses_no_try) {
  send(kSelectJpki);
  for (int i = 0; i < 10; ++i) BOOST_TEST(send("00200098") == "63c3");
  BOOST_TEST(send("0020009b") == "63c5");
  send("00a4020c020018");
  BOOST_TEST(send("00200080") == "63c3");
  BOOST_TEST(send("0020008000") == "63c3");  // T=0 shows it with a P3 of 00
  BOOST_TEST(verify(0x18, "1234") == "9000");
  BOOST_TEST(send("00200098") == "63c3");
}

BOOST_AUTO_TEST_CASE(on_some_cards_the_query_of_a_verified_key_says_ok) {
  Fixture other(
      [](card::ProfileData& data) { data.behaviour.query_of_verified_key_is_9000 = true; });
  other.send(kSelectJpki);
  BOOST_TEST(other.send("00200098") == "63c3");
  other.verify(0x18, "1234");
  BOOST_TEST(other.send("00200098") == "9000");
}

// JPKI: OpenSC. Others: A-01. Blocked one: card text 0012.
BOOST_AUTO_TEST_CASE(limits_are_those_of_the_profile) {
  send(kSelectFace);
  BOOST_TEST(send("00200091") == "63ca");
  BOOST_TEST(send("00200092") == "63ca");
  BOOST_TEST(send("00200093") == "63ca");
  send(kSelectText);
  BOOST_TEST(send("00200091") == "63c3");
  BOOST_TEST(send("00200092") == "63c0");
  BOOST_TEST(verify(0x12, "0000") == "6984");
  BOOST_TEST(send("00200094") == "63ca");
  BOOST_TEST(send("00200095") == "63ca");
  Fixture other([](card::ProfileData& data) { data.behaviour.retry_limits.verification_b = 5; });
  other.send(kSelectFace);
  BOOST_TEST(other.send("00200092") == "63c5");
}

BOOST_AUTO_TEST_CASE(a_right_value_restores_the_counter) {
  send(kSelectJpki);
  verify(0x18, "0000");
  BOOST_TEST(send("00200098") == "63c2");
  verify(0x18, "1234");
  BOOST_TEST(send("00200098") == "63c3");
}

BOOST_AUTO_TEST_CASE(a_wrong_value_takes_back_what_was_verified) {
  send(kSelectJpki);
  verify(0x1B, "ABC123");
  BOOST_TEST(sw("00b0810000") == "9000");
  verify(0x1B, "XXXXXX");
  BOOST_TEST(sw("00b0810000") == "6982");
}

BOOST_AUTO_TEST_CASE(status_survives_a_warm_reset_but_not_power_down) {
  send(kSelectJpki);
  verify(0x1B, "ABC123");
  card.warm_reset();
  BOOST_TEST((card.selected() == card::Application::kCardManager));
  Fixture keep([](card::ProfileData& data) {
    data.behaviour.select_application_clears_status = false;  // A-04 answered the other way
  });
  keep.send(kSelectJpki);
  keep.verify(0x1B, "ABC123");
  keep.card.warm_reset();
  keep.send(kSelectJpki);
  BOOST_TEST(keep.sw("00b0810000") == "9000");
  keep.card.power_off();
  keep.card.power_on();
  keep.send(kSelectJpki);
  BOOST_TEST(keep.sw("00b0810000") == "6982");
}

BOOST_AUTO_TEST_CASE(selecting_an_application_clears_the_status) {
  send(kSelectJpki);
  verify(0x1B, "ABC123");
  send(kSelectJpki);
  BOOST_TEST(sw("00b0810000") == "6982");
}

BOOST_AUTO_TEST_CASE(counters_survive_power_down) {
  send(kSelectJpki);
  verify(0x18, "0000");
  card.power_off();
  card.power_on();
  send(kSelectJpki);
  BOOST_TEST(send("00200098") == "63c2");
}

// The counter is decremented before the comparison: power lost in between costs a try.
BOOST_AUTO_TEST_CASE(power_lost_while_a_right_pin_is_checked_costs_a_try) {
  send(kSelectJpki);
  const auto answer = card.transmit(wire::from_hex("002000980431323334").value());
  card.power_off_after(answer.work_time_us - 1);
  card.power_on();
  send(kSelectJpki);
  BOOST_TEST(send("00200098") == "63c2");

  card.power_off_after(card.transmit(wire::from_hex("002000980431323334").value()).work_time_us);
  card.power_on();
  send(kSelectJpki);
  BOOST_TEST(send("00200098") == "63c3");
}

BOOST_AUTO_TEST_CASE(power_lost_at_the_last_try_blocks_the_key) {
  send(kSelectJpki);
  verify(0x18, "0000");
  verify(0x18, "0000");
  verify(0x18, "1234");
  card.power_lost_while_working();
  BOOST_TEST(!card.powered());
  card.power_on();
  send(kSelectJpki);
  BOOST_TEST(send("00200098") == "63c0");
}

BOOST_AUTO_TEST_CASE(power_lost_after_another_command_costs_nothing) {
  send(kSelectJpki);
  verify(0x18, "1234");
  send("00b0880000");
  card.power_lost_while_working();
  card.power_on();
  send(kSelectJpki);
  BOOST_TEST(send("00200098") == "63c3");
}

BOOST_AUTO_TEST_CASE(parameters_and_files_are_checked) {
  send(kSelectJpki);
  BOOST_TEST(send("002000800431323334") == "6986");
  BOOST_TEST(send("002000000431323334") == "6a86");
  BOOST_TEST(send("002000a00431323334") == "6a86");
  BOOST_TEST(send("0020009d0431323334") == "6a82");
  BOOST_TEST(send("0020008a0431323334") == "6981");
  BOOST_TEST(send("002001980431323334") == "6a86");
}

BOOST_AUTO_TEST_CASE(a_pin_is_changed_after_verify) {
  send(kSelectJpki);
  send("00a4020c020018");
  BOOST_TEST(send("0024018004"
                  "34333231") == "6982");
  send(
      "0020008004"
      "31323334");
  BOOST_TEST(send("0024018004"
                  "34333231") == "9000");
  BOOST_TEST(verify(0x18, "1234") == "63c2");
  BOOST_TEST(verify(0x18, "4321") == "9000");
  BOOST_TEST(send("0024018003"
                  "343332") == "6a80");
  BOOST_TEST(send("0024018004"
                  "61626364") == "6a80");
  BOOST_TEST(send("0024008004"
                  "34333231") == "6a86");
  BOOST_TEST(send("00240180") == "6700");
}

BOOST_AUTO_TEST_CASE(a_new_value_is_lost_with_the_power) {
  send(kSelectJpki);
  verify(0x18, "1234");
  send(
      "0024018004"
      "34333231");
  card.power_lost_while_working();
  card.power_on();
  send(kSelectJpki);
  BOOST_TEST(verify(0x18, "1234") == "9000");
}

BOOST_AUTO_TEST_CASE(the_juki_application_changes_its_pin_with_change_key) {
  send(kSelectJuki);
  verify(0x1C, "9012");
  BOOST_TEST(send("0024018004"
                  "31313131") == "6d00");
  BOOST_TEST(send("8032008004"
                  "31313131") == "9000");
  BOOST_TEST(verify(0x1C, "1111") == "9000");
  send(kSelectJpki);
  BOOST_TEST(send("8032009804"
                  "31313131") == "6d00");
}

BOOST_AUTO_TEST_CASE(a_card_without_pin_is_blocked_from_the_start) {
  Fixture without([](card::ProfileData& data) { data.behaviour.without_pin = true; });
  without.send(kSelectJpki);
  BOOST_TEST(without.verify(0x18, "1234") == "6984");
  BOOST_TEST(without.send("00200098") == "63c0");
  BOOST_TEST(without.send("00b0880000") == "008f009000");
  BOOST_TEST(without.send("00a4020c020001") == "6a82");
  BOOST_TEST(without.sw("00b08a0000") == "9000");
}

BOOST_AUTO_TEST_CASE(tries_used_elsewhere_are_gone) {
  Fixture locked([](card::ProfileData& data) { data.auth_pin_tries_used = 3; });
  locked.send(kSelectJpki);
  BOOST_TEST(locked.verify(0x18, "1234") == "6984");
  Fixture two([](card::ProfileData& data) { data.auth_pin_tries_used = 2; });
  two.send(kSelectJpki);
  BOOST_TEST(two.send("00200098") == "63c1");
}

BOOST_AUTO_TEST_CASE(worlds_share_the_profile_but_not_the_memory) {
  Fixture other(profile);
  send(kSelectJpki);
  other.send(kSelectJpki);
  verify(0x18, "0000");
  BOOST_TEST(other.send("00200098") == "63c3");
}

BOOST_AUTO_TEST_SUITE_END()
