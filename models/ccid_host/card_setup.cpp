#include "models/ccid_host/card_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/iso7816/reader_pps.h"

namespace uketsuke::ccid_host {

namespace ccid = wire::ccid;
using ccid::bError;
using ccid::bmCommandStatus;
using ccid::bmICCStatus;
using ccid::bPowerSelect;
using ccid::ExchangeLevel;
using wire::Bytes;
using wire::session::Failure;
using wire::session::Protocol;

namespace {

constexpr std::uint8_t kBadPowerSelect = 7;  // bError: offset of bPowerSelect (6.1.1)
constexpr std::uint32_t kMaxIfsd = 254;      // ISO/IEC 7816-3:2006, 11.4.2
constexpr std::uint8_t kNegotiableIfsd = 32;

bool failed(const ccid::ResponseMessage& message) {
  return ccid::command_status(bStatus_of(message)) != bmCommandStatus::kProcessed;
}

}  // namespace

std::vector<std::string> CardSetup::take_anomalies() { return std::exchange(anomalies_, {}); }

SetupStep CardSetup::start() {
  if (ccid::exchange_level(descriptor_.dwFeatures) == ExchangeLevel::kCharacter) {
    return ExchangeFailed{Failure::kUnsupported, "reader at character level"};
  }
  voltages_.clear();
  if (has(ccid::kAutoVoltage | ccid::kAutoActivation)) {
    voltages_ = {bPowerSelect::kAutomatic};
  } else {  // 5 V first, as hosts in the field do; the last entry is tried first
    const std::uint8_t bits = descriptor_.bVoltageSupport;
    if ((bits & ccid::kVoltage1V8) != 0) voltages_.push_back(bPowerSelect::k1V8);
    if ((bits & ccid::kVoltage3V) != 0) voltages_.push_back(bPowerSelect::k3V);
    if ((bits & ccid::kVoltage5V) != 0 || voltages_.empty()) {
      voltages_.push_back(bPowerSelect::k5V);
    }
  }
  return power_on();
}

SetupStep CardSetup::power_on() {
  phase_ = Phase::kPowerOn;
  ccid::PC_to_RDR_IccPowerOn message;
  message.bPowerSelect = static_cast<std::uint8_t>(voltages_.back());
  voltages_.pop_back();
  return SetupCommand{message, parameters_.power_on_timeout_us};
}

SetupStep CardSetup::answered(const ccid::ResponseMessage& message) {
  if (!failed(message) && ccid::icc_status(bStatus_of(message)) != bmICCStatus::kActive)
    anomalies_.emplace_back("the reader says that the card it has served is not active");
  switch (phase_) {
    case Phase::kPowerOn:
      return powered(std::get<ccid::RDR_to_PC_DataBlock>(message));
    case Phase::kGetParameters: {
      const auto& answer = std::get<ccid::RDR_to_PC_Parameters>(message);
      if (!failed(message) && atr_.offers(answer.bProtocolNum) && supports(answer.bProtocolNum)) {
        protocol_ = answer.bProtocolNum;
      } else if (!failed(message)) {
        anomalies_.push_back(
            fmt::format("bProtocolNum {:02x}, which the card does not offer", answer.bProtocolNum));
      }
      return done();
    }
    case Phase::kPps:
      return pps_answered(std::get<ccid::RDR_to_PC_DataBlock>(message));
    case Phase::kSetParameters:
      if (failed(message)) {
        const auto error = static_cast<bError>(bError_of(message));
        if (error != bError::kCommandNotSupported) return failure_of(message);
        anomalies_.push_back("SetParameters is not supported");
      } else {
        check_parameters(std::get<ccid::RDR_to_PC_Parameters>(message));
      }
      return done();
  }
  return ExchangeFailed{};
}

// 6.2.3: the answer carries the parameters that are in force now.
void CardSetup::check_parameters(const ccid::RDR_to_PC_Parameters& answer) {
  if (answer.bProtocolNum != parameters_set_.bProtocolNum ||
      !(answer.abProtocolDataStructure == parameters_set_.abProtocolDataStructure)) {
    anomalies_.emplace_back("SetParameters: other parameters are in force than were set");
  }
}

// Another class is tried when the card is mute or refuses the class (7816-3, 6.2.4).
SetupStep CardSetup::powered(const ccid::RDR_to_PC_DataBlock& block) {
  if (ccid::command_status(block.bStatus) != bmCommandStatus::kProcessed) {
    const auto error = static_cast<bError>(block.bError);
    if (ccid::icc_status(block.bStatus) == bmICCStatus::kNoIcc) {
      return ExchangeFailed{Failure::kNoCard, to_string(error)};
    }
    const bool other_class = error == bError::kICC_MUTE ||
                             error == bError::kICC_CLASS_NOT_SUPPORTED ||
                             block.bError == kBadPowerSelect;
    if (block.bError == kBadPowerSelect)
      anomalies_.emplace_back(
          "bPowerSelect is refused that bVoltageSupport or dwFeatures announces");
    if (other_class && !voltages_.empty()) return power_on();
    return failure_of(block);
  }
  if (block.bChainParameter != 0) {
    anomalies_.push_back(fmt::format("bChainParameter {:02x} with an ATR", block.bChainParameter));
  }
  atr_bytes_ = block.abData;
  auto atr = wire::iso7816::decode_atr_structure(atr_bytes_);
  if (!atr) {
    anomalies_.push_back("ATR: " + wire::to_string(atr.error()));
    return ExchangeFailed{Failure::kCommunication, "ATR: " + wire::to_string(atr.error())};
  }
  atr_ = std::move(*atr);
  fi_di_ = 0x11;
  return choose_protocol();
}

bool CardSetup::supports(std::uint8_t protocol) const {
  return protocol < 2 && (descriptor_.dwProtocols >> protocol & 1) != 0;
}

// The card's own choice in specific mode, else the first one it offers that the reader can do.
SetupStep CardSetup::choose_protocol() {
  const auto specific = atr_.specific_mode();
  std::vector<std::uint8_t> usable;
  for (const std::uint8_t protocol : atr_.offered_protocols()) {
    const bool chosen = !specific || specific->protocol == protocol;
    if (chosen && supports(protocol)) usable.push_back(protocol);
  }
  if (usable.empty()) {
    return ExchangeFailed{Failure::kUnsupported, "no common protocol of reader and card"};
  }
  protocol_ = usable.front();
  if (!has(ccid::kAutoNegotiation)) return select();
  if (usable.size() == 1) return done();
  phase_ = Phase::kGetParameters;  // the reader has chosen: ask which
  return SetupCommand{ccid::PC_to_RDR_GetParameters{}, parameters_.command_timeout_us};
}

bool CardSetup::reader_reaches_ta1() const {
  const auto fi = wire::iso7816::fi_of_index(atr_.fi_index());
  const auto di = wire::iso7816::di_of_index(atr_.di_index());
  if (!fi || !di) return false;
  const std::uint64_t rate = std::uint64_t{descriptor_.dwDefaultClock} * 1000 * *di / *fi;
  return rate <= descriptor_.dwMaxDataRate;
}

// PPS by the host unless the reader makes it from the parameters (80h), then the parameters.
SetupStep CardSetup::select() {
  const bool speed_up = parameters_.speed_up && reader_reaches_ta1();
  const auto request = iso7816::pps_request_for(atr_, protocol_, speed_up);
  if (const auto specific = atr_.specific_mode()) {
    if (!specific->implicit_fi_di) {
      fi_di_ = static_cast<std::uint8_t>(atr_.fi_index() << 4 | atr_.di_index());
    }
    return set_parameters();
  }
  if (!request) return set_parameters();
  if (has(ccid::kAutoPps) || ccid::exchange_level(descriptor_.dwFeatures) != ExchangeLevel::kTpdu) {
    fi_di_ = request->pps1.value_or(0x11);
    return set_parameters();
  }
  auto bytes = wire::iso7816::encode_pps(*request);
  if (!bytes) return set_parameters();
  pps_ = *request;
  phase_ = Phase::kPps;
  ccid::PC_to_RDR_XfrBlock message;
  message.abData = std::move(*bytes);
  return SetupCommand{message, parameters_.command_timeout_us};
}

// ISO/IEC 7816-3:2006, 9.3: PPS0 echoed with the same protocol; PPS1 echoed, or absent for the
// default.
SetupStep CardSetup::pps_answered(const ccid::RDR_to_PC_DataBlock& block) {
  if (ccid::command_status(block.bStatus) != bmCommandStatus::kProcessed) {
    return failure_of(block);
  }
  const auto response = wire::iso7816::decode_pps(block.abData);
  std::string what;
  if (!response) {
    what = wire::to_string(response.error());
  } else if (response->protocol != protocol_ || (response->pps1 && response->pps1 != pps_->pps1)) {
    what = "answer differs from the request";
  }
  if (!what.empty()) {
    anomalies_.push_back("PPS: " + what);
    return ExchangeFailed{Failure::kCommunication, "PPS: " + what};
  }
  fi_di_ = response->pps1.value_or(0x11);
  return set_parameters();
}

SetupStep CardSetup::set_parameters() {
  phase_ = Phase::kSetParameters;
  ccid::PC_to_RDR_SetParameters message;
  message.bProtocolNum = protocol_;
  const bool inverse = atr_.ts == wire::iso7816::kTsInverse;
  const auto indicator = atr_.class_indicator();
  const std::uint8_t clock_stop = indicator ? indicator->clock_stop : std::uint8_t{0};
  if (protocol_ == 1) {
    ccid::ProtocolDataT1 data;
    data.bmFindexDindex = fi_di_;
    const bool crc = atr_.edc() == wire::iso7816::Edc::kCrc;
    data.bmTCCKST1 = static_cast<std::uint8_t>(0x10 | (crc ? 1 : 0) | (inverse ? 2 : 0));
    data.bGuardTimeT1 = atr_.n();
    data.bmWaitingIntegersT1 = static_cast<std::uint8_t>(atr_.bwi() << 4 | atr_.cwi());
    data.bClockStop = clock_stop;
    data.bIFSC = atr_.ifsc();
    message.abProtocolDataStructure = data;
  } else {
    ccid::ProtocolDataT0 data;
    data.bmFindexDindex = fi_di_;
    data.bmTCCKST0 = inverse ? 2 : 0;
    data.bGuardTimeT0 = atr_.n();
    data.bWaitingIntegerT0 = atr_.wi();
    data.bClockStop = clock_stop;
    message.abProtocolDataStructure = data;
  }
  parameters_set_ = message;
  return SetupCommand{message, parameters_.command_timeout_us};
}

iso7816::EtuClock CardSetup::clock() const {
  iso7816::EtuClock clock;
  if (descriptor_.dwDefaultClock != 0) {
    clock.clock_hz = std::min<std::uint32_t>(descriptor_.dwDefaultClock, 20'000) * 1000;
  }
  clock.f_cycles = wire::iso7816::fi_of_index(fi_di_ >> 4).value_or(372);
  clock.d = wire::iso7816::di_of_index(fi_di_ & 0x0F).value_or(1);
  return clock;
}

SetupStep CardSetup::done() const {
  SetupDone result;
  result.atr = atr_bytes_;
  result.protocol = protocol_ == 1 ? Protocol::kT1 : Protocol::kT0;
  ExchangeConfig& config = result.exchange;
  config.level = ccid::exchange_level(descriptor_.dwFeatures);
  config.protocol = result.protocol;
  config.max_data = descriptor_.dwMaxCCIDMessageLength - ccid::kHeaderLength;
  config.t1.ifsc = std::clamp<std::uint8_t>(atr_.ifsc(), 1, kMaxIfsd);
  config.t1.ifsd = static_cast<std::uint8_t>(std::clamp<std::uint32_t>(
      std::min(descriptor_.dwMaxIFSD, descriptor_.dwMaxCCIDMessageLength - 15), 1, kMaxIfsd));
  if (descriptor_.dwMaxIFSD == 0) config.t1.ifsd = kNegotiableIfsd;
  config.t1.edc = atr_.edc();
  config.reader_sets_ifsd = has(ccid::kAutoIfsd);
  config.waiting_time_us = protocol_ == 1 ? iso7816::t1_block_waiting_time(atr_.bwi(), clock())
                                          : iso7816::t0_waiting_time(atr_.wi(), clock());
  config.tpdu_timeout_us = parameters_.command_timeout_us;
  config.apdu_timeout_us = parameters_.transmit_timeout_us;
  return result;
}

}  // namespace uketsuke::ccid_host
