// Each rule on descriptors, kept and broken: CCID 1.1, 5.1-5.3; USB 2.0, 9.6.
#include "harness/conformance/descriptor_rules.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/conformance_descriptors/sample_reader.h"

using namespace uketsuke;
using namespace uketsuke::conformance;
using sample::hex;
using sample::reader;

namespace {

// Offsets of Table 5.1-1.
constexpr std::size_t kRelease = 2, kSlots = 4, kVoltages = 5, kProtocols = 6, kDefaultClock = 10,
                      kMaximumClock = 14, kClocks = 18, kRates = 27, kIfsd = 28, kFeatures = 40,
                      kMessage = 44, kGetResponse = 48, kLayout = 50, kPin = 52, kBusy = 53;

std::vector<DescriptorFinding> check(const char* id, const ReaderBytes& bytes,
                                     const Claims* claims = nullptr,
                                     const KnownBadList* known = nullptr) {
  return check_descriptor(id, read_descriptors(bytes), claims, known);
}
// How many, and that the one case found them.
std::size_t count(const char* id, const ReaderBytes& bytes, const Claims* claims = nullptr) {
  const auto found = check(id, bytes, claims);
  for (const DescriptorFinding& finding : found) BOOST_TEST(finding.case_id == id);
  return found.size();
}
// Findings of all cases: "DSC-05 DSC-07".
std::string all(const ReaderBytes& bytes) {
  std::string ids;
  for (const DescriptorFinding& finding : check_descriptors(read_descriptors(bytes)))
    ids += (ids.empty() ? "" : " ") + finding.case_id;
  return ids;
}
std::string all_with(std::size_t offset, std::string_view replacement) {
  return all(sample::with(offset, replacement));
}

ReaderBytes with_configuration(const std::string& behind_the_head) {
  ReaderBytes bytes = reader();
  bytes.configuration = hex(std::string(sample::kConfigurationHead) + behind_the_head);
  bytes.configuration[2] = static_cast<std::uint8_t>(bytes.configuration.size());
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(descriptor_rules)

BOOST_AUTO_TEST_CASE(a_reader_that_keeps_all_rules_gives_no_finding) {
  BOOST_TEST(all(reader()) == "");
  BOOST_TEST(descriptor_cases().size() == 26u);
  BOOST_TEST(judges("DSC-25"));
  BOOST_TEST(!judges("DSC-24"));
  BOOST_TEST(!judges("MSG-01"));
}

BOOST_AUTO_TEST_CASE(dsc_01_wants_54_bytes_of_type_21h) {
  const auto type = check("DSC-01", sample::with(1, "ff"));
  BOOST_REQUIRE(type.size() == 1u);
  BOOST_TEST(!type[0].fails);
  BOOST_TEST(type[0].offset == sample::kClassAt + 1);
  BOOST_TEST(type[0].bytes == hex("ff"));
  BOOST_TEST(type[0].seen_elsewhere.en.find("5 of 691") != std::string::npos);
  BOOST_TEST(count("DSC-01", with_configuration(std::string(sample::kInterface) + sample::kBulkOut +
                                                sample::kBulkIn)) == 1u);
  BOOST_TEST(
      count("DSC-01", with_configuration(std::string(sample::kInterface) + "06 21 1001 0003" +
                                         sample::kBulkOut + sample::kBulkIn)) == 1u);
}

BOOST_AUTO_TEST_CASE(dsc_02_wants_the_class_descriptor_before_the_endpoints) {
  const auto found =
      check("DSC-02", with_configuration(std::string(sample::kInterface) + sample::kBulkOut +
                                         sample::kClass + sample::kBulkIn));
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].fails);
  BOOST_TEST(found[0].offset == 25u);
  BOOST_TEST(count("DSC-02", with_configuration(std::string(sample::kInterface) + "03 30 00" +
                                                sample::kClass + sample::kBulkOut)) == 1u);
}

