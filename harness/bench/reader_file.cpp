#include "harness/bench/reader_file.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/yaml/yaml.h"

namespace uketsuke::bench {
namespace {

namespace fs = std::filesystem;
using generic_reader::Profile;

constexpr std::int64_t kFormat = 1;
// A message has to hold a header and the longest ATR (CCID 6.2.1; ISO/IEC 7816-3, 8.2.1).
constexpr std::uint32_t kShortestMessage = 10 + 33 + 1;
constexpr std::uint32_t kLongestMessage = 1u << 20;

std::int64_t number(const yaml::Node& node, std::int64_t maximum) {
  const std::string_view text = node.text();
  if (node.quoted() || text.substr(0, 2) != "0x") return node.as_int(0, maximum);
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + 2, end, value, 16);
  if (result.ec != std::errc() || result.ptr != end || value < 0 || value > maximum) {
    yaml::fail(node, "a number from 0 to " + std::to_string(maximum) + " is expected here");
  }
  return value;
}

// The value of a key that may be absent.
template <class Number>
void take(yaml::Mapping& map, std::string_view key, Number& target) {
  const yaml::Node node = map.find(key);
  if (node) target = static_cast<Number>(number(node, std::numeric_limits<Number>::max()));
}
void take(yaml::Mapping& map, std::string_view key, bool& target) {
  if (const yaml::Node node = map.find(key)) target = node.as_bool();
}
void take(yaml::Mapping& map, std::string_view key, std::string& target) {
  if (const yaml::Node node = map.find(key)) target = node.as_string();
}
void take(yaml::Mapping& map, std::string_view key, std::vector<std::uint32_t>& target) {
  const yaml::Node node = map.find(key);
  if (!node) return;
  if (!node.is_sequence()) yaml::fail(node, "a list of numbers is expected here");
  target.clear();
  for (std::size_t i = 0; i < node.size(); ++i) {
    target.push_back(
        static_cast<std::uint32_t>(number(node.at(i), std::numeric_limits<std::uint32_t>::max())));
  }
}

void take_class_descriptor(const yaml::Node& node, wire::ccid::ClassDescriptor& d) {
  yaml::Mapping map(node);
  take(map, "bLength", d.bLength);
  take(map, "bDescriptorType", d.bDescriptorType);
  take(map, "bcdCCID", d.bcdCCID);
  take(map, "bMaxSlotIndex", d.bMaxSlotIndex);
  take(map, "bVoltageSupport", d.bVoltageSupport);
  take(map, "dwProtocols", d.dwProtocols);
  take(map, "dwDefaultClock", d.dwDefaultClock);
  take(map, "dwMaximumClock", d.dwMaximumClock);
  take(map, "bNumClockSupported", d.bNumClockSupported);
  take(map, "dwDataRate", d.dwDataRate);
  take(map, "dwMaxDataRate", d.dwMaxDataRate);
  take(map, "bNumDataRatesSupported", d.bNumDataRatesSupported);
  take(map, "dwMaxIFSD", d.dwMaxIFSD);
  take(map, "dwSynchProtocols", d.dwSynchProtocols);
  take(map, "dwMechanical", d.dwMechanical);
  take(map, "dwFeatures", d.dwFeatures);
  take(map, "dwMaxCCIDMessageLength", d.dwMaxCCIDMessageLength);
  take(map, "bClassGetResponse", d.bClassGetResponse);
  take(map, "bClassEnvelope", d.bClassEnvelope);
  take(map, "wLcdLayout", d.wLcdLayout);
  take(map, "bPINSupport", d.bPINSupport);
  take(map, "bMaxCCIDBusySlots", d.bMaxCCIDBusySlots);
  map.done();
  if (d.dwMaxCCIDMessageLength < kShortestMessage || d.dwMaxCCIDMessageLength > kLongestMessage) {
    yaml::fail(map.find("dwMaxCCIDMessageLength"),
               "a reader can be built with " + std::to_string(kShortestMessage) + " to " +
                   std::to_string(kLongestMessage) + " bytes");
  }
}

ccid_function::SlotParameters slot(const yaml::Node& node) {
  yaml::Mapping map(node);
  ccid_function::SlotParameters parameters;
  const yaml::Node medium = map.require("medium");
  if (medium.text() == "contactless") {
    parameters.medium = wire::field::Medium::kContactless;
  } else if (medium.text() != "contact") {
    yaml::fail(medium, medium.as_string() + ": contact or contactless is expected here" +
                           yaml::did_you_mean(medium.text(), {"contact", "contactless"}));
  }
  take(map, "pupi_in_atr", parameters.pupi_in_atr);
  take(map, "max_frame_code", parameters.max_frame_code);
  map.done();
  return parameters;
}

void take_slots(const yaml::Node& node, ccid_function::Parameters& ccid) {
  if (!node.is_sequence() || node.size() == 0) yaml::fail(node, "a list of slots is expected here");
  if (node.size() != ccid.descriptor.bMaxSlotIndex + 1U) {
    yaml::fail(node, "bMaxSlotIndex says " + std::to_string(ccid.descriptor.bMaxSlotIndex + 1U) +
                         " slots, here are " + std::to_string(node.size()));
  }
  ccid.slots.clear();
  for (std::size_t i = 0; i < node.size(); ++i) {
    ccid.slots.push_back(slot(node.at(i)));
    const bool contactless = ccid.slots.back().medium == wire::field::Medium::kContactless;
    const auto level = wire::ccid::exchange_level(ccid.descriptor.dwFeatures);
    if (contactless && level == wire::ccid::ExchangeLevel::kTpdu) {
      yaml::fail(node.at(i), "a contactless slot at TPDU level is not modelled");
    }
  }
  if (wire::ccid::exchange_level(ccid.descriptor.dwFeatures) ==
      wire::ccid::ExchangeLevel::kCharacter) {
    yaml::fail(node, "dwFeatures has no exchange level; character level is not modelled");
  }
}

void take_endpoints(const yaml::Node& node, ccid_function::Endpoints& endpoints) {
  yaml::Mapping map(node);
  take(map, "bulk_out", endpoints.bulk_out);
  take(map, "bulk_in", endpoints.bulk_in);
  take(map, "interrupt_in", endpoints.interrupt_in);
  map.done();
}

void take_deviations(const yaml::Node& node, Profile& profile) {
  yaml::Mapping map(node);
  take(map, "class_descriptor_after_endpoints", profile.class_descriptor_after_endpoints);
  take(map, "answers_unknown_descriptors", profile.answers_unknown_descriptors);
  take(map, "accepts_four_byte_tpdu", profile.ccid.accepts_four_byte_tpdu);
  take(map, "accepts_empty_xfr_block", profile.ccid.accepts_empty_xfr_block);
  take(map, "answers_get_uid", profile.ccid.answers_get_uid);
  take(map, "refuses_rfu", profile.ccid.refuses_rfu);
  map.done();
}

void take_timings(const yaml::Node& node, ccid_function::Parameters& ccid) {
  yaml::Mapping map(node);
  std::uint32_t power_off_us = static_cast<std::uint32_t>(ccid.power_off_us);
  std::uint32_t extension_us = static_cast<std::uint32_t>(ccid.time_extension_period_us);
  take(map, "power_off_us", power_off_us);
  take(map, "time_extension_period_us", extension_us);
  take(map, "default_pin_timeout_s", ccid.default_pin_timeout_s);
  map.done();
  ccid.power_off_us = power_off_us;
  ccid.time_extension_period_us = extension_us;
}

void take_usb(yaml::Mapping& top, Profile& profile) {
  take(top, "idVendor", profile.idVendor);
  take(top, "idProduct", profile.idProduct);
  take(top, "bcdDevice", profile.bcdDevice);
  take(top, "manufacturer", profile.manufacturer);
  take(top, "product", profile.product);
  take(top, "serial", profile.serial);
  take(top, "bmAttributes", profile.bmAttributes);
  take(top, "bMaxPower", profile.bMaxPower);
  take(top, "interrupt_bInterval", profile.interrupt_bInterval);
  take(top, "bInterfaceClass", profile.bInterfaceClass);
  take(top, "bInterfaceSubClass", profile.bInterfaceSubClass);
  take(top, "bInterfaceProtocol", profile.bInterfaceProtocol);
  if (const yaml::Node speed = top.find("speed")) {
    if (speed.text() != "full" && speed.text() != "high") {
      yaml::fail(speed, speed.as_string() + ": full or high is expected here");
    }
    profile.speed = speed.text() == "high" ? wire::usb::Speed::kHigh : wire::usb::Speed::kFull;
  }
}

// What makes the reader; of keys that are not there it stays as it is.
void take_reader(yaml::Mapping& top, Profile& profile) {
  take_usb(top, profile);
  if (const yaml::Node node = top.find("class_descriptor"))
    take_class_descriptor(node, profile.ccid.descriptor);
  take(top, "clock_frequencies_khz", profile.ccid.clock_frequencies_khz);
  take(top, "data_rates_bps", profile.ccid.data_rates_bps);
  if (const yaml::Node node = top.find("slots")) take_slots(node, profile.ccid);
  if (const yaml::Node node = top.find("endpoints")) take_endpoints(node, profile.ccid.endpoints);
  if (const yaml::Node node = top.find("deviations")) take_deviations(node, profile);
  if (const yaml::Node node = top.find("timings")) take_timings(node, profile.ccid);
}

}  // namespace

