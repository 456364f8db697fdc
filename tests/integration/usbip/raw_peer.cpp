#include "tests/integration/usbip/raw_peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <utility>
#include <variant>

namespace uketsuke::test {
namespace {

constexpr int kPatienceMs = 20'000;

bool ready(int fd, short events, int ms) {
  pollfd watched{fd, events, 0};
  return ::poll(&watched, 1, ms) > 0;
}

}  // namespace

RawPeer::RawPeer(const gateway::TcpAddress& server) {
  auto connected = gateway::tcp_connect(server, false, kPatienceMs, -1);
  BOOST_REQUIRE(std::holds_alternative<gateway::FileDescriptor>(connected));
  socket_ = std::move(std::get<gateway::FileDescriptor>(connected));
}

bool RawPeer::send(wire::ByteView bytes) { return send_some(bytes, kPatienceMs) == bytes.size(); }

std::size_t RawPeer::send_some(wire::ByteView bytes, int ms) {
  std::size_t sent = 0;
  while (sent < bytes.size() && ready(socket_.get(), POLLOUT, ms)) {
    const ssize_t part =
        ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (part < 0) break;
    sent += static_cast<std::size_t>(part);
  }
  return sent;
}

wire::Bytes RawPeer::receive(std::size_t count) {
  wire::Bytes bytes(count);
  std::size_t got = 0;
  while (got < count && ready(socket_.get(), POLLIN, kPatienceMs)) {
    const ssize_t part = ::recv(socket_.get(), bytes.data() + got, count - got, 0);
    if (part <= 0) break;
    got += static_cast<std::size_t>(part);
  }
  bytes.resize(got);
  return bytes;
}

bool RawPeer::is_closed() {
  std::uint8_t bytes[4096];
  while (ready(socket_.get(), POLLIN, kPatienceMs))
    if (::recv(socket_.get(), bytes, sizeof bytes, 0) <= 0) return true;
  return false;
}

bool RawPeer::is_silent(int ms) { return !ready(socket_.get(), POLLIN, ms); }

void RawPeer::waits_to_fill_packets() {
  const int off = 0;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &off, sizeof off);
}

std::uint32_t RawPeer::import(const std::string& busid) {
  send(wire::usbip::encode_import_request(busid));
  const auto header = wire::usbip::decode_op_header(receive(wire::usbip::kOpHeaderLength));
  BOOST_REQUIRE(header.has_value());
  if (header->status != 0) return header->status;
  const auto device = wire::usbip::decode_device(receive(wire::usbip::kDeviceLength));
  BOOST_REQUIRE(device.has_value());
  devid_ = wire::usbip::device_id(*device);
  return 0;
}

bool RawPeer::send(const wire::usbip::Pdu& pdu, const wire::Bytes& data) {
  wire::Bytes bytes = wire::usbip::encode(pdu);
  bytes.insert(bytes.end(), data.begin(), data.end());
  return send(wire::ByteView(bytes));
}

std::optional<wire::usbip::Pdu> RawPeer::answer(wire::Bytes* data, bool in) {
  const auto pdu = wire::usbip::decode(receive(wire::usbip::kHeaderLength));
  if (!pdu) return std::nullopt;
  const auto* submit = std::get_if<wire::usbip::RetSubmit>(&*pdu);
  if (submit != nullptr && in) {
    wire::Bytes bytes = receive(static_cast<std::size_t>(submit->actual_length));
    if (data != nullptr) *data = std::move(bytes);
  }
  return *pdu;
}

wire::usbip::CmdSubmit RawPeer::control_in(std::uint32_t seqnum, const std::string& setup) {
  const wire::Bytes bytes = wire::from_hex(setup).value();
  wire::usbip::CmdSubmit command = transfer(seqnum, 0, true, bytes[6] | bytes[7] << 8);
  std::copy(bytes.begin(), bytes.end(), command.setup.begin());
  return command;
}

wire::usbip::CmdSubmit RawPeer::transfer(std::uint32_t seqnum, unsigned ep, bool in,
                                         std::int32_t length) {
  wire::usbip::CmdSubmit command;
  command.basic.seqnum = seqnum;
  command.basic.devid = devid_;
  command.basic.direction =
      in ? wire::usbip::Direction::USBIP_DIR_IN : wire::usbip::Direction::USBIP_DIR_OUT;
  command.basic.ep = ep;
  command.transfer_buffer_length = length;
  return command;
}

wire::usbip::CmdUnlink RawPeer::unlink(std::uint32_t seqnum, std::uint32_t of) {
  wire::usbip::CmdUnlink command;
  command.basic.seqnum = seqnum;
  command.basic.devid = devid_;
  command.unlink_seqnum = of;
  return command;
}

FakeServer::FakeServer(Script script) {
  auto listener = gateway::tcp_listen({"127.0.0.1", 0}, false);
  BOOST_REQUIRE(std::holds_alternative<gateway::FileDescriptor>(listener));
  listener_ = std::move(std::get<gateway::FileDescriptor>(listener));
  address_ = {"127.0.0.1", gateway::tcp_port(listener_.get())};
  thread_ = std::thread([this, script = std::move(script)] {
    for (int number = 0;; ++number) {
      if (!ready(listener_.get(), POLLIN, -1)) return;
      gateway::FileDescriptor socket = gateway::tcp_accept(listener_.get());
      if (!socket) return;
      RawPeer client(std::move(socket));
      script(client, number);
    }
  });
}

FakeServer::~FakeServer() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void grant_import(RawPeer& client) {
  client.receive(wire::usbip::kOpHeaderLength + wire::usbip::kBusIdLength);
  wire::usbip::Device device;
  device.path = "/sys/devices/fake/1-1";
  device.busid = "1-1";
  device.busnum = 1;
  device.devnum = 2;
  device.speed = 2;
  device.bNumInterfaces = 1;
  client.send(wire::usbip::encode_import_reply(device));
}

}  // namespace uketsuke::test
