#include "models/ccid_host/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/wire/iso7816/apdu.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke::ccid_host {

namespace ccid = wire::ccid;
using ccid::bChainParameter;
using ccid::bError;
using ccid::bmCommandStatus;
using ccid::bmICCStatus;
using ccid::ExchangeLevel;
using ccid::wLevelParameter;
using wire::Bytes;
using wire::session::Failure;
using wire::session::Protocol;

namespace {

constexpr std::size_t kMaxResponse = 65536 + 2;
constexpr std::uint8_t kRBlock = 0x80, kBlockMask = 0xC0;  // PCB bits 8 and 7
constexpr std::uint8_t kRError = 0x0F;                     // R-block, bits 4..1
constexpr std::uint8_t kIfsRequest = 0xC1;                 // 7816-3, 11.3.2.2

ExchangeFailed failure_of(iso7816::ExchangeFailure reason) {
  const std::string what(iso7816::to_string(reason));
  switch (reason) {
    case iso7816::ExchangeFailure::kBusy:
      return {Failure::kBusy, what};
    case iso7816::ExchangeFailure::kBadCommand:
      return {Failure::kUnsupported, what};
    case iso7816::ExchangeFailure::kMute:
      return {Failure::kCardMute, what};
    default:
      return {Failure::kCommunication, what};
  }
}

}  // namespace

ExchangeFailed failure_of(const ccid::ResponseMessage& message) {
  const auto error = static_cast<bError>(bError_of(message));
  const std::string what = to_string(error);
  if (ccid::icc_status(bStatus_of(message)) == bmICCStatus::kNoIcc) {
    return {Failure::kCardRemoved, what};
  }
  switch (error) {
    case bError::kICC_MUTE:
      return {Failure::kCardMute, what};
    case bError::kPIN_CANCELLED:
      return {Failure::kPinCancelled, what};
    case bError::kPIN_TIMEOUT:
      return {Failure::kPinTimeOut, what};
    case bError::kCommandNotSupported:
    case bError::kICC_CLASS_NOT_SUPPORTED:
    case bError::kICC_PROTOCOL_NOT_SUPPORTED:
      return {Failure::kUnsupported, what};
    default:
      return {Failure::kCommunication, what};
  }
}

Exchange::Exchange(const ExchangeConfig& config) : config_(config), t1_(config.t1) {}

std::vector<std::string> Exchange::take_anomalies() { return std::exchange(anomalies_, {}); }

void Exchange::abandon() {
  t1_ = iso7816::T1Host(config_.t1);
  t0_ = iso7816::T0Apdu();
  pin_template_.reset();
}

SendData Exchange::block(Bytes data, wire::Micros timeout_us) const {
  SendData send;
  send.data = std::move(data);
  send.timeout_us = timeout_us;
  send.extension_us = config_.waiting_time_us;
  return send;
}

ExchangeStep Exchange::start(const Bytes& command) {
  const auto apdu = wire::iso7816::decode_command(command);
  if (!apdu) {
    return ExchangeFailed{Failure::kUnsupported,
                          "no command APDU: " + wire::to_string(apdu.error())};
  }
  pin_sent_ = false;
  response_.clear();
  ne_ = apdu->ne;
  const bool t0 = config_.protocol == Protocol::kT0;
  if (config_.level == ExchangeLevel::kExtendedApdu) {
    command_ = command;
    sent_ = 0;
    return next_part();
  }
  const bool short_level = config_.level == ExchangeLevel::kShortApdu;
  if (short_level && !apdu->extended) {
    mode_ = Mode::kPlain;
    return block(command, config_.apdu_timeout_us);
  }
  if (t0) {  // also: an extended APDU in ENVELOPE commands over a short APDU reader
    mode_ = Mode::kT0;
    return from_t0(t0_.handle(iso7816::SendApdu{command}));
  }
  if (short_level) {
    return ExchangeFailed{Failure::kUnsupported, "extended APDU over a reader at short APDU level"};
  }
  mode_ = Mode::kT1;
  return from_t1(t1_.handle(iso7816::SendApdu{command}));
}

