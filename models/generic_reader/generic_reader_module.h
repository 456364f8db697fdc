// Shell of the generic reader: the usb wire, one field wire for each slot, its PIN pad.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/generic_reader/generic_reader.h"
#include "sim/channel/field_channel.h"
#include "sim/channel/usb_channel.h"
#include "sim/kernel/module.h"

namespace uketsuke::generic_reader {

class GenericReaderModule : public kernel::Module {
 public:
  GenericReaderModule(sc_core::sc_module_name name, channel::Context& context, Profile profile,
                      channel::UsbChannel& usb, std::vector<channel::FieldChannel*> slots,
                      std::string role);

  // A person at the PIN pad.
  kernel::Mailbox<ccid_function::ReaderEvent>& pad() { return pad_; }
  // The slot whose pad waits for digits; -1: none.
  int asking_slot() const { return asking_slot_; }
  // Called when that changes.
  void on_pad(std::function<void(int slot, bool asks)> listener) { on_pad_ = std::move(listener); }
  std::uint32_t unmodelled() const { return unmodelled_; }

 private:
  void wake() override;
  void take(const Event& event);
  void pad_asks(int slot, bool asks);

  channel::Context& context_;
  GenericReader reader_;
  channel::UsbChannel& usb_;
  std::vector<channel::FieldChannel*> slots_;
  std::string role_;
  kernel::Mailbox<ccid_function::ReaderEvent> pad_;
  std::function<void(int, bool)> on_pad_;
  int asking_slot_ = -1;
  std::uint32_t unmodelled_ = 0;
};

}  // namespace uketsuke::generic_reader
