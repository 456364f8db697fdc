#include "harness/conformance/descriptor_facts.h"

#include <algorithm>

#include "sim/wire/ccid/class_request.h"

namespace uketsuke::conformance {
namespace {

using wire::usb::DescriptorType;
using wire::usb::TransferType;

constexpr std::uint8_t kPreStandardType = 0xFF;
constexpr std::size_t kInterfaceLength = 9, kEndpointLength = 7;

bool is(const Located& descriptor, DescriptorType type) {
  return descriptor.bDescriptorType == static_cast<std::uint8_t>(type);
}

// The first `length` bytes as a descriptor that says just this length, for the strict codecs.
Bytes head(ByteView bytes, std::size_t length) {
  if (bytes.size() < length) return {};
  Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
  cut[0] = static_cast<std::uint8_t>(length);
  return cut;
}

template <class T>
std::optional<T> read(wire::Result<T> (*decode)(ByteView), ByteView bytes, std::size_t length) {
  const wire::Result<T> decoded = decode(head(bytes, length));
  if (!decoded) return std::nullopt;
  return decoded.value();
}

void walk(ByteView bytes, DescriptorFacts& out) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = bytes[at];
    const std::size_t left = bytes.size() - at;
    if (length < 2 || length > left) out.broken = ChainBreak{at, bytes[at]};
    if (length < 2 || left < 2) return;
    const ByteView found = bytes.subspan(at, std::min(length, left));
    out.chain.push_back({at, found[1], wire::to_bytes(found)});
    at += length;
  }
}

// Descriptors of one interface: from its own until the next one.
struct Section {
  std::size_t first = 0, end = 0;  // in the chain
};

std::vector<Section> sections(const std::vector<Located>& chain) {
  std::vector<Section> found;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (!is(chain[i], DescriptorType::INTERFACE)) continue;
    if (!found.empty()) found.back().end = i;
    found.push_back({i, chain.size()});
  }
  return found;
}

// Type 21h also belongs to HID, whose interfaces are of another class and whose descriptor is
// shorter (HID 1.11, 6.2.1): there only one of 54 bytes counts.
bool may_be_class_descriptor(const Located& descriptor, bool of_smart_card_class) {
  const bool whole =
      !descriptor.bytes.empty() && descriptor.bytes[0] == wire::ccid::kClassDescriptorLength;
  if (descriptor.bDescriptorType == wire::ccid::kClassDescriptorType)
    return whole || of_smart_card_class;
  return descriptor.bDescriptorType == kPreStandardType && whole;
}

const Located* find_class_descriptor(const std::vector<Located>& chain, const Section& section,
                                     bool of_smart_card_class) {
  for (std::size_t i = section.first + 1; i < section.end; ++i)
    if (may_be_class_descriptor(chain[i], of_smart_card_class)) return &chain[i];
  return nullptr;
}

bool is_smart_card(const Located& interface) {
  return interface.bytes.size() > 5 && interface.bytes[5] == wire::ccid::kInterfaceClass;
}

std::optional<Section> find_reader(const std::vector<Located>& chain) {
  const std::vector<Section> all = sections(chain);
  for (const Section& section : all)
    if (is_smart_card(chain[section.first])) return section;
  for (const Section& section : all)
    if (find_class_descriptor(chain, section, false) != nullptr) return section;
  return std::nullopt;
}

void read_interface(const Section& section, DescriptorFacts& out) {
  const Located& interface = out.chain[section.first];
  out.interface = read(wire::usb::decode_interface, interface.bytes, kInterfaceLength);
  out.interface_offset = interface.offset;
  const Located* found = find_class_descriptor(out.chain, section, is_smart_card(interface));
  if (found != nullptr) {
    out.has_class_descriptor = true;
    out.class_offset = found->offset;
    out.class_bytes = found->bytes;
    out.ccid = read_class_descriptor(found->bytes);
  }
  for (std::size_t i = section.first + 1; i < section.end; ++i) {
    const Located& descriptor = out.chain[i];
    const bool endpoint = is(descriptor, DescriptorType::ENDPOINT);
    if (found != nullptr && descriptor.offset < found->offset)
      (endpoint ? out.class_after_endpoint : out.class_after_other) = true;
    if (!endpoint) continue;
    const auto read_it = read(wire::usb::decode_endpoint, descriptor.bytes, kEndpointLength);
    if (read_it) out.endpoints.push_back({descriptor.offset, *read_it});
  }
}

