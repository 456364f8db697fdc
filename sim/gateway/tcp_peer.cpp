#include "sim/gateway/tcp_peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace uketsuke::gateway {
namespace {

// A peer that died without a word is noticed after about 20 s, one that takes nothing after 60 s.
constexpr int kKeepIdleS = 10, kKeepIntervalS = 3, kKeepProbes = 3, kUnackedMs = 60'000;
constexpr std::size_t kSwept = 64 * 1024;  // what was sent is thrown away in such pieces

void set(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

}  // namespace

TcpPeer::TcpPeer(FileDescriptor socket) : socket_(std::move(socket)) {
  set(fd(), IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd(), SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd(), IPPROTO_TCP, TCP_KEEPIDLE, kKeepIdleS);
  set(fd(), IPPROTO_TCP, TCP_KEEPINTVL, kKeepIntervalS);
  set(fd(), IPPROTO_TCP, TCP_KEEPCNT, kKeepProbes);
  set(fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, kUnackedMs);
}

bool TcpPeer::receive(wire::Bytes& into) {
  set(fd(), IPPROTO_TCP, TCP_QUICKACK, 1);
  std::uint8_t chunk[kReceivedAtOnce];
  const ssize_t got = ::recv(fd(), chunk, sizeof chunk, 0);
  if (got > 0) {
    into.insert(into.end(), chunk, chunk + got);
    return true;
  }
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

bool TcpPeer::send(wire::ByteView bytes) {
  if (unsent() == 0) {
    const ssize_t done = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (done < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(done, 0)));
  }
  unsent_.insert(unsent_.end(), bytes.begin(), bytes.end());
  return true;
}

void TcpPeer::hang_up() { ::shutdown(fd(), SHUT_RDWR); }

bool TcpPeer::flush() {
  while (unsent() > 0) {
    const ssize_t done = ::send(fd(), unsent_.data() + sent_, unsent(), MSG_NOSIGNAL);
    if (done < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK;
    }
    sent_ += static_cast<std::size_t>(done);
    if (sent_ < kSwept && unsent() > 0) continue;
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = 0;
  }
  return true;
}

}  // namespace uketsuke::gateway
