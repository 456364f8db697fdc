// Claims: drafted from descriptors, read, held against descriptors; descriptors as hex.
#include <boost/test/unit_test.hpp>

#include "harness/conformance/claims_file.h"
#include "harness/conformance/descriptor_file.h"
#include "harness/conformance/public_readers.h"
#include "harness/yaml/yaml.h"
#include "tests/unit/conformance_descriptors/sample_reader.h"

using namespace uketsuke;
using namespace uketsuke::conformance;
using sample::reader;

namespace {

std::string contradictions(const std::string& claims, const ReaderBytes& bytes = reader()) {
  std::string ids;
  for (const DescriptorFinding& finding : check_claims(
           load_claims_text("uketsuke_claims: 1\n" + claims, "c.yaml"), read_descriptors(bytes))) {
    BOOST_TEST(finding.fails);
    ids += (ids.empty() ? "" : " ") + finding.case_id;
  }
  return ids;
}

std::string problem(const std::string& claims) {
  try {
    load_claims_text(claims, "c.yaml");
  } catch (const yaml::Error& error) {
    return error.what();
  }
  return "none";
}

std::string hex_problem(const std::string& text) {
  try {
    read_descriptor_text(text, "d.hex");
  } catch (const yaml::Error& error) {
    return error.what();
  }
  return "none";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(claims)

BOOST_AUTO_TEST_CASE(a_draft_says_where_each_value_is_from_and_is_not_confirmed) {
  const std::string draft = draft_claims(read_descriptors(reader()));
  BOOST_TEST(has(draft, "confirmed: false\n"));
  BOOST_TEST(has(draft, "vendor: \"maker\"  # iManufacturer\n"));
  BOOST_TEST(has(draft, "firmware: \"1.00\"  # bcdDevice\n"));
  BOOST_TEST(has(draft, "  exchange_level: short  # dwFeatures"));
  BOOST_TEST(has(draft, "  voltages: [5V, 3V]  # bVoltageSupport\n"));
  BOOST_TEST(has(draft, "    pps: true  # dwFeatures 80h\n"));
  BOOST_TEST(has(draft, "要確認"));
  BOOST_TEST(has(draft, "please check"));
}

BOOST_AUTO_TEST_CASE(a_draft_loads_and_the_descriptors_agree_with_it) {
  for (const PublicReader& of :
       load_public_readers(UKETSUKE_SCENARIOS "/readers/public/libccid.yaml")) {
    const DescriptorFacts descriptors = read_descriptors(of.bytes);
    const Claims claims = load_claims_text(draft_claims(descriptors), of.name);
    BOOST_TEST(!claims.confirmed);
    BOOST_TEST(claims.slots.size() == descriptors.slots());
    BOOST_TEST(check_claims(claims, descriptors).empty(), of.name);
  }
}

BOOST_AUTO_TEST_CASE(a_draft_of_broken_descriptors_and_hostile_strings_loads) {
  ReaderBytes bytes = reader();
  bytes.strings[1] = "a\"b\\c\n#: \xC3\xA9\xE7\x8C\xAB\xFF\xC0\x80 \xED\xA0\x80\x7F\xC2\x85 end";
  const Claims claims = load_claims_text(draft_claims(read_descriptors(bytes)), "c.yaml");
  BOOST_TEST(claims.vendor == "a\"b\\c#: \xC3\xA9\xE7\x8C\xAB  end");
  bytes.strings[1] = std::string(5000, 'x');
  BOOST_TEST(load_claims_text(draft_claims(read_descriptors(bytes)), "c.yaml").vendor.size() <
             200u);
  std::uint64_t state = 7;
  for (int i = 0; i < 3000; ++i) {
    ReaderBytes mutated = reader();
    for (std::uint8_t& byte : mutated.configuration) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      if (state >> 61U == 0) byte = static_cast<std::uint8_t>(state >> 40U);
    }
    const DescriptorFacts descriptors = read_descriptors(mutated);
    const Claims drafted = load_claims_text(draft_claims(descriptors), "c.yaml");
    BOOST_TEST(check_claims(drafted, descriptors).empty());
  }
}

BOOST_AUTO_TEST_CASE(each_claim_that_the_descriptors_contradict_is_found) {
  BOOST_TEST(contradictions("") == "");
  BOOST_TEST(contradictions("reader: {exchange_level: extended}") == "claims/exchange_level");
  BOOST_TEST(contradictions("reader: {class: class_ff}") == "claims/class");
  BOOST_TEST(contradictions("reader: {slots: [{medium: contact}, {medium: sam}]}") ==
             "claims/slots");
  BOOST_TEST(contradictions("reader: {max_slots_busy: 2}") == "claims/max_slots_busy");
  BOOST_TEST(contradictions("reader: {protocols: [T=1]}") == "claims/protocols/T=0");
  BOOST_TEST(contradictions("reader: {voltages: [5V, 3V, 1.8V]}") == "claims/voltages/1.8V");
  BOOST_TEST(contradictions("reader: {auto: {negotiation: true}}") == "claims/auto/negotiation");
  BOOST_TEST(contradictions("reader: {pin: {verify: true}}") == "claims/pin/verify");
  BOOST_TEST(contradictions("reader: {display: {lines: 2, columns: 16}}") ==
             "claims/display claims/display/lines claims/display/columns");
  BOOST_TEST(contradictions("reader: {interrupt: false}") == "claims/interrupt");
  BOOST_TEST(contradictions("reader: {wakeup: true}") == "claims/wakeup");
  BOOST_TEST(contradictions("reader: {clock_stop: true}") == "claims/clock_stop");
  BOOST_TEST(contradictions("reader: {nad: true}") == "claims/nad");
  BOOST_TEST(contradictions("usb: {speed: high}") == "claims/usb/speed");
  BOOST_TEST(contradictions("usb: {self_powered: true, serial: false}") ==
             "claims/usb/self_powered claims/usb/serial");
}

BOOST_AUTO_TEST_CASE(who_it_is_said_to_be_is_held_against_the_device_descriptor) {
  BOOST_TEST(contradictions("vendor: maker") == "");
  BOOST_TEST(contradictions("vendor: \" maker \"") == "");
  BOOST_TEST(contradictions("vendor: another") == "claims/vendor");
  BOOST_TEST(contradictions("product: another") == "claims/product");
  BOOST_TEST(contradictions("usb: {vendor_id: \"1209\", product_id: \"0001\"}") == "");
  BOOST_TEST(contradictions("usb: {vendor_id: \"120a\", product_id: \"0002\"}") ==
             "claims/usb/vendor_id claims/usb/product_id");
  // bcdDevice of the sample is 0100h: JJ.M.N (USB 2.0, 9.6.1).
  for (const char* same : {"\"1.00\"", "1.00", "v1.00", "1.0.0", "01.00"})
    BOOST_TEST(contradictions(std::string("firmware: ") + same) == "", same);
  for (const char* other : {"\"9.99\"", "1.01", "1.0.1", "10.00"})
    BOOST_TEST(contradictions(std::string("firmware: ") + other) == "claims/firmware", other);
  ReaderBytes silent = reader();
  silent.strings.clear();
  BOOST_TEST(contradictions("vendor: another\nproduct: another", silent) == "");
  silent.device.clear();
  BOOST_TEST(contradictions("firmware: 9.99\nusb: {vendor_id: ffff}", silent) == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_held_against_a_field_is_a_warning) {
  const auto warned = [](const std::string& claims) {
    const auto found =
        check_claims(load_claims_text("uketsuke_claims: 1\n" + claims, "c.yaml"),
                     read_descriptors(reader()));
    return found.size() == 1 && !found[0].fails ? found[0].case_id : "";
  };
  for (const char* version : {"2026-03", "1.0", "1.2.3.4", "R5", "1.000", "."})
    BOOST_TEST(warned(std::string("firmware: \"") + version + "\"") == "claims/firmware", version);
  BOOST_TEST(warned("face: {reader: true}") == "claims/face/reader");
}

BOOST_AUTO_TEST_CASE(a_word_is_no_list_of_protocols) {
  BOOST_TEST(has(problem("uketsuke_claims: 1\nreader: {protocols: T=0}"), "c.yaml:2:21"));
  BOOST_TEST(has(problem("uketsuke_claims: 1\nrequirement_packs: 2025"), "a list is expected"));
  BOOST_TEST(has(problem("uketsuke_claims: 1\nusb: {vendor_id: 12G9}"), "four hexadecimal"));
}

BOOST_AUTO_TEST_CASE(what_is_no_claim_is_refused_with_its_place) {
  BOOST_TEST(has(problem("uketsuke_claims: 2"), "c.yaml:1:"));
  BOOST_TEST(has(problem("uketsuke_claims: 1\nreader: {exchange_level: tdpu}"), "tpdu"));
  BOOST_TEST(has(problem("uketsuke_claims: 1\nreader: {levl: tpdu}"), "c.yaml:2:"));
  BOOST_TEST(has(problem("uketsuke_claims: 1\nreader: {protocols: [T=2]}"), "T=2"));
  BOOST_TEST(has(problem("uketsuke_claims: 1\nreader: {slots: []}"), "1 to 256"));
}

BOOST_AUTO_TEST_CASE(claims_are_facts_of_a_case) {
  Facts facts = facts_of(read_descriptors(sample::with(52, "03")));
  add_claims(load_claims_text("uketsuke_claims: 1\nreader: {slots: [{medium: contactless, "
                              "removable: false}], pin: {verify: false, modify: false}}\n"
                              "face: {reader: true}\nrequirement_packs: [\"2025\"]",
                              "c.yaml"),
             facts);
  BOOST_TEST(to_string(facts.at("contact")) == "false");
  BOOST_TEST(to_string(facts.at("contactless")) == "true");
  BOOST_TEST(to_string(facts.at("medium_0")) == "contactless");
  BOOST_TEST(to_string(facts.at("removable")) == "false");
  BOOST_TEST(to_string(facts.at("pinpad")) == "false");
  BOOST_TEST(to_string(facts.at("face")) == "true");
  BOOST_TEST(to_string(facts.at("pack_2025")) == "true");
  BOOST_TEST(to_string(facts.at("class")) == "ccid");
  const Claims again = claims_of(facts);
  BOOST_TEST((again.pin_verify == false));
  BOOST_TEST(!again.removable());
}

BOOST_AUTO_TEST_CASE(descriptors_are_read_from_hex_in_both_forms) {
  const ReaderBytes keyed = read_descriptor_text(
      "# a reader\ndevice: 12 01 00 02\n  00 00 00 08\nconfiguration: 0x09,0x02 5d00\nspeed: high\n"
      "clocks: stalled\nrates: 00 2a 00 00\nstring 1: maker: #1\n",
      "d.hex");
  BOOST_TEST(keyed.device == sample::hex("1201000200000008"));
  BOOST_TEST(keyed.configuration == sample::hex("09025d00"));
  BOOST_TEST((keyed.speed == wire::usb::Speed::kHigh));
  BOOST_TEST(keyed.clocks_stalled);
  BOOST_TEST(keyed.data_rates.value() == sample::hex("002a0000"));
  BOOST_TEST(keyed.strings.at(1) == "maker: #1");
  const ReaderBytes raw = read_descriptor_text(
      std::string(sample::kDevice) + "\n" + sample::kConfigurationHead + "\n" + sample::kInterface,
      "d.hex");
  BOOST_TEST(raw.device.size() == 18u);
  BOOST_TEST(raw.configuration ==
             sample::hex(std::string(sample::kConfigurationHead) + sample::kInterface));
  BOOST_TEST(read_descriptor_text("09:02:5d:00", "d.hex").configuration.size() == 4u);
}

BOOST_AUTO_TEST_CASE(what_is_no_hex_is_refused_with_its_line) {
  BOOST_TEST(has(hex_problem(""), "no descriptor"));
  BOOST_TEST(has(hex_problem("device: 12\nconfiguration: 0g"), "d.hex:2"));
  BOOST_TEST(has(hex_problem("configuration: 123"), "d.hex:1"));
  BOOST_TEST(has(hex_problem("device: 12\nconfig: 09"), "configuration"));
  BOOST_TEST(has(hex_problem("string 256: x\ndevice: 12"), "string 256"));
}

BOOST_AUTO_TEST_SUITE_END()