std::vector<std::uint32_t> entries(const std::optional<Bytes>& list) {
  if (!list) return {};
  const std::size_t size = std::min(list->size(), kMaxListBytes) / 4 * 4;
  return wire::ccid::decode_dword_list(ByteView(list->data(), size)).value();
}

void add_class_fields(const wire::ccid::ClassDescriptor& d, Facts& facts) {
  const auto put = [&facts](const char* name, std::int64_t value) { facts[name] = value; };
  put("bcdCCID", d.bcdCCID);
  put("bMaxSlotIndex", d.bMaxSlotIndex);
  put("bVoltageSupport", d.bVoltageSupport);
  put("dwProtocols", d.dwProtocols);
  put("dwDefaultClock", d.dwDefaultClock);
  put("dwMaximumClock", d.dwMaximumClock);
  put("bNumClockSupported", d.bNumClockSupported);
  put("dwDataRate", d.dwDataRate);
  put("dwMaxDataRate", d.dwMaxDataRate);
  put("bNumDataRatesSupported", d.bNumDataRatesSupported);
  put("dwMaxIFSD", d.dwMaxIFSD);
  put("dwSynchProtocols", d.dwSynchProtocols);
  put("dwMechanical", d.dwMechanical);
  put("dwFeatures", d.dwFeatures);
  put("dwMaxCCIDMessageLength", d.dwMaxCCIDMessageLength);
  put("bClassGetResponse", d.bClassGetResponse);
  put("bClassEnvelope", d.bClassEnvelope);
  put("wLcdLayout", d.wLcdLayout);
  put("bPINSupport", d.bPINSupport);
  put("bMaxCCIDBusySlots", d.bMaxCCIDBusySlots);
  facts["t0"] = (d.dwProtocols & wire::ccid::kProtocolT0) != 0;
  facts["t1"] = (d.dwProtocols & wire::ccid::kProtocolT1) != 0;
  facts["pin_verify"] = (d.bPINSupport & wire::ccid::kPinVerification) != 0;
  facts["pin_modify"] = (d.bPINSupport & wire::ccid::kPinModification) != 0;
  facts["level"] = level_of(d.dwFeatures);
  constexpr std::pair<const char*, std::uint32_t> kFeatures[] = {
      {"auto_params", wire::ccid::kAutoParameters},
      {"auto_parameters", wire::ccid::kAutoParameters},
      {"auto_activation", wire::ccid::kAutoActivation},
      {"auto_voltage", wire::ccid::kAutoVoltage},
      {"auto_clock", wire::ccid::kAutoClock},
      {"auto_baud", wire::ccid::kAutoBaudRate},
      {"auto_params_negotiation", wire::ccid::kAutoNegotiation},
      {"auto_pps", wire::ccid::kAutoPps},
      {"auto_ifsd", wire::ccid::kAutoIfsd},
      {"clock_stop", wire::ccid::kClockStop},
      {"nad", wire::ccid::kNad},
      {"wakeup", wire::ccid::kWakeUp}};
  for (const auto& [name, bit] : kFeatures) facts[name] = (d.dwFeatures & bit) != 0;
}

