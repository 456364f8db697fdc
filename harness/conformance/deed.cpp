#include "harness/conformance/deed.h"

namespace uketsuke::conformance {
namespace {

constexpr Ended kEnded[] = {Ended::kDone,   Ended::kStalled, Ended::kTimedOut,
                                 Ended::kNoDevice, Ended::kFailed,  Ended::kUnable,
                                 Ended::kRefused};

}  // namespace

std::string_view to_string(Ended ended) {
  switch (ended) {
    case Ended::kDone: return "done";
    case Ended::kStalled: return "stalled";
    case Ended::kTimedOut: return "timed_out";
    case Ended::kNoDevice: return "no_device";
    case Ended::kFailed: return "failed";
    case Ended::kUnable: return "unable";
    case Ended::kRefused: break;
  }
  return "refused";
}

std::optional<Ended> ended_from(std::string_view name) {
  for (const Ended ended : kEnded)
    if (to_string(ended) == name) return ended;
  return std::nullopt;
}

}  // namespace uketsuke::conformance
