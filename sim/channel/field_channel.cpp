#include "sim/channel/field_channel.h"

#include <algorithm>
#include <utility>

namespace uketsuke::channel {
namespace {

using namespace wire::field;

// A signal as a mutation meets it (fault/mutation.h).
constexpr std::uint8_t kSignalOn = 1, kSignalReset = 2, kSignalOff = 3;

wire::Bytes& bytes_of(ToCard& signal) { return std::get<Burst>(signal).data; }
wire::Bytes& bytes_of(ToReader& signal) { return std::get<Burst>(signal).data; }

std::uint64_t duration_ns(const Burst& burst) {
  return burst.delay_ns + std::uint64_t{burst.character_ns} * burst.data.size();
}

}  // namespace

FieldChannel::FieldChannel(Context& context, std::string reader, std::string slot,
                           trace::Describe describe, Tap* down_tap, Tap* up_tap)
    : context_(context), reader_(std::move(reader)), reader_mailbox_(context.simulation),
      nowhere_(context.simulation),
      down_(context, {"field", slot + " to card", reader_, "card", describe}, nowhere_, &bytes_of,
            down_tap),
      up_(context, {"field", slot + " from card", "card", reader_, describe}, reader_mailbox_,
          &bytes_of, up_tap),
      down_tap_(down_tap), up_tap_(up_tap) {
  const auto cut = [this] {
    const Placed before = last_;
    remove();
    last_ = before;
  };
  const auto join = [this] {
    if (last_.card != nullptr && card_ == nullptr) insert(*last_.card, last_.medium, last_.answers);
  };
  down_.on_cut(cut, join);
  up_.on_cut(cut, join);
}

void FieldChannel::note(std::string_view event, std::string text) {
  context_.journal.note(reader_, context_.simulation.now_ns(), event, std::move(text));
}

void FieldChannel::to_card(ToCard signal) {
  const bool other =
      std::holds_alternative<ErrorSignal>(signal) || std::holds_alternative<Clock>(signal);
  if (mutator_ != nullptr && !other && !mutated_down(signal)) return;
  send_down(std::move(signal));
}

// A message that a mutation has not taken away. What it makes up comes from the card.
bool FieldChannel::mutated_down(ToCard& signal) {
  const std::uint64_t now_us = context_.simulation.now_us();
  auto* burst = std::get_if<Burst>(&signal);
  wire::Bytes kind{kSignalOff};
  if (const auto* on = std::get_if<PowerOn>(&signal))
    kind = {kSignalOn, static_cast<std::uint8_t>(on->voltage)};
  if (std::holds_alternative<WarmReset>(signal)) kind = {kSignalReset};
  const auto pipe =
      burst != nullptr ? fault::MutationPipe::kFieldDown : fault::MutationPipe::kFieldSignal;
  const fault::MutationFate fate =
      mutator_->pass(pipe, burst != nullptr ? burst->data : kind, nullptr, now_us);
  if (!fate.touched) return true;
  if (burst != nullptr) {
    burst->delay_ns += static_cast<std::uint32_t>(fate.delay_us * 1000);
    burst->parity_errors.insert(burst->parity_errors.end(), fate.parity.begin(),
                                fate.parity.end());
    for (std::uint32_t i = 0; i < fate.copies; ++i) send_down(signal);
  } else if (kind.size() > 1) {
    std::get<PowerOn>(signal).voltage = static_cast<VoltageClass>(kind[1] % 3);
  }
  for (const fault::ExtraMessage& extra : fate.extra) {
    Burst made{extra.bytes, burst != nullptr ? burst->character_ns : 0, {}};
    made.delay_ns = static_cast<std::uint32_t>(extra.delay_us * 1000);
    if (burst != nullptr) made.delay_ns += static_cast<std::uint32_t>(duration_ns(*burst));
    send_up(std::move(made));
  }
  return !fate.dropped;
}

void FieldChannel::send_down(ToCard signal) {
  if (second_ != nullptr) {
    const auto* burst = std::get_if<Burst>(&signal);
    second_->post(signal, burst != nullptr ? duration_ns(*burst) : 0);
  }
  if (std::holds_alternative<Burst>(signal)) {
    const std::uint64_t time = duration_ns(std::get<Burst>(signal));
    down_.send(std::move(signal), time);
    return;
  }
  if (std::holds_alternative<PowerOff>(signal) || std::holds_alternative<WarmReset>(signal))
    break_off();
  if (std::holds_alternative<PowerOn>(signal)) note("card_powered");
  if (std::holds_alternative<WarmReset>(signal)) note("card_reset");
  if (std::holds_alternative<PowerOff>(signal)) note("card_unpowered");
  if (const auto* clock = std::get_if<Clock>(&signal)) {
    note("card_clock", std::to_string(clock->clock_hz));
  }
  if (const auto* error = std::get_if<ErrorSignal>(&signal)) error_signal(error->at, reader_);
  if (card_ != nullptr) card_->post(std::move(signal));
}

// Without power, or at a reset, what is on its way in either direction does not arrive.
void FieldChannel::break_off() {
  for (CardMailbox* card : {card_, second_}) {
    if (card == nullptr) continue;
    card->remove_if([](const ToCard& signal) { return std::holds_alternative<Burst>(signal); });
  }
  reader_mailbox_.remove_if(
      [](const ToReader& signal) { return std::holds_alternative<Burst>(signal); });
}

void FieldChannel::to_reader(Burst burst) {
  if (card_ == nullptr) return;  // the card sent while it was being pulled
  if (mutator_ != nullptr && !mutated_up(burst)) return;
  send_up(std::move(burst));
}

bool FieldChannel::mutated_up(Burst& burst) {
  const fault::MutationFate fate = mutator_->pass(fault::MutationPipe::kFieldUp, burst.data,
                                                  nullptr, context_.simulation.now_us());
  if (fate.hide_parity) burst.parity_errors.clear();
  burst.parity_errors.insert(burst.parity_errors.end(), fate.parity.begin(), fate.parity.end());
  burst.delay_ns += static_cast<std::uint32_t>(fate.delay_us * 1000);
  for (std::uint32_t i = 0; i < fate.copies; ++i) send_up(burst);
  for (const fault::ExtraMessage& extra : fate.extra) {
    Burst made{extra.bytes, burst.character_ns, {}};
    made.delay_ns = static_cast<std::uint32_t>(extra.delay_us * 1000);
    send_up(std::move(made));
  }
  return !fate.dropped && !burst.data.empty();
}

void FieldChannel::send_up(Burst burst) {
  const std::uint64_t time = duration_ns(burst);
  if (second_ != nullptr) damage_if_another_answers(burst, time);
  up_.send(std::move(burst), time);
}

void FieldChannel::to_reader(ErrorSignal signal) {
  if (card_ == nullptr) return;
  error_signal(signal.at, "card");
  reader_mailbox_.post(signal);
}

void FieldChannel::overcurrent() {
  if (card_ == nullptr) return;
  note("overcurrent");
  reader_mailbox_.post(Overcurrent{});
}

// Characters come twice now: what follows the conversation masks until the next reset.
void FieldChannel::error_signal(std::uint16_t at, std::string_view by) {
  note("error_signal", "character " + std::to_string(at) + " by " + std::string(by));
  if (down_tap_ != nullptr) down_tap_->distrust();
  if (up_tap_ != nullptr) up_tap_->distrust();
}

// Two answers at once reach the reader as one that is neither (ISO/IEC 14443-3:2018, 7.7: the CRC
// does not match).
void FieldChannel::damage_if_another_answers(Burst& burst, std::uint64_t time_ns) {
  const std::uint64_t now_ns = context_.simulation.now_ns();
  const bool together = now_ns < answer_ends_ns_;
  answer_ends_ns_ = std::max(answer_ends_ns_, now_ns + time_ns);
  if (!together || burst.data.empty()) return;
  note("collision");
  burst.data.back() ^= 0xFF;
  reader_mailbox_.remove_if(
      [](const ToReader& signal) { return std::holds_alternative<Burst>(signal); });
}

bool FieldChannel::add(CardMailbox& card) {
  if (card_ == nullptr || second_ != nullptr || last_.medium == Medium::kContact) return false;
  second_ = &card;
  note("second_card_placed");
  return true;
}

// Of two the other one is the first now; the reader is not told, for it knows of none but one.
bool FieldChannel::remove(CardMailbox& card) {
  if (&card == second_ || (&card == card_ && second_ != nullptr)) {
    note("one_of_two_cards_taken");
    card.clear();
    card.post(PowerOff{});
    if (&card == card_) {
      card_ = second_;
      last_.card = card_;
      down_.connect(*card_);
    }
    second_ = nullptr;
    return true;
  }
  if (&card == last_.card) return remove();
  return false;
}

bool FieldChannel::insert(CardMailbox& card, Medium medium, bool answers) {
  if (card_ != nullptr) return false;
  card_ = &card;
  last_ = {&card, medium, answers};
  down_.connect(card);
  note("card_placed", medium == Medium::kContact ? "contact" : "contactless");
  noticed_ = answers || !by_answer_;
  if (noticed_) reader_mailbox_.post(Inserted{medium});
  return true;
}

bool FieldChannel::remove() {
  last_ = {};
  if (card_ == nullptr) return false;
  note("card_taken");
  card_->clear();
  card_->post(PowerOff{});
  card_ = nullptr;
  down_.connect(nowhere_);
  down_.forget();
  up_.forget();
  // What was on its way from the card never arrives; the reader sees silence, then the switch.
  reader_mailbox_.remove_if(
      [](const ToReader& signal) { return std::holds_alternative<Burst>(signal); });
  if (noticed_) reader_mailbox_.post(Removed{});
  return true;
}

}  // namespace uketsuke::channel
