#include "models/generic_reader/generic_reader.h"

#include <utility>

namespace uketsuke::generic_reader {

GenericReader::GenericReader(Profile profile)
    : profile_(std::move(profile)),
      ccid_(std::make_unique<ccid_function::CcidFunction>(profile_.ccid)),
      device_(std::make_unique<usb_device::Device>(
          device_parameters(profile_), std::vector<usb_device::Function*>{ccid_.get()})) {}

GenericReader::~GenericReader() = default;

Actions GenericReader::handle(const Event& event) {
  usb_device::UsbActions usb;
  if (const auto* from_host = std::get_if<wire::usb::DeviceEvent>(&event)) {
    usb = device_->handle(*from_host);
  } else {
    usb = device_->admit(ccid_->handle(std::get<ccid_function::ReaderEvent>(event)));
  }
  ccid_function::ReaderEffects effects = ccid_->take_effects();
  Actions actions;
  actions.reserve(usb.size() + effects.size());
  for (auto& action : usb) actions.emplace_back(std::move(action));
  for (auto& effect : effects) actions.emplace_back(std::move(effect));
  return actions;
}

}  // namespace uketsuke::generic_reader
