#include "models/iso7816/card_t0.h"

#include <algorithm>
#include <utility>

#include "sim/wire/iso7816/apdu.h"

namespace uketsuke::iso7816 {
namespace {

constexpr std::uint8_t kNull = 0x60;
constexpr std::uint8_t kGetResponseIns = 0xC0;
constexpr std::uint8_t kEnvelopeIns = 0xC2;
constexpr std::size_t kHeaderSize = 5;
constexpr std::size_t kMaxApdu = 4 + 3 + 65535 + 2;
constexpr std::size_t kNoDamage = 0xFFFF;
constexpr std::uint16_t kWrongLength = 0x6700;
constexpr std::uint16_t kInsNotSupported = 0x6D00;

bool is_status_nibble(std::uint8_t byte) { return (byte & 0xF0) == 0x60 || (byte & 0xF0) == 0x90; }
std::size_t le_of(std::uint8_t p3) { return p3 == 0 ? 256 : p3; }

}  // namespace

std::string_view to_string(T0Direction direction) {
  switch (direction) {
    case T0Direction::kOutgoing:
      return "outgoing";
    case T0Direction::kIncoming:
      return "incoming";
    case T0Direction::kBoth:
      return "both";
  }
  return "?";
}

// INS of ISO/IEC 7816-4:2013, Table 4 (even codes), and 80 32 of the card (facts 1.3); A-40.
T0Direction default_t0_direction(const T0Header& header) {
  switch (header[1]) {
    case 0x70:  // MANAGE CHANNEL
    case 0x84:  // GET CHALLENGE
    case 0xB0:
    case 0xB1:
    case 0xB2:
    case 0xB3:  // READ BINARY, READ RECORD
    case 0xCA:  // GET DATA
      return T0Direction::kOutgoing;
    case 0xA4:  // SELECT: answers with control information unless P2 says 11xx
      return (header[3] & 0x0C) == 0x0C ? T0Direction::kIncoming : T0Direction::kBoth;
    case 0x22:  // MANAGE SECURITY ENVIRONMENT
    case 0x20:
    case 0x21:
    case 0x24:
    case 0x26:
    case 0x28:
    case 0x2C:  // verification data
    case 0x32:  // CHANGE KEY
    case 0x0C:
    case 0x0E:
    case 0x0F:  // ERASE
    case 0x04:
    case 0x44:
    case 0xE0:
    case 0xE4:
    case 0xFE:  // file life cycle
    case 0xD0:
    case 0xD1:
    case 0xD2:
    case 0xD6:
    case 0xD7:
    case 0xDA:
    case 0xDB:
    case 0xDC:
    case 0xDD:
    case 0xE2:  // write, update, append, put
    case 0x82:  // EXTERNAL AUTHENTICATE
      return T0Direction::kIncoming;
    default:
      return T0Direction::kBoth;
  }
}

CardT0::CardT0(CardT0Config config) : config_(std::move(config)), work_(config_.timer_id) {}

std::string_view CardT0::state_name() const {
  switch (state_) {
    case State::kHeader:
      return "t0 header";
    case State::kData:
      return "t0 data";
    case State::kWorking:
      return "t0 working";
    case State::kNulls:
      return "t0 null";
  }
  return "?";
}

void CardT0::characters(CardActions& actions, ByteView bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint8_t byte = bytes[i];
    switch (state_) {
      case State::kHeader:
        if (header_size_ + 1 == kHeaderSize && header_refused(actions, i)) return;
        header_[header_size_++] = byte;
        if (header_size_ == kHeaderSize) header_complete(actions);
        break;
      case State::kData:
        data_.push_back(byte);
        if (data_.size() == header_[4]) {
          data_complete(actions);
        } else if (config_.single_byte_ack) {
          acknowledge_data(actions);
        }
        break;
      case State::kWorking:
      case State::kNulls:
        break;  // the reader has no right to send now
    }
  }
}

// ---- faults
bool CardT0::scheduled(std::uint8_t ins) const {
  const FaultSchedule& schedule = config_.faults.schedule;
  return (!schedule.at_ins || *schedule.at_ins == ins) && disturbed_ < schedule.times;
}

bool CardT0::header_refused(CardActions& actions, std::size_t index) {
  if (!scheduled(header_[1]) || signalled_ >= config_.faults.error_signals) return false;
  ++signalled_;
  actions.push_back(wire::field::ErrorSignal{static_cast<std::uint16_t>(index)});
  return true;
}

