#include "sim/gateway/libusb_worker.h"

#include <fmt/format.h>
#include <libusb-1.0/libusb.h>

#include <algorithm>
#include <utility>

#include "sim/gateway/usb_refusals.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::gateway {
namespace {

using namespace wire::usb;

constexpr std::size_t kSetupBytes = LIBUSB_CONTROL_SETUP_SIZE;

TransferStatus status_of(libusb_transfer_status status) {
  switch (status) {
    case LIBUSB_TRANSFER_COMPLETED: return TransferStatus::kCompleted;
    case LIBUSB_TRANSFER_TIMED_OUT: return TransferStatus::kTimedOut;
    case LIBUSB_TRANSFER_CANCELLED: return TransferStatus::kCancelled;
    case LIBUSB_TRANSFER_STALL: return TransferStatus::kStalled;
    case LIBUSB_TRANSFER_NO_DEVICE: return TransferStatus::kNoDevice;
    case LIBUSB_TRANSFER_OVERFLOW: return TransferStatus::kOverflow;
    case LIBUSB_TRANSFER_ERROR: break;
  }
  return TransferStatus::kError;
}

// Of a request that the system makes for us: what the device would have answered.
TransferStatus status_of_request(int error) {
  switch (error) {
    case LIBUSB_SUCCESS: return TransferStatus::kCompleted;
    case LIBUSB_ERROR_NO_DEVICE: return TransferStatus::kNoDevice;
    case LIBUSB_ERROR_NOT_FOUND:
    case LIBUSB_ERROR_PIPE: return TransferStatus::kStalled;
    case LIBUSB_ERROR_TIMEOUT: return TransferStatus::kTimedOut;
    default: return TransferStatus::kError;
  }
}

}  // namespace

struct LibusbRoute::Worker::Open {
  Worker* worker = nullptr;
  std::uint64_t id = 0;
  bool in = false;
  bool cancelled = false, given_up = false;
  Clock::time_point cancelled_at;
  wire::Bytes buffer;
  libusb_transfer* transfer = libusb_alloc_transfer(0);
  Open() = default;
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  ~Open() { libusb_free_transfer(transfer); }
};

// Called by libusb, in handle_events().
struct LibusbRoute::Worker::Hooks {
  static void LIBUSB_CALL transfer_ended(libusb_transfer* transfer) {
    auto* open = static_cast<Open*>(transfer->user_data);
    open->worker->completed(*open);
  }
  static int LIBUSB_CALL plugged(libusb_context*, libusb_device* device,
                                 libusb_hotplug_event event, void* user) {
    auto* worker = static_cast<Worker*>(user);
    if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT && device == worker->device_)
      worker->gone_ = true;
    worker->look_at_ = Clock::now();
    return 0;
  }
};

LibusbRoute::Worker::Worker(UsbSelector selector, LibusbSettings settings)
    : selector_(std::move(selector)), settings_(settings) {
  identity_.route = to_string(selector_);
  if (const auto* ids = std::get_if<UsbIds>(&selector_)) {
    identity_.idVendor = ids->idVendor;
    identity_.idProduct = ids->idProduct;
    identity_.serial = ids->serial;
  } else {
    const auto& place = std::get<UsbPlace>(selector_);
    identity_.port = place_text(place.bus, place.ports);
  }
}

LibusbRoute::Worker::~Worker() = default;

void LibusbRoute::Worker::begin(Report report) { report_ = std::move(report); }

void LibusbRoute::Worker::ask(Command command) {
  const std::lock_guard<std::mutex> lock(mutex_);
  commands_.push_back(std::move(command));
  changed_.notify_all();
  if (context_ != nullptr) libusb_interrupt_event_handler(context_);
}

void LibusbRoute::Worker::silence() {
  const std::lock_guard<std::mutex> lock(report_mutex_);
  report_ = nullptr;
}

bool LibusbRoute::Worker::stop(std::uint32_t within_ms) {
  std::unique_lock<std::mutex> lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  if (context_ != nullptr) libusb_interrupt_event_handler(context_);
  return changed_.wait_for(lock, Milliseconds(within_ms), [this] { return ended_; });
}

