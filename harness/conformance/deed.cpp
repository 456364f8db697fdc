#include "harness/conformance/deed.h"

namespace uketsuke::conformance {
namespace {

constexpr Outcome kOutcomes[] = {Outcome::kDone,   Outcome::kStalled, Outcome::kTimedOut,
                                 Outcome::kNoDevice, Outcome::kFailed,  Outcome::kUnable,
                                 Outcome::kRefused};

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDone: return "done";
    case Outcome::kStalled: return "stalled";
    case Outcome::kTimedOut: return "timed_out";
    case Outcome::kNoDevice: return "no_device";
    case Outcome::kFailed: return "failed";
    case Outcome::kUnable: return "unable";
    case Outcome::kRefused: break;
  }
  return "refused";
}

std::optional<Outcome> outcome_from(std::string_view name) {
  for (const Outcome outcome : kOutcomes)
    if (to_string(outcome) == name) return outcome;
  return std::nullopt;
}

}  // namespace uketsuke::conformance
