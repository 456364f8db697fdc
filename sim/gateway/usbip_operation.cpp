#include "sim/gateway/usbip_operation.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace uketsuke::gateway {
namespace {

using namespace wire::usbip;
using wire::ByteView;
using wire::Bytes;
using Clock = std::chrono::steady_clock;

// One connection, one operation.
class Operation {
 public:
  Operation(const TcpAddress& server, const UsbipLimits& limits, int wake_fd)
      : where_(to_string(server)), wake_fd_(wake_fd),
        answer_ms_(limits.answer_ms) {
    auto found = tcp_connect(server, limits.allow_remote, limits.connect_ms, wake_fd);
    if (auto* socket = std::get_if<FileDescriptor>(&found)) {
      socket_ = std::move(*socket);
      deadline_ = Clock::now() + std::chrono::milliseconds(answer_ms_);
      return;
    }
    const auto& why = std::get<TcpTrouble>(found);
    if (why.remote) {
      trouble_ = {fmt::format("{} はこの計算機ではありません。他の計算機のリーダーはベンチファイルの allow_remote: true で許します",
                              where_),
                  fmt::format("{} is not this machine; readers of other machines are allowed "
                              "by allow_remote: true in the bench file", where_), true};
    } else {
      trouble_ = {fmt::format("{} に接続できません（{}）。USB/IP サーバーが動いているか確かめてください",
                              where_, why.what),
                  fmt::format("cannot connect to {} ({}); is a USB/IP server running there?",
                              where_, why.what), false};
    }
  }

  bool ok() const { return !trouble_; }
  UsbipTrouble trouble() const { return *trouble_; }
  FileDescriptor take() { return std::move(socket_); }

  // Requests are small: a new connection takes them at once.
  bool send(const Bytes& request) {
    const ssize_t sent = ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(request.size())) return true;
    return lost(std::strerror(errno));
  }

  // Exactly `count` bytes.
  bool receive(std::size_t count, Bytes& bytes) {
    bytes.resize(count);
    std::size_t got = 0;
    while (got < count) {
      const int on = 1;
      ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
      const ssize_t part = ::recv(socket_.get(), bytes.data() + got, count - got, 0);
      if (part > 0) {
        got += static_cast<std::size_t>(part);
      } else if (part == 0) {
        return lost("connection closed");
      } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        return lost(std::strerror(errno));
      } else if (!wait()) {
        return false;
      }
    }
    return true;
  }

  // The head of the answer; `code` is what it has to be.
  bool receive_head(OpCode code, std::uint32_t& status) {
    Bytes bytes;
    if (!receive(kOpHeaderLength, bytes)) return false;
    const auto header = decode_op_header(bytes);
    if (!header) return nonsense(wire::to_string(header.error()));
    if (header->code != code) return nonsense("an answer to something else");
    status = header->status;
    return true;
  }

  bool nonsense(const std::string& what) {
    return fail({fmt::format("{} の応答は USB/IP ではありません（{}）", where_, what),
                 fmt::format("what {} answers is no USB/IP ({})", where_, what), true});
  }
  bool fail(UsbipTrouble trouble) {
    trouble_ = std::move(trouble);
    return false;
  }

 private:
  bool lost(const std::string& what) {
    return fail({fmt::format("{} との接続が切れました（{}）", where_, what),
                 fmt::format("the connection to {} was lost ({})", where_, what), false});
  }
  bool silent() {
    const double seconds = answer_ms_ / 1000.0;
    return fail({fmt::format("{} は接続を受け付けましたが、{:g} 秒たっても USB/IP の応答がありません。"
                             "USB/IP サーバーのポートか、サーバーが止まっていないか確かめてください",
                             where_, seconds),
                 fmt::format("{} accepted the connection but did not answer by USB/IP within {:g} "
                             "s: is it the port of a USB/IP server, and does that server hang?",
                             where_, seconds), false, true});
  }
  bool wait() {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    pollfd fds[2] = {{socket_.get(), POLLIN, 0}, {wake_fd_, POLLIN, 0}};
    const int ready = left > 0 ? ::poll(fds, 2, static_cast<int>(left)) : 0;
    if (ready == 0) return silent();
    if (ready > 0 && fds[0].revents == 0) return lost("given up");
    return true;
  }

  std::string where_;
  int wake_fd_;
  int answer_ms_;
  Clock::time_point deadline_;
  FileDescriptor socket_;
  std::optional<UsbipTrouble> trouble_;
};

