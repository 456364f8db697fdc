#include "tests/unit/ccid_function/bench.h"

namespace uketsuke::ccid_function {

Answer echo_application(const Bytes& command) {
  const auto apdu = wire::iso7816::decode_command(command);
  if (!apdu) return {hex("6700")};
  Bytes data;
  if (apdu->ins == 0xB0) {
    for (std::uint32_t i = 0; i < apdu->ne; ++i) data.push_back(static_cast<std::uint8_t>(i));
  }
  if (apdu->ins == 0xEC) data = apdu->data;  // echo
  data.push_back(0x90);
  data.push_back(0x00);
  return {data};
}

Bench::Bench(Parameters parameters) : function(std::move(parameters)) {
  cards_.resize(function.parameters().slots.size());
  take(function.handle(usb_device::FunctionEvent(usb_device::Configured{1})));
}

void Bench::insert(iso7816::ContactConfig config, Application application, std::uint8_t slot) {
  Card card;
  card.contact.emplace(std::move(config));
  card.application = std::move(application);
  insert_card(std::move(card), field::Medium::kContact, slot);
}

void Bench::insert(iso7816::ContactlessConfig config, Application application, std::uint8_t slot) {
  Card card;
  card.contactless.emplace(config);
  card.application = std::move(application);
  insert_card(std::move(card), field::Medium::kContactless, slot);
}

void Bench::insert(Script script, std::uint8_t slot) {
  Card card;
  card.script = std::move(script);
  insert_card(std::move(card), field::Medium::kContact, slot);
}

void Bench::remove(std::uint8_t slot) {
  cards_[slot] = Card{};
  event(FromField{slot, field::Removed{}});
}

void Bench::out(const Bytes& bytes, std::optional<bool> ends_short) {
  take(function.handle(usb_device::FunctionEvent(
      wire::usb::OutData{0x01, bytes, ends_short.value_or(bytes.size() % 64 != 0)})));
}

ccid::ResponseMessage Bench::ask(const ccid::CommandMessage& message) {
  send(message);
  return wait();
}

ccid::ResponseMessage Bench::ask_bytes(const Bytes& bytes) {
  out(bytes);
  return wait();
}

ccid::ResponseMessage Bench::wait() {
  for (int steps = 0; steps < 100000; ++steps) {
    while (!in.empty()) {
      const ccid::ResponseMessage message = pop();
      if (command_status(bStatus_of(message)) != ccid::bmCommandStatus::kTimeExtension) {
        return message;
      }
      extensions.push_back(bError_of(message));
    }
    if (!step()) break;
  }
  BOOST_FAIL("no answer");
  return ccid::RDR_to_PC_SlotStatus{};
}

ccid::ResponseMessage Bench::pop() {
  BOOST_REQUIRE(!in.empty());
  const Bytes bytes = in.front();
  in.erase(in.begin());
  auto decoded = ccid::decode_response(bytes);
  BOOST_REQUIRE_MESSAGE(decoded.has_value(), "malformed response " << wire::to_hex(bytes));
  BOOST_TEST(ccid::is_legal_bStatus(bStatus_of(*decoded)));
  return *decoded;
}

std::string Bench::outcome(const ccid::ResponseMessage& message) {
  if (command_status(bStatus_of(message)) == ccid::bmCommandStatus::kProcessed) {
    BOOST_TEST(bError_of(message) == 0);
    return "ok";
  }
  static constexpr char kDigits[] = "0123456789ABCDEF";
  const std::uint8_t error = bError_of(message);
  return {kDigits[error >> 4], kDigits[error & 15]};
}

std::string Bench::power_on(std::uint8_t select, std::uint8_t slot) {
  const auto answer = ask(ccid::PC_to_RDR_IccPowerOn{slot, next_seq++, select, {}});
  atr = std::get<ccid::RDR_to_PC_DataBlock>(answer).abData;
  return outcome(answer);
}

std::string Bench::transmit(const Bytes& data, std::uint16_t level, std::uint8_t slot,
                            std::uint8_t bwi) {
  block = std::get<ccid::RDR_to_PC_DataBlock>(
      ask(ccid::PC_to_RDR_XfrBlock{slot, next_seq++, bwi, level, data}));
  return outcome(block);
}

std::string Bench::control_abort(std::uint8_t slot, std::uint8_t seq) {
  const wire::usb::SetupPacket setup{0x21, 1, static_cast<std::uint16_t>(seq << 8 | slot), 0, 0};
  return control(setup);
}

std::string Bench::control(const wire::usb::SetupPacket& setup) {
  control_.clear();
  take(function.handle(usb_device::FunctionEvent(wire::usb::ControlRequest{setup, {}})));
  return control_;
}

bool Bench::step() {
  if (pending_.empty()) return false;
  const auto first = pending_.begin();
  now = first->first;
  const auto work = std::move(first->second);
  pending_.erase(first);
  work();
  return true;
}

void Bench::run_for(Micros duration) {
  const Micros end = now + duration;
  while (!pending_.empty() && pending_.begin()->first <= end) step();
  now = end;
}

void Bench::insert_card(Card card, field::Medium medium, std::uint8_t slot) {
  cards_[slot] = std::move(card);
  event(FromField{slot, field::Inserted{medium}});
}

void Bench::at(Micros delay, std::function<void()> work) {
  pending_.emplace(now + delay, std::move(work));
}

void Bench::take(usb_device::UsbActions actions) {
  for (auto& action : actions) {
    if (auto* data = std::get_if<wire::usb::InData>(&action)) {
      (data->bEndpointAddress == 0x82 ? in : interrupts).push_back(data->data);
    } else if (auto* answer = std::get_if<wire::usb::ControlData>(&action)) {
      control_ = "data";
      control_data = answer->data;
    } else if (std::holds_alternative<wire::usb::ControlStatus>(action)) {
      control_ = "ok";
    } else if (std::holds_alternative<wire::usb::ControlStall>(action)) {
      control_ = "stall";
    }
  }
  for (auto& effect : function.take_effects()) perform(effect);
}

void Bench::perform(const ReaderEffect& effect) {
  if (const auto* signal = std::get_if<ToField>(&effect)) {
    to_card.push_back(signal->signal);
    const std::uint8_t slot = signal->slot;
    Micros delay = 0;
    if (const auto* burst = std::get_if<field::Burst>(&signal->signal)) {
      delay = burst->data.size() * burst->character_ns / 1000;
    }
    at(delay, [this, slot, s = signal->signal] { card_signal(slot, s); });
  } else if (const auto* start = std::get_if<wire::StartTimer>(&effect)) {
    const std::uint64_t mark = ++timers_[start->id];
    at(start->duration_us, [this, id = start->id, mark] {
      if (timers_[id] == mark) event(wire::TimerExpired{id});
    });
  } else if (const auto* stop = std::get_if<wire::StopTimer>(&effect)) {
    ++timers_[stop->id];
  } else if (const auto* ask = std::get_if<AskPin>(&effect)) {
    pins.push_back(*ask);
  } else if (const auto* done = std::get_if<PinDone>(&effect)) {
    pin_ends.push_back(done->end);
  } else {
    unmodelled.push_back(std::get<Unmodelled>(effect).what);
  }
}

void Bench::card_signal(std::uint8_t slot, const field::ToCard& signal) {
  Card& card = cards_[slot];
  if (card.script) {
    for (const Reply& reply : card.script(signal)) {
      at(reply.after_us, [this, slot, b = reply.burst] {
        if (cards_[slot].script) event(FromField{slot, b});
      });
    }
    return;
  }
  std::visit([&](const auto& s) { card_event(slot, iso7816::CardEvent(s)); }, signal);
}

void Bench::card_event(std::uint8_t slot, const iso7816::CardEvent& e) {
  Card& card = cards_[slot];
  if (card.contact) card_actions(slot, card.contact->handle(e));
  if (card.contactless) card_actions(slot, card.contactless->handle(e));
}

void Bench::card_actions(std::uint8_t slot, const iso7816::CardActions& actions) {
  for (const auto& action : actions) {
    if (const auto* burst = std::get_if<field::Burst>(&action)) {
      at(burst->data.size() * burst->character_ns / 1000, [this, slot, b = *burst] {
        event(FromField{slot, b});
      });
    } else if (const auto* error = std::get_if<field::ErrorSignal>(&action)) {
      at(0, [this, slot, e = *error] { event(FromField{slot, e}); });
    } else if (const auto* command = std::get_if<iso7816::Command>(&action)) {
      commands.push_back(command->command_apdu);
      const Answer answer = cards_[slot].application(command->command_apdu);
      if (!answer.silent) {
        card_event(slot, iso7816::Respond{answer.response, answer.work_us, answer.wtx});
      }
    } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
      const std::uint32_t key = 1000 + 100U * slot + start->id;
      const std::uint64_t mark = ++timers_[key];
      at(start->duration_us, [this, slot, key, mark, id = start->id] {
        if (timers_[key] == mark) card_event(slot, wire::TimerExpired{id});
      });
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
      ++timers_[1000 + 100U * slot + stop->id];
    }
  }
}

