#include "sim/gateway/usb_gateway_module.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/gateway/broken.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::gateway {
namespace {

using namespace wire::usb;

constexpr std::uint64_t kSetupNs = 1000;  // on the wire, before the route has it

wire::Bytes& transfer_bytes(Transfer& transfer) { return transfer.data; }
wire::Bytes& host_bytes(HostEvent& event) { return std::get<Completion>(event).data; }

void as_received(HostEvent& event) {
  auto& completion = std::get<Completion>(event);
  completion.actual_length = static_cast<std::uint32_t>(completion.data.size());
}

// In the journal a control request is its setup packet followed by the data stage.
void pack(Transfer& transfer) {
  wire::Bytes bytes = encode(transfer.setup);
  bytes.insert(bytes.end(), transfer.data.begin(), transfer.data.end());
  transfer.data = std::move(bytes);
}

// False: a fault has left less than a setup packet.
bool unpack(Transfer& transfer) {
  const wire::ByteView bytes(transfer.data);
  const auto setup =
      decode_setup_packet(bytes.first(std::min<std::size_t>(bytes.size(), kSetupPacketLength)));
  if (!setup) return false;
  transfer.setup = *setup;
  transfer.data = wire::to_bytes(bytes.subspan(kSetupPacketLength));
  return true;
}

bool is_in(const Transfer& transfer) {
  const std::uint8_t direction = transfer.type == TransferType::kControl
                                     ? transfer.setup.bmRequestType
                                     : transfer.bEndpointAddress;
  return (direction & 0x80) != 0;
}

// Of an endpoint that nobody knows: it may carry anything.
class MaskAll : public channel::Tap {
 public:
  std::string mask(wire::ByteView bytes, std::vector<trace::MaskRange>& ranges) override {
    ranges.push_back({0, static_cast<std::uint32_t>(bytes.size())});
    return fmt::format("{} bytes", bytes.size());
  }
};

}  // namespace

struct UsbGatewayModule::Endpoint {
  channel::UsbEndpoint info;
  std::unique_ptr<channel::Line<Transfer>> out;
  std::unique_ptr<channel::Line<HostEvent>> in;
};

UsbGatewayModule::UsbGatewayModule(sc_core::sc_module_name name, channel::Context& context,
                                   std::shared_ptr<kernel::Inbox> inbox,
                                   std::unique_ptr<UsbRoute> route, guard::CcidGuard& guard,
                                   UsbGatewayConfig config)
    : Module(name, context.simulation),
      context_(context),
      inbox_(std::move(inbox)),
      guard_(guard),
      config_(std::move(config)),
      to_host_(context.simulation),
      outgoing_(context.simulation),
      control_out_(context,
                   {"usb", "control out", config_.host, config_.device, config_.describe_control},
                   outgoing_, &transfer_bytes),
      control_in_(context,
                  {"usb", "control in", config_.device, config_.host, config_.describe_control_in},
                  to_host_, &host_bytes),
      route_(std::move(route)) {
  control_in_.on_touched(as_received);
  control_in_.copies_nothing();
  listen({&outgoing_.event()});
}

void UsbGatewayModule::start() {
  route_->start([this, alive = std::weak_ptr<bool>(alive_), box = inbox_](RouteEvent event) {
    box->post([this, alive, event = std::move(event)]() mutable {
      if (!alive.expired()) take(std::move(event));
    });
  });
}

UsbGatewayModule::~UsbGatewayModule() {
  route_.reset();
  alive_.reset();
}

void UsbGatewayModule::add_endpoint(channel::UsbEndpoint info) {
  auto& endpoint = endpoints_[info.bEndpointAddress];
  if (endpoint && endpoint->info.name == info.name) {
    endpoint->info = std::move(info);  // the device came back
    return;
  }
  endpoint = std::make_unique<Endpoint>();
  endpoint->info = std::move(info);
  const channel::UsbEndpoint& about = endpoint->info;
  if ((about.bEndpointAddress & 0x80) != 0) {
    endpoint->in = std::make_unique<channel::Line<HostEvent>>(
        context_, trace::Pipe{"usb", about.name, config_.device, config_.host, about.describe},
        to_host_, &host_bytes, about.tap);
    endpoint->in->copies_nothing();
    endpoint->in->on_touched(as_received);
  } else {
    endpoint->out = std::make_unique<channel::Line<Transfer>>(
        context_, trace::Pipe{"usb", about.name, config_.host, config_.device, about.describe},
        outgoing_, &transfer_bytes, about.tap);
  }
}

UsbGatewayModule::Endpoint& UsbGatewayModule::endpoint(std::uint8_t bEndpointAddress) {
  const auto found = endpoints_.find(bEndpointAddress);
  if (found != endpoints_.end()) return *found->second;
  taps_.push_back(std::make_unique<MaskAll>());
  channel::UsbEndpoint unknown;
  unknown.bEndpointAddress = bEndpointAddress;
  unknown.name = fmt::format("endpoint {:02x}", bEndpointAddress);
  unknown.tap = taps_.back().get();
  add_endpoint(std::move(unknown));
  return *endpoints_.at(bEndpointAddress);
}