void CardT0::arm() {
  signalled_ = 0;
  fresh_answer_ = true;
  fault_ = scheduled(header_[1]) ? config_.faults : T0Faults{};
  if (scheduled(header_[1])) ++disturbed_;
}

void CardT0::next_null(CardActions& actions) {
  state_ = State::kNulls;
  actions.push_back(wire::StartTimer{config_.timer_id, fault_.null_interval_us});
}

void CardT0::error_signal(CardActions& actions, std::uint16_t at) {
  if (at >= last_sent_.size()) return;
  transmit(actions, Bytes(last_sent_.begin() + at, last_sent_.end()), 0);
}

// ---- commands
void CardT0::header_complete(CardActions& actions) {
  header_size_ = 0;
  data_.clear();
  arm();
  if (fault_.silence == T0Silence::kProcedureByte) return;
  if (fault_.nulls > 0) return next_null(actions);
  serve(actions);
}

void CardT0::serve(CardActions& actions) {
  state_ = State::kHeader;
  const std::uint8_t ins = header_[1];
  if (is_status_nibble(ins)) return send_status(actions, kInsNotSupported);  // 10.3.2
  if (again_) {
    const bool same = *again_ == header_;  // 12.2.3: the same command with the length of 6Cxx
    again_.reset();
    has_pending_ = false;
    if (same) return send_data(actions, Bytes(pending_), pending_sw_);
  }
  if (ins == kGetResponseIns) return get_response(actions);
  has_pending_ = false;
  if (ins != kEnvelopeIns) envelope_.clear();
  const T0Direction direction = config_.direction(header_);
  if (ins == kEnvelopeIns) {
    if (!config_.envelope) return send_status(actions, kInsNotSupported);
    if (header_[4] == 0) return envelope_segment(actions);
  } else if (direction == T0Direction::kOutgoing) {
    return open_command(actions, Bytes(header_.begin(), header_.end()), direction);
  } else if (header_[4] == 0) {
    return open_command(actions, Bytes(header_.begin(), header_.end() - 1), direction);
  }
  state_ = State::kData;
  acknowledge_data(actions);
}

void CardT0::acknowledge_data(CardActions& actions) {
  const std::uint8_t mask = config_.single_byte_ack ? 0xFF : 0x00;
  send(actions, {static_cast<std::uint8_t>(header_[1] ^ mask)});
}

void CardT0::data_complete(CardActions& actions) {
  state_ = State::kHeader;
  if (header_[1] == kEnvelopeIns) return envelope_segment(actions);
  Bytes command(header_.begin(), header_.end());
  command.insert(command.end(), data_.begin(), data_.end());
  const T0Direction direction = config_.direction(header_);
  if (direction == T0Direction::kBoth) command.push_back(0x00);
  open_command(actions, std::move(command), direction);
}

// 12.2.5, 12.2.7. A segment shorter than 255 that completes the APDU runs it; after one of exactly
// 255 an empty ENVELOPE says that nothing follows.
void CardT0::envelope_segment(CardActions& actions) {
  state_ = State::kHeader;
  envelope_.insert(envelope_.end(), data_.begin(), data_.end());
  const auto command = wire::iso7816::decode_command(envelope_);
  const bool end_marker = header_[4] == 0;
  if (command && (end_marker || header_[4] < 255)) {
    Bytes apdu = std::move(envelope_);
    envelope_.clear();
    return open_command(actions, std::move(apdu), T0Direction::kBoth);
  }
  const bool hopeless = !command && command.error().code != wire::DecodeErrc::kTooShort &&
                        command.error().code != wire::DecodeErrc::kLengthMismatch;
  if (end_marker || hopeless || envelope_.size() > kMaxApdu) {
    envelope_.clear();
    return send_status(actions, kWrongLength);
  }
  send_status(actions, 0x9000);
}

void CardT0::open_command(CardActions& actions, Bytes command, T0Direction direction) {
  state_ = State::kWorking;
  direction_ = direction;
  work_.begin(actions, t0_waiting_time(config_.wi, config_.clock));
  actions.push_back(Command{std::move(command)});
}

void CardT0::respond(CardActions& actions, const Respond& answer) {
  if (state_ == State::kWorking) perform(actions, work_.respond(actions, answer));
}

void CardT0::timer(CardActions& actions) {
  if (state_ == State::kNulls) {
    transmit(actions, {kNull}, kNoDamage);
    if (--fault_.nulls > 0) return next_null(actions);
    return serve(actions);
  }
  if (state_ == State::kWorking) perform(actions, work_.expired());
}

