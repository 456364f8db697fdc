#include "harness/conformance/mutants/mutant_parameters.h"

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <type_traits>

#include "harness/conformance/mutants/mutant_numbers.h"

namespace uketsuke::conformance {
namespace {

using generic_reader::Profile;
using Setter = std::function<void(Profile&, const yaml::Node&)>;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

template <class At>
Setter setter(At at) {
  return [at](Profile& profile, const yaml::Node& node) {
    auto& field = at(profile);
    using Value = std::decay_t<decltype(field)>;
    if constexpr (std::is_same_v<Value, bool>) {
      field = node.as_bool();
    } else {
      constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<Value>::max());
      field = static_cast<Value>(
          number_of(node, std::min(most, static_cast<std::uint64_t>(kMost))));
    }
  };
}

#define UKETSUKE_PROFILE(name) \
  { #name, setter([](Profile& p) -> auto& { return p.name; }) }
#define UKETSUKE_CCID(name) \
  { #name, setter([](Profile& p) -> auto& { return p.ccid.name; }) }
#define UKETSUKE_CARD_SIDE(name) \
  { #name, setter([](Profile& p) -> auto& { return p.ccid.deviations.name; }) }

const std::map<std::string, Setter>& parameters() {
  static const std::map<std::string, Setter> kParameters{
      UKETSUKE_PROFILE(class_descriptor_after_endpoints),
      UKETSUKE_PROFILE(answers_unknown_descriptors),
      UKETSUKE_CCID(power_off_us),
      UKETSUKE_CCID(atr_parity_retries),
      UKETSUKE_CCID(time_extension_period_us),
      UKETSUKE_CCID(default_pin_timeout_s),
      UKETSUKE_CCID(default_pin_min),
      UKETSUKE_CCID(default_pin_max),
      UKETSUKE_CCID(accepts_four_byte_tpdu),
      UKETSUKE_CCID(accepts_empty_xfr_block),
      UKETSUKE_CCID(answers_get_uid),
      UKETSUKE_CCID(refuses_rfu),
      UKETSUKE_CARD_SIDE(ts_unchecked),
      UKETSUKE_CARD_SIDE(tck_unchecked),
      UKETSUKE_CARD_SIDE(length_unchecked),
      UKETSUKE_CARD_SIDE(protocol_unchecked),
      UKETSUKE_CARD_SIDE(atr_wait_percent),
      UKETSUKE_CARD_SIDE(pps_answer_unchecked),
      UKETSUKE_CARD_SIDE(pps_in_specific_mode),
      UKETSUKE_CARD_SIDE(procedure_byte_unchecked),
      UKETSUKE_CARD_SIDE(t0_wait_percent),
      UKETSUKE_CARD_SIDE(extra_guard_ignored),
      UKETSUKE_CARD_SIDE(t1_wait_percent),
      UKETSUKE_CARD_SIDE(wtx_ignored),
      UKETSUKE_CARD_SIDE(ifsc_ignored),
      UKETSUKE_CARD_SIDE(t1_tries),
      UKETSUKE_CARD_SIDE(passes_more_data),
      UKETSUKE_CARD_SIDE(passes_wrong_length),
      UKETSUKE_CARD_SIDE(longest_answer),
  };
  return kParameters;
}

#undef UKETSUKE_PROFILE
#undef UKETSUKE_CCID
#undef UKETSUKE_CARD_SIDE

// Where a field lies in what GET_DESCRIPTOR answers (USB 2.0, 9.6; CCID 5.1). The configuration of
// a reader with one function: 9 bytes, interface 9, class descriptor 54, endpoints 7 each.
struct Place {
  std::uint8_t bDescriptorType;
  std::int32_t at;
  unsigned bytes;
};
constexpr std::uint8_t kDevice = 1, kConfiguration = 2;
constexpr std::int32_t kInterfaceAt = 9, kClassAt = 18, kEndpointsAt = 72;

const std::map<std::string, Place>& announced() {
  static const std::map<std::string, Place> kPlaces{
      {"bcdUSB", {kDevice, 2, 2}},
      {"bDeviceClass", {kDevice, 4, 1}},
      {"idVendor", {kDevice, 8, 2}},
      {"idProduct", {kDevice, 10, 2}},
      {"bcdDevice", {kDevice, 12, 2}},
      {"iSerialNumber", {kDevice, 16, 1}},
      {"bNumConfigurations", {kDevice, 17, 1}},
      {"wTotalLength", {kConfiguration, 2, 2}},
      {"bConfigurationValue", {kConfiguration, 5, 1}},
      {"bmAttributes", {kConfiguration, 7, 1}},
      {"bMaxPower", {kConfiguration, 8, 1}},
      {"bNumEndpoints", {kConfiguration, kInterfaceAt + 4, 1}},
      {"bInterfaceClass", {kConfiguration, kInterfaceAt + 5, 1}},
      {"bInterfaceSubClass", {kConfiguration, kInterfaceAt + 6, 1}},
      {"bInterfaceProtocol", {kConfiguration, kInterfaceAt + 7, 1}},
      {"bLength", {kConfiguration, kClassAt + 0, 1}},
      {"bDescriptorType", {kConfiguration, kClassAt + 1, 1}},
      {"bcdCCID", {kConfiguration, kClassAt + 2, 2}},
      {"bMaxSlotIndex", {kConfiguration, kClassAt + 4, 1}},
      {"bVoltageSupport", {kConfiguration, kClassAt + 5, 1}},
      {"dwProtocols", {kConfiguration, kClassAt + 6, 4}},
      {"dwDefaultClock", {kConfiguration, kClassAt + 10, 4}},
      {"dwMaximumClock", {kConfiguration, kClassAt + 14, 4}},
      {"bNumClockSupported", {kConfiguration, kClassAt + 18, 1}},
      {"dwDataRate", {kConfiguration, kClassAt + 19, 4}},
      {"dwMaxDataRate", {kConfiguration, kClassAt + 23, 4}},
      {"bNumDataRatesSupported", {kConfiguration, kClassAt + 27, 1}},
      {"dwMaxIFSD", {kConfiguration, kClassAt + 28, 4}},
      {"dwSynchProtocols", {kConfiguration, kClassAt + 32, 4}},
      {"dwMechanical", {kConfiguration, kClassAt + 36, 4}},
      {"dwFeatures", {kConfiguration, kClassAt + 40, 4}},
      {"dwMaxCCIDMessageLength", {kConfiguration, kClassAt + 44, 4}},
      {"bClassGetResponse", {kConfiguration, kClassAt + 48, 1}},
      {"bClassEnvelope", {kConfiguration, kClassAt + 49, 1}},
      {"wLcdLayout", {kConfiguration, kClassAt + 50, 2}},
      {"bPINSupport", {kConfiguration, kClassAt + 52, 1}},
      {"bMaxCCIDBusySlots", {kConfiguration, kClassAt + 53, 1}},
      {"bulk_out_attributes", {kConfiguration, kEndpointsAt + 3, 1}},
      {"bulk_out_packet", {kConfiguration, kEndpointsAt + 4, 2}},
      {"bulk_in_address", {kConfiguration, kEndpointsAt + 9, 1}},
      {"bulk_in_packet", {kConfiguration, kEndpointsAt + 11, 2}},
      {"interrupt_address", {kConfiguration, kEndpointsAt + 16, 1}},
      {"interrupt_attributes", {kConfiguration, kEndpointsAt + 17, 1}},
      {"interrupt_interval", {kConfiguration, kEndpointsAt + 20, 1}},
  };
  return kPlaces;
}

template <class Table>
std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& [name, value] : table) names.push_back(name);
  return names;
}

[[noreturn]] void unknown(const yaml::Node& node, const std::vector<std::string>& names) {
  yaml::fail(node, verdict::Text(node.as_string() + ": そのような名前はない",
                                 node.as_string() + ": there is no such name") +
                       yaml::hint(node.text(), names));
}

// An enumerator by its name.
template <class Enum>
Enum named(const yaml::Node& node, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    names.emplace_back(to_string(static_cast<Enum>(i)));
    if (names.back() == node.text()) return static_cast<Enum>(i);
  }
  unknown(node, names);
}

}  // namespace

