#include "models/iso7816/card_contact.h"

#include <algorithm>

#include "models/iso7816/card_t0.h"
#include "models/iso7816/card_t1.h"
#include "sim/wire/iso7816/atr.h"
#include "sim/wire/iso7816/pps.h"

namespace uketsuke::iso7816 {
namespace {

using wire::iso7816::Atr;
using wire::iso7816::Pps;

constexpr std::uint32_t kWorkTimer = 0, kCharacterTimer = 1;
constexpr std::uint8_t kDefaultFiDi = 0x11;

std::uint16_t fi_or_default(std::uint8_t fi_di) {
  return wire::iso7816::fi_of_index(fi_di >> 4).value_or(372);
}
std::uint8_t di_or_default(std::uint8_t fi_di) {
  return wire::iso7816::di_of_index(fi_di & 0x0F).value_or(1);
}

}  // namespace

struct CardContact::Impl {
  explicit Impl(ContactConfig c) : config(std::move(c)) {}

  // kAtrSent: negotiable mode, the first character says PPS or command. kMute: waits for a reset.
  enum class State : std::uint8_t { kOff, kAtrSent, kPps, kT0, kT1, kMute };

  void reset(CardActions& actions, bool warm);
  void burst(CardActions& actions, const wire::field::Burst& burst);
  void pps_complete(CardActions& actions);
  void choose(std::uint8_t protocol, std::uint8_t fi_di);
  void stop_timers(CardActions& actions);
  std::uint8_t ta1() const {
    return static_cast<std::uint8_t>(atr.fi_index() << 4 | atr.di_index());
  }

