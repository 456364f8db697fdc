// Durations of ISO/IEC 7816-3:2006 and ISO/IEC 14443, and the one place where clock cycles become
// microseconds. Convention of this folder: a field Burst is handed to a machine when its last
// character has ended, so every waiting time started here has the time of the longest permitted
// answer added.
#pragma once

#include <cstdint>

#include "sim/wire/field/signal.h"
#include "sim/wire/timer.h"

namespace uketsuke::iso7816 {

using wire::Micros;

// Clock and divider of a contact interface. etu = F / (D * f) (7.1).
struct EtuClock {
  std::uint32_t clock_hz = 3571200;  // 372 * 9600: initial etu 1/9600 s
  std::uint16_t f_cycles = 372;
  std::uint8_t d = 1;
};

// Rounded up, so that a waiting time is never cut. clock_hz 0 counts as 1.
Micros cycles_to_micros(std::uint64_t cycles, std::uint32_t clock_hz);
Micros etu_to_micros(std::uint64_t etu, const EtuClock& clock);
std::uint32_t etu_ns(const EtuClock& clock);
// One character of 12 etu (11 when extra guard time is 255 and T=1) plus N, for
// Burst::character_ns.
std::uint32_t character_ns(const EtuClock& clock, std::uint8_t extra_guard_n, bool t1);

// Characters as this side sends them at this clock.
wire::field::Burst burst_of(wire::Bytes data, const EtuClock& clock, std::uint8_t extra_guard_n,
                            bool t1);

// Silence before a T=1 block, for Burst::delay_ns: what is left of BGT, 22 etu between the leading
// edges of characters in opposite directions (11.4.3), after the last character's own 11 etu.
std::uint32_t t1_block_guard_ns(const EtuClock& clock);
// From RST to the first character of the ATR, for Burst::delay_ns: 400 to 40 000 clock cycles
// (6.2.2); a value in between.
std::uint32_t atr_delay_ns(std::uint32_t clock_hz);

Micros t0_waiting_time(std::uint8_t wi, const EtuClock& clock);             // WT (10.2)
Micros t1_block_waiting_time(std::uint8_t bwi, const EtuClock& clock);      // BWT (11.4.3)
Micros t1_character_waiting_time(std::uint8_t cwi, const EtuClock& clock);  // CWT (11.4.3)
// FWT = 256 * 16 / fc * 2^FWI, FWI at most 14 (ISO/IEC 14443-3, 7.9.4.3); fc = 13.56 MHz.
Micros frame_waiting_time(std::uint8_t fwi);

}  // namespace uketsuke::iso7816
