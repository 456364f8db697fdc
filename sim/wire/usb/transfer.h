// Transfers on the usb wire, in the shape of libusb, usbfs and USB/IP: the host submits, cancels
// and gets completions; the device sees control requests, OUT data and a bus reset.
// Universal Serial Bus Specification 2.0, 5.3-5.8 and 8.5. Frames and packets are computed by the
// channel; neither side sees tokens or handshakes.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::usb {

enum class Speed : std::uint8_t { kFull, kHigh };
// bmAttributes, bits 1..0.
enum class TransferType : std::uint8_t { kControl, kIsochronous, kBulk, kInterrupt };
enum class TransferStatus : std::uint8_t {
  kCompleted, kStalled, kTimedOut, kCancelled, kNoDevice, kOverflow, kError,
};
std::string_view to_string(TransferStatus status);

// USB 2.0, 9.3, Table 9-2. Bytes on the wire: see setup_packet.h for the codec.
struct SetupPacket {
  std::uint8_t bmRequestType = 0;
  std::uint8_t bRequest = 0;
  std::uint16_t wValue = 0;
  std::uint16_t wIndex = 0;
  std::uint16_t wLength = 0;
};

struct Transfer {
  std::uint64_t id = 0;  // chosen by the host, unique among its pending transfers
  TransferType type = TransferType::kBulk;
  std::uint8_t bEndpointAddress = 0;  // bit 7: IN; 0 for control
  SetupPacket setup;                  // control only
  Bytes data;                         // OUT data (control: data stage of a host-to-device request)
  std::uint32_t length = 0;           // IN: room for this many bytes
};

struct Completion {
  std::uint64_t id = 0;
  TransferStatus status = TransferStatus::kCompleted;
  Bytes data;                       // IN data
  std::uint32_t actual_length = 0;  // OUT: bytes that the device took
};

// What the host sees.
struct Attached { Speed speed = Speed::kFull; };
struct Detached {};
using HostEvent = std::variant<Attached, Detached, Completion>;

// What the device sees.
struct BusReset {};  // also what is left of the configuration when the plug is pulled: nothing
struct ControlRequest {
  SetupPacket setup;
  Bytes data;  // OUT data stage
};
struct OutData {
  std::uint8_t bEndpointAddress = 0;
  Bytes data;
  bool ends_short = true;  // the last packet was shorter than wMaxPacketSize (or empty)
};
// The host gave up an IN transfer or the pipe was emptied by a reset: queued IN data stays queued.
using DeviceEvent = std::variant<BusReset, ControlRequest, OutData>;

// What the device does. Exactly one ControlData, ControlStatus or ControlStall answers a
// ControlRequest.
struct ControlData { Bytes data; };  // IN data stage, then status; the channel cuts it to wLength
struct ControlStatus {};             // no data stage: success
struct ControlStall {};
struct InData {  // one transfer; split into packets, ended by a short or empty one
  std::uint8_t bEndpointAddress = 0;
  Bytes data;
};
struct HaltEndpoint { std::uint8_t bEndpointAddress = 0; bool halted = true; };
// Discards what is queued on an IN endpoint (SET_CONFIGURATION, abort).
struct FlushEndpoint { std::uint8_t bEndpointAddress = 0; };
using DeviceAction =
    std::variant<ControlData, ControlStatus, ControlStall, InData, HaltEndpoint, FlushEndpoint>;

}  // namespace uketsuke::wire::usb
