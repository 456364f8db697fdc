#include "sim/gateway/usbip_server.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace uketsuke::gateway {
namespace {

using namespace wire::usbip;
using wire::ByteView;
using wire::Bytes;

// Isochronous transfers are refused, but what they announce has to be read past.
constexpr std::uint32_t kMaxIsoPackets = 1024;
constexpr std::chrono::milliseconds kBreath{200};

}  // namespace

TcpAddress usbip_address_from(const std::string& text) {
  if (text.empty()) return {"127.0.0.1", kDefaultPort};
  if (auto address = parse_tcp_address(text)) return *address;
  // A host alone; one with a bad port is no host.
  if (text.find_first_of(" /") == std::string::npos) {
    const bool v6 = std::count(text.begin(), text.end(), ':') > 1;
    if (auto address = parse_tcp_address(fmt::format(v6 ? "[{}]:{}" : "{}:{}", text, kDefaultPort)))
      return *address;
  }
  throw UsbipError(fmt::format("{} は アドレス:ポート ではありません（例 127.0.0.1:3240）", text),
                   fmt::format("{} is no ADDR:PORT (as in 127.0.0.1:3240)", text));
}

UsbipServer::UsbipServer(const TcpAddress& address) : address_(address) {
  auto listener = tcp_listen(address, /*allow_remote=*/true);
  if (const auto* trouble = std::get_if<TcpTrouble>(&listener)) {
    throw UsbipError(
        fmt::format("{} で待ち受けられません（{}）。別のポートか 0（空きポート）を指定してください",
                    to_string(address), trouble->what),
        fmt::format("cannot listen on {} ({}); name another port, or 0 for any free one",
                    to_string(address), trouble->what));
  }
  listener_ = std::move(std::get<FileDescriptor>(listener));
  address_.port = tcp_port(listener_.get());
}

UsbipServer::~UsbipServer() {
  if (thread_.joinable()) {
    inbox_.post([this] { stopping_ = true; });
    thread_.join();
  }
  inbox_.close();
  devices_.clear();  // nothing is reported any more
}

std::string UsbipServer::add(std::unique_ptr<UsbRoute> device) {
  const auto number = static_cast<unsigned>(devices_.size() + 1);
  devices_.push_back(std::make_unique<UsbipExport>(std::move(device), number));
  return devices_.back()->busid();
}

void UsbipServer::start() {
  for (const auto& device : devices_) {
    UsbipExport* exported = device.get();
    exported->route().start([this, exported](RouteEvent event) {
      inbox_.post([exported, event = std::move(event)] { exported->on_event(event); });
    });
  }
  thread_ = std::thread([this] { run(); });
}

void UsbipServer::run() {
  std::vector<pollfd> watched;
  while (!stopping_) {
    watched.clear();
    watched.push_back({inbox_.fd(), POLLIN, 0});
    const bool accepts = Clock::now() >= accept_after_;
    watched.push_back({listener_.get(), static_cast<short>(accepts ? POLLIN : 0), 0});
    for (const Peer& peer : peers_) {
      const bool reads = !peer.closing && peer.awaited == nullptr &&
                         peer.tcp.unsent() < kMaxUnsent &&
                         (peer.device == nullptr || !peer.device->is_resetting());
      const int events = (reads ? POLLIN : 0) | (peer.tcp.unsent() > 0 ? POLLOUT : 0);
      watched.push_back({peer.tcp.fd(), static_cast<short>(events), 0});
    }
    if (::poll(watched.data(), watched.size(), next_timeout_ms()) < 0) continue;
    std::size_t index = 2;
    for (Peer& peer : peers_) serve(peer, watched[index++].revents);
    inbox_.drain();
    if ((watched[1].revents & POLLIN) != 0) accept_all();
    retry_imports();
    check_deadlines();
    bury();
  }
  for (Peer& peer : peers_) peer.dead = true;
  bury();
}

