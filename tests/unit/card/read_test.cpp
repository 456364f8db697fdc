#include <boost/test/unit_test.hpp>

#include "tests/unit/card/card_fixture.h"

using namespace card_fixture;

// facts/domain.md 1.2 (conditions), 1.3 and 1.4.
BOOST_FIXTURE_TEST_SUITE(card_read, Fixture)

BOOST_AUTO_TEST_CASE(the_auth_certificate_is_read_without_pin_in_chunks) {
  send(kSelectJpki);
  send("00a4020c02000a");
  BOOST_TEST(read_all() == fixtures::bytes("hanako_auth.der"));
  BOOST_TEST(send("00b0000004") ==
             "30820382"
             "9000");
  BOOST_TEST(send("00b08a0004") ==
             "30820382"
             "9000");  // short identifier
}

BOOST_AUTO_TEST_CASE(reads_end_at_the_end_of_the_file) {
  send(kSelectJpki);
  send("00a4020c020008");
  BOOST_TEST(send("00b0000000") == "8f8f009000");
  BOOST_TEST(send("00b0000200") == "009000");
  BOOST_TEST(send("00b0000300") == "6b00");
  BOOST_TEST(send("00b07fff00") == "6b00");
  BOOST_TEST(send("00b0000001") == "8f9000");
  BOOST_TEST(send("00b000000000"
                  "ff") == "8f8f009000");  // extended Le
}

BOOST_AUTO_TEST_CASE(a_short_identifier_makes_its_file_current) {
  send(kSelectJpki);
  BOOST_TEST(send("00b0000000") == "6986");
  BOOST_TEST(send("00b0880000") == "8f8f009000");
  BOOST_TEST(send("00b0000000") == "8f8f009000");
  BOOST_TEST(send("00b09d0000") == "6a82");
  BOOST_TEST(send("00b09f0000") == "6a82");
  BOOST_TEST(send("00b0a80000") == "6a86");
  send(kSelectJpki);
  BOOST_TEST(send("00b0000000") == "6986");  // selecting forgets the current file
}

BOOST_AUTO_TEST_CASE(reading_without_le_is_a_wrong_length) {
  send(kSelectJpki);
  BOOST_TEST(send("00b08a00") == "6700");
  BOOST_TEST(send("00b08a000100") == "6700");
}

BOOST_AUTO_TEST_CASE(at_the_card_manager_there_is_no_current_file) {
  BOOST_TEST(send("00b08a0000") == "6986");
  BOOST_TEST(send("00b2010400") == "6986");
  BOOST_TEST(send("00200080") == "6986");
}

struct Access {
  const char* select;
  unsigned file;
  unsigned reference;  // 0: nothing
  const char* value;
  const char* sw;
};
const Access kAccesses[] = {
    // JPKI: sign certificate needs the sign PIN; the rest nothing.
    {kSelectJpki, 0x01, 0, "", "6982"},
    {kSelectJpki, 0x01, 0x18, "1234", "6982"},
    {kSelectJpki, 0x01, 0x1B, "ABC123", "9000"},
    {kSelectJpki, 0x02, 0, "", "9000"},
    {kSelectJpki, 0x06, 0, "", "9000"},
    {kSelectJpki, 0x0B, 0, "", "9000"},
    {kSelectJpki, 0x09, 0x18, "1234", "6982"},
    {kSelectJpki, 0x05, 0, "", "6981"},
    {kSelectJpki, 0x17, 0x18, "1234", "6981"},
    {kSelectJpki, 0x18, 0, "", "6981"},
    // Card face: birth date key for the age, B or A for the face, A for the number.
    {kSelectFace, 0x01, 0, "", "6982"},
    {kSelectFace, 0x01, 0x11, "550217", "9000"},
    {kSelectFace, 0x01, 0x12, "55021720352285", "6982"},
    {kSelectFace, 0x02, 0, "", "6982"},
    {kSelectFace, 0x02, 0x11, "550217", "6982"},
    {kSelectFace, 0x02, 0x12, "55021720352285", "9000"},
    {kSelectFace, 0x02, 0x13, "123456789012", "9000"},
    {kSelectFace, 0x03, 0, "", "9000"},
    {kSelectFace, 0x04, 0, "", "9000"},
    {kSelectFace, 0x05, 0x12, "55021720352285", "6982"},
    {kSelectFace, 0x05, 0x13, "123456789012", "9000"},
    // Card text: number by PIN or A, four items by PIN or B, hashes and keys by any.
    {kSelectText, 0x01, 0, "", "6982"},
    {kSelectText, 0x01, 0x11, "5678", "9000"},
    {kSelectText, 0x01, 0x14, "123456789012", "9000"},
    {kSelectText, 0x01, 0x15, "55021720352285", "6982"},
    {kSelectText, 0x02, 0x11, "5678", "9000"},
    {kSelectText, 0x02, 0x14, "123456789012", "6982"},
    {kSelectText, 0x02, 0x15, "55021720352285", "9000"},
    {kSelectText, 0x03, 0, "", "6982"},
    {kSelectText, 0x03, 0x14, "123456789012", "9000"},
    {kSelectText, 0x03, 0x15, "55021720352285", "9000"},
    {kSelectText, 0x04, 0, "", "9000"},
    {kSelectText, 0x05, 0, "", "9000"},
    {kSelectText, 0x06, 0, "", "6982"},
    {kSelectText, 0x06, 0x11, "5678", "9000"},
    {kSelectText, 0x07, 0x15, "55021720352285", "9000"},
};