  ContactConfig config;
  State state = State::kOff;
  Atr atr;
  EtuClock etu;  // of the characters now
  Bytes pps;
  std::unique_ptr<CardT0> t0;
  std::unique_ptr<CardT1> t1;
};

CardContact::CardContact(ContactConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}
CardContact::~CardContact() = default;
CardContact::CardContact(CardContact&&) noexcept = default;
CardContact& CardContact::operator=(CardContact&&) noexcept = default;

std::string_view CardContact::state_name() const {
  switch (impl_->state) {
    case Impl::State::kOff:
      return "off";
    case Impl::State::kAtrSent:
      return "pps or command";
    case Impl::State::kPps:
      return "pps";
    case Impl::State::kT0:
      return impl_->t0->state_name();
    case Impl::State::kT1:
      return impl_->t1->state_name();
    case Impl::State::kMute:
      return "mute";
  }
  return "?";
}

std::uint32_t CardContact::etu_ns() const {
  if (impl_->state == Impl::State::kOff) return 0;
  return iso7816::etu_ns(impl_->etu);
}

CardActions CardContact::handle(const CardEvent& event) {
  CardActions actions;
  Impl& card = *impl_;
  if (const auto* on = std::get_if<wire::field::PowerOn>(&event)) {
    if (on->clock_hz != 0) card.config.clock_hz = on->clock_hz;
    card.stop_timers(actions);
    actions.push_back(PoweredOn{});
    card.reset(actions, false);
  } else if (std::holds_alternative<wire::field::WarmReset>(event)) {
    if (card.state == Impl::State::kOff) return actions;
    card.stop_timers(actions);
    actions.push_back(ResetDone{});
    card.reset(actions, true);
  } else if (std::holds_alternative<wire::field::PowerOff>(event)) {
    if (card.state == Impl::State::kOff) return actions;
    card.stop_timers(actions);
    card.state = Impl::State::kOff;
    actions.push_back(PoweredDown{});
  } else if (const auto* burst = std::get_if<wire::field::Burst>(&event)) {
    card.burst(actions, *burst);
  } else if (const auto* answer = std::get_if<Respond>(&event)) {
    if (card.state == Impl::State::kT0) card.t0->respond(actions, *answer);
    if (card.state == Impl::State::kT1) card.t1->respond(actions, *answer);
  } else {
    const std::uint32_t id = std::get<wire::TimerExpired>(event).id;
    if (card.state == Impl::State::kT0 && id == card.config.timer_base + kWorkTimer) {
      card.t0->timer(actions);
    }
    if (card.state == Impl::State::kT1) card.t1->timer(actions, id);
  }
  return actions;
}

void CardContact::Impl::stop_timers(CardActions& actions) {
  if (state != State::kT0 && state != State::kT1) return;
  actions.push_back(wire::StopTimer{config.timer_base + kWorkTimer});
  actions.push_back(wire::StopTimer{config.timer_base + kCharacterTimer});
}

void CardContact::Impl::reset(CardActions& actions, bool warm) {
  const Bytes& bytes = warm && !config.warm_atr.empty() ? config.warm_atr : config.cold_atr;
  pps.clear();
  etu = {config.clock_hz, 372, 1};
  auto decoded = wire::iso7816::decode_atr_structure(bytes);
  if (config.faults.mute_atr || bytes.empty()) {
    state = State::kMute;
    return;
  }
  wire::field::Burst answer{bytes, character_ns({config.clock_hz, 372, 1}, 0, false), {},
                            atr_delay_ns(config.clock_hz)};
  const ContactFaults& faults = config.faults;
  if (faults.atr_truncated_to && *faults.atr_truncated_to < answer.data.size()) {
    answer.data.resize(*faults.atr_truncated_to);
  }
  if (faults.atr_parity_error_at && *faults.atr_parity_error_at < answer.data.size()) {
    answer.parity_errors.push_back(static_cast<std::uint16_t>(*faults.atr_parity_error_at));
  }
  if (!answer.data.empty()) actions.push_back(std::move(answer));
  if (!decoded) {  // a broken ATR is sent as it is; no protocol follows from it
    state = State::kMute;
    return;
  }
  atr = std::move(*decoded);
  state = State::kAtrSent;
  if (const auto mode = atr.specific_mode()) {
    choose(mode->protocol, mode->implicit_fi_di ? kDefaultFiDi : ta1());
  }
}

// The protocol from here on; a protocol that this card does not have leaves it mute.
void CardContact::Impl::choose(std::uint8_t protocol, std::uint8_t fi_di) {
  const EtuClock clock{config.clock_hz, fi_or_default(fi_di), di_or_default(fi_di)};
  etu = clock;
  if (config.faults.mute_commands || protocol > 1) {
    state = State::kMute;
    return;
  }
  if (protocol == 0) {
    CardT0Config t0_config;
    t0_config.clock = clock;
    t0_config.wi = std::max<std::uint8_t>(atr.wi(), 1);
    t0_config.direction = config.t0_direction ? config.t0_direction : default_t0_direction;
    t0_config.single_byte_ack = config.t0_single_byte_ack;
    t0_config.envelope = config.t0_envelope;
    t0_config.nothing_to_get_sw = config.t0_nothing_to_get_sw;
    t0_config.timer_id = config.timer_base + kWorkTimer;
    t0 = std::make_unique<CardT0>(std::move(t0_config));
    state = State::kT0;
    return;
  }
  CardT1Config t1_config;
  t1_config.clock = clock;
  t1_config.ifsc = std::clamp<std::uint8_t>(atr.ifsc(), 1, 254);
  t1_config.bwi = std::min<std::uint8_t>(atr.bwi(), 9);
  t1_config.cwi = atr.cwi();
  t1_config.extra_guard_n = 0;
  t1_config.edc = atr.edc();
  t1_config.request_ifs = config.t1_request_ifs;
  t1_config.corrupt_epilogues = config.faults.corrupt_epilogues;
  t1_config.work_timer_id = config.timer_base + kWorkTimer;
  t1_config.character_timer_id = config.timer_base + kCharacterTimer;
  t1 = std::make_unique<CardT1>(t1_config);
  state = State::kT1;
}

void CardContact::Impl::burst(CardActions& actions, const wire::field::Burst& burst) {
  if (burst.data.empty() || state == State::kOff || state == State::kMute) return;
  if (state == State::kAtrSent) {
    if (burst.data[0] == wire::iso7816::kPpss) {
      state = State::kPps;
    } else {  // 9.1: no PPS, the first protocol with default values
      choose(atr.first_protocol(), kDefaultFiDi);
    }
  }
  if (state == State::kPps) {
    if (!burst.parity_errors.empty()) {
      state = State::kMute;
      return;
    }
    pps.insert(pps.end(), burst.data.begin(), burst.data.end());
    if (pps.size() >= wire::iso7816::pps_size_so_far(pps)) pps_complete(actions);
    return;
  }
  if (state == State::kT1) return t1->burst(actions, burst);
  if (state != State::kT0) return;
  if (burst.parity_errors.empty()) return t0->characters(actions, burst.data);
  Bytes good;
  for (std::size_t i = 0; i < burst.data.size(); ++i) {  // 7.3: a bad character comes again
    const bool bad = std::find(burst.parity_errors.begin(), burst.parity_errors.end(), i) !=
                     burst.parity_errors.end();
    if (!bad) good.push_back(burst.data[i]);
  }
  t0->characters(actions, good);
}

// 9.2, 9.3: echoes what it accepts; PPS1 is left out where F and D stay at their defaults; a
// request that is wrong gets no answer and the card waits for a reset.
void CardContact::Impl::pps_complete(CardActions& actions) {
  const auto request = wire::iso7816::decode_pps(pps);
  state = State::kMute;
  if (!request || !config.accepts_pps || config.faults.mute_pps) return;
  if (!atr.offers(request->protocol) || request->protocol > 1) return;
  Pps response;
  response.protocol = request->protocol;
  if (request->pps1 && fi_or_default(*request->pps1) <= fi_or_default(ta1()) &&
      di_or_default(*request->pps1) <= di_or_default(ta1())) {
    response.pps1 = request->pps1;
  }
  auto bytes = wire::iso7816::encode_pps(response);
  actions.push_back(
      wire::field::Burst{std::move(*bytes), character_ns({config.clock_hz, 372, 1}, 0, false), {}});
  choose(response.protocol, response.pps1.value_or(kDefaultFiDi));
}

}  // namespace uketsuke::iso7816