void UsbipServer::accept_all() {
  while (true) {
    FileDescriptor socket = tcp_accept(listener_.get());
    if (!socket) {
      // Out of descriptors: the connection stays in the queue of the system for a while.
      if (errno != EAGAIN && errno != EWOULDBLOCK) accept_after_ = Clock::now() + kBreath;
      return;
    }
    if (peers_.size() >= kMaxPeers) continue;
    peers_.emplace_back(std::move(socket));
    peers_.back().deadline = Clock::now() + kPatience;
  }
}

void UsbipServer::serve(Peer& peer, short events) {
  if ((events & POLLOUT) != 0 && !peer.tcp.flush()) peer.dead = true;
  if ((events & POLLIN) != 0) {
    if (!peer.tcp.receive(peer.in)) {
      peer.dead = true;
      return;
    }
    take_in(peer);
  } else if ((events & (POLLHUP | POLLERR)) != 0) {
    peer.dead = true;
  }
}

void UsbipServer::take_in(Peer& peer) {
  std::size_t used = 0;
  while (!peer.dead && !peer.closing && peer.awaited == nullptr &&
         (peer.device == nullptr || !peer.device->is_resetting())) {
    const ByteView rest = ByteView(peer.in).subspan(used);
    const std::size_t step =
        peer.device == nullptr ? operation(peer, rest) : command(peer, rest);
    if (step == 0) break;
    used += step;
  }
  peer.in.erase(peer.in.begin(), peer.in.begin() + static_cast<std::ptrdiff_t>(used));
  // A message that has begun has its time from its beginning, not from its last byte.
  const bool half = peer.device != nullptr && !peer.in.empty();
  if (half && (!peer.half || used > 0)) peer.deadline = Clock::now() + kPatience;
  peer.half = half;
  if (peer.in.empty() && peer.in.capacity() > 4 * TcpPeer::kReceivedAtOnce) peer.in = {};
}

bool UsbipServer::has_deadline(const Peer& peer) const {
  return peer.device == nullptr || peer.half || peer.closing || peer.device->is_resetting();
}

