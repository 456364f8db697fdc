#include "models/ccid_function/slot.h"

#include <boost/assert.hpp>
#include <utility>

namespace uketsuke::ccid_function {

namespace ccid = wire::ccid;
namespace field = wire::field;
using ccid::bError;
using ccid::bmCommandStatus;
using wire::Bytes;

namespace {

IccConfig icc_config(std::uint8_t number, const Parameters& parameters) {
  const SlotParameters& slot = parameters.slots[number];
  const ccid::ClassDescriptor& descriptor = parameters.descriptor;
  IccConfig config;
  config.medium = slot.medium;
  config.level = ccid::exchange_level(descriptor.dwFeatures);
  config.dwFeatures = descriptor.dwFeatures;
  config.dwProtocols = descriptor.dwProtocols;
  config.dwMaxIFSD = descriptor.dwMaxIFSD;
  config.dwMaxDataRate = descriptor.dwMaxDataRate;
  config.clock_khz = descriptor.dwDefaultClock;
  config.power_off_us = parameters.power_off_us;
  config.atr_parity_retries = parameters.atr_parity_retries;
  config.pupi_in_atr = slot.pupi_in_atr;
  config.max_frame_code = slot.max_frame_code;
  config.deviations = parameters.deviations;
  config.timer_id = parameters.timer_base + 4U * number;
  return config;
}

// Commands that stay under way. A slot runs one, whatever a table lets through.
bool runs(SlotEventKind event) {
  return event == SlotEventKind::kIccPowerOn || event == SlotEventKind::kXfrBlock ||
         event == SlotEventKind::kSetParameters || event == SlotEventKind::kSecure;
}

}  // namespace

ccid::ResponseMessage make_response(const ccid::Header& header, std::uint8_t bStatus,
                                    std::uint8_t bError) {
  const std::uint8_t slot = header.bSlot, seq = header.bSeq;
  switch (ccid::response_type(header.bMessageType)) {
    case ccid::bMessageType::kRDR_to_PC_DataBlock:
      return ccid::RDR_to_PC_DataBlock{slot, seq, bStatus, bError, 0, {}};
    case ccid::bMessageType::kRDR_to_PC_Parameters:
      return ccid::RDR_to_PC_Parameters{slot, seq, bStatus, bError, 0, {}};
    case ccid::bMessageType::kRDR_to_PC_Escape:
      return ccid::RDR_to_PC_Escape{slot, seq, bStatus, bError, 0, {}};
    case ccid::bMessageType::kRDR_to_PC_DataRateAndClockFrequency:
      return ccid::RDR_to_PC_DataRateAndClockFrequency{slot, seq, bStatus, bError, 0, 0, 0};
    default: return ccid::RDR_to_PC_SlotStatus{slot, seq, bStatus, bError, 0};
  }
}

Slot::Slot(std::uint8_t number, const Parameters& parameters)
    : number_(number), parameters_(parameters),
      level_(ccid::exchange_level(parameters.descriptor.dwFeatures)),
      icc_(icc_config(number, parameters)), data_rate_bps_(parameters.descriptor.dwDataRate) {}

std::uint32_t Slot::timer_id(SlotTimer which) const {
  return parameters_.timer_base + 4U * number_ + static_cast<std::uint32_t>(which);
}

// ---- answers
ccid::bmICCStatus Slot::icc_status() const {
  switch (state_) {
    case SlotState::kAbsent: return ccid::bmICCStatus::kNoIcc;
    case SlotState::kInactive:
    case SlotState::kAutoActivating:
    case SlotState::kActivating: return ccid::bmICCStatus::kInactive;
    case SlotState::kActive:
    case SlotState::kExchanging:
    case SlotState::kSettingParameters:
    case SlotState::kEnteringPin: return ccid::bmICCStatus::kActive;
  }
  return ccid::bmICCStatus::kNoIcc;
}

ccid::ResponseMessage Slot::response(const Running& to, bmCommandStatus status,
                                     std::uint8_t error) const {
  ccid::ResponseMessage message = make_response({to.bMessageType, 0, number_, to.bSeq},
                                                make_bStatus(icc_status(), status), error);
  if (auto* parameters = std::get_if<ccid::RDR_to_PC_Parameters>(&message)) {
    parameters->bProtocolNum = icc_.protocol();
  } else if (auto* rate = std::get_if<ccid::RDR_to_PC_DataRateAndClockFrequency>(&message)) {
    rate->dwClockFrequency = icc_.clock_khz();
    rate->dwDataRate = data_rate_bps_;
  } else if (auto* slot = std::get_if<ccid::RDR_to_PC_SlotStatus>(&message)) {
    // CLK of contacts that are off is low (ISO/IEC 7816-3:2006, 6.4).
    const bool on = icc_status() == ccid::bmICCStatus::kActive;
    slot->bClockStatus = static_cast<std::uint8_t>(on ? clock_ : ccid::bClockStatus::kStoppedL);
  }
  return message;
}

void Slot::answer(ccid::ResponseMessage message) { actions_.emplace_back(std::move(message)); }
void Slot::answer_ok(const ccid::Header& to) {
  answer(response({to.bMessageType, to.bSeq}, bmCommandStatus::kProcessed, 0));
}
void Slot::fail(const ccid::Header& to, std::uint8_t error) {
  answer(response({to.bMessageType, to.bSeq}, bmCommandStatus::kFailed, error));
}
void Slot::fail_running(bError error) {
  if (!running_) return;
  const Running to = *std::exchange(running_, std::nullopt);
  answer(response(to, bmCommandStatus::kFailed, static_cast<std::uint8_t>(error)));
}

void Slot::answer_parameters(const Running& to) {
  auto message = std::get<ccid::RDR_to_PC_Parameters>(
      response(to, bmCommandStatus::kProcessed, 0));
  message.abProtocolDataStructure = icc_.parameters();
  answer(std::move(message));
}

// ---- commands
SlotActions Slot::command(const ccid::CommandMessage& message) {
  const ccid::Header header = header_of(message);
  const auto event = static_cast<SlotEventKind>(message.index());
  const Rule rule = rule_of(parameters_.table, event, state_);
  last_seq_ = header.bSeq;
  if (event != SlotEventKind::kAbort && abort_pending()) {
    fail(header, static_cast<std::uint8_t>(bError::kCMD_ABORTED));
  } else if (rule == Rule::kSlotBusy || (rule == Rule::kServe && running_ && runs(event))) {
    fail(header, static_cast<std::uint8_t>(bError::kCMD_SLOT_BUSY));
  } else if (!supported(message)) {
    fail(header, static_cast<std::uint8_t>(bError::kCommandNotSupported));
  } else if (const auto offset = wrong_field(message)) {
    fail(header, *offset);
  } else if (rule == Rule::kAutoSequence) {
    fail(header, static_cast<std::uint8_t>(bError::kBUSY_WITH_AUTO_SEQUENCE));
  } else if (rule == Rule::kMute) {
    fail(header, static_cast<std::uint8_t>(bError::kICC_MUTE));
  } else if (rule == Rule::kServe) {
    std::visit([this](const auto& m) { serve(m); }, message);
  }
  return std::exchange(actions_, {});
}

SlotActions Slot::refuse(const ccid::Header& header, std::uint8_t error) {
  const bool is_abort =
      header.bMessageType == static_cast<std::uint8_t>(ccid::bMessageType::kPC_to_RDR_Abort);
  if (abort_pending() && !is_abort) {
    error = static_cast<std::uint8_t>(bError::kCMD_ABORTED);
  } else if (busy() && !is_abort) {
    error = static_cast<std::uint8_t>(bError::kCMD_SLOT_BUSY);
  }
  fail(header, error);
  return std::exchange(actions_, {});
}

void Slot::begin(const ccid::Header& header, SlotState state) {
  BOOST_ASSERT_MSG(!running_, "a slot runs one command");
  running_ = Running{header.bMessageType, header.bSeq};
  state_ = state;
}

void Slot::end_running(SlotState state) {
  stop_extension_timer();
  state_ = state;
}

// ---- power
std::vector<field::VoltageClass> Slot::voltages(std::uint8_t bPowerSelect) const {
  const auto bit = [](field::VoltageClass voltage) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(voltage));
  };
  if (bPowerSelect != 0) return {static_cast<field::VoltageClass>(bPowerSelect - 1)};
  std::vector<field::VoltageClass> order;
  for (const field::VoltageClass voltage : parameters_.voltage_order) {
    if ((parameters_.descriptor.bVoltageSupport & bit(voltage)) != 0) order.push_back(voltage);
  }
  if (order.empty()) order.push_back(field::VoltageClass::kA5V);
  return order;
}

