#include "sim/wire/mynumber/describe.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke;
using wire::mynumber::Application;
using wire::mynumber::describe_command;
using wire::mynumber::describe_response;

namespace {
wire::Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }
std::string of(std::string_view text, Application current = Application::kJpki) {
  return describe_command(hex(text), current);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(describe)

// Bytes: facts/domain.md 1.3.
BOOST_AUTO_TEST_CASE(commands_are_told_with_names_of_applications_and_files) {
  BOOST_TEST(of("00a4040c0ad392f000260100000001") == "SELECT AP JPKI");
  BOOST_TEST(of("00a4040c06f05445535401") == "SELECT AP f05445535401");
  BOOST_TEST(of("00a4020c02000a") == "SELECT EF auth certificate (000A)");
  BOOST_TEST(of("00a4020c020002", Application::kCardFace) ==
             "SELECT EF card face with photo (0002)");
  BOOST_TEST(of("00a4020c020099") == "SELECT EF 0099");
  BOOST_TEST(of("00b0010000") == "READ BINARY current EF offset 256, 256 bytes");
  BOOST_TEST(of("00b08a0004") == "READ BINARY auth certificate (000A) offset 0, 4 bytes");
  BOOST_TEST(of("00b2010400", Application::kCommon) == "READ RECORD current EF record 1");
  BOOST_TEST(of("0084000010") == "GET CHALLENGE 16 bytes");
  BOOST_TEST(of("00ca00f200") == "GET DATA 00F2");
  BOOST_TEST(of("80fc0000") == "command 80 FC 00 00, 0 bytes");
}

BOOST_AUTO_TEST_CASE(secrets_are_told_by_their_length) {
  BOOST_TEST(of("002000980431323334") == "VERIFY auth PIN (0018), 4 bytes ****");
  BOOST_TEST(of("00200080") == "VERIFY current EF, asks for tries left");
  BOOST_TEST(of("002401800435363738") == "CHANGE REFERENCE DATA current EF, 4 bytes ****");
  for (const char* command : {"002000980431323334", "002401800431323334", "803200800431323334",
                              "00200080093132333400", "0020009802313233341234"}) {
    const std::string text = of(command);
    BOOST_TEST(text.find("1234") == std::string::npos);
    BOOST_TEST(text.find("31323334") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(signatures_are_told_with_key_and_scheme) {
  BOOST_TEST(of("802a0097020102"
                "00") == "COMPUTE DIGITAL SIGNATURE auth key (0017) scheme 00, 2 bytes");
  BOOST_TEST(of("802a000002010200", Application::kCardFace) ==
             "COMPUTE DIGITAL SIGNATURE default key scheme 00, 2 bytes");
}

BOOST_AUTO_TEST_CASE(what_is_no_apdu_is_told_by_its_length_only) {
  BOOST_TEST(describe_command({}) == "no command APDU, 0 bytes");
  BOOST_TEST(of("00200080093132") == "no command APDU, 7 bytes");
}

BOOST_AUTO_TEST_CASE(answers_are_told_by_status_word_and_length) {
  BOOST_TEST(describe_response(hex("9000")) == "9000 normal end");
  BOOST_TEST(describe_response(hex("0102039000")) == "9000 normal end, 3 bytes");
  BOOST_TEST(describe_response(hex("63c2")) == "63C2 verification failed, 2 tries left");
  BOOST_TEST(describe_response(hex("6984")) == "6984 reference data blocked");
  BOOST_TEST(describe_response(hex("6100")) == "6100 256 bytes more");
  BOOST_TEST(describe_response(hex("1234")) == "1234");
  BOOST_TEST(describe_response(hex("90")) == "no response APDU, 1 bytes");
}

BOOST_AUTO_TEST_SUITE_END()
