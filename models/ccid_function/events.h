// What goes into and comes out of a CCID function besides USB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/wire/field/signal.h"
#include "sim/wire/timer.h"

namespace uketsuke::ccid_function {

// ---- in
struct FromField { std::uint8_t slot = 0; wire::field::ToReader signal; };
// digits: secret. The person confirmed with the OK key.
struct PinEntered { std::uint8_t slot = 0; std::string digits; };
struct PinCancelled { std::uint8_t slot = 0; };
// Too much current at the contacts: 6.3.2, code 01h.
struct Overcurrent { std::uint8_t slot = 0; };
using ReaderEvent =
    std::variant<FromField, wire::TimerExpired, PinEntered, PinCancelled, Overcurrent>;

// ---- out
struct ToField { std::uint8_t slot = 0; wire::field::ToCard signal; };
enum class PinPurpose : std::uint8_t { kVerify, kOld, kNew, kConfirm };
std::string_view to_string(PinPurpose purpose);
// The pad asks a person for digits; asked again if their number was outside min..max.
struct AskPin {
  std::uint8_t slot = 0;
  PinPurpose purpose = PinPurpose::kVerify;
  std::uint8_t min = 0, max = 0;
  std::uint32_t timeout_s = 0;
};
enum class PinEnd : std::uint8_t {
  kTaken, kCancelled, kTimedOut, kCardRemoved, kAborted, kMismatch, kReset,
};
std::string_view to_string(PinEnd end);
// The pad's display is cleared.
struct PinDone { std::uint8_t slot = 0; PinEnd end = PinEnd::kTaken; };
// Something that the model does not know was asked for and refused as not supported (an unknown
// message, class request or Escape), or has no effect (Mechanical, RFU bytes that are not zero).
// Not for what the descriptor does not announce: that is refused as the standard says.
struct Unmodelled { std::string what; };
using ReaderEffect =
    std::variant<ToField, wire::StartTimer, wire::StopTimer, AskPin, PinDone, Unmodelled>;
using ReaderEffects = std::vector<ReaderEffect>;

std::string describe(const ReaderEvent& event);    // digits are never shown
std::string describe(const ReaderEffect& effect);

}  // namespace uketsuke::ccid_function