void Slot::start_activation(std::uint8_t bPowerSelect) {
  forget_session();
  perform(icc_.power_on(voltages(bPowerSelect)));
}

void Slot::activate_by_itself() {
  if ((parameters_.descriptor.dwFeatures & ccid::kAutoActivation) == 0) return;
  if (state_ != SlotState::kInactive) return;
  state_ = SlotState::kAutoActivating;
  start_activation(0);
}

// What does not outlive a reset of the card.
void Slot::forget_session() {
  command_begun_ = false;
  command_.clear();
  response_.clear();
  response_sent_ = 0;
  clock_ = ccid::bClockStatus::kRunning;
}

void Slot::serve(const ccid::PC_to_RDR_IccPowerOn& m) {
  const SlotState before = state_;
  begin(header_of(ccid::CommandMessage(m)), SlotState::kActivating);
  if (before == SlotState::kAutoActivating) return;  // its end answers this command
  if (before == SlotState::kActive) {
    forget_session();
    perform(icc_.warm_reset());
  } else {
    start_activation(m.bPowerSelect);
  }
}

void Slot::serve(const ccid::PC_to_RDR_IccPowerOff& m) {
  forget_session();
  perform(icc_.power_off());
  if (state_ != SlotState::kAbsent) state_ = SlotState::kInactive;
  answer_ok(header_of(ccid::CommandMessage(m)));
}

