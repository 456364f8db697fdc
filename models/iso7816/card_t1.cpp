#include "models/iso7816/card_t1.h"

#include <algorithm>
#include <utility>

namespace uketsuke::iso7816 {
namespace {

using wire::iso7816::T1Block;
using wire::iso7816::T1Error;
using wire::iso7816::T1Kind;
using wire::iso7816::T1Supervisory;

constexpr std::uint8_t kDefaultIfs = 32;
constexpr std::size_t kMaxCommand = 4 + 3 + 65535 + 2;
constexpr std::size_t kLongestBlock = 3 + 254 + 2;
constexpr std::uint8_t kWrongNad = 0x77;

}  // namespace

CardT1::CardT1(CardT1Config config)
    : config_(config), assembler_(config.edc), work_(config.work_timer_id) {
  if (!config_.faults.schedule.at_ins) fault_ = config_.faults;
}

std::string_view CardT1::state_name() const {
  switch (state_) {
    case State::kReady:
      return "t1 ready";
    case State::kWorking:
      return "t1 working";
    case State::kSending:
      return "t1 sending a chain";
    case State::kWtx:
      return "t1 asked for time";
    case State::kIfs:
      return "t1 asked for IFSC";
    case State::kAbort:
      return "t1 aborting";
  }
  return "?";
}

void CardT1::burst(CardActions& actions, const wire::field::Burst& burst) {
  if (state_ == State::kWorking) return;  // the reader has no right to send now
  const auto progress = assembler_.add(burst);
  if (progress == T1Assembler::Progress::kNothing) return;
  if (progress == T1Assembler::Progress::kPartial) {
    const Micros block_time =
        kLongestBlock * character_ns(config_.clock, config_.extra_guard_n, true) / 1000 + 1;
    actions.push_back(
        wire::StartTimer{config_.character_timer_id,
                         t1_character_waiting_time(config_.cwi, config_.clock) + block_time});
    return;
  }
  actions.push_back(wire::StopTimer{config_.character_timer_id});
  const Bytes bytes = assembler_.bytes();
  assembler_.restart();
  if (progress == T1Assembler::Progress::kGarbled) return invalid(actions, T1Error::kRedundancy);
  block(actions, bytes);
}

void CardT1::block(CardActions& actions, ByteView bytes) {
  const auto decoded = wire::iso7816::decode_t1_block(bytes, config_.edc);
  if (!decoded) {
    const bool redundancy = decoded.error().code == wire::DecodeErrc::kBadChecksum;
    return invalid(actions, redundancy ? T1Error::kRedundancy : T1Error::kOther);
  }
  nad_ = static_cast<std::uint8_t>((decoded->nad & 0x07) << 4 | (decoded->nad >> 4 & 0x07));
  switch (decoded->kind) {
    case T1Kind::kInformation:
      return on_information(actions, *decoded);
    case T1Kind::kReceiveReady:
      return on_receive_ready(actions, *decoded);
    case T1Kind::kSupervisory:
      break;
  }
  if (decoded->response) return on_response(actions, *decoded);
  on_request(actions, *decoded);
}

// 11.6.3.2, rule 7: an S-request is repeated, else an R-block asks for the block again.
void CardT1::invalid(CardActions& actions, T1Error error) {
  if (state_ == State::kWtx || state_ == State::kIfs || state_ == State::kAbort) {
    return transmit(actions, last_sent_);
  }
  send(actions, T1Block::r_block(receive_sequence_, error));
}

void CardT1::on_information(CardActions& actions, const T1Block& block) {
  const bool fits = state_ == State::kReady && block.sequence == receive_sequence_ &&
                    block.information.size() <= config_.ifsc;
  if (!fits) return invalid(actions, T1Error::kOther);
  receive_sequence_ = !receive_sequence_;
  if (command_.empty()) arm(block.information);
  command_.insert(command_.end(), block.information.begin(), block.information.end());
  const bool abort = block.more && std::exchange(fault_.abort, false);
  if (abort || command_.size() > kMaxCommand) {  // 11.6.3.2, rule 9
    command_.clear();
    state_ = State::kAbort;
    return send(actions, T1Block::s_block(T1Supervisory::kAbort, false));
  }
  if (block.more) return send(actions, T1Block::r_block(receive_sequence_));
  state_ = State::kWorking;
  work_.begin(actions, t1_block_waiting_time(config_.bwi, config_.clock));
  actions.push_back(Command{std::move(command_)});
  command_.clear();
}

void CardT1::on_receive_ready(CardActions& actions, const T1Block& block) {
  switch (state_) {
    case State::kWtx:
    case State::kIfs:
    case State::kAbort:
      return transmit(actions, last_sent_);
    case State::kSending:
      if (block.sequence != last_sequence_) {  // acknowledged
        sent_ += in_flight_;
        return send_information(actions);
      }
      return transmit(actions, last_information_);
    case State::kReady:
      if (!last_information_.empty() && block.sequence == last_sequence_) {
        return transmit(actions, last_information_);
      }
      return send(actions, T1Block::r_block(receive_sequence_));
    case State::kWorking:
      return;
  }
}

void CardT1::on_request(CardActions& actions, const T1Block& block) {
  const std::uint8_t value = block.information.empty() ? 0 : block.information[0];
  switch (block.supervisory) {
    case T1Supervisory::kResynch:
      if (fault_.resynch_ignored > 0) {
        if (fault_.resynch_ignored != kAlways) --fault_.resynch_ignored;
        return;
      }
      work_.stop(actions);
      send_sequence_ = receive_sequence_ = false;
      last_information_.clear();
      command_.clear();
      ifsd_ = kDefaultIfs;
      state_ = State::kReady;
      return send(actions, T1Block::s_block(T1Supervisory::kResynch, true));
    case T1Supervisory::kIfs:
      if (state_ != State::kReady || value == 0 || value == 0xFF) break;
      ifsd_ = value;
      return send(actions, T1Block::s_block(T1Supervisory::kIfs, true, block.information));
    case T1Supervisory::kAbort:
      if (state_ != State::kReady && state_ != State::kSending) break;
      command_.clear();
      state_ = State::kReady;
      return send(actions, T1Block::s_block(T1Supervisory::kAbort, true));
    case T1Supervisory::kWtx:  // only the card asks for time
    case T1Supervisory::kVppError:
      break;
  }
  invalid(actions, T1Error::kOther);
}

void CardT1::on_response(CardActions& actions, const T1Block& block) {
  if (state_ == State::kWtx && block.supervisory == T1Supervisory::kWtx &&
      block.information[0] == wtx_) {
    state_ = State::kWorking;
    if (work_.answered() && work_.remaining_us() == 0) return begin_answer(actions);
    // Asked for by the application: it uses two thirds of what it got before it asks again.
    const Micros share = asked_wtx_ ? 2 : 1;
    return work_.go_on(actions,
                       share * wtx_ * t1_block_waiting_time(config_.bwi, config_.clock));
  }
  if (state_ == State::kIfs && block.supervisory == T1Supervisory::kIfs &&
      block.information[0] == last_sent_[3]) {
    ifs_requested_ = true;
    config_.ifsc = last_sent_[3];
    return send_information(actions);
  }
  if (state_ == State::kAbort && block.supervisory == T1Supervisory::kAbort) {
    state_ = State::kReady;  // R gives the reader the right to send back
    return send(actions, T1Block::r_block(receive_sequence_));
  }
  invalid(actions, T1Error::kOther);
}

void CardT1::respond(CardActions& actions, const Respond& answer) {
  const auto next = work_.respond(actions, answer);
  if (state_ == State::kWorking && work_.answered() && work_.wtx() != 0) {
    return ask_for_time(actions);
  }
  // Answered while S(WTX request) is open: it goes out when the reader has granted the time.
  if (state_ == State::kWorking) perform(actions, next);
}

void CardT1::timer(CardActions& actions, std::uint32_t id) {
  if (id == config_.character_timer_id) {
    if (!assembler_.started() || state_ == State::kWorking) return;
    assembler_.restart();
    return invalid(actions, T1Error::kOther);
  }
  if (id == config_.work_timer_id && state_ == State::kWorking) perform(actions, work_.expired());
}

void CardT1::perform(CardActions& actions, CardWork::Next next) {
  switch (next) {
    case CardWork::Next::kWait:
      return;
    case CardWork::Next::kSend:
      return begin_answer(actions);
    case CardWork::Next::kAskForTime:
      return ask_for_time(actions);
  }
}

void CardT1::ask_for_time(CardActions& actions) {
  const Micros bwt = t1_block_waiting_time(config_.bwi, config_.clock);
  const Micros wanted = work_.answered() ? (3 * work_.remaining_us() + bwt - 1) / bwt : 1;
  wtx_ = static_cast<std::uint8_t>(std::clamp<Micros>(wanted, 1, 255));
  asked_wtx_ = work_.wtx() != 0;
  if (asked_wtx_) wtx_ = work_.wtx();
  work_.wtx_asked();
  state_ = State::kWtx;
  const std::uint8_t multiplier[] = {wtx_};
  send(actions, T1Block::s_block(T1Supervisory::kWtx, false, multiplier));
}

void CardT1::begin_answer(CardActions& actions) {
  response_ = work_.take();
  sent_ = 0;
  in_flight_ = 0;
  if (config_.request_ifs && !ifs_requested_) {
    state_ = State::kIfs;
    const std::uint8_t ifsc[] = {config_.requested_ifs != 0 ? config_.requested_ifs
                                                            : config_.ifsc};
    return send(actions, T1Block::s_block(T1Supervisory::kIfs, false, ifsc));
  }
  send_information(actions);
}

void CardT1::send_information(CardActions& actions) {
  in_flight_ = std::min<std::size_t>(ifsd_, response_.size() - sent_);
  const bool more = sent_ + in_flight_ < response_.size();
  last_sequence_ = send_sequence_;
  send_sequence_ = !send_sequence_;
  state_ = more ? State::kSending : State::kReady;
  send(actions,
       T1Block::i_block(last_sequence_, more, ByteView(response_).subspan(sent_, in_flight_)));
  last_information_ = last_sent_;
}

void CardT1::send(CardActions& actions, T1Block block) {
  block.nad = nad_;
  auto bytes = wire::iso7816::encode_t1_block(block, config_.edc);
  last_sent_ = std::move(*bytes);
  transmit(actions, last_sent_);
}

void CardT1::transmit(CardActions& actions, const Bytes& bytes) {
  if (fault_.silent > 0) {
    if (fault_.silent != kAlways) --fault_.silent;
    return;
  }
  auto burst = damaged(bytes);
  burst.delay_ns = t1_block_guard_ns(config_.clock);
  actions.push_back(std::move(burst));
}

// ---- faults
void CardT1::arm(ByteView first_part) {
  const FaultSchedule& schedule = config_.faults.schedule;
  if (!schedule.at_ins) return;
  const bool meant = first_part.size() > 1 && first_part[1] == *schedule.at_ins;
  fault_ = meant && disturbed_ < schedule.times ? config_.faults : T1Faults{};
  if (meant) ++disturbed_;
}

// The characters of a block with what the faults do to it.
wire::field::Burst CardT1::damaged(Bytes characters) {
  const auto due = [](unsigned& left) {
    if (left == 0) return false;
    if (left != kAlways) --left;
    return true;
  };
  auto block = wire::iso7816::decode_t1_block(characters, config_.edc);
  const bool information = block && block->kind == T1Kind::kInformation;
  const bool sequence = information && due(fault_.wrong_sequence);
  const bool nad = block && due(fault_.wrong_nad);
  if (sequence) block->sequence = !block->sequence;
  if (nad) block->nad = kWrongNad;
  if (sequence || nad) characters = *wire::iso7816::encode_t1_block(*block, config_.edc);
  if (due(config_.corrupt_epilogues) || due(fault_.bad_edc)) characters.back() ^= 0x01;
  if (due(fault_.cut)) characters.resize(std::min(characters.size(), fault_.cut_to));
  auto burst = burst_of(std::move(characters), config_.clock, config_.extra_guard_n, true);
  if (due(fault_.bad_parity)) burst.parity_errors.push_back(0);
  return burst;
}

}  // namespace uketsuke::iso7816
