// A channel without time between a Host and a Device, for unit tests: transfers complete as soon as
// both sides are ready. Timers are noted and expire when the test says so. One fault can be laid
// over it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "models/usb_device/device.h"
#include "models/usb_host/host.h"

namespace uketsuke {

class Loop {
 public:
  Loop(usb_host::Host& host, usb_device::Device& device) : host_(host), device_(device) {}

  void attach() {
    from_device(device_.handle(wire::usb::BusReset{}));
    from_host(host_.handle(wire::usb::HostEvent{wire::usb::Attached{}}));
  }
  void detach() {
    ins_.clear();
    data_.clear();
    from_host(host_.handle(wire::usb::HostEvent{wire::usb::Detached{}}));
  }
  // Expires the timer that would end first; false if none runs.
  bool expire_next() {
    if (timers.empty()) return false;
    auto first = timers.begin();
    for (auto it = timers.begin(); it != timers.end(); ++it) {
      if (it->second < first->second) first = it;
    }
    const std::uint32_t id = first->first;
    now = first->second;
    timers.erase(first);
    from_host(host_.handle(wire::TimerExpired{id}));
    return true;
  }

  void from_host(const usb_host::HostActions& actions) {
    for (const auto& action : actions) queue_.push_back(action);
    if (running_) return;
    running_ = true;
    while (!queue_.empty()) {
      const usb_host::HostAction action = std::move(queue_.front());
      queue_.pop_front();
      perform(action);
    }
    running_ = false;
  }
  void from_device(const usb_device::UsbActions& actions) {
    for (const wire::usb::DeviceAction& action : actions) {
      if (const auto* in = std::get_if<wire::usb::InData>(&action)) {
        data_[in->bEndpointAddress].push_back(in->data);
        feed(in->bEndpointAddress);
      } else if (const auto* halt = std::get_if<wire::usb::HaltEndpoint>(&action)) {
        if (halt->halted) {
          halted_.insert(halt->bEndpointAddress);
          feed(halt->bEndpointAddress);
        } else {
          halted_.erase(halt->bEndpointAddress);
        }
      } else if (const auto* flush = std::get_if<wire::usb::FlushEndpoint>(&action)) {
        data_[flush->bEndpointAddress].clear();
      } else {
        answer_ = action;
      }
    }
  }
  void complete(std::uint64_t id, wire::usb::TransferStatus ended, wire::Bytes data = {},
                std::uint32_t actual = 0) {
    from_host(host_.handle(
        wire::usb::HostEvent{wire::usb::Completion{id, ended, std::move(data), actual}}));
  }

  // true: the transfer gets no answer (until it is cancelled).
  std::function<bool(const wire::usb::Transfer&)> swallow;
  // Another status than the device would give.
  std::function<wire::usb::TransferStatus(const wire::usb::Transfer&)> status;
  // Changes what the host receives.
  std::function<void(const wire::usb::Transfer&, wire::Bytes&)> damage;
  std::function<void()> after;  // after each step: lets the test empty queues

  std::map<std::uint32_t, wire::Micros> timers;  // id -> when it expires
  wire::Micros now = 0;
  std::string notices;  // E enumerated, F failed, L left, R port reset
  std::string failure;
  std::vector<std::string> transfers;  // descriptions, in order
  std::size_t pending_in() const { return ins_.size() + hung_.size(); }

 private:
  void perform(const usb_host::HostAction& action) {
    if (const auto* t = std::get_if<wire::usb::Transfer>(&action)) {
      submit(*t);
    } else if (const auto* c = std::get_if<usb_host::CancelTransfer>(&action)) {
      for (auto* list : {&ins_, &hung_}) {
        for (auto it = list->begin(); it != list->end(); ++it) {
          if (it->id != c->id) continue;
          list->erase(it);
          complete(c->id, wire::usb::TransferStatus::kCancelled);
          break;
        }
      }
    } else if (const auto* s = std::get_if<wire::StartTimer>(&action)) {
      timers[s->id] = now + s->duration_us;
    } else if (const auto* e = std::get_if<wire::StopTimer>(&action)) {
      timers.erase(e->id);
    } else if (std::holds_alternative<usb_host::ResetPort>(action)) {
      notices += "R";
      from_device(device_.handle(wire::usb::BusReset{}));
    } else if (const auto* f = std::get_if<usb_host::EnumerationFailed>(&action)) {
      notices += "F";
      failure = f->what;
    } else {
      notices += std::holds_alternative<usb_host::Enumerated>(action) ? "E" : "L";
    }
    if (after) after();
  }
  void submit(const wire::usb::Transfer& t) {
    using wire::usb::TransferStatus;
    transfers.push_back(describe(t));
    if (swallow && swallow(t)) return hung_.push_back(t);
    if (status) {
      const TransferStatus given = status(t);
      if (given != TransferStatus::kCompleted) return complete(t.id, given);
    }
    if (t.type == wire::usb::TransferType::kControl) {
      answer_ = wire::usb::ControlStall{};
      from_device(device_.handle(wire::usb::ControlRequest{t.setup, t.data}));
      if (std::holds_alternative<wire::usb::ControlStall>(answer_)) {
        complete(t.id, TransferStatus::kStalled);
      } else if (auto* d = std::get_if<wire::usb::ControlData>(&answer_)) {
        if (damage) damage(t, d->data);
        complete(t.id, TransferStatus::kCompleted, d->data);
      } else {
        complete(t.id, TransferStatus::kCompleted, {}, static_cast<std::uint32_t>(t.data.size()));
      }
    } else if ((t.bEndpointAddress & 0x80) == 0) {
      if (halted_.count(t.bEndpointAddress) > 0) return complete(t.id, TransferStatus::kStalled);
      complete(t.id, TransferStatus::kCompleted, {}, static_cast<std::uint32_t>(t.data.size()));
      from_device(device_.handle(wire::usb::OutData{t.bEndpointAddress, t.data, true}));
    } else {
      ins_.push_back(t);
      feed(t.bEndpointAddress);
    }
  }
  void feed(std::uint8_t endpoint) {
    for (auto it = ins_.begin(); it != ins_.end();) {
      if (it->bEndpointAddress != endpoint) {
        ++it;
        continue;
      }
      const wire::usb::Transfer t = *it;
      if (halted_.count(endpoint) > 0) {
        it = ins_.erase(it);
        complete(t.id, wire::usb::TransferStatus::kStalled);
        it = ins_.begin();
      } else if (!data_[endpoint].empty()) {
        it = ins_.erase(it);
        wire::Bytes bytes = std::move(data_[endpoint].front());
        data_[endpoint].pop_front();
        if (damage) damage(t, bytes);
        complete(t.id, wire::usb::TransferStatus::kCompleted, std::move(bytes));
        it = ins_.begin();
      } else {
        return;
      }
    }
  }

  usb_host::Host& host_;
  usb_device::Device& device_;
  std::deque<usb_host::HostAction> queue_;
  bool running_ = false;
  std::deque<wire::usb::Transfer> ins_, hung_;
  std::map<std::uint8_t, std::deque<wire::Bytes>> data_;
  std::set<std::uint8_t> halted_;
  wire::usb::DeviceAction answer_ = wire::usb::ControlStall{};
};

}  // namespace uketsuke
