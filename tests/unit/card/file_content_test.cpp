#include "models/card/file_content.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <boost/test/unit_test.hpp>
#include <map>

#include "models/card/images.h"
#include "tests/unit/card/card_fixture.h"

using namespace card_fixture;
using wire::ByteView;

namespace {

// Objects with tags of two bytes: tag -> (offset of the tag, value).
struct Object {
  std::size_t offset;
  Bytes value;
};
std::map<unsigned, Object> objects(const Bytes& bytes, std::size_t at, std::size_t end) {
  std::map<unsigned, Object> found;
  while (at < end) {
    const std::size_t start = at;
    const unsigned tag = bytes.at(at) << 8 | bytes.at(at + 1);
    std::size_t size = bytes.at(at + 2);
    at += 3;
    if (size == 0x81) {
      size = bytes.at(at++);
    } else if (size == 0x82) {
      size = bytes.at(at) << 8 | bytes.at(at + 1);
      at += 2;
    }
    found[tag] = {start, Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                               bytes.begin() + static_cast<std::ptrdiff_t>(at + size))};
    at += size;
  }
  BOOST_TEST(at == end);
  return found;
}
std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }
void check_offsets(const Bytes& file, const std::map<unsigned, Object>& fields, unsigned table) {
  const Bytes& offsets = fields.at(table).value;
  std::size_t i = 0;
  for (const auto& [tag, object] : fields) {
    if (tag == table) continue;
    BOOST_TEST((offsets.at(2 * i) << 8 | offsets.at(2 * i + 1)) == static_cast<int>(object.offset));
    ++i;
  }
  BOOST_TEST(offsets.size() == 2 * i);
  BOOST_TEST(!file.empty());
}
const auto issuer = fixtures::key("issuer_key.pem") -> public_key();

}  // namespace

// Layouts: facts/domain.md 1.5.
BOOST_AUTO_TEST_SUITE(card_file_content)

BOOST_AUTO_TEST_CASE(the_personal_number_is_17_bytes_with_filler) {
  BOOST_TEST(wire::to_hex(card::personal_number_text(hanako())) ==
             "ff100c"
             "313233343536373839303132"
             "ffff");
}

// Offsets of the test card in facts 1.5: 000E 0020 0059 0064 for a name of 15 and an address of 54
// bytes.
BOOST_AUTO_TEST_CASE(the_four_items_have_the_offsets_seen_on_a_test_card) {
  card::ProfileData data = hanako();
  data.name = std::string(15, 'n');
  data.address = std::string(54, 'a');
  const Bytes file = card::four_items(data);
  BOOST_TEST(wire::to_hex(ByteView(file).first(14)) ==
             "ff2065"
             "df2108"
             "000e002000590064");
  BOOST_TEST(file.size() == 3 + 0x65u);
}

BOOST_AUTO_TEST_CASE(the_four_items_hold_the_fields) {
  const Bytes file = card::four_items(hanako());
  const auto fields = objects(file, 3, file.size());
  check_offsets(file, fields, 0xDF21);
  BOOST_TEST(text(fields.at(0xDF22).value) == "テスト　花子");
  BOOST_TEST(text(fields.at(0xDF24).value) == "19800217");
  BOOST_TEST(text(fields.at(0xDF25).value) == "2");
}

BOOST_AUTO_TEST_CASE(the_card_face_holds_the_photo_and_right_offsets) {
  const Bytes file = card::card_face(hanako());
  BOOST_TEST(wire::to_hex(ByteView(file).first(3)) == "ff2082");
  const auto fields = objects(file, 5, file.size());
  BOOST_TEST(fields.size() == 10u);
  check_offsets(file, fields, 0xDF21);
  BOOST_TEST(fields.at(0xDF21).value.size() == 0x12u);
  BOOST_TEST(text(fields.at(0xDF22).value) == "19800217");
  BOOST_TEST(fields.at(0xDF24).value.size() == 0x109u);
  BOOST_TEST(fields.at(0xDF27).value == fixtures::bytes("photo.jp2"));
  BOOST_TEST(text(fields.at(0xDF29).value) == "20350217");

  Bytes digests;
  for (const auto& [first, last] :
       {std::pair<unsigned, unsigned>{0xDF22, 0xDF25}, {0xDF25, 0xDF27}, {0xDF27, 0xDF28}}) {
    const auto digest = crypto::sha256(ByteView(file).subspan(
        fields.at(first).offset, fields.at(last).offset - fields.at(first).offset));
    digests.insert(digests.end(), digest.begin(), digest.end());
  }
  BOOST_TEST(issuer->verify_pkcs1_sha256(digests, fields.at(0xDF28).value));
}

