#include "models/ccid_function/events.h"

#include <fmt/format.h>

namespace uketsuke::ccid_function {
namespace {

namespace field = wire::field;

std::string describe_signal(const field::ToCard& signal) {
  if (const auto* on = std::get_if<field::PowerOn>(&signal)) {
    static constexpr const char* kClasses[] = {"5V", "3V", "1.8V"};
    return fmt::format("power on {}", kClasses[static_cast<unsigned>(on->voltage) % 3]);
  }
  if (std::holds_alternative<field::WarmReset>(signal)) return "warm reset";
  if (std::holds_alternative<field::PowerOff>(signal)) return "power off";
  if (const auto* error = std::get_if<field::ErrorSignal>(&signal)) {
    return fmt::format("error signal at {}", error->at);
  }
  if (const auto* clock = std::get_if<field::Clock>(&signal)) {
    return fmt::format("clock {} Hz", clock->clock_hz);
  }
  return fmt::format("burst of {} bytes", std::get<field::Burst>(signal).data.size());
}

std::string describe_signal(const field::ToReader& signal) {
  if (std::holds_alternative<field::Inserted>(signal)) return "card inserted";
  if (std::holds_alternative<field::Removed>(signal)) return "card removed";
  if (std::holds_alternative<field::Overcurrent>(signal)) return "overcurrent";
  if (const auto* error = std::get_if<field::ErrorSignal>(&signal)) {
    return fmt::format("error signal at {}", error->at);
  }
  return fmt::format("burst of {} bytes", std::get<field::Burst>(signal).data.size());
}

}  // namespace

std::string_view to_string(PinPurpose purpose) {
  switch (purpose) {
    case PinPurpose::kVerify: return "verify";
    case PinPurpose::kOld: return "old";
    case PinPurpose::kNew: return "new";
    case PinPurpose::kConfirm: return "confirm";
  }
  return "?";
}

std::string_view to_string(PinEnd end) {
  switch (end) {
    case PinEnd::kTaken: return "taken";
    case PinEnd::kCancelled: return "cancelled";
    case PinEnd::kTimedOut: return "timed out";
    case PinEnd::kCardRemoved: return "card removed";
    case PinEnd::kAborted: return "aborted";
    case PinEnd::kMismatch: return "new PINs differ";
    case PinEnd::kReset: return "reset";
  }
  return "?";
}

std::string describe(const ReaderEvent& event) {
  if (const auto* e = std::get_if<FromField>(&event)) {
    return fmt::format("slot {}: {}", e->slot, describe_signal(e->signal));
  }
  if (const auto* e = std::get_if<wire::TimerExpired>(&event)) {
    return fmt::format("timer {} expired", e->id);
  }
  if (const auto* e = std::get_if<PinEntered>(&event)) {
    return fmt::format("slot {}: PIN entered", e->slot);
  }
  if (const auto* e = std::get_if<PinCancelled>(&event)) {
    return fmt::format("slot {}: PIN cancelled", e->slot);
  }
  return fmt::format("slot {}: overcurrent", std::get<Overcurrent>(event).slot);
}

std::string describe(const ReaderEffect& effect) {
  if (const auto* e = std::get_if<ToField>(&effect)) {
    return fmt::format("slot {}: {}", e->slot, describe_signal(e->signal));
  }
  if (const auto* e = std::get_if<wire::StartTimer>(&effect)) {
    return fmt::format("start timer {} for {} us", e->id, e->duration_us);
  }
  if (const auto* e = std::get_if<wire::StopTimer>(&effect)) {
    return fmt::format("stop timer {}", e->id);
  }
  if (const auto* e = std::get_if<AskPin>(&effect)) {
    return fmt::format("slot {}: ask PIN ({}) min={} max={} timeout={}s", e->slot,
                       to_string(e->purpose), e->min, e->max, e->timeout_s);
  }
  if (const auto* e = std::get_if<PinDone>(&effect)) {
    return fmt::format("slot {}: PIN entry over: {}", e->slot, to_string(e->end));
  }
  return "not modelled: " + std::get<Unmodelled>(effect).what;
}

}  // namespace uketsuke::ccid_function
