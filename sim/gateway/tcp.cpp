#include "sim/gateway/tcp.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace uketsuke::gateway {
namespace {

constexpr int kBacklog = 8;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::variant<Addresses, TcpTrouble> resolve(const TcpAddress& address, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(),
                                  &hints, &list);
  if (error != 0) return TcpTrouble{::gai_strerror(error), false};
  return Addresses(list);
}

bool is_loopback(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

void send_at_once(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// errno, or 0 when it is connected.
int connect_within(int fd, const addrinfo& to, int limit_ms, int wake_fd) {
  if (::connect(fd, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd fds[2] = {{fd, POLLOUT, 0}, {wake_fd, POLLIN, 0}};
  const int ready = ::poll(fds, 2, limit_ms);
  if (ready == 0) return ETIMEDOUT;
  if (fds[0].revents == 0) return ECANCELED;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

std::optional<TcpAddress> parse_tcp_address(std::string_view text) {
  TcpAddress address{"127.0.0.1", 0};
  const auto colon = text.rfind(':');
  std::string_view port = text;
  if (colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
      host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
      return std::nullopt;  // an IPv6 address without brackets
    if (!host.empty()) address.host = host;
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size() || port.empty())
    return std::nullopt;
  return address;
}

std::string to_string(const TcpAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::variant<FileDescriptor, TcpTrouble> tcp_connect(const TcpAddress& address, bool allow_remote,
                                                     int limit_ms, int wake_fd) {
  auto found = resolve(address, 0);
  if (const auto* trouble = std::get_if<TcpTrouble>(&found)) return *trouble;
  TcpTrouble trouble{"no address", false};
  const addrinfo* to = std::get<Addresses>(found).get();
  for (; to != nullptr; to = to->ai_next) {
    if (!allow_remote && !is_loopback(*to->ai_addr)) {
      trouble = {"not an address of this machine", true};
      continue;
    }
    FileDescriptor fd(::socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int error = fd ? connect_within(fd.get(), *to, limit_ms, wake_fd) : errno;
    if (error == 0) {
      send_at_once(fd.get());
      return fd;
    }
    trouble = {std::strerror(error), false};
    if (error == ECANCELED) break;
  }
  return trouble;
}

std::variant<FileDescriptor, TcpTrouble> tcp_listen(const TcpAddress& address, bool allow_remote) {
  auto found = resolve(address, AI_PASSIVE);
  if (const auto* trouble = std::get_if<TcpTrouble>(&found)) return *trouble;
  TcpTrouble trouble{"no address", false};
  const addrinfo* on = std::get<Addresses>(found).get();
  for (; on != nullptr; on = on->ai_next) {
    if (!allow_remote && !is_loopback(*on->ai_addr)) {
      trouble = {"not a loopback address", true};
      continue;
    }
    FileDescriptor fd(::socket(on->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int yes = 1;
    if (fd) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd && ::bind(fd.get(), on->ai_addr, on->ai_addrlen) == 0 &&
        ::listen(fd.get(), kBacklog) == 0)
      return fd;
    trouble = {std::strerror(errno), false};
  }
  return trouble;
}

std::uint16_t tcp_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
}

FileDescriptor tcp_accept(int fd) {
  FileDescriptor client(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (client) send_at_once(client.get());
  return client;
}

}  // namespace uketsuke::gateway