std::uint64_t number_of(const yaml::Node& node, std::uint64_t maximum) {
  const auto most =
      static_cast<std::int64_t>(std::min(maximum, static_cast<std::uint64_t>(kMost)));
  const std::string_view text = node.text();
  if (node.quoted() || text.substr(0, 2) != "0x")
    return static_cast<std::uint64_t>(node.as_int(0, most));
  const std::string digits(text.substr(2));
  std::uint64_t value = 0;
  for (const char c : digits) {
    const auto at = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
    if (at == std::string_view::npos || value > maximum / 16 + 1)
      yaml::fail(node, "a number from 0 to " + std::to_string(maximum) + " is expected here");
    value = value * 16 + at;
  }
  if (digits.empty() || value > maximum)
    yaml::fail(node, "a number from 0 to " + std::to_string(maximum) + " is expected here");
  return value;
}

void set_parameters(const yaml::Node& node, Profile& profile) {
  if (!node.is_mapping()) yaml::fail(node, "parameters by name are expected here");
  for (std::size_t i = 0; i < node.size(); ++i) {
    const auto found = parameters().find(node.key(i).as_string());
    if (found == parameters().end()) unknown(node.key(i), parameter_names());
    found->second(profile, node.value(i));
  }
}

void set_table(const yaml::Node& node, Profile& profile) {
  using namespace ccid_function;
  constexpr std::size_t kRules = 5;
  if (!node.is_sequence()) yaml::fail(node, "a list of rows is expected here");
  for (std::size_t i = 0; i < node.size(); ++i) {
    yaml::Mapping map(node.at(i));
    const auto event = named<SlotEventKind>(map.require("event"), kSlotEvents);
    const auto rule = named<Rule>(map.require("rule"), kRules);
    const yaml::Node state = map.require("state");
    map.done();
    for (std::size_t s = 0; s < kSlotStates; ++s) {
      const bool every = state.text() == "any";
      if (every || named<SlotState>(state, kSlotStates) == static_cast<SlotState>(s))
        profile.ccid.table[static_cast<std::size_t>(event)][s] = rule;
    }
  }
}

