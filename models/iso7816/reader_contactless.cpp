#include "models/iso7816/reader_contactless.h"

#include <algorithm>

#include "sim/wire/iso7816/apdu.h"
#include "sim/wire/iso7816/iso14443_4.h"

namespace uketsuke::iso7816 {
namespace {

using wire::iso7816::Atqb;
using wire::iso7816::PiccBlock;
using wire::iso7816::PiccBlockKind;

constexpr std::uint32_t kCharacterNs = 94400;  // 10 etu of 128 / 13.56 MHz (14443-3, 7.1)
constexpr std::size_t kMaxResponse = 65536 + 2;
constexpr std::uint64_t kAtqbCycles = 7680;  // 14443-3, 7.6: wait for ATQB, cycles of fc
constexpr std::uint32_t kCarrierHz = 13560000;
constexpr std::size_t kLargestFrame = 258;

Micros frame_time(std::size_t bytes) { return bytes * kCharacterNs / 1000 + 1; }

}  // namespace

Bytes contactless_atr(const Atqb& atqb, std::uint8_t mbli, bool pupi_in_atr) {
  Bytes atr{0x3B, 0x88, 0x80, 0x01};
  const auto& first = pupi_in_atr ? atqb.pupi : atqb.application_data;
  atr.insert(atr.end(), first.begin(), first.end());
  atr.insert(atr.end(), atqb.protocol_info.begin(), atqb.protocol_info.end());
  atr.push_back(static_cast<std::uint8_t>(mbli << 4));
  std::uint8_t check = 0;
  for (std::size_t i = 1; i < atr.size(); ++i) check ^= atr[i];
  atr.push_back(check);
  return atr;
}

struct ReaderContactless::Impl {
  explicit Impl(ReaderContactlessConfig c) : config(c) {}

  enum class State : std::uint8_t {
    kIdle,
    kWupb,
    kAttrib,
    kActive,
    kSending,
    kReceiving,
    kDeselect
  };

  ContactlessActions activate();
  ContactlessActions wake_up();
  ContactlessActions on_frame(const wire::field::Burst& burst);
  ContactlessActions on_atqb(ByteView frame);
  ContactlessActions on_attrib_answer(ByteView frame);
  ContactlessActions on_block(const PiccBlock& block);
  ContactlessActions on_information(const PiccBlock& block);
  ContactlessActions on_acknowledge(const PiccBlock& block);
  ContactlessActions start(const SendApdu& event);
  ContactlessActions deactivate();
  ContactlessActions send_information();
  ContactlessActions send(PiccBlock block, unsigned wait_factor = 1);
  ContactlessActions transmit(const Bytes& frame, Micros wait);
  ContactlessActions no_valid_block(bool timeout);
  ContactlessActions fail(ExchangeFailure reason);
  ContactlessActions finish(State next, ContactlessAction last);

