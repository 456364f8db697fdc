#include "tests/unit/guard/bench.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace uketsuke::guard::test {

using wire::Bytes;
using wire::ByteView;
namespace usb = wire::usb;

namespace {

constexpr std::size_t kPart = 254;

usb::EndpointNode endpoint(std::uint8_t address, std::uint8_t attributes) {
  usb::EndpointNode node;
  node.descriptor.bEndpointAddress = address;
  node.descriptor.bmAttributes = attributes;
  node.descriptor.wMaxPacketSize = 64;
  return node;
}

usb::InterfaceNode interface(std::uint8_t number, std::uint8_t interface_class) {
  usb::InterfaceNode node;
  node.descriptor.bInterfaceNumber = number;
  node.descriptor.bInterfaceClass = interface_class;
  return node;
}

std::uint32_t feature_of(Level level) {
  switch (level) {
    case Level::kTpduT1:
    case Level::kTpduT0:
      return wire::ccid::kTpduLevel;
    case Level::kShort:
      return wire::ccid::kShortApduLevel;
    case Level::kExtended:
      break;
  }
  return wire::ccid::kExtendedApduLevel;
}

}  // namespace

wire::ccid::ClassDescriptor descriptor_of(Level level) {
  wire::ccid::ClassDescriptor descriptor;
  descriptor.dwFeatures = feature_of(level);
  return descriptor;
}

usb::Configuration configuration_of(const wire::ccid::ClassDescriptor& descriptor) {
  usb::Configuration configuration;
  usb::InterfaceNode ccid = interface(0, wire::ccid::kInterfaceClass);
  ccid.extra.push_back(wire::ccid::encode(descriptor));
  ccid.endpoints = {endpoint(kBulkOut, 2), endpoint(kBulkIn, 2), endpoint(kInterruptIn, 3)};
  usb::InterfaceNode data = interface(2, 0x0A);
  data.endpoints = {endpoint(kCdcOut, 2), endpoint(0x83, 2)};
  usb::InterfaceNode vendor = interface(3, 0xFF);
  vendor.endpoints = {endpoint(kVendorOut, 2), endpoint(0x84, 2)};
  configuration.interfaces = {ccid, interface(1, 0x02), data, vendor};
  configuration.descriptor.bNumInterfaces = 4;
  return configuration;
}

usb::Configuration configuration_of(Level level) { return configuration_of(descriptor_of(level)); }

Bench::Bench(Level declared, Level actual_level, std::vector<Release> releases)
    : actual(actual_level),
      form(declared),
      guard(std::move(releases)),
      card(/*unknown_is_fine=*/declared != actual_level),
      reader(actual_level, card) {
  guard.configured(configuration_of(declared));
}

bool Bench::send(ByteView bytes, std::uint8_t endpoint) {
  ++sent;
  if (guarded) {
    const Judgement judgement = guard.out(endpoint, bytes);
    if (!judgement) {
      last_refusal = judgement.en;
      return false;
    }
  }
  ++passed;
  if (endpoint != kBulkOut) return true;
  for (const Bytes& answer : reader.bulk_out(bytes)) {
    guard.in(kBulkIn, answer);
    last_answer = answer;
  }
  return true;
}

std::vector<Bytes> Bench::wrap(ByteView apdu) {
  std::vector<Bytes> messages;
  if (form == Level::kTpduT1) {
    for (std::size_t at = 0; at == 0 || at < apdu.size(); at += kPart) {
      const ByteView part = apdu.subspan(at, std::min(kPart, apdu.size() - at));
      const bool more = at + part.size() < apdu.size();
      const auto pcb = static_cast<std::uint8_t>((sequence ? 0x40 : 0) | (more ? 0x20 : 0));
      messages.push_back(xfr_block(t1_block(pcb, part), next_seq()));
      sequence = !sequence;
    }
    return messages;
  }
  if (form != Level::kExtended || apdu.size() <= 261) return {xfr_block(apdu, next_seq())};
  for (std::size_t at = 0; at < apdu.size(); at += kPart) {
    const ByteView part = apdu.subspan(at, std::min(kPart, apdu.size() - at));
    const bool more = at + part.size() < apdu.size();
    const std::uint16_t level = at == 0 ? 1 : more ? 3 : 2;
    messages.push_back(xfr_block(part, next_seq(), level));
  }
  return messages;
}

bool Bench::apdu(ByteView apdu) {
  const bool before = sequence;
  bool all = true;
  for (const Bytes& message : wrap(apdu)) {
    if (!send(message)) {
      sequence = before;
      return false;
    }
    // A T=1 answer in parts is fetched.
    while (form == Level::kTpduT1 && last_answer.size() > 12 && (last_answer[11] & 0xA0) == 0x20) {
      const auto pcb = static_cast<std::uint8_t>((last_answer[11] & 0x40) != 0 ? 0x80 : 0x90);
      all = send(xfr_block(t1_block(pcb, {}), next_seq())) && all;
    }
  }
  return all;
}

void Bench::prologue() {
  sequence = false;
  power_on();
  apdu(kSelectJpki);
}

bool Bench::identify(const TestCard& identity) {
  card.player = [this, identity](ByteView command) -> std::optional<Bytes> {
    const auto& steps = Identification::steps();
    for (const Identification::Step& step : steps) {
      if (step.item < 0 || wire::to_bytes(command) != step.command) continue;
      // READ BINARY of both files looks alike but for its length.
      Bytes answer = identity.item(static_cast<std::size_t>(step.item));
      answer.insert(answer.end(), {0x90, 0x00});
      return answer;
    }
    return std::nullopt;
  };
  sequence = false;
  if (!power_on()) return false;
  const auto& steps = Identification::steps();
  return std::all_of(steps.begin(), steps.end(),
                     [&](const Identification::Step& step) { return apdu(step.command); });
}

}  // namespace uketsuke::guard::test
