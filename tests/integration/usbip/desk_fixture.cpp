#include "tests/integration/usbip/desk_fixture.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <utility>

#include "harness/bench/assets.h"

namespace uketsuke::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

bool is_outcome(const wire::session::Event& event) {
  return std::holds_alternative<wire::session::Connected>(event) ||
         std::holds_alternative<wire::session::Response>(event) ||
         std::holds_alternative<wire::session::Disconnected>(event) ||
         std::holds_alternative<wire::session::Failed>(event);
}

}  // namespace

std::shared_ptr<const bench::Assets> assets() {
  static const auto loaded = bench::load_assets(UKETSUKE_SOURCE_DIR "/scenarios");
  return loaded;
}

DeskFixture::DeskFixture(std::vector<std::string> readers, std::vector<std::string> cards) {
  std::promise<void> made;
  bench::ServedDeskConfig config;
  config.readers = std::move(readers);
  config.cards = std::move(cards);
  // A desk lives on one thread from beginning to end.
  thread_ = std::thread([this, &made, config = std::move(config)] {
    desk_ = std::make_unique<bench::ServedDesk>(*assets(), config);
    made.set_value();
    desk_->run();
    desk_.reset();
  });
  made.get_future().wait();
  server_ = std::make_unique<gateway::UsbipServer>(gateway::TcpAddress{"127.0.0.1", 0});
  for (std::size_t i = 0; i < desk_->readers(); ++i) server_->add(desk_->usb(i));
  server_->start();
  // Until all are plugged in: 110 ms of simulated time.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto listed = gateway::usbip_list(server_->address());
    const auto* devices = std::get_if<std::vector<wire::usbip::ListedDevice>>(&listed);
    if (devices != nullptr && devices->size() == desk_->readers()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

DeskFixture::~DeskFixture() {
  server_.reset();
  desk_->stop();
  thread_.join();
}

bench::HandsOutcome DeskFixture::hands(
    const std::function<bench::HandsOutcome(bench::ServedDesk&)>& deed) {
  std::promise<bench::HandsOutcome> done;
  desk_->post([&] { done.set_value(deed(*desk_)); });
  return done.get_future().get();
}

gateway::UsbipTarget DeskFixture::target(unsigned number) const {
  return {server_->address(), "1-" + std::to_string(number)};
}

HostLoop::HostLoop(std::unique_ptr<gateway::UsbRoute> route)
    : host_([] {
        usb_host::HostParameters parameters;
        parameters.sets_address = false;
        return parameters;
      }(), {&reader_}),
      route_(std::move(route)) {
  route_->start([this](gateway::RouteEvent event) {
    const std::lock_guard<std::mutex> lock(mutex_);
    events_.push_back(std::move(event));
    came_.notify_one();
  });
}

HostLoop::~HostLoop() { route_.reset(); }

void HostLoop::perform(const usb_host::HostActions& actions) {
  for (const usb_host::HostAction& action : actions) {
    if (const auto* transfer = std::get_if<wire::usb::Transfer>(&action)) {
      ++transfers_;
      route_->submit(*transfer);
    } else if (const auto* cancel = std::get_if<usb_host::CancelTransfer>(&action)) {
      route_->cancel(cancel->id);
    } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
      timers_[start->id] = Clock::now() + std::chrono::microseconds(start->duration_us);
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
      timers_.erase(stop->id);
    } else if (std::holds_alternative<usb_host::ResetPort>(action)) {
      route_->reset();
    }
  }
  report();
}

void HostLoop::report() {
  for (ccid_host::HostEvent& event : reader_.take_events()) {
    auto* session = std::get_if<wire::session::Event>(&event);
    if (session == nullptr) continue;
    if (std::holds_alternative<wire::session::ReaderArrived>(*session)) arrived_ = true;
    if (std::holds_alternative<wire::session::ReaderGone>(*session)) arrived_ = false;
    if (std::holds_alternative<wire::session::CardPresent>(*session)) card_present_ = true;
    if (std::holds_alternative<wire::session::CardAbsent>(*session)) card_present_ = false;
    if (is_outcome(*session)) outcomes_.push_back(std::move(*session));
  }
}

void HostLoop::take(gateway::RouteEvent event) {
  if (auto* failed = std::get_if<gateway::RouteFailed>(&event)) {
    failures_.push_back(std::move(*failed));
    return;
  }
  const auto& what = std::get<wire::usb::HostEvent>(event);
  if (std::holds_alternative<wire::usb::Attached>(what)) {
    present_ = true;
    ++attachments_;
  }
  if (std::holds_alternative<wire::usb::Detached>(what)) present_ = false;
  perform(host_.handle(what));
}

bool HostLoop::run_until(const std::function<bool()>& done) {
  const auto deadline = Clock::now() + kPatience;
  while (!done()) {
    auto next = deadline;
    for (const auto& [id, at] : timers_) next = std::min(next, at);
    std::deque<gateway::RouteEvent> events;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      came_.wait_until(lock, next, [this] { return !events_.empty(); });
      events.swap(events_);
    }
    for (gateway::RouteEvent& event : events) take(std::move(event));
    const auto now = Clock::now();
    if (now >= deadline) return done();
    for (auto timer = timers_.begin(); timer != timers_.end();) {
      if (timer->second > now) {
        ++timer;
        continue;
      }
      const std::uint32_t id = timer->first;
      timers_.erase(timer);
      perform(host_.handle(wire::TimerExpired{id}));
      timer = timers_.begin();
    }
  }
  return true;
}

bool HostLoop::enumerate() {
  return run_until([this] { return arrived_; });
}

const wire::session::Event* HostLoop::ask(wire::session::Request request) {
  outcomes_.clear();
  perform(host_.admit(0, reader_.handle(request)));
  if (!run_until([this] { return !outcomes_.empty(); })) return nullptr;
  return &outcomes_.front();
}

std::string HostLoop::transmit(const std::string& hex) {
  const auto* outcome = ask(wire::session::Transmit{0, wire::from_hex(hex).value()});
  if (outcome == nullptr) return "nothing";
  if (const auto* response = std::get_if<wire::session::Response>(outcome))
    return wire::to_hex(response->response);
  if (const auto* failed = std::get_if<wire::session::Failed>(outcome))
    return std::string(wire::session::to_string(failed->failure));
  return "something else";
}

std::string HostLoop::connect() {
  const auto* outcome = ask(wire::session::Connect{0});
  if (outcome == nullptr) return "nothing";
  if (const auto* connected = std::get_if<wire::session::Connected>(outcome))
    return wire::to_hex(connected->atr);
  if (const auto* failed = std::get_if<wire::session::Failed>(outcome))
    return std::string(wire::session::to_string(failed->failure));
  return "something else";
}

Footprint footprint() {
  Footprint out;
  namespace fs = std::filesystem;
  for ([[maybe_unused]] const auto& fd : fs::directory_iterator("/proc/self/fd")) ++out.descriptors;
  for ([[maybe_unused]] const auto& task : fs::directory_iterator("/proc/self/task")) ++out.threads;
  std::ifstream status("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  status >> size >> resident;
  out.kilobytes = resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
  return out;
}

bool settles_to(const Footprint& before) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const Footprint now = footprint();
    if (now.descriptors <= before.descriptors && now.threads <= before.threads) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace uketsuke::test
