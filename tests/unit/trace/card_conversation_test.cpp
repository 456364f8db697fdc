// What the journal tells and hides of a contact card's characters.
#include "sim/trace/card_conversation.h"

#include <boost/test/unit_test.hpp>

namespace {

using namespace uketsuke;
using trace::CardConversation;
using Way = CardConversation::Way;

struct Follower {
  CardConversation conversation;
  CardConversation::Ranges ranges;

  std::string down(std::string_view hex) { return see(Way::kToCard, hex); }
  std::string up(std::string_view hex) { return see(Way::kFromCard, hex); }
  std::string see(Way way, std::string_view hex) {
    ranges.clear();
    return conversation.characters(way, wire::from_hex(hex).value(), ranges);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(card_conversation)

// 00 20 01 80 A1 has the length and the LRC of a T=1 block.
BOOST_AUTO_TEST_CASE(a_t0_header_that_looks_like_a_t1_block_is_a_header) {
  Follower card;
  BOOST_TEST(card.up("3B1613805454455354") == "");
  BOOST_TEST(card.down("00200180A1") == "T=0 header CLA=00 INS=20 P1=01 P2=80 P3=a1");
  BOOST_TEST(card.up("60") == "T=0 NULL");
  BOOST_TEST(card.up("6A86") == "T=0 SW=6a86");
  BOOST_TEST(card.down("00B0000003") == "T=0 header CLA=00 INS=b0 P1=00 P2=00 P3=03");
  BOOST_TEST(card.up("B00102039000") == "T=0 procedure byte INS, data, 3 characters SW=9000");
}

BOOST_AUTO_TEST_CASE(with_t1_the_same_bytes_are_a_block) {
  Follower card;
  card.up("3BE000FF8131FE4514");
  BOOST_TEST(card.down("00200180A1") == "");
}

// It may hold a PIN as well as a whole one.
BOOST_AUTO_TEST_CASE(a_damaged_t1_block_is_masked_behind_its_prologue) {
  Follower card;
  card.up("3BE000FF8131FE4514");
  BOOST_TEST(card.down("00000900200080043132333400") == "");
  BOOST_REQUIRE(card.ranges.size() == 1U);
  BOOST_TEST(card.ranges[0].offset == 3U);
  BOOST_TEST(card.ranges[0].length == 10U);
}

// Checksums over a PIN of four digits tell the PIN.
BOOST_AUTO_TEST_CASE(the_checksum_of_a_masked_block_is_masked_too) {
  Follower card;
  card.up("3BE000FF8131FE4514");
  card.down("000009002000800431323334A9");
  BOOST_REQUIRE(card.ranges.size() == 2U);
  BOOST_TEST(card.ranges[0].offset == 8U);
  BOOST_TEST(card.ranges[0].length == 4U);
  BOOST_TEST(card.ranges[1].offset == 12U);
  BOOST_TEST(card.ranges[1].length == 1U);
  CardConversation::Ranges ranges;
  CardConversation contactless;
  contactless.frame(Way::kToCard, wire::from_hex("030020008004313233346101").value(), ranges);
  BOOST_REQUIRE(ranges.size() == 2U);
  BOOST_TEST(ranges[1].offset == 10U);
  BOOST_TEST(ranges[1].length == 2U);
}

BOOST_AUTO_TEST_CASE(pps_chooses_the_protocol) {
  Follower card;
  card.up("3B80800101");  // T=0 and T=1, T=0 first
  card.down("FF01FE");
  card.up("FF01FE");
  BOOST_TEST(card.down("00200180A1") == "");
  card.up("3B80800101");
  BOOST_TEST(card.down("00200180A1") != "");
}

BOOST_AUTO_TEST_CASE(a_pin_under_t0_is_masked_and_not_told) {
  Follower card;
  card.up("3B1613805454455354");
  BOOST_TEST(card.down("0020008004") == "T=0 header CLA=00 INS=20 P1=00 P2=80 P3=04");
  BOOST_TEST(card.up("20") == "T=0 procedure byte INS");
  BOOST_TEST(card.down("31323334") == "T=0 data, 4 characters");
  BOOST_REQUIRE(card.ranges.size() == 1U);
  BOOST_TEST(card.ranges[0].offset == 0U);
  BOOST_TEST(card.ranges[0].length == 4U);
  BOOST_TEST(card.up("63C2") == "T=0 SW=63c2");
}

// After a fault nothing on the wire need be what it seems; power and reset make it known again.
BOOST_AUTO_TEST_CASE(a_conversation_that_is_not_trusted_is_masked_until_reset) {
  const wire::Bytes read = wire::from_hex("00B0000004").value();
  const wire::Bytes answer = wire::from_hex("010203049000").value();
  CardConversation conversation;
  CardConversation::Ranges ranges;
  conversation.apdu(Way::kToCard, read, 10, ranges);
  conversation.apdu(Way::kFromCard, answer, 10, ranges);
  BOOST_TEST(ranges.empty());
  conversation.distrust();
  conversation.apdu(Way::kToCard, read, 10, ranges);
  BOOST_TEST_REQUIRE(ranges.size() == 1u);
  BOOST_TEST(ranges[0].offset == 14u);
  conversation.part(Way::kFromCard, answer, true, true, 10, ranges);
  conversation.part(Way::kFromCard, answer, false, false, 10, ranges);
  BOOST_TEST(conversation.t1_block(Way::kToCard, read, 10, ranges));
  BOOST_TEST(conversation.characters(Way::kFromCard, answer, ranges) == "");
  conversation.frame(Way::kFromCard, answer, ranges);
  BOOST_TEST_REQUIRE(ranges.size() == 6u);
  BOOST_TEST(ranges[1].length == 6u);
  BOOST_TEST(ranges[2].length == 6u);
  BOOST_TEST(ranges[3].length == 5u);
  BOOST_TEST(ranges[4].length == 6u);
  BOOST_TEST(ranges[5].offset == 1u);
  ranges.clear();
  conversation.reset();
  conversation.apdu(Way::kToCard, read, 10, ranges);
  conversation.apdu(Way::kFromCard, answer, 10, ranges);
  BOOST_TEST(ranges.empty());
}

BOOST_AUTO_TEST_SUITE_END()