std::vector<fault::Mutation> announcements(const yaml::Node& node) {
  if (!node.is_mapping()) yaml::fail(node, "fields by name are expected here");
  std::vector<fault::Mutation> rules;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const auto found = announced().find(node.key(i).as_string());
    if (found == announced().end()) unknown(node.key(i), announced_names());
    const Place& place = found->second;
    const std::uint64_t most = (std::uint64_t{1} << (8 * place.bytes)) - 1;
    const std::uint64_t value = number_of(node.value(i), most);
    fault::Mutation rule;
    rule.match.pipe = fault::MutationPipe::kControlIn;
    rule.match.setup.bmRequestType = 0x80;
    rule.match.setup.bRequest = 6;  // GET_DESCRIPTOR
    rule.match.setup.wValue = static_cast<std::uint16_t>(place.bDescriptorType << 8);
    fault::Edit edit;
    edit.at = place.at;
    for (unsigned byte = 0; byte < place.bytes; ++byte) {
      edit.bytes.push_back({fault::TemplateByte::Kind::kLiteral,
                            static_cast<std::uint8_t>(value >> (8 * byte))});
    }
    rule.edits.push_back(std::move(edit));
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::vector<std::string> parameter_names() { return names_of(parameters()); }
std::vector<std::string> announced_names() { return names_of(announced()); }

}  // namespace uketsuke::conformance
