#include "sim/gateway/usbip_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/wire/usb/descriptor.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::gateway {
namespace {

using namespace wire::usb;
using wire::ByteView;
using wire::Bytes;
using wire::usbip::CmdSubmit;
using wire::usbip::CmdUnlink;
using wire::usbip::Direction;

constexpr std::uint8_t kDevice = 1, kConfiguration = 2;  // USB 2.0, Table 9-5
constexpr std::uint16_t kDeviceLength = 18, kConfigurationHead = 9;
// How Linux asks for a reset of the port: SET_FEATURE(PORT_RESET) of hub class (USB 2.0, 11.24.2),
// sent to the device itself.
constexpr std::uint8_t kHubPort = 0x23, kSetFeature = 3;
constexpr std::uint16_t kPortReset = 4;

}  // namespace

UsbipExport::UsbipExport(std::unique_ptr<UsbRoute> route, unsigned number)
    : route_(std::move(route)) {
  listed_.device.busid = fmt::format("1-{}", number);
  listed_.device.path = fmt::format("/sys/devices/uketsuke/usb1/1-{}", number);
  listed_.device.busnum = 1;
  listed_.device.devnum = number + 1;  // 1 is the hub's, as on every bus of Linux
}

void UsbipExport::on_event(RouteEvent event) {
  if (std::holds_alternative<RouteFailed>(event)) return detached();
  auto& what = std::get<HostEvent>(event);
  if (const auto* speed = std::get_if<Attached>(&what)) return attached(speed->speed);
  if (std::holds_alternative<Detached>(what)) return detached();
  auto& completion = std::get<Completion>(what);
  if (completion.id == reading_id_) return read_done(completion);
  completed(std::move(completion));
}

void UsbipExport::attached(Speed speed) {
  expects_detach_ = false;
  listed_.device.speed = wire::usbip::speed_code(speed);
  if (taken_) {  // after a reset for its client, which knows the descriptors
    state_ = State::kTaken;
    if (reset_seqnum_) answer_submit(*std::exchange(reset_seqnum_, std::nullopt), 0, 0);
    return;
  }
  state_ = State::kNew;
  read_next(Reading::kDevice, kDeviceLength);
}

void UsbipExport::detached() {
  reading_ = Reading::kNothing;
  reading_id_ = 0;
  if (std::exchange(expects_detach_, false)) {
    state_ = State::kNew;
    return;
  }
  state_ = State::kAbsent;
  described_ = false;
  if (!taken_) return;
  // The route has ended all transfers; what it forgot is ended here.
  for (const auto& [id, pending] : std::exchange(pending_, {}))
    answer_submit(pending.seqnum, wire::usbip::status_code(TransferStatus::kNoDevice), 0);
  numbers_.clear();
  pending_bytes_ = 0;
  if (reset_seqnum_)
    answer_submit(*std::exchange(reset_seqnum_, std::nullopt),
                  wire::usbip::status_code(TransferStatus::kNoDevice), 0);
  taken_ = false;
  answer_ = {};
  const std::function<void()> gone = std::exchange(gone_, {});
  if (gone) gone();
}

void UsbipExport::read_next(Reading what, std::uint16_t length) {
  reading_ = what;
  Transfer transfer;
  transfer.id = reading_id_ = next_id_++;
  transfer.type = TransferType::kControl;
  const std::uint8_t type = what == Reading::kDevice ? kDevice : kConfiguration;
  transfer.setup = get_descriptor(type, 0, 0, length);
  transfer.length = length;
  route_->submit(std::move(transfer));
}

// A device that cannot be described is not offered: it stays in kNew.
void UsbipExport::read_done(const Completion& completion) {
  reading_id_ = 0;
  if (completion.status != TransferStatus::kCompleted) return;
  const ByteView bytes = completion.data;
  switch (std::exchange(reading_, Reading::kNothing)) {
    case Reading::kNothing:
      return;
    case Reading::kDevice: {
      const auto device = wire::usb::decode_device(bytes);
      if (!device) return;
      wire::usbip::Device& out = listed_.device;
      out.idVendor = device->idVendor;
      out.idProduct = device->idProduct;
      out.bcdDevice = device->bcdDevice;
      out.bDeviceClass = device->bDeviceClass;
      out.bDeviceSubClass = device->bDeviceSubClass;
      out.bDeviceProtocol = device->bDeviceProtocol;
      out.bNumConfigurations = device->bNumConfigurations;
      return read_next(Reading::kConfigurationHead, kConfigurationHead);
    }
    case Reading::kConfigurationHead: {
      const auto head = decode_configuration(bytes);
      if (head) read_next(Reading::kConfiguration, head->wTotalLength);
      return;
    }
    case Reading::kConfiguration: {
      const auto configuration = decode_whole_configuration(bytes);
      if (configuration) described(*configuration);
      return;
    }
  }
}

