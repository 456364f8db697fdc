// The descriptors of a reader as it gave them, perhaps broken, read as far as they can be.
// USB 2.0, 9.6; USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 5.1-5.3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/conformance/value.h"
#include "sim/wire/ccid/descriptor.h"
#include "sim/wire/usb/configuration.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::conformance {

using wire::Bytes;
using wire::ByteView;

// What a device answered, byte by byte. An empty descriptor: it was not asked for, or refused.
struct ReaderBytes {
  Bytes device;
  Bytes configuration;  // the whole of it, as many bytes as came
  Bytes other_speed_configuration;
  Bytes qualifier;
  std::map<std::uint8_t, std::string> strings;  // by index, UTF-8
  // GET_CLOCK_FREQUENCIES and GET_DATA_RATES (CCID 5.3.2, 5.3.3). Neither bytes nor a stall: not
  // asked.
  std::optional<Bytes> clock_frequencies, data_rates;
  bool clocks_stalled = false, rates_stalled = false;
  wire::usb::Speed speed = wire::usb::Speed::kFull;
};
// More than these are never looked at: a wTotalLength cannot say more, and a list has at most 255
// entries of four bytes; twice that is room for those that do not count right.
inline constexpr std::size_t kMaxConfigurationBytes = 0xFFFF;
inline constexpr std::size_t kMaxListBytes = 2048;

// One descriptor of the configuration, where it lies. `bytes` is shorter than bLength says if the
// configuration ends before.
struct Located {
  std::size_t offset = 0;  // in the configuration
  std::uint8_t bDescriptorType = 0;
  Bytes bytes;
};
struct LocatedEndpoint {
  std::size_t offset = 0;
  wire::usb::EndpointDescriptor descriptor;
  bool in() const { return (descriptor.bEndpointAddress & 0x80U) != 0; }
  wire::usb::TransferType type() const;
  // Bits 10..0 (USB 2.0, Table 9-13).
  std::uint16_t packet() const { return descriptor.wMaxPacketSize & 0x07FFU; }
};
// Where the chain of descriptors breaks: a bLength of 0 or 1, or one that overruns the bytes.
struct ChainBreak {
  std::size_t offset = 0;
  std::uint8_t bLength = 0;
};

struct DescriptorFacts {
  ReaderBytes bytes;
  std::optional<wire::usb::DeviceDescriptor> device;  // none: too short, or another type
  std::optional<wire::usb::ConfigurationDescriptor> configuration;
  std::vector<Located> chain;  // every descriptor of the configuration, in the order they lie
  std::optional<ChainBreak> broken;

  // The interface of the reader: the first of class 0Bh; if there is none, the first that holds
  // something that can be the class descriptor.
  std::optional<wire::usb::InterfaceDescriptor> interface;
  std::size_t interface_offset = 0;

  // The first of that interface that is of type 21h, or of 54 bytes and type FFh (as some readers
  // from before the standard have it). Fields that its bytes do not reach are 0.
  bool has_class_descriptor = false;
  std::size_t class_offset = 0;
  Bytes class_bytes;
  wire::ccid::ClassDescriptor ccid;
  // What stands between interface and class descriptor: an endpoint, another descriptor.
  bool class_after_endpoint = false, class_after_other = false;

  std::vector<LocatedEndpoint> endpoints;    // of the interface, its first alternate setting
  std::vector<std::uint32_t> clocks, rates;  // of the lists, whole entries; kHz and bit/s

  // nullptr: there is none. With several the first.
  const LocatedEndpoint* endpoint(wire::usb::TransferType type, bool in) const;
  const LocatedEndpoint* bulk_out() const;
  unsigned slots() const { return ccid.bMaxSlotIndex + 1U; }
  std::size_t class_field(std::size_t offset) const { return class_offset + offset; }
};

// Never fails: what cannot be read is absent.
DescriptorFacts read_descriptors(ReaderBytes bytes);
// "character", "tpdu", "short", "extended".
std::string level_of(std::uint32_t dwFeatures);
// One descriptor of 54 bytes field by field; fewer bytes leave the rest 0.
wire::ccid::ClassDescriptor read_class_descriptor(ByteView bytes);

// The facts that descriptors give: fields under the standard's names (bmAttributes is that of the
// configuration, device fields as idVendor, idProduct, bcdDevice, bcdUSB, iSerialNumber; also
// wTotalLength, bConfigurationValue, bMaxPower), and what follows of
// them: class_descriptor (there is one), slots, level, packet (of bulk-OUT, 0: none), interrupt,
// t0, t1, speed ("full", "high"), high_speed_capable (it has a device qualifier),
// auto_parameters (also auto_params), auto_activation, auto_voltage, auto_clock, auto_baud,
// auto_params_negotiation, auto_pps, auto_ifsd, clock_stop, nad, wakeup, pin_verify, pin_modify,
// self_powered, has_serial, clocks_listed and rates_listed (entries that the lists have),
// interface (bInterfaceNumber), endpoint_out, endpoint_in, endpoint_interrupt (addresses; 0: none).
Facts facts_of(const DescriptorFacts& descriptors);

}  // namespace uketsuke::conformance
