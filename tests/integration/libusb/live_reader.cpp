#include "tests/integration/libusb/live_reader.h"

#include <utility>

namespace uketsuke::live {

using namespace wire::usb;

namespace {

usb_host::HostParameters behind_a_route() {
  usb_host::HostParameters parameters;
  parameters.sets_address = false;
  return parameters;
}

}  // namespace

LiveReader::LiveReader(std::unique_ptr<gateway::UsbRoute> route)
    : host_(behind_a_route(), {&reader_}), route_(std::move(route)) {
  route_->start([this](gateway::RouteEvent event) {
    const std::lock_guard<std::mutex> lock(mutex_);
    inbox_.push_back(std::move(event));
    arrived_.notify_all();
  });
}

LiveReader::~LiveReader() { route_.reset(); }

bool LiveReader::wait(const std::function<bool()>& done, int within_ms) {
  const auto until = Clock::now() + std::chrono::milliseconds(within_ms);
  while (!done()) {
    if (Clock::now() >= until) return false;
    pump(until);
  }
  return true;
}

void LiveReader::run_for(int ms) {
  wait([] { return false; }, ms);
}

// One round: what is due, and what arrives before the next timer.
void LiveReader::pump(Clock::time_point until) {
  for (const auto& [id, due] : timers_) until = std::min(until, due);
  std::deque<gateway::RouteEvent> news;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    arrived_.wait_until(lock, until, [this] { return !inbox_.empty(); });
    news.swap(inbox_);
  }
  for (auto& event : news) take(std::move(event));
  const auto now = Clock::now();
  for (auto it = timers_.begin(); it != timers_.end();) {
    if (it->second > now) {
      ++it;
      continue;
    }
    const wire::TimerExpired expired{it->first};
    timers_.erase(it);
    perform(host_.handle(expired));
    it = timers_.begin();
  }
}

void LiveReader::take(gateway::RouteEvent event) {
  if (const auto* failed = std::get_if<gateway::RouteFailed>(&event)) {
    failures_en.push_back(failed->en);
    failures_ja.push_back(failed->ja);
    return;
  }
  const auto& host_event = std::get<HostEvent>(event);
  if (std::holds_alternative<Attached>(host_event)) ++attached;
  if (std::holds_alternative<Detached>(host_event)) ++detached;
  if (const auto* completion = std::get_if<Completion>(&host_event)) {
    if (++transfers_[completion->id] != 1) ++twice_;
    if (completion->id >= std::uint64_t{1} << 40) {
      own_[completion->id] = *completion;
      return;
    }
  }
  perform(host_.handle(host_event));
}

void LiveReader::perform(const usb_host::HostActions& actions) {
  for (const usb_host::HostAction& action : actions) {
    if (const auto* transfer = std::get_if<Transfer>(&action)) {
      send(*transfer);
    } else if (const auto* cancel = std::get_if<usb_host::CancelTransfer>(&action)) {
      route_->cancel(cancel->id);
    } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
      timers_[start->id] = Clock::now() + std::chrono::microseconds(start->duration_us);
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
      timers_.erase(stop->id);
    } else if (std::holds_alternative<usb_host::ResetPort>(action)) {
      route_->reset();
    } else if (const auto* failed = std::get_if<usb_host::EnumerationFailed>(&action)) {
      anomalies.push_back("enumeration: " + failed->what);
    }
  }
  for (ccid_host::HostEvent& event : reader_.take_events()) {
    if (auto* session = std::get_if<wire::session::Event>(&event)) {
      events.push_back(std::move(*session));
    } else {
      anomalies.push_back(std::get<ccid_host::Anomaly>(event).what);
    }
  }
}

void LiveReader::send(Transfer transfer) {
  transfers_[transfer.id];
  route_->submit(std::move(transfer));
}

std::uint64_t LiveReader::submit(Transfer transfer) {
  transfer.id = next_own_++;
  const std::uint64_t id = transfer.id;
  send(std::move(transfer));
  return id;
}

const Completion* LiveReader::completion(std::uint64_t id) const {
  const auto found = own_.find(id);
  return found == own_.end() ? nullptr : &found->second;
}

TransferStatus LiveReader::control(const SetupPacket& setup, wire::Bytes* answer) {
  Transfer transfer;
  transfer.type = TransferType::kControl;
  transfer.setup = setup;
  const std::uint64_t id = submit(std::move(transfer));
  if (!wait([&] { return completion(id) != nullptr; })) return TransferStatus::kTimedOut;
  if (answer != nullptr) *answer = completion(id)->data;
  return completion(id)->status;
}

wire::session::Event LiveReader::ask(const wire::session::Request& request) {
  const std::size_t before = events.size();
  perform(host_.admit(0, reader_.handle(request)));
  const auto answers = [](const wire::session::Event& event) {
    return !std::holds_alternative<wire::session::CardPresent>(event) &&
           !std::holds_alternative<wire::session::CardAbsent>(event) &&
           !std::holds_alternative<wire::session::ReaderArrived>(event);
  };
  std::size_t at = before;
  const bool answered = wait([&] {
    while (at < events.size() && !answers(events[at])) ++at;
    return at < events.size();
  }, 30'000);
  if (!answered) {
    return wire::session::Failed{0, wire::session::Failure::kTimeOut, "no answer at all"};
  }
  return events[at];
}

wire::Bytes LiveReader::connect() {
  const auto answer = ask(wire::session::Connect{0});
  const auto* connected = std::get_if<wire::session::Connected>(&answer);
  return connected == nullptr ? wire::Bytes{} : connected->atr;
}

wire::Bytes LiveReader::transmit(const wire::Bytes& command) {
  const auto answer = ask(wire::session::Transmit{0, command});
  const auto* response = std::get_if<wire::session::Response>(&answer);
  return response == nullptr ? wire::Bytes{} : response->response;
}

int LiveReader::open() const {
  int number = 0;
  for (const auto& [id, completions] : transfers_) number += completions == 0 ? 1 : 0;
  return number;
}

}  // namespace uketsuke::live