// FF 10 82 021E { DF11 08, DF12 key, DF13 signature }.
BOOST_AUTO_TEST_CASE(the_age_record_has_the_length_seen_on_a_card) {
  const Bytes file = card::age_record(hanako());
  BOOST_TEST(wire::to_hex(ByteView(file).first(8)) ==
             "ff1082021e"
             "df1108");
  const auto fields = objects(file, 5, file.size());
  BOOST_TEST(issuer->verify_pkcs1_sha256(ByteView(file).subspan(5, fields.at(0xDF13).offset - 5),
                                         fields.at(0xDF13).value));
}

BOOST_AUTO_TEST_CASE(the_hashes_are_those_of_number_and_items) {
  const Bytes file = card::text_hashes(hanako());
  BOOST_TEST(wire::to_hex(ByteView(file).first(5)) == "ff3082014b");
  const auto fields = objects(file, 5, file.size());
  const Bytes number = card::personal_number_text(hanako());
  const auto of_number = crypto::sha256(number);
  BOOST_TEST(fields.at(0xDF31).value == Bytes(of_number.begin(), of_number.end()));
  const Bytes items = card::four_items(hanako());
  const auto of_items = crypto::sha256(ByteView(items).subspan(14));  // without the table
  BOOST_TEST(fields.at(0xDF32).value == Bytes(of_items.begin(), of_items.end()));
  BOOST_TEST(issuer->verify_pkcs1_sha256(ByteView(file).subspan(5, fields.at(0xDF33).offset - 5),
                                         fields.at(0xDF33).value));
}

BOOST_AUTO_TEST_CASE(sizes_of_the_other_files_are_those_of_the_layouts) {
  BOOST_TEST(card::token_info().size() == 160u);
  BOOST_TEST(wire::to_hex(card::certificate_availability(true, true)) == "8f8f00");
  BOOST_TEST(card::common_record(hanako()).size() == 30u);
  BOOST_TEST(wire::to_hex(ByteView(card::signed_public_key(hanako())).first(5)) == "ff50820213");
  BOOST_TEST(wire::to_hex(ByteView(card::session_public_key(hanako())).first(9)) ==
             "a1820109"
             "9003010001");
}

