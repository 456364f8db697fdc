// Shell of the face-auth reader: the usb wire, its slot's field, the panel's people.
#pragma once

#include <string>
#include <vector>

#include "models/face_reader/face_reader.h"
#include "sim/channel/field_channel.h"
#include "sim/channel/usb_channel.h"
#include "sim/kernel/module.h"

namespace uketsuke::face_reader {

class FaceReaderModule : public kernel::Module {
 public:
  FaceReaderModule(sc_core::sc_module_name name, channel::Context& context, Profile profile,
                   channel::UsbChannel& usb, channel::FieldChannel& slot);

  kernel::Mailbox<panel::Input>& people() { return people_; }
  const panel::Display& display() const { return display_; }
  const std::vector<panel::Refused>& refused() const { return refused_; }
  const std::vector<Record>& records() const { return records_; }
  const Panel& panel() const { return reader_.panel(); }
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
  kernel::Mailbox<panel::Input> people_;
  kernel::Mailbox<PowerOn> power_;
  panel::Display display_;
  std::vector<panel::Refused> refused_;
  std::vector<Record> records_;
  std::uint32_t link_faults_ = 0;
};

}  // namespace uketsuke::face_reader
