#include "models/ccid_function/icc_interface.h"

#include <algorithm>
#include <utility>

namespace uketsuke::ccid_function {

namespace ccid = wire::ccid;
namespace field = wire::field;
using ccid::bError;
using ccid::ExchangeLevel;
using wire::Bytes;

namespace {

constexpr std::uint8_t kDefaultFiDi = 0x11;

bError error_of(const iso7816::AtrFailure& failure) {
  using Reason = iso7816::AtrFailureReason;
  switch (failure.reason) {
    case Reason::kMute:
    case Reason::kIncomplete: return bError::kICC_MUTE;
    case Reason::kBadTs: return bError::kBAD_ATR_TS;
    case Reason::kParity: return bError::kXFR_PARITY_ERROR;
    case Reason::kBadTck: return bError::kBAD_ATR_TCK;
    case Reason::kMalformed: return bError::kXFR_OVERRUN;  // longer than 33 bytes, or no structure
    case Reason::kReserved: return bError::kICC_PROTOCOL_NOT_SUPPORTED;
  }
  return bError::kHW_ERROR;
}

bool permits(const wire::iso7816::ClassIndicator& indicator, field::VoltageClass voltage) {
  switch (voltage) {
    case field::VoltageClass::kA5V: return indicator.class_a;
    case field::VoltageClass::kB3V: return indicator.class_b;
    case field::VoltageClass::kC1V8: return indicator.class_c;
  }
  return false;
}

std::uint8_t fi_di_of(const ccid::ProtocolData& data) {
  if (const auto* t0 = std::get_if<ccid::ProtocolDataT0>(&data)) return t0->bmFindexDindex;
  if (const auto* t1 = std::get_if<ccid::ProtocolDataT1>(&data)) return t1->bmFindexDindex;
  return kDefaultFiDi;
}

std::uint8_t protocol_of(const ccid::ProtocolData& data) {
  return std::holds_alternative<ccid::ProtocolDataT1>(data) ? 1 : 0;
}

}  // namespace

IccInterface::IccInterface(IccConfig config) : config_(config) { default_parameters(); }

// ---- activation
IccActions IccInterface::power_on(std::vector<field::VoltageClass> order) {
  const bool was_on = powered();
  if (was_on) power_off_now();
  classes_ = std::move(order);
  class_index_ = 0;
  parity_retries_ = config_.atr_parity_retries;
  pps_allowed_ = true;
  wanted_.reset();
  if (was_on && config_.medium == field::Medium::kContact) {
    pause_and_retry();
  } else {
    cold_reset();
  }
  return std::exchange(actions_, {});
}

IccActions IccInterface::warm_reset() {
  if (config_.medium == field::Medium::kContactless) return power_on({field::VoltageClass::kA5V});
  stop_timer();
  pps_allowed_ = true;
  wanted_.reset();
  parity_retries_ = config_.atr_parity_retries;
  run_clock();
  actions_.emplace_back(field::ToCard{field::WarmReset{}});
  expect_atr();
  return std::exchange(actions_, {});
}

void IccInterface::cold_reset() {
  const bool contact = config_.medium == field::Medium::kContact;
  const auto voltage = contact ? classes_[class_index_] : field::VoltageClass::kA5V;
  const std::uint32_t clock_hz = contact ? initial_clock().clock_hz : 0;
  actions_.emplace_back(field::ToCard{field::PowerOn{voltage, clock_hz}});
  if (contact) return expect_atr();
  iso7816::ReaderContactlessConfig config;
  config.max_frame_code = config_.max_frame_code;
  config.pupi_in_atr = config_.pupi_in_atr;
  config.timer_id = config_.timer_id;
  contactless_.emplace(config);
  state_ = State::kFieldOn;
  perform(contactless_->handle(iso7816::Activate{}));
}

void IccInterface::expect_atr() {
  clock_stopped_ = false;
  default_parameters();
  etu_ = initial_clock();
  iso7816::AtrReceiverConfig config;
  config.clock = etu_;
  config.deviations = config_.deviations;
  config.timer_id = config_.timer_id;
  atr_receiver_.emplace(config);
  state_ = State::kAtr;
  perform(atr_receiver_->start());
}

void IccInterface::power_off_now() {
  stop_timer();
  if (powered() && state_ != State::kPause) {
    actions_.emplace_back(field::ToCard{field::PowerOff{}});
  }
  state_ = State::kOff;
  wanted_.reset();
}

IccActions IccInterface::power_off() {
  power_off_now();
  return std::exchange(actions_, {});
}

IccActions IccInterface::removed() {
  stop_timer();
  state_ = State::kOff;
  wanted_.reset();
  return std::exchange(actions_, {});
}

// Contacts off for a while, then a cold reset with the class that is due.
void IccInterface::pause_and_retry() {
  if (powered() && state_ != State::kPause) {
    stop_timer();
    actions_.emplace_back(field::ToCard{field::PowerOff{}});
  }
  state_ = State::kPause;
  start_timer(config_.power_off_us);
}

void IccInterface::next_class(bError error) {
  if (class_index_ + 1 < classes_.size()) {
    ++class_index_;
    return pause_and_retry();
  }
  fail(error, /*active=*/false);
}

void IccInterface::on_atr_failure(const iso7816::AtrFailure& failure) {
  if (failure.reason == iso7816::AtrFailureReason::kParity && parity_retries_ > 0) {
    --parity_retries_;
    return pause_and_retry();
  }
  const bool mute = failure.reason == iso7816::AtrFailureReason::kMute;
  if (mute && !wanted_) return next_class(bError::kICC_MUTE);
  fail(error_of(failure), /*active=*/false);
}

std::uint8_t IccInterface::choose_protocol() const {
  if (const auto specific = atr_.specific_mode()) return specific->protocol;
  for (const std::uint8_t offered : atr_.offered_protocols()) {
    if (offered <= 1 && (config_.dwProtocols >> offered & 1) != 0) return offered;
  }
  if (config_.deviations.protocol_unchecked) return 0;
  return 0xFF;
}

void IccInterface::on_atr(const iso7816::AtrReceived& atr) {
  atr_bytes_ = atr.bytes;
  atr_ = atr.atr;
  pps_window_ = true;
  const auto indicator = atr_.class_indicator();
  if (indicator && !classes_.empty() && !permits(*indicator, classes_[class_index_])) {
    return next_class(bError::kICC_CLASS_NOT_SUPPORTED);
  }
  const std::uint8_t protocol = choose_protocol();
  if (protocol > 1 || (config_.dwProtocols >> protocol & 1) == 0) {
    return fail(bError::kICC_PROTOCOL_NOT_SUPPORTED, /*active=*/false);
  }
  protocol_ = protocol;
  if (wanted_) {
    wire::iso7816::Pps request;
    request.protocol = protocol_of(*wanted_);
    request.pps1 = fi_di_of(*wanted_);
    return start_pps(request);
  }
  default_parameters();
  if (config_.deviations.pps_in_specific_mode && atr_.specific_mode() && pps_allowed_) {
    const auto fi_di = static_cast<std::uint8_t>(atr_.fi_index() << 4 | atr_.di_index());
    return start_pps({protocol_, fi_di, {}, {}});
  }
  const auto specific = atr_.specific_mode();
  const auto ta1 = static_cast<std::uint8_t>(atr_.fi_index() << 4 | atr_.di_index());
  const bool automatic = (config_.dwFeatures & ccid::kAutoParameters) != 0;
  const bool negotiates =
      (config_.dwFeatures & (ccid::kAutoNegotiation | ccid::kAutoPps)) != 0 && automatic;
  if (specific && automatic) {
    parameters_of_atr(specific->implicit_fi_di ? kDefaultFiDi : ta1);
  } else if (negotiates && !specific && pps_allowed_) {
    const auto request =
        iso7816::pps_request_for(atr_, protocol_, rate_allowed(ta1));
    if (request) return start_pps(*request);
    parameters_of_atr(kDefaultFiDi);
  } else if (automatic) {
    parameters_of_atr(negotiates ? kDefaultFiDi : ta1);
    if (!negotiates) etu_ = initial_clock();  // the host does PPS; until then the initial etu
  }
  after_parameters();
}

void IccInterface::start_pps(const wire::iso7816::Pps& request) {
  iso7816::PpsExchangeConfig config;
  config.clock = initial_clock();
  config.deviations = config_.deviations;
  config.timer_id = config_.timer_id;
  pps_.emplace(config);
  state_ = State::kPps;
  pps_window_ = false;
  perform(pps_->start(request));
}

void IccInterface::on_pps(const iso7816::PpsAgreed& agreed) {
  protocol_ = agreed.protocol;
  if (!wanted_) {
    parameters_of_atr(agreed.fi_di);
    return after_parameters();
  }
  ccid::ProtocolData parameters = *wanted_;
  wanted_.reset();
  if (auto* t0 = std::get_if<ccid::ProtocolDataT0>(&parameters)) t0->bmFindexDindex = agreed.fi_di;
  if (auto* t1 = std::get_if<ccid::ProtocolDataT1>(&parameters)) t1->bmFindexDindex = agreed.fi_di;
  apply(parameters);
  state_ = State::kReady;
  actions_.emplace_back(IccParametersSet{});
}

// 7816-3, 9.3: after a PPS that failed the card is deactivated. At power on the reader then goes on
// with the default parameters (automatic negotiation uses resets as it likes, CCID 5.1).
void IccInterface::on_pps_failure(iso7816::ExchangeFailure reason) {
  const bool mute = reason == iso7816::ExchangeFailure::kMute;
  const bError error = mute ? bError::kICC_MUTE : bError::kICC_PROTOCOL_NOT_SUPPORTED;
  if (wanted_) return fail(error, /*active=*/false);
  pps_allowed_ = false;
  pause_and_retry();
}

void IccInterface::after_parameters() {
  build_machines();
  const bool tpdu = config_.level == ExchangeLevel::kTpdu;
  if (!tpdu || protocol_ != 1 || (config_.dwFeatures & ccid::kAutoIfsd) == 0) return activated();
  const auto edc = atr_.edc();
  const auto ifsd = static_cast<std::uint8_t>(std::min<std::uint32_t>(config_.dwMaxIFSD, 254));
  const auto block = encode_t1_block(
      wire::iso7816::T1Block::s_block(wire::iso7816::T1Supervisory::kIfs, false, Bytes{ifsd}), edc);
  state_ = State::kIfs;
  send_block(*block, 1);
}

void IccInterface::activated() {
  state_ = State::kReady;
  actions_.emplace_back(IccActivated{atr_bytes_});
}

// ---- parameters
iso7816::EtuClock IccInterface::initial_clock() const {
  iso7816::EtuClock clock;
  clock.clock_hz = config_.clock_khz * 1000;
  return clock;
}

IccActions IccInterface::set_clock_khz(std::uint32_t clock_khz) {
  const bool other = config_.clock_khz != clock_khz;
  config_.clock_khz = clock_khz;
  etu_.clock_hz = clock_khz * 1000;
  if (state_ != State::kReady || config_.medium != field::Medium::kContact) return {};
  if (other) {  // the times change, the block numbers of T=1 do not
    auto host = std::move(t1_host_);
    build_machines();
    t1_host_ = std::move(host);
  }
  if (other && !clock_stopped_) {
    actions_.emplace_back(field::ToCard{field::Clock{clock_khz * 1000}});
  }
  return std::exchange(actions_, {});
}

IccActions IccInterface::stop_clock() {
  if (clock_stopped_ || !powered() || config_.medium != field::Medium::kContact) return {};
  clock_stopped_ = true;
  actions_.emplace_back(field::ToCard{field::Clock{0}});
  return std::exchange(actions_, {});
}

IccActions IccInterface::restart_clock() {
  run_clock();
  return std::exchange(actions_, {});
}

void IccInterface::run_clock() {
  if (!clock_stopped_ || !powered()) return;
  clock_stopped_ = false;
  actions_.emplace_back(field::ToCard{field::Clock{config_.clock_khz * 1000}});
}

void IccInterface::set_t0_classes(std::uint8_t get_response, std::uint8_t envelope) {
  class_get_response_ = get_response;
  class_envelope_ = envelope;
}

bool IccInterface::offers(std::uint8_t protocol) const {
  // The ATR that readers make up for a contactless card offers T=0 and T=1 (PC/SC part 3).
  return config_.medium == field::Medium::kContactless ? protocol <= 1 : atr_.offers(protocol);
}

bool IccInterface::rate_allowed(std::uint8_t fi_di) const {
  const auto fi = wire::iso7816::fi_of_index(fi_di >> 4);
  const auto di = wire::iso7816::di_of_index(fi_di & 0x0F);
  if (!fi || !di) return false;
  return std::uint64_t{config_.clock_khz} * 1000 * *di / *fi <= config_.dwMaxDataRate;
}

// CCID 6.1.6: what the reader has without a card's word: the defaults of ISO/IEC 7816-3.
void IccInterface::default_parameters() {
  if (config_.medium == field::Medium::kContactless) protocol_ = 1;
  if (protocol_ == 1) {
    parameters_ = ccid::ProtocolDataT1{};
  } else {
    parameters_ = ccid::ProtocolDataT0{};
  }
}

void IccInterface::parameters_of_atr(std::uint8_t fi_di) {
  const bool inverse = atr_.ts == wire::iso7816::kTsInverse;
  const auto indicator = atr_.class_indicator();
  const std::uint8_t clock_stop = indicator ? indicator->clock_stop : std::uint8_t{0};
  if (protocol_ == 0) {
    ccid::ProtocolDataT0 t0;
    t0.bmFindexDindex = fi_di;
    t0.bmTCCKST0 = inverse ? 0x02 : 0x00;
    t0.bGuardTimeT0 = atr_.n();
    t0.bWaitingIntegerT0 = atr_.wi();
    t0.bClockStop = clock_stop;
    apply(t0);
  } else {
    ccid::ProtocolDataT1 t1;
    t1.bmFindexDindex = fi_di;
    t1.bmTCCKST1 = static_cast<std::uint8_t>(
        0x10 | (inverse ? 0x02 : 0x00) | (atr_.edc() == wire::iso7816::Edc::kCrc ? 0x01 : 0x00));
    t1.bGuardTimeT1 = atr_.n();
    t1.bmWaitingIntegersT1 = static_cast<std::uint8_t>(atr_.bwi() << 4 | atr_.cwi());
    t1.bClockStop = clock_stop;
    t1.bIFSC = atr_.ifsc();
    apply(t1);
  }
}

void IccInterface::apply(const ccid::ProtocolData& parameters) {
  parameters_ = parameters;
  protocol_ = protocol_of(parameters);
  etu_ = initial_clock();
  const std::uint8_t fi_di = fi_di_of(parameters);
  const auto fi = wire::iso7816::fi_of_index(fi_di >> 4);
  const auto di = wire::iso7816::di_of_index(fi_di & 0x0F);
  if (fi) etu_.f_cycles = *fi;
  if (di) etu_.d = *di;
  build_machines();
}

// The machines start fresh: block numbers of T=1 count from the reset or from new parameters.
void IccInterface::build_machines() {
  if (const auto* t0 = std::get_if<ccid::ProtocolDataT0>(&parameters_)) {
    t0_tpdu_.emplace(iso7816::T0TpduConfig{etu_, t0->bWaitingIntegerT0, t0->bGuardTimeT0,
                                           config_.timer_id, config_.deviations});
    iso7816::T0ApduConfig apdu;
    apdu.deviations = config_.deviations;
    t0_apdu_.emplace(apdu);
    return;
  }
  const auto* t1 = std::get_if<ccid::ProtocolDataT1>(&parameters_);
  if (t1 == nullptr || config_.medium == field::Medium::kContactless) return;
  const auto edc =
      (t1->bmTCCKST1 & 1) != 0 ? wire::iso7816::Edc::kCrc : wire::iso7816::Edc::kLrc;
  iso7816::T1HostConfig host;
  host.ifsc = t1->bIFSC;
  host.ifsd = static_cast<std::uint8_t>(std::min<std::uint32_t>(config_.dwMaxIFSD, 254));
  host.edc = edc;
  host.nad = t1->bNadValue;
  host.deviations = config_.deviations;
  t1_host_.emplace(host);
  iso7816::T1FieldConfig receiver;
  receiver.clock = etu_;
  receiver.bwi = static_cast<std::uint8_t>(t1->bmWaitingIntegersT1 >> 4);
  receiver.cwi = static_cast<std::uint8_t>(t1->bmWaitingIntegersT1 & 0x0F);
  receiver.extra_guard_n = t1->bGuardTimeT1;
  receiver.edc = edc;
  receiver.timer_id = config_.timer_id;
  receiver.deviations = config_.deviations;
  t1_field_.emplace(receiver);
}

IccActions IccInterface::set_parameters(const ccid::ProtocolData& parameters) {
  const bool automatic = (config_.dwFeatures & (ccid::kAutoNegotiation | ccid::kAutoPps)) != 0;
  const bool same_rate = protocol_of(parameters) == protocol_ &&
                         fi_di_of(parameters) == fi_di_of(parameters_);
  if (config_.medium == field::Medium::kContactless) {
    parameters_ = parameters;  // kept for GetParameters; the field has its own protocol
    protocol_ = protocol_of(parameters);
    actions_.emplace_back(IccParametersSet{});
  } else if (same_rate || !automatic) {
    if (!(encode(parameters) == encode(parameters_))) apply(parameters);
    actions_.emplace_back(IccParametersSet{});
  } else if (pps_window_) {
    run_clock();
    wanted_ = parameters;
    start_pps({protocol_of(parameters), fi_di_of(parameters), {}, {}});
  } else {
    run_clock();
    wanted_ = parameters;
    actions_.emplace_back(field::ToCard{field::WarmReset{}});
    expect_atr();
  }
  return std::exchange(actions_, {});
}

IccActions IccInterface::reset_parameters() {
  if (config_.medium == field::Medium::kContact && !atr_bytes_.empty()) {
    if ((config_.dwFeatures & ccid::kAutoParameters) != 0) {
      const std::uint8_t fi_di = fi_di_of(parameters_);
      const bool negotiated =
          (config_.dwFeatures & (ccid::kAutoNegotiation | ccid::kAutoPps)) != 0;
      parameters_of_atr(negotiated ? fi_di : kDefaultFiDi);
    } else {
      default_parameters();
      apply(ccid::ProtocolData(parameters_));
    }
  } else {
    default_parameters();
  }
  return std::exchange(actions_, {});
}

// ---- results and timers
void IccInterface::fail(bError error, bool active) {
  if (!active) {
    power_off_now();
  } else {
    stop_timer();
    state_ = State::kReady;
  }
  actions_.emplace_back(IccFailed{error, active});
}

void IccInterface::done(Bytes data) {
  stop_timer();
  const std::size_t most = config_.deviations.longest_answer;
  if (most != 0 && data.size() > most + 2 && config_.level != ExchangeLevel::kTpdu) {
    data.erase(data.begin() + static_cast<std::ptrdiff_t>(most), data.end() - 2);
  }
  state_ = State::kReady;
  actions_.emplace_back(IccAnswer{std::move(data)});
}

void IccInterface::start_timer(wire::Micros duration) {
  timer_running_ = true;
  actions_.emplace_back(wire::StartTimer{config_.timer_id, duration});
}

void IccInterface::stop_timer() {
  if (!timer_running_) return;
  timer_running_ = false;
  actions_.emplace_back(wire::StopTimer{config_.timer_id});
}

void IccInterface::on(const field::ErrorSignal& signal) {
  actions_.emplace_back(field::ToCard{signal});
}

void IccInterface::on(const field::Burst& burst) {
  actions_.emplace_back(field::ToCard{burst});
}

}  // namespace uketsuke::ccid_function
