#include "models/ccid_host/slot.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/wire/ccid/pin_block.h"

namespace uketsuke::ccid_host {

namespace ccid = wire::ccid;
namespace session = wire::session;
using ccid::bmCommandStatus;
using ccid::bmICCStatus;
using session::Disposition;
using session::Failure;
using wire::Bytes;

namespace {

constexpr std::uint8_t kAsciiDigits = 0x82;    // bmFormatString: byte units, left, ASCII (6.1.11)
constexpr std::uint8_t kValidationKey = 0x02;  // bEntryValidationCondition
constexpr wire::Micros kMicrosPerSecond = 1'000'000;

}  // namespace

void Slot::request(const session::Request& request, SlotOutput& out) {
  if (task_ != Task::kNone) {
    const auto* disconnect_request = std::get_if<session::Disconnect>(&request);
    if (disconnect_request == nullptr || disconnect_after_ || goal_ == Goal::kDisconnect) {
      events_.push_back(session::Event{session::Failed{number_, Failure::kBusy, "under way"}});
      return;
    }
    disconnect_after_ = disconnect_request->disposition;
    out.abort = true;
    return;
  }
  if (std::holds_alternative<session::Connect>(request)) connect(out);
  if (const auto* r = std::get_if<session::Transmit>(&request)) transmit(r->command, out);
  if (const auto* r = std::get_if<session::VerifyPin>(&request)) verify_pin(*r, out);
  if (const auto* r = std::get_if<session::Reset>(&request)) reset(r->kind, out);
  if (const auto* r = std::get_if<session::Disconnect>(&request)) disconnect(r->disposition, out);
}

void Slot::connect(SlotOutput& out) {
  goal_ = Goal::kConnect;
  removed_ = false;
  if (exchange_) {  // has power: a second program, or one that comes back
    connected_ = true;
    return finish(session::Connected{number_, atr_, protocol_}, out);
  }
  begin_setup(out);
}

bool Slot::not_connected() {
  if (connected_) return false;
  const Failure failure = removed_ ? Failure::kCardRemoved : Failure::kNotConnected;
  events_.push_back(session::Event{session::Failed{number_, failure, "not connected"}});
  return true;
}

void Slot::transmit(const Bytes& command, SlotOutput& out) {
  if (not_connected()) return;
  goal_ = Goal::kTransmit;
  task_ = Task::kExchange;
  perform(exchange_->start(command), out);
}

void Slot::verify_pin(const session::VerifyPin& request, SlotOutput& out) {
  if (not_connected()) return;
  goal_ = Goal::kTransmit;
  if ((descriptor_.bPINSupport & ccid::kPinVerification) == 0) {
    return fail(Failure::kUnsupported, "no PIN pad", out);
  }
  if (request.min_digits > request.max_digits || request.max_digits == 0) {
    return fail(Failure::kUnsupported, "number of digits", out);
  }
  pin_ = request;
  task_ = Task::kExchange;
  perform(exchange_->start_pin(request.command), out);
}

void Slot::reset(Disposition kind, SlotOutput& out) {
  if (not_connected()) return;
  goal_ = Goal::kConnect;
  switch (kind) {
    case Disposition::kLeave:
      return finish(session::Connected{number_, atr_, protocol_}, out);
    case Disposition::kReset:
      return begin_setup(out);
    case Disposition::kUnpower:
      return power_off(Task::kPowerOffThenSetup, out);
  }
}

void Slot::disconnect(Disposition disposition, SlotOutput& out) {
  goal_ = Goal::kDisconnect;
  removed_ = connected_ = false;
  if (!exchange_ || disposition == Disposition::kLeave) {
    return finish(session::Disconnected{number_}, out);
  }
  if (disposition == Disposition::kReset) return begin_setup(out);
  power_off(Task::kPowerOff, out);
}

void Slot::begin_setup(SlotOutput& out) {
  task_ = Task::kSetup;
  exchange_.reset();
  perform(setup_.start(), out);
}

void Slot::power_off(Task task, SlotOutput& out) {
  task_ = task;
  exchange_.reset();
  submit(ccid::PC_to_RDR_IccPowerOff{}, parameters_.command_timeout_us, 0, out);
}

void Slot::poll(SlotOutput& out) {
  if (task_ != Task::kNone || polling_) return;
  polling_ = true;
  ccid::PC_to_RDR_GetSlotStatus message;
  message.bSlot = number_;
  out.commands.push_back({message, parameters_.command_timeout_us, 0, /*poll=*/true});
}

void Slot::submit(ccid::CommandMessage message, wire::Micros timeout_us, wire::Micros extension_us,
                  SlotOutput& out) {
  std::visit([this](auto& m) { m.bSlot = number_; }, message);
  out.commands.push_back({std::move(message), timeout_us, extension_us, /*poll=*/false});
}

void Slot::perform(const SetupStep& step, SlotOutput& out) {
  report(setup_.take_anomalies());
  if (const auto* command = std::get_if<SetupCommand>(&step)) {
    return submit(command->message, command->timeout_us, 0, out);
  }
  if (const auto* failed = std::get_if<ExchangeFailed>(&step)) {
    lose_session(/*removed=*/false);
    if (goal_ == Goal::kDisconnect) return finish(session::Disconnected{number_}, out);
    return fail(failed->failure, failed->what, out);
  }
  const auto& done = std::get<SetupDone>(step);
  atr_ = done.atr;
  protocol_ = done.protocol;
  exchange_.emplace(done.exchange);
  if (goal_ == Goal::kDisconnect) return finish(session::Disconnected{number_}, out);
  connected_ = true;
  finish(session::Connected{number_, atr_, protocol_}, out);
}

void Slot::perform(const ExchangeStep& step, SlotOutput& out) {
  if (exchange_) report(exchange_->take_anomalies());
  if (const auto* done = std::get_if<ExchangeDone>(&step)) {
    return finish(session::Response{number_, done->response}, out);
  }
  if (const auto* failed = std::get_if<ExchangeFailed>(&step)) {
    return fail(failed->failure, failed->what, out);
  }
  const auto& send = std::get<SendData>(step);
  if (!send.secure) {
    ccid::PC_to_RDR_XfrBlock message;
    message.bBWI = send.bBWI;
    message.wLevelParameter = send.wLevelParameter;
    message.abData = send.data;
    return submit(std::move(message), send.timeout_us, send.extension_us, out);
  }
  ccid::PinVerification block;
  block.bTimeOut = static_cast<std::uint8_t>(std::min<std::uint32_t>(pin_.timeout_s, 0xFF));
  block.bmFormatString = kAsciiDigits;
  block.wPINMaxExtraDigit = static_cast<std::uint16_t>(pin_.min_digits << 8 | pin_.max_digits);
  block.bEntryValidationCondition = kValidationKey;
  block.bTeoPrologue = send.teo_prologue;
  block.abPINApdu = send.data;
  ccid::PC_to_RDR_Secure message;
  message.abData = encode(ccid::PinBlock{block});
  submit(std::move(message), pin_.timeout_s * kMicrosPerSecond + parameters_.pin_margin_us,
         send.extension_us, out);
}

void Slot::result(const PipeResult& result, SlotOutput& out) {
  if (result.poll) polling_ = false;
  const auto* answer = std::get_if<Answer>(&result.outcome);
  if (answer != nullptr) note_status(answer->message);
  if (result.poll || task_ == Task::kPowerOff || task_ == Task::kPowerOffThenSetup)
    expect_processed(result);
  if (result.poll || task_ == Task::kNone) return;
  if (answer != nullptr) return answered(answer->message, out);
  const auto& lost = std::get<CommandLost>(result.outcome);
  if (task_ == Task::kExchange) {
    if (exchange_) exchange_->abandon();
  } else {
    lose_session(/*removed=*/false);
    if (goal_ == Goal::kDisconnect) return finish(session::Disconnected{number_}, out);
  }
  fail(lost.failure, lost.what, out);
}

// GetSlotStatus and IccPowerOff (6.1.2, 6.1.3) have no reason to fail; nobody waits for them.
void Slot::expect_processed(const PipeResult& result) {
  const char* const command = result.poll ? "GetSlotStatus" : "IccPowerOff";
  if (const auto* lost = std::get_if<CommandLost>(&result.outcome)) {
    events_.push_back(Anomaly{fmt::format("{}: {}", command, lost->what)});
    return;
  }
  const ccid::ResponseMessage& message = std::get<Answer>(result.outcome).message;
  if (ccid::command_status(bStatus_of(message)) == bmCommandStatus::kFailed) {
    const auto error = static_cast<ccid::bError>(bError_of(message));
    events_.push_back(Anomaly{fmt::format("{} failed: {}", command, to_string(error))});
  } else if (!result.poll && ccid::icc_status(bStatus_of(message)) == bmICCStatus::kActive) {
    events_.push_back(Anomaly{"the card is active after IccPowerOff"});
  }
}

// Presence as the answer tells it; a card that lost its power behind our back has no session.
void Slot::note_status(const ccid::ResponseMessage& message) {
  const bmICCStatus icc = ccid::icc_status(bStatus_of(message));
  const bool asleep = icc == bmICCStatus::kInactive && exchange_.has_value();
  presence(icc != bmICCStatus::kNoIcc, asleep && task_ == Task::kNone);
}

void Slot::answered(const ccid::ResponseMessage& message, SlotOutput& out) {
  switch (task_) {
    case Task::kNone:
      return;
    case Task::kSetup: {
      if (disconnect_after_) {  // the abort came too late for this command; no further one
        lose_session(/*removed=*/false);
        return fail(Failure::kCommunication, "aborted", out);
      }
      return perform(setup_.answered(message), out);
    }
    case Task::kExchange: {
      const auto* block = std::get_if<ccid::RDR_to_PC_DataBlock>(&message);
      if (block == nullptr || !exchange_) {
        const bool failed =
            ccid::command_status(bStatus_of(message)) != bmCommandStatus::kProcessed;
        if (!failed) events_.push_back(Anomaly{"answer of a card that is not there"});
        const ExchangeFailed why =
            failed ? failure_of(message) : ExchangeFailed{Failure::kCardRemoved, "card swapped"};
        return fail(why.failure, why.what, out);
      }
      const ExchangeStep step = exchange_->answered(*block);
      const bool asleep = ccid::icc_status(block->bStatus) == bmICCStatus::kInactive;
      if (asleep && std::holds_alternative<ExchangeDone>(step)) {
        events_.push_back(Anomaly{"answer of a card that is inactive"});
      }
      if (disconnect_after_ && std::holds_alternative<SendData>(step)) {
        exchange_->abandon();
        return fail(Failure::kCommunication, "aborted", out);
      }
      perform(step, out);
      if (asleep) lose_session(/*removed=*/false);
      return;
    }
    case Task::kPowerOff:
      return finish(session::Disconnected{number_}, out);
    case Task::kPowerOffThenSetup:
      if (disconnect_after_) return fail(Failure::kCommunication, "aborted", out);
      return begin_setup(out);
  }
}

void Slot::notified(bool present, bool changed) {
  if (notified_ && !changed && present != present_)
    events_.push_back(Anomaly{"NotifySlotChange: another state that has not changed"});
  const bool announcement = !std::exchange(notified_, true);
  presence(present, changed && !announcement);
}

void Slot::presence(bool present, bool swapped) {
  swapped = swapped && present && present_;
  if (present_ && (!present || swapped)) {
    lose_session(/*removed=*/true);
    events_.push_back(session::Event{session::CardAbsent{number_}});
  }
  if (present && (!present_ || swapped)) {
    events_.push_back(session::Event{session::CardPresent{number_}});
  }
  present_ = present;
}

void Slot::lose_session(bool removed) {
  removed_ = removed_ || (removed && connected_);
  connected_ = false;
  exchange_.reset();
}

void Slot::gone() {
  if (task_ != Task::kNone) {
    events_.push_back(session::Event{session::Failed{number_, Failure::kNoReader, "reader left"}});
  }
  if (disconnect_after_) events_.push_back(session::Event{session::Disconnected{number_}});
}

void Slot::finish(session::Event event, SlotOutput& out) {
  task_ = Task::kNone;
  events_.push_back(std::move(event));
  if (!disconnect_after_) return;
  disconnect(*std::exchange(disconnect_after_, std::nullopt), out);
}

void Slot::fail(Failure failure, const std::string& what, SlotOutput& out) {
  finish(session::Failed{number_, failure, what}, out);
}

void Slot::report(std::vector<std::string> anomalies) {
  for (std::string& what : anomalies) events_.push_back(Anomaly{std::move(what)});
}

}  // namespace uketsuke::ccid_host
