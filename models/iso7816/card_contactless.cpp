#include "models/iso7816/card_contactless.h"

#include <algorithm>
#include <optional>

#include "models/iso7816/card_work.h"
#include "models/iso7816/timing.h"
#include "sim/wire/iso7816/iso14443_3b.h"
#include "sim/wire/iso7816/iso14443_4.h"

namespace uketsuke::iso7816 {
namespace {

using wire::iso7816::Atqb;
using wire::iso7816::PiccBlock;
using wire::iso7816::PiccBlockKind;

constexpr std::uint32_t kCharacterNs = 94400;  // 10 etu of 128 / 13.56 MHz (14443-3, 7.1)
constexpr std::size_t kMaxCommand = 4 + 3 + 65535 + 2;
constexpr unsigned kMaxWtxm = 59;  // 14443-4, 7.3

}  // namespace

struct CardContactless::Impl {
  explicit Impl(ContactlessConfig c) : config(c), work(c.timer_base) {}

  enum class State : std::uint8_t { kOff, kIdle, kReady, kActive, kWorking, kWtx, kHalt };

  void frame(CardActions& actions, ByteView bytes);
  bool initialisation(CardActions& actions, ByteView bytes);
  bool attrib(CardActions& actions, ByteView bytes);
  void block(CardActions& actions, const PiccBlock& block);
  void on_information(CardActions& actions, const PiccBlock& block);
  void on_ready(CardActions& actions, const PiccBlock& block);
  void perform(CardActions& actions, CardWork::Next next);
  void ask_for_time(CardActions& actions);
  void send_information(CardActions& actions);
  void send(CardActions& actions, PiccBlock block);
  void transmit(CardActions& actions, Bytes frame);
  void leave(CardActions& actions, State next);
  Atqb atqb() const;

