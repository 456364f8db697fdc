#include "harness/conformance/probe_usb.h"

#include <utility>

namespace uketsuke::conformance {
namespace {

using namespace wire::usb;

// For a route to give back what was cancelled.
constexpr wire::Micros kCancelUs = 2'000'000;
// Reset and recovery (USB 2.0, 7.1.7.5: 10 ms or more, then 10 ms), for a wire that tells nothing.
constexpr wire::Micros kResetUs = 200'000;

Ended ended_of(TransferStatus status) {
  switch (status) {
    case TransferStatus::kCompleted: return Ended::kDone;
    case TransferStatus::kStalled: return Ended::kStalled;
    case TransferStatus::kTimedOut:
    case TransferStatus::kCancelled: return Ended::kTimedOut;
    case TransferStatus::kNoDevice: return Ended::kNoDevice;
    case TransferStatus::kOverflow:
    case TransferStatus::kError: break;
  }
  return Ended::kFailed;
}

}  // namespace

ProbeUsb::ProbeUsb(sc_core::sc_module_name name, kernel::Simulation& simulation,
                   channel::UsbHostPort& port)
    : Module(name, simulation), port_(port) {
  listen({&port_.to_host().event()});
}

void ProbeUsb::wake() {
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

Reply ProbeUsb::finish(Transfer transfer, wire::Micros limit_us) {
  Reply reply;
  reply.begun_us = reply.ended_us = simulation_.now_us();
  if (!attached_) {
    reply.ended = Ended::kNoDevice;
    return reply;
  }
  transfer.id = open_ = next_id_++;
  completion_.reset();
  port_.submit(std::move(transfer));
  const auto ended = [this] { return done(); };
  if (simulation_.run_until(ended, reply.begun_us + limit_us) !=
      kernel::Simulation::Stop::kCondition) {
    port_.cancel(open_);
    simulation_.run_until(ended, simulation_.now_us() + kCancelUs);
  }
  open_ = 0;
  reply.ended_us = simulation_.now_us();
  if (!completion_) {
    reply.ended = attached_ ? Ended::kTimedOut : Ended::kNoDevice;
    return reply;
  }
  reply.ended = ended_of(completion_->status);
  reply.actual = completion_->actual_length;
  reply.data = std::move(completion_->data);
  return reply;
}

Reply ProbeUsb::perform(const ControlDeed& deed) {
  Transfer transfer;
  transfer.type = TransferType::kControl;
  transfer.setup = deed.setup;
  transfer.data = deed.data;
  transfer.length = deed.setup.wLength;
  return finish(std::move(transfer), deed.limit_us);
}

Reply ProbeUsb::perform(const OutDeed& deed) {
  Transfer transfer;
  transfer.bEndpointAddress = deed.bEndpointAddress;
  transfer.data = deed.data;
  return finish(std::move(transfer), deed.limit_us);
}

Reply ProbeUsb::perform(const InDeed& deed) {
  Transfer transfer;
  transfer.bEndpointAddress = deed.bEndpointAddress;
  transfer.type = deed.interrupt ? TransferType::kInterrupt : TransferType::kBulk;
  transfer.length = deed.length;
  return finish(std::move(transfer), deed.limit_us);
}

Reply ProbeUsb::perform(const ResetDeed& deed) {
  Reply reply;
  reply.begun_us = simulation_.now_us();
  const std::uint32_t before = arrivals_;
  port_.reset();
  // A route tells of a reset by Detached and Attached; the model's wire by nothing.
  const bool told = simulation_.run_until([&] { return arrivals_ != before; },
                                          reply.begun_us + kResetUs) ==
                    kernel::Simulation::Stop::kCondition;
  if (!told && !attached_) run_until_attached(true, deed.limit_us);
  reply.ended_us = simulation_.now_us();
  if (!attached_) reply.ended = Ended::kNoDevice;
  return reply;
}

bool ProbeUsb::run_until_attached(bool attached, wire::Micros limit_us) {
  return simulation_.run_until([&] { return attached_ == attached; },
                               simulation_.now_us() + limit_us) ==
         kernel::Simulation::Stop::kCondition;
}

}  // namespace uketsuke::conformance
