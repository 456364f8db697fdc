#include "models/ccid_host/command_pipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/wire/ccid/class_request.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::ccid_host {

namespace ccid = wire::ccid;
using usb_host::CancelTransfer;
using usb_host::DriverActions;
using wire::Bytes;
using wire::StartTimer;
using wire::StopTimer;
using wire::session::Failure;
using wire::usb::Completion;
using wire::usb::Transfer;
using wire::usb::TransferStatus;
using wire::usb::TransferType;

namespace {

constexpr std::uint32_t kSmallestRoom = 64;
constexpr int kMaxStrays = 16;  // answers to nobody while one command runs

}  // namespace

void CommandPipe::open(const PipeAddress& address) {
  close();
  address_ = address;
}

void CommandPipe::close() {
  state_ = State::kIdle;
  queue_.clear();
  in_flight_ = 0;
  results_.clear();
}

std::vector<PipeResult> CommandPipe::take_results() { return std::exchange(results_, {}); }
std::vector<std::string> CommandPipe::take_anomalies() { return std::exchange(anomalies_, {}); }

void CommandPipe::submit(Command command, DriverActions& out) {
  queue_.push_back(std::move(command));
  if (state_ == State::kIdle) start_next(out);
}

void CommandPipe::start_next(DriverActions& out) {
  while (state_ == State::kIdle && !queue_.empty()) {
    seq_ = next_seq_++;
    troubles_ = strays_ = extensions_ = 0;
    std::visit([this](auto& m) { slot_ = m.bSlot, m.bSeq = seq_; }, queue_.front().message);
    auto bytes = ccid::encode(queue_.front().message);
    if (!bytes || bytes->size() > address_.max_message) {
      finish(CommandLost{Failure::kUnsupported, "command too long for this reader"}, out);
      continue;
    }
    bytes_ = std::move(*bytes);
    expected_type_ = static_cast<std::uint8_t>(ccid::response_type(bytes_[0]));
    out.push_back(StartTimer{kTimer, queue_.front().timeout_us});
    send(bytes_, State::kSending, out);
  }
}

void CommandPipe::submit_transfer(Transfer transfer, State state, DriverActions& out) {
  state_ = state;
  in_flight_ = transfer.id = next_transfer_++;
  out.push_back(std::move(transfer));
}

void CommandPipe::send(Bytes bytes, State state, DriverActions& out) {
  submit_transfer({0, TransferType::kBulk, address_.out, {}, std::move(bytes), 0}, state, out);
}

void CommandPipe::receive(State state, DriverActions& out) {
  submit_transfer(
      {0, TransferType::kBulk, address_.in, {}, {}, std::max(address_.max_message, kSmallestRoom)},
      state, out);
}

void CommandPipe::control(const wire::usb::SetupPacket& setup, State state, DriverActions& out) {
  submit_transfer({0, TransferType::kControl, 0, setup, {}, 0}, state, out);
}

void CommandPipe::completed(const Completion& completion, DriverActions& out) {
  if (state_ == State::kIdle || completion.id != in_flight_) return;
  in_flight_ = 0;
  if (completion.status == TransferStatus::kNoDevice) {
    return lose(Failure::kNoReader, "the reader left", out);
  }
  switch (state_) {
    case State::kSending:
      return sending_completed(completion, out);
    case State::kReceiving:
      return receiving_completed(completion, out);
    case State::kClearingOut:
    case State::kClearingIn:
      if (completion.status != TransferStatus::kCompleted) {
        return lose(Failure::kCommunication, "a halted endpoint can't be cleared", out);
      }
      if (state_ == State::kClearingOut) return send(bytes_, State::kSending, out);
      return receive(State::kReceiving, out);
    case State::kCancelling:
      if (in_pending_ && completion.status == TransferStatus::kCompleted) {
        state_ = State::kReceiving;  // the answer was faster
        const std::size_t before = results_.size();
        received(completion.data, out);
        if (results_.size() != before) return;
        if (in_flight_ != 0) out.push_back(CancelTransfer{in_flight_});  // it was not the answer
        in_flight_ = 0;
      }
      return begin_abort(out);
    default:
      return abort_completed(completion, out);
  }
}