BOOST_AUTO_TEST_CASE(dsc_03_wants_class_0b_00_00) {
  for (const std::size_t at : {5, 6, 7}) {
    ReaderBytes bytes = reader();
    bytes.configuration[sample::kInterfaceAt + at] = 0xFF;
    const auto found = check("DSC-03", bytes);
    BOOST_REQUIRE(found.size() == 1u);
    BOOST_TEST(!found[0].fails);
    BOOST_TEST(found[0].offset == sample::kInterfaceAt + at);
    BOOST_TEST((found[0].seen_elsewhere.en.find("24 of 691") != std::string::npos) == (at == 5));
    BOOST_TEST((found[0].seen_elsewhere.en.find("6 of 691") != std::string::npos) == (at == 6));
  }
  // A card with contacts for USB (ICCD, protocol 2) has no bulk endpoints.
  const ReaderBytes iccd =
      with_configuration(std::string("09 04 00 00 00 0b 00 02 00") + sample::kClass);
  BOOST_TEST(count("DSC-03", iccd) == 0u);
}

BOOST_AUTO_TEST_CASE(dsc_04_wants_release_1_00_or_1_10) {
  BOOST_TEST(all_with(kRelease, "0001") == "");
  BOOST_TEST(all_with(kRelease, "0002") == "DSC-04");
  const auto found = check("DSC-04", sample::with(kRelease, "0110"));
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].got.en == "1001h, the bytes are swapped");
  BOOST_TEST(found[0].bytes == hex("0110"));
}

BOOST_AUTO_TEST_CASE(dsc_05_wants_1_to_slots_busy_slots) {
  BOOST_TEST(all_with(kBusy, "00") == "DSC-05");
  BOOST_TEST(all_with(kBusy, "02") == "DSC-05");
  ReaderBytes two = sample::with(kSlots, "01");
  two.configuration[sample::kClassAt + kBusy] = 2;
  BOOST_TEST(all(two) == "");
  const auto found = check("DSC-05", sample::with(kBusy, "00"));
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(!found[0].fails);
  BOOST_TEST(found[0].offset == sample::kClassAt + 53);
  BOOST_TEST(to_text(found[0]).en ==
             "warning DSC-05: expected bMaxCCIDBusySlots from 1 to 1 (the number of slots); got 0 "
             "(configuration byte 71: 00); seen elsewhere: 6 of 691 public readers give 0");
}

BOOST_AUTO_TEST_CASE(dsc_06_wants_a_voltage_and_no_reserved_bit) {
  BOOST_TEST(all_with(kVoltages, "00") == "DSC-06");
  BOOST_TEST(all_with(kVoltages, "0b") == "DSC-06");
  BOOST_TEST(all_with(kVoltages, "07") == "");
}

BOOST_AUTO_TEST_CASE(dsc_07_wants_a_protocol_and_an_upper_half_of_0) {
  BOOST_TEST(all_with(kProtocols, "00000000") == "DSC-07");
  BOOST_TEST(all_with(kProtocols, "03000100") == "DSC-07");
  BOOST_TEST(all_with(kProtocols, "01000000") == "");
}

BOOST_AUTO_TEST_CASE(dsc_08_wants_clocks_in_order_and_in_khz) {
  BOOST_TEST(all_with(kDefaultClock, "a10f0000") == "DSC-08");
  BOOST_TEST(all_with(kMaximumClock, "00093d00") == "DSC-08");  // 4000000: in Hz
  BOOST_TEST(all_with(kDefaultClock, "00000000") == "DSC-08");
  BOOST_TEST(all_with(kMaximumClock, "204e0000") == "");  // 20000
}

BOOST_AUTO_TEST_CASE(dsc_09_and_dsc_10_want_the_lists_that_are_declared) {
  const auto clocks = [](const char* declared, const char* list) {
    ReaderBytes bytes = sample::with(kClocks, declared);
    bytes.clock_frequencies = hex(list);
    return all(bytes);
  };
  BOOST_TEST(clocks("01", "a00f0000") == "");
  BOOST_TEST(clocks("00", "a00f0000") == "");
  BOOST_TEST(clocks("02", "a00f0000") == "DSC-09");
  BOOST_TEST(clocks("01", "a00f000000") == "DSC-09");
  ReaderBytes stalled = sample::with(kClocks, "01");
  stalled.clocks_stalled = true;
  BOOST_TEST(all(stalled) == "DSC-09");
  stalled = reader();
  stalled.clocks_stalled = stalled.rates_stalled = true;
  BOOST_TEST(all(stalled) == "");
  ReaderBytes rates = sample::with(kRates, "02");
  rates.data_rates = hex("002a0000");
  BOOST_TEST(all(rates) == "DSC-10 DSC-11");
  rates.data_rates = hex("04002a0000");  // a length byte before the list
  BOOST_TEST(check("DSC-10", rates).at(0).where == "GET_DATA_RATES");
}