UsbIdentity LibusbRoute::Worker::identity() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return identity_;
}

void LibusbRoute::Worker::report(RouteEvent event) {
  const std::lock_guard<std::mutex> lock(report_mutex_);
  if (report_) report_(std::move(event));
}

void LibusbRoute::Worker::complete(std::uint64_t id, TransferStatus status, wire::Bytes data,
                                   std::uint32_t actual) {
  report(HostEvent{Completion{id, status, std::move(data), actual}});
}

void LibusbRoute::Worker::run() {
  initialise();
  loop();
  finish();
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

bool LibusbRoute::Worker::initialise() {
  begin_ = look_at_ = Clock::now();
  libusb_context* context = nullptr;
  if (const int error = libusb_init(&context); error != 0) {
    report(libusb_unusable(libusb_strerror(error)));
    return false;
  }
  hotplug_ = libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) != 0 &&
             libusb_hotplug_register_callback(
                 context,
                 LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, 0,
                 LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
                 &Hooks::plugged, this, &hotplug_handle_) == LIBUSB_SUCCESS;
  const std::lock_guard<std::mutex> lock(mutex_);
  context_ = context;
  return true;
}

// False: it is time to stop. Waits for commands itself only without libusb.
bool LibusbRoute::Worker::take(std::deque<Command>& commands) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (context_ == nullptr)
    changed_.wait(lock, [this] { return stopping_ || !commands_.empty(); });
  commands = std::exchange(commands_, {});
  return !stopping_;
}

void LibusbRoute::Worker::loop() {
  std::deque<Command> commands;
  while (take(commands)) {
    for (Command& command : commands)
      std::visit([this](auto& one) { perform(std::move(one)); }, command);
    if (context_ == nullptr) continue;
    if (gone_) leave();
    if (Clock::now() >= look_at_) look();
    give_up_cancelled();
    Clock::time_point until = look_at_;
    for (const auto& [id, open] : open_)
      if (open->cancelled)
        until = std::min(until, open->cancelled_at + Milliseconds(settings_.drain_ms));
    // Interrupted by ask() and stop(), also by what they did since take().
    if (!gone_) handle_events(until);
  }
}

void LibusbRoute::Worker::handle_events(Clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until - Clock::now());
  const auto us = std::clamp<std::int64_t>(left.count(), 0, 60'000'000);
  timeval wait{static_cast<time_t>(us / 1'000'000), static_cast<suseconds_t>(us % 1'000'000)};
  libusb_handle_events_timeout_completed(context_, &wait, nullptr);
}

void LibusbRoute::Worker::finish() {
  if (context_ == nullptr) return;
  if (hotplug_) libusb_hotplug_deregister_callback(context_, hotplug_handle_);
  if (handle_ != nullptr) {
    drain(TransferStatus::kNoDevice);
    close_device();
  }
  libusb_context* context = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    context = std::exchange(context_, nullptr);
  }
  libusb_exit(context);
}

void LibusbRoute::Worker::perform(Cancel cancel) {
  const auto found = open_.find(cancel.id);
  if (found == open_.end() || found->second->cancelled) return;  // it has ended
  found->second->cancelled = true;
  found->second->cancelled_at = Clock::now();
  libusb_cancel_transfer(found->second->transfer);
}

void LibusbRoute::Worker::perform(Transfer transfer) {
  if (handle_ == nullptr || gone_) return complete(transfer.id, TransferStatus::kNoDevice);
  if (transfer.type == TransferType::kControl && system_request(transfer)) return;
  submit(std::move(transfer));
}

