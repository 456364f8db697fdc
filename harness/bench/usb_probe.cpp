#include "harness/bench/usb_probe.h"

#include <utility>

namespace uketsuke::bench {
namespace {

using namespace wire::usb;

// For a route to give back what was cancelled.
constexpr wire::Micros kCancelUs = 2'000'000;
// Reset and recovery (USB 2.0, 7.1.7.5: 10 ms or more, then 10 ms), for a wire that tells nothing.
constexpr wire::Micros kResetUs = 200'000;

}  // namespace

UsbProbe::UsbProbe(sc_core::sc_module_name name, kernel::Simulation& simulation,
                   channel::UsbHostPort& port)
    : Module(name, simulation), port_(port) {
  listen({&port_.to_host().event()});
}

void UsbProbe::wake() {
  port_.to_host().drain([this](HostEvent&& event) {
    if (const auto* attached = std::get_if<Attached>(&event)) {
      attached_ = true;
      ++arrivals_;
      speed_ = attached->speed;
    } else if (std::holds_alternative<Detached>(event)) {
      attached_ = false;
    } else if (auto& completion = std::get<Completion>(event); completion.id == open_) {
      completion_ = std::move(completion);
    }
  });
}

UsbOutcome UsbProbe::perform(Transfer transfer, wire::Micros limit_us) {
  UsbOutcome outcome;
  outcome.begun_us = outcome.ended_us = simulation_.now_us();
  if (!attached_) return outcome;
  transfer.id = open_ = next_id_++;
  completion_.reset();
  port_.submit(std::move(transfer));
  const auto ended = [this] { return completion_.has_value(); };
  outcome.in_time = simulation_.run_until(ended, outcome.begun_us + limit_us) ==
                    kernel::Simulation::Stop::kCondition;
  if (!outcome.in_time) {
    port_.cancel(open_);
    simulation_.run_until(ended, simulation_.now_us() + kCancelUs);
  }
  open_ = 0;
  outcome.ended_us = simulation_.now_us();
  outcome.completion = std::exchange(completion_, std::nullopt);
  return outcome;
}

void UsbProbe::reset(wire::Micros limit_us) {
  const std::uint32_t before = arrivals_;
  port_.reset();
  // A route tells of a reset by Detached and Attached; the model's wire by nothing.
  const bool told = simulation_.run_until([&] { return arrivals_ != before; },
                                          simulation_.now_us() + kResetUs) ==
                    kernel::Simulation::Stop::kCondition;
  if (!told && !attached_) run_until_attached(true, limit_us);
}

bool UsbProbe::run_until_attached(bool attached, wire::Micros limit_us) {
  return simulation_.run_until([&] { return attached_ == attached; },
                               simulation_.now_us() + limit_us) ==
         kernel::Simulation::Stop::kCondition;
}

}  // namespace uketsuke::bench