BOOST_AUTO_TEST_CASE(dsc_11_wants_default_and_maximum_in_the_lists) {
  ReaderBytes bytes = sample::with(kRates, "02");
  bytes.data_rates = hex("002a0000 40420500");
  BOOST_TEST(all(bytes) == "");
  bytes.data_rates = hex("012a0000 40420500");  // rounded the other way
  BOOST_TEST(all(bytes) == "");
  bytes.data_rates = hex("022a0000 40420500");
  BOOST_TEST(all(bytes) == "DSC-11");
  ReaderBytes clocks = sample::with(kClocks, "01");
  clocks.clock_frequencies = hex("a10f0000");
  BOOST_TEST(all(clocks) == "DSC-11 DSC-11");
}

BOOST_AUTO_TEST_CASE(dsc_12_wants_an_ifsd_of_1_to_254_with_t1) {
  BOOST_TEST(all_with(kIfsd, "00000000") == "DSC-12");
  BOOST_TEST(all_with(kIfsd, "ff000000") == "DSC-12");
  BOOST_TEST(all_with(kIfsd, "01000000") == "");
  ReaderBytes t0 = sample::with(kIfsd, "00000000");
  t0.configuration[sample::kClassAt + kProtocols] = 1;
  BOOST_TEST(all(t0) == "");
  BOOST_TEST(!check("DSC-12", sample::with(kIfsd, "00000100")).at(0).fails);
}

BOOST_AUTO_TEST_CASE(dsc_13_wants_one_exchange_level) {
  BOOST_TEST(all_with(kFeatures, "ba040300") == "DSC-13");
  BOOST_TEST(all_with(kFeatures, "ba040000") == "");
  BOOST_TEST(check("DSC-13", sample::with(kFeatures, "ba040600")).at(0).fails);
}

BOOST_AUTO_TEST_CASE(dsc_14_wants_automatic_parameters_and_pps_at_apdu_level) {
  BOOST_TEST(all_with(kFeatures, "b8040200") == "DSC-14");
  BOOST_TEST(all_with(kFeatures, "3a040200") == "DSC-14");
  BOOST_TEST(all_with(kFeatures, "7a040200") == "");
  BOOST_TEST(all_with(kFeatures, "30000100") == "");
}

BOOST_AUTO_TEST_CASE(dsc_15_wants_40h_or_80h) {
  BOOST_TEST(all_with(kFeatures, "fa040200") == "DSC-15");
}

BOOST_AUTO_TEST_CASE(dsc_16_and_dsc_17_want_room_for_messages) {
  const auto at = [](const char* level, const char* length) {
    ReaderBytes bytes = sample::with(kFeatures, level);
    const Bytes put = hex(length);
    std::copy(
        put.begin(), put.end(),
        bytes.configuration.begin() + static_cast<std::ptrdiff_t>(sample::kClassAt + kMessage));
    return all(bytes);
  };
  BOOST_TEST(at("ba040400", "0e010000") == "DSC-16");
  BOOST_TEST(at("ba040400", "0f010000") == "");
  BOOST_TEST(at("ba040400", "12000100") == "");
  BOOST_TEST(at("ba040400", "13000100") == "DSC-16");
  BOOST_TEST(at("ba040200", "0e010000") == "DSC-17");
  BOOST_TEST(at("30000100", "0e010000") == "DSC-17");
  BOOST_TEST(at("ba040200", "3f000000") == "DSC-16 DSC-17");
  BOOST_TEST(at("00000000", "40000000") == "");
}

BOOST_AUTO_TEST_CASE(dsc_18_and_dsc_19_hold_pin_and_display_against_the_claims) {
  BOOST_TEST(all_with(kPin, "03") == "");
  BOOST_TEST(all_with(kPin, "04") == "DSC-18");
  Claims claims;
  claims.pin_verify = false;
  claims.display = false;
  BOOST_TEST(count("DSC-18", sample::with(kPin, "03"), &claims) == 1u);
  BOOST_TEST(check("DSC-18", sample::with(kPin, "03"), &claims).at(0).fails);
  claims.pin_verify = true;
  BOOST_TEST(count("DSC-18", sample::with(kPin, "03"), &claims) == 0u);
  BOOST_TEST(all_with(kLayout, "1000") == "DSC-19");
  BOOST_TEST(all_with(kLayout, "1002") == "");
  BOOST_TEST(count("DSC-19", sample::with(kLayout, "1002"), &claims) == 1u);
}

