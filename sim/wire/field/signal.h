// The field wire between a reader's interface chip and a card. Contact: ISO/IEC 7816-3:2006, 6
// (activation, resets) and 7 (characters). Contactless: ISO/IEC 14443 Type B, frames with CRC_B.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::field {

enum class Medium : std::uint8_t { kContact, kContactless };
enum class VoltageClass : std::uint8_t { kA5V, kB3V, kC1V8 };  // ISO/IEC 7816-3:2006, 5.1.3

// Reader to card.
// Contact: cold reset; contactless: field on. The clock is the contact CLK; 0: not told.
struct PowerOn { VoltageClass voltage = VoltageClass::kA5V; std::uint32_t clock_hz = 0; };
struct WarmReset {};  // contact only
struct PowerOff {};   // deactivation; field off
// Characters (contact) or one frame (contactless).
struct Burst {
  Bytes data;
  std::uint32_t character_ns = 0;          // time of one character with its guard time
  std::vector<std::uint16_t> parity_errors;  // indices into data of characters with wrong parity
  std::uint32_t delay_ns = 0;  // silence that the sender keeps before the first character
  std::uint32_t etu_ns = 0;    // contact: one etu as the sender counts it; 0: not told
};
// T=0, both ways: the receiver says that character `at` of the burst had wrong parity. What came
// after it is void, the sender goes on from there (ISO/IEC 7816-3:2006, 7.3; on the wire it would
// not have been sent yet).
struct ErrorSignal { std::uint16_t at = 0; };
// Contact: another frequency at CLK from now on (6.3.2); 0: stopped.
struct Clock { std::uint32_t clock_hz = 0; };
using ToCard = std::variant<PowerOn, WarmReset, PowerOff, Burst, ErrorSignal, Clock>;

// Card to reader. Inserted and Removed come from the person at the slot. Overcurrent: the card
// takes more current than its class allows (5.2.1); the reader's supply notices.
struct Inserted { Medium medium = Medium::kContact; };
struct Removed {};
struct Overcurrent {};
using ToReader = std::variant<Inserted, Removed, Burst, ErrorSignal, Overcurrent>;

}  // namespace uketsuke::wire::field
