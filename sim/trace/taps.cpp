#include "sim/trace/taps.h"

#include <fmt/format.h>

#include <utility>

#include "sim/wire/ccid/message.h"

namespace uketsuke::trace {
namespace {

void mask_from(std::size_t from, wire::ByteView bytes, std::vector<MaskRange>& ranges) {
  if (bytes.size() > from)
    ranges.push_back(
        {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(bytes.size() - from)});
}

bool secret(const wire::reader_link::Message& message) {
  using namespace wire::reader_link;
  return std::holds_alternative<CheckPasscode>(message.body) ||
         std::holds_alternative<MatchFace>(message.body) ||
         std::holds_alternative<CardFaceScanned>(message.body);
}

}  // namespace

std::string ApduTap::mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) {
  conversation_.apdu(way_, bytes, 0, ranges);
  return {};
}

std::string FieldTap::mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) {
  if (contactless_) {
    conversation_.frame(way_, bytes, ranges);
    return {};
  }
  return conversation_.characters(way_, bytes, ranges);
}

void CcidTap::distrust() {
  damaged_ = true;
  for (CardConversation& slot : slots_) slot.distrust();
}

std::string CcidTap::mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) {
  using wire::ccid::bMessageType;
  constexpr std::size_t kHeader = wire::ccid::kHeaderLength;
  if (std::exchange(damaged_, false)) {
    mask_from(kHeader, bytes, ranges);
    return {};
  }
  if (bytes.size() < kHeader) return {};
  const auto type = static_cast<bMessageType>(bytes[0]);
  const std::uint8_t slot = bytes[5];
  switch (type) {
    case bMessageType::kPC_to_RDR_Escape:
    case bMessageType::kRDR_to_PC_Escape: mask_from(kHeader, bytes, ranges); return {};
    case bMessageType::kPC_to_RDR_IccPowerOn:
    case bMessageType::kPC_to_RDR_IccPowerOff:
      if (slot < slots_.size()) slots_[slot].reset();
      return {};
    case bMessageType::kPC_to_RDR_XfrBlock:
    case bMessageType::kRDR_to_PC_DataBlock: break;
    default:
      // A message of no known type may be a damaged one with data.
      if (wire::ccid::to_string(type).rfind("message type", 0) == 0)
        mask_from(kHeader, bytes, ranges);
      return {};
  }
  if (bytes.size() == kHeader) return {};
  const wire::ByteView data = bytes.subspan(kHeader);
  const bool down = type == bMessageType::kPC_to_RDR_XfrBlock;
  if (slot >= slots_.size() || down != (way_ == Way::kToCard)) {
    mask_from(kHeader, bytes, ranges);
    return {};
  }
  const std::uint16_t level =
      down ? static_cast<std::uint16_t>(bytes[8] | bytes[9] << 8) : bytes[9];
  payload(slots_[slot], data, level, ranges);
  return {};
}

// CCID 1.1, 6.1.4 wLevelParameter and 6.2.1 bChainParameter: 0 whole, 1 begins, 2 ends, 3 goes on.
void CcidTap::payload(CardConversation& slot, wire::ByteView data, std::uint16_t level,
                      std::vector<MaskRange>& ranges) {
  constexpr std::uint32_t kHeader = wire::ccid::kHeaderLength;
  if (tpdu_ && slot.t1_block(way_, data, kHeader, ranges)) return;
  slot.part(way_, data, level == 0 || level == 1, level == 0 || level == 2, kHeader, ranges);
}

std::string LinkTap::mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) {
  using namespace wire::reader_link;
  std::string text;
  bool plain = !bytes.empty() && bytes.front() == kFlag && bytes.back() == kFlag;
  for (const Deframed& item : deframer_.take(bytes)) {
    if (!text.empty()) text += "; ";
    if (const auto* error = std::get_if<FrameError>(&item)) {
      text += fmt::format("bad frame: {}", to_string(error->code));
      plain = false;
      continue;
    }
    const auto message = decode(std::get<Frame>(item).payload);
    if (!message) {
      text += fmt::format("undecodable message: {}", wire::to_string(message.error()));
      plain = false;
      continue;
    }
    text += describe(*message);
    plain = plain && !secret(*message);
  }
  if (!plain) mask_from(0, bytes, ranges);
  return text.empty() ? std::string("part of a frame") : text;
}

std::string DescribedTap::mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) {
  mask_from(0, bytes, ranges);
  return describe_(bytes);
}

}  // namespace uketsuke::trace
