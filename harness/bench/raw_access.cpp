#include "harness/bench/raw_access.h"

#include <algorithm>
#include <utility>

#include "harness/verdict/format.h"
#include "sim/wire/ccid/descriptor.h"
#include "sim/wire/ccid/message.h"

namespace uketsuke::bench {
namespace {

namespace session = wire::session;
using verdict::Text;
using wire::usb::Completion;
using wire::usb::Transfer;
using wire::usb::TransferStatus;
using wire::usb::TransferType;

constexpr std::uint32_t kPacket = 512;  // of the largest bulk endpoint (USB 2.0, 5.8.3)
constexpr std::uint32_t kLargestMessage = 0x10000 + wire::ccid::kHeaderLength;

Text seconds(const Text& text, wire::Micros limit_us) {
  return text + verdict::say("（{:g} 秒まで待った）", " (waited for {:g} s)",
                             static_cast<double>(limit_us) / 1e6);
}

[[noreturn]] void fail(std::string reason, const Text& text) {
  throw RawFailed(std::move(reason), text);
}

std::string word_of(TransferStatus status) {
  switch (status) {
    case TransferStatus::kCompleted: return "completed";
    case TransferStatus::kStalled: return "stalled";
    case TransferStatus::kTimedOut:
    case TransferStatus::kCancelled: return "timed_out";
    case TransferStatus::kNoDevice: return "no_device";
    case TransferStatus::kOverflow: return "overflow";
    case TransferStatus::kError: break;
  }
  return "error";
}

Text words_of(TransferStatus status) {
  switch (status) {
    case TransferStatus::kStalled:
      return {"機器は STALL を返した", "the device answered with a stall"};
    case TransferStatus::kNoDevice:
      return {"機器がバスから外れている", "there is no device on the bus"};
    case TransferStatus::kOverflow:
      return {"機器は求めた長さを超えて送った", "the device sent more than there was room for"};
    default:
      return {"転送に失敗した", "the transfer failed"};
  }
}

std::string word_of(session::Failure failure) {
  switch (failure) {
    case session::Failure::kNoReader: return "no_reader";
    case session::Failure::kNoCard: return "no_card";
    case session::Failure::kCardMute: return "card_mute";
    case session::Failure::kCardRemoved: return "card_removed";
    case session::Failure::kNotConnected: return "not_connected";
    case session::Failure::kCommunication: return "communication";
    case session::Failure::kTimeOut: return "timed_out";
    case session::Failure::kUnsupported: return "unsupported";
    case session::Failure::kPinCancelled: return "pin_cancelled";
    case session::Failure::kPinTimeOut: return "pin_timed_out";
    case session::Failure::kBusy: break;
  }
  return "busy";
}

[[noreturn]] void fail(const session::Failed& failed) {
  fail(word_of(failed.failure),
       verdict::say("リーダーの答え：{}（{}）", "the reader says: {} ({})",
                    std::string(to_string(failed.failure)), failed.what));
}

bool is_presence(const session::Event& event) {
  return std::holds_alternative<session::ReaderArrived>(event) ||
         std::holds_alternative<session::ReaderGone>(event) ||
         std::holds_alternative<session::CardPresent>(event) ||
         std::holds_alternative<session::CardAbsent>(event);
}

bool is_time_extension(wire::ByteView answer) {
  if (!wire::ccid::decode_header(answer)) return false;
  return wire::ccid::command_status(answer[7]) == wire::ccid::bmCommandStatus::kTimeExtension;
}

}  // namespace

RawAccess::RawAccess(channel::Context& context, channel::SessionChannel& session,
                     const channel::SessionTaps& taps)
    : context_(context), session_(session) {
  session_.share("script", taps);
}

channel::SharedUsbPort* RawAccess::share(channel::UsbHostPort& port) {
  shared_ = std::make_unique<channel::SharedUsbPort>(context_.simulation, port);
  probe_ = std::make_unique<UsbProbe>("script", context_.simulation, shared_->program());
  return shared_.get();
}

void RawAccess::need_usb() const {
  if (shared_ && drivers_ != nullptr) return;
  fail("no_usb", {"このリーダーは USB で接続していないため、USB と CCID のメッセージは送れない。"
                  "reader: usb: か usbip: を使うこと",
                  "this reader is not bound by its USB: neither transfers nor CCID messages can be "
                  "sent. Bind it as reader: usb: or usbip:"});
}

// ---- USB

Completion RawAccess::usb(Transfer transfer, wire::Micros limit_us) {
  need_usb();
  context_.simulation.run_for(0);  // what happened at this instant is seen first
  UsbOutcome outcome = probe_->perform(std::move(transfer), limit_us);
  if (!outcome.completion && !probe_->attached())
    fail("no_device", words_of(TransferStatus::kNoDevice));
  const bool given_up =
      !outcome.completion || word_of(outcome.completion->status) == "timed_out";
  if (given_up)
    fail("timed_out", seconds({"機器は答えなかった", "the device did not answer"}, limit_us));
  if (outcome.completion->status != TransferStatus::kCompleted)
    fail(word_of(outcome.completion->status), words_of(outcome.completion->status));
  return std::move(*outcome.completion);
}

void RawAccess::reset(wire::Micros limit_us) {
  need_usb();
  context_.simulation.run_for(0);
  const wire::Micros deadline_us = now_us() + limit_us;
  probe_->reset(limit_us);
  context_.simulation.run_until([this] { return drivers_->device() != nullptr; }, deadline_us);
  if (drivers_->device() == nullptr)
    fail("no_device", seconds({"機器は戻らなかった", "the device did not come back"}, limit_us));
}

// ---- CCID

RawAccess::Pipes RawAccess::ccid_pipes(wire::Micros deadline_us) {
  const wire::Micros limit_us = deadline_us - now_us();
  context_.simulation.run_until([this] { return drivers_->device() != nullptr; }, deadline_us);
  if (drivers_->device() == nullptr)
    fail("no_device", seconds({"機器が認識されていない", "no device is enumerated"}, limit_us));
  Pipes pipes;
  for (const wire::usb::InterfaceNode& interface : drivers_->device()->configuration.interfaces) {
    if (interface.descriptor.bInterfaceClass != wire::ccid::kInterfaceClass) continue;
    const auto* out = interface.find_endpoint(TransferType::kBulk, false);
    const auto* in = interface.find_endpoint(TransferType::kBulk, true);
    const auto ccid = wire::ccid::decode_class_descriptor(
        interface.find_extra(wire::ccid::kClassDescriptorType));
    if (out == nullptr || in == nullptr) continue;
    pipes.out = out->descriptor.bEndpointAddress;
    pipes.in = in->descriptor.bEndpointAddress;
    const std::uint32_t longest =
        ccid ? std::min(ccid->dwMaxCCIDMessageLength, kLargestMessage) : kLargestMessage;
    pipes.room = (longest / kPacket + 1) * kPacket;
    break;
  }
  if (pipes.in == 0) fail("no_ccid", {"機器に CCID の機能がない", "the device has no CCID function"});
  const auto quiet = [&] { return !shared_->busy(pipes.out) && !shared_->busy(pipes.in); };
  context_.simulation.run_until(quiet, deadline_us);
  if (!quiet()) {
    fail("busy", seconds({"端末がリーダーを使用中", "the terminal is using the reader"}, limit_us));
  }
  return pipes;
}

wire::Bytes RawAccess::ccid(wire::Bytes message, wire::Micros limit_us) {
  need_usb();
  const wire::Micros deadline_us = now_us() + limit_us;
  context_.simulation.run_for(0);
  const Pipes pipes = ccid_pipes(deadline_us);
  struct Held {
    explicit Held(channel::SharedUsbPort& port, const Pipes& p) : shared(port) {
      shared.hold({p.out, p.in});
    }
    ~Held() { shared.release(); }
    channel::SharedUsbPort& shared;
  } held(*shared_, pipes);
  Transfer transfer;
  transfer.bEndpointAddress = pipes.out;
  transfer.data = std::move(message);
  usb(std::move(transfer), deadline_us - now_us());
  return ccid_answer(pipes, deadline_us);
}

wire::Bytes RawAccess::ccid_answer(const Pipes& pipes, wire::Micros deadline_us) {
  while (true) {
    Transfer transfer;
    transfer.bEndpointAddress = pipes.in;
    transfer.length = pipes.room;
    const wire::Micros left_us = deadline_us - std::min(deadline_us, now_us());
    Completion answer = usb(std::move(transfer), left_us);
    if (!is_time_extension(answer.data)) return std::move(answer.data);
  }
}

// ---- the session

// False: no answer yet.
bool RawAccess::drain() {
  session_.to_second().drain([this](session::Event event) {
    if (std::holds_alternative<session::ReaderGone>(event) && !answer_)
      answer_ = session::Failed{0, session::Failure::kNoReader, "the reader left"};
    if (is_presence(event)) return;
    session_.second_took();
    if (!answer_) answer_ = std::move(event);
  });
  return answer_.has_value();
}

// An answer that came too late for the request before, or twice, is not taken for this one's. What
// a fault took is waited for to the end: who asks does not know of it.
session::Event RawAccess::ask(session::Request request, wire::Micros limit_us) {
  kernel::Simulation& simulation = context_.simulation;
  simulation.run_for(0);
  const wire::Micros deadline_us = now_us() + limit_us;
  const auto nothing_owed = [this] {
    drain();
    return session_.owed_to_second() == 0;
  };
  simulation.run_until(nothing_owed, deadline_us);
  if (!nothing_owed()) {
    fail("timed_out", seconds({"前の要求への答えがまだ来ない",
                               "the answer to the request before has not come yet"}, limit_us));
  }
  answer_.reset();
  session_.ask_second(std::move(request));
  simulation.run_until([this] { return drain(); }, deadline_us);
  if (!answer_)
    fail("timed_out", seconds({"リーダーは答えなかった", "the reader did not answer"}, limit_us));
  return *std::exchange(answer_, std::nullopt);
}

wire::Bytes RawAccess::connect(std::uint8_t slot, wire::Micros limit_us) {
  const session::Event event = ask(session::Connect{slot}, limit_us);
  if (const auto* failed = std::get_if<session::Failed>(&event)) fail(*failed);
  const auto* connected = std::get_if<session::Connected>(&event);
  return connected == nullptr ? wire::Bytes{} : connected->atr;
}

void RawAccess::disconnect(std::uint8_t slot, wire::Micros limit_us) {
  const session::Event event = ask(session::Disconnect{slot}, limit_us);
  if (const auto* failed = std::get_if<session::Failed>(&event)) fail(*failed);
}

wire::Bytes RawAccess::transmit(std::uint8_t slot, wire::Bytes command, wire::Micros limit_us) {
  const wire::Micros deadline_us = now_us() + limit_us;
  const auto left_us = [&] { return deadline_us - std::min(deadline_us, now_us()); };
  context_.simulation.run_for(0);
  if (!session_.connected(slot)) connect(slot, left_us());
  const session::Event event = ask(session::Transmit{slot, std::move(command)}, left_us());
  if (const auto* failed = std::get_if<session::Failed>(&event)) fail(*failed);
  const auto* response = std::get_if<session::Response>(&event);
  return response == nullptr ? wire::Bytes{} : response->response;
}

}  // namespace uketsuke::bench
