// The network wire between one client (terminal or EHR) and the backend: latency and outage are
// scenario data; a request that gets no answer in time ends with kNoAnswer.
#pragma once

#include <set>
#include <string>

#include "sim/channel/line.h"
#include "sim/wire/network/envelope.h"

namespace uketsuke::channel {

struct NetworkConfig {
  wire::Micros latency_us = 15'000;      // one way
  wire::Micros time_out_us = 10'000'000;  // of the client's connection
};

class NetworkClientPort : public virtual sc_core::sc_interface {
 public:
  virtual void request(wire::network::Request request) = 0;
};
class NetworkServerPort : public virtual sc_core::sc_interface {
 public:
  virtual void answer(wire::network::Response response) = 0;
};

class NetworkChannel : public NetworkClientPort, public NetworkServerPort {
 public:
  // Secrets of this wire are masked by `tap_out` and `tap_in`.
  NetworkChannel(Context& context, std::string client, NetworkConfig config,
                 trace::Describe describe, Tap* tap_out, Tap* tap_in);
  void request(wire::network::Request request) override;
  void answer(wire::network::Response response) override;
  // The client drops late answers: it asks here first. False: it has had its answer already.
  bool settle(std::uint64_t id) { return open_.erase(id) != 0; }
  // Requests that have had neither answer nor time-out.
  std::size_t open() const { return open_.size(); }
  kernel::Mailbox<wire::network::Request>& to_server() { return to_server_; }
  kernel::Mailbox<wire::network::Response>& to_client() { return to_client_; }

 private:
  NetworkConfig config_;
  kernel::Mailbox<wire::network::Request> to_server_;
  kernel::Mailbox<wire::network::Response> to_client_;
  Line<wire::network::Request> requests_;
  Line<wire::network::Response> responses_;
  std::set<std::uint64_t> open_;
};

}  // namespace uketsuke::channel
