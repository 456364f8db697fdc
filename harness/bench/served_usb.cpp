#include "harness/bench/served_usb.h"

#include <utility>

#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::bench {
namespace {

using namespace wire::usb;

constexpr std::uint8_t kAddress = 1;  // one device on each of our buses

bool sets_address(const Transfer& transfer) {
  return transfer.type == TransferType::kControl && transfer.setup.bmRequestType == 0 &&
         transfer.setup.bRequest == static_cast<std::uint8_t>(StandardRequest::SET_ADDRESS);
}

}  // namespace

class ServedUsb::Route : public gateway::UsbRoute {
 public:
  Route(ServedUsb& module, std::shared_ptr<kernel::Inbox> inbox,
        std::shared_ptr<Socket> socket, gateway::UsbIdentity identity)
      : module_(module), inbox_(std::move(inbox)), socket_(std::move(socket)),
        identity_(std::move(identity)) {}
  ~Route() override {
    const std::lock_guard<std::mutex> lock(socket_->mutex);
    if (socket_->owner != this) return;
    socket_->owner = nullptr;
    socket_->report = {};
    // Whoever comes next finds a device that nobody has used.
    inbox_->post([&module = module_] { module.reset(); });
  }

  void start(Report report) override {
    const std::lock_guard<std::mutex> lock(socket_->mutex);
    socket_->owner = this;
    socket_->report = std::move(report);
    inbox_->post([&module = module_] { module.start(); });
  }
  void submit(Transfer transfer) override {
    inbox_->post([&module = module_, transfer = std::move(transfer)] { module.submit(transfer); });
  }
  void cancel(std::uint64_t id) override {
    inbox_->post([&module = module_, id] { module.cancel(id); });
  }
  void reset() override {
    inbox_->post([&module = module_] { module.reset(); });
  }
  gateway::UsbIdentity identity() const override { return identity_; }

 private:
  ServedUsb& module_;  // touched only by what is posted: the inbox is closed before it goes
  std::shared_ptr<kernel::Inbox> inbox_;
  std::shared_ptr<Socket> socket_;
  gateway::UsbIdentity identity_;
};

ServedUsb::ServedUsb(sc_core::sc_module_name name, channel::Context& context,
                                 channel::UsbChannel& usb, std::shared_ptr<kernel::Inbox> inbox,
                                 gateway::UsbIdentity identity)
    : Module(name, context.simulation), usb_(usb), inbox_(std::move(inbox)),
      identity_(std::move(identity)) {
  listen({&usb_.to_host().event()});
}

ServedUsb::~ServedUsb() = default;

std::unique_ptr<gateway::UsbRoute> ServedUsb::route() {
  return std::make_unique<Route>(*this, inbox_, socket_, identity_);
}

void ServedUsb::tell(HostEvent event) {
  const std::lock_guard<std::mutex> lock(socket_->mutex);
  if (socket_->report) socket_->report(std::move(event));
}

void ServedUsb::wake() {
  usb_.to_host().drain([this](HostEvent event) { take(std::move(event)); });
}

void ServedUsb::take(HostEvent event) {
  if (const auto* attached = std::get_if<Attached>(&event)) {
    present_ = *attached;
    plugged_ = true;
    return give_address();
  }
  if (std::holds_alternative<Detached>(event)) {
    const bool known = std::exchange(addressed_, false);
    plugged_ = false;
    address_id_ = 0;
    if (known) tell(Detached{});
    return;
  }
  auto& completion = std::get<Completion>(event);
  if (completion.id == address_id_) {
    address_id_ = 0;
    addressed_ = completion.status == TransferStatus::kCompleted;
    if (addressed_) tell(present_);
    return;
  }
  const auto found = open_.find(completion.id);
  if (found == open_.end()) return;  // ended by a reset
  completion.id = found->second;
  open_.erase(found);
  tell(std::move(completion));
}

// USB 2.0, 9.1.1.4: a device without an address cannot be configured.
void ServedUsb::give_address() {
  Transfer transfer;
  transfer.id = address_id_ = next_id_++;
  transfer.type = TransferType::kControl;
  transfer.setup = set_address(kAddress);
  usb_.submit(std::move(transfer));
}

void ServedUsb::start() {
  if (addressed_) tell(present_);
}

void ServedUsb::submit(Transfer transfer) {
  if (!addressed_) return tell(Completion{transfer.id, TransferStatus::kNoDevice, {}, 0});
  if (sets_address(transfer))
    return tell(Completion{transfer.id, TransferStatus::kCompleted, {}, 0});
  const std::uint64_t id = next_id_++;
  open_.emplace(id, transfer.id);
  transfer.id = id;
  usb_.submit(std::move(transfer));
}

void ServedUsb::cancel(std::uint64_t id) {
  for (const auto& [own, theirs] : open_)
    if (theirs == id) return usb_.cancel(own);
}

void ServedUsb::end_open_transfers() {
  for (const auto& [own, theirs] : std::exchange(open_, {})) {
    usb_.cancel(own);
    tell(Completion{theirs, TransferStatus::kCancelled, {}, 0});
  }
}

void ServedUsb::reset() {
  end_open_transfers();
  if (std::exchange(addressed_, false)) tell(Detached{});
  if (!plugged_) return;
  if (address_id_ != 0) usb_.cancel(std::exchange(address_id_, 0));
  usb_.reset();
  give_address();
}

}  // namespace uketsuke::bench
