// TCP for the hands protocol: an address from a command line, a connection, a listener. Descriptors
// are non-blocking, closed by exec, and do not wait to fill packets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sim/gateway/file_descriptor.h"

namespace uketsuke::gateway {

struct TcpAddress {
  std::string host;  // "127.0.0.1", "::1", "localhost", "bench.example"
  std::uint16_t port = 0;
};
// "HOST:PORT", "[::1]:PORT", ":PORT" or "PORT" (then the host is 127.0.0.1). Empty: not one.
std::optional<TcpAddress> parse_tcp_address(std::string_view text);
std::string to_string(const TcpAddress& address);

// Why not; remote: only because the address is not of this machine.
struct TcpTrouble {
  std::string what;
  bool remote = false;
};
// Connects within `limit_ms`, unless `wake_fd` becomes readable before.
std::variant<FileDescriptor, TcpTrouble> tcp_connect(const TcpAddress& address, bool allow_remote,
                                                     int limit_ms, int wake_fd);
// Port 0: any free one. Only loopback addresses unless allow_remote.
std::variant<FileDescriptor, TcpTrouble> tcp_listen(const TcpAddress& address, bool allow_remote);
std::uint16_t tcp_port(int fd);  // that it is bound to
FileDescriptor tcp_accept(int fd);

}  // namespace uketsuke::gateway