// ISO/IEC 15948: signature, IHDR with its CRC, and zlib data as RFC 1950 says.
BOOST_AUTO_TEST_CASE(pictures_are_png_of_the_sizes_seen_on_a_card) {
  const Bytes png = card::encode_png(card::draw_digits("2285"));
  BOOST_TEST(wire::to_hex(ByteView(png).first(29)) ==
             "89504e470d0a1a0a"
             "0000000d"
             "49484452"
             "00000018"
             "0000000c"
             "0100000000");
  boost::crc_32_type crc;
  crc.process_bytes(png.data() + 12, 17);
  BOOST_TEST(wire::to_hex(ByteView(png).subspan(29, 4)) ==
             wire::to_hex(Bytes{static_cast<std::uint8_t>(crc.checksum() >> 24),
                                static_cast<std::uint8_t>(crc.checksum() >> 16),
                                static_cast<std::uint8_t>(crc.checksum() >> 8),
                                static_cast<std::uint8_t>(crc.checksum())}));
  const auto number = card::draw_digits("123456789012");
  BOOST_TEST(number.width() == 72u);
  BOOST_TEST(number.height() == 12u);
  BOOST_TEST(wire::to_hex(ByteView(png).last(12)) == "0000000049454e44ae426082");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(card_profile)

// facts/domain.md 1.2: born 1980-02-17 (Showa 55), expiry 2035, code 2285.
BOOST_AUTO_TEST_CASE(verification_number_b_counts_the_year_of_the_era) {
  const auto b = [](const char* birth) {
    return card::verification_number_b(birth, "20350217", "2285").value();
  };
  BOOST_TEST(b("19800217") == "55021720352285");
  BOOST_TEST(b("20190430") == "31043020352285");  // last day of Heisei
  BOOST_TEST(b("20190501") == "01050120352285");  // first day of Reiwa
  BOOST_TEST(b("19890107") == "64010720352285");  // last day of Showa
  BOOST_TEST(b("19890108") == "01010820352285");
  BOOST_TEST(b("19261224") == "15122420352285");
  BOOST_TEST(b("19120730") == "01073020352285");
}

BOOST_AUTO_TEST_CASE(dates_and_codes_that_are_none_are_refused) {
  for (const char* birth : {"18670101", "19800230", "1980021", "19801301", "1980021x", ""}) {
    BOOST_TEST(!card::verification_number_b(birth, "20350217", "2285").has_value());
  }
  BOOST_TEST(!card::verification_number_b("19800217", "2035", "2285").has_value());
  BOOST_TEST(!card::verification_number_b("19800217", "20350217", "228").has_value());
}

BOOST_AUTO_TEST_CASE(a_wrong_field_is_named) {
  const auto field = [](const std::function<void(card::ProfileData&)>& change) {
    card::ProfileData data = hanako();
    change(data);
    const auto profile = card::make_profile(std::move(data));
    return profile ? std::string("none") : std::string(profile.error().field);
  };
  BOOST_TEST(field([](card::ProfileData&) {}) == "none");
  BOOST_TEST(field([](card::ProfileData& d) { d.personal_number = "123"; }) == "personal_number");
  BOOST_TEST(field([](card::ProfileData& d) { d.birth_date = "20011331"; }) == "birth_date");
  BOOST_TEST(field([](card::ProfileData& d) { d.expiry = ""; }) == "expiry");
  BOOST_TEST(field([](card::ProfileData& d) { d.security_code = "12a4"; }) == "security_code");
  BOOST_TEST(field([](card::ProfileData& d) { d.photo.resize(60000); }) == "photo");
  BOOST_TEST(field([](card::ProfileData& d) { d.contactless->pupi = {1}; }) == "contactless");
  BOOST_TEST(field([](card::ProfileData& d) { d.contact->atr = {}; }) == "atr");
  BOOST_TEST(field([](card::ProfileData& d) { d.kind = card::Kind::kForeign; }) == "foreign_aid");
}

BOOST_AUTO_TEST_CASE(a_foreign_card_has_its_own_application_only) {
  Fixture foreign([](card::ProfileData& data) {
    data.kind = card::Kind::kForeign;
    data.foreign_aid = {0xF0, 0x54, 0x45, 0x53, 0x54, 0x01};
    data.foreign_content = {0x54};
  });
  BOOST_TEST(foreign.send(kSelectJpki) == "6a82");
  BOOST_TEST(foreign.send(kSelectManager) == "6a82");
  BOOST_TEST(foreign.send("00a4040c06f05445535401") == "9000");
  BOOST_TEST(foreign.send("00b0810000") == "549000");
  BOOST_TEST(foreign.send("00200081") == "6d00");
}

// ISO/IEC 14443-3, 7.9.1 and facts/domain.md 1.7.
BOOST_AUTO_TEST_CASE(the_atqb_is_made_of_pupi_application_data_and_protocol_info) {
  Fixture fixed;
  BOOST_TEST(wire::to_hex(fixed.card.atqb()) == "5000545354000005e0b381a1");
  Fixture random([](card::ProfileData& data) { data.contactless->random_pupi = true; });
  const Bytes first = random.card.atqb();
  random.card.power_off();
  random.card.power_on();
  const Bytes second = random.card.atqb();
  BOOST_TEST(first != second);
  BOOST_TEST(std::equal(first.begin() + 5, first.end(), second.begin() + 5));
  Fixture in_data([](card::ProfileData& data) {
    data.contactless->random_pupi = true;
    data.contactless->pupi_as_application_data = true;
  });
  const Bytes atqb = in_data.card.atqb();
  BOOST_TEST(std::equal(atqb.begin() + 1, atqb.begin() + 5, atqb.begin() + 5));
  Fixture none([](card::ProfileData& data) { data.contactless.reset(); });
  BOOST_TEST(none.card.atqb().empty());
}

BOOST_AUTO_TEST_SUITE_END()
