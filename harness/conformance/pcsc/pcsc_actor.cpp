#include "harness/conformance/pcsc/pcsc_run.h"

namespace uketsuke::conformance {
namespace {

PcscDeed deed_of(PcscCall call, std::uint32_t on) {
  PcscDeed deed;
  deed.call = call;
  deed.on = on;
  return deed;
}

constexpr std::uint32_t kBeyondTimeoutMs = 5'000;

}  // namespace

wire::Bytes get_challenge(std::uint8_t bytes) { return {0x00, 0x84, 0x00, 0x00, bytes}; }

PcscReply PcscActor::establish(std::uint32_t& context) {
  PcscDeed deed = deed_of(PcscCall::kEstablishContext, 0);
  deed.makes = context = next_++;
  return perform(deed);
}

PcscReply PcscActor::release(std::uint32_t context) {
  return perform(deed_of(PcscCall::kReleaseContext, context));
}

PcscReply PcscActor::connect(std::uint32_t context, const std::string& reader,
                             std::uint32_t share, std::uint32_t protocols, std::uint32_t& card) {
  PcscDeed deed = deed_of(PcscCall::kConnect, context);
  deed.makes = card = next_++;
  deed.reader = reader;
  deed.share = share;
  deed.protocols = protocols;
  return perform(deed);
}

PcscReply PcscActor::reconnect(std::uint32_t card, std::uint32_t share,
                               std::uint32_t disposition) {
  PcscDeed deed = deed_of(PcscCall::kReconnect, card);
  deed.share = share;
  deed.protocols = scard::kAny;
  deed.disposition = disposition;
  return perform(deed);
}

PcscReply PcscActor::disconnect(std::uint32_t card, std::uint32_t disposition) {
  PcscDeed deed = deed_of(PcscCall::kDisconnect, card);
  deed.disposition = disposition;
  return perform(deed);
}

PcscReply PcscActor::begin(std::uint32_t card, std::uint32_t limit_ms) {
  PcscDeed deed = deed_of(PcscCall::kBeginTransaction, card);
  deed.limit_ms = limit_ms;
  return perform(deed);
}

PcscReply PcscActor::end(std::uint32_t card) {
  return perform(deed_of(PcscCall::kEndTransaction, card));
}

PcscReply PcscActor::status(std::uint32_t card, std::uint32_t room) {
  PcscDeed deed = deed_of(PcscCall::kStatus, card);
  deed.room = room;
  return perform(deed);
}

PcscReply PcscActor::change(std::uint32_t context, const std::string& reader,
                            std::uint32_t current, std::uint32_t timeout_ms) {
  PcscDeed deed = deed_of(PcscCall::kGetStatusChange, context);
  deed.number = timeout_ms;
  deed.states.push_back({reader, current, 0, {}});
  if (timeout_ms < 60'000) deed.limit_ms = timeout_ms + kBeyondTimeoutMs;
  return perform(deed);
}

PcscReply PcscActor::cancel(std::uint32_t context) {
  return perform(deed_of(PcscCall::kCancel, context));
}

PcscReply PcscActor::transmit(std::uint32_t card, std::uint32_t protocol, wire::Bytes apdu,
                              std::uint32_t room) {
  PcscDeed deed = deed_of(PcscCall::kTransmit, card);
  deed.protocols = protocol;
  deed.data = std::move(apdu);
  deed.room = room;
  deed.limit_ms = 60'000;
  return perform(deed);
}

PcscReply PcscActor::control(std::uint32_t card, std::uint32_t code, wire::Bytes data,
                             std::uint32_t room) {
  PcscDeed deed = deed_of(PcscCall::kControl, card);
  deed.number = code;
  deed.data = std::move(data);
  deed.room = room;
  return perform(deed);
}

PcscReply PcscActor::attribute(std::uint32_t card, std::uint32_t id, std::uint32_t room) {
  PcscDeed deed = deed_of(PcscCall::kGetAttrib, card);
  deed.number = id;
  deed.room = room;
  return perform(deed);
}

PcscReply PcscActor::list_readers(std::uint32_t context, std::uint32_t room) {
  PcscDeed deed = deed_of(PcscCall::kListReaders, context);
  deed.room = room;
  return perform(deed);
}

PcscReply PcscActor::wait(std::uint32_t ms) {
  PcscDeed deed = deed_of(PcscCall::kWait, 0);
  deed.number = ms;
  return perform(deed);
}

}  // namespace uketsuke::conformance
