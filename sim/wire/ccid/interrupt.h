// Messages on the interrupt pipe of a CCID.
// USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 6.3.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::ccid {

// 6.3.1: two bits per slot, slot 0 in bits 1..0 of the first byte: bit 0 present, bit 1 changed.
struct RDR_to_PC_NotifySlotChange { Bytes bmSlotICCState; };
// 6.3.2
struct RDR_to_PC_HardwareError {
  std::uint8_t bSlot = 0, bSeq = 0;
  std::uint8_t bHardwareErrorCode = 1;  // 01h: overcurrent
};
using InterruptMessage = std::variant<RDR_to_PC_NotifySlotChange, RDR_to_PC_HardwareError>;

struct SlotIccState { bool present = false; bool changed = false; };
// Bytes of bmSlotICCState for so many slots.
constexpr std::size_t slot_icc_state_size(std::size_t slots) { return (2 * slots + 7) / 8; }
// A slot beyond the message reads as absent and unchanged.
SlotIccState slot_icc_state(const RDR_to_PC_NotifySlotChange& message, std::size_t slot);
// The slot must lie within bmSlotICCState.
void set_slot_icc_state(RDR_to_PC_NotifySlotChange& message, std::size_t slot, SlotIccState state);

// True if bits beyond the last slot, which fill up the last byte, are all zero.
bool padding_is_zero(const RDR_to_PC_NotifySlotChange& message, std::size_t slots);

// Errors: kTooShort, kTooLong, kUnknownType. slots: bMaxSlotIndex + 1 of the reader, which fixes
// the length of NotifySlotChange.
Result<InterruptMessage> decode_interrupt(ByteView bytes, std::size_t slots);
Bytes encode(const InterruptMessage& message);
std::string describe(const InterruptMessage& message);

}  // namespace uketsuke::wire::ccid
