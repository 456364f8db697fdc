// When a bound reader was not there: whoever reads a deviation has to know of it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/verdict/verdict.h"
#include "sim/wire/timer.h"

namespace uketsuke::bench {

class ReaderPresence {
 public:
  void begin_step(std::uint32_t step) { step_ = step; }  // from 1; 0: before the first
  void arrived(wire::Micros now_us);
  void gone(wire::Micros now_us);
  // Since the first step; `why` is what the route says of a reader that is not there now (may be
  // empty). Empty: it was always there.
  verdict::Text told(const verdict::Text& why) const;

 private:
  struct Absence {
    wire::Micros from_us = 0;
    std::uint32_t step = 0;
    std::optional<wire::Micros> until_us;
  };
  std::uint32_t step_ = 0;
  std::vector<Absence> absences_;  // the first ones
  std::uint32_t left_out_ = 0;
};

// What a reader that was last heard at `heard_us` lets suppose at `now_us`; empty: nothing.
verdict::Text told_silence(wire::Micros heard_us, wire::Micros now_us);

}  // namespace uketsuke::bench
