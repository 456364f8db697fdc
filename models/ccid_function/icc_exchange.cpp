// Exchanges of IccInterface: what runs between the reader and an active card.
#include <algorithm>
#include <utility>

#include "models/ccid_function/icc_interface.h"
#include "sim/wire/iso7816/iso14443_4.h"

namespace uketsuke::ccid_function {

namespace ccid = wire::ccid;
namespace field = wire::field;
using ccid::bError;
using ccid::ExchangeLevel;
using iso7816::ExchangeFailure;
using wire::Bytes;
using wire::ByteView;
using wire::to_bytes;

namespace {

constexpr std::uint8_t kWtxResponse = 0xE3;  // PCB of S(WTX response), 7816-3, 11.3.2.2
constexpr std::uint64_t kPpsAnswerEtu = 9600;  // 7816-3, 9.2: the initial waiting time

bError error_of(ExchangeFailure failure, std::uint8_t protocol) {
  switch (failure) {
    case ExchangeFailure::kBusy: return bError::kCMD_SLOT_BUSY;
    case ExchangeFailure::kBadCommand: return static_cast<bError>(ccid::kOffset_dwLength);
    case ExchangeFailure::kMute: return bError::kICC_MUTE;
    case ExchangeFailure::kTransmission: return bError::kXFR_PARITY_ERROR;
    case ExchangeFailure::kProtocol:
      return protocol == 0 ? bError::kPROCEDURE_BYTE_CONFLICT : bError::kHW_ERROR;
    case ExchangeFailure::kAborted:
    case ExchangeFailure::kVpp: return bError::kHW_ERROR;
    case ExchangeFailure::kRefused: return bError::kICC_PROTOCOL_NOT_SUPPORTED;
  }
  return bError::kHW_ERROR;
}

}  // namespace

IccActions IccInterface::exchange(ByteView data, std::uint8_t bBWI) {
  const bool apdu = config_.level != ExchangeLevel::kTpdu;
  if (config_.medium == field::Medium::kContactless) {
    if (!apdu || !contactless_) {
      fail(bError::kHW_ERROR, /*active=*/true);
    } else {
      state_ = State::kApdu;
      perform(contactless_->handle(iso7816::SendApdu{to_bytes(data)}));
    }
    return std::exchange(actions_, {});
  }
  if (!apdu && !data.empty() && data[0] == wire::iso7816::kPpss) {
    send_raw_pps(data);
    return std::exchange(actions_, {});
  }
  pps_window_ = false;
  if (!apdu && protocol_ == 0) {
    state_ = State::kTpdu;
    perform(t0_tpdu_->handle(iso7816::SendTpdu{to_bytes(data)}));
  } else if (!apdu) {
    state_ = State::kBlock;
    send_block(data, std::max<std::uint8_t>(bBWI, 1));
  } else {
    state_ = State::kApdu;
    host_ins_ = data.size() > 1 ? data[1] : std::uint8_t{0};
    if (protocol_ == 0) {
      perform(t0_apdu_->handle(iso7816::SendApdu{to_bytes(data)}));
    } else {
      perform(t1_host_->handle(iso7816::SendApdu{to_bytes(data)}));
    }
  }
  return std::exchange(actions_, {});
}

IccActions IccInterface::on_burst(const field::Burst& burst) {
  switch (state_) {
    case State::kOff:
    case State::kPause:
    case State::kReady: break;  // nobody asked
    case State::kAtr: perform(atr_receiver_->handle(burst)); break;
    case State::kPps: perform(pps_->handle(burst)); break;
    case State::kRawPps: raw_pps_burst(burst); break;
    case State::kFieldOn: perform(contactless_->handle(burst)); break;
    case State::kIfs:
    case State::kBlock: perform(t1_field_->handle(burst)); break;
    case State::kTpdu:
    case State::kApdu:
      if (config_.medium == field::Medium::kContactless) {
        const auto block = wire::iso7816::decode_picc_block(burst.data);
        const bool asks = block && block->kind == wire::iso7816::PiccBlockKind::kWtx;
        perform(contactless_->handle(burst));
        if (asks && state_ == State::kApdu) actions_.emplace_back(IccNeedsTime{block->wtxm});
      } else if (protocol_ == 0) {
        const bool nulls = !burst.data.empty() &&
                           std::all_of(burst.data.begin(), burst.data.end(),
                                       [](std::uint8_t byte) { return byte == 0x60; });
        perform(t0_tpdu_->handle(burst));
        if (nulls && t0_tpdu_->busy()) actions_.emplace_back(IccNeedsTime{1});
      } else {
        perform(t1_field_->handle(burst));
      }
      break;
  }
  return std::exchange(actions_, {});
}

IccActions IccInterface::on_error_signal(const field::ErrorSignal& signal) {
  const bool t0 = protocol_ == 0 && config_.medium == field::Medium::kContact;
  if (t0 && (state_ == State::kTpdu || state_ == State::kApdu)) perform(t0_tpdu_->handle(signal));
  return std::exchange(actions_, {});
}

IccActions IccInterface::on_timer() {
  if (!timer_running_) return {};
  timer_running_ = false;
  const wire::TimerExpired expired{config_.timer_id};
  switch (state_) {
    case State::kOff:
    case State::kReady: break;
    case State::kPause: cold_reset(); break;
    case State::kAtr: perform(atr_receiver_->handle(expired)); break;
    case State::kPps: perform(pps_->handle(expired)); break;
    case State::kRawPps: fail(bError::kICC_MUTE, /*active=*/true); break;
    case State::kFieldOn: perform(contactless_->handle(expired)); break;
    case State::kIfs:
    case State::kBlock: perform(t1_field_->handle(expired)); break;
    case State::kTpdu:
    case State::kApdu:
      if (config_.medium == field::Medium::kContactless) {
        perform(contactless_->handle(expired));
      } else if (protocol_ == 0) {
        perform(t0_tpdu_->handle(expired));
      } else {
        perform(t1_field_->handle(expired));
      }
      break;
  }
  return std::exchange(actions_, {});
}

// A host that does PPS itself sends it as a TPDU: FFh is neither CLA nor NAD.
void IccInterface::send_raw_pps(ByteView data) {
  const auto clock = initial_clock();
  const field::Burst burst = iso7816::burst_of(to_bytes(data), clock, 0, false);
  const wire::Micros sending = data.size() * burst.character_ns / 1000;
  raw_.clear();
  state_ = State::kRawPps;
  pps_window_ = false;
  on(burst);
  start_timer(sending + iso7816::etu_to_micros(kPpsAnswerEtu, clock));
}

void IccInterface::raw_pps_burst(const field::Burst& burst) {
  if (!burst.parity_errors.empty()) return fail(bError::kXFR_PARITY_ERROR, /*active=*/true);
  raw_.insert(raw_.end(), burst.data.begin(), burst.data.end());
  if (raw_.size() < wire::iso7816::pps_size_so_far(raw_)) return;
  done(std::exchange(raw_, {}));
}

void IccInterface::send_block(ByteView block, std::uint8_t bwt_multiplier) {
  on(t1_field_->burst_of(block));
  perform(t1_field_->handle(iso7816::ExpectBlock{bwt_multiplier, block.size()}));
}

void IccInterface::on(const iso7816::TpduResponse& response) {
  if (state_ == State::kTpdu) return done(response.response);
  perform(t0_apdu_->handle(response));
}
void IccInterface::on(const iso7816::TpduFailed& failure) {
  if (state_ == State::kTpdu) return fail(error_of(failure.reason, 0), /*active=*/true);
  perform(t0_apdu_->handle(failure));
}
void IccInterface::on(const iso7816::SendTpdu& command) {
  iso7816::SendTpdu tpdu = command;
  const std::uint8_t ins = tpdu.tpdu[1];
  if (ins == 0xC0 && host_ins_ != 0xC0 && class_get_response_ != 0xFF) {
    tpdu.tpdu[0] = class_get_response_;
  }
  if (ins == 0xC2 && host_ins_ != 0xC2 && class_envelope_ != 0xFF) tpdu.tpdu[0] = class_envelope_;
  perform(t0_tpdu_->handle(tpdu));
}
void IccInterface::on(const iso7816::SendBlock& block) {
  send_block(block.block, block.bwt_multiplier);
  if (block.block[1] == kWtxResponse) actions_.emplace_back(IccNeedsTime{block.bwt_multiplier});
}
void IccInterface::on(const iso7816::BlockReceived& block) {
  if (state_ == State::kIfs) return activated();
  if (state_ == State::kBlock) return done(block.block);
  perform(t1_host_->handle(block));
}
void IccInterface::on(const iso7816::BlockError& error) {
  if (state_ == State::kIfs) return activated();
  if (state_ == State::kBlock) return fail(bError::kXFR_PARITY_ERROR, /*active=*/true);
  perform(t1_host_->handle(error));
}
void IccInterface::on(const iso7816::BlockTimeout& timeout) {
  if (state_ == State::kIfs) return activated();
  if (state_ == State::kBlock) return fail(bError::kICC_MUTE, /*active=*/true);
  perform(t1_host_->handle(timeout));
}
void IccInterface::on(const iso7816::Activated& card) {
  atr_bytes_ = card.atr;
  uid_.assign(card.atqb.pupi.begin(), card.atqb.pupi.end());
  default_parameters();
  activated();
}
void IccInterface::on(const iso7816::ActivationFailed& failure) {
  fail(error_of(failure.reason, 1), /*active=*/false);
}
// After an error that T=1 or the contactless protocol could not mend the card is switched off
// (7816-3, 11.6.3.2); T=0 goes on with the next command.
void IccInterface::on(const iso7816::Failed& failure) {
  const bool harmless = failure.reason == ExchangeFailure::kBadCommand ||
                        failure.reason == ExchangeFailure::kBusy ||
                        failure.reason == ExchangeFailure::kAborted;
  const bool t0 = protocol_ == 0 && config_.medium == field::Medium::kContact;
  fail(error_of(failure.reason, t0 ? 0 : 1), /*active=*/harmless || t0);
}

}  // namespace uketsuke::ccid_function