BOOST_AUTO_TEST_CASE(dsc_20_wants_remote_wake_up_beside_wake_up) {
  ReaderBytes bytes = sample::with(kFeatures, "ba041200");
  const auto found = check("DSC-20", bytes);
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].fails);
  BOOST_TEST(found[0].offset == 7u);
  BOOST_TEST(found[0].bytes == hex("80"));
  bytes.configuration[7] = 0xA0;
  BOOST_TEST(all(bytes) == "");
}

BOOST_AUTO_TEST_CASE(dsc_21_wants_one_endpoint_of_each_kind) {
  const std::string head = std::string("09 04 00 00 02 0b 00 00 00") + sample::kClass;
  BOOST_TEST(all(with_configuration(head + sample::kBulkOut + sample::kBulkIn)) == "");
  BOOST_TEST(count("DSC-21", with_configuration(head + sample::kBulkOut + sample::kInterrupt)) ==
             1u);
  BOOST_TEST(count("DSC-21", with_configuration(head + sample::kBulkOut)) == 2u);  // and the count
  BOOST_TEST(count("DSC-21", with_configuration(head + sample::kBulkOut + "07 05 81 02 4000 00")) ==
             0u);  // the same number in the other direction
  BOOST_TEST(count("DSC-21", with_configuration(head + sample::kBulkOut + "07 05 80 02 4000 00")) ==
             1u);
  BOOST_TEST(count("DSC-21", with_configuration(head + sample::kBulkOut + "07 05 82 02 3f00 00")) ==
             1u);
  Claims claims;
  claims.interrupt = true;
  const ReaderBytes polled = with_configuration(head + sample::kBulkOut + sample::kBulkIn);
  BOOST_TEST(count("DSC-21", polled, &claims) == 1u);
  claims.slots = {{"sam", false, false}};
  BOOST_TEST(count("DSC-21", polled, &claims) == 0u);
}

BOOST_AUTO_TEST_CASE(dsc_22_wants_a_voltage_that_the_host_need_not_choose) {
  BOOST_TEST(all_with(kFeatures, "b6040200") == "DSC-22");
  BOOST_TEST(all_with(kFeatures, "be040200") == "");
  ReaderBytes one = sample::with(kFeatures, "b6040200");
  one.configuration[sample::kClassAt + kVoltages] = 1;
  BOOST_TEST(all(one) == "");
}

BOOST_AUTO_TEST_CASE(dsc_23_wants_a_class_that_exists) {
  BOOST_TEST(all_with(kGetResponse, "2000") == "DSC-23");
  BOOST_TEST(all_with(kGetResponse, "c000") == "");
  ReaderBytes tpdu = sample::with(kGetResponse, "2000");
  tpdu.configuration[sample::kClassAt + kFeatures + 2] = 1;
  BOOST_TEST(all(tpdu) == "");
}

BOOST_AUTO_TEST_CASE(dsc_24_wants_the_same_bytes_again) {
  BOOST_TEST(check_repeated("device", hex("1201"), hex("1201")).empty());
  const auto changed = check_repeated("device", hex("120100"), hex("120200"));
  BOOST_REQUIRE(changed.size() == 1u);
  BOOST_TEST(changed[0].offset == 1u);
  BOOST_TEST(changed[0].got.en == "byte 1 is 02h instead of 01h");
  BOOST_TEST(check_repeated("device", hex("1201"), hex("12")).at(0).got.en ==
             "1 bytes instead of 2");
}

BOOST_AUTO_TEST_CASE(dsc_25_finds_firmware_below_the_version_that_is_good) {
  const KnownBadList known =
      load_known_bad(UKETSUKE_SCENARIOS "/conformance/known_bad_firmware.yaml");
  BOOST_TEST(known.entries.size() == 18u);
  ReaderBytes bytes = reader();
  bytes.device = hex("12 01 0002 00 00 00 08 e604 01e0 1505 01 02 03 01");  // SCR 331, 5.15
  const auto found = check("DSC-25", bytes, nullptr, &known);
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].fails);
  BOOST_TEST(found[0].where == "device");
  BOOST_TEST(found[0].offset == 12u);
  BOOST_TEST(found[0].bytes == hex("1505"));
  bytes.device[12] = 0x16;
  BOOST_TEST(check("DSC-25", bytes, nullptr, &known).empty());
  BOOST_TEST(check("DSC-25", bytes).empty());
}

