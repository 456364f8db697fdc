// What reaches a card that is not simulated, at APDU level. Bytes of commands and layouts of files:
// facts/domain.md 1.1 to 1.5.
#include "sim/guard/card_guard.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/unit/guard/test_card.h"

using namespace uketsuke;
using namespace uketsuke::guard;
using namespace uketsuke::guard::test;
namespace data = boost::unit_test::data;

namespace {

CardGuard active(std::vector<Release> releases = {}) {
  CardGuard guard(std::move(releases));
  guard.activated(Activation::kReset);
  return guard;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(card_guard)

BOOST_AUTO_TEST_CASE(nothing_passes_before_an_activation_and_after_a_deactivation) {
  CardGuard guard;
  BOOST_TEST(!exchange(guard, kSelectJpki));
  guard.activated();
  BOOST_TEST(exchange(guard, kSelectJpki));
  guard.deactivated();
  BOOST_TEST(!exchange(guard, kSelectJpki));
}

BOOST_AUTO_TEST_CASE(the_harmless_files_can_be_read) {
  struct Row {
    std::string_view application, file, read;
  };
  for (const Row& row : {Row{kSelectJpki, "00a4020c020006", "00b00000a0"},
                         Row{kSelectJpki, "00a4020c020008", "00b0000003"},
                         Row{kSelectFace, "00a4020c020003", "00b0000000"},
                         Row{kSelectFace, "00a4020c020003", "00b0010000"},
                         Row{kSelectFace, "00a4020c020004", "00b0000000"},
                         Row{kSelectText, "00a4020c020004", "00b0000000"},
                         Row{kSelectText, "00a4020c020005", "00b0000000"},
                         Row{kSelectCommon, "00a4020c020001", "00b201041e"}}) {
    CardGuard guard = active();
    BOOST_TEST(exchange(guard, row.application));
    BOOST_TEST(exchange(guard, row.file));
    BOOST_TEST(exchange(guard, row.read, "00009000"), row.file << " " << row.read);
  }
}

BOOST_AUTO_TEST_CASE(personal_files_and_certificates_cannot_be_read_in_any_form) {
  struct Row {
    std::string_view application;
    std::uint8_t file;
  };
  for (const Row& row : {Row{kSelectJpki, 0x01}, Row{kSelectJpki, 0x02}, Row{kSelectJpki, 0x0A},
                         Row{kSelectJpki, 0x0B}, Row{kSelectFace, 0x01}, Row{kSelectFace, 0x02},
                         Row{kSelectFace, 0x05}, Row{kSelectText, 0x01}, Row{kSelectText, 0x02},
                         Row{kSelectText, 0x03}}) {
    CardGuard guard = active();
    BOOST_REQUIRE(exchange(guard, row.application));
    BOOST_TEST(exchange(guard, wire::Bytes{0, 0xA4, 2, 0x0C, 2, 0, row.file}, hex("9000")));
    for (const wire::Bytes& read :
         {hex("00b0000000"), hex("00b0000004"), hex("00b2010400"), hex("00b2010500"),
          hex("00b100000454020000"), hex("00b00000000000"),
          wire::Bytes{0, 0xB0, static_cast<std::uint8_t>(0x80 | row.file), 0, 0},
          wire::Bytes{0, 0xB2, 1, static_cast<std::uint8_t>(row.file << 3 | 4), 0}})
      BOOST_TEST(!exchange(guard, read, hex("9000")), wire::to_hex(read));
  }
}

BOOST_AUTO_TEST_CASE(short_identifiers_reach_the_harmless_files_and_select_them) {
  CardGuard guard = active();
  BOOST_TEST(exchange(guard, kSelectFace));
  BOOST_TEST(exchange(guard, "00b0830000", "009000"));
  BOOST_TEST(exchange(guard, "00b0000000", "009000"));   // now the current EF
  BOOST_TEST(!exchange(guard, "00b0820000", "009000"));  // the face
  BOOST_TEST(!exchange(guard, "00b0a30000", "009000"));  // P1 101.....: another form
  BOOST_TEST(!exchange(guard, "00b0800000", "009000"));  // identifier 0
  BOOST_TEST(!exchange(guard, "00b09f0000", "009000"));  // identifier 31
}

BOOST_AUTO_TEST_CASE(a_short_identifier_that_failed_leaves_the_file_unknown) {
  CardGuard guard = active();
  exchange(guard, kSelectFace);
  exchange(guard, "00a4020c020003");
  BOOST_TEST(exchange(guard, "00b0840000", "6a82"));
  BOOST_TEST(!exchange(guard, "00b0000000"));
}

BOOST_AUTO_TEST_CASE(what_is_selected_must_be_known_for_sure) {
  struct Row {
    std::string_view what, command, response;
  };
  for (const Row& row :
       {Row{"EF not found", "00a4020c02001d", "6a82"}, Row{"a warning", "00a4020c020003", "6283"},
        Row{"AP not found", kSelectText, "6a82"}, Row{"master file", "00a4000c023f00", "9000"},
        Row{"card manager", kSelectManager, "9000"}, Row{"cut answer", "00a4020c020003", "90"}}) {
    CardGuard guard = active();
    exchange(guard, kSelectFace);
    exchange(guard, "00a4020c020003");
    BOOST_REQUIRE(exchange(guard, "00b0000000", "009000"));
    BOOST_TEST(exchange(guard, row.command, row.response), row.what);
    BOOST_TEST(!exchange(guard, "00b0000000"), row.what);
  }
}

BOOST_AUTO_TEST_CASE(a_selection_that_was_never_answered_is_not_known) {
  CardGuard guard = active();
  exchange(guard, kSelectFace);
  exchange(guard, "00a4020c020003");
  BOOST_TEST(guard.command(hex("00a4020c020002")).passes());
  BOOST_TEST(!guard.command(hex("00b0000000")).passes());
  exchange(guard, kSelectFace);
  exchange(guard, "00a4020c020003");
  BOOST_TEST(guard.command(hex("00a4020c020002")).passes());
  guard.response_lost();
  guard.response(hex("6a82"));  // too late
  BOOST_TEST(!guard.command(hex("00b0000000")).passes());
}

BOOST_AUTO_TEST_CASE(after_a_reconnect_of_unknown_kind_nothing_is_known) {
  CardGuard guard;
  guard.activated();
  BOOST_TEST(!exchange(guard, "00ca004200"));
  BOOST_TEST(!exchange(guard, "00b0830000"));
  BOOST_TEST(exchange(guard, kSelectManager));
  BOOST_TEST(exchange(guard, "00ca004200", "009000"));
}

BOOST_AUTO_TEST_CASE(harmless_objects_of_the_card_manager_and_challenges) {
  CardGuard guard = active();
  for (const auto* tag : {"0042", "0045", "0066", "00f0", "00f2", "5f51"})
    BOOST_TEST(exchange(guard, "00ca" + std::string(tag) + "00", "009000"), tag);
  for (const auto* tag : {"7f21", "00f7", "00f8", "0043"})
    BOOST_TEST(!exchange(guard, "00ca" + std::string(tag) + "00", "009000"), tag);
  BOOST_TEST(exchange(guard, "0084000008", "00112233445566779000"));
  BOOST_TEST(!exchange(guard, "00840000000100"));
  BOOST_TEST(!exchange(guard,
                       "0084000004112233440"
                       "0"));
  exchange(guard, kSelectJpki);
  BOOST_TEST(!exchange(guard, "00ca004200"));
}

BOOST_AUTO_TEST_CASE(the_retry_query_needs_jpki_in_this_activation) {
  CardGuard guard = active();
  BOOST_TEST(!exchange(guard, "00200080"));
  exchange(guard, kSelectFace);
  exchange(guard, "00a4020c020013");
  BOOST_TEST(!exchange(guard, "00200080"));
  exchange(guard, kSelectJpki, "6a82");
  BOOST_TEST(!exchange(guard, "00200080"));
  exchange(guard, kSelectJpki);
  exchange(guard, "00a4020c020018");
  BOOST_TEST(exchange(guard, "00200080", "63c3"));
  guard.activated();
  BOOST_TEST(!exchange(guard, "00200080"));
}

// Every form in which VERIFY, CHANGE, signing and 80 A2 can come, and near misses of what passes.
const char* const kNever[] = {
    "00a4020c020020",
    "00a4020c028020",
    "00a4020c020000",
    "00a4020c02001f",
    "00a4040c05d392100031",
    "00a4040c07a0000000031010",
    "00a4040c0ad3921000310001010499",
    "002000800431323334",
    "00200080043132333400",
    "0020008000",
    "00200080000004"
    "31323334",
    "0020009804"
    "31323334",
    "00200098",
    "00200100",
    "00200180",
    "00210080",
    "0021008004"
    "31323334",
    "0024018004"
    "35363738",
    "0024008008"
    "3132333435363738",
    "80320080"
    "0435363738",
    "002c008004"
    "31323334",
    "002a9e9a0431323334"
    "00",
    "802a008004"
    "31323334"
    "00",
    "80a200c1"
    "0401020304",
    "0082000004"
    "31323334",
    "0088009904"
    "3132333400",
    "80ae0000"
    "0131",
    "102000800431323334",
    "012000800431323334",
    "402000800431323334",
    "0c2000800431323334",
    "042000800431323334",
    "ff2000800431323334",
    "802000800431323334",
    "102000"
    "80",
    "00c2000009"
    "002000800431323334",
    "00d60000"
    "0131",
    "00e00000",
    "0044"
    "0000",
    "0070000000",
    "00a4040c0ad392f00026010000000100200080"
    "0431323334",
    "00a4020c020018"
    "00200080",
    "00a4020d020018",
    "00a4010c020018",
    "00a4030c",
    "00a4080c020018",
    "00a4090c020018",
    "00a4020c0200",
    "00a4020c03001800",
    "00a4020c00"
    "00020018",
    "01a4020c020018",
    "10a4020c020018",
    "0ca4020c020018",
    "00a4040c04d392f000",
    "00a4040c11d392f00026010000000100000000000000",
    "00",
    "0020",
    "002000",
    "",
};
BOOST_DATA_TEST_CASE(it_never_passes_to_a_card_that_is_not_released, data::make(kNever), command) {
  CardGuard guard = active();
  BOOST_REQUIRE(exchange(guard, kSelectJpki));
  const Judgement judgement = guard.command(hex(command));
  BOOST_TEST(!judgement.passes());
  BOOST_TEST(judgement.ja.rfind("対象外：カードは使用許可されていない", 0) == 0U);
  BOOST_TEST(judgement.en.rfind("not applicable: card not released", 0) == 0U);
  // Digits and data of the command are in neither text.
  for (const auto* secret : {"1234", "31323334", "5678"}) {
    BOOST_TEST(judgement.ja.find(secret) == std::string::npos, judgement.ja);
    BOOST_TEST(judgement.en.find(secret) == std::string::npos, judgement.en);
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_command_but_digits_where_a_header_should_be_have_no_name) {
  CardGuard guard = active();
  BOOST_TEST(guard.command(hex("002000800431323334")).en.find("VERIFY") != std::string::npos);
  const std::string text = guard.command(hex("31323334")).en;
  BOOST_TEST(text ==
             "not applicable: card not released: unknown command: no class but 00 is allowed");
}

// Case 4 over T=0: 7816-3, 12.2.4.
BOOST_AUTO_TEST_CASE(get_response_continues_what_passed) {
  CardGuard guard = active();
  BOOST_TEST(!exchange(guard, "00c0000010"));
  BOOST_TEST(exchange(guard, "00a404000ad392100031000101040200", "6110"));
  BOOST_TEST(exchange(guard, "00c0000010", "6f009000"));
  BOOST_TEST(exchange(guard, "00a4020c020003"));
  BOOST_TEST(exchange(guard, "00b0000000", "009000"));
  BOOST_TEST(!exchange(guard, "00c0000100"));
  BOOST_TEST(!exchange(guard,
                       "00c00000"
                       "0101"));
  guard.activated(Activation::kReset);
  BOOST_TEST(!exchange(guard, "00c0000010"));
}

// RFC 4231, test case 2.
BOOST_AUTO_TEST_CASE(the_digest_is_hmac_sha256) {
  const std::string text = "what do ya want for nothing?", key = "Jefe";
  const KeyedDigest digest =
      keyed_digest(wire::Bytes(key.begin(), key.end()), wire::Bytes(text.begin(), text.end()));
  BOOST_TEST(wire::to_hex(digest) ==
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

BOOST_AUTO_TEST_SUITE_END()
