// Time below the SystemC shells: microseconds, and timers that a behaviour asks its shell for.
#pragma once

#include <cstdint>

namespace uketsuke::wire {

using Micros = std::uint64_t;

// Starting a timer that runs replaces it.
struct StartTimer { std::uint32_t id = 0; Micros duration_us = 0; };
struct StopTimer { std::uint32_t id = 0; };
struct TimerExpired { std::uint32_t id = 0; };

}  // namespace uketsuke::wire
