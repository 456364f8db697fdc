#include "sim/channel/usb_channel.h"

#include <algorithm>
#include <utility>

namespace uketsuke::channel {
namespace {

using namespace wire::usb;

constexpr std::uint64_t kDebounceNs = 100'000'000;  // USB 2.0, 7.1.7.3: TATTDB, 100 ms
constexpr std::size_t kSetupBytes = 8;

wire::Bytes& device_bytes(DeviceEvent& event) {
  if (auto* request = std::get_if<ControlRequest>(&event)) return request->data;
  return std::get<OutData>(event).data;
}
wire::Bytes& host_bytes(HostEvent& event) { return std::get<Completion>(event).data; }

// A control request travels as its setup packet followed by the data stage; so the journal shows it
// and so faults meet it.
wire::Bytes setup_bytes(const SetupPacket& setup, const wire::Bytes& data) {
  wire::ByteWriter writer;
  writer.write_u8(setup.bmRequestType);
  writer.write_u8(setup.bRequest);
  writer.write_u16le(setup.wValue);
  writer.write_u16le(setup.wIndex);
  writer.write_u16le(setup.wLength);
  writer.write_bytes(data);
  return writer.take();
}

}  // namespace

UsbChannel::UsbChannel(Context& context, UsbConfig config)
    : context_(context),
      config_(std::move(config)),
      to_host_(context.simulation),
      to_device_(context.simulation),
      control_out_(context,
                   {"usb", "control out", config_.host, config_.device, config_.describe_control},
                   to_device_, &device_bytes),
      control_in_(context,
                  {"usb", "control in", config_.device, config_.host, config_.describe_control_in},
                  to_host_, &host_bytes) {
  set_cut(control_out_);
  set_cut(control_in_);
  const auto as_received = [](HostEvent& event) {
    auto& completion = std::get<Completion>(event);
    completion.actual_length = static_cast<std::uint32_t>(completion.data.size());
  };
  control_in_.on_touched([this, as_received](HostEvent& event) {
    if (control_in_has_data_) as_received(event);
  });
  control_in_.copies_nothing();  // a transfer completes once (USB 2.0, 8.5.3)
  for (const UsbEndpoint& info : config_.endpoints) {
    endpoints_.push_back(std::make_unique<Endpoint>());
    endpoints_.back()->info = info;
    add_lines(*endpoints_.back());
  }
}

// What a person would do with the plug.
template <class Line>
void UsbChannel::set_cut(Line& line) {
  line.on_cut([this] { detach(); }, [this] { attach(); });
}

void UsbChannel::add_lines(Endpoint& endpoint) {
  const UsbEndpoint& info = endpoint.info;
  if ((info.bEndpointAddress & 0x80) != 0) {
    endpoint.in = std::make_unique<Line<HostEvent>>(
        context_, trace::Pipe{"usb", info.name, config_.device, config_.host, info.describe},
        to_host_, &host_bytes, info.tap);
    set_cut(*endpoint.in);
    endpoint.in->copies_nothing();  // the copy is another transfer: see finish_in()
    endpoint.in->on_touched([](HostEvent& event) {
      auto& completion = std::get<Completion>(event);
      completion.actual_length = static_cast<std::uint32_t>(completion.data.size());
    });
  } else {
    endpoint.out = std::make_unique<Line<DeviceEvent>>(
        context_, trace::Pipe{"usb", info.name, config_.host, config_.device, info.describe},
        to_device_, &device_bytes, info.tap);
    set_cut(*endpoint.out);
    endpoint.out->on_touched([size = info.wMaxPacketSize](DeviceEvent& event) {
      auto& out = std::get<OutData>(event);
      out.ends_short = out.data.size() % size != 0 || out.data.empty();
    });
  }
}

UsbChannel::Endpoint* UsbChannel::find(std::uint8_t bEndpointAddress) {
  for (const auto& endpoint : endpoints_)
    if (endpoint->info.bEndpointAddress == bEndpointAddress) return endpoint.get();
  return nullptr;
}

// USB 2.0, 5.8.3: packets of wMaxPacketSize; each costs its bytes and about 13 (full speed) or 55
// (high speed) byte times of token, handshake and gaps (5.8.4, Tables 5-9 and 5-10).
std::uint64_t UsbChannel::bus_time_ns(std::size_t bytes, std::uint16_t wMaxPacketSize) const {
  const std::uint64_t packets = bytes / wMaxPacketSize + 1;
  const bool high = config_.speed == Speed::kHigh;
  const std::uint64_t byte_times = bytes + packets * (high ? 55 : 13);
  return byte_times * 8000 / (high ? 480 : 12);
}

// Transfers of one endpoint follow each other.
std::uint64_t UsbChannel::after_busy(Endpoint& endpoint, std::uint64_t duration_ns) {
  const std::uint64_t now = context_.simulation.now_ns();
  endpoint.busy_until_ns = std::max(endpoint.busy_until_ns, now) + duration_ns;
  return endpoint.busy_until_ns - now;
}

void UsbChannel::complete(std::uint64_t id, TransferStatus status, std::uint32_t actual,
                          std::uint64_t delay_ns) {
  to_host_.post(Completion{id, status, {}, actual}, delay_ns);
}

void UsbChannel::submit(Transfer transfer) {
  if (!attached_) return complete(transfer.id, TransferStatus::kNoDevice, 0, 0);
  if (transfer.type == TransferType::kControl) return submit_control(std::move(transfer));
  Endpoint* endpoint = find(transfer.bEndpointAddress);
  if (endpoint == nullptr) return complete(transfer.id, TransferStatus::kError, 0, 0);
  if (endpoint->halted) {
    return complete(transfer.id, TransferStatus::kStalled, 0,
                    bus_time_ns(0, endpoint->info.wMaxPacketSize));
  }
  if (endpoint->out) return submit_out(*endpoint, std::move(transfer));
  endpoint->waiting.push_back(std::move(transfer));
  serve_in(*endpoint);
}

void UsbChannel::submit_control(Transfer transfer) {
  controls_.push_back(std::move(transfer));
  if (controls_.size() == 1) send_control();  // else when the one before is answered
}

void UsbChannel::send_control() {
  const Transfer& transfer = controls_.front();
  wire::Bytes bytes = setup_bytes(transfer.setup, transfer.data);
  const std::uint64_t time = bus_time_ns(bytes.size(), 64);
  const fault::Fate fate =
      control_out_.send(ControlRequest{transfer.setup, std::move(bytes)}, time);
  if (fate.stalled) answer_control(TransferStatus::kStalled, {});
}

bool UsbChannel::has_room() const {
  std::size_t queued = 0;
  for (const auto& endpoint : endpoints_) queued += endpoint->queued.size();
  return queued < kMaxQueued;
}

void UsbChannel::submit_out(Endpoint& endpoint, Transfer transfer) {
  if (has_room() && endpoint.waiting.empty()) return send_out(endpoint, std::move(transfer));
  endpoint.waiting.push_back(std::move(transfer));
}

void UsbChannel::take_waiting_out() {
  for (const auto& endpoint : endpoints_) {
    while (attached_ && endpoint->out && !endpoint->waiting.empty() && has_room()) {
      Transfer transfer = std::move(endpoint->waiting.front());
      endpoint->waiting.pop_front();
      send_out(*endpoint, std::move(transfer));
    }
  }
}

void UsbChannel::send_out(Endpoint& endpoint, Transfer transfer) {
  const std::uint16_t size = endpoint.info.wMaxPacketSize;
  const auto length = static_cast<std::uint32_t>(transfer.data.size());
  const bool ends_short = length % size != 0 || length == 0;
  const std::uint64_t time = after_busy(endpoint, bus_time_ns(length, size));
  const fault::Fate fate = endpoint.out->send(
      OutData{endpoint.info.bEndpointAddress, std::move(transfer.data), ends_short}, time);
  if (!attached_) return complete(transfer.id, TransferStatus::kNoDevice, 0, 0);
  if (fate.stalled) endpoint.halted = true;
  complete(transfer.id, fate.stalled ? TransferStatus::kStalled : TransferStatus::kCompleted,
           fate.stalled ? 0 : length, time);
}

void UsbChannel::serve_in(Endpoint& endpoint) {
  while (!endpoint.waiting.empty() && !endpoint.queued.empty()) {
    const Transfer transfer = std::move(endpoint.waiting.front());
    endpoint.waiting.pop_front();
    wire::Bytes& data = endpoint.queued.front().data;
    const bool copy = endpoint.queued.front().copy;
    const std::uint16_t size = endpoint.info.wMaxPacketSize;
    if (data.size() > transfer.length && transfer.length % size != 0) {
      endpoint.queued.pop_front();  // babble: USB 2.0, 8.7.4
      complete(transfer.id, TransferStatus::kOverflow, 0,
               after_busy(endpoint, bus_time_ns(0, size)));
      continue;
    }
    // A transfer ends when it is full or with a short packet; a message that is a whole number of
    // packets is ended by an empty one, which the next transfer gets if this one is full already.
    const bool full = data.size() > transfer.length ||
                      (data.size() == transfer.length && data.size() % size == 0 && !data.empty());
    wire::Bytes part(data.begin(),
                     data.begin() + static_cast<std::ptrdiff_t>(
                                        std::min<std::size_t>(data.size(), transfer.length)));
    if (full) {
      data.erase(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(part.size()));
    } else {
      endpoint.queued.pop_front();
    }
    finish_in(endpoint, transfer, {std::move(part), copy});
  }
  take_waiting_out();
}

void UsbChannel::finish_in(Endpoint& endpoint, const Transfer& transfer, Endpoint::Queued part) {
  std::uint64_t time = bus_time_ns(part.data.size(), endpoint.info.wMaxPacketSize);
  if (endpoint.info.interrupt) {
    // Polled once an interval: USB 2.0, 5.7.4 and Table 9-13.
    const std::uint64_t interval =
        config_.speed == Speed::kHigh
            ? 125'000ULL << (std::clamp<unsigned>(endpoint.info.bInterval, 1, 16) - 1)
            : 1'000'000ULL * std::max<unsigned>(endpoint.info.bInterval, 1);
    time += interval - context_.simulation.now_ns() % interval;
  }
  const auto actual = static_cast<std::uint32_t>(part.data.size());
  wire::Bytes again = context_.faults.empty() ? wire::Bytes{} : part.data;
  const fault::Fate fate = endpoint.in->send(
      Completion{transfer.id, TransferStatus::kCompleted, std::move(part.data), actual},
      after_busy(endpoint, time));
  if (!attached_) {
    if (fate.lost) complete(transfer.id, TransferStatus::kNoDevice, 0, 0);
    return;
  }
  if (fate.stalled) {
    complete(transfer.id, TransferStatus::kStalled, 0, time);
    return stall(endpoint);
  }
  if (fate.lost) endpoint.waiting.push_front(transfer);  // the host goes on waiting
  // The device sends the same again; a copy is not copied.
  if (part.copy) return;
  for (std::uint32_t copy = 1; copy < fate.copies; ++copy)
    endpoint.queued.push_front({again, true});
}

// USB 2.0, 8.5.2: a halted endpoint refuses everything until the host clears it.
void UsbChannel::stall(Endpoint& endpoint) {
  endpoint.halted = true;
  for (const Transfer& transfer : std::exchange(endpoint.waiting, {}))
    complete(transfer.id, TransferStatus::kStalled, 0, 0);
}

void UsbChannel::cancel(std::uint64_t id) {
  const auto has_id = [id](const Transfer& transfer) { return transfer.id == id; };
  for (const auto& endpoint : endpoints_) {
    const auto found = std::find_if(endpoint->waiting.begin(), endpoint->waiting.end(), has_id);
    if (found == endpoint->waiting.end()) continue;
    endpoint->waiting.erase(found);
    return complete(id, TransferStatus::kCancelled, 0, 0);
  }
  const auto found = std::find_if(controls_.begin(), controls_.end(), has_id);
  if (found == controls_.end()) return;  // completed already
  const bool under_way = found == controls_.begin();
  controls_.erase(found);
  // A device that is asked something else does not answer what was asked before (USB 2.0, 8.5.3).
  if (under_way) to_device_.remove_if([](const DeviceEvent& event) {
    return std::holds_alternative<ControlRequest>(event);
  });
  complete(id, TransferStatus::kCancelled, 0, 0);
  if (under_way && !controls_.empty()) send_control();
}

void UsbChannel::answer_control(TransferStatus status, wire::Bytes data) {
  if (controls_.empty()) return;  // cancelled meanwhile
  const Transfer transfer = std::move(controls_.front());
  controls_.pop_front();
  const bool in = (transfer.setup.bmRequestType & 0x80) != 0;
  if (data.size() > transfer.setup.wLength) data.resize(transfer.setup.wLength);
  const auto actual = static_cast<std::uint32_t>(
      status != TransferStatus::kCompleted ? 0 : in ? data.size() : transfer.data.size());
  const std::uint64_t time = bus_time_ns(data.size(), 64);
  control_in_has_data_ = in && status == TransferStatus::kCompleted;
  const fault::Fate fate =
      control_in_.send(Completion{transfer.id, status, std::move(data), actual}, time);
  if (fate.stalled) complete(transfer.id, TransferStatus::kStalled, 0, time);
  // The device has answered, the host has not heard it: it waits until it gives up.
  if (fate.lost && attached_) return controls_.push_front(transfer);
  if (attached_ && !controls_.empty()) send_control();
}

DeviceEvent UsbChannel::unpacked(DeviceEvent event) {
  auto* request = std::get_if<ControlRequest>(&event);
  if (request == nullptr) return event;
  wire::ByteReader reader(request->data);
  SetupPacket setup;
  setup.bmRequestType = reader.read_u8("bmRequestType");
  setup.bRequest = reader.read_u8("bRequest");
  setup.wValue = reader.read_u16le("wValue");
  setup.wIndex = reader.read_u16le("wIndex");
  setup.wLength = reader.read_u16le("wLength");
  wire::Bytes data = wire::to_bytes(reader.rest());
  return ControlRequest{setup, std::move(data)};
}

void UsbChannel::act(DeviceAction action) {
  if (!attached_) return;
  if (auto* data = std::get_if<ControlData>(&action))
    return answer_control(TransferStatus::kCompleted, std::move(data->data));
  if (std::holds_alternative<ControlStatus>(action))
    return answer_control(TransferStatus::kCompleted, {});
  if (std::holds_alternative<ControlStall>(action))
    return answer_control(TransferStatus::kStalled, {});
  if (auto* data = std::get_if<InData>(&action)) {
    if (Endpoint* endpoint = find(data->bEndpointAddress)) {
      endpoint->queued.push_back({std::move(data->data), false});
      serve_in(*endpoint);
    }
    return;
  }
  if (const auto* halt = std::get_if<HaltEndpoint>(&action)) {
    Endpoint* endpoint = find(halt->bEndpointAddress);
    if (endpoint == nullptr) return;
    endpoint->halted = halt->halted;
    if (halt->halted) stall(*endpoint);
    return;
  }
  const auto& flush = std::get<FlushEndpoint>(action);
  if (Endpoint* endpoint = find(flush.bEndpointAddress)) endpoint->queued.clear();
  take_waiting_out();
}

void UsbChannel::attach() {
  if (attached_) return;
  attached_ = true;
  context_.journal.note(config_.device, context_.simulation.now_ns(), "usb_attached", {});
  to_device_.post(BusReset{}, kDebounceNs);
  to_host_.post(Attached{config_.speed}, kDebounceNs + 10'000'000);  // USB 2.0, 7.1.7.5: TDRST
}

// What was on its way is gone: a device that has been reset would answer it as the next request.
void UsbChannel::reset() {
  to_device_.clear();
  control_out_.forget();
  for (const Transfer& transfer : std::exchange(controls_, {}))
    complete(transfer.id, TransferStatus::kCancelled, 0, 0);
  to_device_.post(BusReset{});
}

void UsbChannel::detach() {
  if (!attached_) return;
  attached_ = false;
  context_.journal.note(config_.device, context_.simulation.now_ns(), "usb_detached", {});
  to_device_.clear();
  // Without power from the host the device is not configured any more (USB 2.0, 9.1.1.2).
  to_device_.post(BusReset{});
  to_host_.remove_if(
      [](const HostEvent& event) { return std::holds_alternative<Attached>(event); });
  for (const auto& endpoint : endpoints_) {
    for (const Transfer& transfer : std::exchange(endpoint->waiting, {}))
      complete(transfer.id, TransferStatus::kNoDevice, 0, 0);
    endpoint->queued.clear();
    endpoint->halted = false;
    if (endpoint->in) endpoint->in->forget();
    if (endpoint->out) endpoint->out->forget();
  }
  control_out_.forget();
  control_in_.forget();
  for (const Transfer& transfer : std::exchange(controls_, {}))
    complete(transfer.id, TransferStatus::kNoDevice, 0, 0);
  to_host_.post(Detached{}, 0);
}

}  // namespace uketsuke::channel