void Slot::serve(const ccid::PC_to_RDR_GetSlotStatus& m) {
  answer_ok(header_of(ccid::CommandMessage(m)));
}

// ---- abort (5.3.1, 6.1.13)
std::optional<SlotActions> Slot::control_abort(std::uint8_t bSeq) {
  if (rule_of(parameters_.table, SlotEventKind::kControlAbort, state_) != Rule::kServe) {
    return std::nullopt;
  }
  kill_running(bError::kCMD_ABORTED, PinEnd::kAborted);
  if (bulk_abort_ && *bulk_abort_ == bSeq) {
    bulk_abort_.reset();
    control_abort_.reset();
    const auto type = static_cast<std::uint8_t>(ccid::bMessageType::kPC_to_RDR_Abort);
    answer(response({type, bSeq}, bmCommandStatus::kProcessed, 0));
  } else {
    // The bulk message was another one: every message fails until the one with this number comes.
    fail_bulk_abort();
    control_abort_ = bSeq;
  }
  return std::exchange(actions_, {});
}

void Slot::fail_bulk_abort() {
  if (!bulk_abort_) return;
  const auto type = static_cast<std::uint8_t>(ccid::bMessageType::kPC_to_RDR_Abort);
  fail({type, 0, number_, *std::exchange(bulk_abort_, std::nullopt)},
       static_cast<std::uint8_t>(bError::kCMD_ABORTED));
}

void Slot::serve(const ccid::PC_to_RDR_Abort& m) {
  const ccid::Header header = header_of(ccid::CommandMessage(m));
  if (!control_abort_) {
    fail_bulk_abort();     // an earlier one: only the last message counts
    bulk_abort_ = m.bSeq;  // answered when the control request comes
    return;
  }
  if (*control_abort_ != m.bSeq) {
    return fail(header, static_cast<std::uint8_t>(bError::kCMD_ABORTED));
  }
  control_abort_.reset();
  answer_ok(header);
}

// An exchange cannot be called back: the card is switched off, a new one starts with a reset.
void Slot::kill_running(bError error, PinEnd pin_end) {
  if (state_ == SlotState::kEnteringPin) {
    end_pin_entry(pin_end);
    state_ = SlotState::kActive;
  } else if (busy()) {
    stop_extension_timer();
    forget_session();
    perform(icc_.power_off());
    state_ = SlotState::kInactive;
  }
  fail_running(error);
}

// ---- card, timers, pad
SlotActions Slot::from_field(const field::ToReader& signal) {
  if (const auto* inserted = std::get_if<field::Inserted>(&signal)) {
    const Rule rule = rule_of(parameters_.table, SlotEventKind::kInserted, state_);
    if (rule == Rule::kServe && inserted->medium == parameters_.slots[number_].medium) {
      state_ = SlotState::kInactive;
      actions_.emplace_back(PresenceChanged{number_});
      if (configured_) activate_by_itself();
    }
  } else if (std::holds_alternative<field::Removed>(signal)) {
    if (rule_of(parameters_.table, SlotEventKind::kRemoved, state_) == Rule::kServe) {
      if (state_ == SlotState::kEnteringPin) end_pin_entry(PinEnd::kCardRemoved);
      stop_extension_timer();
      forget_session();
      perform(icc_.removed());
      state_ = SlotState::kAbsent;
      fail_running(bError::kICC_MUTE);
      actions_.emplace_back(PresenceChanged{number_});
    }
  } else if (std::holds_alternative<field::Overcurrent>(signal)) {
    return overcurrent();
  } else if (rule_of(parameters_.table, SlotEventKind::kFromCard, state_) != Rule::kServe) {
    return {};
  } else if (const auto* error = std::get_if<field::ErrorSignal>(&signal)) {
    perform(icc_.on_error_signal(*error));
  } else {
    perform(icc_.on_burst(std::get<field::Burst>(signal)));
  }
  return std::exchange(actions_, {});
}

