#include "sim/channel/shared_usb_port.h"

#include <algorithm>
#include <utility>

namespace uketsuke::channel {

using namespace wire::usb;

SharedUsbPort::SharedUsbPort(kernel::Simulation& simulation, UsbHostPort& port)
    : port_(port), drivers_(*this), program_(*this, simulation) {}

// ---- the drivers' end

void SharedUsbPort::Drivers::submit(Transfer transfer) {
  if (transfer.type != TransferType::kControl) {
    const auto& held = shared_.held_endpoints_;
    if (std::find(held.begin(), held.end(), transfer.bEndpointAddress) != held.end()) {
      shared_.held_.push_back(std::move(transfer));
      return;
    }
    shared_.open_[transfer.id] = transfer.bEndpointAddress;
  }
  shared_.port_.submit(std::move(transfer));
}

void SharedUsbPort::Drivers::cancel(std::uint64_t id) {
  auto& held = shared_.held_;
  const auto found = std::find_if(held.begin(), held.end(),
                                  [id](const Transfer& transfer) { return transfer.id == id; });
  if (found == held.end()) return shared_.port_.cancel(id);
  held.erase(found);
  to_host().post(Completion{id, TransferStatus::kCancelled, {}, 0});
}

// ---- the program's end

void SharedUsbPort::Program::submit(Transfer transfer) {
  if (transfer.type == TransferType::kInterrupt && shared_.busy(transfer.bEndpointAddress)) {
    shared_.listeners_.push_back({transfer.id, transfer.bEndpointAddress, transfer.length});
    return;
  }
  transfer.id |= kProgramIds;
  shared_.port_.submit(std::move(transfer));
}

void SharedUsbPort::Program::cancel(std::uint64_t id) {
  auto& listeners = shared_.listeners_;
  const auto found = std::find_if(listeners.begin(), listeners.end(),
                                  [id](const Listener& listener) { return listener.id == id; });
  if (found == listeners.end()) return shared_.port_.cancel(id | kProgramIds);
  listeners.erase(found);
  shared_.complete(id, TransferStatus::kCancelled);
}

void SharedUsbPort::Program::reset() {
  if (shared_.reset_) return shared_.reset_();
  shared_.port_.reset();
}

// ---- what the port tells

void SharedUsbPort::complete(std::uint64_t id, TransferStatus status) {
  program_.to_host().post(Completion{id, status, {}, 0});
}

bool SharedUsbPort::take(const HostEvent& event) {
  const auto* completion = std::get_if<Completion>(&event);
  if (completion == nullptr) {
    forget();
    program_.to_host().post(event);
    return false;
  }
  if ((completion->id & kProgramIds) != 0) {
    Completion own = *completion;
    own.id &= ~kProgramIds;
    program_.to_host().post(std::move(own));
    return true;
  }
  const auto found = open_.find(completion->id);
  if (found == open_.end()) return false;
  const std::uint8_t endpoint = found->second;
  open_.erase(found);
  tell_listeners(endpoint, *completion);
  return false;
}

void SharedUsbPort::tell_listeners(std::uint8_t bEndpointAddress, const Completion& completion) {
  if (completion.status != TransferStatus::kCompleted) return;
  for (auto it = listeners_.begin(); it != listeners_.end();) {
    if (it->bEndpointAddress != bEndpointAddress) {
      ++it;
      continue;
    }
    Completion copy = completion;
    copy.id = it->id;
    if (copy.data.size() > it->room) copy = {it->id, TransferStatus::kOverflow, {}, 0};
    program_.to_host().post(std::move(copy));
    it = listeners_.erase(it);
  }
}

// The device is another one now, or gone: the drivers forget what they had under way there.
void SharedUsbPort::forget() {
  open_.clear();
  held_.clear();
  for (const Listener& listener : std::exchange(listeners_, {}))
    complete(listener.id, TransferStatus::kNoDevice);
}

bool SharedUsbPort::busy(std::uint8_t bEndpointAddress) const {
  return std::any_of(open_.begin(), open_.end(), [&](const auto& transfer) {
    return transfer.second == bEndpointAddress;
  });
}

void SharedUsbPort::release() {
  held_endpoints_.clear();
  for (Transfer& transfer : std::exchange(held_, {})) drivers_.submit(std::move(transfer));
}

}  // namespace uketsuke::channel
