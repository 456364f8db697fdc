#include "models/usb_host/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::usb_host {

using namespace wire::usb;
using wire::Bytes;
using wire::StartTimer;
using wire::StopTimer;

namespace {

constexpr std::uint32_t kRequestTimer = 1;
constexpr std::size_t kHost = static_cast<std::size_t>(-1);  // in pending_: the host's own request
constexpr std::uint16_t kHeadLength = 8;                     // up to bMaxPacketSize0
constexpr std::uint16_t kStringRoom = 255;

std::uint32_t timer_of(std::size_t driver, std::uint32_t id) {
  return static_cast<std::uint32_t>(driver + 1) * kDriverTimers + id;
}

constexpr auto kDeviceType = static_cast<std::uint8_t>(DescriptorType::DEVICE);
constexpr auto kConfigurationType = static_cast<std::uint8_t>(DescriptorType::CONFIGURATION);
constexpr auto kStringType = static_cast<std::uint8_t>(DescriptorType::STRING);

}  // namespace

std::string_view to_string(EnumerationStep step) {
  switch (step) {
    case EnumerationStep::kNoDevice:
      return "no device";
    case EnumerationStep::kDeviceHead:
      return "first bytes of the device descriptor";
    case EnumerationStep::kAddress:
      return "SET_ADDRESS";
    case EnumerationStep::kDevice:
      return "device descriptor";
    case EnumerationStep::kConfigurationHead:
      return "first bytes of the configuration";
    case EnumerationStep::kConfiguration:
      return "configuration";
    case EnumerationStep::kLanguages:
      return "languages";
    case EnumerationStep::kStrings:
      return "strings";
    case EnumerationStep::kConfigure:
      return "SET_CONFIGURATION";
    case EnumerationStep::kReady:
      return "ready";
    case EnumerationStep::kFailed:
      return "failed";
  }
  return "?";
}

std::string DeviceDescription::string(std::uint8_t index) const {
  const auto it = strings.find(index);
  return it == strings.end() ? std::string() : it->second;
}

Host::Host(HostParameters parameters, std::vector<Driver*> drivers)
    : parameters_(parameters), drivers_(std::move(drivers)) {}

HostActions Host::handle(const HostEvent& event) {
  HostActions out;
  if (const auto* attached = std::get_if<Attached>(&event)) {
    forget_device(out);
    draft_ = std::make_shared<DeviceDescription>();
    draft_->speed = attached->speed;
    port_resets_ = 0;
    begin(out);
  } else if (std::holds_alternative<Detached>(event)) {
    forget_device(out);
    step_ = EnumerationStep::kNoDevice;
  } else {
    completed(std::get<Completion>(event), out);
  }
  return out;
}

HostActions Host::handle(wire::TimerExpired expired) {
  HostActions out;
  if (expired.id == kRequestTimer) {
    if (own_id_ == 0) return out;
    out.push_back(CancelTransfer{own_id_});
    pending_.erase(own_id_);
    own_id_ = 0;
    retry("no answer in time", out);
    return out;
  }
  if (timers_.erase(expired.id) == 0) return out;
  const std::size_t driver = expired.id / kDriverTimers - 1;
  tell(driver, wire::TimerExpired{expired.id % kDriverTimers}, out);
  return out;
}

HostActions Host::admit(std::size_t index, const DriverActions& actions) {
  HostActions out;
  admit_into(index, actions, out);
  return out;
}

HostActions Host::reset() {
  HostActions out;
  if (step_ == EnumerationStep::kNoDevice) return out;
  const Speed speed = ready_ ? ready_->speed : draft_ ? draft_->speed : Speed::kFull;
  forget_device(out);
  draft_ = std::make_shared<DeviceDescription>();
  draft_->speed = speed;
  port_resets_ = 0;
  out.push_back(ResetPort{});
  begin(out);
  return out;
}

void Host::begin(HostActions& out) {
  step_ = EnumerationStep::kDeviceHead;
  attempts_ = 0;
  request(out);
}

