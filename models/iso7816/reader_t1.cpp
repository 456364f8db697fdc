#include "models/iso7816/reader_t1.h"

#include <algorithm>

#include "sim/wire/iso7816/apdu.h"

namespace uketsuke::iso7816 {
namespace {

using wire::iso7816::T1Block;
using wire::iso7816::T1Error;
using wire::iso7816::T1Kind;
using wire::iso7816::T1Supervisory;

constexpr std::size_t kMaxResponse = 65536 + 2;  // longest response APDU
constexpr std::uint8_t kDefaultIfs = 32;         // 11.4.2
constexpr std::size_t kLongestBlock = 3 + 254 + 2;

std::uint8_t swapped_nad(std::uint8_t nad) {
  return static_cast<std::uint8_t>((nad & 0x07) << 4 | (nad >> 4 & 0x07));
}

}  // namespace

// --- block level --------------------------------------------------------------------------------
T1HostActions T1Host::handle(const T1HostEvent& event) {
  if (const auto* request = std::get_if<SendApdu>(&event)) {
    if (state_ == State::kDead) return {Failed{ExchangeFailure::kTransmission}};
    if (state_ != State::kIdle) return {Failed{ExchangeFailure::kBusy}};
    return start(*request);
  }
  if (state_ == State::kIdle || state_ == State::kDead) return {};
  if (std::holds_alternative<BlockTimeout>(event)) {
    return bad_answer(T1Error::kOther);
  }
  only_timeouts_ = false;
  if (std::holds_alternative<BlockError>(event)) return bad_answer(T1Error::kRedundancy);
  const auto block =
      wire::iso7816::decode_t1_block(std::get<BlockReceived>(event).block, config_.edc);
  if (!block) {
    const bool redundancy = block.error().code == wire::DecodeErrc::kBadChecksum;
    return bad_answer(redundancy ? T1Error::kRedundancy : T1Error::kOther);
  }
  if (!valid_for_card(*block)) return bad_answer(T1Error::kOther);
  return on_block(*block);
}

// NAD with SAD and DAD exchanged (11.3.2.1), and not more information than IFSD (11.4.2).
bool T1Host::valid_for_card(const T1Block& block) const {
  if (block.nad != swapped_nad(config_.nad)) return false;
  return block.kind != T1Kind::kInformation || block.information.size() <= ifsd_;
}

T1HostActions T1Host::start(const SendApdu& event) {
  if (!wire::iso7816::decode_command(event.command_apdu)) {
    return {Failed{ExchangeFailure::kBadCommand}};
  }
  command_ = event.command_apdu;
  response_.clear();
  sent_ = 0;
  tries_ = 0;
  only_timeouts_ = true;
  wtx_ = 0;
  command_started_ = false;
  reason_ = ExchangeFailure::kTransmission;
  if (config_.ifsd == kDefaultIfs || config_.ifsd == 0 || config_.ifsd > 254) ifs_done_ = true;
  if (ifs_done_) return send_information();
  state_ = State::kIfs;
  const std::uint8_t ifsd[] = {config_.ifsd};
  return send(T1Block::s_block(T1Supervisory::kIfs, false, ifsd));
}

T1HostActions T1Host::on_block(const T1Block& block) {
  if (state_ == State::kAborting) {  // R gives the right to send back (11.6.3.2, rule 9)
    if (block.kind != T1Kind::kReceiveReady) return bad_answer(T1Error::kOther);
    send_sequence_ = block.sequence;
    return fail(ExchangeFailure::kAborted, State::kIdle);
  }
  switch (block.kind) {
    case T1Kind::kInformation:
      return on_information(block);
    case T1Kind::kReceiveReady:
      return on_receive_ready(block);
    case T1Kind::kSupervisory:
      return block.response ? on_response(block) : on_request(block);
  }
  return {};
}

T1HostActions T1Host::on_information(const T1Block& block) {
  const bool command_complete = state_ == State::kSending && sent_ + in_flight_ == command_.size();
  const bool due = state_ == State::kReceiving || command_complete;
  if (!due || block.sequence != receive_sequence_) return bad_answer(T1Error::kOther);
  if (state_ == State::kSending) {  // the answer acknowledges the last I-block
    sent_ = command_.size();
    send_sequence_ = !send_sequence_;
    state_ = State::kReceiving;
  }
  tries_ = 0;
  only_timeouts_ = true;
  receive_sequence_ = !receive_sequence_;
  response_.insert(response_.end(), block.information.begin(), block.information.end());
  if (response_.size() > kMaxResponse) return resynchronise(ExchangeFailure::kProtocol);
  if (block.more) return send(T1Block::r_block(receive_sequence_));
  if (response_.size() < 2) return fail(ExchangeFailure::kProtocol, State::kIdle);
  return finish(std::move(response_));
}

T1HostActions T1Host::on_receive_ready(const T1Block& block) {
  if (state_ == State::kIfs || state_ == State::kResynch || state_ == State::kReceiving) {
    return ++tries_ >= most_tries() ? bad_answer(T1Error::kOther) : resend();
  }
  const bool more = sent_ + in_flight_ < command_.size();
  if (block.sequence == send_sequence_) {  // the card wants the I-block again
    if (tries_ + 1 >= most_tries()) return bad_answer(T1Error::kOther);
    ++tries_;
    last_sent_ = last_information_;
    last_multiplier_ = 1;
    return resend();
  }
  if (!more) return bad_answer(T1Error::kOther);  // acknowledged, but where is the answer?
  tries_ = 0;
  only_timeouts_ = true;
  sent_ += in_flight_;
  send_sequence_ = !send_sequence_;
  return send_information();
}

T1HostActions T1Host::on_request(const T1Block& block) {
  const std::uint8_t value = block.information.empty() ? 0 : block.information[0];
  switch (block.supervisory) {
    case T1Supervisory::kIfs:
      if (value == 0 || value == 0xFF) return bad_answer(T1Error::kOther);
      ifsc_ = value;
      tries_ = 0;
      return send(T1Block::s_block(T1Supervisory::kIfs, true, block.information));
    case T1Supervisory::kAbort:
      state_ = State::kAborting;
      return send(T1Block::s_block(T1Supervisory::kAbort, true));
    case T1Supervisory::kWtx:
      if (value == 0 || (state_ != State::kSending && state_ != State::kReceiving)) {
        return bad_answer(T1Error::kOther);
      }
      if (++wtx_ > config_.max_wtx) return resynchronise(ExchangeFailure::kProtocol);
      tries_ = 0;
      return send(T1Block::s_block(T1Supervisory::kWtx, true, block.information), value);
    case T1Supervisory::kResynch:  // only the interface device may ask for it
    case T1Supervisory::kVppError:
      break;
  }
  return bad_answer(T1Error::kOther);
}

T1HostActions T1Host::on_response(const T1Block& block) {
  if (block.supervisory == T1Supervisory::kVppError) {
    return fail(ExchangeFailure::kVpp, State::kIdle);
  }
  if (block.supervisory == T1Supervisory::kResynch && state_ == State::kResynch) {
    return resynchronised();
  }
  const bool echo = block.supervisory == T1Supervisory::kIfs && state_ == State::kIfs &&
                    block.information[0] == config_.ifsd;
  if (!echo) return bad_answer(T1Error::kOther);
  ifsd_ = config_.ifsd;
  ifs_done_ = true;
  tries_ = 0;
  only_timeouts_ = true;
  return send_information();
}

T1HostActions T1Host::send_information() {
  state_ = State::kSending;
  command_started_ = true;
  const std::size_t most = config_.deviations.ifsc_ignored ? 254 : ifsc_;
  in_flight_ = std::min<std::size_t>(most, command_.size() - sent_);
  const bool more = sent_ + in_flight_ < command_.size();
  auto actions =
      send(T1Block::i_block(send_sequence_, more, ByteView(command_).subspan(sent_, in_flight_)));
  last_information_ = last_sent_;
  return actions;
}

T1HostActions T1Host::send(T1Block block, std::uint8_t bwt_multiplier) {
  block.nad = config_.nad;
  auto bytes = wire::iso7816::encode_t1_block(block, config_.edc);
  last_sent_ = std::move(*bytes);
  last_multiplier_ = bwt_multiplier;
  return resend();
}

// 11.6.3.2, rules 6 and 7.
unsigned T1Host::most_tries() const {
  constexpr unsigned kWithoutEnd = 0xFFFFFFFF;
  return config_.deviations.t1_tries == 0 ? kWithoutEnd : config_.deviations.t1_tries;
}

T1HostActions T1Host::resend() { return {SendBlock{last_sent_, last_multiplier_}}; }

// No valid block came (11.6.3.2, rule 7): R-block, or the S-request again; after three attempts
// S(RESYNCH), and after three of those the end.
T1HostActions T1Host::bad_answer(T1Error error) {
  ++tries_;
  if (state_ == State::kAborting) return resynchronise(ExchangeFailure::kAborted);
  if (state_ == State::kResynch) {
    return tries_ >= most_tries() ? fail(reason_, State::kDead) : resend();
  }
  if (tries_ >= most_tries()) {
    return resynchronise(only_timeouts_ ? ExchangeFailure::kMute : ExchangeFailure::kTransmission);
  }
  if (state_ == State::kIfs) return resend();
  return send(T1Block::r_block(receive_sequence_, error));
}

T1HostActions T1Host::resynchronise(ExchangeFailure reason) {
  reason_ = reason;
  tries_ = 0;
  state_ = State::kResynch;
  return send(T1Block::s_block(T1Supervisory::kResynch, false));
}

// 11.6.3.2, rule 6.4: sequence numbers and IFSD start anew. A command of which a block has gone out
// is not sent again: the card may have carried it out, so its owner decides.
T1HostActions T1Host::resynchronised() {
  send_sequence_ = receive_sequence_ = false;
  ifsd_ = kDefaultIfs;
  ifsc_ = config_.ifsc;
  tries_ = 0;
  if (command_started_) {
    ifs_done_ = false;
    return fail(reason_, State::kIdle);
  }
  ifs_done_ = true;  // the card did not answer S(IFS): stay with 32
  return send_information();
}

T1HostActions T1Host::finish(Bytes response) {
  state_ = State::kIdle;
  response_ = {};
  return {Done{std::move(response)}};
}

T1HostActions T1Host::fail(ExchangeFailure reason, State next) {
  state_ = next;
  response_.clear();
  return {Failed{reason}};
}

// --- characters to blocks -----------------------------------------------------------------------
T1FieldActions T1FieldReceiver::handle(const T1FieldEvent& event) {
  const Micros block_time =
      kLongestBlock * character_ns(config_.clock, extra_guard(), true) / 1000 + 1;
  if (const auto* expect = std::get_if<ExpectBlock>(&event)) {
    assembler_.restart();
    waiting_ = true;
    const Micros guards = 2 * (t1_block_guard_ns(config_.clock) / 1000 + 1);  // both directions
    const Micros sending =
        guards +
        expect->sent_characters * character_ns(config_.clock, extra_guard(), true) / 1000;
    const ReaderDeviations& deviations = config_.deviations;
    if (deviations.t1_wait_percent == 0) return {wire::StopTimer{config_.timer_id}};
    const Micros multiplier = deviations.wtx_ignored ? 1 : expect->bwt_multiplier;
    const Micros bwt = t1_block_waiting_time(config_.bwi, config_.clock) *
                       std::max<Micros>(multiplier, 1) * deviations.t1_wait_percent / 100;
    return {wire::StartTimer{config_.timer_id, sending + bwt + block_time}};
  }
  if (!waiting_) return {};
  if (const auto* expired = std::get_if<wire::TimerExpired>(&event)) {
    if (expired->id != config_.timer_id) return {};
    waiting_ = false;
    if (assembler_.started()) return {BlockError{}};
    return {BlockTimeout{}};
  }
  switch (assembler_.add(std::get<wire::field::Burst>(event))) {
    case T1Assembler::Progress::kNothing:
      return {};
    case T1Assembler::Progress::kPartial:
      return {wire::StartTimer{config_.timer_id,
                               t1_character_waiting_time(config_.cwi, config_.clock) + block_time}};
    case T1Assembler::Progress::kBlock:
      waiting_ = false;
      return {wire::StopTimer{config_.timer_id}, BlockReceived{assembler_.bytes()}};
    case T1Assembler::Progress::kGarbled:
      break;
  }
  waiting_ = false;
  return {wire::StopTimer{config_.timer_id}, BlockError{}};
}

std::uint8_t T1FieldReceiver::extra_guard() const {
  return config_.deviations.extra_guard_ignored ? std::uint8_t{0} : config_.extra_guard_n;
}

wire::field::Burst T1FieldReceiver::burst_of(ByteView block) const {
  auto burst =
      iso7816::burst_of(wire::to_bytes(block), config_.clock, extra_guard(), true);
  burst.delay_ns = t1_block_guard_ns(config_.clock);
  return burst;
}

}  // namespace uketsuke::iso7816
