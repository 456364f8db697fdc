#include "harness/bench/outside.h"

#include <random>
#include <utility>

#include "harness/bench/describers.h"
#include "sim/guard/real_card_tap.h"
#include "sim/trace/taps.h"
#include "sim/wire/ccid/descriptor.h"

namespace uketsuke::bench {
namespace {

using wire::usb::TransferType;
using Way = trace::CardConversation::Way;

constexpr std::uint8_t kCcidClass = 0x0B, kCdcClass = 0x02, kCdcDataClass = 0x0A;
constexpr std::uint8_t kCcidDescriptor = 0x21;  // CCID 1.1, 5.1
constexpr std::uint8_t kDirectionIn = 0x80;
constexpr std::uint32_t kApduLevels = 0x00020000 | 0x00040000;  // CCID 1.1, 5.1 dwFeatures
constexpr std::size_t kMaxSlots = 256;

// Thrown away with the world.
wire::Bytes random_key() {
  std::random_device device;
  wire::Bytes key(32);
  for (std::uint8_t& byte : key) byte = static_cast<std::uint8_t>(device());
  return key;
}

TransferType type_of(const wire::usb::EndpointDescriptor& endpoint) {
  return static_cast<TransferType>(endpoint.bmAttributes & 0x03);
}

}  // namespace

OutsideEndpoints::OutsideEndpoints(bool simulated_cards)
    : key_(simulated_cards ? wire::Bytes{} : random_key()), slots_(kMaxSlots) {}

trace::Tap* OutsideEndpoints::keep(std::unique_ptr<trace::Tap> tap) {
  taps_.push_back(std::move(tap));
  return taps_.back().get();
}

trace::Tap* OutsideEndpoints::ccid_tap(Way way, bool tpdu) {
  if (key_.empty()) return keep(std::make_unique<trace::CcidTap>(slots_, way, tpdu));
  return keep(std::make_unique<guard::RealCardCcidTap>(key_, way));
}

std::unique_ptr<trace::Tap> OutsideEndpoints::session_tap(trace::CardConversation& conversation,
                                                          Way way) const {
  if (key_.empty()) return std::make_unique<trace::ApduTap>(conversation, way);
  return std::make_unique<guard::RealCardApduTap>(key_, way);
}

std::vector<channel::UsbEndpoint> OutsideEndpoints::of(
    const wire::usb::Configuration& configuration) {
  std::vector<channel::UsbEndpoint> found;
  known_ = true;
  has_ccid_ = has_link_ = false;
  for (const wire::usb::InterfaceNode& interface : configuration.interfaces) {
    const std::uint8_t kind = interface.descriptor.bInterfaceClass;
    has_ccid_ = has_ccid_ || kind == kCcidClass;
    has_link_ = has_link_ || kind == kCdcDataClass;
    bool tpdu = true;
    if (const auto ccid =
            wire::ccid::decode_class_descriptor(interface.find_extra(kCcidDescriptor)))
      tpdu = (ccid->dwFeatures & kApduLevels) == 0;
    for (const wire::usb::EndpointNode& node : interface.endpoints) {
      channel::UsbEndpoint endpoint;
      endpoint.bEndpointAddress = node.descriptor.bEndpointAddress;
      endpoint.wMaxPacketSize = node.descriptor.wMaxPacketSize & 0x07FF;
      endpoint.bInterval = node.descriptor.bInterval;
      endpoint.interrupt = type_of(node.descriptor) == TransferType::kInterrupt;
      const bool in = (endpoint.bEndpointAddress & kDirectionIn) != 0;
      if (kind == kCcidClass && endpoint.interrupt) {
        endpoint.name = "ccid interrupt";
        endpoint.describe = describe_ccid_interrupt;
      } else if (kind == kCcidClass) {
        endpoint.name = in ? "ccid bulk-in" : "ccid bulk-out";
        endpoint.describe = in ? describe_ccid_in : describe_ccid_out;
        endpoint.tap = ccid_tap(in ? Way::kFromCard : Way::kToCard, tpdu);
      } else if (kind == kCdcClass && endpoint.interrupt) {
        endpoint.name = "link interrupt";
      } else if (kind == kCdcDataClass) {
        endpoint.name = in ? "link bulk-in" : "link bulk-out";
        endpoint.tap = keep(std::make_unique<trace::LinkTap>());
      } else {
        continue;
      }
      found.push_back(std::move(endpoint));
    }
  }
  return found;
}

}  // namespace uketsuke::bench
