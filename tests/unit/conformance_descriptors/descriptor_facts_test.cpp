// What is read out of descriptors, whole and broken: USB 2.0, 9.6; CCID 1.1, 5.1-5.3.
#include "harness/conformance/descriptor_facts.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/conformance_descriptors/sample_reader.h"

using namespace uketsuke;
using namespace uketsuke::conformance;
using sample::hex;
using sample::reader;

namespace {

std::string fact(const Facts& facts, const std::string& name) {
  const auto found = facts.find(name);
  return found == facts.end() ? "no " + name : to_string(found->second);
}
std::string fact(const ReaderBytes& bytes, const std::string& name) {
  return fact(facts_of(read_descriptors(bytes)), name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(descriptor_facts)

BOOST_AUTO_TEST_CASE(a_whole_reader_has_its_parts_where_they_lie) {
  const DescriptorFacts found = read_descriptors(reader());
  BOOST_REQUIRE(reader().configuration.size() == sample::kAll);
  BOOST_TEST(!found.broken.has_value());
  BOOST_TEST(found.chain.size() == 6u);
  BOOST_REQUIRE(found.interface.has_value());
  BOOST_TEST(found.interface_offset == sample::kInterfaceAt);
  BOOST_TEST(found.has_class_descriptor);
  BOOST_TEST(found.class_offset == sample::kClassAt);
  BOOST_TEST(found.class_bytes.size() == 54u);
  BOOST_TEST(!found.class_after_endpoint);
  BOOST_TEST(!found.class_after_other);
  BOOST_REQUIRE(found.endpoints.size() == 3u);
  BOOST_TEST(found.endpoints[2].offset == sample::kEndpointsAt + 14);
  BOOST_REQUIRE(found.bulk_out() != nullptr);
  BOOST_TEST(found.bulk_out()->packet() == 64);
}

BOOST_AUTO_TEST_CASE(facts_have_the_names_that_cases_use) {
  const Facts facts = facts_of(read_descriptors(reader()));
  BOOST_TEST(fact(facts, "dwFeatures") == std::to_string(0x204BA));
  BOOST_TEST(fact(facts, "dwMaxCCIDMessageLength") == "271");
  BOOST_TEST(fact(facts, "dwMaxIFSD") == "254");
  BOOST_TEST(fact(facts, "level") == "short");
  BOOST_TEST(fact(facts, "slots") == "1");
  BOOST_TEST(fact(facts, "packet") == "64");
  BOOST_TEST(fact(facts, "interrupt") == "true");
  BOOST_TEST(fact(facts, "t0") == "true");
  BOOST_TEST(fact(facts, "t1") == "true");
  BOOST_TEST(fact(facts, "auto_params") == "true");
  BOOST_TEST(fact(facts, "auto_activation") == "false");
  BOOST_TEST(fact(facts, "auto_voltage") == "true");
  BOOST_TEST(fact(facts, "auto_pps") == "true");
  BOOST_TEST(fact(facts, "auto_params_negotiation") == "false");
  BOOST_TEST(fact(facts, "auto_ifsd") == "true");
  BOOST_TEST(fact(facts, "wakeup") == "false");
  BOOST_TEST(fact(facts, "has_serial") == "true");
  BOOST_TEST(fact(facts, "self_powered") == "false");
  BOOST_TEST(fact(facts, "idVendor") == std::to_string(0x1209));
  BOOST_TEST(fact(facts, "endpoint_interrupt") == std::to_string(0x83));
  BOOST_TEST(fact(facts, "speed") == "full");
}

BOOST_AUTO_TEST_CASE(each_exchange_level_has_its_word) {
  BOOST_TEST(fact(sample::with(40, "00000000"), "level") == "character");
  BOOST_TEST(fact(sample::with(40, "00000100"), "level") == "tpdu");
  BOOST_TEST(fact(sample::with(40, "00000200"), "level") == "short");
  BOOST_TEST(fact(sample::with(40, "00000400"), "level") == "extended");
}

BOOST_AUTO_TEST_CASE(a_class_descriptor_behind_an_endpoint_is_found_and_told) {
  ReaderBytes bytes = reader();
  bytes.configuration = hex(std::string(sample::kConfigurationHead) + sample::kInterface +
                            sample::kBulkOut + sample::kClass + sample::kBulkIn);
  const DescriptorFacts found = read_descriptors(bytes);
  BOOST_TEST(found.has_class_descriptor);
  BOOST_TEST(found.class_after_endpoint);
  BOOST_TEST(found.endpoints.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_reader_of_class_ff_and_descriptor_type_ff_is_read_all_the_same) {
  ReaderBytes bytes = sample::with(1, "ff");
  bytes.configuration[sample::kInterfaceAt + 5] = 0xFF;
  const DescriptorFacts found = read_descriptors(bytes);
  BOOST_REQUIRE(found.interface.has_value());
  BOOST_TEST(found.interface->bInterfaceClass == 0xFF);
  BOOST_TEST(found.ccid.bDescriptorType == 0xFF);
  BOOST_TEST(found.ccid.dwMaxIFSD == 254u);
}

// HID 1.11, 6.2.1: its descriptor is of type 21h too, 9 bytes long.
BOOST_AUTO_TEST_CASE(the_keyboard_of_a_keyboard_with_a_reader_is_not_taken_for_the_reader) {
  ReaderBytes bytes = reader();
  bytes.configuration = hex(std::string("09 02 7600 02 01 00 a0 32") +
                            "09 04 00 00 01 03 01 01 00 09 21 1001 00 01 22 4100" +
                            "07 05 81 03 0800 0a" + "09 04 01 00 03 0b 00 00 00" + sample::kClass +
                            sample::kBulkOut + sample::kBulkIn + sample::kInterrupt);
  const DescriptorFacts found = read_descriptors(bytes);
  BOOST_REQUIRE(found.interface.has_value());
  BOOST_TEST(found.interface->bInterfaceNumber == 1);
  BOOST_TEST(found.endpoints.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_short_class_descriptor_gives_what_it_has) {
  ReaderBytes bytes = reader();
  bytes.configuration = hex(std::string(sample::kConfigurationHead) + sample::kInterface +
                            "08 21 1001 02 03 0300" + sample::kBulkOut + sample::kBulkIn);
  const DescriptorFacts found = read_descriptors(bytes);
  BOOST_TEST(found.has_class_descriptor);
  BOOST_TEST(found.ccid.bMaxSlotIndex == 2);
  BOOST_TEST(found.ccid.bLength == 8);
  BOOST_TEST(found.ccid.dwMaxIFSD == 0u);
  BOOST_TEST(found.endpoints.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_broken_chain_is_told_with_its_place) {
  ReaderBytes zero = sample::with(0, "00");
  const DescriptorFacts of_zero = read_descriptors(zero);
  BOOST_REQUIRE(of_zero.broken.has_value());
  BOOST_TEST(of_zero.broken->offset == sample::kClassAt);
  ReaderBytes overrun = reader();
  overrun.configuration[sample::kEndpointsAt + 14] = 0x20;
  const DescriptorFacts of_overrun = read_descriptors(overrun);
  BOOST_REQUIRE(of_overrun.broken.has_value());
  BOOST_TEST(of_overrun.broken->offset == sample::kEndpointsAt + 14);
  BOOST_TEST(of_overrun.broken->bLength == 0x20);
}

BOOST_AUTO_TEST_CASE(lists_are_read_in_whole_entries) {
  ReaderBytes bytes = reader();
  bytes.data_rates = hex("002a0000 00540000 01");
  const DescriptorFacts found = read_descriptors(bytes);
  BOOST_REQUIRE(found.rates.size() == 2u);
  BOOST_TEST(found.rates[1] == 0x5400u);
  BOOST_TEST(found.clocks.empty());
}

BOOST_AUTO_TEST_CASE(nothing_at_all_gives_facts_too) {
  const Facts facts = facts_of(read_descriptors({}));
  BOOST_TEST(fact(facts, "class_descriptor") == "false");
  BOOST_TEST(fact(facts, "idVendor") == "0");
  BOOST_TEST(fact(facts, "packet") == "0");
  BOOST_TEST(facts.size() == facts_of(read_descriptors(reader())).size());
}

BOOST_AUTO_TEST_CASE(every_truncation_is_read_without_a_crash) {
  for (std::size_t length = 0; length < sample::kAll; ++length) {
    ReaderBytes bytes = reader();
    bytes.configuration.resize(length);
    bytes.device.resize(std::min<std::size_t>(length, bytes.device.size()));
    const DescriptorFacts found = read_descriptors(bytes);
    BOOST_TEST(found.has_class_descriptor == (length >= sample::kClassAt + 2));
    BOOST_TEST(found.endpoints.size() <= 3u);
    BOOST_TEST(facts_of(found).size() > 50u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