  ContactlessConfig config;
  CardWork work;
  State state = State::kOff;
  std::uint8_t cid = 0;
  std::size_t reader_frame = 16;          // FSD: what the reader can receive, CRC included
  bool number = true;                     // current block number; 1 at activation (7.5.3.2, rule C)
  std::optional<std::uint8_t> block_cid;  // as in the reader's last block
  Bytes command;
  Bytes response;
  std::size_t sent = 0;
  std::size_t in_flight = 0;
  bool chaining = false;  // an I-block with more is out
  Bytes last_frame;       // last block sent since activation
  std::uint8_t wtxm = 1;
  bool asked_wtxm = false;  // by the application
};

CardContactless::CardContactless(ContactlessConfig config)
    : impl_(std::make_unique<Impl>(config)) {}
CardContactless::~CardContactless() = default;
CardContactless::CardContactless(CardContactless&&) noexcept = default;
CardContactless& CardContactless::operator=(CardContactless&&) noexcept = default;

std::string_view CardContactless::state_name() const {
  switch (impl_->state) {
    case Impl::State::kOff:
      return "power off";
    case Impl::State::kIdle:
      return "idle";
    case Impl::State::kReady:
      return "ready";
    case Impl::State::kActive:
      return "active";
    case Impl::State::kWorking:
      return "working";
    case Impl::State::kWtx:
      return "asked for time";
    case Impl::State::kHalt:
      return "halt";
  }
  return "?";
}

CardActions CardContactless::handle(const CardEvent& event) {
  CardActions actions;
  Impl& card = *impl_;
  if (std::holds_alternative<wire::field::PowerOn>(event)) {
    card.leave(actions, Impl::State::kIdle);
    actions.push_back(PoweredOn{});
  } else if (std::holds_alternative<wire::field::PowerOff>(event)) {
    if (card.state == Impl::State::kOff) return actions;
    card.leave(actions, Impl::State::kOff);
    actions.push_back(PoweredDown{});
  } else if (const auto* burst = std::get_if<wire::field::Burst>(&event)) {
    if (burst->parity_errors.empty()) card.frame(actions, burst->data);
  } else if (const auto* answer = std::get_if<Respond>(&event)) {
    const auto next = card.work.respond(actions, *answer);
    const bool asks = card.work.answered() && card.work.wtx() != 0;
    if (card.state == Impl::State::kWorking) {
      card.perform(actions, asks ? CardWork::Next::kAskForTime : next);
    }
  } else if (const auto* expired = std::get_if<wire::TimerExpired>(&event)) {
    const bool ours = expired->id == card.config.timer_base;
    if (ours && card.state == Impl::State::kWorking) card.perform(actions, card.work.expired());
  }
  return actions;
}

void CardContactless::Impl::leave(CardActions& actions, State next) {
  work.stop(actions);
  work = CardWork(config.timer_base);
  command.clear();
  response.clear();
  last_frame.clear();
  chaining = false;
  state = next;
}

Atqb CardContactless::Impl::atqb() const {
  Atqb answer;
  answer.pupi = config.pupi;
  answer.application_data = config.application_data;
  answer.protocol_info = config.protocol_info;
  return answer;
}

// Whatever does not decode, or is not for this card, gets no answer (14443-4, 7.5.5).
void CardContactless::Impl::frame(CardActions& actions, ByteView bytes) {
  switch (state) {
    case State::kOff:
    case State::kWorking:
      return;
    case State::kIdle:
    case State::kHalt:
      initialisation(actions, bytes);
      return;
    case State::kReady:
      if (!initialisation(actions, bytes)) attrib(actions, bytes);
      return;
    case State::kActive:
    case State::kWtx:
      break;
  }
  const auto decoded = wire::iso7816::decode_picc_block(bytes);
  if (!decoded || config.faults.mute_commands) return;
  const auto fsc = wire::iso7816::frame_size_of_code(atqb().max_frame_code()).value_or(16);
  if (bytes.size() > fsc || (decoded->nad && !atqb().nad_supported())) return;
  if (decoded->cid.value_or(0) != cid || (decoded->cid && !atqb().cid_supported())) return;
  block(actions, *decoded);
}

// REQB, WUPB, HLTB (14443-3, 7.6 to 7.8 and 7.12).
bool CardContactless::Impl::initialisation(CardActions& actions, ByteView bytes) {
  if (const auto reqb = wire::iso7816::decode_reqb(bytes)) {
    const bool family = (reqb->afi & 0x0F) == 0 && (reqb->afi & 0xF0) == (config.afi & 0xF0);
    const bool meant = reqb->afi == 0 || reqb->afi == config.afi || family;
    if (!meant) {
      if (state == State::kReady) state = State::kIdle;
      return true;
    }
    if (config.faults.mute_reqb || (state == State::kHalt && !reqb->wake_up)) return true;
    const auto answer = wire::iso7816::encode_atqb(atqb());
    if (!answer) return true;  // a configuration that no ATQB can carry: mute
    state = State::kReady;
    transmit(actions, *answer);
    return true;
  }
  if (state != State::kReady) return false;
  const auto hltb = wire::iso7816::decode_hltb(bytes);
  if (!hltb) return false;
  if (hltb->identifier == config.pupi) {
    state = State::kHalt;
    transmit(actions, wire::iso7816::with_crc_b(Bytes{0x00}));
  }
  return true;
}

bool CardContactless::Impl::attrib(CardActions& actions, ByteView bytes) {
  const auto request = wire::iso7816::decode_attrib(bytes);
  if (!request || request->identifier != config.pupi || !request->iso14443_4) return false;
  if (config.faults.mute_attrib) return false;
  if (request->cid != 0 && !atqb().cid_supported()) return false;
  cid = request->cid;
  reader_frame = wire::iso7816::frame_size_of_code(request->max_frame_code).value_or(16);
  number = true;
  state = State::kActive;
  wire::iso7816::AttribAnswer answer;
  answer.mbli = config.mbli & 0x0F;
  answer.cid = cid;
  auto frame = wire::iso7816::encode_attrib_answer(answer);
  transmit(actions, std::move(*frame));
  return true;
}

void CardContactless::Impl::block(CardActions& actions, const PiccBlock& block) {
  block_cid = block.cid;
  switch (block.kind) {
    case PiccBlockKind::kInformation:
      return on_information(actions, block);
    case PiccBlockKind::kAck:
    case PiccBlockKind::kNak:
      return on_ready(actions, block);
    case PiccBlockKind::kWtx:
      if (state != State::kWtx || block.wtxm != wtxm) return;
      state = State::kWorking;
      if (work.answered() && work.remaining_us() == 0)
        return perform(actions, CardWork::Next::kSend);
      // Asked for by the application: it uses two thirds of what it got before it asks again.
      return work.go_on(actions,
                        (asked_wtxm ? 2 : 1) * wtxm * frame_waiting_time(atqb().fwi()));
    case PiccBlockKind::kDeselect:
      break;
  }
  PiccBlock answer;
  answer.kind = PiccBlockKind::kDeselect;
  send(actions, answer);
  leave(actions, State::kHalt);
  actions.push_back(Deselected{});
}

// 7.5.3.2, rule D: every I-block turns the card's block number. Rule 10: chaining is acknowledged.
void CardContactless::Impl::on_information(CardActions& actions, const PiccBlock& block) {
  if (state != State::kActive) return;
  number = !number;
  chaining = false;
  if (command.size() + block.information.size() > kMaxCommand) {  // no command is longer: be mute
    command.clear();
    return;
  }
  command.insert(command.end(), block.information.begin(), block.information.end());
  if (block.chaining) {
    PiccBlock acknowledge;
    acknowledge.kind = PiccBlockKind::kAck;
    acknowledge.number = number;
    return send(actions, acknowledge);
  }
  state = State::kWorking;
  work.begin(actions, frame_waiting_time(atqb().fwi()));
  actions.push_back(Command{std::move(command)});
  command.clear();
}

// R-blocks: rules 11, 12, 13 and E (7.5.3.2, 7.5.4.3).
void CardContactless::Impl::on_ready(CardActions& actions, const PiccBlock& block) {
  if (block.number == number && !last_frame.empty()) return transmit(actions, last_frame);
  if (block.kind == PiccBlockKind::kNak) {
    PiccBlock acknowledge;
    acknowledge.kind = PiccBlockKind::kAck;
    acknowledge.number = number;
    const Bytes kept = last_frame;
    send(actions, acknowledge);
    if (state == State::kWtx) last_frame = kept;
    return;
  }
  if (!chaining || state != State::kActive) return;
  number = !number;
  sent += in_flight;
  send_information(actions);
}

void CardContactless::Impl::perform(CardActions& actions, CardWork::Next next) {
  switch (next) {
    case CardWork::Next::kWait:
      return;
    case CardWork::Next::kAskForTime:
      return ask_for_time(actions);
    case CardWork::Next::kSend:
      break;
  }
  response = work.take();
  sent = 0;
  state = State::kActive;
  send_information(actions);
}

void CardContactless::Impl::ask_for_time(CardActions& actions) {
  const Micros fwt = frame_waiting_time(atqb().fwi());
  const Micros wanted = work.answered() ? (3 * work.remaining_us() + fwt - 1) / fwt : 1;
  wtxm = static_cast<std::uint8_t>(std::clamp<Micros>(wanted, 1, kMaxWtxm));
  asked_wtxm = work.wtx() != 0;
  if (asked_wtxm) wtxm = std::min<std::uint8_t>(work.wtx(), kMaxWtxm);
  work.wtx_asked();
  state = State::kWtx;
  PiccBlock request;
  request.kind = PiccBlockKind::kWtx;
  request.wtxm = wtxm;
  send(actions, request);
}

void CardContactless::Impl::send_information(CardActions& actions) {
  const std::size_t room =
      reader_frame - wire::iso7816::picc_block_overhead(block_cid.has_value(), false);
  in_flight = std::min(room, response.size() - sent);
  chaining = sent + in_flight < response.size();
  PiccBlock block;
  block.number = number;
  block.chaining = chaining;
  block.information = wire::to_bytes(ByteView(response).subspan(sent, in_flight));
  send(actions, std::move(block));
}

void CardContactless::Impl::send(CardActions& actions, PiccBlock block) {
  block.cid = block_cid;
  auto frame = wire::iso7816::encode_picc_block(block);
  last_frame = std::move(*frame);
  Bytes copy = last_frame;
  if (config.faults.corrupt_crcs > 0) {
    --config.faults.corrupt_crcs;
    copy.back() ^= 0x01;
  }
  transmit(actions, std::move(copy));
}

void CardContactless::Impl::transmit(CardActions& actions, Bytes frame) {
  actions.push_back(wire::field::Burst{std::move(frame), kCharacterNs, {}});
}

}  // namespace uketsuke::iso7816