void Host::request(HostActions& out) {
  SetupPacket setup;
  switch (step_) {
    case EnumerationStep::kDeviceHead:
      setup = get_descriptor(kDeviceType, 0, 0, kHeadLength);
      break;
    case EnumerationStep::kAddress:
      setup = set_address(parameters_.address);
      break;
    case EnumerationStep::kDevice:
      setup = get_descriptor(kDeviceType, 0, 0, kDeviceDescriptorLength);
      break;
    case EnumerationStep::kConfigurationHead:
      setup = get_descriptor(kConfigurationType, 0, 0, kConfigurationDescriptorLength);
      break;
    case EnumerationStep::kConfiguration:
      setup = get_descriptor(kConfigurationType, 0, 0, total_length_);
      break;
    case EnumerationStep::kLanguages:
      setup = get_descriptor(kStringType, 0, 0, kStringRoom);
      break;
    case EnumerationStep::kStrings:
      setup = get_descriptor(kStringType, strings_wanted_.back(), language_, kStringRoom);
      break;
    case EnumerationStep::kConfigure:
      setup = set_configuration(draft_->configuration.descriptor.bConfigurationValue);
      break;
    case EnumerationStep::kNoDevice:
    case EnumerationStep::kReady:
    case EnumerationStep::kFailed:
      return;
  }
  own_id_ = next_id_++;
  pending_[own_id_] = {kHost, 0};
  out.push_back(Transfer{own_id_, TransferType::kControl, 0, setup, {}, setup.wLength});
  out.push_back(StartTimer{kRequestTimer, parameters_.request_timeout_us});
}

// After `attempts` of one request the port is reset and enumeration begins again; strings are not
// worth that: a string that can't be had is left out.
void Host::retry(const std::string& what, HostActions& out) {
  if (++attempts_ < parameters_.attempts) return request(out);
  if (step_ == EnumerationStep::kLanguages || step_ == EnumerationStep::kStrings) return next(out);
  if (port_resets_ < parameters_.port_resets) {
    ++port_resets_;
    const Speed speed = draft_->speed;
    draft_ = std::make_shared<DeviceDescription>();
    draft_->speed = speed;
    out.push_back(ResetPort{});
    return begin(out);
  }
  give_up(what, out);
}

void Host::give_up(const std::string& what, HostActions& out) {
  out.push_back(EnumerationFailed{fmt::format("{}: {}", to_string(step_), what)});
  step_ = EnumerationStep::kFailed;
}

void Host::completed(const Completion& completion, HostActions& out) {
  const auto it = pending_.find(completion.id);
  if (it == pending_.end()) return;  // of a device that left, or given up
  const Pending pending = it->second;
  pending_.erase(it);
  if (pending.driver != kHost) {
    Completion own = completion;
    own.id = pending.id;
    return tell(pending.driver, own, out);
  }
  own_id_ = 0;
  out.push_back(StopTimer{kRequestTimer});
  const bool optional = step_ == EnumerationStep::kLanguages || step_ == EnumerationStep::kStrings;
  std::string what(to_string(completion.status));
  if (completion.status == TransferStatus::kNoDevice) return give_up(what, out);
  if (completion.status == TransferStatus::kStalled && optional) return next(out);
  if (completion.status != TransferStatus::kCompleted) return retry(what, out);
  if (!accept(completion.data, what)) return retry(what, out);
  next(out);
}

bool Host::accept(const Bytes& data, std::string& what) {
  switch (step_) {
    case EnumerationStep::kDeviceHead:
      if (data.size() < kHeadLength || data[1] != kDeviceType) {
        what = fmt::format("{} bytes, no device descriptor", data.size());
        return false;
      }
      return true;
    case EnumerationStep::kDevice: {
      const auto device = decode_device(data);
      if (!device) return what = wire::to_string(device.error()), false;
      draft_->device = *device;
      draft_->device_bytes = data;
      return true;
    }
    case EnumerationStep::kConfigurationHead: {
      const auto head = decode_configuration(data);
      if (!head) return what = wire::to_string(head.error()), false;
      total_length_ = head->wTotalLength;
      return true;
    }
    case EnumerationStep::kConfiguration: {
      auto tree = decode_whole_configuration(data);
      if (!tree) return what = wire::to_string(tree.error()), false;
      draft_->configuration = std::move(*tree);
      draft_->configuration_bytes = data;
      return true;
    }
    case EnumerationStep::kLanguages: {
      const auto languages = decode_string(data);
      if (!languages || languages->units.empty()) {
        what = "no language";
        return false;
      }
      language_ = languages->units.front();
      return true;
    }
    case EnumerationStep::kStrings: {
      const auto text = decode_string(data);
      if (!text) return what = wire::to_string(text.error()), false;
      draft_->strings[strings_wanted_.back()] = to_utf8(*text);
      return true;
    }
    default:
      return true;
  }
}