// USB 2.0, 9.4.1, 9.4.7, 9.4.10: requests that change what the system keeps of the device (data
// toggles, alternate settings) are its own to make.
bool LibusbRoute::Worker::system_request(const Transfer& transfer) {
  const SetupPacket& setup = transfer.setup;
  const auto is = [&setup](std::uint8_t type, StandardRequest request) {
    return setup.bmRequestType == type && setup.bRequest == static_cast<std::uint8_t>(request);
  };
  int error = LIBUSB_SUCCESS;
  if (is(0x00, StandardRequest::SET_ADDRESS)) {
    error = LIBUSB_ERROR_PIPE;  // done long ago
  } else if (is(0x00, StandardRequest::SET_CONFIGURATION)) {
    error = set_configuration(setup.wValue & 0xFF);
  } else if (is(0x01, StandardRequest::SET_INTERFACE)) {
    error = libusb_set_interface_alt_setting(handle_, setup.wIndex, setup.wValue);
  } else if (is(0x02, StandardRequest::CLEAR_FEATURE) && setup.wValue == 0) {
    error = libusb_clear_halt(handle_, static_cast<unsigned char>(setup.wIndex));
  } else {
    return false;
  }
  if (error == LIBUSB_ERROR_NO_DEVICE) gone_ = true;
  complete(transfer.id, status_of_request(error));
  return true;
}

int LibusbRoute::Worker::set_configuration(int value) {
  int current = -1;
  if (const int error = libusb_get_configuration(handle_, &current); error != 0) return error;
  if (current == value) return LIBUSB_SUCCESS;
  release_all();
  const int error = libusb_set_configuration(handle_, value == 0 ? -1 : value);
  const int claim_error = claim_all();
  return error != 0 ? error : claim_error;
}

void LibusbRoute::Worker::submit(Transfer transfer) {
  const bool control = transfer.type == TransferType::kControl;
  const bool in = control ? is_in(transfer.setup) : (transfer.bEndpointAddress & 0x80) != 0;
  const std::size_t room = !in ? transfer.data.size()
                               : control ? transfer.setup.wLength : transfer.length;
  auto open = std::make_unique<Open>();
  if (room > kMaxTransferBytes || transfer.type == TransferType::kIsochronous ||
      open_.count(transfer.id) != 0 || open->transfer == nullptr) {
    return complete(transfer.id, TransferStatus::kError);
  }
  open->worker = this;
  open->id = transfer.id;
  open->in = in;
  if (control) {
    transfer.setup.wLength = static_cast<std::uint16_t>(room);
    open->buffer = encode(transfer.setup);
  }
  if (in) {
    open->buffer.resize(open->buffer.size() + room);
  } else {
    open->buffer.insert(open->buffer.end(), transfer.data.begin(), transfer.data.end());
  }
  libusb_transfer& to = *open->transfer;
  to.dev_handle = handle_;
  to.endpoint = control ? 0 : transfer.bEndpointAddress;
  to.type = control ? LIBUSB_TRANSFER_TYPE_CONTROL
                    : transfer.type == TransferType::kBulk ? LIBUSB_TRANSFER_TYPE_BULK
                                                           : LIBUSB_TRANSFER_TYPE_INTERRUPT;
  to.timeout = 0;
  to.buffer = open->buffer.data();
  to.length = static_cast<int>(open->buffer.size());
  to.user_data = open.get();
  to.callback = &Hooks::transfer_ended;
  const int error = libusb_submit_transfer(&to);
  if (error != 0) {
    if (error == LIBUSB_ERROR_NO_DEVICE) gone_ = true;
    return complete(transfer.id, error == LIBUSB_ERROR_NO_DEVICE ? TransferStatus::kNoDevice
                                                                 : TransferStatus::kError);
  }
  open_[transfer.id] = std::move(open);
}

// It was faster than its cancellation, whatever libusb calls it: the data went over the bus, and
// the device will not send them again.
bool LibusbRoute::Worker::finished(const libusb_transfer& transfer) const {
  if (transfer.actual_length <= 0 || transfer.type == LIBUSB_TRANSFER_TYPE_CONTROL) return false;
  if (transfer.actual_length == transfer.length) return true;
  const int packet = libusb_get_max_packet_size(device_, transfer.endpoint);
  return (transfer.endpoint & LIBUSB_ENDPOINT_IN) != 0 && packet > 0 &&
         transfer.actual_length % packet != 0;  // ended by a short packet
}

