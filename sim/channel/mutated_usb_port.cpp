#include "sim/channel/mutated_usb_port.h"

#include <algorithm>
#include <utility>


namespace uketsuke::channel {
namespace {

using namespace wire::usb;
using fault::MutationFate;
using fault::MutationPipe;

constexpr std::uint64_t kOwnIds = std::uint64_t{1} << 63;
constexpr std::size_t kSetupBytes = 8;
constexpr std::uint8_t kSetConfiguration = 9;  // USB 2.0, Table 9-4

bool is_in(const Transfer& transfer) { return (transfer.bEndpointAddress & 0x80) != 0; }

wire::Bytes request_bytes(const Transfer& transfer) {
  const SetupPacket& setup = transfer.setup;
  wire::ByteWriter writer;
  writer.write_u8(setup.bmRequestType);
  writer.write_u8(setup.bRequest);
  writer.write_u16le(setup.wValue);
  writer.write_u16le(setup.wIndex);
  writer.write_u16le(setup.wLength);
  writer.write_bytes(transfer.data);
  return writer.take();
}

void set_request(Transfer& transfer, const wire::Bytes& bytes) {
  if (bytes.size() < kSetupBytes) return;
  wire::ByteReader reader(bytes);
  transfer.setup.bmRequestType = reader.read_u8("bmRequestType");
  transfer.setup.bRequest = reader.read_u8("bRequest");
  transfer.setup.wValue = reader.read_u16le("wValue");
  transfer.setup.wIndex = reader.read_u16le("wIndex");
  transfer.setup.wLength = reader.read_u16le("wLength");
  transfer.data = wire::to_bytes(reader.rest());
}

}  // namespace

MutatedUsbPort::MutatedUsbPort(sc_core::sc_module_name name, kernel::Simulation& simulation,
                               UsbHostPort& port, fault::Mutator& mutator,
                               MutatedEndpoints endpoints)
    : Module(name, simulation), port_(port), mutator_(mutator), endpoints_(endpoints),
      to_host_(simulation), later_(simulation) {
  listen({&port_.to_host().event(), &later_.event()});
}

void MutatedUsbPort::wake() {
  port_.to_host().drain([this](HostEvent event) { take(std::move(event)); });
  later_.drain([this](Later later) {
    if (auto* transfer = std::get_if<Transfer>(&later.what)) {
      pass_on(std::move(*transfer), 0);
    } else {
      send_made_up(std::get<fault::ExtraMessage>(later.what));
    }
  });
}

// ---- host to device
bool MutatedUsbPort::dead(const Transfer& transfer) const {
  if (hang_ == fault::Hang::kAll) return true;
  if (hang_ == fault::Hang::kNo || transfer.type == TransferType::kControl) return false;
  return transfer.bEndpointAddress == endpoints_.bulk_out ||
         transfer.bEndpointAddress == endpoints_.bulk_in ||
         transfer.bEndpointAddress == endpoints_.interrupt_in;
}

void MutatedUsbPort::submit(Transfer transfer) {
  if (dead(transfer)) {
    lost_.insert(transfer.id);
  } else if (transfer.type == TransferType::kControl) {
    submit_control(std::move(transfer));
  } else if (transfer.bEndpointAddress == endpoints_.bulk_out) {
    submit_out(std::move(transfer));
  } else if (is_in(transfer)) {
    submit_in(std::move(transfer));
  } else {
    port_.submit(std::move(transfer));
  }
}

void MutatedUsbPort::submit_control(Transfer transfer) {
  wire::Bytes bytes = request_bytes(transfer);
  const SetupPacket setup = transfer.setup;
  MutationFate fate = mutator_.pass(MutationPipe::kControlOut, bytes, &setup, now_us());
  if (!fate.touched) return pass_on(std::move(transfer), 0);
  set_request(transfer, bytes);
  begin_hang(fate);
  if (dead(transfer)) {
    lost_.insert(transfer.id);
    return;
  }
  if (fate.stalled) return refuse(transfer.id, TransferStatus::kStalled);
  const auto answer =
      std::find_if(fate.extra.begin(), fate.extra.end(), [](const fault::ExtraMessage& message) {
        return message.pipe == MutationPipe::kControlIn;
      });
  if (fate.dropped && answer != fate.extra.end()) {
    const bool in = (setup.bmRequestType & 0x80) != 0;
    wire::Bytes data = in ? std::move(answer->bytes) : wire::Bytes{};
    if (data.size() > setup.wLength) data.resize(setup.wLength);
    const auto actual = static_cast<std::uint32_t>(in ? data.size() : transfer.data.size());
    to_host_.post(Completion{transfer.id, TransferStatus::kCompleted, std::move(data), actual},
                  answer->delay_us * 1000);
    fate.extra.erase(answer);
  } else if (fate.dropped) {
    lost_.insert(transfer.id);
  } else {
    pass_on(std::move(transfer), fate.delay_us);
  }
  make_up(fate);
}

void MutatedUsbPort::submit_out(Transfer transfer) {
  const auto length = static_cast<std::uint32_t>(transfer.data.size());
  const MutationFate fate =
      mutator_.pass(MutationPipe::kBulkOut, transfer.data, nullptr, now_us());
  std::deque<Transfer> behind;
  if (!fate.held) behind = std::exchange(held_out_, {});
  begin_hang(fate);
  if (fate.stalled) {
    refuse(transfer.id, TransferStatus::kStalled);
  } else if (fate.dropped || dead(transfer) || fate.held) {
    // The device took it: it is lost inside.
    to_host_.post(Completion{transfer.id, TransferStatus::kCompleted, {}, length});
    transfer.id = next_own_id_++;
    if (fate.held) held_out_.push_back(std::move(transfer));
  } else {
    for (std::uint32_t i = 0; i < fate.copies; ++i) copy_out(transfer);
    pass_on(std::move(transfer), fate.delay_us);
  }
  for (Transfer& held : behind) port_.submit(std::move(held));
  make_up(fate);
}

void MutatedUsbPort::copy_out(const Transfer& transfer) {
  Transfer copy = transfer;
  copy.id = next_own_id_++;
  port_.submit(std::move(copy));
}

void MutatedUsbPort::submit_in(Transfer transfer) {
  auto& stash = stash_[transfer.bEndpointAddress];
  if (!stash.empty()) {
    wire::Bytes bytes = std::move(stash.front());
    stash.pop_front();
    return deliver(transfer.id, transfer.length, std::move(bytes), 0);
  }
  pass_on(std::move(transfer), 0);
}

void MutatedUsbPort::pass_on(Transfer transfer, std::uint64_t delay_us) {
  if (delay_us != 0) return later_.post({std::move(transfer)}, delay_us * 1000);
  pending_[transfer.id] = transfer;
  if (transfer.type != TransferType::kControl && is_in(transfer))
    reads_[transfer.bEndpointAddress].push_back(transfer.id);
  port_.submit(std::move(transfer));
}

void MutatedUsbPort::cancel(std::uint64_t id) {
  if (lost_.erase(id) != 0) return refuse(id, TransferStatus::kCancelled);
  port_.cancel(id);
}

void MutatedUsbPort::reset() {
  if (hang_ends_at_reset_) hang_ = fault::Hang::kNo;
  joined_.clear();
  port_.reset();
}

// ---- device to host
void MutatedUsbPort::take(HostEvent event) {
  if (auto* completion = std::get_if<Completion>(&event))
    return take_completion(std::move(*completion));
  if (std::holds_alternative<Attached>(event)) mutator_.attached(now_us());
  forget();
  to_host_.post(std::move(event));
}

void MutatedUsbPort::take_completion(Completion completion) {
  const auto found = pending_.find(completion.id);
  const Transfer transfer = found != pending_.end() ? std::move(found->second) : Transfer{};
  const bool known = found != pending_.end();
  if (known) pending_.erase(found);
  const bool read = known && transfer.type != TransferType::kControl && is_in(transfer);
  if (read) {
    auto& reads = reads_[transfer.bEndpointAddress];
    reads.erase(std::remove(reads.begin(), reads.end(), completion.id), reads.end());
  }
  if (answered_.erase(completion.id) != 0) {
    // It came before it could be cancelled: for the next one who asks.
    if (read && !completion.data.empty())
      stash_[transfer.bEndpointAddress].push_front(std::move(completion.data));
    return;
  }
  if (completion.id >= kOwnIds) return;
  if (!known || completion.status != TransferStatus::kCompleted) {
    to_host_.post(std::move(completion));
  } else if (dead(transfer)) {
    lost_.insert(completion.id);  // what was on its way when it hung
  } else if (transfer.type == TransferType::kControl) {
    finish_control(std::move(completion), transfer);
  } else if (read && (transfer.bEndpointAddress == endpoints_.bulk_in ||
                      transfer.bEndpointAddress == endpoints_.interrupt_in)) {
    finish_in(std::move(completion), transfer);
  } else {
    to_host_.post(std::move(completion));
  }
}

void MutatedUsbPort::finish_control(Completion completion, const Transfer& transfer) {
  const SetupPacket& setup = transfer.setup;
  if (setup.bmRequestType == 0 && setup.bRequest == kSetConfiguration && setup.wValue != 0)
    mutator_.configured(now_us());
  const MutationFate fate =
      mutator_.pass(MutationPipe::kControlIn, completion.data, &setup, now_us());
  begin_hang(fate);
  if (!fate.touched) return to_host_.post(std::move(completion));
  if (fate.dropped || dead(transfer)) {
    lost_.insert(completion.id);
  } else if (fate.stalled) {
    refuse(completion.id, TransferStatus::kStalled);
  } else if ((setup.bmRequestType & 0x80) != 0) {
    deliver(completion.id, setup.wLength, std::move(completion.data), fate.delay_us);
  } else {
    to_host_.post(std::move(completion), fate.delay_us * 1000);
  }
  make_up(fate);
}

void MutatedUsbPort::finish_in(Completion completion, const Transfer& transfer) {
  const std::uint8_t address = transfer.bEndpointAddress;
  const auto pipe =
      address == endpoints_.bulk_in ? MutationPipe::kBulkIn : MutationPipe::kInterrupt;
  const MutationFate fate = mutator_.pass(pipe, completion.data, nullptr, now_us());
  if (fate.joined) {
    wire::Bytes& prefix = joined_[address];
    prefix.insert(prefix.end(), completion.data.begin(), completion.data.end());
  }
  if (fate.held) held_in_[address].push_back(completion.data);
  begin_hang(fate);
  if (dead(transfer)) {
    lost_.insert(completion.id);
  } else if (fate.stalled) {
    refuse(completion.id, TransferStatus::kStalled);
  } else if (fate.dropped || fate.joined || fate.held) {
    pass_on(transfer, 0);  // the host goes on waiting
  } else if (fate.delay_us != 0) {
    for (std::uint32_t i = 0; i <= fate.copies; ++i)
      later_.post({fault::ExtraMessage{pipe, completion.data, 0}}, fate.delay_us * 1000);
    pass_on(transfer, 0);
  } else {
    wire::Bytes prefix = std::exchange(joined_[address], {});
    completion.data.insert(completion.data.begin(), prefix.begin(), prefix.end());
    auto& stash = stash_[address];
    for (std::uint32_t i = 0; i < fate.copies; ++i) stash.push_back(completion.data);
    for (wire::Bytes& held : std::exchange(held_in_[address], {})) stash.push_back(std::move(held));
    deliver(completion.id, transfer.length, std::move(completion.data), 0);
  }
  make_up(fate);
}

// A message that is longer than the host has room for: USB 2.0, 8.7.4 (babble).
void MutatedUsbPort::deliver(std::uint64_t id, std::uint32_t room, wire::Bytes bytes,
                             std::uint64_t delay_us) {
  if (bytes.size() > room) return refuse(id, TransferStatus::kOverflow);
  const auto actual = static_cast<std::uint32_t>(bytes.size());
  to_host_.post(Completion{id, TransferStatus::kCompleted, std::move(bytes), actual},
                delay_us * 1000);
}

void MutatedUsbPort::refuse(std::uint64_t id, TransferStatus status) {
  to_host_.post(Completion{id, status, {}, 0});
}

void MutatedUsbPort::make_up(const MutationFate& fate) {
  for (const fault::ExtraMessage& message : fate.extra) {
    if (message.delay_us != 0) {
      later_.post({message}, message.delay_us * 1000);
    } else {
      send_made_up(message);
    }
  }
}

void MutatedUsbPort::send_made_up(const fault::ExtraMessage& message) {
  const std::uint8_t address = message.pipe == MutationPipe::kBulkIn ? endpoints_.bulk_in
                                                                     : endpoints_.interrupt_in;
  if (hang_ != fault::Hang::kNo || address == 0) return;
  for (const std::uint64_t id : reads_[address]) {
    if (answered_.count(id) != 0) continue;
    const std::uint32_t room = pending_[id].length;
    answered_.insert(id);
    deliver(id, room, message.bytes, 0);
    return port_.cancel(id);
  }
  stash_[address].push_back(message.bytes);
}

void MutatedUsbPort::begin_hang(const MutationFate& fate) {
  if (fate.hang <= hang_) return;
  hang_ = fate.hang;
  hang_ends_at_reset_ = fate.hang_ends_at_reset;
}

// The device is another one now, or gone: so is what it had to say.
void MutatedUsbPort::forget() {
  hang_ = fault::Hang::kNo;
  stash_.clear();
  joined_.clear();
  held_in_.clear();
  held_out_.clear();
}

}  // namespace uketsuke::channel