int UsbipServer::next_timeout_ms() const {
  auto next = Clock::time_point::max();
  if (accept_after_ > Clock::now()) next = accept_after_;
  for (const Peer& peer : peers_)
    if (has_deadline(peer)) next = std::min(next, peer.deadline);
  if (next == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void UsbipServer::check_deadlines() {
  const auto now = Clock::now();
  for (Peer& peer : peers_) {
    if (!has_deadline(peer) || now < peer.deadline) continue;
    if (const UsbipExport* device = std::exchange(peer.awaited, nullptr)) {
      refuse(peer, device->is_taken() ? OpStatus::kDeviceBusy : OpStatus::kDeviceError);
    } else {
      peer.dead = true;
    }
  }
}

// Devices become ready by themselves; whoever waited longest gets it.
void UsbipServer::retry_imports() {
  for (Peer& peer : peers_) {
    if (peer.awaited != nullptr && !peer.awaited->is_taken() && !peer.awaited->is_coming()) {
      UsbipExport& device = *std::exchange(peer.awaited, nullptr);
      import(peer, device.busid());
    }
    // What it sent while it had to wait.
    const bool waits = peer.awaited != nullptr ||
                       (peer.device != nullptr && peer.device->is_resetting());
    if (!waits && !peer.in.empty() && !peer.dead) take_in(peer);
  }
}

void UsbipServer::bury() {
  for (Peer& peer : peers_) {
    if (peer.closing && peer.tcp.unsent() == 0) peer.dead = true;
    if (peer.dead && peer.device != nullptr) std::exchange(peer.device, nullptr)->release();
  }
  peers_.remove_if([](const Peer& peer) { return peer.dead; });
}

void UsbipServer::send(Peer& peer, ByteView bytes) {
  if (!peer.tcp.send(bytes)) peer.dead = true;
}

void UsbipServer::close_after_sending(Peer& peer) {
  peer.closing = true;
  peer.deadline = Clock::now() + kPatience;
}

std::size_t UsbipServer::operation(Peer& peer, ByteView bytes) {
  if (bytes.size() < kOpHeaderLength) return 0;
  const auto header = decode_op_header(bytes.first(kOpHeaderLength));
  if (header && header->code == OpCode::OP_REQ_DEVLIST) {
    list(peer);
    return kOpHeaderLength;
  }
  if (!header || header->code != OpCode::OP_REQ_IMPORT) {
    peer.dead = true;  // another version, or no USB/IP
    return 0;
  }
  const std::size_t whole = kOpHeaderLength + kBusIdLength;
  if (bytes.size() < whole) return 0;
  const auto busid = decode_busid(bytes.subspan(kOpHeaderLength, kBusIdLength));
  if (busid) import(peer, *busid);
  else refuse(peer, OpStatus::kFailed);
  return whole;
}

void UsbipServer::list(Peer& peer) {
  std::vector<ListedDevice> listed;
  for (const auto& device : devices_)
    if (device->is_listed()) listed.push_back(device->listed());
  send(peer, encode_devlist_reply(listed));
  close_after_sending(peer);
}

void UsbipServer::refuse(Peer& peer, OpStatus status) {
  send(peer, encode_refusal(OpCode::OP_REP_IMPORT, status));
  close_after_sending(peer);
}

void UsbipServer::import(Peer& peer, const std::string& busid) {
  for (const auto& device : devices_) {
    if (device->busid() != busid) continue;
    const bool taken = device->is_taken();
    if (!taken && device->is_ready()) return give(peer, *device);
    if (!taken && !device->is_coming()) return refuse(peer, OpStatus::kNoSuchDevice);
    peer.awaited = device.get();
    peer.deadline = Clock::now() + (taken ? kBusyPatience : kDevicePatience);
    return;
  }
  refuse(peer, OpStatus::kNoSuchDevice);
}

void UsbipServer::give(Peer& peer, UsbipExport& device) {
  peer.device = &device;
  send(peer, encode_import_reply(device.listed().device));
  device.take([this, &peer](const Bytes& message) { send(peer, message); },
              [this, &peer] {
                peer.device = nullptr;
                close_after_sending(peer);
              });
}

std::size_t UsbipServer::command(Peer& peer, ByteView bytes) {
  if (bytes.size() < wire::usbip::kHeaderLength) return 0;
  const auto pdu = decode(bytes.first(wire::usbip::kHeaderLength));
  if (!pdu) {
    peer.dead = true;
    return 0;
  }
  if (const auto* unlink = std::get_if<CmdUnlink>(&*pdu)) {
    peer.device->unlink(*unlink);
    return wire::usbip::kHeaderLength;
  }
  const auto* submit = std::get_if<CmdSubmit>(&*pdu);
  const bool out = submit != nullptr && submit->basic.direction == Direction::USBIP_DIR_OUT;
  if (submit == nullptr || (out && submit->transfer_buffer_length > UsbipExport::kMaxOut) ||
      (submit->is_iso() && submit->number_of_packets > kMaxIsoPackets)) {
    peer.dead = true;
    return 0;
  }
  const std::size_t data =
      out ? static_cast<std::size_t>(submit->transfer_buffer_length) : std::size_t{0};
  const std::size_t iso = submit->is_iso() ? submit->number_of_packets * kIsoPacketLength : 0;
  const std::size_t whole = wire::usbip::kHeaderLength + data + iso;
  if (bytes.size() < whole) return 0;
  if (!peer.device->submit(*submit, bytes.subspan(wire::usbip::kHeaderLength, data)))
    peer.dead = true;
  else if (peer.device != nullptr && peer.device->is_resetting())
    peer.deadline = Clock::now() + kDevicePatience;
  return whole;
}

}  // namespace uketsuke::gateway
