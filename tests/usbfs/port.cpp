#include "tests/usbfs/port.h"

#include <fmt/format.h>

#include <utility>

namespace uketsuke::usbfs {

using namespace wire::usb;

namespace {

constexpr auto kResetLimit = std::chrono::seconds(2);

usb_host::HostParameters behind_a_route() {
  usb_host::HostParameters parameters;
  parameters.sets_address = false;
  return parameters;
}

std::string pipe_of(const Transfer& transfer) {
  if (transfer.type == TransferType::kControl) return "control";
  return fmt::format("{} {:02x}", (transfer.bEndpointAddress & 0x80) != 0 ? "in" : "out",
                     transfer.bEndpointAddress);
}

}  // namespace

Port::Port(std::unique_ptr<gateway::UsbRoute> route, Hooks hooks)
    : hooks_(std::move(hooks)), host_(behind_a_route()), route_(std::move(route)) {}

void Port::start() {
  route_->start([this](gateway::RouteEvent event) { take(std::move(event)); });
}

std::uint64_t Port::submit(Transfer transfer, Ended ended) {
  std::uint64_t id = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    id = transfer.id = next_id_++;
    ++counters_.submitted[pipe_of(transfer)];
    open_.emplace(id, std::move(ended));
  }
  route_->submit(std::move(transfer));
  return id;
}

void Port::cancel(std::uint64_t id) { route_->cancel(id); }

void Port::reset(std::function<void(bool)> done) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    reset_done_ = std::move(done);
    reset_begin_ = Clock::now();
  }
  route_->reset();
}

void Port::tick() {
  std::function<void(bool)> done;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!reset_done_ || Clock::now() - reset_begin_ < kResetLimit) return;
    done = std::exchange(reset_done_, nullptr);
    present_ = false;
  }
  done(false);
  hooks_.left();
}

Counters Port::counters() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counters_;
}

void Port::perform(const usb_host::HostActions& actions, Calls& calls) {
  for (const usb_host::HostAction& action : actions) {
    if (const auto* transfer = std::get_if<Transfer>(&action)) {
      calls.push_back([this, transfer = *transfer] { route_->submit(transfer); });
    } else if (std::holds_alternative<usb_host::ResetPort>(action)) {
      calls.push_back([this] { route_->reset(); });
    } else if (const auto* enumerated = std::get_if<usb_host::Enumerated>(&action)) {
      if (auto done = std::exchange(reset_done_, nullptr)) {
        calls.push_back([done = std::move(done)] { done(true); });
      } else {
        calls.push_back([this, what = enumerated->description] { hooks_.arrived(what); });
      }
      present_ = true;
    }
  }
}

void Port::take(gateway::RouteEvent event) {
  auto* host_event = std::get_if<HostEvent>(&event);
  if (host_event == nullptr) return;
  Calls calls;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (auto* completion = std::get_if<Completion>(host_event)) {
      const auto found = open_.find(completion->id);
      if (found != open_.end()) {
        calls.push_back([ended = std::move(found->second), what = std::move(*completion)] {
          ended(what);
        });
        open_.erase(found);
      } else {
        perform(host_.handle(*host_event), calls);
      }
    } else {
      const bool left = std::holds_alternative<Detached>(*host_event);
      perform(host_.handle(*host_event), calls);
      if (left && !reset_done_ && std::exchange(present_, false))
        calls.push_back([this] { hooks_.left(); });
    }
  }
  for (const auto& call : calls) call();
}

}  // namespace uketsuke::usbfs