ExchangeStep Exchange::start_pin(const Bytes& command) {
  if (command.size() != 4)
    return ExchangeFailed{Failure::kUnsupported, "template is CLA INS P1 P2"};
  Bytes with_lc = command;
  with_lc.push_back(0x00);  // Lc: the reader's to fill in
  ne_ = 0;
  pin_sent_ = false;
  response_.clear();
  if (config_.level == ExchangeLevel::kTpdu && config_.protocol == Protocol::kT1) {
    // The T=1 machine makes an I-block of the same length class; only its prologue is used.
    Bytes stand_in = command;
    stand_in.insert(stand_in.end(), {0x01, 0x00});
    pin_template_ = std::move(with_lc);
    mode_ = Mode::kT1;
    return from_t1(t1_.handle(iso7816::SendApdu{std::move(stand_in)}));
  }
  mode_ = Mode::kPlain;
  SendData send = block(std::move(with_lc), 0);
  send.secure = true;
  return send;
}

ExchangeStep Exchange::answered(const ccid::RDR_to_PC_DataBlock& block) {
  const bool failed = ccid::command_status(block.bStatus) != bmCommandStatus::kProcessed;
  if (config_.level != ExchangeLevel::kExtendedApdu && block.bChainParameter != 0) {
    anomalies_.push_back(
        fmt::format("bChainParameter {:02x} at this exchange level", block.bChainParameter));
  }
  if (mode_ == Mode::kT1) return t1_answered(block);
  if (failed) {
    abandon();
    return ccid_host::failure_of(block);
  }
  switch (mode_) {
    case Mode::kT0:
      if (block.abData.size() < 2) return damaged("T=0 answer without status word");
      return from_t0(t0_.handle(iso7816::TpduResponse{block.abData}));
    case Mode::kPlain:
      return done(block.abData);
    default:
      return chain_answered(block);
  }
}

// ---- T=1
ExchangeStep Exchange::from_t1(const iso7816::T1HostActions& actions) {
  for (const iso7816::T1HostAction& action : actions) {
    if (const auto* finished = std::get_if<iso7816::Done>(&action)) {
      return finished_with(finished->response_apdu);
    }
    if (const auto* failed = std::get_if<iso7816::Failed>(&action)) {
      abandon();
      return failure_of(failed->reason);
    }
    const auto& send = std::get<iso7816::SendBlock>(action);
    const std::uint8_t pcb = send.block[1];
    if (pcb == kIfsRequest && config_.reader_sets_ifsd) {
      // The reader has agreed on IFSD with the card: its consent takes the place of the exchange.
      Bytes consent = send.block;
      const auto request = wire::iso7816::decode_t1_block(send.block, config_.t1.edc);
      auto response = *request;
      response.response = true;
      consent = wire::iso7816::encode_t1_block(response, config_.t1.edc).value();
      return from_t1(t1_.handle(iso7816::BlockReceived{std::move(consent)}));
    }
    if ((pcb & kBlockMask) == kRBlock && (pcb & kRError) != 0) {
      anomalies_.push_back("T=1: asked the card to repeat a block");
    }
    if ((pcb & 0x80) == 0 && pin_sent_) {
      abandon();
      return ExchangeFailed{Failure::kCommunication, "the PIN block can't be sent twice"};
    }
    SendData data = block(send.block, 0);
    if ((pcb & 0x80) == 0 && pin_template_) {
      data.data = *std::exchange(pin_template_, std::nullopt);
      data.teo_prologue = {send.block[0], pcb, 0};
      data.secure = pin_sent_ = true;
      return data;
    }
    data.bBWI = send.bwt_multiplier > 1 ? send.bwt_multiplier : std::uint8_t{0};
    data.timeout_us = config_.tpdu_timeout_us + config_.waiting_time_us * send.bwt_multiplier;
    return data;
  }
  return damaged("T=1: no action");
}

// A card that does not answer, or answers wrongly, is T=1's own business (7816-3, 11.6.3).
ExchangeStep Exchange::t1_answered(const ccid::RDR_to_PC_DataBlock& block) {
  if (ccid::command_status(block.bStatus) == bmCommandStatus::kProcessed) {
    const auto decoded = wire::iso7816::decode_t1_block(block.abData, config_.t1.edc);
    if (!decoded) anomalies_.push_back("T=1 block: " + wire::to_string(decoded.error()));
    if (decoded && (block.abData[1] & kBlockMask) == kRBlock && (block.abData[1] & kRError) != 0)
      anomalies_.push_back("T=1: the card asked to repeat a block");
    return from_t1(t1_.handle(iso7816::BlockReceived{block.abData}));
  }
  const bool active = ccid::icc_status(block.bStatus) == bmICCStatus::kActive;
  const auto error = static_cast<bError>(block.bError);
  if (active && error == bError::kICC_MUTE && !pin_sent_) {
    return from_t1(t1_.handle(iso7816::BlockTimeout{}));
  }
  if (active && (error == bError::kXFR_PARITY_ERROR || error == bError::kXFR_OVERRUN)) {
    anomalies_.push_back("T=1 block: " + to_string(error));
    return from_t1(t1_.handle(iso7816::BlockError{}));
  }
  abandon();
  return ccid_host::failure_of(block);
}

