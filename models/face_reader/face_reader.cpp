#include "models/face_reader/face_reader.h"

#include <utility>

namespace uketsuke::face_reader {

usb_device::DeviceParameters device_parameters(const Profile& profile) {
  usb_device::DeviceParameters parameters = generic_reader::device_parameters(profile.reader);
  // Interface association (USB ECN 2003, 5): device class EF, subclass 02, protocol 01.
  parameters.device.bDeviceClass = 0xEF;
  parameters.device.bDeviceSubClass = 0x02;
  parameters.device.bDeviceProtocol = 0x01;
  parameters.functions.push_back(cdc_acm_function::function_parameters(profile.link));
  return parameters;
}

FaceReader::FaceReader(Profile profile) : panel_(profile.panel) {
  ccid_ = std::make_unique<ccid_function::CcidFunction>(profile.reader.ccid);
  link_ = std::make_unique<cdc_acm_function::CdcAcmFunction>(profile.link);
  device_ = std::make_unique<usb_device::Device>(
      device_parameters(profile), std::vector<usb_device::Function*>{ccid_.get(), link_.get()});
}

FaceReader::~FaceReader() = default;

DeviceOutputs FaceReader::handle(const DeviceInput& input) {
  if (std::holds_alternative<PowerOn>(input)) {
    tell_panel(Start{});
  } else if (const auto* usb = std::get_if<wire::usb::DeviceEvent>(&input)) {
    for (wire::usb::DeviceAction& action : device_->handle(*usb))
      out_.emplace_back(std::move(action));
    settle();
  } else if (const auto* field = std::get_if<ccid_function::FromField>(&input)) {
    tell_ccid(*field);
    if (std::holds_alternative<wire::field::Inserted>(field->signal)) tell_panel(CardInserted{});
    if (std::holds_alternative<wire::field::Removed>(field->signal)) tell_panel(CardRemoved{});
  } else if (const auto* person = std::get_if<panel::Input>(&input)) {
    tell_panel(*person);
  } else if (const auto* timer = std::get_if<wire::TimerExpired>(&input)) {
    if (timer->id == kFrameTimer) {
      if (std::exchange(frame_open_, false)) out_.emplace_back(LinkFault{"a frame does not end"});
      deframer_.reset();
    } else if (timer->id >= kPanelTimers) {
      tell_panel(wire::TimerExpired{timer->id - kPanelTimers});
    } else {
      tell_ccid(*timer);
    }
  }
  return std::exchange(out_, {});
}

void FaceReader::admit(usb_device::UsbActions actions) {
  for (wire::usb::DeviceAction& action : device_->admit(std::move(actions)))
    out_.emplace_back(std::move(action));
}

void FaceReader::tell_ccid(const ccid_function::ReaderEvent& event) {
  admit(ccid_->handle(event));
  settle();
}

void FaceReader::settle() {
  for (ccid_function::ReaderEffect& effect : ccid_->take_effects()) take_effect(std::move(effect));
  for (const cdc_acm_function::LineEvent& event : link_->take_events()) take_line(event);
}

void FaceReader::take_effect(ccid_function::ReaderEffect effect) {
  if (auto* field = std::get_if<ccid_function::ToField>(&effect)) {
    out_.emplace_back(std::move(*field));
  } else if (const auto* ask = std::get_if<ccid_function::AskPin>(&effect)) {
    tell_panel(AskPin{ask->min, ask->max, ask->timeout_s});
  } else if (std::holds_alternative<ccid_function::PinDone>(effect)) {
    tell_panel(PinDone{});
  } else if (const auto* start = std::get_if<wire::StartTimer>(&effect)) {
    out_.emplace_back(*start);
  } else if (const auto* stop = std::get_if<wire::StopTimer>(&effect)) {
    out_.emplace_back(*stop);
  } else {
    out_.emplace_back(std::get<ccid_function::Unmodelled>(std::move(effect)));
  }
}

void FaceReader::take_line(const cdc_acm_function::LineEvent& event) {
  if (std::holds_alternative<cdc_acm_function::LineUp>(event)) {
    deframer_.reset();
    tell_panel(LinkUp{});
  } else if (std::holds_alternative<cdc_acm_function::LineDown>(event)) {
    tell_panel(LinkDown{});
  } else {
    take_bytes(std::get<cdc_acm_function::BytesReceived>(event).bytes);
  }
}

void FaceReader::take_bytes(wire::ByteView bytes) {
  using namespace wire::reader_link;
  for (const Deframed& item : deframer_.take(bytes)) {
    if (const auto* error = std::get_if<FrameError>(&item)) {
      out_.emplace_back(LinkFault{std::string(to_string(error->code))});
      continue;
    }
    const auto message = decode(std::get<Frame>(item).payload);
    if (message) {
      tell_panel(*message);
    } else {
      out_.emplace_back(LinkFault{wire::to_string(message.error())});
    }
  }
  // A closing flag that was damaged would otherwise be noticed with the next frame at the earliest.
  if (deframer_.open()) {
    frame_open_ = true;
    out_.emplace_back(wire::StartTimer{kFrameTimer, kFrameTimeoutUs});
  } else if (std::exchange(frame_open_, false)) {
    out_.emplace_back(wire::StopTimer{kFrameTimer});
  }
}

void FaceReader::tell_panel(const Event& event) {
  for (Action& action : panel_.handle(event)) {
    if (auto* send = std::get_if<SendLink>(&action)) {
      const auto bytes = wire::reader_link::encode(send->message);
      usb_device::UsbActions actions;
      if (bytes) link_->send(*bytes, actions);
      admit(std::move(actions));
    } else if (auto* pin = std::get_if<PinEntered>(&action)) {
      tell_ccid(ccid_function::PinEntered{0, std::move(pin->digits)});
    } else if (const auto* cancelled = std::get_if<PinCancelled>(&action)) {
      // The CCID function counts bTimeOut itself (CCID 1.1, 6.1.11) and answers F0h, not EFh.
      if (cancelled->cause != PinCancelled::Cause::kTimeOut)
        tell_ccid(ccid_function::PinCancelled{0});
    } else if (auto* start = std::get_if<wire::StartTimer>(&action)) {
      out_.emplace_back(wire::StartTimer{start->id + kPanelTimers, start->duration_us});
    } else if (auto* stop = std::get_if<wire::StopTimer>(&action)) {
      out_.emplace_back(wire::StopTimer{stop->id + kPanelTimers});
    } else if (auto* display = std::get_if<panel::Display>(&action)) {
      out_.emplace_back(std::move(*display));
    } else if (auto* refused = std::get_if<panel::Refused>(&action)) {
      out_.emplace_back(std::move(*refused));
    } else {
      out_.emplace_back(std::get<Record>(std::move(action)));
    }
  }
}

}  // namespace uketsuke::face_reader
