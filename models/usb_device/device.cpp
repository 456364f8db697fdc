#include "models/usb_device/device.h"

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

namespace uketsuke::usb_device {

using namespace wire::usb;
using wire::Bytes;

namespace {

constexpr std::uint8_t kDeviceIn = 0x80, kInterfaceIn = 0x81, kEndpointIn = 0x82;
constexpr std::uint8_t kDeviceOut = 0x00, kInterfaceOut = 0x01, kEndpointOut = 0x02;
constexpr std::uint16_t kHighestAddress = 127;  // USB 2.0, 9.4.6

UsbActions stall() { return {ControlStall{}}; }
UsbActions status() { return {ControlStatus{}}; }
// The channel cuts, too; cutting here makes the answer right for a shell without one.
UsbActions data(Bytes bytes, std::uint16_t wLength) {
  if (bytes.size() > wLength) bytes.resize(wLength);
  return {ControlData{std::move(bytes)}};
}

bool is_in_address(std::uint8_t address) { return (address & 0x80) != 0; }

Bytes whole_configuration(ConfigurationDescriptor descriptor,
                          const std::vector<FunctionParameters>& functions, DescriptorType type) {
  Configuration tree;
  std::set<std::uint8_t> numbers;
  for (const FunctionParameters& function : functions) {
    if (function.association) tree.associations.push_back(*function.association);
    for (const InterfaceParameters& interface : function.interfaces) {
      InterfaceNode node{interface.descriptor, interface.class_descriptors, {}};
      node.descriptor.bNumEndpoints = static_cast<std::uint8_t>(interface.endpoints.size());
      for (const EndpointDescriptor& endpoint : interface.endpoints) {
        node.endpoints.push_back({endpoint, {}});
      }
      tree.interfaces.push_back(std::move(node));
      numbers.insert(interface.descriptor.bInterfaceNumber);
    }
  }
  descriptor.bNumInterfaces = static_cast<std::uint8_t>(numbers.size());
  tree.descriptor = descriptor;
  return encode(tree, type).value();  // parameters of ours: too long is a broken invariant
}

}  // namespace

std::string_view to_string(DeviceState state) {
  switch (state) {
    case DeviceState::kDefault:
      return "default";
    case DeviceState::kAddress:
      return "address";
    case DeviceState::kConfigured:
      return "configured";
  }
  return "?";
}

Bytes configuration_bytes(const DeviceParameters& parameters) {
  if (parameters.configuration_bytes) return *parameters.configuration_bytes;
  return whole_configuration(parameters.configuration, parameters.functions,
                             DescriptorType::CONFIGURATION);
}

Bytes other_speed_bytes(const DeviceParameters& parameters) {
  return whole_configuration(parameters.configuration, parameters.other_speed_functions,
                             DescriptorType::OTHER_SPEED_CONFIGURATION);
}

Device::Device(DeviceParameters parameters, std::vector<Function*> functions)
    : parameters_(std::move(parameters)), functions_(std::move(functions)) {
  assert(functions_.size() == parameters_.functions.size());
  device_bytes_ = parameters_.device_bytes.value_or(encode(parameters_.device));
  configuration_bytes_ = usb_device::configuration_bytes(parameters_);
  if (parameters_.qualifier) other_speed_bytes_ = other_speed_bytes(parameters_);
  for (std::size_t f = 0; f < functions_.size(); ++f) {
    for (const InterfaceParameters& interface : parameters_.functions[f].interfaces) {
      const InterfaceDescriptor& d = interface.descriptor;
      alternates_[d.bInterfaceNumber] = 0;
      for (const EndpointDescriptor& e : interface.endpoints) {
        endpoints_.emplace(e.bEndpointAddress,
                           Endpoint{f, d.bInterfaceNumber, d.bAlternateSetting, false});
      }
    }
  }
}

UsbActions Device::handle(const DeviceEvent& event) {
  if (const auto* request = std::get_if<ControlRequest>(&event)) return control(*request);
  if (const auto* out = std::get_if<OutData>(&event)) return out_data(*out);
  UsbActions actions;  // BusReset
  deconfigure(actions);
  state_ = DeviceState::kDefault;
  address_ = 0;
  remote_wakeup_ = false;
  return actions;
}

UsbActions Device::control(const ControlRequest& request) {
  switch (type_of(request.setup)) {
    case RequestType::kStandard:
      return standard_request(request.setup);
    case RequestType::kClass:
    case RequestType::kVendor:
      return class_request(request);
    case RequestType::kReserved:
      break;
  }
  return stall();
}

// USB 2.0, 9.4 and 9.2.7: what is not supported, or not allowed in this state, is a request error.
// Where 9.4 leaves the behaviour unspecified (other parameters, default state) this device stalls,
// too.
UsbActions Device::standard_request(const SetupPacket& setup) {
  const std::uint8_t type = setup.bmRequestType;
  const bool addressed = state_ != DeviceState::kDefault;
  switch (static_cast<StandardRequest>(setup.bRequest)) {
    case StandardRequest::GET_STATUS:
      return addressed ? get_status(setup) : stall();
    case StandardRequest::CLEAR_FEATURE:
      return addressed ? change_feature(setup, /*set=*/false) : stall();
    case StandardRequest::SET_FEATURE:
      return addressed ? change_feature(setup, /*set=*/true) : stall();
    case StandardRequest::SET_ADDRESS:
      return type == kDeviceOut ? set_address(setup) : stall();
    case StandardRequest::GET_DESCRIPTOR:
      return type == kDeviceIn ? get_descriptor(setup) : stall();
    case StandardRequest::SET_DESCRIPTOR:
      return stall();  // optional (9.4.8), not supported
    case StandardRequest::GET_CONFIGURATION:
      if (type != kDeviceIn || !addressed || setup.wValue != 0 || setup.wIndex != 0 ||
          setup.wLength != 1) {
        return stall();
      }
      return data(
          {state_ == DeviceState::kConfigured ? parameters_.configuration.bConfigurationValue
                                              : std::uint8_t{0}},
          setup.wLength);
    case StandardRequest::SET_CONFIGURATION:
      return type == kDeviceOut && addressed ? set_configuration(setup) : stall();
    case StandardRequest::GET_INTERFACE:
      return type == kInterfaceIn ? get_interface(setup) : stall();
    case StandardRequest::SET_INTERFACE:
      return type == kInterfaceOut ? set_interface(setup) : stall();
    case StandardRequest::SYNCH_FRAME:
      return stall();  // isochronous only (9.4.11)
  }
  return stall();
}

// USB 2.0, 9.4.5.
UsbActions Device::get_status(const SetupPacket& setup) {
  if (setup.wValue != 0 || setup.wLength != 2) return stall();
  const auto low = static_cast<std::uint8_t>(setup.wIndex);
  if (setup.bmRequestType == kDeviceIn && setup.wIndex == 0) {
    const bool self_powered = (parameters_.configuration.bmAttributes & kSelfPowered) != 0;
    return data({static_cast<std::uint8_t>((self_powered ? 1 : 0) | (remote_wakeup_ ? 2 : 0)), 0},
                setup.wLength);
  }
  if (setup.bmRequestType == kInterfaceIn && state_ == DeviceState::kConfigured &&
      setup.wIndex < 0x100 && function_of_interface(low)) {
    return data({0, 0}, setup.wLength);
  }
  if (setup.bmRequestType == kEndpointIn && setup.wIndex < 0x100) {
    if ((low & 0x7F) == 0) return data({0, 0}, setup.wLength);  // the default pipe never halts
    const Endpoint* endpoint = state_ == DeviceState::kConfigured ? find_endpoint(low) : nullptr;
    if (endpoint != nullptr) {
      return data({static_cast<std::uint8_t>(endpoint->halted ? 1 : 0), 0}, setup.wLength);
    }
  }
  return stall();
}

// USB 2.0, 9.4.1 and 9.4.9.
UsbActions Device::change_feature(const SetupPacket& setup, bool set) {
  if (setup.wLength != 0) return stall();
  switch (static_cast<Feature>(setup.wValue)) {
    case Feature::ENDPOINT_HALT:
      return setup.bmRequestType == kEndpointOut ? change_endpoint_halt(setup, set) : stall();
    case Feature::DEVICE_REMOTE_WAKEUP:
      if (setup.bmRequestType != kDeviceOut || setup.wIndex != 0 ||
          (parameters_.configuration.bmAttributes & kRemoteWakeup) == 0) {
        return stall();
      }
      remote_wakeup_ = set;
      return status();
    case Feature::TEST_MODE:
      return stall();
  }
  return stall();
}

UsbActions Device::change_endpoint_halt(const SetupPacket& setup, bool set) {
  const auto address = static_cast<std::uint8_t>(setup.wIndex);
  if (setup.wIndex > 0xFF) return stall();
  // The default pipe: halting it is neither required nor recommended (9.4.9); clearing does
  // nothing.
  if ((address & 0x7F) == 0) return set ? stall() : status();
  Endpoint* endpoint = state_ == DeviceState::kConfigured ? find_endpoint(address) : nullptr;
  if (endpoint == nullptr) return stall();
  endpoint->halted = set;
  UsbActions actions{HaltEndpoint{address, set}, ControlStatus{}};
  tell(endpoint->function, HaltChanged{address, set}, actions);
  return actions;
}

// USB 2.0, 9.4.3: valid in every state. Interface and endpoint descriptors can't be read alone.
UsbActions Device::get_descriptor(const SetupPacket& setup) const {
  const auto index = static_cast<std::uint8_t>(setup.wValue);
  switch (static_cast<DescriptorType>(setup.wValue >> 8)) {
    case DescriptorType::DEVICE:
      if (index == 0) return data(device_bytes_, setup.wLength);
      break;
    case DescriptorType::CONFIGURATION:
      if (index == 0) return data(configuration_bytes_, setup.wLength);
      break;
    case DescriptorType::STRING: {
      UsbActions answer = string_descriptor(index, setup.wIndex);
      if (auto* found = std::get_if<ControlData>(&answer.front())) {
        return data(std::move(found->data), setup.wLength);
      }
      return answer;
    }
    case DescriptorType::DEVICE_QUALIFIER:
      if (index == 0 && parameters_.qualifier) {
        return data(encode(*parameters_.qualifier), setup.wLength);
      }
      break;
    case DescriptorType::OTHER_SPEED_CONFIGURATION:
      if (index == 0 && parameters_.qualifier) return data(other_speed_bytes_, setup.wLength);
      break;
    default:
      if (parameters_.answers_unknown_descriptors) return {ControlData{}};
      break;
  }
  return stall();
}

// USB 2.0, 9.6.7.
UsbActions Device::string_descriptor(std::uint8_t index, std::uint16_t language) const {
  if (parameters_.strings.empty()) return stall();
  if (index == 0) {
    return {ControlData{encode(StringDescriptor{parameters_.language_ids}).value()}};
  }
  const auto& languages = parameters_.language_ids;
  if (std::find(languages.begin(), languages.end(), language) == languages.end()) return stall();
  const auto text = parameters_.strings.find(index);
  if (text == parameters_.strings.end()) return stall();
  const auto bytes = encode(to_string_descriptor(text->second));
  return bytes ? UsbActions{ControlData{*bytes}} : stall();
}

// USB 2.0, 9.4.6. The channel uses the new address after the status stage.
UsbActions Device::set_address(const SetupPacket& setup) {
  if (setup.wValue > kHighestAddress || setup.wIndex != 0 || setup.wLength != 0 ||
      state_ == DeviceState::kConfigured) {
    return stall();
  }
  address_ = static_cast<std::uint8_t>(setup.wValue);
  state_ = address_ == 0 ? DeviceState::kDefault : DeviceState::kAddress;
  return status();
}

// USB 2.0, 9.4.7.
UsbActions Device::set_configuration(const SetupPacket& setup) {
  if (setup.wIndex != 0 || setup.wLength != 0) return stall();
  const std::uint8_t value = parameters_.configuration.bConfigurationValue;
  if (setup.wValue != 0 && setup.wValue != value) return stall();
  UsbActions actions;
  deconfigure(actions);
  actions.push_back(ControlStatus{});
  if (setup.wValue == 0) return actions;
  state_ = DeviceState::kConfigured;
  for (std::size_t f = 0; f < functions_.size(); ++f) tell(f, Configured{value}, actions);
  return actions;
}

// USB 2.0, 9.4.4.
UsbActions Device::get_interface(const SetupPacket& setup) const {
  const auto number = static_cast<std::uint8_t>(setup.wIndex);
  if (state_ != DeviceState::kConfigured || setup.wValue != 0 || setup.wLength != 1 ||
      setup.wIndex > 0xFF || !function_of_interface(number)) {
    return stall();
  }
  return data({alternates_.at(number)}, setup.wLength);
}

// USB 2.0, 9.4.10: endpoints of the interface begin afresh (9.1.1.5).
UsbActions Device::set_interface(const SetupPacket& setup) {
  const auto number = static_cast<std::uint8_t>(setup.wIndex);
  const auto alternate = static_cast<std::uint8_t>(setup.wValue);
  if (state_ != DeviceState::kConfigured || setup.wLength != 0 || setup.wIndex > 0xFF ||
      setup.wValue > 0xFF || !has_setting(number, alternate)) {
    return stall();
  }
  UsbActions actions;
  for (auto& [address, endpoint] : endpoints_) {
    if (endpoint.interface != number || endpoint.alternate != alternates_[number]) continue;
    if (endpoint.halted) actions.push_back(HaltEndpoint{address, false});
    endpoint.halted = false;
    if (is_in_address(address)) actions.push_back(FlushEndpoint{address});
  }
  alternates_[number] = alternate;
  actions.push_back(ControlStatus{});
  tell(*function_of_interface(number), InterfaceSelected{number, alternate}, actions);
  return actions;
}

UsbActions Device::class_request(const ControlRequest& request) {
  if (state_ != DeviceState::kConfigured) return stall();
  const auto low = static_cast<std::uint8_t>(request.setup.wIndex);
  std::optional<std::size_t> function;
  if (recipient_of(request.setup) == Recipient::kInterface) function = function_of_interface(low);
  if (recipient_of(request.setup) == Recipient::kEndpoint) {
    if (const Endpoint* endpoint = find_endpoint(low)) function = endpoint->function;
  }
  if (!function) return stall();
  UsbActions actions;
  bool answered = false;
  for (DeviceAction& action : functions_[*function]->handle(request)) {
    const bool answer = std::holds_alternative<ControlData>(action) ||
                        std::holds_alternative<ControlStatus>(action) ||
                        std::holds_alternative<ControlStall>(action);
    if (answer) {
      if (!answered) actions.push_back(std::move(action));
      answered = true;
      continue;
    }
    UsbActions admitted = admit({std::move(action)});
    std::move(admitted.begin(), admitted.end(), std::back_inserter(actions));
  }
  if (!answered) actions.push_back(ControlStall{});
  return actions;
}

UsbActions Device::out_data(const OutData& out) {
  const Endpoint* endpoint =
      state_ == DeviceState::kConfigured && !is_in_address(out.bEndpointAddress)
          ? find_endpoint(out.bEndpointAddress)
          : nullptr;
  if (endpoint == nullptr || endpoint->halted) return {};
  UsbActions actions;
  tell(endpoint->function, out, actions);
  return actions;
}

UsbActions Device::admit(UsbActions actions) {
  const auto refused = [this](const DeviceAction& action) {
    if (state_ != DeviceState::kConfigured) return true;
    if (const auto* in = std::get_if<InData>(&action)) {
      return !is_in_address(in->bEndpointAddress) || find_endpoint(in->bEndpointAddress) == nullptr;
    }
    if (const auto* halt = std::get_if<HaltEndpoint>(&action)) {
      Endpoint* endpoint = find_endpoint(halt->bEndpointAddress);
      if (endpoint != nullptr) endpoint->halted = halt->halted;
      return endpoint == nullptr;
    }
    if (const auto* flush = std::get_if<FlushEndpoint>(&action)) {
      return find_endpoint(flush->bEndpointAddress) == nullptr;
    }
    return true;  // control answers belong to a request
  };
  actions.erase(std::remove_if(actions.begin(), actions.end(), refused), actions.end());
  return actions;
}

bool Device::halted(std::uint8_t bEndpointAddress) const {
  const Endpoint* endpoint = find_endpoint(bEndpointAddress);
  return endpoint != nullptr && endpoint->halted;
}

// Into the address state; harmless if the device is not configured.
void Device::deconfigure(UsbActions& actions) {
  if (state_ != DeviceState::kConfigured) return;
  for (auto& [address, endpoint] : endpoints_) {
    if (endpoint.halted) actions.push_back(HaltEndpoint{address, false});
    endpoint.halted = false;
    if (is_in_address(address)) actions.push_back(FlushEndpoint{address});
  }
  for (auto& [number, alternate] : alternates_) alternate = 0;
  state_ = DeviceState::kAddress;
  for (Function* function : functions_) function->handle(Deconfigured{});
}

Device::Endpoint* Device::find_endpoint(std::uint8_t address) {
  return const_cast<Endpoint*>(std::as_const(*this).find_endpoint(address));
}

const Device::Endpoint* Device::find_endpoint(std::uint8_t address) const {
  const auto [first, last] = endpoints_.equal_range(address);
  for (auto it = first; it != last; ++it) {
    if (alternates_.at(it->second.interface) == it->second.alternate) return &it->second;
  }
  return nullptr;
}

std::optional<std::size_t> Device::function_of_interface(std::uint8_t number) const {
  for (std::size_t f = 0; f < parameters_.functions.size(); ++f) {
    for (const InterfaceParameters& interface : parameters_.functions[f].interfaces) {
      if (interface.descriptor.bInterfaceNumber == number) return f;
    }
  }
  return std::nullopt;
}

bool Device::has_setting(std::uint8_t number, std::uint8_t alternate) const {
  for (const FunctionParameters& function : parameters_.functions) {
    for (const InterfaceParameters& interface : function.interfaces) {
      if (interface.descriptor.bInterfaceNumber == number &&
          interface.descriptor.bAlternateSetting == alternate) {
        return true;
      }
    }
  }
  return false;
}

void Device::tell(std::size_t function, const FunctionEvent& event, UsbActions& actions) {
  UsbActions own = admit(functions_[function]->handle(event));
  std::move(own.begin(), own.end(), std::back_inserter(actions));
}

}  // namespace uketsuke::usb_device
