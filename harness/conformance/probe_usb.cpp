#include "harness/conformance/probe_usb.h"

#include <utility>

namespace uketsuke::conformance {
namespace {

using namespace wire::usb;

Ended ended_of(TransferStatus status) {
  switch (status) {
    case TransferStatus::kCompleted: return Ended::kDone;
    case TransferStatus::kStalled: return Ended::kStalled;
    case TransferStatus::kTimedOut:
    case TransferStatus::kCancelled: return Ended::kTimedOut;
    case TransferStatus::kNoDevice: return Ended::kNoDevice;
    case TransferStatus::kOverflow:
    case TransferStatus::kError: break;
  }
  return Ended::kFailed;
}

}  // namespace

Reply ProbeUsb::finish(Transfer transfer, wire::Micros limit_us) {
  bench::UsbOutcome outcome = probe_.perform(std::move(transfer), limit_us);
  Reply reply;
  reply.begun_us = outcome.begun_us;
  reply.ended_us = outcome.ended_us;
  if (!outcome.completion) {
    reply.ended = attached() ? Ended::kTimedOut : Ended::kNoDevice;
    return reply;
  }
  reply.ended = ended_of(outcome.completion->status);
  reply.actual = outcome.completion->actual_length;
  reply.data = std::move(outcome.completion->data);
  return reply;
}

Reply ProbeUsb::perform(const ControlDeed& deed) {
  Transfer transfer;
  transfer.type = TransferType::kControl;
  transfer.setup = deed.setup;
  transfer.data = deed.data;
  transfer.length = deed.setup.wLength;
  return finish(std::move(transfer), deed.limit_us);
}

Reply ProbeUsb::perform(const OutDeed& deed) {
  Transfer transfer;
  transfer.bEndpointAddress = deed.bEndpointAddress;
  transfer.data = deed.data;
  return finish(std::move(transfer), deed.limit_us);
}

Reply ProbeUsb::perform(const InDeed& deed) {
  Transfer transfer;
  transfer.bEndpointAddress = deed.bEndpointAddress;
  transfer.type = deed.interrupt ? TransferType::kInterrupt : TransferType::kBulk;
  transfer.length = deed.length;
  return finish(std::move(transfer), deed.limit_us);
}

Reply ProbeUsb::perform(const ResetDeed& deed) {
  Reply reply;
  reply.begun_us = simulation_.now_us();
  probe_.reset(deed.limit_us);
  reply.ended_us = simulation_.now_us();
  if (!attached()) reply.ended = Ended::kNoDevice;
  return reply;
}

}  // namespace uketsuke::conformance
