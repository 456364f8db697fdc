#include "models/host_port/outside_link_module.h"

#include <utility>

#include "sim/gateway/broken.h"

namespace uketsuke::host_port {
namespace {

using wire::reader_link::Message;

wire::Bytes& itself(wire::Bytes& bytes) { return bytes; }

// Every whole message in the bytes; what is none is handed to `broken` in words.
template <class F, class G>
void decode_frames(wire::reader_link::Deframer& deframer, const wire::Bytes& bytes, F&& message,
                   G&& broken) {
  for (const wire::reader_link::Deframed& item : deframer.take(bytes)) {
    const auto* frame = std::get_if<wire::reader_link::Frame>(&item);
    if (frame == nullptr) {
      broken("a damaged frame");
      continue;
    }
    auto decoded = wire::reader_link::decode(frame->payload);
    if (decoded) {
      message(std::move(*decoded));
    } else {
      broken("message: " + wire::to_string(decoded.error()));
    }
  }
}

}  // namespace

OutsideLinkModule::OutsideLinkModule(sc_core::sc_module_name name, channel::Context& context,
                                     std::shared_ptr<kernel::Inbox> inbox,
                                     std::shared_ptr<gateway::LinkRoute> route)
    : Module(name, context.simulation),
      context_(context),
      inbox_(std::move(inbox)),
      link_commands_(context.simulation),
      outgoing_(context.simulation),
      incoming_(context.simulation),
      out_(context, {"link", "link out", "terminal", "face_reader", nullptr}, outgoing_, &itself,
           &tap_out_),
      in_(context, {"link", "link in", "face_reader", "terminal", nullptr}, incoming_, &itself,
          &tap_in_),
      route_(std::move(route)) {
  listen({&link_commands_.event(), &outgoing_.event(), &incoming_.event()});
  route_->start(
      [this, alive = std::weak_ptr<bool>(alive_), box = inbox_](gateway::LinkRouteEvent event) {
        box->post([this, alive, event = std::move(event)]() mutable {
          if (!alive.expired()) take(std::move(event));
        });
      });
}

OutsideLinkModule::~OutsideLinkModule() {
  route_.reset();
  alive_.reset();
}

void OutsideLinkModule::tell(link_host::LinkEvent event) {
  if (user_ != nullptr) user_->post(std::move(event));
}

void OutsideLinkModule::send(std::uint16_t seq, wire::reader_link::Body body) {
  auto frame = wire::reader_link::encode(Message{seq, std::move(body)});
  if (!frame) return tell(link_host::LinkError{"message: " + wire::to_string(frame.error())});
  out_.send(std::move(*frame), 0);
}

void OutsideLinkModule::wake() {
  link_commands_.drain([this](LinkCommand command) {
    if (auto* ask = std::get_if<LinkAsk>(&command)) {
      send(next_seq_, std::move(ask->body));
      next_seq_ =
          next_seq_ == 0xFFFF ? std::uint16_t{1} : static_cast<std::uint16_t>(next_seq_ + 1);
    } else {
      auto& reply = std::get<LinkReply>(command);
      send(reply.seq, std::move(reply.body));
    }
  });
  outgoing_.drain([this](const wire::Bytes& bytes) {
    decode_frames(
        deframer_out_, bytes, [this](Message message) { route_->send(std::move(message)); },
        [this](std::string what) {
          context_.journal.note("face_reader", context_.simulation.now_ns(), "link_error",
                                std::move(what));
        });
  });
  incoming_.drain([this](const wire::Bytes& bytes) {
    decode_frames(
        deframer_in_, bytes,
        [this](Message message) { tell(link_host::Received{std::move(message)}); },
        [this](std::string what) { tell(link_host::LinkError{std::move(what)}); });
  });
}

void OutsideLinkModule::take(gateway::LinkRouteEvent event) {
  if (std::holds_alternative<gateway::LinkUp>(event)) return tell(link_host::LinkUp{});
  if (std::holds_alternative<gateway::LinkDown>(event))
    return tell(link_host::LinkDown{"the program says so"});
  if (const auto* failed = std::get_if<gateway::RouteFailed>(&event))
    throw gateway::RouteBroken(route_->name(), failed->ja, failed->en);
  auto frame = wire::reader_link::encode(std::get<Message>(event));
  if (!frame) return tell(link_host::LinkError{"message: " + wire::to_string(frame.error())});
  in_.send(std::move(*frame), 0);
}

}  // namespace uketsuke::host_port