// ---- T=0
ExchangeStep Exchange::from_t0(const iso7816::T0ApduActions& actions) {
  for (const iso7816::T0ApduAction& action : actions) {
    if (const auto* finished = std::get_if<iso7816::Done>(&action)) {
      return finished_with(finished->response_apdu);
    }
    if (const auto* failed = std::get_if<iso7816::Failed>(&action)) {
      abandon();
      if (failed->reason == iso7816::ExchangeFailure::kProtocol) {
        anomalies_.push_back("T=0: answer against the protocol");
      }
      return failure_of(failed->reason);
    }
    const auto& send = std::get<iso7816::SendTpdu>(action);
    const bool tpdu = config_.level == ExchangeLevel::kTpdu;
    return block(send.tpdu, tpdu ? config_.tpdu_timeout_us + 2 * config_.waiting_time_us
                                 : config_.apdu_timeout_us);
  }
  return damaged("T=0: no action");
}

// ---- extended APDU level: wLevelParameter of the next part of the command
ExchangeStep Exchange::next_part() {
  const std::size_t count = std::min(config_.max_data, command_.size() - sent_);
  const bool first = sent_ == 0, last = sent_ + count == command_.size();
  const auto begin = command_.begin() + static_cast<std::ptrdiff_t>(sent_);
  SendData send =
      block(Bytes(begin, begin + static_cast<std::ptrdiff_t>(count)), config_.apdu_timeout_us);
  const wLevelParameter level =
      first  ? last ? wLevelParameter::kBeginsAndEnds : wLevelParameter::kBegins
      : last ? wLevelParameter::kEnds
             : wLevelParameter::kContinues;
  send.wLevelParameter = static_cast<std::uint16_t>(level);
  sent_ += count;
  mode_ = last ? Mode::kReceiving : Mode::kChainingOut;
  return send;
}

ExchangeStep Exchange::chain_answered(const ccid::RDR_to_PC_DataBlock& answer) {
  const auto chain = static_cast<bChainParameter>(answer.bChainParameter);
  if (mode_ == Mode::kChainingOut) {
    if (chain != bChainParameter::kAsksForMore || !answer.abData.empty()) {
      return damaged(fmt::format("bChainParameter {:02x} while the command is being sent",
                                 answer.bChainParameter));
    }
    return next_part();
  }
  const bool begun = mode_ == Mode::kChainingIn;
  const bool more = chain == bChainParameter::kBegins || chain == bChainParameter::kContinues;
  const bool fits =
      begun ? chain == bChainParameter::kContinues || chain == bChainParameter::kEnds
            : chain == bChainParameter::kBeginsAndEnds || chain == bChainParameter::kBegins;
  if (!fits) return damaged(fmt::format("bChainParameter {:02x}", answer.bChainParameter));
  if (more && answer.abData.empty()) return damaged("empty part of an answer");
  if (response_.size() + answer.abData.size() > kMaxResponse) return damaged("endless answer");
  response_.insert(response_.end(), answer.abData.begin(), answer.abData.end());
  if (!more) return done(std::move(response_));
  mode_ = Mode::kChainingIn;
  SendData ask = block({}, config_.apdu_timeout_us);
  ask.wLevelParameter = static_cast<std::uint16_t>(wLevelParameter::kAsksForMore);
  return ask;
}

ExchangeStep Exchange::done(Bytes response) {
  if (response.size() < 2) return damaged("answer without status word");
  return finished_with(std::move(response));
}

// ISO/IEC 7816-4:2013, 5.1: Ne is the most that may come.
ExchangeStep Exchange::finished_with(Bytes response) {
  if (response.size() > std::size_t{ne_} + 2) {
    anomalies_.push_back(fmt::format("{} bytes of answer where at most {} were asked for",
                                     response.size() - 2, ne_));
  }
  return ExchangeDone{std::move(response)};
}

ExchangeStep Exchange::damaged(const std::string& what) {
  anomalies_.push_back(what);
  abandon();
  return ExchangeFailed{Failure::kCommunication, what};
}

}  // namespace uketsuke::ccid_host