BOOST_AUTO_TEST_CASE(each_file_opens_to_its_own_references_only) {
  for (const Access& access : kAccesses) {
    BOOST_TEST_CONTEXT(access.select << " file " << access.file << " reference "
                                     << access.reference) {
      Fixture fresh;
      fresh.send(access.select);
      if (access.reference != 0) BOOST_TEST(fresh.verify(access.reference, access.value) == "9000");
      char read[32];
      std::snprintf(read, sizeof read, "00b0%02x0000", 0x80 | access.file);
      BOOST_TEST(fresh.sw(read) == access.sw);
    }
  }
}

// 01 1C, serial (15), municipality (5), expiry (8): facts/domain.md 1.2.
BOOST_AUTO_TEST_CASE(the_record_of_the_common_application_is_read) {
  send(kSelectCommon);
  send("00a4020c020001");
  const std::string record =
      "011c"
      "393939393939303030303030303030"
      "3030303030"
      "3230333530323137";
  BOOST_TEST(send("00b2010400") == record + "9000");
  BOOST_TEST(send("00b2010c00") == record + "9000");  // short identifier 1
  BOOST_TEST(send("00b2020400") == "6a83");
  BOOST_TEST(send("00b2000400") == "6a83");
  BOOST_TEST(send("00b2010500") == "6a81");
  BOOST_TEST(send("00b2010600") == "6a86");
  BOOST_TEST(send("00b0000000") == "6981");  // a record file is not read as a transparent one
  send(kSelectJpki);
  send("00a4020c02000a");
  BOOST_TEST(send("00b2010400") == "6981");
}

BOOST_AUTO_TEST_CASE(the_juki_record_needs_its_pin) {
  send(kSelectJuki);
  BOOST_TEST(sw("00b2011400") == "6982");
  BOOST_TEST(verify(0x1C, "9012") == "9000");
  BOOST_TEST(sw("00b2011400") == "9000");
}

BOOST_AUTO_TEST_CASE(get_data_answers_at_the_card_manager) {
  BOOST_TEST(send("00ca00f000") ==
             "3030303030"
             "9000");
  BOOST_TEST(send("00ca00f200") ==
             "3230333530323137"
             "9000");
  BOOST_TEST(send("00ca004200").substr(0, 14) == "36303030303133");
  BOOST_TEST(send("00ca5f5100") ==
             "e000ff8131fe4514"
             "9000");  // ATR without TS
  BOOST_TEST(send("00ca004300") == "6a88");
  send(kSelectJpki);
  BOOST_TEST(send("00ca00f200") == "6a88");
  BOOST_TEST(send("00ca5f5100") ==
             "e000ff8131fe4514"
             "9000");
  send(kSelectManager);
  BOOST_TEST(sw("00ca00f200") == "9000");
}

BOOST_AUTO_TEST_CASE(a_large_object_needs_an_extended_le) {
  BOOST_TEST(send("00ca00f800") == "6700");
  const std::string certificate = send("00ca00f8000000");
  BOOST_TEST(certificate.size() == 2 * (563u + 2));
  BOOST_TEST(certificate.substr(0, 10) == "5f4e820129");
}

BOOST_AUTO_TEST_CASE(longer_answers_take_longer) {
  send(kSelectJpki);
  const auto few = card.transmit(wire::from_hex("00b08a0001").value()).work_time_us;
  const auto many = card.transmit(wire::from_hex("00b08a0000").value()).work_time_us;
  BOOST_TEST(few == 2000u + 10u);
  BOOST_TEST(many == 2000u + 2560u);
}

BOOST_AUTO_TEST_SUITE_END()