void UsbipExport::described(const Configuration& configuration) {
  listed_.device.bConfigurationValue = configuration.descriptor.bConfigurationValue;
  listed_.interfaces.clear();
  endpoints_.clear();
  for (const InterfaceNode& node : configuration.interfaces) {
    const InterfaceDescriptor& interface = node.descriptor;
    if (interface.bAlternateSetting == 0)
      listed_.interfaces.push_back({interface.bInterfaceClass, interface.bInterfaceSubClass,
                                    interface.bInterfaceProtocol});
    for (const EndpointNode& endpoint : node.endpoints) {
      const EndpointDescriptor& d = endpoint.descriptor;
      endpoints_[d.bEndpointAddress] = {static_cast<TransferType>(d.bmAttributes & 3),
                                        std::max<std::uint16_t>(d.wMaxPacketSize & 0x7FF, 1)};
    }
  }
  listed_.device.bNumInterfaces = static_cast<std::uint8_t>(listed_.interfaces.size());
  described_ = true;
  state_ = State::kReady;
}

void UsbipExport::take(Answer answer, std::function<void()> gone) {
  taken_ = true;
  state_ = State::kTaken;
  answer_ = std::move(answer);
  gone_ = std::move(gone);
}

void UsbipExport::release() {
  if (!taken_) return;
  taken_ = false;
  answer_ = {};
  gone_ = {};
  for (const auto& [id, pending] : std::exchange(pending_, {})) route_->cancel(id);
  numbers_.clear();
  pending_bytes_ = 0;
  reset_seqnum_.reset();
  if (state_ == State::kAbsent && !expects_detach_) return;
  expects_detach_ = true;
  state_ = State::kNew;
  route_->reset();
}

void UsbipExport::answer_submit(std::uint32_t seqnum, std::int32_t status, std::int32_t actual,
                                ByteView data) {
  wire::usbip::RetSubmit answer;
  answer.basic.seqnum = seqnum;
  answer.status = status;
  answer.actual_length = actual;
  Bytes message = wire::usbip::encode(answer);
  message.insert(message.end(), data.begin(), data.end());
  if (answer_) answer_(message);
}

void UsbipExport::answer_unlink(std::uint32_t seqnum, std::int32_t status) {
  wire::usbip::RetUnlink answer;
  answer.basic.seqnum = seqnum;
  answer.status = status;
  if (answer_) answer_(wire::usbip::encode(answer));
}

// Control: the setup packet says which way, and the command has to agree (USB 2.0, 9.3.1).
std::optional<Transfer> UsbipExport::control(const CmdSubmit& command, ByteView data) const {
  Transfer transfer;
  transfer.type = TransferType::kControl;
  transfer.setup = decode_setup_packet(command.setup).value();  // 8 bytes always decode
  const bool in = is_in(transfer.setup);
  const bool command_in = command.basic.direction == Direction::USBIP_DIR_IN;
  if (transfer.setup.wLength != 0 && in != command_in) return std::nullopt;
  if (!in && data.size() != transfer.setup.wLength) return std::nullopt;
  if (!in) transfer.data = wire::to_bytes(data);
  if (in) {
    const auto room = static_cast<std::uint32_t>(command.transfer_buffer_length);
    transfer.length = std::min<std::uint32_t>(room, transfer.setup.wLength);
    transfer.setup.wLength = static_cast<std::uint16_t>(transfer.length);
  }
  return transfer;
}

std::optional<Transfer> UsbipExport::data_transfer(const CmdSubmit& command, ByteView data) const {
  const bool in = command.basic.direction == Direction::USBIP_DIR_IN;
  Transfer transfer;
  transfer.bEndpointAddress = static_cast<std::uint8_t>(command.basic.ep | (in ? 0x80U : 0U));
  const auto found = endpoints_.find(transfer.bEndpointAddress);
  if (found == endpoints_.end()) return std::nullopt;
  transfer.type = found->second.type;
  if (transfer.type != TransferType::kBulk && transfer.type != TransferType::kInterrupt)
    return std::nullopt;
  if (in) transfer.length = static_cast<std::uint32_t>(command.transfer_buffer_length);
  else transfer.data = wire::to_bytes(data);
  return transfer;
}