void LibusbRoute::Worker::completed(Open& open) {
  const libusb_transfer& transfer = *open.transfer;
  if (transfer.status == LIBUSB_TRANSFER_NO_DEVICE) gone_ = true;
  if (open.given_up) {
    given_up_.remove_if([&open](const auto& one) { return one.get() == &open; });
    return;
  }
  TransferStatus status = status_of(transfer.status);
  const auto actual = static_cast<std::uint32_t>(std::max(transfer.actual_length, 0));
  if (status == TransferStatus::kCancelled && finished(transfer)) {
    status = TransferStatus::kCompleted;
  } else if (status == TransferStatus::kCancelled && drained_as_) {
    status = *drained_as_;
  }
  wire::Bytes data;
  if (open.in) {
    const std::size_t begin = transfer.type == LIBUSB_TRANSFER_TYPE_CONTROL ? kSetupBytes : 0;
    const std::size_t end = std::min(begin + actual, open.buffer.size());
    data.assign(open.buffer.begin() + static_cast<std::ptrdiff_t>(begin),
                open.buffer.begin() + static_cast<std::ptrdiff_t>(end));
  }
  const std::uint64_t id = open.id;
  open_.erase(id);
  complete(id, status, std::move(data), actual);
}

// A transfer that was cancelled and does not come back: the host is not kept waiting.
void LibusbRoute::Worker::give_up_cancelled() {
  const Clock::time_point due = Clock::now() - Milliseconds(settings_.drain_ms);
  for (auto it = open_.begin(); it != open_.end();) {
    if (!it->second->cancelled || it->second->cancelled_at > due) {
      ++it;
      continue;
    }
    const std::uint64_t id = it->first;
    it->second->given_up = true;
    given_up_.push_back(std::move(it->second));
    it = open_.erase(it);
    complete(id, drained_as_.value_or(TransferStatus::kCancelled));
  }
}

// Ends every open transfer; those that the system does not give back in time, too.
void LibusbRoute::Worker::drain(TransferStatus status) {
  drained_as_ = status;
  const Clock::time_point now = Clock::now();
  for (const auto& [id, open] : open_) {
    if (!open->cancelled) libusb_cancel_transfer(open->transfer);
    open->cancelled = true;
    open->cancelled_at = now;
  }
  const Clock::time_point until = now + Milliseconds(settings_.drain_ms);
  while (!open_.empty() && Clock::now() < until) handle_events(until);
  give_up_cancelled();
  drained_as_.reset();
}

void LibusbRoute::Worker::leave() {
  drain(TransferStatus::kNoDevice);
  close_device();
  report(HostEvent{Detached{}});
  look_at_ = Clock::now();
}

void LibusbRoute::Worker::close_device() {
  if (!gone_) release_all();  // also attaches kernel drivers again
  claimed_.clear();
  libusb_close(std::exchange(handle_, nullptr));
  libusb_unref_device(std::exchange(device_, nullptr));
  gone_ = false;
  // libusb has forgotten them; the system may still write into their buffers.
  for (auto& open : given_up_) static_cast<void>(open.release());
  given_up_.clear();
}

void LibusbRoute::Worker::perform(Reset) {
  if (handle_ == nullptr || gone_) return;
  drain(TransferStatus::kCancelled);
  const int error = libusb_reset_device(handle_);
  if (error != LIBUSB_SUCCESS) {
    // It came back as another device, or not at all: look for it as if it had been plugged in.
    gone_ = error == LIBUSB_ERROR_NO_DEVICE || error == LIBUSB_ERROR_NOT_FOUND;
    close_device();
    report(HostEvent{Detached{}});
    look_at_ = Clock::now();
    return;
  }
  report(HostEvent{Detached{}});
  const int speed = libusb_get_device_speed(device_);
  report(HostEvent{Attached{speed >= LIBUSB_SPEED_HIGH ? Speed::kHigh : Speed::kFull}});
}

