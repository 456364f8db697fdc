// What the journal keeps of a real card's data: header, length, status word, keyed digest.
#include "sim/guard/real_card_tap.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/guard/oracle.h"
#include "tests/unit/guard/test_card.h"

using namespace uketsuke;
using namespace uketsuke::guard;
using namespace uketsuke::guard::test;
using wire::Bytes;

namespace {

const Bytes kKey = hex("00112233445566778899aabbccddeeff");

struct Kept {
  std::string text;
  Bytes bytes;  // masked bytes are EE
};

Kept keep(trace::Tap& tap, Bytes bytes) {
  std::vector<trace::MaskRange> ranges;
  Kept kept{tap.mask(bytes, ranges), bytes};
  for (const trace::MaskRange& range : ranges) {
    BOOST_REQUIRE(range.offset + range.length <= bytes.size());
    for (std::uint32_t i = 0; i < range.length; ++i) kept.bytes[range.offset + i] = 0xEE;
  }
  return kept;
}

std::string digest_of(std::string_view data) {
  const KeyedDigest digest = keyed_digest(kKey, hex(data));
  return wire::to_hex(wire::ByteView(digest).first(8));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(real_card_tap)

BOOST_AUTO_TEST_CASE(of_an_apdu_header_lengths_and_digest_are_kept) {
  RealCardApduTap tap(kKey, Way::kToCard);
  const Kept verify = keep(tap, hex("002000800431323334"));
  BOOST_TEST(verify.text == "VERIFY 00 20 00 80 Nc=4 digest " + digest_of("31323334"));
  BOOST_TEST(wire::to_hex(verify.bytes) == "00200080eeeeeeeeee");
  BOOST_TEST(keep(tap, hex("00b0000010")).text == "READ BINARY 00 B0 00 00 Ne=16");
  BOOST_TEST(wire::to_hex(keep(tap, hex("00b0000010")).bytes) == "00b0000010");
  BOOST_TEST(keep(tap, hex("802a00800131"
                           "00"))
                 .text ==
             "COMPUTE DIGITAL SIGNATURE 80 2A 00 80 Nc=1 digest " + digest_of("31") + " Ne=256");
}

BOOST_AUTO_TEST_CASE(of_a_response_length_status_word_and_digest_are_kept) {
  RealCardApduTap tap(kKey, Way::kFromCard);
  const Kept kept = keep(tap, hex("39393939"
                                  "9000"));
  BOOST_TEST(kept.text == "9000 Nr=4 digest " + digest_of("39393939"));
  BOOST_TEST(wire::to_hex(kept.bytes) == "eeeeeeee9000");
  BOOST_TEST(keep(tap, hex("6982")).text == "6982 Nr=0");
  BOOST_TEST(wire::to_hex(keep(tap, hex("39")).bytes) == "ee");
}

// Digits that stand where a header should be, a VERIFY that was cut.
BOOST_AUTO_TEST_CASE(of_what_is_no_command_nothing_is_kept) {
  RealCardApduTap tap(kKey, Way::kToCard);
  for (const auto* bytes : {"31323334", "3132333435", "0020008004313233", "002000"})
    BOOST_TEST(keep(tap, hex(bytes)).bytes == Bytes(hex(bytes).size(), 0xEE), bytes);
  tap.distrust();
  BOOST_TEST(keep(tap, hex("00200080")).bytes == Bytes(4, 0xEE));
  BOOST_TEST(keep(tap, hex("00200080")).bytes == hex("00200080"));
}

BOOST_AUTO_TEST_CASE(equal_data_has_equal_digests_and_another_key_gives_others) {
  RealCardApduTap tap(kKey, Way::kFromCard);
  RealCardApduTap other(hex("ff112233445566778899aabbccddeeff"), Way::kFromCard);
  const Bytes answer =
      hex("1234"
          "9000");
  BOOST_TEST(keep(tap, answer).text == keep(tap, answer).text);
  BOOST_TEST(keep(tap, answer).text != keep(other, answer).text);
}

BOOST_AUTO_TEST_CASE(of_a_t1_block_prologue_and_header_are_kept_and_not_the_checksum) {
  RealCardCcidTap tap(kKey, Way::kToCard);
  const Kept kept = keep(tap, xfr_block(t1_block(0x40, hex("002000800431323334")), 7));
  BOOST_TEST(kept.text ==
             "PC_to_RDR_XfrBlock slot 0 seq 7: T=1 PCB 40 LEN 9: VERIFY 00 20 00 80 "
             "Nc=4 digest " +
                 digest_of("31323334"));
  BOOST_TEST(wire::to_hex(kept.bytes) ==
             "6f0d000000000700"
             "0000"
             "004009"
             "00200080"
             "eeeeeeeeee"
             "ee");
}

BOOST_AUTO_TEST_CASE(of_a_chain_only_the_first_block_has_a_header) {
  RealCardCcidTap tap(kKey, Way::kToCard);
  keep(tap, xfr_block(t1_block(0x20, hex("002000800e")), 1));
  const Kept middle = keep(tap, xfr_block(t1_block(0x60, hex("00200080")), 2));
  BOOST_TEST(wire::to_hex(middle.bytes).substr(20) ==
             "006004"
             "eeeeeeee"
             "ee");
  keep(tap, xfr_block(t1_block(0x80, {}), 3));
  const Kept last = keep(tap, xfr_block(t1_block(0x00, hex("00200080")), 4));
  BOOST_TEST(wire::to_hex(last.bytes).substr(20) ==
             "000004"
             "eeeeeeee"
             "ee");
  const Kept next = keep(tap, xfr_block(t1_block(0x40, hex("00200080")), 5));
  BOOST_TEST(wire::to_hex(next.bytes).substr(20) ==
             "004004"
             "00200080"
             "ee");
}

BOOST_AUTO_TEST_CASE(of_a_t1_answer_prologue_and_status_word_are_kept) {
  RealCardCcidTap tap(kKey, Way::kFromCard);
  const Kept kept = keep(tap, ccid_message(0x80, 3, t1_block(0x00, hex("39399000"))));
  BOOST_TEST(wire::to_hex(kept.bytes).substr(20) ==
             "000004"
             "eeee9000"
             "ee");
  const Kept part = keep(tap, ccid_message(0x80, 3, t1_block(0x20, hex("39399000"))));
  BOOST_TEST(wire::to_hex(part.bytes).substr(20) ==
             "002004"
             "eeeeeeee"
             "ee");
}

BOOST_AUTO_TEST_CASE(parts_at_the_extended_level_keep_the_header_of_the_first_one) {
  RealCardCcidTap tap(kKey, Way::kToCard);
  BOOST_TEST(wire::to_hex(keep(tap, xfr_block(hex("80a200c1000133"), 1, 1)).bytes).substr(20) ==
             "80a200c1eeeeee");
  for (const std::uint16_t level : {2, 3, 0x10, 0x77})
    BOOST_TEST(wire::to_hex(keep(tap, xfr_block(hex("80a200c1"), 1, level)).bytes).substr(20) ==
               "eeeeeeee");
  RealCardCcidTap answers(kKey, Way::kFromCard);
  Bytes part = ccid_message(0x80, 1, hex("39399000"));
  for (const std::uint8_t chain : {1, 3}) {
    part[9] = chain;
    BOOST_TEST(wire::to_hex(keep(answers, part).bytes).substr(20) == "eeeeeeee");
  }
  part[9] = 2;
  BOOST_TEST(wire::to_hex(keep(answers, part).bytes).substr(20) == "eeee9000");
}

BOOST_AUTO_TEST_CASE(other_messages_keep_their_header_or_nothing) {
  RealCardCcidTap tap(kKey, Way::kToCard);
  const Bytes secret = hex("002000800431323334");
  for (const std::uint8_t type : {0x69, 0x6B, 0x00, 0x70, 0x80}) {
    const Kept kept = keep(tap, ccid_message(type, 1, secret));
    BOOST_TEST(Bytes(kept.bytes.begin() + 10, kept.bytes.end()) == Bytes(secret.size(), 0xEE));
  }
  Bytes cut = xfr_block(secret, 1);
  cut.pop_back();
  BOOST_TEST(keep(tap, cut).bytes == Bytes(cut.size(), 0xEE));
  BOOST_TEST(keep(tap, secret).bytes == Bytes(secret.size(), 0xEE));
  // A message without secrets is described by its wire.
  BOOST_TEST(keep(tap, ccid_message(0x65, 1)).text.empty());
  BOOST_TEST(keep(tap, ccid_message(0x65, 1)).bytes == ccid_message(0x65, 1));
}

BOOST_AUTO_TEST_SUITE_END()