void CommandPipe::sending_completed(const Completion& completion, DriverActions& out) {
  const bool whole = completion.actual_length == bytes_.size();
  if (completion.status == TransferStatus::kCompleted && whole) {
    return receive(State::kReceiving, out);
  }
  if (completion.status == TransferStatus::kStalled &&
      ++troubles_ <= parameters_.stall_recoveries) {
    return control(wire::usb::clear_endpoint_halt(address_.out), State::kClearingOut, out);
  }
  lose(Failure::kCommunication, fmt::format("bulk OUT: {}", describe(completion)), out);
}

void CommandPipe::receiving_completed(const Completion& completion, DriverActions& out) {
  if (completion.status == TransferStatus::kCompleted) return received(completion.data, out);
  anomaly(fmt::format("bulk IN: {}", to_string(completion.status)));
  if (++troubles_ > parameters_.stall_recoveries) {
    return lose(Failure::kCommunication, fmt::format("bulk IN: {}", to_string(completion.status)),
                out);
  }
  if (completion.status == TransferStatus::kStalled) {
    return control(wire::usb::clear_endpoint_halt(address_.in), State::kClearingIn, out);
  }
  receive(State::kReceiving, out);
}

// What came is the answer, or a time extension, or belongs to nobody. A damaged answer ends the
// command: the reader has answered and will not do it again.
void CommandPipe::received(wire::ByteView bytes, DriverActions& out) {
  const auto damaged = [&](const std::string& what) {
    anomaly(what);
    lose(Failure::kCommunication, "damaged answer: " + what, out);
  };
  const auto header = ccid::decode_header(bytes);
  if (!header) return damaged(fmt::format("answer of {} bytes", bytes.size()));
  if (header->bSlot != slot_ || header->bSeq != seq_) {
    anomaly(fmt::format("answer for slot {} bSeq {} while slot {} bSeq {} is under way",
                        header->bSlot, header->bSeq, slot_, seq_));
    if (++strays_ > kMaxStrays) {
      return lose(Failure::kCommunication, "answers to other commands", out);
    }
    return receive(State::kReceiving, out);
  }
  if (header->bMessageType != expected_type_) {
    return damaged(fmt::format("answer of type {:02x} instead of {:02x}", header->bMessageType,
                               expected_type_));
  }
  auto response = ccid::decode_response(bytes);
  if (!response) return damaged(wire::to_string(response.error()));
  const std::uint8_t bStatus = bStatus_of(*response), bError = bError_of(*response);
  if (!ccid::is_legal_bStatus(bStatus)) return damaged(fmt::format("bStatus {:02x}", bStatus));
  for (std::string& what : ccid::irregularities(*response)) anomaly(std::move(what));
  switch (ccid::command_status(bStatus)) {
    case ccid::bmCommandStatus::kTimeExtension:
      if (std::holds_alternative<ccid::PC_to_RDR_XfrBlock>(queue_.front().message) &&
          ccid::icc_status(bStatus) != ccid::bmICCStatus::kActive) {
        anomaly("a time extension for a card that is not active");
      }
      return extended(bError, out);
    case ccid::bmCommandStatus::kProcessed:
      if (bError != 0) anomaly(fmt::format("bError {:02x} with a processed command", bError));
      break;
    default:
      break;
  }
  finish(Answer{std::move(*response)}, out);
}

void CommandPipe::extended(std::uint8_t multiplier, DriverActions& out) {
  const Command& command = queue_.front();
  if (++extensions_ > parameters_.max_time_extensions) {
    reason_ = {Failure::kTimeOut, "time extensions without end"};
    return begin_abort(out);
  }
  const wire::Micros asked =
      multiplier * std::max(command.extension_us, parameters_.extension_unit_us);
  out.push_back(StartTimer{kTimer, std::max(command.timeout_us, asked)});
  receive(State::kReceiving, out);
}