void CardT0::perform(CardActions& actions, CardWork::Next next) {
  switch (next) {
    case CardWork::Next::kWait:
      return;
    case CardWork::Next::kSend:
      deliver(actions, work_.take());
      return;
    case CardWork::Next::kAskForTime:
      send(actions, {kNull});
      work_.go_on(actions, t0_waiting_time(config_.wi, config_.clock));
      return;
  }
}

void CardT0::deliver(CardActions& actions, Bytes response) {
  state_ = State::kHeader;
  if (response.size() < 2) return send_status(actions, 0x6F00);
  const auto sw = static_cast<std::uint16_t>(response[response.size() - 2] << 8 | response.back());
  response.resize(response.size() - 2);
  if (response.empty()) return send_status(actions, sw);
  pending_ = std::move(response);
  pending_from_ = 0;
  pending_sw_ = sw;
  has_pending_ = true;
  if (direction_ != T0Direction::kOutgoing) {
    return send_status(actions, static_cast<std::uint16_t>(
                                    0x6100 | (pending_.size() > 255 ? 0 : pending_.size())));
  }
  const std::size_t le = le_of(header_[4]);
  if (pending_.size() < le) {  // 12.2.3, case 2S.3
    again_ = header_;
    (*again_)[4] = static_cast<std::uint8_t>(pending_.size());
    return send_status(actions, static_cast<std::uint16_t>(0x6C00 | pending_.size()));
  }
  get_response(actions);
}

// P3 bytes of what is pending: GET RESPONSE, and the command that has more than Le allows.
void CardT0::get_response(CardActions& actions) {
  if (!has_pending_) return send_status(actions, config_.nothing_to_get_sw);
  const std::size_t le = le_of(header_[4]);
  const std::size_t available = pending_.size() - pending_from_;
  if (le > available) {
    return send_status(actions, static_cast<std::uint16_t>(0x6C00 | available));
  }
  const Bytes part(pending_.begin() + static_cast<std::ptrdiff_t>(pending_from_),
                   pending_.begin() + static_cast<std::ptrdiff_t>(pending_from_ + le));
  pending_from_ += le;
  const std::size_t left = available - le;
  has_pending_ = left != 0;
  send_data(
      actions, part,
      has_pending_ ? static_cast<std::uint16_t>(0x6100 | (left > 255 ? 0 : left)) : pending_sw_);
}

void CardT0::send_data(CardActions& actions, ByteView data, std::uint16_t sw) {
  Bytes bytes;
  bytes.reserve(2 * data.size() + 2);
  const std::uint8_t ins = header_[1];
  if (config_.single_byte_ack) {
    for (const auto byte : data) {
      bytes.push_back(static_cast<std::uint8_t>(ins ^ 0xFF));
      bytes.push_back(byte);
    }
  } else {
    bytes.push_back(ins);
    bytes.insert(bytes.end(), data.begin(), data.end());
  }
  bytes.push_back(static_cast<std::uint8_t>(sw >> 8));
  bytes.push_back(static_cast<std::uint8_t>(sw));
  if (fault_.silence == T0Silence::kData) {
    bytes.resize(std::min<std::size_t>(bytes.size(), 1 + fault_.data_sent));
  } else if (fault_.silence == T0Silence::kSw2) {
    bytes.pop_back();
  }
  send(actions, std::move(bytes));
}

void CardT0::send_status(CardActions& actions, std::uint16_t sw) {
  Bytes bytes{static_cast<std::uint8_t>(sw >> 8)};
  if (fault_.silence != T0Silence::kSw2) bytes.push_back(static_cast<std::uint8_t>(sw));
  send(actions, std::move(bytes));
}

// An answer, or a part of it, from its first procedure byte.
void CardT0::send(CardActions& actions, Bytes bytes) {
  const bool first = std::exchange(fresh_answer_, false);
  if (first && fault_.procedure_byte) bytes[0] = *fault_.procedure_byte;
  transmit(actions, std::move(bytes), first ? fault_.parity_error_at : kNoDamage);
}

void CardT0::transmit(CardActions& actions, Bytes bytes, std::size_t damaged_at) {
  last_sent_ = bytes;
  auto burst = burst_of(std::move(bytes), config_.clock, 0, false);
  if (fault_.parity_errors > 0 && damaged_at < burst.data.size()) {
    if (fault_.parity_errors != kAlways) --fault_.parity_errors;
    burst.parity_errors.push_back(static_cast<std::uint16_t>(damaged_at));
  }
  actions.push_back(std::move(burst));
}

}  // namespace uketsuke::iso7816
