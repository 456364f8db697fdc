// An abstract control model function (USB CDC 1.2, PSTN Subclass 1.2, 6.2): a serial line of which
// only the byte stream is modelled. Line coding is stored and given back; data flows while the
// device is configured, whatever the line coding says.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "models/usb_device/device.h"
#include "models/usb_device/function.h"
#include "sim/wire/usb/cdc.h"

namespace uketsuke::cdc_acm_function {

struct CdcAcmParameters {
  std::uint8_t control_interface = 1, data_interface = 2;
  std::uint8_t notification_endpoint = 0x84, in_endpoint = 0x85, out_endpoint = 0x05;
  std::uint16_t max_packet_size = 64;
  std::uint8_t iFunction = 0;
  bool needs_dtr = true;  // bytes are sent only while the host asserts DTR
};
// Interfaces, functional descriptors and endpoints of such a function, for DeviceParameters.
usb_device::FunctionParameters function_parameters(const CdcAcmParameters& parameters);

// To the device's application.
struct LineUp {};  // configured, and DTR if it is needed
struct LineDown {};
struct BytesReceived {
  wire::Bytes bytes;
};
using LineEvent = std::variant<LineUp, LineDown, BytesReceived>;

class CdcAcmFunction : public usb_device::Function {
 public:
  explicit CdcAcmFunction(CdcAcmParameters parameters = {}) : parameters_(parameters) {}

  usb_device::UsbActions handle(const usb_device::FunctionEvent& event) override;

  // Bytes to the host; the actions go through Device::admit. While the line is down bytes are
  // dropped (nobody has opened it); result false.
  bool send(wire::ByteView bytes, usb_device::UsbActions& actions);
  // Tells the host the state of carrier and errors; dropped while the line is down.
  usb_device::UsbActions notify(wire::usb::SerialState state);

  std::vector<LineEvent> take_events();
  bool line_up() const { return up_; }
  const wire::usb::LineCoding& line_coding() const { return line_coding_; }
  wire::usb::ControlLineState control_line_state() const { return lines_; }

 private:
  usb_device::UsbActions request(const wire::usb::ControlRequest& request);
  void update_line();

  CdcAcmParameters parameters_;
  wire::usb::LineCoding line_coding_;
  wire::usb::ControlLineState lines_;
  bool configured_ = false, up_ = false;
  std::vector<LineEvent> events_;
};

}  // namespace uketsuke::cdc_acm_function
