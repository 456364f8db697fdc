// How each reader is named so that a binding means it alone, and what is shown of it.
#include "harness/readers/listing.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace readers = uketsuke::readers;
using readers::Listing;
using readers::Reader;
using readers::Route;
using uketsuke::verdict::Language;

namespace {

Reader usb(const std::string& place, std::uint16_t product, const std::string& serial) {
  Reader reader;
  reader.name = "Maker Reader";
  reader.idVendor = 0x1209;
  reader.idProduct = product;
  reader.bcdDevice = 0x0123;
  reader.serial = serial;
  reader.place = place;
  reader.bus = 1;
  reader.number = 17;
  reader.slots = 2;
  reader.exchange_level = "TPDU";
  reader.smart_card = true;
  return reader;
}

Reader pcsc(const std::string& name) {
  Reader reader;
  reader.route = Route::kPcsc;
  reader.name = name;
  reader.slots = 1;
  reader.card = true;
  reader.smart_card = true;
  return reader;
}

std::vector<std::string> bindings(Listing& listing) {
  readers::finish(listing);
  std::vector<std::string> found;
  for (const Reader& reader : listing.readers) found.push_back(reader.bind);
  return found;
}

using Strings = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(readers_listing)

BOOST_AUTO_TEST_CASE(the_shortest_name_that_means_one_reader_alone_is_given) {
  Listing listing;
  listing.readers = {usb("1-4", 1, "A")};
  BOOST_TEST(bindings(listing) == Strings({"usb:1209:0001"}), boost::test_tools::per_element());
  listing.readers = {usb("1-4", 1, "A"), usb("1-5", 2, "A")};
  BOOST_TEST(bindings(listing) == Strings({"usb:1209:0001", "usb:1209:0002"}),
             boost::test_tools::per_element());
  listing.readers = {usb("1-4", 1, "A"), usb("1-5", 1, "B")};
  BOOST_TEST(bindings(listing) == Strings({"usb:1209:0001:A", "usb:1209:0001:B"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(readers_on_other_routes_do_not_make_a_name_longer) {
  Listing listing;
  listing.readers = {usb("1-4", 1, "A"), usb("127.0.0.1:3240/1-1", 1, "A")};
  listing.readers[1].route = Route::kUsbip;
  BOOST_TEST(bindings(listing) == Strings({"usb:1209:0001", "usbip:127.0.0.1:3240/1-1"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(readers_that_nothing_tells_apart_are_named_by_their_port) {
  Listing listing;
  listing.readers = {usb("1-4", 1, "A"), usb("1-5.2", 1, "A"), usb("2-1", 1, "B")};
  BOOST_TEST(bindings(listing) == Strings({"usb:1-4", "usb:1-5.2", "usb:1209:0001:B"}),
             boost::test_tools::per_element());
  listing.readers = {usb("1-4", 1, ""), usb("1-5", 1, "")};
  BOOST_TEST(bindings(listing) == Strings({"usb:1-4", "usb:1-5"}),
             boost::test_tools::per_element());
  listing.readers = {usb("1-4", 1, "two words"), usb("1-5", 1, "x")};
  BOOST_TEST(bindings(listing) == Strings({"usb:1-4", "usb:1209:0001:x"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_device_that_is_no_reader_counts_when_names_are_chosen_and_is_left_out) {
  Listing listing;
  listing.readers = {usb("1-4", 0x77, "A"), usb("1-5", 0x77, "B"), usb("1-6", 0x0005, "")};
  listing.readers[1].smart_card = false;
  listing.readers[2].smart_card = false;  // one of pid.codes' test ids: ours
  readers::finish(listing);
  readers::keep_readers(listing);
  BOOST_REQUIRE(listing.readers.size() == 2u);
  BOOST_TEST(listing.readers[0].bind == "usb:1209:0077:A");
  BOOST_TEST(listing.readers[1].place == "1-6");
}

BOOST_AUTO_TEST_CASE(they_come_in_the_order_of_their_ports) {
  Listing listing;
  listing.readers = {pcsc("P"), usb("1-10", 1, "A"), usb("1-9.1", 2, "B"), usb("1-9", 3, "C")};
  readers::finish(listing);
  Strings places;
  for (const Reader& reader : listing.readers) places.push_back(reader.place);
  BOOST_TEST(places == Strings({"1-9", "1-9.1", "1-10", ""}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reader_that_pcscd_has_is_known_again_by_its_place_on_usb) {
  Listing listing;
  listing.readers = {usb("1-4", 1, "A"), pcsc("Reader 00 00"), pcsc("Other 01 00")};
  listing.readers[1].bus = 1;
  listing.readers[1].number = 17;
  listing.readers[2].bus = 1;
  listing.readers[2].number = 18;
  readers::finish(listing);
  BOOST_TEST(listing.readers[1].same_as == "1-4");
  BOOST_TEST(listing.readers[1].idVendor == 0x1209);
  BOOST_TEST(listing.readers[1].serial == "A");
  BOOST_TEST(listing.readers[2].same_as == "");
}

BOOST_AUTO_TEST_CASE(a_binding_can_be_pasted_into_a_shell) {
  BOOST_TEST(readers::shell_word("reader=usb:1209:0001") == "reader=usb:1209:0001");
  BOOST_TEST(readers::shell_word("pcsc:A [B] (C) 00 00") == "'pcsc:A [B] (C) 00 00'");
  BOOST_TEST(readers::shell_word("it's; rm") == "'it'\\''s; rm'");
  BOOST_TEST(readers::shell_word("") == "''");
}

BOOST_AUTO_TEST_CASE(people_see_what_identifies_a_reader_in_both_languages) {
  Listing listing;
  listing.readers = {usb("1-4", 1, "A"), pcsc("Reader 00 00")};
  readers::finish(listing);
  const std::string en = readers::to_text(listing, Language::kEnglish);
  for (const char* line : {"  Maker Reader\n", "    VID:PID: 1209:0001, bcdDevice 1.23\n",
                           "    serial number: A\n", "    port: 1-4\n", "    slots: 2\n",
                           "    exchange level: TPDU\n",
                           "    to use it: --bind reader=usb:1209:0001\n",
                           "    card: present\n", "--bind 'reader=pcsc:Reader 00 00'\n"})
    BOOST_TEST_CONTEXT(line) BOOST_TEST(en.find(line) != std::string::npos);
  const std::string ja = readers::to_text(listing, Language::kJapanese);
  for (const char* line : {"    シリアル番号：A\n", "    使うには：--bind reader=usb:1209:0001\n",
                           "    カード：あり\n", "    差し込み口：1-4\n"})
    BOOST_TEST_CONTEXT(line) BOOST_TEST(ja.find(line) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(where_there_is_none_the_doctor_is_named) {
  Listing listing;
  listing.notes = {{Route::kPcsc, {"動いていません", "does not run"}}};
  const std::string text = readers::to_text(listing, Language::kEnglish);
  BOOST_TEST(text.find("  does not run\n") != std::string::npos);
  BOOST_TEST(text.find("uketsuke doctor") != std::string::npos);
  BOOST_TEST(readers::to_text(listing, Language::kJapanese).find("見つかりませんでした") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(programs_get_everything_and_null_for_what_is_not_known) {
  Listing listing;
  listing.readers = {usb("1-4", 1, "\xff"), pcsc("P")};
  listing.notes = {{Route::kUsbip, {"い", "e"}}};
  readers::finish(listing);
  const auto json = nlohmann::json::parse(readers::to_json(listing));
  BOOST_TEST(json["readers"][0]["idVendor"] == "1209");
  BOOST_TEST(json["readers"][0]["bcdDevice"] == "0123");
  BOOST_TEST(json["readers"][0]["slots"] == 2);
  BOOST_TEST(json["readers"][0]["card"].is_null());
  BOOST_TEST(json["readers"][1]["idVendor"].is_null());
  BOOST_TEST(json["readers"][1]["exchange_level"].is_null());
  BOOST_TEST(json["readers"][1]["card"] == true);
  BOOST_TEST(json["notes"][0]["ja"] == "い");
}

BOOST_AUTO_TEST_CASE(what_a_reader_calls_itself_cannot_write_to_the_terminal) {
  Listing listing;
  listing.readers = {usb("1-4", 1, "A")};
  listing.readers[0].name = "evil\x1b[2J\n";
  readers::finish(listing);
  BOOST_TEST(readers::to_text(listing, Language::kEnglish).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