void UsbGatewayModule::complete(std::uint64_t id, TransferStatus status) {
  to_host_.post(Completion{id, status, {}, 0});
}

void UsbGatewayModule::submit(Transfer transfer) {
  if (!attached_) return complete(transfer.id, TransferStatus::kNoDevice);
  const std::uint64_t id = transfer.id;
  fault::Fate fate;
  const auto length = static_cast<std::uint32_t>(transfer.data.size());
  if (transfer.type == TransferType::kControl) {
    pack(transfer);
    fate = control_out_.send(std::move(transfer), kSetupNs);
  } else if (!is_in(transfer)) {
    fate = endpoint(transfer.bEndpointAddress).out->send(std::move(transfer), 0);
    // What a fault took away was sent, as far as the host can tell.
    if (fate.lost) to_host_.post(Completion{id, TransferStatus::kCompleted, {}, length});
  } else {
    outgoing_.post(std::move(transfer));
  }
  if (fate.stalled) complete(id, TransferStatus::kStalled);
}

void UsbGatewayModule::wake() {
  outgoing_.drain([this](Transfer transfer) { send(std::move(transfer)); });
}

void UsbGatewayModule::refuse(const guard::Judgement& judgement) {
  context_.journal.note(config_.host, context_.simulation.now_ns(), "refused_by_guard",
                        judgement.en);
  throw CardNotReleased(route_->identity().route, judgement.ja, judgement.en);
}

void UsbGatewayModule::send(Transfer transfer) {
  if (!attached_) return complete(transfer.id, TransferStatus::kNoDevice);
  if (transfer.type == TransferType::kControl && !unpack(transfer))
    return complete(transfer.id, TransferStatus::kError);
  const guard::Judgement judgement = guard_.submit(transfer);
  if (!judgement.passes()) refuse(judgement);
  open_[transfer.id] = transfer;
  route_->submit(std::move(transfer));
}

void UsbGatewayModule::cancel(std::uint64_t id) {
  if (open_.count(id) != 0) return route_->cancel(id);
  bool waits = false;
  outgoing_.remove_if([&](const Transfer& transfer) {
    waits = waits || transfer.id == id;
    return transfer.id == id;
  });
  if (waits) complete(id, TransferStatus::kCancelled);
}

void UsbGatewayModule::reset() { route_->reset(); }

void UsbGatewayModule::take(RouteEvent event) {
  if (auto* failed = std::get_if<RouteFailed>(&event)) {
    context_.journal.note(config_.device, context_.simulation.now_ns(), "route_failed", failed->en);
    throw RouteBroken(route_->identity().route, failed->ja, failed->en);
  }
  HostEvent& host_event = std::get<HostEvent>(event);
  last_heard_ns_ = context_.simulation.now_ns();
  if (std::holds_alternative<Attached>(host_event)) {
    if (std::exchange(attached_, true)) return;
    context_.journal.note(config_.device, context_.simulation.now_ns(), "usb_attached", {});
    to_host_.post(std::move(host_event));
  } else if (std::holds_alternative<Detached>(host_event)) {
    if (!std::exchange(attached_, false)) return;
    context_.journal.note(config_.device, context_.simulation.now_ns(), "usb_detached", {});
    guard_.disconnected();
    for (const auto& [id, transfer] : std::exchange(open_, {}))
      complete(id, TransferStatus::kNoDevice);
    to_host_.post(Detached{});
  } else {
    take(std::get<Completion>(std::move(host_event)));
  }
}

void UsbGatewayModule::take(Completion completion) {
  const auto found = open_.find(completion.id);
  if (found == open_.end()) return;  // the host has had its answer
  const Transfer transfer = std::move(found->second);
  open_.erase(found);
  guard_.completed(transfer, completion);
  const bool control = transfer.type == TransferType::kControl;
  if (control) {
    if (completion.status == TransferStatus::kCompleted && is_in(transfer))
      learn(transfer, completion.data);
    const fault::Fate fate = control_in_.send(std::move(completion), 0);
    if (fate.stalled) complete(transfer.id, TransferStatus::kStalled);
    return;
  }
  if (!is_in(transfer) || completion.status != TransferStatus::kCompleted) {
    to_host_.post(std::move(completion));
    return;
  }
  const fault::Fate fate = endpoint(transfer.bEndpointAddress).in->send(std::move(completion), 0);
  if (fate.stalled) return complete(transfer.id, TransferStatus::kStalled);
  if (fate.lost) outgoing_.post(transfer);  // the host goes on waiting
}

// The whole configuration names the endpoints for the journal.
void UsbGatewayModule::learn(const Transfer& request, const wire::Bytes& answer) {
  constexpr std::uint8_t kGetDescriptor = 6, kConfiguration = 2;  // USB 2.0, Tables 9-4 and 9-5
  if (!config_.endpoints || request.setup.bmRequestType != 0x80 ||
      request.setup.bRequest != kGetDescriptor || request.setup.wValue >> 8 != kConfiguration) {
    return;
  }
  const auto configuration = decode_whole_configuration(answer);
  if (!configuration) return;  // its head only, or damaged
  for (channel::UsbEndpoint& info : config_.endpoints(*configuration))
    add_endpoint(std::move(info));
}

}  // namespace uketsuke::gateway
