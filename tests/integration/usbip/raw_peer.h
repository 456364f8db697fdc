// A peer that speaks USB/IP byte by byte: right, wrong, slowly, or not at all.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "sim/gateway/file_descriptor.h"
#include "sim/gateway/tcp.h"
#include "sim/wire/usbip/message.h"

namespace uketsuke::test {

class RawPeer {
 public:
  explicit RawPeer(const gateway::TcpAddress& server);
  explicit RawPeer(gateway::FileDescriptor socket) : socket_(std::move(socket)) {}

  // False: the other end has gone.
  bool send(wire::ByteView bytes);
  // As much as it takes without waiting longer than `ms`; the number of bytes.
  std::size_t send_some(wire::ByteView bytes, int ms);
  // Exactly `count` bytes; fewer if the other end goes or nothing comes for long.
  wire::Bytes receive(std::size_t count);
  bool is_closed();          // by the other end; waits for it
  bool is_silent(int ms);    // nothing comes for so long
  void close() { socket_.close(); }
  // As a program does that knows nothing of TCP_NODELAY.
  void waits_to_fill_packets();

  // Import; answers the status, and remembers the device's id.
  std::uint32_t import(const std::string& busid);
  bool send(const wire::usbip::Pdu& pdu, const wire::Bytes& data = {});
  // The next answer and, for a RetSubmit of IN data, its bytes.
  std::optional<wire::usbip::Pdu> answer(wire::Bytes* data = nullptr, bool in = false);
  std::uint32_t devid() const { return devid_; }

  // Commands of this device.
  wire::usbip::CmdSubmit control_in(std::uint32_t seqnum, const std::string& setup);
  wire::usbip::CmdSubmit transfer(std::uint32_t seqnum, unsigned ep, bool in, std::int32_t length);
  wire::usbip::CmdUnlink unlink(std::uint32_t seqnum, std::uint32_t of);

 private:
  gateway::FileDescriptor socket_;
  std::uint32_t devid_ = 0;
};

// A server that does to each of its clients what `script` says, one after the other.
class FakeServer {
 public:
  using Script = std::function<void(RawPeer& client, int number)>;
  explicit FakeServer(Script script);
  ~FakeServer();
  gateway::TcpAddress address() const { return address_; }

 private:
  gateway::FileDescriptor listener_;
  gateway::TcpAddress address_;
  std::thread thread_;
};
// What a server does before transfers: takes the request for "1-1" and gives a reader away.
void grant_import(RawPeer& client);

}  // namespace uketsuke::test
