#include "models/test_card/test_card_module.h"

#include <algorithm>
#include <utility>

namespace uketsuke::test_card {

using wire::field::Burst;

TestCardModule::TestCardModule(sc_core::sc_module_name name, channel::Context& context,
                               std::shared_ptr<const Parameters> parameters)
    : Module(name, context.simulation), context_(context), parameters_(std::move(parameters)),
      mailbox_(context.simulation) {
  make_machines();
  listen({&mailbox_.event()});
}

void TestCardModule::make_machines() {
  application_ = Application(parameters_->command_us);
  contact_.reset();
  contactless_.reset();
  if (parameters_->contact) {
    iso7816::ContactConfig config = *parameters_->contact;
    config.t0_direction = t0_direction;
    config.timer_base = 0;
    contact_.emplace(std::move(config));
  }
  if (parameters_->contactless) {
    iso7816::ContactlessConfig config = *parameters_->contactless;
    config.timer_base = 16;
    contactless_.emplace(config);
  }
}

bool TestCardModule::become(std::shared_ptr<const Parameters> parameters) {
  if (slot_ != nullptr) return false;
  parameters_ = std::move(parameters);
  timers_.clear();
  mailbox_.clear();
  make_machines();
  return true;
}

bool TestCardModule::has(wire::field::Medium medium) const {
  return medium == wire::field::Medium::kContact ? contact_.has_value() : contactless_.has_value();
}

bool TestCardModule::place(channel::FieldChannel& slot, wire::field::Medium medium) {
  if (!has(medium) || slot_ != nullptr || !slot.insert(mailbox_, medium, /*answers=*/true)) {
    return false;
  }
  slot_ = &slot;
  medium_ = medium;
  note(FieldEventKind::kPlaced);
  return true;
}

bool TestCardModule::take() {
  if (slot_ == nullptr) return false;
  std::exchange(slot_, nullptr)->remove(mailbox_);
  note(FieldEventKind::kTaken);
  return true;
}

iso7816::CardActions TestCardModule::interface_event(const iso7816::CardEvent& event) {
  return over_contacts() ? contact_->handle(event) : contactless_->handle(event);
}

void TestCardModule::wake() {
  mailbox_.drain([this](wire::field::ToCard signal) { from_reader(std::move(signal)); });
  timers_.drain([this](wire::TimerExpired expired) { perform(interface_event(expired)); });
}

void TestCardModule::from_reader(wire::field::ToCard signal) {
  if (const auto* on = std::get_if<wire::field::PowerOn>(&signal)) {
    FieldEvent event;
    event.kind = FieldEventKind::kPowerOn;
    event.begin_ns = event.end_ns = context_.simulation.now_ns();
    event.voltage = on->voltage;
    event.clock_hz = on->clock_hz;
    keep(std::move(event));
  } else if (std::holds_alternative<wire::field::WarmReset>(signal)) {
    note(FieldEventKind::kWarmReset);
  } else if (std::holds_alternative<wire::field::PowerOff>(signal)) {
    note(FieldEventKind::kPowerOff);
  } else if (const auto* burst = std::get_if<Burst>(&signal)) {
    const std::uint64_t took = std::uint64_t{burst->character_ns} * burst->data.size();
    const std::uint64_t now = context_.simulation.now_ns();
    note(FieldEventKind::kToCard, *burst, now - std::min(now, took));
  } else if (const auto* error = std::get_if<wire::field::ErrorSignal>(&signal)) {
    note_error(FieldEventKind::kErrorByReader, error->at);
  } else if (const auto* clock = std::get_if<wire::field::Clock>(&signal)) {
    FieldEvent event;
    event.kind = FieldEventKind::kClock;
    event.begin_ns = event.end_ns = context_.simulation.now_ns();
    event.clock_hz = clock->clock_hz;
    keep(std::move(event));
  }
  perform(std::visit([this](auto& s) { return interface_event(std::move(s)); }, signal));
}

void TestCardModule::perform(iso7816::CardActions actions) {
  for (iso7816::CardAction& action : actions) {
    if (auto* burst = std::get_if<Burst>(&action)) {
      send(std::move(*burst));
    } else if (const auto* error = std::get_if<wire::field::ErrorSignal>(&action)) {
      if (slot_ == nullptr) continue;
      note_error(FieldEventKind::kErrorByCard, error->at);
      slot_->to_reader(*error);
    } else if (const auto* command = std::get_if<iso7816::Command>(&action)) {
      const std::uint8_t ins = command->command_apdu.size() > 1 ? command->command_apdu[1] : 0;
      if (parameters_->overcurrent_at_ins == ins) short_circuit();
      Answer answer = application_.handle(command->command_apdu);
      perform(interface_event(
          iso7816::Respond{std::move(answer.response), answer.work_time_us, answer.wtx}));
    } else if (std::holds_alternative<iso7816::PoweredOn>(action) ||
               std::holds_alternative<iso7816::ResetDone>(action)) {
      application_.reset();
      if (parameters_->overcurrent_at_reset) short_circuit();
    } else if (std::holds_alternative<iso7816::PoweredDown>(action)) {
      timers_.clear();
    } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
      timers_.start(*start);
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
      timers_.stop(*stop);
    }
  }
}

void TestCardModule::send(Burst burst) {
  if (slot_ == nullptr) return;
  note(FieldEventKind::kFromCard, burst, context_.simulation.now_ns() + burst.delay_ns);
  slot_->to_reader(std::move(burst));
}

void TestCardModule::short_circuit() {
  if (slot_ == nullptr) return;
  note(FieldEventKind::kOvercurrent);
  slot_->overcurrent();
}

void TestCardModule::note_error(FieldEventKind kind, std::uint16_t at) {
  FieldEvent event;
  event.kind = kind;
  event.begin_ns = event.end_ns = context_.simulation.now_ns();
  event.at = at;
  keep(std::move(event));
}

void TestCardModule::note(FieldEventKind kind) {
  FieldEvent event;
  event.kind = kind;
  event.begin_ns = event.end_ns = context_.simulation.now_ns();
  keep(std::move(event));
}

void TestCardModule::note(FieldEventKind kind, const Burst& burst, std::uint64_t begin_ns) {
  FieldEvent event;
  event.kind = kind;
  event.begin_ns = begin_ns;
  event.end_ns = begin_ns + std::uint64_t{burst.character_ns} * burst.data.size();
  event.data = burst.data;
  event.character_ns = burst.character_ns;
  event.parity_errors = burst.parity_errors;
  event.etu_ns = burst.etu_ns;
  keep(std::move(event));
}

void TestCardModule::keep(FieldEvent event) {
  if (record_.size() < kMaxFieldEvents) record_.push_back(std::move(event));
}

}  // namespace uketsuke::test_card