SlotActions Slot::timer(SlotTimer which) {
  if (rule_of(parameters_.table, SlotEventKind::kTimer, state_) != Rule::kServe) return {};
  switch (which) {
    case SlotTimer::kIcc: perform(icc_.on_timer()); break;
    case SlotTimer::kTimeExtension:
      if (!extension_timer_runs_) break;
      extension_timer_runs_ = false;
      time_extension(1);
      break;
    case SlotTimer::kPin:
      if (state_ != SlotState::kEnteringPin) break;
      end_pin_entry(PinEnd::kTimedOut);
      state_ = SlotState::kActive;
      fail_running(bError::kPIN_TIMEOUT);
      break;
  }
  return std::exchange(actions_, {});
}

SlotActions Slot::overcurrent() {
  if (rule_of(parameters_.table, SlotEventKind::kOvercurrent, state_) != Rule::kServe) return {};
  const std::uint8_t seq = running_ ? running_->bSeq : last_seq_;
  if (state_ == SlotState::kEnteringPin) end_pin_entry(PinEnd::kReset);
  stop_extension_timer();
  forget_session();
  perform(icc_.power_off());
  state_ = SlotState::kInactive;
  fail_running(bError::kHW_ERROR);
  actions_.emplace_back(ccid::RDR_to_PC_HardwareError{number_, seq, 1});
  return std::exchange(actions_, {});
}

SlotActions Slot::configured() {
  configured_ = true;
  activate_by_itself();
  return std::exchange(actions_, {});
}

SlotActions Slot::deconfigured() {
  configured_ = false;
  if (state_ == SlotState::kEnteringPin) end_pin_entry(PinEnd::kReset);
  stop_extension_timer();
  forget_session();
  perform(icc_.power_off());
  if (state_ != SlotState::kAbsent) state_ = SlotState::kInactive;
  running_.reset();
  control_abort_.reset();
  bulk_abort_.reset();
  perform(icc_.set_clock_khz(parameters_.descriptor.dwDefaultClock));
  icc_.set_t0_classes(parameters_.descriptor.bClassGetResponse,
                      parameters_.descriptor.bClassEnvelope);
  data_rate_bps_ = parameters_.descriptor.dwDataRate;
  return std::exchange(actions_, {});
}

// ---- results of the card interface
void Slot::perform(const IccActions& actions) {
  for (const IccAction& action : actions) {
    std::visit([this](const auto& a) { on(a); }, action);
  }
}

void Slot::on(const field::ToCard& signal) { effect(ToField{number_, signal}); }

void Slot::on(const IccActivated& result) {
  end_running(SlotState::kActive);
  if (!running_) return;  // the reader did it by itself
  const Running to = *std::exchange(running_, std::nullopt);
  answer_data(to, result.atr);
}

void Slot::on(const IccParametersSet&) {
  end_running(SlotState::kActive);
  if (!running_) return;
  const Running to = *std::exchange(running_, std::nullopt);
  answer_parameters(to);
}

void Slot::on(const IccAnswer& result) {
  end_running(SlotState::kActive);
  if (!running_) return;
  const Running to = *std::exchange(running_, std::nullopt);
  answer_data(to, result.data);
}

void Slot::on(const IccFailed& result) {
  end_running(result.active ? SlotState::kActive : SlotState::kInactive);
  if (!result.active) forget_session();
  fail_running(result.error);
}

void Slot::on(const IccNeedsTime& result) {
  stop_extension_timer();
  time_extension(result.multiplier);
}

// 6.2.6: the host waits multiplier times BWT or WT longer.
void Slot::time_extension(std::uint8_t multiplier) {
  if (!running_ || state_ != SlotState::kExchanging) return;
  answer(response(*running_, bmCommandStatus::kTimeExtension, multiplier));
  start_extension_timer();
}

void Slot::start_extension_timer() {
  if (level_ == ccid::ExchangeLevel::kTpdu || parameters_.time_extension_period_us == 0) return;
  extension_timer_runs_ = true;
  effect(wire::StartTimer{timer_id(SlotTimer::kTimeExtension),
                          parameters_.time_extension_period_us});
}

void Slot::stop_extension_timer() {
  if (!extension_timer_runs_) return;
  extension_timer_runs_ = false;
  effect(wire::StopTimer{timer_id(SlotTimer::kTimeExtension)});
}

}  // namespace uketsuke::ccid_function