// The step after step_, whether it succeeded or, for strings, was given up.
void Host::next(HostActions& out) {
  attempts_ = 0;
  switch (step_) {
    case EnumerationStep::kDeviceHead:
      step_ = parameters_.sets_address ? EnumerationStep::kAddress : EnumerationStep::kDevice;
      break;
    case EnumerationStep::kAddress:
      draft_->address = parameters_.address;
      step_ = EnumerationStep::kDevice;
      break;
    case EnumerationStep::kDevice:
      step_ = EnumerationStep::kConfigurationHead;
      break;
    case EnumerationStep::kConfigurationHead:
      step_ = EnumerationStep::kConfiguration;
      break;
    case EnumerationStep::kConfiguration:
      language_ = 0;
      collect_strings();
      step_ = strings_wanted_.empty() ? EnumerationStep::kConfigure : EnumerationStep::kLanguages;
      break;
    case EnumerationStep::kLanguages:
      step_ = language_ == 0 ? EnumerationStep::kConfigure : EnumerationStep::kStrings;
      break;
    case EnumerationStep::kStrings:
      strings_wanted_.pop_back();
      if (strings_wanted_.empty()) step_ = EnumerationStep::kConfigure;
      break;
    case EnumerationStep::kConfigure: {
      step_ = EnumerationStep::kReady;
      ready_ = std::move(draft_);
      const auto description = ready_;
      out.push_back(Enumerated{description});
      for (std::size_t d = 0; d < drivers_.size(); ++d) tell(d, DeviceArrived{description}, out);
      return;
    }
    case EnumerationStep::kNoDevice:
    case EnumerationStep::kReady:
    case EnumerationStep::kFailed:
      return;
  }
  request(out);
}

// Every index the descriptors name, highest first (they are taken from the back).
void Host::collect_strings() {
  strings_wanted_.clear();
  if (!parameters_.reads_strings) return;
  const auto want = [this](std::uint8_t index) {
    if (index != 0) strings_wanted_.push_back(index);
  };
  want(draft_->device.iManufacturer);
  want(draft_->device.iProduct);
  want(draft_->device.iSerialNumber);
  want(draft_->configuration.descriptor.iConfiguration);
  for (const InterfaceAssociation& a : draft_->configuration.associations) want(a.iFunction);
  for (const InterfaceNode& i : draft_->configuration.interfaces) want(i.descriptor.iInterface);
  std::sort(strings_wanted_.rbegin(), strings_wanted_.rend());
  strings_wanted_.erase(std::unique(strings_wanted_.begin(), strings_wanted_.end()),
                        strings_wanted_.end());
}

void Host::forget_device(HostActions& out) {
  for (const auto& [id, pending] : pending_) out.push_back(CancelTransfer{id});
  if (own_id_ != 0) out.push_back(StopTimer{kRequestTimer});
  for (const std::uint32_t timer : timers_) out.push_back(StopTimer{timer});
  pending_.clear();
  timers_.clear();
  own_id_ = 0;
  draft_.reset();
  if (!ready_) return;
  ready_.reset();
  step_ = EnumerationStep::kNoDevice;
  for (Driver* driver : drivers_) driver->handle(DeviceGone{});  // what it asks for has no device
  out.push_back(Left{});
}

void Host::tell(std::size_t driver, const DriverEvent& event, HostActions& out) {
  admit_into(driver, drivers_[driver]->handle(event), out);
}

void Host::admit_into(std::size_t driver, const DriverActions& actions, HostActions& out) {
  if (!ready_) return;
  for (const DriverAction& action : actions) {
    if (const auto* transfer = std::get_if<Transfer>(&action)) {
      Transfer own = *transfer;
      own.id = next_id_++;
      pending_[own.id] = {driver, transfer->id};
      out.push_back(std::move(own));
    } else if (const auto* cancel = std::get_if<CancelTransfer>(&action)) {
      for (const auto& [id, pending] : pending_) {
        if (pending.driver == driver && pending.id == cancel->id) out.push_back(CancelTransfer{id});
      }
    } else if (const auto* start = std::get_if<StartTimer>(&action)) {
      const std::uint32_t id = timer_of(driver, start->id);
      timers_.insert(id);
      out.push_back(StartTimer{id, start->duration_us});
    } else {
      const std::uint32_t id = timer_of(driver, std::get<StopTimer>(action).id);
      if (timers_.erase(id) > 0) out.push_back(StopTimer{id});
    }
  }
}

}  // namespace uketsuke::usb_host
