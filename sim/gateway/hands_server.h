// The hands port of a served desk (`uketsuke serve --hands`): TCP, several clients at a time, all
// with the same view and equal rights. The protocol: sim/gateway/README.md, "Hands protocol".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "sim/gateway/served_hands.h"
#include "sim/gateway/tcp.h"

namespace uketsuke::gateway {

struct HandsServerSettings {
  TcpAddress address;         // port 0: any free one
  bool allow_remote = false;  // else only loopback addresses: whoever connects works the reader
  std::string name = "uketsuke";
  double speed = 0;           // told to clients: simulated seconds in a second; 0: nothing is told
  std::uint64_t hello_ms = 10'000;  // a client that does not say hello is sent away
};

class HandsServer {
 public:
  static constexpr std::size_t kMaxClients = 8;
  static constexpr std::size_t kMaxOpen = 64;      // requests of a client without answer
  static constexpr unsigned kMaxErrors = 10;       // of a client, then it is sent away

  // Listens from now on. Throws RouteBroken if it cannot. `hands` outlives this.
  HandsServer(HandsServerSettings settings, ServedHands& hands);
  ~HandsServer();
  HandsServer(const HandsServer&) = delete;
  HandsServer& operator=(const HandsServer&) = delete;

  TcpAddress address() const { return address_; }  // with the port that it got

 private:
  class Shared;   // what callbacks of the desk may reach after this has gone
  class Worker;   // the thread's
  ServedHands& hands_;
  TcpAddress address_;
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<Worker> worker_;
  std::thread thread_;
};

}  // namespace uketsuke::gateway