  ReaderContactlessConfig config;
  State state = State::kIdle;
  Atqb atqb;
  std::optional<std::uint8_t> cid;
  bool number = false;  // 7.5.3.1, rule A
  unsigned tries = 0;
  bool only_timeouts = true;
  unsigned wtx = 0;
  Bytes command;
  std::size_t sent = 0;
  std::size_t in_flight = 0;
  PiccBlock last_information;
  Bytes response;
};

ReaderContactless::ReaderContactless(ReaderContactlessConfig config)
    : impl_(std::make_unique<Impl>(config)) {}
ReaderContactless::~ReaderContactless() = default;
ReaderContactless::ReaderContactless(ReaderContactless&&) noexcept = default;
ReaderContactless& ReaderContactless::operator=(ReaderContactless&&) noexcept = default;

void ReaderContactless::reset() { *impl_ = Impl(impl_->config); }

bool ReaderContactless::active() const {
  const auto state = impl_->state;
  return state == Impl::State::kActive || state == Impl::State::kSending ||
         state == Impl::State::kReceiving;
}

ContactlessActions ReaderContactless::handle(const ContactlessEvent& event) {
  Impl& reader = *impl_;
  using State = Impl::State;
  if (std::holds_alternative<Activate>(event)) {
    if (reader.state != State::kIdle) return {ActivationFailed{ExchangeFailure::kBusy}};
    return reader.activate();
  }
  if (std::holds_alternative<Deactivate>(event)) return reader.deactivate();
  if (const auto* request = std::get_if<SendApdu>(&event)) return reader.start(*request);
  if (reader.state == State::kIdle || reader.state == State::kActive) return {};
  if (const auto* burst = std::get_if<wire::field::Burst>(&event)) return reader.on_frame(*burst);
  if (std::get<wire::TimerExpired>(event).id != reader.config.timer_id) return {};
  if (reader.state == State::kWupb) return reader.wake_up();
  if (reader.state == State::kAttrib) {
    return reader.finish(State::kIdle, ActivationFailed{ExchangeFailure::kMute});
  }
  return reader.no_valid_block(true);
}

ContactlessActions ReaderContactless::Impl::activate() {
  tries = 0;
  state = State::kWupb;
  return wake_up();
}

ContactlessActions ReaderContactless::Impl::wake_up() {
  if (tries++ >= std::max(config.wupb_tries, 1u)) {
    return finish(State::kIdle, ActivationFailed{ExchangeFailure::kMute});
  }
  wire::iso7816::Reqb wupb;
  wupb.afi = config.afi;
  wupb.wake_up = true;
  const auto frame = wire::iso7816::encode_reqb(wupb);
  return transmit(*frame, cycles_to_micros(kAtqbCycles, kCarrierHz));
}

ContactlessActions ReaderContactless::Impl::on_frame(const wire::field::Burst& burst) {
  if (state == State::kWupb) return on_atqb(burst.data);
  if (state == State::kAttrib) return on_attrib_answer(burst.data);
  const auto largest = wire::iso7816::frame_size_of_code(config.max_frame_code).value_or(256);
  const auto block = wire::iso7816::decode_picc_block(burst.data);
  const bool valid = block && burst.parity_errors.empty() && burst.data.size() <= largest &&
                     block->cid == cid && !block->nad;
  if (!valid) return no_valid_block(false);
  return on_block(*block);
}

ContactlessActions ReaderContactless::Impl::on_atqb(ByteView frame) {
  const auto answer = wire::iso7816::decode_atqb(frame);
  if (!answer) return wake_up();  // a collision, or noise: try again
  atqb = *answer;
  if (!atqb.iso14443_4()) {
    return finish(State::kIdle, ActivationFailed{ExchangeFailure::kRefused});
  }
  cid.reset();
  if (config.cid != 0 && atqb.cid_supported()) cid = config.cid;
  wire::iso7816::Attrib attrib;
  attrib.identifier = atqb.pupi;
  attrib.max_frame_code = config.max_frame_code;
  attrib.cid = cid.value_or(0);
  const auto request = wire::iso7816::encode_attrib(attrib);
  if (!request) return finish(State::kIdle, ActivationFailed{ExchangeFailure::kBadCommand});
  state = State::kAttrib;
  return transmit(*request, frame_waiting_time(atqb.fwi()));
}

ContactlessActions ReaderContactless::Impl::on_attrib_answer(ByteView frame) {
  const auto answer = wire::iso7816::decode_attrib_answer(frame);
  if (!answer) return finish(State::kIdle, ActivationFailed{ExchangeFailure::kTransmission});
  if (answer->cid != cid.value_or(0)) {
    return finish(State::kIdle, ActivationFailed{ExchangeFailure::kProtocol});
  }
  number = false;
  return finish(State::kActive,
                Activated{contactless_atr(atqb, answer->mbli, config.pupi_in_atr), atqb});
}

ContactlessActions ReaderContactless::Impl::start(const SendApdu& event) {
  if (state == State::kIdle) return {Failed{ExchangeFailure::kMute}};
  if (state != State::kActive) return {Failed{ExchangeFailure::kBusy}};
  if (!wire::iso7816::decode_command(event.command_apdu)) {
    return {Failed{ExchangeFailure::kBadCommand}};
  }
  command = event.command_apdu;
  response.clear();
  sent = 0;
  tries = 0;
  only_timeouts = true;
  wtx = 0;
  return send_information();
}

ContactlessActions ReaderContactless::Impl::deactivate() {
  if (state == State::kIdle) return {Deactivated{}};
  if (state == State::kDeselect) return {};
  ContactlessActions actions;
  if (state == State::kWupb || state == State::kAttrib) {
    state = State::kIdle;
    return {wire::StopTimer{config.timer_id}, ActivationFailed{ExchangeFailure::kAborted},
            Deactivated{}};
  }
  if (state != State::kActive) actions.push_back(Failed{ExchangeFailure::kAborted});
  state = State::kDeselect;
  tries = 0;
  PiccBlock block;
  block.kind = PiccBlockKind::kDeselect;
  for (auto& action : send(block)) actions.push_back(std::move(action));
  return actions;
}

ContactlessActions ReaderContactless::Impl::on_block(const PiccBlock& block) {
  if (state == State::kDeselect) {
    if (block.kind != PiccBlockKind::kDeselect) return no_valid_block(false);
    return finish(State::kIdle, Deactivated{});
  }
  switch (block.kind) {
    case PiccBlockKind::kInformation:
      return on_information(block);
    case PiccBlockKind::kAck:
      return on_acknowledge(block);
    case PiccBlockKind::kWtx: {
      if (++wtx > config.max_wtx) return fail(ExchangeFailure::kProtocol);
      tries = 0;
      PiccBlock answer;
      answer.kind = PiccBlockKind::kWtx;
      answer.wtxm = block.wtxm;
      return send(answer, block.wtxm);
    }
    case PiccBlockKind::kNak:  // only the reader may send these
    case PiccBlockKind::kDeselect:
      break;
  }
  return no_valid_block(false);
}

// 7.5.3.1, rule B, and rule 2: an I-block with the current number turns the number.
ContactlessActions ReaderContactless::Impl::on_information(const PiccBlock& block) {
  const bool complete = state == State::kReceiving || sent + in_flight == command.size();
  if (!complete || block.number != number) return no_valid_block(false);
  state = State::kReceiving;
  number = !number;
  tries = 0;
  only_timeouts = true;
  response.insert(response.end(), block.information.begin(), block.information.end());
  if (response.size() > kMaxResponse) return fail(ExchangeFailure::kProtocol);
  if (block.chaining) {
    PiccBlock acknowledge;
    acknowledge.kind = PiccBlockKind::kAck;
    acknowledge.number = number;
    return send(acknowledge);
  }
  if (response.size() < 2) return fail(ExchangeFailure::kProtocol);
  Bytes done = std::move(response);
  response = {};
  return finish(State::kActive, Done{std::move(done)});
}

// Rules 6 and 7 (7.5.4.2).
ContactlessActions ReaderContactless::Impl::on_acknowledge(const PiccBlock& block) {
  if (state != State::kSending) return no_valid_block(false);
  if (block.number != number) {  // the card did not get the I-block
    if (++tries > config.block_tries) return fail(ExchangeFailure::kTransmission);
    return send(last_information);
  }
  if (sent + in_flight == command.size()) return no_valid_block(false);
  number = !number;
  tries = 0;
  only_timeouts = true;
  sent += in_flight;
  return send_information();
}

ContactlessActions ReaderContactless::Impl::send_information() {
  state = State::kSending;
  const auto frame = wire::iso7816::frame_size_of_code(atqb.max_frame_code()).value_or(16);
  const std::size_t room = frame - wire::iso7816::picc_block_overhead(cid.has_value(), false);
  in_flight = std::min(room, command.size() - sent);
  last_information = PiccBlock{};
  last_information.number = number;
  last_information.chaining = sent + in_flight < command.size();
  last_information.information = wire::to_bytes(ByteView(command).subspan(sent, in_flight));
  return send(last_information);
}

ContactlessActions ReaderContactless::Impl::send(PiccBlock block, unsigned wait_factor) {
  block.cid = cid;
  const auto frame = wire::iso7816::encode_picc_block(block);
  return transmit(*frame, wait_factor * frame_waiting_time(atqb.fwi()));
}

// The wait counts from the end of the frame to the end of the answer's burst.
ContactlessActions ReaderContactless::Impl::transmit(const Bytes& frame, Micros wait) {
  const Micros limit = frame_time(frame.size()) + wait + frame_time(kLargestFrame);
  return {wire::field::Burst{frame, kCharacterNs, {}}, wire::StartTimer{config.timer_id, limit}};
}

// Rules 4 and 5 (7.5.4.2): R(NAK), or R(ACK) while the card is chaining.
ContactlessActions ReaderContactless::Impl::no_valid_block(bool timeout) {
  only_timeouts = only_timeouts && timeout;
  if (++tries > config.block_tries) {
    if (state == State::kDeselect) return finish(State::kIdle, Deactivated{});
    return fail(only_timeouts ? ExchangeFailure::kMute : ExchangeFailure::kTransmission);
  }
  PiccBlock block;
  if (state == State::kDeselect) {
    block.kind = PiccBlockKind::kDeselect;
  } else {
    block.kind = state == State::kReceiving ? PiccBlockKind::kAck : PiccBlockKind::kNak;
    block.number = number;
  }
  return send(block);
}

// The card is in an unknown state: it has to be activated anew.
ContactlessActions ReaderContactless::Impl::fail(ExchangeFailure reason) {
  response.clear();
  return finish(State::kIdle, Failed{reason});
}

ContactlessActions ReaderContactless::Impl::finish(State next, ContactlessAction last) {
  state = next;
  return {wire::StopTimer{config.timer_id}, std::move(last)};
}

}  // namespace uketsuke::iso7816
