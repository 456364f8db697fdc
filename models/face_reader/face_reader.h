// The face-auth reader as one composite USB device: a CCID function (interface 0) and a CDC-ACM
// function (interfaces 1 and 2) that carries the reader link; behind them panel, camera and optics.
// What a real one speaks on USB is not public.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "models/ccid_function/ccid_function.h"
#include "models/cdc_acm_function/cdc_acm_function.h"
#include "models/face_reader/panel.h"
#include "models/generic_reader/profile.h"
#include "models/usb_device/device.h"
#include "sim/wire/reader_link/codec.h"

namespace uketsuke::face_reader {

struct Profile {
  generic_reader::Profile reader;  // ids, strings, speed and the CCID function
  cdc_acm_function::CdcAcmParameters link;
  Parameters panel;
};
usb_device::DeviceParameters device_parameters(const Profile& profile);

struct PowerOn {};
using DeviceInput = std::variant<PowerOn, wire::usb::DeviceEvent, ccid_function::FromField,
                                 panel::Input, wire::TimerExpired>;
struct LinkFault { std::string what; };  // bytes of the reader link that are no message
using DeviceOutput = std::variant<wire::usb::DeviceAction, ccid_function::ToField, panel::Display,
                                  panel::Refused, wire::StartTimer, wire::StopTimer, Record,
                                  ccid_function::Unmodelled, LinkFault>;
using DeviceOutputs = std::vector<DeviceOutput>;

class FaceReader {
 public:
  explicit FaceReader(Profile profile);
  ~FaceReader();

  DeviceOutputs handle(const DeviceInput& input);
  const Panel& panel() const { return panel_; }

 private:
  // Ids of the panel's timers on the device: the CCID function's are below.
  static constexpr std::uint32_t kPanelTimers = 1000;
  static constexpr std::uint32_t kFrameTimer = kPanelTimers - 1;  // of an open frame of the link
  static constexpr wire::Micros kFrameTimeoutUs = 1'000'000;      // ours

  void admit(usb_device::UsbActions actions);
  void tell_ccid(const ccid_function::ReaderEvent& event);
  void tell_panel(const Event& event);
  void settle();  // empties the queues of the functions
  void take_effect(ccid_function::ReaderEffect effect);
  void take_line(const cdc_acm_function::LineEvent& event);
  void take_bytes(wire::ByteView bytes);

  std::unique_ptr<ccid_function::CcidFunction> ccid_;
  std::unique_ptr<cdc_acm_function::CdcAcmFunction> link_;
  std::unique_ptr<usb_device::Device> device_;
  wire::reader_link::Deframer deframer_;
  bool frame_open_ = false;
  Panel panel_;
  DeviceOutputs out_;
};

}  // namespace uketsuke::face_reader
