#include "harness/conformance/public_readers.h"

#include <map>

#include "harness/conformance/yaml_number.h"
#include "sim/wire/ccid/class_request.h"

namespace uketsuke::conformance {
namespace {

using wire::usb::TransferType;

constexpr std::uint32_t kAny32 = 0xFFFFFFFF;
constexpr std::uint32_t kMostEntries = 512;
constexpr std::uint16_t kPacket = 64;

using Lists = std::map<std::string, std::vector<std::uint32_t>>;

std::vector<std::uint32_t> load_values(const yaml::Node& node) {
  std::vector<std::uint32_t> values;
  for (std::size_t i = 0; i < node.size(); ++i) values.push_back(yaml_number(node.at(i), kAny32));
  return values;
}

std::vector<std::uint32_t> values_or_name(const yaml::Node& node, const Lists& lists) {
  if (node.is_sequence()) return load_values(node);
  const auto found = lists.find(node.as_string());
  if (found == lists.end())
    yaml::fail(node, verdict::say("一覧がありません：{}", "there is no list {}", node.text()));
  return found->second;
}

// Of GET_CLOCK_FREQUENCIES or GET_DATA_RATES.
void load_answer(const yaml::Node& node, const Lists& lists, std::optional<Bytes>& bytes,
                 bool& stalled) {
  if (node.is_scalar() && node.text() == "stalled") {
    stalled = true;
    return;
  }
  if (!node.is_mapping()) {
    bytes = wire::ccid::encode_dword_list(values_or_name(node, lists));
    return;
  }
  yaml::Mapping map(node);
  if (const yaml::Node count = map.find("bytes")) {
    bytes = Bytes(yaml_number(count, kMostEntries), 0);
  } else {
    std::vector<std::uint32_t> values = values_or_name(map.require("values"), lists);
    values.resize(yaml_number(map.require("filled_to"), kMostEntries), 0);
    bytes = wire::ccid::encode_dword_list(values);
  }
  map.done();
}

template <class Number>
void take(yaml::Mapping& map, const char* key, Number& target) {
  target = static_cast<Number>(
      yaml_number(map.require(key), static_cast<std::uint32_t>(static_cast<Number>(~Number{}))));
}

wire::ccid::ClassDescriptor load_class(const yaml::Node& node) {
  yaml::Mapping map(node);
  wire::ccid::ClassDescriptor d;
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
  return d;
}

wire::usb::EndpointNode endpoint(std::uint8_t address, TransferType type, std::uint16_t packet) {
  wire::usb::EndpointNode node;
  node.descriptor.bEndpointAddress = address;
  node.descriptor.bmAttributes = static_cast<std::uint8_t>(type);
  node.descriptor.wMaxPacketSize = packet;
  node.descriptor.bInterval = type == TransferType::kInterrupt ? 24 : 0;
  return node;
}

Bytes load_configuration(const yaml::Node& interface, const yaml::Node& ccid) {
  yaml::Mapping map(interface);
  wire::usb::InterfaceNode node;
  take(map, "number", node.descriptor.bInterfaceNumber);
  take(map, "endpoints", node.descriptor.bNumEndpoints);
  take(map, "class", node.descriptor.bInterfaceClass);
  take(map, "subclass", node.descriptor.bInterfaceSubClass);
  take(map, "protocol", node.descriptor.bInterfaceProtocol);
  map.done();
  node.extra.push_back(wire::ccid::encode(load_class(ccid)));
  node.endpoints = {endpoint(0x01, TransferType::kBulk, kPacket),
                    endpoint(0x82, TransferType::kBulk, kPacket)};
  if (node.descriptor.bNumEndpoints > 2)
    node.endpoints.push_back(endpoint(0x83, TransferType::kInterrupt, 8));
  wire::usb::Configuration configuration;
  configuration.descriptor.bNumInterfaces = 1;
  configuration.interfaces.push_back(std::move(node));
  return wire::usb::encode(configuration).value();  // far below 65535 bytes
}

Bytes load_device(const yaml::Node& node) {
  yaml::Mapping map(node);
  wire::usb::DeviceDescriptor device;
  take(map, "idVendor", device.idVendor);
  take(map, "idProduct", device.idProduct);
  take(map, "bcdDevice", device.bcdDevice);
  map.done();
  return wire::usb::encode(device);
}

PublicReader load_reader(const yaml::Node& node, const Lists& lists) {
  yaml::Mapping map(node);
  PublicReader reader;
  reader.name = map.require("reader").as_string();
  reader.product = map.require("product").as_string();
  yaml::Mapping from(map.require("from"));
  reader.file = from.require("file").as_string();
  reader.commit = from.require("commit").as_string();
  from.done();
  reader.bytes.device = load_device(map.require("device"));
  reader.bytes.configuration = load_configuration(map.require("interface"), map.require("ccid"));
  load_answer(map.require("clocks"), lists, reader.bytes.clock_frequencies,
              reader.bytes.clocks_stalled);
  load_answer(map.require("rates"), lists, reader.bytes.data_rates, reader.bytes.rates_stalled);
  reader.findings = map.require("findings").as_strings();
  map.done();
  return reader;
}

std::vector<PublicReader> load(const yaml::Document& file) {
  yaml::Mapping top(file.root());
  top.require("uketsuke").as_int(1, 1);
  top.require("source").as_string();
  Lists lists;
  if (const yaml::Node node = top.find("lists")) {
    for (std::size_t i = 0; i < node.size(); ++i)
      lists[node.key(i).as_string()] = load_values(node.value(i));
  }
  const yaml::Node rows = top.require("readers");
  top.done();
  std::vector<PublicReader> readers;
  for (std::size_t i = 0; i < rows.size(); ++i) readers.push_back(load_reader(rows.at(i), lists));
  return readers;
}

}  // namespace

std::vector<PublicReader> load_public_readers(const std::string& path) {
  return load(yaml::load_file(path));
}
std::vector<PublicReader> load_public_readers_text(std::string_view text, const std::string& name) {
  return load(yaml::load_text(text, name));
}

}  // namespace uketsuke::conformance