bool read_list(Operation& operation, std::vector<ListedDevice>& devices) {
  std::uint32_t status = 0;
  Bytes bytes;
  if (!operation.send(encode_devlist_request()) ||
      !operation.receive_head(OpCode::OP_REP_DEVLIST, status) || !operation.receive(4, bytes))
    return false;
  const std::uint32_t count = wire::ByteReader(bytes).read_u32be("ndev");
  if (status != 0 || count > kMaxListedDevices) return operation.nonsense("number of devices");
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!operation.receive(kDeviceLength, bytes)) return false;
    const auto device = decode_device(bytes);
    if (!device) return operation.nonsense(wire::to_string(device.error()));
    devices.push_back({*device, {}});
    for (unsigned n = 0; n < device->bNumInterfaces; ++n) {
      if (!operation.receive(kInterfaceLength, bytes)) return false;
      devices.back().interfaces.push_back(decode_interface(bytes).value());  // 4 bytes
    }
  }
  return true;
}

}  // namespace

std::optional<UsbipTarget> parse_usbip_target(std::string_view text) {
  constexpr std::string_view kPrefix = "usbip:";
  if (text.substr(0, kPrefix.size()) == kPrefix) text.remove_prefix(kPrefix.size());
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  UsbipTarget target;
  target.busid = text.substr(slash + 1);
  if (target.busid.empty() || target.busid.size() >= kBusIdLength) return std::nullopt;
  const std::string_view host = text.substr(0, slash);
  if (host.empty()) return std::nullopt;
  // A host alone has no colon, or is an IPv6 address in brackets.
  const bool alone = host.find(':') == std::string_view::npos || host.back() == ']';
  const auto address = parse_tcp_address(
      alone ? fmt::format("{}:{}", host, kDefaultPort) : std::string(host));
  if (!address) return std::nullopt;
  target.server = *address;
  return target;
}

std::string to_string(const UsbipTarget& target) {
  return fmt::format("usbip:{}/{}", to_string(target.server), target.busid);
}

UsbipList usbip_list(const TcpAddress& server, const UsbipLimits& limits) {
  Operation operation(server, limits, -1);
  std::vector<ListedDevice> devices;
  if (operation.ok() && read_list(operation, devices)) return devices;
  return operation.trouble();
}

std::variant<UsbipImported, UsbipTrouble> usbip_import(const UsbipTarget& target,
                                                       const UsbipLimits& limits, int wake_fd) {
  Operation operation(target.server, limits, wake_fd);
  std::uint32_t status = 0;
  if (!operation.ok() || !operation.send(encode_import_request(target.busid)) ||
      !operation.receive_head(OpCode::OP_REP_IMPORT, status))
    return operation.trouble();
  if (status != 0) {
    const std::string name = to_string(target);
    const std::string_view why = to_string(static_cast<OpStatus>(status));
    return UsbipTrouble{fmt::format("{} を取り込めません（{}）。uketsuke readers で確かめてください",
                                    name, why),
                        fmt::format("{} cannot be imported ({}); `uketsuke readers` shows what "
                                    "is there", name, why), false};
  }
  Bytes bytes;
  if (!operation.receive(kDeviceLength, bytes)) return operation.trouble();
  const auto device = decode_device(bytes);
  if (!device || device->busid != target.busid) {
    operation.nonsense("another device than asked for");
    return operation.trouble();
  }
  return UsbipImported{operation.take(), *device};
}

}  // namespace uketsuke::gateway
