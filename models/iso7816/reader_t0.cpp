#include "models/iso7816/reader_t0.h"

#include <algorithm>

namespace uketsuke::iso7816 {
namespace {

using wire::iso7816::CommandApdu;

constexpr std::uint8_t kNull = 0x60;
constexpr std::uint8_t kGetResponseIns = 0xC0;
constexpr std::uint8_t kEnvelopeIns = 0xC2;
constexpr std::size_t kHeaderSize = 5;
constexpr std::size_t kMaxShortData = 255;
constexpr std::uint64_t kLongestAnswer = 1 + 256 + 2;  // ACK, data, SW1 SW2
constexpr std::uint8_t kChainingBit = 0x10;

bool is_status_nibble(std::uint8_t byte) { return (byte & 0xF0) == 0x60 || (byte & 0xF0) == 0x90; }
std::uint8_t p3_of(std::size_t count) { return static_cast<std::uint8_t>(count); }  // 256 is 00

}  // namespace

// --- character level ----------------------------------------------------------------------------
T0TpduActions T0Tpdu::handle(const T0TpduEvent& event) {
  T0TpduActions actions;
  if (const auto* request = std::get_if<SendTpdu>(&event)) {
    send(actions, *request);
    return actions;
  }
  if (state_ == State::kIdle) return actions;
  if (const auto* expired = std::get_if<wire::TimerExpired>(&event)) {
    if (expired->id == config_.timer_id) finish(actions, TpduFailed{ExchangeFailure::kMute});
    return actions;
  }
  if (const auto* signal = std::get_if<wire::field::ErrorSignal>(&event)) {
    on_error_signal(actions, *signal);
  } else {
    on_burst(actions, std::get<wire::field::Burst>(event));
  }
  if (state_ != State::kIdle) restart_timer(actions);
  return actions;
}

// 7.3: a character with wrong parity is signalled, and comes again.
void T0Tpdu::on_burst(T0TpduActions& actions, const wire::field::Burst& burst) {
  for (std::size_t i = 0; i < burst.data.size() && state_ != State::kIdle; ++i) {
    const bool bad = std::find(burst.parity_errors.begin(), burst.parity_errors.end(), i) !=
                     burst.parity_errors.end();
    if (bad) {
      if (++repetitions_ > config_.max_repetitions) {
        return finish(actions, TpduFailed{ExchangeFailure::kTransmission});
      }
      actions.push_back(wire::field::ErrorSignal{static_cast<std::uint16_t>(i)});
      return;
    }
    repetitions_ = 0;
    character(actions, burst.data[i]);
  }
}

void T0Tpdu::on_error_signal(T0TpduActions& actions, const wire::field::ErrorSignal& signal) {
  if (signal.at >= last_sent_.size()) return;
  repetitions_ = signal.at == 0 ? repetitions_ + 1 : 1;
  if (repetitions_ > config_.max_repetitions) {
    return finish(actions, TpduFailed{ExchangeFailure::kTransmission});
  }
  send_characters(actions, Bytes(last_sent_.begin() + signal.at, last_sent_.end()));
}

void T0Tpdu::send_characters(T0TpduActions& actions, Bytes characters) {
  last_sent_ = std::move(characters);
  actions.push_back(burst_of(last_sent_, config_.clock, extra_guard(), false));
}

void T0Tpdu::send(T0TpduActions& actions, const SendTpdu& event) {
  if (state_ != State::kIdle) {
    actions.push_back(TpduFailed{ExchangeFailure::kBusy});
    return;
  }
  tpdu_ = event.tpdu;
  if (tpdu_.size() == kHeaderSize - 1) tpdu_.push_back(0x00);  // case 1
  const bool fits = tpdu_.size() == kHeaderSize ||
                    (tpdu_.size() > kHeaderSize && tpdu_.size() == kHeaderSize + tpdu_[4]);
  if (!fits || tpdu_.size() < kHeaderSize || is_status_nibble(tpdu_[1])) {  // 10.3.2: INS 6X, 9X
    actions.push_back(TpduFailed{ExchangeFailure::kBadCommand});
    return;
  }
  sent_ = 0;
  response_.clear();
  expected_ = tpdu_.size() > kHeaderSize ? 0 : (tpdu_[4] == 0 ? 256 : tpdu_[4]);
  burst_left_ = 0;
  state_ = State::kProcedureByte;
  repetitions_ = 0;
  send_characters(actions, Bytes(tpdu_.begin(), tpdu_.begin() + kHeaderSize));
  restart_timer(actions);
}

void T0Tpdu::character(T0TpduActions& actions, std::uint8_t byte) {
  switch (state_) {
    case State::kIdle:
      return;
    case State::kProcedureByte:
      procedure_byte(actions, byte);
      return;
    case State::kData:
      response_.push_back(byte);
      if (--burst_left_ == 0) state_ = State::kProcedureByte;
      return;
    case State::kSw2:
      response_.push_back(byte);
      finish(actions, TpduResponse{response_});
      return;
  }
}

// 10.3.3, Table 11.
void T0Tpdu::procedure_byte(T0TpduActions& actions, std::uint8_t byte) {
  if (byte == kNull) return;
  if (is_status_nibble(byte)) {
    response_.push_back(byte);
    state_ = State::kSw2;
    return;
  }
  const std::uint8_t ins = tpdu_[1];
  const bool all = byte == ins;
  const bool one = byte == static_cast<std::uint8_t>(ins ^ 0xFF);
  const bool to_card = tpdu_.size() > kHeaderSize;
  const std::size_t left =
      to_card ? tpdu_.size() - kHeaderSize - sent_ : expected_ - response_.size();
  const bool conflict = !all && !one && !config_.deviations.procedure_byte_unchecked;
  if (conflict || left == 0) {
    finish(actions, TpduFailed{ExchangeFailure::kProtocol});
    return;
  }
  const std::size_t count = one ? 1 : left;
  if (to_card) {
    send_data(actions, count);
  } else {
    burst_left_ = count;
    state_ = State::kData;
  }
}

void T0Tpdu::send_data(T0TpduActions& actions, std::size_t count) {
  const auto first = tpdu_.begin() + static_cast<std::ptrdiff_t>(kHeaderSize + sent_);
  send_characters(actions, Bytes(first, first + static_cast<std::ptrdiff_t>(count)));
  sent_ += count;
}

// Waiting time (10.2), the longest thing this side may be sending, and the longest answer.
void T0Tpdu::restart_timer(T0TpduActions& actions) {
  const Micros characters =
      2 * kLongestAnswer * character_ns(config_.clock, extra_guard(), false) / 1000 + 1;
  const Percent percent = config_.deviations.t0_wait_percent;
  const Micros waiting = t0_waiting_time(config_.wi, config_.clock) * percent / 100;
  if (percent == 0) {
    actions.push_back(wire::StopTimer{config_.timer_id});
  } else {
    actions.push_back(wire::StartTimer{config_.timer_id, waiting + characters});
  }
}

std::uint8_t T0Tpdu::extra_guard() const {
  return config_.deviations.extra_guard_ignored ? std::uint8_t{0} : config_.extra_guard_n;
}

void T0Tpdu::finish(T0TpduActions& actions, T0TpduAction last) {
  state_ = State::kIdle;
  actions.push_back(wire::StopTimer{config_.timer_id});
  actions.push_back(std::move(last));
}

// --- APDU level ---------------------------------------------------------------------------------
T0ApduActions T0Apdu::handle(const T0ApduEvent& event) {
  if (const auto* request = std::get_if<SendApdu>(&event)) {
    if (state_ != State::kIdle) return {Failed{ExchangeFailure::kBusy}};
    return start(*request);
  }
  if (state_ == State::kIdle) return {};
  if (const auto* failed = std::get_if<TpduFailed>(&event)) return fail(failed->reason);
  return on_response(std::get<TpduResponse>(event));
}

T0ApduActions T0Apdu::start(const SendApdu& event) {
  auto command = wire::iso7816::decode_command(event.command_apdu);
  if (!command || is_status_nibble(command->ins)) return fail(ExchangeFailure::kBadCommand);
  command_ = std::move(*command);
  ne_ = command_.ne;
  data_.clear();
  get_responses_ = 0;
  state_ = State::kCommand;
  if (command_.data.size() > kMaxShortData) {  // 12.2.5, 12.2.7: case 3E, 4E with Nc above 255
    envelope_ = event.command_apdu;
    enveloped_ = 0;
    return next_envelope();
  }
  tpdu_ = {command_.cla, command_.ins, command_.p1, command_.p2, 0x00};
  if (!command_.data.empty()) {
    tpdu_[4] = p3_of(command_.data.size());
    tpdu_.insert(tpdu_.end(), command_.data.begin(), command_.data.end());
  } else if (ne_ != 0) {
    tpdu_[4] = p3_of(std::min<std::size_t>(ne_, 256));
  }
  return {SendTpdu{tpdu_}};
}

// Segments of 255 bytes. A last segment of exactly 255 is followed by an empty ENVELOPE, under T=0
// the end of the data string (ISO/IEC 7816-4, ENVELOPE): else the card could not see it.
T0ApduActions T0Apdu::next_envelope() {
  state_ = State::kEnvelope;
  const std::size_t count = std::min(kMaxShortData, envelope_.size() - enveloped_);
  tpdu_ = {command_.cla, kEnvelopeIns, 0x00, 0x00, p3_of(count)};
  const auto first = envelope_.begin() + static_cast<std::ptrdiff_t>(enveloped_);
  tpdu_.insert(tpdu_.end(), first, first + static_cast<std::ptrdiff_t>(count));
  enveloped_ += count;
  last_envelope_ = count < kMaxShortData;
  return {SendTpdu{tpdu_}};
}

T0ApduActions T0Apdu::on_response(const TpduResponse& event) {
  if (event.response.size() < 2) return fail(ExchangeFailure::kProtocol);
  const std::size_t count = event.response.size() - 2;
  const auto sw =
      static_cast<std::uint16_t>(event.response[count] << 8 | event.response[count + 1]);
  const State state = state_;
  if ((sw >> 8 == 0x61 && config_.deviations.passes_more_data) ||
      (sw >> 8 == 0x6C && config_.deviations.passes_wrong_length)) {
    data_.insert(data_.end(), event.response.begin(), event.response.end() - 2);
    return done(sw);
  }
  const bool data_expected = state == State::kGetResponse || state == State::kGetAfter9000 ||
                             (ne_ != 0 && tpdu_.size() == kHeaderSize);
  if (count != 0 && !data_expected) return fail(ExchangeFailure::kProtocol);
  if (state == State::kEnvelope && !last_envelope_) {
    return sw == 0x9000 ? next_envelope() : done(sw);
  }
  if (state == State::kGetAfter9000 && count == 0 && sw >> 8 != 0x6C && sw >> 8 != 0x61) {
    return done(0x9000);  // the card has nothing to give: its 9000 was the whole answer
  }
  if (sw >> 8 == 0x6C && count == 0 && data_expected && state != State::kResent &&
      ++get_responses_ <= config_.max_get_responses) {  // 12.2.3, case 2S.3
    tpdu_[4] = static_cast<std::uint8_t>(sw);
    if (state == State::kCommand) state_ = State::kResent;
    return {SendTpdu{tpdu_}};
  }
  const std::size_t kept = std::min(count, wanted());
  data_.insert(data_.end(), event.response.begin(),
               event.response.begin() + static_cast<std::ptrdiff_t>(kept));
  const bool fetchable = ne_ != 0 && wanted() > 0;
  if (sw >> 8 == 0x61 && fetchable) return get_response((sw & 0xFF) == 0 ? 256 : sw & 0xFF);
  const bool command_with_data = state == State::kCommand && !command_.data.empty();
  if (sw == 0x9000 && fetchable && config_.get_response_after_9000 &&
      (command_with_data || state == State::kEnvelope)) {  // 12.2.4, case 4S.2
    auto actions = get_response(256);
    state_ = State::kGetAfter9000;
    return actions;
  }
  return done(sw);
}

T0ApduActions T0Apdu::get_response(std::size_t available) {
  if (++get_responses_ > config_.max_get_responses) return fail(ExchangeFailure::kProtocol);
  state_ = State::kGetResponse;
  const auto cla = static_cast<std::uint8_t>(command_.cla & ~kChainingBit);
  tpdu_ = {cla, kGetResponseIns, 0x00, 0x00, p3_of(std::min(available, wanted()))};
  return {SendTpdu{tpdu_}};
}

std::size_t T0Apdu::wanted() const { return ne_ > data_.size() ? ne_ - data_.size() : 0; }

T0ApduActions T0Apdu::done(std::uint16_t sw) {
  state_ = State::kIdle;
  Bytes response = std::move(data_);
  data_ = {};
  response.push_back(static_cast<std::uint8_t>(sw >> 8));
  response.push_back(static_cast<std::uint8_t>(sw));
  return {Done{std::move(response)}};
}

T0ApduActions T0Apdu::fail(ExchangeFailure reason) {
  state_ = State::kIdle;
  return {Failed{reason}};
}

}  // namespace uketsuke::iso7816