BOOST_AUTO_TEST_CASE(usb_01_wants_lengths_and_counts_that_agree) {
  ReaderBytes bytes = reader();
  bytes.configuration.pop_back();
  BOOST_TEST(check("USB-01", bytes).size() == 2u);  // total length, and the last endpoint
  bytes = reader();
  bytes.configuration[4] = 2;
  BOOST_TEST(count("USB-01", bytes) == 1u);
  bytes = reader();
  bytes.device.pop_back();
  BOOST_TEST(count("USB-01", bytes) == 1u);
}

BOOST_AUTO_TEST_CASE(usb_14_wants_both_speeds_to_agree) {
  ReaderBytes bytes = sample::with(kMessage, "0a020000");
  bytes.speed = wire::usb::Speed::kHigh;
  bytes.configuration[sample::kEndpointsAt + 4] = bytes.configuration[sample::kEndpointsAt + 11] =
      0;
  bytes.configuration[sample::kEndpointsAt + 5] = bytes.configuration[sample::kEndpointsAt + 12] =
      2;
  BOOST_TEST(count("USB-14", bytes) == 2u);
  bytes.qualifier = hex("0a 06 0002 00 00 00 40 01 00");
  bytes.other_speed_configuration = sample::with(kMessage, "0a020000").configuration;
  bytes.other_speed_configuration[1] = 7;
  BOOST_TEST(all(bytes) == "");
  bytes.other_speed_configuration[sample::kClassAt + kFeatures] ^= 1U;
  BOOST_TEST(count("USB-14", bytes) == 1u);
}

BOOST_AUTO_TEST_CASE(without_a_class_descriptor_no_rule_on_its_fields_is_kept) {
  const ReaderBytes bytes = with_configuration(std::string(sample::kInterface) + sample::kBulkOut +
                                               sample::kBulkIn + sample::kInterrupt);
  for (const char* id : {"DSC-01", "DSC-02", "DSC-04", "DSC-05", "DSC-06", "DSC-07", "DSC-12",
                         "DSC-13", "DSC-14", "DSC-16", "DSC-18", "DSC-19", "DSC-20", "DSC-23"})
    BOOST_TEST(count(id, bytes) == 1u, id);
}

BOOST_AUTO_TEST_CASE(every_truncation_is_found_and_none_crashes) {
  for (std::size_t length = 0; length < sample::kAll; ++length) {
    ReaderBytes bytes = reader();
    bytes.configuration.resize(length);
    BOOST_TEST(!check_descriptors(read_descriptors(bytes)).empty(), length);
  }
}

// Seeded; any of these may be found to break rules, none may break the program.
BOOST_AUTO_TEST_CASE(a_hundred_thousand_mutations_are_judged) {
  std::uint64_t state = 20240512;
  const auto draw = [&state](std::size_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>((state >> 33U) % below);
  };
  const KnownBadList known;
  Claims claims;
  claims.pin_verify = claims.display = claims.interrupt = false;
  std::size_t found = 0;
  for (int i = 0; i < 100'000; ++i) {
    ReaderBytes bytes = reader();
    bytes.clock_frequencies = hex("a00f0000");
    for (std::size_t changes = 1 + draw(4); changes > 0; --changes) {
      Bytes& of = draw(8) == 0 ? bytes.device
                               : (draw(8) == 0 ? *bytes.clock_frequencies : bytes.configuration);
      switch (draw(3)) {
        case 0:
          if (!of.empty()) of[draw(of.size())] = static_cast<std::uint8_t>(draw(256));
          break;
        case 1:
          if (!of.empty()) of.erase(of.begin() + static_cast<std::ptrdiff_t>(draw(of.size())));
          break;
        default:
          of.insert(of.begin() + static_cast<std::ptrdiff_t>(draw(of.size() + 1)),
                    static_cast<std::uint8_t>(draw(256)));
      }
    }
    const DescriptorFacts facts = read_descriptors(std::move(bytes));
    found += check_descriptors(facts, &claims, &known).empty() ? 0U : 1U;
    check_claims(claims, facts);
  }
  BOOST_TEST(found > 60'000u);
}

BOOST_AUTO_TEST_SUITE_END()
