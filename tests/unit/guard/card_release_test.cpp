// Release of a test card: identification, tries left, commands in parts. facts/domain.md 1.3
// to 1.5.
#include "sim/guard/card_guard.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/guard/test_card.h"

using namespace uketsuke;
using namespace uketsuke::guard;
using namespace uketsuke::guard::test;

namespace {

CardGuard active(std::vector<Release> releases = {}) {
  CardGuard guard(std::move(releases));
  guard.activated(Activation::kReset);
  return guard;
}

CardGuard released(unsigned tries = 3, bool may_lock = false) {
  const TestCard card;
  CardGuard guard = active({release_of(card, may_lock)});
  BOOST_REQUIRE(identify(guard, card, tries));
  BOOST_REQUIRE(guard.released_as() != nullptr);
  return guard;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(card_release)

BOOST_AUTO_TEST_CASE(the_identification_passes_to_every_card_and_releases_the_right_one) {
  const TestCard hanako;
  const TestCard taro{"6", "999999000000002"};
  for (const TestCard& card : {hanako, taro}) {
    CardGuard guard = active({release_of(hanako)});
    BOOST_TEST(identify(guard, card));
    const bool right = card.serial == hanako.serial;
    BOOST_TEST((guard.released_as() != nullptr) == right);
    BOOST_TEST(exchange(guard, "00b0820000") == right);
    if (right) BOOST_TEST(*guard.released_as() == "hanako");
  }
}

BOOST_AUTO_TEST_CASE(one_of_several_releases_matches) {
  const TestCard hanako;
  const TestCard taro{"6", "999999000000002"};
  Release of_taro = release_of(taro);
  of_taro.name = "taro";
  CardGuard guard = active({release_of(hanako), of_taro});
  BOOST_TEST(identify(guard, taro));
  BOOST_REQUIRE(guard.released_as() != nullptr);
  BOOST_TEST(*guard.released_as() == "taro");
}

// Key ids of production begin with 5; anything else but 6 is not known.
BOOST_AUTO_TEST_CASE(a_card_that_is_not_of_the_test_hierarchy_is_never_released) {
  for (const auto* hierarchy : {"5", "7", "0", " "}) {
    const TestCard card{hierarchy, "999999000000001"};
    CardGuard guard = active({release_of(card, /*may_lock=*/true)});
    BOOST_TEST(identify(guard, card));
    BOOST_TEST(guard.released_as() == nullptr);
    BOOST_TEST((guard.hierarchy() == Hierarchy::kProduction) == (std::string(hierarchy) == "5"));
    exchange(guard, kSelectJpki);
    BOOST_TEST(!exchange(guard, "002000800431323334"));
    BOOST_TEST(!exchange(guard, "80a200c10101"));
  }
}

BOOST_AUTO_TEST_CASE(a_test_key_id_in_one_file_alone_is_not_enough) {
  const TestCard test;
  const TestCard production{"5", test.serial};
  for (const std::size_t odd : {0U, 1U}) {
    Identification mixed = test.identification();
    mixed.set(odd, production.item(odd));
    Release release = release_of(test);
    release.digest = mixed.digest(release.key);
    CardGuard guard = active({release});
    for (const Identification::Step& step : Identification::steps()) {
      wire::Bytes answer = hex("9000");
      if (step.item >= 0) {
        const auto item = static_cast<std::size_t>(step.item);
        const wire::Bytes bytes = (item == odd ? production : test).item(item);
        answer.insert(answer.begin(), bytes.begin(), bytes.end());
      }
      exchange(guard, step.command, answer);
    }
    BOOST_TEST(guard.released_as() == nullptr);
    BOOST_TEST((guard.hierarchy() == Hierarchy::kProduction));
  }
}

BOOST_AUTO_TEST_CASE(a_release_ends_with_its_activation) {
  CardGuard guard = released();
  guard.activated(Activation::kReset);
  BOOST_TEST(guard.released_as() == nullptr);
  exchange(guard, kSelectFace);
  BOOST_TEST(!exchange(guard, "00b0820000"));
  BOOST_TEST(!exchange(guard, "80a200c10101"));
}

BOOST_AUTO_TEST_CASE(items_of_two_activations_do_not_make_one_identification) {
  const TestCard card;
  CardGuard guard = active({release_of(card)});
  const auto& steps = Identification::steps();
  const auto answer_of = [&](const Identification::Step& step) {
    wire::Bytes answer = hex("9000");
    if (step.item >= 0) {
      const wire::Bytes item = card.item(static_cast<std::size_t>(step.item));
      answer.insert(answer.begin(), item.begin(), item.end());
    }
    return answer;
  };
  for (std::size_t i = 0; i < 5; ++i) exchange(guard, steps[i].command, answer_of(steps[i]));
  guard.activated(Activation::kReset);
  for (std::size_t i = 5; i < steps.size(); ++i)
    exchange(guard, steps[i].command, answer_of(steps[i]));
  BOOST_TEST(guard.released_as() == nullptr);
}

BOOST_AUTO_TEST_CASE(another_record_read_later_ends_the_release) {
  CardGuard guard = released();
  exchange(guard, kSelectCommon);
  exchange(guard, "00a4020c020001");
  wire::Bytes other = TestCard{"6", "999999000000002"}.item(2);
  other.insert(other.end(), {0x90, 0x00});
  BOOST_TEST(exchange(guard, hex("00b201041e"), other));
  BOOST_TEST(guard.released_as() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_short_key_of_the_digest_releases_nothing) {
  const TestCard card;
  Release release = release_of(card);
  release.key.resize(15);
  release.digest = card.identification().digest(release.key);
  CardGuard guard = active({release});
  BOOST_TEST(identify(guard, card));
  BOOST_TEST(guard.released_as() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_released_card_gets_what_is_well_formed) {
  CardGuard guard = released();
  BOOST_TEST(exchange(guard, kSelectJpki));
  for (const auto* command :
       {"00b08a0000", "80a200c10000020102", "008200000103",
        "802a00970431323334"
        "00",
        "008800990401020304"
        "00",
        "01a4040c0ad392f000260100000001", "10a200c10101", "00d600000101", "00ca7f2100"})
    BOOST_TEST(exchange(guard, command), command);
  for (const auto* command : {"0020", "00b0", "006000", "00620000", "ff000000", "802a0080043132"})
    BOOST_TEST(!exchange(guard, command), command);
}

// ---- tries of a released card that must not be locked
BOOST_AUTO_TEST_CASE(verify_passes_while_enough_tries_are_known_to_be_left) {
  struct Row {
    unsigned tries;
    bool passes;
  };
  for (const Row& row : {Row{3, true}, Row{2, true}, Row{1, false}, Row{0, false}}) {
    CardGuard guard = released(row.tries);
    exchange(guard, kSelectJpki);
    exchange(guard, "00a4020c020018");
    BOOST_TEST(exchange(guard, "002000800431323334") == row.passes, row.tries);
  }
}

BOOST_AUTO_TEST_CASE(wrong_pins_are_counted_and_right_ones_give_the_try_back) {
  CardGuard guard = released();
  exchange(guard, kSelectJpki);
  BOOST_TEST(exchange(guard,
                      "0020009804"
                      "31323334"));  // 9000: three again
  BOOST_TEST(exchange(guard,
                      "0020009804"
                      "31323330",
                      "63c2"));
  BOOST_TEST(exchange(guard,
                      "0020009804"
                      "31323330",
                      "63c1"));
  BOOST_TEST(!exchange(guard,
                       "0020009804"
                       "31323334"));
  BOOST_TEST(exchange(guard, "00200098", "63c3"));  // asked again
  BOOST_TEST(exchange(guard,
                      "0020009804"
                      "31323334"));
}

BOOST_AUTO_TEST_CASE(a_verify_that_was_never_answered_has_cost_its_try) {
  CardGuard guard = released();
  for (const bool passes : {true, true, false}) {
    exchange(guard, kSelectJpki);
    BOOST_TEST(guard
                   .command(hex("0020009804"
                                "31323334"))
                   .passes() == passes);
    guard.response_lost();
  }
}

BOOST_AUTO_TEST_CASE(odd_forms_of_verify_need_a_card_that_may_be_locked) {
  const char* const kOdd[] = {
      "00200098"
      "0331"
      "3233",  // three digits
      "00200098"
      "053132333435",
      "0020019804"
      "31323334",
      "0020009804"
      "3132333400",
      "00200098"
      "00"
      "0004"
      "31323334",
      "0020000004"
      "31323334",
      "002000970431323334",
      "0020008004"
      "31323334",
      "8020009804"
      "31323334",
      "1020009804"
      "31323334",
      "0120009804"
      "31323334",
      "002100980431323334",
      "0024009808"
      "3132333435363738",
      "002c009804"
      "31323334",
      "00c200000900200098000002"
      "3132",
      "0020009800"};
  for (const auto* command : kOdd) {
    CardGuard guard = released();
    exchange(guard, kSelectJpki);
    BOOST_TEST(!exchange(guard, command), command);
    CardGuard free = released(3, /*may_lock=*/true);
    exchange(free, kSelectJpki);
    BOOST_TEST(exchange(free, command), command);
  }
}

BOOST_AUTO_TEST_CASE(a_reference_whose_tries_were_never_told_is_not_verified) {
  CardGuard guard = released();
  exchange(guard, kSelectText);
  BOOST_TEST(!exchange(guard,
                       "0020009104"
                       "35363738"));
  BOOST_TEST(exchange(guard, "00200091", "63c3"));
  BOOST_TEST(exchange(guard,
                      "0020009104"
                      "35363738"));
}

BOOST_AUTO_TEST_CASE(a_change_follows_the_same_rule) {
  CardGuard guard = released();
  exchange(guard, kSelectJpki);
  BOOST_TEST(exchange(guard,
                      "0024019804"
                      "35363738"));
  BOOST_TEST(!exchange(guard,
                       "0024019805"
                       "3536373839"));
  CardGuard worn = released(1);
  exchange(worn, kSelectJpki);
  BOOST_TEST(!exchange(worn,
                       "0024019804"
                       "35363738"));
}

// ---- ENVELOPE (7816-3, 12.2.5)
BOOST_AUTO_TEST_CASE(an_envelope_carries_no_command_that_may_cost_a_try) {
  const wire::Bytes verify =
      hex("00c2000009"
          "002000800000020000");
  wire::Bytes begin =
      hex("80c20000ff"
          "80a200c1000133");
  begin.resize(5 + 255, 0x01);
  const wire::Bytes rest =
      hex("80c2000004"
          "01010101");
  const auto begun = [&](std::string_view answer) {
    CardGuard guard = released();
    exchange(guard, kSelectJpki);
    BOOST_TEST(exchange(guard, begin, hex(answer)));
    return guard;
  };
  BOOST_TEST(exchange(begun("9000"), rest, hex("9000")));
  BOOST_TEST(!exchange(released(), verify, hex("9000")));
  // The card may take what follows a refused segment, or another command, for a new beginning.
  BOOST_TEST(!exchange(begun("6a80"), rest, hex("9000")));
  BOOST_TEST(!exchange(begun("6a80"), verify, hex("9000")));
  CardGuard interrupted = begun("9000");
  BOOST_TEST(exchange(interrupted, "0084000008"));
  BOOST_TEST(!exchange(interrupted, verify, hex("9000")));
  // A first segment that holds the whole command.
  wire::Bytes whole =
      hex("80c20000ff"
          "80a200c10000f8");
  whole.resize(5 + 255, 0x01);
  CardGuard complete = released();
  BOOST_TEST(exchange(complete, whole, hex("9000")));
  BOOST_TEST(!exchange(complete, verify, hex("9000")));
}

// ---- parts
BOOST_AUTO_TEST_CASE(commands_in_parts_are_for_released_cards) {
  const wire::Bytes certificate =
      hex("80a200c1000133"
          "7f21");
  const wire::Bytes verify =
      hex("00200080"
          "0431");
  BOOST_TEST(!active().begins(certificate).passes());
  BOOST_TEST(!active().begins(hex("00a4040c0ad392")).passes());
  BOOST_TEST(released().begins(certificate).passes());
  BOOST_TEST(!released().begins(verify).passes());
  BOOST_TEST(released(3, /*may_lock=*/true).begins(verify).passes());
  BOOST_TEST(!released().begins(hex("80a200c1")).passes());
}

BOOST_AUTO_TEST_CASE(parts_are_no_longer_than_lc_and_le_allow) {
  BOOST_TEST(
      CardGuard::fits_so_far(hex("00a4040c02"
                                 "0001")));
  BOOST_TEST(
      CardGuard::fits_so_far(hex("00a4040c02"
                                 "000100")));
  BOOST_TEST(
      !CardGuard::fits_so_far(hex("00a4040c02"
                                  "00010000")));
  BOOST_TEST(
      CardGuard::fits_so_far(hex("00a4040c000002"
                                 "00010000")));
  BOOST_TEST(
      !CardGuard::fits_so_far(hex("00a4040c000002"
                                  "0001000000")));
}

BOOST_AUTO_TEST_SUITE_END()
