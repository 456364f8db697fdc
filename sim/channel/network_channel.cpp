#include "sim/channel/network_channel.h"

#include <utility>

namespace uketsuke::channel {
namespace {

using namespace wire::network;

wire::Bytes& bytes_of(Request& request) { return request.body; }
wire::Bytes& bytes_of(Response& response) { return response.body; }

}  // namespace

NetworkChannel::NetworkChannel(Context& context, std::string client, NetworkConfig config,
                               trace::Describe describe, Tap* tap_out, Tap* tap_in)
    : config_(config), to_server_(context.simulation), to_client_(context.simulation),
      requests_(context, {"network", "request", client, "backend", describe}, to_server_, &bytes_of,
                tap_out),
      responses_(context, {"network", "response", "backend", client, describe}, to_client_,
                 &bytes_of, tap_in) {}

void NetworkChannel::request(Request request) {
  const std::uint64_t id = request.id;
  open_.insert(id);
  requests_.send(std::move(request), config_.latency_us * 1000);
  to_client_.post(Response{id, Outcome::kNoAnswer, {}}, config_.time_out_us * 1000);
}

void NetworkChannel::answer(Response response) {
  responses_.send(std::move(response), config_.latency_us * 1000);
}

}  // namespace uketsuke::channel