Profile load_reader_file(const std::string& path) {
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top(document.root());
  top.require("uketsuke").as_int(kFormat, kFormat);
  Profile profile;
  profile.name = top.require("reader").as_string();
  yaml::Mapping title(top.require("title"));
  title.require("ja").as_string();
  title.require("en").as_string();
  title.done();
  top.require("class_descriptor");
  top.require("slots");
  take_reader(top, profile);
  top.done();
  return profile;
}

void overlay_reader(const yaml::Node& node, Profile& profile) {
  yaml::Mapping map(node);
  take_reader(map, profile);
  map.done();
  const wire::ccid::ClassDescriptor& d = profile.ccid.descriptor;
  if (profile.ccid.slots.size() != d.bMaxSlotIndex + 1U)
    yaml::fail(node, "bMaxSlotIndex and slots have to say the same");
  if (wire::ccid::exchange_level(d.dwFeatures) == wire::ccid::ExchangeLevel::kCharacter)
    yaml::fail(node, "dwFeatures has no exchange level; character level is not modelled");
}

std::map<std::string, Profile> load_reader_files(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  }
  if (error) throw std::runtime_error(folder + ": " + error.message());
  std::sort(paths.begin(), paths.end());
  std::map<std::string, Profile> readers;
  for (const std::string& path : paths) {
    Profile profile = load_reader_file(path);
    const std::string name = profile.name;
    if (!readers.emplace(name, std::move(profile)).second) {
      throw std::runtime_error(path + ": a second reader " + name);
    }
  }
  return readers;
}

}  // namespace uketsuke::bench
