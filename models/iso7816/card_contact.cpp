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
// 7.2: a character is understood as long as its last moment is sampled within it; with 10 moments
// that is about 3 % of the etu.
constexpr std::uint64_t kEtuTolerancePercent = 3;

std::uint16_t fi_or_default(std::uint8_t fi_di) {
  return wire::iso7816::fi_of_index(fi_di >> 4).value_or(372);
}
std::uint8_t di_or_default(std::uint8_t fi_di) {
  return wire::iso7816::di_of_index(fi_di & 0x0F).value_or(1);
}

}  // namespace

struct CardContact::Impl {
  explicit Impl(ContactConfig c)
      : config(std::move(c)), parity_errors_left(config.faults.atr_parity_errors) {}

  // kAtrSent: negotiable mode, the first character says PPS or command. kMute: waits for a reset.
  enum class State : std::uint8_t { kOff, kAtrSent, kPps, kT0, kT1, kMute };

  void signal(CardActions& actions, const CardEvent& event);
  void power_on(CardActions& actions, const wire::field::PowerOn& on);
  void power_off(CardActions& actions);
  void reset(CardActions& actions, bool warm);
  void send_atr(CardActions& actions, const Bytes& bytes);
  void burst(CardActions& actions, const wire::field::Burst& burst);
  void pps_complete(CardActions& actions);
  void choose(std::uint8_t protocol, std::uint8_t fi_di);
  void choose_t0(const EtuClock& clock);
  void choose_t1(const EtuClock& clock);
  void set_clock(std::uint32_t clock_hz);
  bool agrees_to(std::uint8_t fi_di) const;
  bool understands(const wire::field::Burst& burst) const;
  void damage(CardActions& actions) const;
  void stop_timers(CardActions& actions);
  std::uint8_t ta1() const {
    return static_cast<std::uint8_t>(atr.fi_index() << 4 | atr.di_index());
  }

