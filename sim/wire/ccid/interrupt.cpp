#include "sim/wire/ccid/interrupt.h"

#include <fmt/format.h>

#include <boost/assert.hpp>

#include "sim/wire/ccid/message.h"

namespace uketsuke::wire::ccid {
namespace {

constexpr auto kNotify = static_cast<std::uint8_t>(bMessageType::kRDR_to_PC_NotifySlotChange);
constexpr auto kHardware = static_cast<std::uint8_t>(bMessageType::kRDR_to_PC_HardwareError);

}  // namespace

SlotIccState slot_icc_state(const RDR_to_PC_NotifySlotChange& message, std::size_t slot) {
  if (slot / 4 >= message.bmSlotICCState.size()) return {};
  const unsigned bits = message.bmSlotICCState[slot / 4] >> (2 * (slot % 4));
  return {(bits & 1) != 0, (bits & 2) != 0};
}

void set_slot_icc_state(RDR_to_PC_NotifySlotChange& message, std::size_t slot, SlotIccState state) {
  BOOST_ASSERT_MSG(slot / 4 < message.bmSlotICCState.size(), "slot outside bmSlotICCState");
  const unsigned shift = 2 * (slot % 4);
  const unsigned bits = (state.present ? 1U : 0U) | (state.changed ? 2U : 0U);
  std::uint8_t& byte = message.bmSlotICCState[slot / 4];
  byte = static_cast<std::uint8_t>((byte & ~(3U << shift)) | bits << shift);
}

bool padding_is_zero(const RDR_to_PC_NotifySlotChange& message, std::size_t slots) {
  for (std::size_t slot = slots; slot < 4 * message.bmSlotICCState.size(); ++slot) {
    const SlotIccState state = slot_icc_state(message, slot);
    if (state.present || state.changed) return false;
  }
  return true;
}

Result<InterruptMessage> decode_interrupt(ByteView bytes, std::size_t slots) {
  ByteReader in(bytes);
  const std::uint8_t type = in.read_u8("bMessageType");
  if (!in.ok()) return in.error();
  InterruptMessage message;
  if (type == kNotify) {
    message = RDR_to_PC_NotifySlotChange{
        in.read_bytes(slot_icc_state_size(slots), "bmSlotICCState")};
  } else if (type == kHardware) {
    RDR_to_PC_HardwareError error;
    error.bSlot = in.read_u8("bSlot");
    error.bSeq = in.read_u8("bSeq");
    error.bHardwareErrorCode = in.read_u8("bHardwareErrorCode");
    message = error;
  } else {
    return DecodeError{DecodeErrc::kUnknownType, 0, "bMessageType"};
  }
  if (in.ok() && in.left() != 0) in.fail(DecodeErrc::kTooLong, "interrupt message");
  if (!in.ok()) return in.error();
  return message;
}

Bytes encode(const InterruptMessage& message) {
  if (const auto* error = std::get_if<RDR_to_PC_HardwareError>(&message)) {
    return {kHardware, error->bSlot, error->bSeq, error->bHardwareErrorCode};
  }
  const auto& notify = std::get<RDR_to_PC_NotifySlotChange>(message);
  ByteWriter out;
  out.write_u8(kNotify);
  out.write_bytes(notify.bmSlotICCState);
  return out.take();
}

std::string describe(const InterruptMessage& message) {
  if (const auto* error = std::get_if<RDR_to_PC_HardwareError>(&message)) {
    return fmt::format("RDR_to_PC_HardwareError slot={} seq={} code={:02x}{}", error->bSlot,
                       error->bSeq, error->bHardwareErrorCode,
                       error->bHardwareErrorCode == 1 ? " (overcurrent)" : "");
  }
  const auto& notify = std::get<RDR_to_PC_NotifySlotChange>(message);
  std::string text = "RDR_to_PC_NotifySlotChange " + to_hex(notify.bmSlotICCState);
  for (std::size_t slot = 0; slot < notify.bmSlotICCState.size() * 4; ++slot) {
    const SlotIccState state = slot_icc_state(notify, slot);
    if (!state.present && !state.changed) continue;
    text += fmt::format(" slot {}:{}{}", slot, state.present ? "present" : "absent",
                        state.changed ? ",changed" : "");
  }
  return text;
}

}  // namespace uketsuke::wire::ccid
