#include "models/face_reader/face_reader_module.h"

#include <utility>

namespace uketsuke::face_reader {

FaceReaderModule::FaceReaderModule(sc_core::sc_module_name name, channel::Context& context,
                                   Profile profile, channel::UsbChannel& usb,
                                   channel::FieldChannel& slot, channel::PanelChannel& panel)
    : Module(name, context.simulation), context_(context), reader_(std::move(profile)), usb_(usb),
      slot_(slot), panel_(panel), power_(context.simulation) {
  listen({&usb_.to_device().event(), &slot_.reader_mailbox().event(), &panel_.to_device().event(),
          &power_.event()});
  power_.post(PowerOn{});
}

void FaceReaderModule::note(std::string_view event, std::string text) {
  context_.journal.note("face_reader", context_.simulation.now_ns(), event, std::move(text));
}

void FaceReaderModule::wake() {
  power_.drain([this](PowerOn on) { take(on); });
  usb_.to_device().drain([this](wire::usb::DeviceEvent event) {
    take(channel::UsbChannel::unpacked(std::move(event)));
  });
  slot_.reader_mailbox().drain([this](wire::field::ToReader signal) {
    take(ccid_function::FromField{0, std::move(signal)});
  });
  panel_.take([this](panel::Input input) { take(std::move(input)); });
  timers_.drain([this](wire::TimerExpired expired) { take(expired); });
}

void FaceReaderModule::take(const DeviceInput& input) {
  for (DeviceOutput& output : reader_.handle(input)) perform(output);
}

void FaceReaderModule::perform(DeviceOutput& output) {
  if (auto* usb = std::get_if<wire::usb::DeviceAction>(&output)) {
    usb_.act(std::move(*usb));
  } else if (auto* field = std::get_if<ccid_function::ToField>(&output)) {
    slot_.to_card(std::move(field->signal));
  } else if (const auto* display = std::get_if<panel::Display>(&output)) {
    panel_.show(*display);
  } else if (const auto* refused = std::get_if<panel::Refused>(&output)) {
    panel_.show(*refused);
  } else if (const auto* start = std::get_if<wire::StartTimer>(&output)) {
    timers_.start(*start);
  } else if (const auto* stop = std::get_if<wire::StopTimer>(&output)) {
    timers_.stop(*stop);
  } else if (auto* record = std::get_if<Record>(&output)) {
    std::string text;
    for (const auto& [key, value] : record->values)
      text += (text.empty() ? "" : " ") + key + "=" + value;
    note(record->name, std::move(text));
    if (keeps_records_) records_.push_back(std::move(*record));
  } else if (const auto* fault = std::get_if<LinkFault>(&output)) {
    ++link_faults_;
    note("link_error", fault->what);
  } else {
    note("unmodelled", std::get<ccid_function::Unmodelled>(output).what);
  }
}

}  // namespace uketsuke::face_reader