bool UsbipExport::begins_reset(const CmdSubmit& command) {
  if (command.basic.ep != 0) return false;
  const SetupPacket setup = decode_setup_packet(command.setup).value();
  if (setup.bmRequestType != kHubPort || setup.bRequest != kSetFeature ||
      setup.wValue != kPortReset)
    return false;
  reset_seqnum_ = command.basic.seqnum;
  expects_detach_ = true;
  route_->reset();
  return true;
}

bool UsbipExport::submit(const CmdSubmit& command, ByteView data) {
  const std::uint32_t seqnum = command.basic.seqnum;
  if (command.basic.devid != wire::usbip::device_id(listed_.device)) return false;
  if (numbers_.count(seqnum) != 0) return false;
  if (command.is_iso()) {  // none of our devices has such an endpoint
    answer_submit(seqnum, wire::usbip::kEinval, 0);
    return true;
  }
  if (pending_.size() >= kMaxPending || pending_bytes_ + data.size() > kMaxPendingBytes) {
    answer_submit(seqnum, wire::usbip::kEnomem, 0);
    return true;
  }
  if (begins_reset(command)) return true;
  std::optional<Transfer> transfer =
      command.basic.ep == 0 ? control(command, data) : data_transfer(command, data);
  if (!transfer) {
    const bool is_control = command.basic.ep == 0;
    answer_submit(seqnum, is_control ? wire::usbip::kEinval
                                     : wire::usbip::status_code(TransferStatus::kError), 0);
    return true;
  }
  transfer->id = next_id_++;
  Pending pending;
  pending.seqnum = seqnum;
  pending.in = command.basic.direction == Direction::USBIP_DIR_IN;
  pending.short_is_wrong = (command.transfer_flags & wire::usbip::kShortNotOk) != 0;
  pending.bytes = data.size();
  pending.length = static_cast<std::uint32_t>(command.transfer_buffer_length);
  pending_.emplace(transfer->id, pending);
  numbers_.emplace(seqnum, transfer->id);
  pending_bytes_ += data.size();
  route_->submit(*transfer);
  send_zero_packet(command, *transfer);
  return true;
}

// URB_ZERO_PACKET: OUT data of whole packets is ended by an empty one (USB 2.0, 5.8.3).
void UsbipExport::send_zero_packet(const CmdSubmit& command, const Transfer& first) {
  if ((command.transfer_flags & wire::usbip::kZeroPacket) == 0 || command.basic.ep == 0 ||
      first.data.empty())
    return;
  if (first.data.size() % endpoints_.at(first.bEndpointAddress).wMaxPacketSize != 0) return;
  Transfer empty = first;
  empty.data.clear();
  empty.id = next_id_++;
  route_->submit(std::move(empty));
}

void UsbipExport::unlink(const CmdUnlink& command) {
  const auto found = numbers_.find(command.unlink_seqnum);
  // Finished (its RET_SUBMIT is on the way), never there, or unlinked already.
  if (found == numbers_.end()) return answer_unlink(command.basic.seqnum, 0);
  Pending& pending = pending_.at(found->second);
  if (pending.unlink_seqnum) return answer_unlink(command.basic.seqnum, 0);
  pending.unlink_seqnum = command.basic.seqnum;
  route_->cancel(found->second);
}

void UsbipExport::completed(Completion completion) {
  const auto found = pending_.find(completion.id);
  if (found == pending_.end()) return;
  const Pending pending = found->second;
  pending_.erase(found);
  numbers_.erase(pending.seqnum);
  pending_bytes_ -= pending.bytes;
  if (pending.unlink_seqnum && completion.status == TransferStatus::kCancelled)
    return answer_unlink(*pending.unlink_seqnum, wire::usbip::kEconnreset);
  std::int32_t status = wire::usbip::status_code(completion.status);
  if (pending.in) {
    const std::size_t room = std::min<std::size_t>(completion.data.size(), pending.length);
    const ByteView data = ByteView(completion.data).first(room);
    if (status == 0 && pending.short_is_wrong && room < pending.length)
      status = wire::usbip::kEremoteio;
    answer_submit(pending.seqnum, status, static_cast<std::int32_t>(room), data);
  } else {
    answer_submit(pending.seqnum, status, static_cast<std::int32_t>(completion.actual_length));
  }
  // It was faster than the wish to end it.
  if (pending.unlink_seqnum) answer_unlink(*pending.unlink_seqnum, 0);
}

}  // namespace uketsuke::gateway