void add_usb_fields(const DescriptorFacts& d, Facts& facts) {
  const auto put = [&facts](const char* name, std::int64_t value) { facts[name] = value; };
  const auto device = d.device.value_or(wire::usb::DeviceDescriptor{});
  put("idVendor", d.device ? device.idVendor : 0);
  put("idProduct", d.device ? device.idProduct : 0);
  put("bcdDevice", d.device ? device.bcdDevice : 0);
  put("bcdUSB", d.device ? device.bcdUSB : 0);
  put("bMaxPacketSize0", d.device ? device.bMaxPacketSize0 : 0);
  put("bNumConfigurations", d.device ? device.bNumConfigurations : 0);
  put("iManufacturer", d.device ? device.iManufacturer : 0);
  put("iProduct", d.device ? device.iProduct : 0);
  put("iSerialNumber", d.device ? device.iSerialNumber : 0);
  facts["has_serial"] = d.device && device.iSerialNumber != 0;
  const std::uint8_t attributes = d.configuration ? d.configuration->bmAttributes : 0;
  put("bmAttributes", attributes);
  put("wTotalLength", d.configuration ? d.configuration->wTotalLength : 0);
  put("bConfigurationValue", d.configuration ? d.configuration->bConfigurationValue : 0);
  put("bMaxPower", d.configuration ? d.configuration->bMaxPower : 0);
  facts["self_powered"] = (attributes & wire::usb::kSelfPowered) != 0;
  put("interface", d.interface ? d.interface->bInterfaceNumber : 0);
  put("bInterfaceClass", d.interface ? d.interface->bInterfaceClass : 0);
  facts["speed"] = std::string(d.bytes.speed == wire::usb::Speed::kHigh ? "high" : "full");
  facts["high_speed_capable"] =
      d.bytes.speed == wire::usb::Speed::kHigh || !d.bytes.qualifier.empty();
  const auto address = [&d](TransferType type, bool in) -> std::int64_t {
    const LocatedEndpoint* found = d.endpoint(type, in);
    return found != nullptr ? found->descriptor.bEndpointAddress : 0;
  };
  put("endpoint_out", address(TransferType::kBulk, false));
  put("endpoint_in", address(TransferType::kBulk, true));
  put("endpoint_interrupt", address(TransferType::kInterrupt, true));
  put("packet", d.bulk_out() != nullptr ? d.bulk_out()->packet() : 0);
  facts["interrupt"] = d.endpoint(TransferType::kInterrupt, true) != nullptr;
}

}  // namespace

TransferType LocatedEndpoint::type() const {
  return static_cast<TransferType>(descriptor.bmAttributes & 3U);
}

const LocatedEndpoint* DescriptorFacts::endpoint(TransferType type, bool in) const {
  for (const LocatedEndpoint& found : endpoints)
    if (found.type() == type && found.in() == in) return &found;
  return nullptr;
}

const LocatedEndpoint* DescriptorFacts::bulk_out() const {
  return endpoint(TransferType::kBulk, false);
}

wire::ccid::ClassDescriptor read_class_descriptor(ByteView bytes) {
  Bytes whole(bytes.begin(),
              bytes.begin() + static_cast<std::ptrdiff_t>(
                                  std::min(bytes.size(), wire::ccid::kClassDescriptorLength)));
  whole.resize(wire::ccid::kClassDescriptorLength, 0);
  const std::uint8_t length = whole[0], type = whole[1];
  whole[0] = wire::ccid::kClassDescriptorLength;
  whole[1] = wire::ccid::kClassDescriptorType;
  wire::ccid::ClassDescriptor d = wire::ccid::decode_class_descriptor(whole).value();
  d.bLength = length;
  d.bDescriptorType = type;
  return d;
}

DescriptorFacts read_descriptors(ReaderBytes bytes) {
  DescriptorFacts out;
  if (bytes.configuration.size() > kMaxConfigurationBytes)
    bytes.configuration.resize(kMaxConfigurationBytes);
  out.device = read(wire::usb::decode_device, bytes.device, wire::usb::kDeviceDescriptorLength);
  out.configuration = read(wire::usb::decode_configuration, bytes.configuration,
                           wire::usb::kConfigurationDescriptorLength);
  out.ccid = read_class_descriptor({});
  walk(bytes.configuration, out);
  if (const std::optional<Section> reader = find_reader(out.chain)) read_interface(*reader, out);
  out.clocks = entries(bytes.clock_frequencies);
  out.rates = entries(bytes.data_rates);
  out.bytes = std::move(bytes);
  return out;
}

std::string level_of(std::uint32_t dwFeatures) {
  switch (wire::ccid::exchange_level(dwFeatures)) {
    case wire::ccid::ExchangeLevel::kTpdu:
      return "tpdu";
    case wire::ccid::ExchangeLevel::kShortApdu:
      return "short";
    case wire::ccid::ExchangeLevel::kExtendedApdu:
      return "extended";
    case wire::ccid::ExchangeLevel::kCharacter:
      break;
  }
  return "character";
}

Facts facts_of(const DescriptorFacts& descriptors) {
  Facts facts;
  add_class_fields(descriptors.ccid, facts);
  add_usb_fields(descriptors, facts);
  facts["class_descriptor"] = descriptors.has_class_descriptor;
  facts["slots"] = static_cast<std::int64_t>(descriptors.slots());
  facts["clocks_listed"] = static_cast<std::int64_t>(descriptors.clocks.size());
  facts["rates_listed"] = static_cast<std::int64_t>(descriptors.rates.size());
  return facts;
}

}  // namespace uketsuke::conformance