Parameters tpdu_reader() { return Parameters{}; }

Parameters apdu_reader(std::uint32_t level) {
  Parameters parameters;
  parameters.descriptor.dwFeatures = ccid::kAutoParameters | ccid::kAutoVoltage | ccid::kAutoClock |
                                     ccid::kAutoBaudRate | ccid::kAutoNegotiation |
                                     ccid::kAutoIfsd | level;
  return parameters;
}

Parameters contactless_reader() {
  Parameters parameters = apdu_reader(ccid::kExtendedApduLevel);
  parameters.descriptor.dwProtocols = ccid::kProtocolT1;
  parameters.slots[0].medium = field::Medium::kContactless;
  return parameters;
}

iso7816::ContactConfig t1_card() {
  iso7816::ContactConfig config;
  config.cold_atr = hex("3be000ff8131fe4514");
  config.clock_hz = 4000000;
  return config;
}

iso7816::ContactConfig t0_card() {
  iso7816::ContactConfig config;
  config.cold_atr = hex("3b00");
  config.clock_hz = 4000000;
  return config;
}

Script atr_script(Bytes atr, std::vector<std::uint16_t> parity_errors) {
  return [=](const field::ToCard& signal) -> std::vector<Reply> {
    const bool reset = std::holds_alternative<field::PowerOn>(signal) ||
                       std::holds_alternative<field::WarmReset>(signal);
    if (!reset || atr.empty()) return {};
    return {{2000, field::Burst{atr, 1000000, parity_errors}}};
  };
}

}  // namespace uketsuke::ccid_function
