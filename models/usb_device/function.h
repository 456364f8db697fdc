// A function of a USB device: one or more interfaces with their endpoints (USB 2.0, 5.2.3 and 9.4).
// The Device (device.h) answers the standard requests of chapter 9 itself and gives a function only
// what is its own. A function is pure behaviour: an event in, USB actions out; whatever else it
// does (signals to a card, timers) it keeps in a queue of its own, which its shell empties after
// each event.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "sim/wire/usb/transfer.h"

namespace uketsuke::usb_device {

using UsbActions = std::vector<wire::usb::DeviceAction>;

// SET_CONFIGURATION selected a configuration: all alternate settings 0, all endpoints fresh. A
// repeated SET_CONFIGURATION gives Deconfigured, then Configured again (USB 2.0, 9.1.1.5, 9.4.7).
struct Configured {
  std::uint8_t bConfigurationValue = 1;
};
// Bus reset, SET_CONFIGURATION 0, or before a new Configured. The function forgets its session;
// it must not send InData until the next Configured. Never two in a row.
struct Deconfigured {};
// SET_INTERFACE of one of the function's interfaces (USB 2.0, 9.4.10).
struct InterfaceSelected {
  std::uint8_t bInterfaceNumber = 0;
  std::uint8_t bAlternateSetting = 0;
};
// The host set or cleared ENDPOINT_HALT of one of the function's endpoints (USB 2.0, 9.4.1, 9.4.9).
// The device has performed HaltEndpoint already. Sent also if the state did not change: a clear
// always resets the data toggle.
struct HaltChanged {
  std::uint8_t bEndpointAddress = 0;
  bool halted = false;
};
// ControlRequest: a class or vendor request whose recipient is one of the function's interfaces or
// endpoints (bmRequestType 6..5 = 1 or 2). The answer is among the returned actions: exactly one
// ControlData, ControlStatus or ControlStall; the device stalls if there is none.
// OutData: data on one of the function's OUT endpoints; only while configured, never of a halted
// one.
using FunctionEvent = std::variant<Configured, Deconfigured, InterfaceSelected, HaltChanged,
                                   wire::usb::ControlRequest, wire::usb::OutData>;

class Function {
 public:
  virtual ~Function() = default;
  // Never throws on anything the host sent. What a function wants to send at another time than in
  // answer to a FunctionEvent (card inserted, time-out) goes through Device::admit().
  virtual UsbActions handle(const FunctionEvent& event) = 0;
};

}  // namespace uketsuke::usb_device
