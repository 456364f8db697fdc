// Hands at a served reader: a client of `uketsuke serve --hands` (`hands:HOST:PORT`), or of any
// program that speaks the hands protocol on a TCP port.
#pragma once

#include <memory>
#include <string>

#include "sim/gateway/hands_connection.h"
#include "sim/gateway/tcp.h"

namespace uketsuke::gateway {

struct HandsTcpSettings {
  TcpAddress address;
  bool allow_remote = false;       // else only addresses of this machine (loopback)
  std::string reader;              // which of several served ones; empty: the first
  std::string bench = "uketsuke";  // told in hello
  int connect_ms = 5'000;
  HandsLimits limits;
  double speed = 0;  // as HandsPeerSettings
};

// Connected by start().
std::unique_ptr<HandsConnection> make_hands_tcp(HandsTcpSettings settings);

}  // namespace uketsuke::gateway
