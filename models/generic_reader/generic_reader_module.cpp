#include "models/generic_reader/generic_reader_module.h"

#include <utility>

namespace uketsuke::generic_reader {

GenericReaderModule::GenericReaderModule(sc_core::sc_module_name name, channel::Context& context,
                                         Profile profile, channel::UsbChannel& usb,
                                         std::vector<channel::FieldChannel*> slots,
                                         std::string role)
    : Module(name, context.simulation), context_(context), reader_(std::move(profile)), usb_(usb),
      slots_(std::move(slots)), role_(std::move(role)), pad_(context.simulation) {
  std::vector<const sc_core::sc_event*> sources{&usb_.to_device().event(), &pad_.event()};
  for (channel::FieldChannel* slot : slots_) sources.push_back(&slot->reader_mailbox().event());
  listen(sources);
}

void GenericReaderModule::wake() {
  usb_.to_device().drain([this](wire::usb::DeviceEvent event) {
    take(channel::UsbChannel::unpacked(std::move(event)));
  });
  for (std::uint8_t slot = 0; slot < slots_.size(); ++slot) {
    slots_[slot]->reader_mailbox().drain([this, slot](wire::field::ToReader signal) {
      take(ccid_function::ReaderEvent{ccid_function::FromField{slot, std::move(signal)}});
    });
  }
  pad_.drain([this](ccid_function::ReaderEvent event) { take(std::move(event)); });
  timers_.drain([this](wire::TimerExpired expired) { take(ccid_function::ReaderEvent{expired}); });
}

void GenericReaderModule::take(const Event& event) {
  for (Action& action : reader_.handle(event)) {
    if (auto* usb = std::get_if<wire::usb::DeviceAction>(&action)) {
      usb_.act(std::move(*usb));
      continue;
    }
    auto& effect = std::get<ccid_function::ReaderEffect>(action);
    if (auto* field = std::get_if<ccid_function::ToField>(&effect)) {
      slots_.at(field->slot)->to_card(std::move(field->signal));
    } else if (const auto* start = std::get_if<wire::StartTimer>(&effect)) {
      timers_.start(*start);
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&effect)) {
      timers_.stop(*stop);
    } else if (const auto* ask = std::get_if<ccid_function::AskPin>(&effect)) {
      pad_asks(ask->slot, true);
      context_.journal.note(role_, context_.simulation.now_ns(), "pin_asked", describe(effect));
    } else if (const auto* done = std::get_if<ccid_function::PinDone>(&effect)) {
      pad_asks(done->slot, false);
      context_.journal.note(role_, context_.simulation.now_ns(), "pin_done", describe(effect));
    } else if (const auto* unknown = std::get_if<ccid_function::Unmodelled>(&effect)) {
      ++unmodelled_;
      context_.journal.note(role_, context_.simulation.now_ns(), "unmodelled", unknown->what);
    }
  }
}

void GenericReaderModule::pad_asks(int slot, bool asks) {
  asking_slot_ = asks ? slot : -1;
  if (on_pad_) on_pad_(slot, asks);
}

}  // namespace uketsuke::generic_reader