void LibusbRoute::Worker::look() {
  const Clock::time_point now = Clock::now();
  look_at_ = now + (hotplug_ ? Milliseconds(3'600'000) : Milliseconds(settings_.poll_ms));
  libusb_device** list = nullptr;
  const ssize_t count = libusb_get_device_list(context_, &list);
  std::vector<libusb_device*> candidates;
  bool still_there = false;
  for (ssize_t i = 0; i < count; ++i) {
    if (list[i] == device_) still_there = true;
    if (handle_ == nullptr && matches(selector_, list[i])) candidates.push_back(list[i]);
  }
  if (handle_ != nullptr) {
    if (!hotplug_ && !still_there) gone_ = true;
  } else {
    look_for(std::move(candidates));
  }
  if (list != nullptr) libusb_free_device_list(list, 1);
  if (gone_) leave();
}

void LibusbRoute::Worker::look_for(std::vector<libusb_device*> candidates) {
  if (candidates.size() == 1) return open_device(candidates.front());
  if (!candidates.empty()) {
    std::vector<UsbDevice> devices;
    for (libusb_device* device : candidates) devices.push_back(examine(device));
    return refuse("several", several_devices(selector_, devices));
  }
  refusal_.clear();
  if (seen_ || settings_.absent_after_ms == 0) return;
  const Clock::time_point due = begin_ + Milliseconds(settings_.absent_after_ms);
  if (Clock::now() < due) {
    look_at_ = std::min(look_at_, due);
  } else {
    seen_ = true;  // told once
    report(device_not_there(selector_));
  }
}

// Told when it has lasted: udev may still be at work, the device may just be leaving.
void LibusbRoute::Worker::refuse(const std::string& kind, RouteFailed why) {
  const Clock::time_point now = Clock::now();
  if (kind != refusal_) {
    refusal_ = kind;
    refused_since_ = now;
    told_ = false;
  }
  if (!told_ && now - refused_since_ >= Milliseconds(settings_.refused_after_ms)) {
    told_ = true;
    report(std::move(why));
  }
  look_at_ = std::min(look_at_, now + Milliseconds(settings_.retry_ms));
}

void LibusbRoute::Worker::open_device(libusb_device* device) {
  seen_ = true;
  const auto refuse_for = [&](int error) {
    const UsbDevice about = examine(device);
    if (error == LIBUSB_ERROR_ACCESS) return refuse("access", device_without_access(about));
    if (error == LIBUSB_ERROR_BUSY)
      return refuse("busy", device_claimed(about, holders_of(about.node)));
    refuse("error", device_unusable(about, libusb_strerror(error)));
  };
  if (const int error = libusb_open(device, &handle_); error != 0) {
    handle_ = nullptr;
    return refuse_for(error);
  }
  device_ = libusb_ref_device(device);
  libusb_set_auto_detach_kernel_driver(handle_, 1);
  if (const int error = claim_all(); error != 0) {
    close_device();
    return refuse_for(error);
  }
  refusal_.clear();
  const UsbDevice about = examine(device);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::string route = identity_.route;
    identity_ = about.identity;
    identity_.route = route;
  }
  report(HostEvent{Attached{about.speed}});
}

int LibusbRoute::Worker::claim_all() {
  libusb_config_descriptor* config = nullptr;
  int error = libusb_get_active_config_descriptor(device_, &config);
  if (error == LIBUSB_ERROR_NOT_FOUND) return LIBUSB_SUCCESS;  // not configured: nothing to claim
  if (error != 0) return error;
  for (int i = 0; i < config->bNumInterfaces && error == 0; ++i) {
    if (config->interface[i].num_altsetting < 1) continue;
    const int number = config->interface[i].altsetting[0].bInterfaceNumber;
    error = libusb_claim_interface(handle_, number);
    if (error == 0) claimed_.push_back(number);
  }
  libusb_free_config_descriptor(config);
  return error;
}

void LibusbRoute::Worker::release_all() {
  for (const int number : std::exchange(claimed_, {})) libusb_release_interface(handle_, number);
}

}  // namespace uketsuke::gateway
