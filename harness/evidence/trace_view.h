// A trace (one JSON object a line) as lines for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/verdict.h"

namespace uketsuke::evidence {

struct TraceLine {
  std::uint64_t number = 0;  // in the file, from 1
  std::string time;          // "12.345" ms; empty: the line has none
  std::string who;           // direction, wire, kind
  verdict::Text decoded;
  std::string hex;  // cut where it is long
};

struct TraceView {
  std::vector<TraceLine> lines;  // those around the marked ones, or the last ones
  std::uint64_t left_out = 0;    // how many are not shown
};

// Lines that are no JSON object are shown as they are. Members: "t_us" or "t_ns" the time,
// "decoded" or "text" what it says (text, or {"ja", "en"}), "hex" its bytes; other words and
// numbers stand before it.
TraceView view_of(std::string_view trace, const std::vector<std::uint64_t>& marked);

}  // namespace uketsuke::evidence
