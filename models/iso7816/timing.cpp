#include "models/iso7816/timing.h"

#include <algorithm>
#include <utility>

namespace uketsuke::iso7816 {
namespace {

constexpr std::uint64_t kMicrosPerSecond = 1000000;
constexpr std::uint64_t kAtrDelayCycles = 4000;
constexpr std::uint32_t kCarrierHz = 13560000;  // ISO/IEC 14443-2: fc

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

}  // namespace

Micros cycles_to_micros(std::uint64_t cycles, std::uint32_t clock_hz) {
  return divide_up(cycles * kMicrosPerSecond, std::max<std::uint32_t>(clock_hz, 1));
}

Micros etu_to_micros(std::uint64_t etu, const EtuClock& clock) {
  const std::uint64_t f = std::max<std::uint32_t>(clock.clock_hz, 1);
  const std::uint64_t d = std::max<std::uint8_t>(clock.d, 1);
  return divide_up(etu * clock.f_cycles * kMicrosPerSecond, d * f);
}

std::uint32_t etu_ns(const EtuClock& clock) {
  const std::uint64_t f = std::max<std::uint32_t>(clock.clock_hz, 1);
  const std::uint64_t d = std::max<std::uint8_t>(clock.d, 1);
  return static_cast<std::uint32_t>(divide_up(clock.f_cycles * std::uint64_t{1000000000}, d * f));
}

std::uint32_t character_ns(const EtuClock& clock, std::uint8_t extra_guard_n, bool t1) {
  std::uint64_t etu = 12u + extra_guard_n;
  if (extra_guard_n == 255) etu = t1 ? 11 : 12;
  const std::uint64_t f = std::max<std::uint32_t>(clock.clock_hz, 1);
  const std::uint64_t d = std::max<std::uint8_t>(clock.d, 1);
  return static_cast<std::uint32_t>(divide_up(etu * clock.f_cycles * 1000000000u, d * f));
}

wire::field::Burst burst_of(wire::Bytes data, const EtuClock& clock, std::uint8_t extra_guard_n,
                            bool t1) {
  wire::field::Burst burst{std::move(data), character_ns(clock, extra_guard_n, t1), {}};
  burst.etu_ns = etu_ns(clock);
  return burst;
}

std::uint32_t t1_block_guard_ns(const EtuClock& clock) {
  return character_ns(clock, 255, true);
}

std::uint32_t atr_delay_ns(std::uint32_t clock_hz) {
  const std::uint64_t f = std::max<std::uint32_t>(clock_hz, 1);
  return static_cast<std::uint32_t>(kAtrDelayCycles * 1000000000u / f);
}

Micros t0_waiting_time(std::uint8_t wi, const EtuClock& clock) {
  return cycles_to_micros(std::uint64_t{wi} * 960 * clock.f_cycles, clock.clock_hz);
}

Micros t1_block_waiting_time(std::uint8_t bwi, const EtuClock& clock) {
  const unsigned exponent = std::min<unsigned>(bwi, 15);
  return etu_to_micros(11, clock) +
         cycles_to_micros((std::uint64_t{1} << exponent) * 960 * 372, clock.clock_hz);
}

Micros t1_character_waiting_time(std::uint8_t cwi, const EtuClock& clock) {
  return etu_to_micros(11 + (std::uint64_t{1} << std::min<unsigned>(cwi, 15)), clock);
}

Micros frame_waiting_time(std::uint8_t fwi) {
  return cycles_to_micros(std::uint64_t{256 * 16} << std::min<unsigned>(fwi, 14), kCarrierHz);
}

}  // namespace uketsuke::iso7816
