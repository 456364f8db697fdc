// Shell of the face-auth reader: the usb wire, its slot's field, the panel's people.
#pragma once

#include <string>
#include <vector>

#include "models/face_reader/face_reader.h"
#include "sim/channel/field_channel.h"
#include "sim/channel/usb_channel.h"
#include "sim/channel/panel_channel.h"
#include "sim/kernel/module.h"

namespace uketsuke::face_reader {

class FaceReaderModule : public kernel::Module {
 public:
  FaceReaderModule(sc_core::sc_module_name name, channel::Context& context, Profile profile,
                   channel::UsbChannel& usb, channel::FieldChannel& slot,
                   channel::PanelChannel& panel);

  const std::vector<Record>& records() const { return records_; }
  // From now on they are in the journal only: for programs that run without end.
  void forget_records() { keeps_records_ = false; }
  const Panel& panel() const { return reader_.panel(); }
  // Its power was off and is on again: it remembers no mode. The plug is another thing.
  void power_on() { power_.post(PowerOn{}); }
  // Things wrong with what came over the reader link.
  std::uint32_t link_faults() const { return link_faults_; }

 private:
  void wake() override;
  void take(const DeviceInput& input);
  void perform(DeviceOutput& output);
  void note(std::string_view event, std::string text);

  channel::Context& context_;
  FaceReader reader_;
  channel::UsbChannel& usb_;
  channel::FieldChannel& slot_;
  channel::PanelChannel& panel_;
  kernel::Mailbox<PowerOn> power_;
  std::vector<Record> records_;
  bool keeps_records_ = true;
  std::uint32_t link_faults_ = 0;
};

}  // namespace uketsuke::face_reader
