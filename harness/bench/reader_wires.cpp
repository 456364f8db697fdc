#include "harness/bench/reader_wires.h"

#include <fmt/format.h>

#include <utility>

#include "harness/bench/describers.h"
#include "sim/wire/ccid/descriptor.h"

namespace uketsuke::bench {
namespace {

using wire::field::Medium;

constexpr std::uint32_t kApduLevels = 0x00020000 | 0x00040000;  // CCID 1.1, 5.1 dwFeatures

std::uint16_t bulk_packet_size(wire::usb::Speed speed) {
  return speed == wire::usb::Speed::kHigh ? 512 : 64;  // USB 2.0, 5.8.3
}

}  // namespace

ReaderWires::ReaderWires(channel::Context& context, const ReaderOnWires& reader) {
  usb_ = std::make_unique<channel::UsbChannel>(context, usb_config(reader));
  for (const ccid_function::SlotParameters& slot : reader.ccid->ccid.slots)
    add_field(context, reader, slot.medium);
}

ReaderWires::~ReaderWires() = default;

std::vector<channel::FieldChannel*> ReaderWires::slots() const {
  std::vector<channel::FieldChannel*> all;
  all.reserve(slots_.size());
  for (const auto& slot : slots_) all.push_back(slot.get());
  return all;
}

trace::Tap* ReaderWires::keep(std::unique_ptr<trace::Tap> tap) {
  taps_.push_back(std::move(tap));
  return taps_.back().get();
}

channel::UsbConfig ReaderWires::usb_config(const ReaderOnWires& reader) {
  const generic_reader::Profile& profile = *reader.ccid;
  const ccid_function::Endpoints& ccid = profile.ccid.endpoints;
  const std::uint16_t bulk = bulk_packet_size(profile.speed);
  const bool tpdu = (profile.ccid.descriptor.dwFeatures & kApduLevels) == 0;
  usb_conversations_.resize(profile.ccid.slots.size());
  const auto ccid_tap = [&](trace::Way way) {
    return keep(std::make_unique<trace::CcidTap>(usb_conversations_, way, tpdu));
  };

  channel::UsbConfig usb;
  usb.host = reader.host;
  usb.device = reader.role;
  usb.speed = profile.speed;
  usb.describe_control = describe_control_out;
  usb.describe_control_in = describe_control_in;
  usb.endpoints.push_back({ccid.bulk_out, bulk, 0, false, "ccid bulk-out", describe_ccid_out,
                           ccid_tap(trace::Way::kToCard)});
  usb.endpoints.push_back({ccid.bulk_in, bulk, 0, false, "ccid bulk-in", describe_ccid_in,
                           ccid_tap(trace::Way::kFromCard)});
  if (ccid.interrupt_in != 0) {
    usb.endpoints.push_back({ccid.interrupt_in, 64, profile.interrupt_bInterval, true,
                             "ccid interrupt", describe_ccid_interrupt, nullptr});
  }
  if (reader.face != nullptr) {
    const cdc_acm_function::CdcAcmParameters& link = reader.face->link;
    usb.endpoints.push_back({link.out_endpoint, link.max_packet_size, 0, false, "link bulk-out",
                             nullptr, keep(std::make_unique<trace::LinkTap>())});
    usb.endpoints.push_back({link.in_endpoint, link.max_packet_size, 0, false, "link bulk-in",
                             nullptr, keep(std::make_unique<trace::LinkTap>())});
    usb.endpoints.push_back({link.notification_endpoint, 64, 16, true, "link interrupt", nullptr,
                             nullptr});
  }
  return usb;
}

void ReaderWires::add_field(channel::Context& context, const ReaderOnWires& reader,
                            Medium medium) {
  const bool contactless = medium == Medium::kContactless;
  conversations_.push_back(std::make_unique<trace::CardConversation>());
  trace::CardConversation& conversation = *conversations_.back();
  slots_.push_back(std::make_unique<channel::FieldChannel>(
      context, reader.role, fmt::format("slot {}", slots_.size()),
      contactless ? describe_contactless : describe_contact,
      keep(std::make_unique<trace::FieldTap>(conversation, trace::Way::kToCard, contactless)),
      keep(std::make_unique<trace::FieldTap>(conversation, trace::Way::kFromCard, contactless))));
  media_.push_back(medium);
  // The face-auth reader sees a card lie there; another contactless reader polls.
  if (contactless && reader.face == nullptr) slots_.back()->notices_by_answer();
}

}  // namespace uketsuke::bench