  ContactConfig config;
  State state = State::kOff;
  Atr atr;
  EtuClock etu;  // of the characters now
  std::uint8_t fi_di_now = kDefaultFiDi;
  bool clock_runs = true;
  unsigned parity_errors_left = 0;  // of the ATR
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

CardActions CardContact::handle(const CardEvent& event) {
  CardActions actions;
  impl_->signal(actions, event);
  impl_->damage(actions);
  return actions;
}

void CardContact::Impl::signal(CardActions& actions, const CardEvent& event) {
  if (const auto* on = std::get_if<wire::field::PowerOn>(&event)) return power_on(actions, *on);
  if (std::holds_alternative<wire::field::PowerOff>(event)) return power_off(actions);
  if (state == State::kOff) return;
  if (std::holds_alternative<wire::field::WarmReset>(event)) {
    stop_timers(actions);
    actions.push_back(ResetDone{});
    reset(actions, true);
  } else if (const auto* clock = std::get_if<wire::field::Clock>(&event)) {
    set_clock(clock->clock_hz);
  } else if (const auto* characters = std::get_if<wire::field::Burst>(&event)) {
    if (understands(*characters)) burst(actions, *characters);
  } else if (const auto* error = std::get_if<wire::field::ErrorSignal>(&event)) {
    if (state == State::kT0) t0->error_signal(actions, error->at);
  } else if (const auto* answer = std::get_if<Respond>(&event)) {
    if (state == State::kT0) t0->respond(actions, *answer);
    if (state == State::kT1) t1->respond(actions, *answer);
  } else {
    const std::uint32_t id = std::get<wire::TimerExpired>(event).id;
    if (state == State::kT0 && id == config.timer_base + kWorkTimer) t0->timer(actions);
    if (state == State::kT1) t1->timer(actions, id);
  }
}

void CardContact::Impl::power_on(CardActions& actions, const wire::field::PowerOn& on) {
  if (on.clock_hz != 0) config.clock_hz = on.clock_hz;
  clock_runs = true;
  stop_timers(actions);
  actions.push_back(PoweredOn{});
  if ((config.classes >> static_cast<unsigned>(on.voltage) & 1) == 0) {
    state = State::kMute;  // 6.2.4: at a class that it does not support it does not answer
    return;
  }
  reset(actions, false);
}

void CardContact::Impl::power_off(CardActions& actions) {
  if (state == State::kOff) return;
  stop_timers(actions);
  state = State::kOff;
  actions.push_back(PoweredDown{});
}

void CardContact::Impl::set_clock(std::uint32_t clock_hz) {
  clock_runs = clock_hz != 0;
  if (!clock_runs) return;
  config.clock_hz = clock_hz;
  etu.clock_hz = clock_hz;
  if (state == State::kT0) t0->set_clock(clock_hz);
  if (state == State::kT1) t1->set_clock(clock_hz);
}

// A sender that counts another etu is not understood; one that does not say is taken as it is.
bool CardContact::Impl::understands(const wire::field::Burst& burst) const {
  if (!clock_runs) return false;
  if (burst.etu_ns == 0) return true;
  const std::uint64_t own = etu_ns(etu);
  const std::uint64_t off = own > burst.etu_ns ? own - burst.etu_ns : burst.etu_ns - own;
  return off * 100 <= own * kEtuTolerancePercent;
}

// A card whose interface fails at some rates: nothing that it sends there is right.
void CardContact::Impl::damage(CardActions& actions) const {
  const auto& rates = config.faults.damaged_rates;
  if (state != State::kT0 && state != State::kT1) return;
  if (std::find(rates.begin(), rates.end(), fi_di_now) == rates.end()) return;
  for (CardAction& action : actions) {
    auto* burst = std::get_if<wire::field::Burst>(&action);
    if (burst != nullptr) burst->parity_errors = {0};
  }
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
  fi_di_now = kDefaultFiDi;
  state = State::kMute;
  if (config.faults.mute_atr || bytes.empty()) return;
  send_atr(actions, bytes);
  auto decoded = wire::iso7816::decode_atr_structure(bytes);
  if (!decoded) return;  // a broken ATR is sent as it is; no protocol follows from it
  atr = std::move(*decoded);
  state = State::kAtrSent;
  if (const auto mode = atr.specific_mode()) {
    choose(mode->protocol, mode->implicit_fi_di ? kDefaultFiDi : ta1());
  }
}

void CardContact::Impl::send_atr(CardActions& actions, const Bytes& bytes) {
  wire::field::Burst answer = burst_of(bytes, etu, 0, false);
  answer.delay_ns = atr_delay_ns(config.clock_hz);
  const ContactFaults& faults = config.faults;
  if (faults.atr_truncated_to && *faults.atr_truncated_to < answer.data.size()) {
    answer.data.resize(*faults.atr_truncated_to);
  }
  if (faults.atr_parity_error_at && *faults.atr_parity_error_at < answer.data.size() &&
      parity_errors_left > 0) {
    if (parity_errors_left != kAlways) --parity_errors_left;
    answer.parity_errors.push_back(static_cast<std::uint16_t>(*faults.atr_parity_error_at));
  }
  if (!answer.data.empty()) actions.push_back(std::move(answer));
}

// The protocol from here on; a protocol that this card does not have leaves it mute.
void CardContact::Impl::choose(std::uint8_t protocol, std::uint8_t fi_di) {
  const EtuClock clock{config.clock_hz, fi_or_default(fi_di), di_or_default(fi_di)};
  etu = clock;
  fi_di_now = fi_di;
  if (config.faults.mute_commands || protocol > 1) {
    state = State::kMute;
  } else if (protocol == 0) {
    choose_t0(clock);
  } else {
    choose_t1(clock);
  }
}

void CardContact::Impl::choose_t0(const EtuClock& clock) {
  CardT0Config t0_config;
  t0_config.clock = clock;
  t0_config.wi = std::max<std::uint8_t>(atr.wi(), 1);
  t0_config.direction = config.t0_direction ? config.t0_direction : default_t0_direction;
  t0_config.single_byte_ack = config.t0_single_byte_ack;
  t0_config.envelope = config.t0_envelope;
  t0_config.nothing_to_get_sw = config.t0_nothing_to_get_sw;
  t0_config.faults = config.faults.t0;
  t0_config.timer_id = config.timer_base + kWorkTimer;
  t0 = std::make_unique<CardT0>(std::move(t0_config));
  state = State::kT0;
}

void CardContact::Impl::choose_t1(const EtuClock& clock) {
  CardT1Config t1_config;
  t1_config.clock = clock;
  t1_config.ifsc = std::clamp<std::uint8_t>(atr.ifsc(), 1, 254);
  t1_config.bwi = std::min<std::uint8_t>(atr.bwi(), 9);
  t1_config.cwi = atr.cwi();
  t1_config.extra_guard_n = 0;
  t1_config.edc = atr.edc();
  t1_config.request_ifs = config.t1_request_ifs;
  t1_config.requested_ifs = config.t1_requested_ifs;
  t1_config.corrupt_epilogues = config.faults.corrupt_epilogues;
  t1_config.faults = config.faults.t1;
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
  const auto bad = std::min_element(burst.parity_errors.begin(), burst.parity_errors.end());
  if (bad == burst.parity_errors.end() || *bad >= burst.data.size()) {
    return t0->characters(actions, burst.data);
  }
  t0->characters(actions, ByteView(burst.data).first(*bad));  // 7.3: the bad one comes again
  actions.push_back(wire::field::ErrorSignal{*bad});
}

bool CardContact::Impl::agrees_to(std::uint8_t fi_di) const {
  if (!config.rates.empty()) {
    return std::find(config.rates.begin(), config.rates.end(), fi_di) != config.rates.end();
  }
  return fi_or_default(fi_di) <= fi_or_default(ta1()) &&
         di_or_default(fi_di) <= di_or_default(ta1());
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
  if (request->pps1 && agrees_to(*request->pps1)) response.pps1 = request->pps1;
  auto bytes = wire::iso7816::encode_pps(response);
  const bool wrong = !config.faults.pps_answer.empty();
  actions.push_back(burst_of(wrong ? config.faults.pps_answer : std::move(*bytes),
                             {config.clock_hz, 372, 1}, 0, false));
  if (!wrong) choose(response.protocol, response.pps1.value_or(kDefaultFiDi));
}

}  // namespace uketsuke::iso7816