void CommandPipe::expired(DriverActions& out) {
  switch (state_) {
    case State::kIdle:
      return;
    case State::kSending:
    case State::kReceiving:
    case State::kClearingOut:
    case State::kClearingIn:
      return cancel(Failure::kTimeOut, "no answer in time", out);
    case State::kCancelling:
      return begin_abort(out);
    case State::kAbortControl:
    case State::kAbortSending:
    case State::kAbortReceiving:
      anomaly("the abort was not answered");
      if (in_flight_ != 0) out.push_back(CancelTransfer{in_flight_});
      return lose(reason_.failure, reason_.what, out);
  }
}

void CommandPipe::abort(std::uint8_t slot, DriverActions& out) {
  for (std::size_t i = state_ == State::kIdle ? 0 : 1; i < queue_.size();) {
    if (std::visit([](auto& m) { return m.bSlot; }, queue_[i].message) == slot) {
      results_.push_back({slot, queue_[i].poll, CommandLost{Failure::kCommunication, "aborted"}});
      queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  const bool running = state_ == State::kSending || state_ == State::kReceiving ||
                       state_ == State::kClearingOut || state_ == State::kClearingIn;
  if (running && slot_ == slot) cancel(Failure::kCommunication, "aborted", out);
}

// First the pending transfer has to come back, then the abort sequence goes out.
void CommandPipe::cancel(Failure failure, std::string what, DriverActions& out) {
  reason_ = {failure, std::move(what)};
  in_pending_ = state_ == State::kReceiving;
  state_ = State::kCancelling;
  out.push_back(CancelTransfer{in_flight_});
  out.push_back(StartTimer{kTimer, parameters_.command_timeout_us});
}

// 5.3.1 and 6.1.13: ABORT on the control pipe and PC_to_RDR_Abort with the same bSlot and bSeq; the
// reader answers the latter with RDR_to_PC_SlotStatus.
void CommandPipe::begin_abort(DriverActions& out) {
  out.push_back(StartTimer{kTimer, parameters_.command_timeout_us});
  control(ccid::encode(ccid::ClassRequest{ccid::Abort{slot_, seq_, address_.interface}}),
          State::kAbortControl, out);
}

void CommandPipe::abort_completed(const Completion& completion, DriverActions& out) {
  const bool ok = completion.status == TransferStatus::kCompleted;
  switch (state_) {
    case State::kAbortControl: {
      if (!ok) anomaly(fmt::format("ABORT request: {}", to_string(completion.status)));
      const ccid::CommandMessage abort = ccid::PC_to_RDR_Abort{slot_, seq_, {}};
      return send(ccid::encode(abort).value(), State::kAbortSending, out);
    }
    case State::kAbortSending:
      if (ok) return receive(State::kAbortReceiving, out);
      break;
    case State::kAbortReceiving: {
      if (!ok) break;
      const auto header = ccid::decode_header(completion.data);
      const bool answer = header && header->bSlot == slot_ && header->bSeq == seq_ &&
                          header->bMessageType ==
                              static_cast<std::uint8_t>(ccid::bMessageType::kRDR_to_PC_SlotStatus);
      if (answer) return lose(reason_.failure, reason_.what, out);
      if (++strays_ <= kMaxStrays) return receive(State::kAbortReceiving, out);  // the old answer
      break;
    }
    default:
      break;
  }
  anomaly("the abort was not accepted");
  lose(reason_.failure, reason_.what, out);
}

void CommandPipe::lose(Failure failure, std::string what, DriverActions& out) {
  finish(CommandLost{failure, std::move(what)}, out);
}

void CommandPipe::finish(std::variant<Answer, CommandLost> outcome, DriverActions& out) {
  results_.push_back({slot_, queue_.front().poll, std::move(outcome)});
  queue_.pop_front();
  in_flight_ = 0;
  if (state_ == State::kIdle) return;  // never sent
  state_ = State::kIdle;
  out.push_back(StopTimer{kTimer});
  start_next(out);
}

}  // namespace uketsuke::ccid_host
