// A USB device: endpoint 0 and chapter 9 of Universal Serial Bus Specification 2.0 (9.1 states, 9.4
// standard requests), composed of functions (function.h). What the device says of itself is data.
// Not modelled: suspend and resume signalling (the wire has none), more than one configuration,
// test modes (9.4.9 TEST_MODE is refused).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/usb_device/function.h"
#include "sim/wire/usb/configuration.h"
#include "sim/wire/usb/descriptor.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::usb_device {

struct InterfaceParameters {
  wire::usb::InterfaceDescriptor descriptor;   // bNumEndpoints is counted by the device
  std::vector<wire::Bytes> class_descriptors;  // whole descriptors, between interface and endpoints
  std::vector<wire::usb::EndpointDescriptor> endpoints;
};
struct FunctionParameters {
  std::optional<wire::usb::InterfaceAssociation> association;
  std::vector<InterfaceParameters> interfaces;  // alternate settings are entries of their own
};
struct DeviceParameters {
  wire::usb::Speed speed = wire::usb::Speed::kFull;
  wire::usb::DeviceDescriptor device;
  wire::usb::ConfigurationDescriptor configuration;  // wTotalLength, bNumInterfaces are computed
  std::vector<FunctionParameters> functions;
  std::map<std::uint8_t, std::string> strings;              // index -> UTF-8
  std::vector<std::uint16_t> language_ids{0x0409, 0x0411};  // every string in every language
  // High speed: the same device at the other speed (USB 2.0, 9.6.2); empty: qualifier refused.
  std::optional<wire::usb::DeviceQualifier> qualifier;
  std::vector<FunctionParameters> other_speed_functions;
  // Deviations a real device may have. Empty: as the standard says.
  std::optional<wire::Bytes> configuration_bytes;  // sent in place of the computed descriptor
  std::optional<wire::Bytes> device_bytes;
  bool answers_unknown_descriptors = false;  // an empty data stage instead of a stall
};

// The bytes of the configuration: computed, or configuration_bytes.
wire::Bytes configuration_bytes(const DeviceParameters& parameters);
wire::Bytes other_speed_bytes(const DeviceParameters& parameters);

enum class DeviceState : std::uint8_t { kDefault, kAddress, kConfigured };  // USB 2.0, 9.1.1
std::string_view to_string(DeviceState state);

class Device {
 public:
  // functions[i] plays parameters.functions[i]; not owned, must outlive the device.
  Device(DeviceParameters parameters, std::vector<Function*> functions);

  // A function sees Deconfigured without being able to answer it: its IN data would be flushed.
  // ControlRequest gives exactly one ControlData, ControlStatus or ControlStall. Deconfiguration
  // flushes every IN endpoint.
  UsbActions handle(const wire::usb::DeviceEvent& event);

  // What a function does on its own (not in answer to a FunctionEvent) goes through here: IN data
  // and halts of a device that is not configured or of unknown endpoints are dropped, halts are
  // noted.
  UsbActions admit(UsbActions actions);

  DeviceState state() const { return state_; }
  std::uint8_t address() const { return address_; }
  bool remote_wakeup_enabled() const { return remote_wakeup_; }
  bool halted(std::uint8_t bEndpointAddress) const;
  const DeviceParameters& parameters() const { return parameters_; }

 private:
  struct Endpoint {
    std::size_t function;
    std::uint8_t interface, alternate;
    bool halted;
  };
  UsbActions control(const wire::usb::ControlRequest& request);
  UsbActions standard_request(const wire::usb::SetupPacket& setup);
  UsbActions get_status(const wire::usb::SetupPacket& setup);
  UsbActions change_feature(const wire::usb::SetupPacket& setup, bool set);
  UsbActions change_endpoint_halt(const wire::usb::SetupPacket& setup, bool set);
  UsbActions get_descriptor(const wire::usb::SetupPacket& setup) const;
  UsbActions string_descriptor(std::uint8_t index, std::uint16_t language) const;
  UsbActions set_address(const wire::usb::SetupPacket& setup);
  UsbActions set_configuration(const wire::usb::SetupPacket& setup);
  UsbActions get_interface(const wire::usb::SetupPacket& setup) const;
  UsbActions set_interface(const wire::usb::SetupPacket& setup);
  UsbActions class_request(const wire::usb::ControlRequest& request);
  UsbActions out_data(const wire::usb::OutData& out);
  void deconfigure(UsbActions& actions);
  Endpoint* find_endpoint(std::uint8_t address);  // of the selected alternate settings
  const Endpoint* find_endpoint(std::uint8_t address) const;
  std::optional<std::size_t> function_of_interface(std::uint8_t number) const;
  bool has_setting(std::uint8_t number, std::uint8_t alternate) const;
  void tell(std::size_t function, const FunctionEvent& event, UsbActions& actions);

  DeviceParameters parameters_;
  std::vector<Function*> functions_;
  wire::Bytes device_bytes_, configuration_bytes_, other_speed_bytes_;
  std::multimap<std::uint8_t, Endpoint> endpoints_;  // by address; alternates may share one
  std::map<std::uint8_t, std::uint8_t> alternates_;  // interface -> selected setting
  DeviceState state_ = DeviceState::kDefault;
  std::uint8_t address_ = 0;
  bool remote_wakeup_ = false;
};

}  // namespace uketsuke::usb_device
