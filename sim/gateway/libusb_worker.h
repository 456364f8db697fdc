// The thread of a libusb route: everything that calls libusb happens there.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/gateway/libusb_route.h"
#include "sim/gateway/usb_devices.h"

struct libusb_context;
struct libusb_device;
struct libusb_device_handle;
struct libusb_transfer;

namespace uketsuke::gateway {

class LibusbRoute::Worker {
 public:
  Worker(UsbSelector selector, LibusbSettings settings);
  ~Worker();

  // Other threads.
  void begin(Report report);
  void ask_submit(wire::usb::Transfer transfer) { ask(std::move(transfer)); }
  void ask_cancel(std::uint64_t id) { ask(Cancel{id}); }
  void ask_reset() { ask(Reset{}); }
  // Nothing is reported any more when it returns.
  void silence();
  // True: run() has ended within the time.
  bool stop(std::uint32_t within_ms);
  UsbIdentity identity() const;

  // The thread.
  void run();

 private:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;
  struct Cancel { std::uint64_t id = 0; };
  struct Reset {};
  using Command = std::variant<wire::usb::Transfer, Cancel, Reset>;
  struct Open;  // a transfer that libusb has
  struct Hooks;

  void ask(Command command);
  bool initialise();
  void loop();
  void finish();
  bool take(std::deque<Command>& commands);
  void perform(wire::usb::Transfer transfer);
  void perform(Cancel cancel);
  void perform(Reset reset);
  bool system_request(const wire::usb::Transfer& transfer);
  int set_configuration(int value);
  void submit(wire::usb::Transfer transfer);
  void completed(Open& open);
  bool finished(const libusb_transfer& transfer) const;
  void give_up_cancelled();
  void drain(wire::usb::TransferStatus status);
  void leave();
  void close_device();
  void look();
  void look_for(std::vector<libusb_device*> candidates);
  void open_device(libusb_device* device);
  int claim_all();
  void release_all();
  void refuse(const std::string& kind, RouteFailed why);
  void handle_events(Clock::time_point until);
  void complete(std::uint64_t id, wire::usb::TransferStatus status, wire::Bytes data = {},
                std::uint32_t actual = 0);
  void report(RouteEvent event);

  const UsbSelector selector_;
  const LibusbSettings settings_;

  mutable std::mutex mutex_;  // of what other threads touch
  std::condition_variable changed_;
  std::deque<Command> commands_;
  bool stopping_ = false, ended_ = false;
  libusb_context* context_ = nullptr;
  UsbIdentity identity_;
  std::mutex report_mutex_;
  Report report_;

  int hotplug_handle_ = 0;
  bool hotplug_ = false;
  libusb_device* device_ = nullptr;
  libusb_device_handle* handle_ = nullptr;
  std::vector<int> claimed_;
  bool gone_ = false;   // the device has left, the handle is still there
  bool seen_ = false;   // it was there once
  Clock::time_point begin_, look_at_;
  std::string refusal_;  // why the device that is there is not used
  Clock::time_point refused_since_;
  bool told_ = false;
  std::map<std::uint64_t, std::unique_ptr<Open>> open_;
  std::list<std::unique_ptr<Open>> given_up_;  // completed for the host, not yet by libusb
  std::optional<wire::usb::TransferStatus> drained_as_;
};

}  // namespace uketsuke::gateway
