#include "models/cdc_acm_function/cdc_acm_function.h"

#include <utility>

namespace uketsuke::cdc_acm_function {

using namespace wire::usb;
using usb_device::UsbActions;

namespace {

constexpr std::uint8_t kAcmLineCapability = 0x02;  // PSTN 1.2, Table 4: D1
constexpr std::uint8_t kClassOut = 0x21, kClassIn = 0xA1;

EndpointDescriptor endpoint(std::uint8_t address, TransferType type, std::uint16_t size,
                            std::uint8_t interval) {
  return {address, static_cast<std::uint8_t>(type), size, interval};
}

}  // namespace

usb_device::FunctionParameters function_parameters(const CdcAcmParameters& p) {
  usb_device::FunctionParameters function;
  function.association = InterfaceAssociation{p.control_interface, 2, kClassCommunications,
                                              kSubclassAcm,        0, p.iFunction};
  usb_device::InterfaceParameters control;
  control.descriptor = {p.control_interface, 0, 1, kClassCommunications, kSubclassAcm, 0, 0};
  control.class_descriptors = {encode(CdcHeader{}), encode(CdcCallManagement{0, p.data_interface}),
                               encode(CdcAcm{kAcmLineCapability}),
                               encode(CdcUnion{p.control_interface, {p.data_interface}}).value()};
  control.endpoints = {endpoint(p.notification_endpoint, TransferType::kInterrupt,
                                static_cast<std::uint16_t>(kSerialStateLength), 16)};
  usb_device::InterfaceParameters data;
  data.descriptor = {p.data_interface, 0, 2, kClassCdcData, 0, 0, 0};
  data.endpoints = {endpoint(p.in_endpoint, TransferType::kBulk, p.max_packet_size, 0),
                    endpoint(p.out_endpoint, TransferType::kBulk, p.max_packet_size, 0)};
  function.interfaces = {std::move(control), std::move(data)};
  return function;
}

UsbActions CdcAcmFunction::handle(const usb_device::FunctionEvent& event) {
  if (const auto* asked = std::get_if<ControlRequest>(&event)) return request(*asked);
  if (const auto* out = std::get_if<OutData>(&event)) {
    if (out->bEndpointAddress == parameters_.out_endpoint && !out->data.empty()) {
      events_.push_back(BytesReceived{out->data});
    }
    return {};
  }
  if (std::holds_alternative<usb_device::Configured>(event)) configured_ = true;
  if (std::holds_alternative<usb_device::Deconfigured>(event)) {
    configured_ = false;
    lines_ = {};
    line_coding_ = {};
  }
  update_line();  // an alternate setting or a halt changes nothing here
  return {};
}

// PSTN 1.2, 6.3: the requests that ACM capability D1 promises; anything else is a request error.
UsbActions CdcAcmFunction::request(const ControlRequest& request) {
  const SetupPacket& setup = request.setup;
  if ((setup.wIndex & 0xFF) != parameters_.control_interface) return {ControlStall{}};
  switch (static_cast<CdcRequest>(setup.bRequest)) {
    case CdcRequest::SET_LINE_CODING: {
      if (setup.bmRequestType != kClassOut) break;
      const auto coding = decode_line_coding(request.data);
      if (!coding) break;
      line_coding_ = *coding;
      return {ControlStatus{}};
    }
    case CdcRequest::GET_LINE_CODING:
      if (setup.bmRequestType != kClassIn) break;
      return {ControlData{encode(line_coding_)}};
    case CdcRequest::SET_CONTROL_LINE_STATE:
      if (setup.bmRequestType != kClassOut || setup.wLength != 0) break;
      lines_ = control_line_state_of(setup.wValue);
      update_line();
      return {ControlStatus{}};
    case CdcRequest::SEND_BREAK:
      break;
  }
  return {ControlStall{}};
}

void CdcAcmFunction::update_line() {
  const bool up = configured_ && (lines_.dtr || !parameters_.needs_dtr);
  if (up == up_) return;
  up_ = up;
  if (up) {
    events_.push_back(LineUp{});
  } else {
    events_.push_back(LineDown{});
  }
}

bool CdcAcmFunction::send(wire::ByteView bytes, UsbActions& actions) {
  if (!up_) return false;
  actions.push_back(InData{parameters_.in_endpoint, wire::to_bytes(bytes)});
  return true;
}

UsbActions CdcAcmFunction::notify(SerialState state) {
  if (!up_) return {};
  state.interface = parameters_.control_interface;
  return {InData{parameters_.notification_endpoint, encode(state)}};
}

std::vector<LineEvent> CdcAcmFunction::take_events() { return std::exchange(events_, {}); }

}  // namespace uketsuke::cdc_acm_function
