// The generic reader (汎用カードリーダー): a USB device with one CCID function. One handle()
// for everything that reaches it: the bus, the cards, time, the PIN pad.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "models/ccid_function/ccid_function.h"
#include "models/generic_reader/profile.h"

namespace uketsuke::generic_reader {

using Event = std::variant<wire::usb::DeviceEvent, ccid_function::ReaderEvent>;
using Action = std::variant<wire::usb::DeviceAction, ccid_function::ReaderEffect>;
using Actions = std::vector<Action>;

class GenericReader {
 public:
  explicit GenericReader(Profile profile);
  ~GenericReader();

  // USB actions come first, then what goes to the cards, timers and the pad.
  Actions handle(const Event& event);

  const Profile& profile() const { return profile_; }
  const usb_device::Device& device() const { return *device_; }
  const ccid_function::CcidFunction& ccid() const { return *ccid_; }

 private:
  Profile profile_;
  std::unique_ptr<ccid_function::CcidFunction> ccid_;
  std::unique_ptr<usb_device::Device> device_;
};

}  // namespace uketsuke::generic_reader
