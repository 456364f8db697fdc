// The reader profiles of scenarios/readers, and what their loader refuses.
#include "harness/bench/reader_file.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "harness/yaml/yaml.h"
#include "models/generic_reader/generic_reader.h"

namespace uketsuke::bench {
namespace {

using generic_reader::Profile;

std::map<std::string, Profile> readers() {
  return load_reader_files(std::string(UKETSUKE_SOURCE_DIR) + "/scenarios/readers");
}

// Loads a file with this text; the message of the error, or "".
std::string refused(const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / "uketsuke_reader_file_test.yaml";
  std::ofstream(path) << text;
  std::string message;
  try {
    load_reader_file(path.string());
  } catch (const yaml::Error& error) {
    message = error.message();
  }
  std::filesystem::remove(path);
  return message;
}

constexpr const char* kHead = "uketsuke: 1\nreader: x\ntitle: {ja: x, en: x}\n";

bool contains(const std::vector<std::uint32_t>& list, std::uint32_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reader_file)

BOOST_AUTO_TEST_CASE(every_profile_builds_a_reader) {
  const auto all = readers();
  for (const char* name : {"clean_tpdu", "clean_short_apdu", "clean_extended_apdu",
                           "clean_extended_apdu_contact", "everything", "contact_reader",
                           "face_reader", "sony_rc_s300", "acs_acr1251", "identiv_utrust_3700f"}) {
    BOOST_TEST_CONTEXT(name) {
      BOOST_REQUIRE(all.count(name) == 1u);
      const generic_reader::GenericReader reader(all.at(name));
      BOOST_TEST(usb_device::configuration_bytes(reader.device().parameters()).size() == 93u);
    }
  }
}

BOOST_AUTO_TEST_CASE(our_own_readers_have_test_ids_and_say_so) {
  for (const auto& [name, profile] : readers()) {
    BOOST_TEST_CONTEXT(name) {
      const bool product = profile.idVendor != 0x1209;
      const bool named = profile.manufacturer.find("test ids of pid.codes") != std::string::npos;
      BOOST_TEST(named != product);
      if (!product) BOOST_TEST((profile.idProduct >= 1 && profile.idProduct <= 5));
    }
  }
}

// Conformance 6.2.1, rules DSC-04 to DSC-23, typed anew.
BOOST_AUTO_TEST_CASE(clean_readers_keep_the_descriptor_rules) {
  for (const auto& [name, profile] : readers()) {
    if (profile.idVendor != 0x1209) continue;
    BOOST_TEST_CONTEXT(name) {
      const auto& d = profile.ccid.descriptor;
      BOOST_TEST((d.bcdCCID == 0x0100 || d.bcdCCID == 0x0110));
      BOOST_TEST((d.bMaxCCIDBusySlots >= 1 && d.bMaxCCIDBusySlots <= d.bMaxSlotIndex + 1));
      BOOST_TEST((d.bVoltageSupport >= 1 && d.bVoltageSupport <= 7));
      BOOST_TEST((d.dwProtocols >= 1 && d.dwProtocols <= 3));
      BOOST_TEST((d.dwDefaultClock > 0 && d.dwDefaultClock <= d.dwMaximumClock));
      BOOST_TEST((d.dwMaxIFSD >= 1 && d.dwMaxIFSD <= 254));
      const std::uint32_t level = d.dwFeatures & 0x00070000;
      BOOST_TEST((level == 0x10000 || level == 0x20000 || level == 0x40000));
      if (level != 0x10000) {
        BOOST_TEST((d.dwFeatures & 0x02) != 0u);
        BOOST_TEST((d.dwFeatures & 0xC0) != 0u);
      }
      BOOST_TEST((d.dwFeatures & 0xC0) != 0xC0u);
      BOOST_TEST((d.dwMaxCCIDMessageLength >= 271 && d.dwMaxCCIDMessageLength <= 65554));
      const auto& clocks = profile.ccid.clock_frequencies_khz;
      const auto& rates = profile.ccid.data_rates_bps;
      BOOST_TEST(clocks.size() == d.bNumClockSupported);
      BOOST_TEST(rates.size() == d.bNumDataRatesSupported);
      if (!clocks.empty()) {
        BOOST_TEST((contains(clocks, d.dwDefaultClock) && contains(clocks, d.dwMaximumClock)));
      }
      if (!rates.empty()) {
        BOOST_TEST((contains(rates, d.dwDataRate) && contains(rates, d.dwMaxDataRate)));
      }
      BOOST_TEST(((d.wLcdLayout == 0) == (d.bPINSupport == 0)));
      BOOST_TEST(d.bClassGetResponse == 0xFF);
    }
  }
}

BOOST_AUTO_TEST_CASE(products_have_their_public_values) {
  // facts, domain.md 5
  struct Public {
    const char* name;
    int vendor, product;
    unsigned features, message, ifsd, protocols;
  };
  const Public values[] = {{"sony_rc_s300", 0x054C, 0x0DC8, 0x0004007E, 522, 254, 2},
                           {"acs_acr1251", 0x072F, 0x221A, 0x00040040, 522, 512, 2},
                           {"identiv_utrust_3700f", 0x04E6, 0x5790, 0x000404BE, 1034, 1024, 3}};
  const auto all = readers();
  for (const Public& p : values) {
    BOOST_TEST_CONTEXT(p.name) {
      const Profile& profile = all.at(p.name);
      BOOST_TEST(profile.idVendor == p.vendor);
      BOOST_TEST(profile.idProduct == p.product);
      BOOST_TEST(profile.ccid.descriptor.dwFeatures == p.features);
      BOOST_TEST(profile.ccid.descriptor.dwMaxCCIDMessageLength == p.message);
      BOOST_TEST(profile.ccid.descriptor.dwMaxIFSD == p.ifsd);
      BOOST_TEST(profile.ccid.descriptor.dwProtocols == p.protocols);
      BOOST_CHECK(profile.ccid.slots[0].medium == wire::field::Medium::kContactless);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_built_is_refused_with_its_reason) {
  const std::string head = kHead;
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  const std::string descriptor = "class_descriptor: {dwFeatures: 0x00040040}\n";
  BOOST_TEST(refused(head + descriptor + "slots: [{medium: contact}]\n") == "");
  BOOST_TEST(has(refused(head + "class_descriptor: {dwFeature: 1}\nslots: [{medium: contact}]\n"),
                 "dwFeatures"));
  BOOST_TEST(has(refused(head + "class_descriptor: {bcdCCID: 0x10000}\nslots: []\n"), "65535"));
  BOOST_TEST(has(refused(head + "class_descriptor: {bcdCCID: 0xZZ}\nslots: []\n"), "number"));
  BOOST_TEST(has(refused(head + "class_descriptor: {dwMaxCCIDMessageLength: 10}\nslots: []\n"),
                 "bytes"));
  BOOST_TEST(has(refused(head + descriptor + "slots: [{medium: contact}, {medium: contact}]\n"),
                 "bMaxSlotIndex"));
  BOOST_TEST(has(refused(head + descriptor + "slots: [{medium: contactles}]\n"), "contactless"));
  BOOST_TEST(has(refused(head + "class_descriptor: {}\nslots: [{medium: contactless}]\n"), "TPDU"));
  BOOST_TEST(has(refused(head + "class_descriptor: {dwFeatures: 0}\nslots: [{medium: contact}]\n"),
                 "level"));
  BOOST_TEST(has(refused(head + descriptor + "slots: [{medium: contact}]\nidVender: 1\n"),
                 "idVendor"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::bench
