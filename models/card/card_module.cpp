#include "models/card/card_module.h"

#include <algorithm>
#include <utility>

namespace uketsuke::card {
namespace {

constexpr std::uint16_t kNoDiagnosis = 0x6F00;  // ISO/IEC 7816-4:2013, Table 6

iso7816::ContactConfig contact_config(const Profile& profile, const Outside* outside) {
  iso7816::ContactConfig config;
  if (profile.data.contact) config.cold_atr = profile.data.contact->atr;
  if (wire::Bytes own = outside == nullptr ? wire::Bytes{} : outside->atr(); !own.empty())
    config.cold_atr = std::move(own);
  config.faults.mute_atr = profile.data.mute;
  config.timer_base = 0;
  return config;
}

iso7816::ContactlessConfig contactless_config(const Profile& profile, const Card& card) {
  iso7816::ContactlessConfig config;
  config.timer_base = 16;
  config.faults.mute_reqb = profile.data.mute;
  if (!profile.data.contactless) return config;
  // ATQB: 50, PUPI (4), application data (4), protocol info (3).
  const wire::Bytes atqb = card.atqb();
  if (atqb.size() == 12) {
    std::copy_n(atqb.begin() + 1, 4, config.pupi.begin());
    std::copy_n(atqb.begin() + 5, 4, config.application_data.begin());
    std::copy_n(atqb.begin() + 9, 3, config.protocol_info.begin());
  }
  config.mbli = profile.data.contactless->mbli;
  return config;
}

}  // namespace

CardModule::CardModule(sc_core::sc_module_name name, channel::Context& context,
                       std::shared_ptr<const Profile> profile, std::uint64_t seed,
                       std::shared_ptr<Outside> outside)
    : Module(name, context.simulation), context_(context), memory_(*profile),
      card_(profile, memory_, seed), mailbox_(context.simulation),
      contact_(contact_config(*profile, outside.get())),
      contactless_(contactless_config(*profile, card_)), outside_(std::move(outside)),
      answers_(context.simulation) {
  listen({&mailbox_.event(), &answers_.event()});
}

bool CardModule::place(channel::FieldChannel& slot, wire::field::Medium medium) {
  const ProfileData& data = card_.profile().data;
  const bool has = medium == wire::field::Medium::kContact ? data.contact.has_value()
                                                           : data.contactless.has_value();
  if (!has || slot_ != nullptr || !slot.insert(mailbox_, medium, !data.mute)) return false;
  slot_ = &slot;
  medium_ = medium;
  if (next_contactless_)
    contactless_ = iso7816::CardContactless(*std::exchange(next_contactless_, {}));
  return true;
}

bool CardModule::place_beside(channel::FieldChannel& slot, wire::field::Medium medium) {
  const bool fits = medium == wire::field::Medium::kContactless &&
                    card_.profile().data.contactless.has_value();
  if (!fits || slot_ != nullptr || !slot.add(mailbox_)) return false;
  slot_ = &slot;
  medium_ = medium;
  return true;
}

bool CardModule::take() {
  if (slot_ == nullptr) return false;
  std::exchange(slot_, nullptr)->remove(mailbox_);
  return true;
}

// A random PUPI is drawn at every activation; the frames that name it belong to the next one, since
// this activation has been answered already.
void CardModule::refresh_identifier() {
  const ProfileData& data = card_.profile().data;
  if (medium_ != wire::field::Medium::kContactless || !data.contactless ||
      !data.contactless->random_pupi)
    return;
  next_contactless_ = contactless_config(card_.profile(), card_);
}

iso7816::CardActions CardModule::interface_event(const iso7816::CardEvent& event) {
  return medium_ == wire::field::Medium::kContact ? contact_.handle(event)
                                                  : contactless_.handle(event);
}

void CardModule::wake() {
  mailbox_.drain([this](wire::field::ToCard signal) {
    perform(std::visit([this](auto& s) { return interface_event(std::move(s)); }, signal));
  });
  timers_.drain([this](wire::TimerExpired expired) { perform(interface_event(expired)); });
  answers_.drain([this](FromOutside told) {
    if (told.activation == activation_) respond(std::move(told.answer));
  });
}

void CardModule::respond(Answer answer) {
  if (answer.response.size() >= 2)
    perform(interface_event(iso7816::Respond{std::move(answer.response), answer.work_time_us}));
}

Answer CardModule::transmit(wire::ByteView command) {
  last_command_us_ = context_.simulation.now_us();
  return card_.transmit(command);
}

void CardModule::answer(const wire::Bytes& command) {
  if (!outside_) return respond(transmit(command));
  context_.simulation.ask_outside([this, command, activation = activation_] {
    if (activation != activation_) return;
    Answer answer{{kNoDiagnosis >> 8, kNoDiagnosis & 0xFF}, 0};
    try {
      answer = outside_->transmit(*this, command);
    } catch (...) {
      answers_.post({activation, std::move(answer)});
      throw;
    }
    answers_.post({activation, std::move(answer)});
  });
}

// What was asked before has no answer any more.
void CardModule::activated(void (Outside::*told)()) {
  ++activation_;
  if (outside_ && told != nullptr)
    context_.simulation.ask_outside([this, told] { ((*outside_).*told)(); });
}

void CardModule::perform(iso7816::CardActions actions) {
  for (iso7816::CardAction& action : actions) {
    if (auto* burst = std::get_if<wire::field::Burst>(&action)) {
      if (slot_ != nullptr) slot_->to_reader(std::move(*burst));
    } else if (const auto* error = std::get_if<wire::field::ErrorSignal>(&action)) {
      if (slot_ != nullptr) slot_->to_reader(*error);
    } else if (const auto* command = std::get_if<iso7816::Command>(&action)) {
      answer(command->command_apdu);
    } else if (std::holds_alternative<iso7816::PoweredOn>(action)) {
      // A new activation of a powered card is a cold reset: power went in between.
      if (card_.powered()) card_.power_off();
      card_.power_on();
      refresh_identifier();
      activated(&Outside::powered_on);
    } else if (std::holds_alternative<iso7816::ResetDone>(action)) {
      card_.warm_reset();
      activated(&Outside::reset);
    } else if (std::holds_alternative<iso7816::PoweredDown>(action)) {
      timers_.clear();
      card_.power_off_after(context_.simulation.now_us() - last_command_us_);
      activated(&Outside::powered_down);
    } else if (std::holds_alternative<iso7816::Deselected>(action)) {
      activated(nullptr);
    } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
      timers_.start(*start);
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
      timers_.stop(*stop);
    }
  }
}

}  // namespace uketsuke::card
