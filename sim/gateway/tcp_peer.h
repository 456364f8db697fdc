// One TCP connection with a queue of what its peer has not taken yet. For protocols of messages: a
// message goes out at once, and in one piece if the peer keeps up.
#pragma once

#include "sim/gateway/file_descriptor.h"
#include "sim/wire/bytes.h"

namespace uketsuke::gateway {

class TcpPeer {
 public:
  // `socket` is connected and non-blocking.
  explicit TcpPeer(FileDescriptor socket);

  int fd() const { return socket_.get(); }
  // Appends what has come, at most kReceivedAtOnce. False: the peer has gone or the system failed.
  // Acknowledges at once: a peer that sends a message in two parts is not kept waiting (facts: 11
  // round trips a second against 3,600).
  static constexpr std::size_t kReceivedAtOnce = 16 * 1024;
  bool receive(wire::Bytes& into);
  // Sends or queues. False: it has gone.
  bool send(wire::ByteView bytes);
  bool flush();
  // The connection ends, also where a process that was forked has it, too.
  void hang_up();
  std::size_t unsent() const { return unsent_.size() - sent_; }

 private:
  FileDescriptor socket_;
  wire::Bytes unsent_;
  std::size_t sent_ = 0;
};

}  // namespace uketsuke::gateway
