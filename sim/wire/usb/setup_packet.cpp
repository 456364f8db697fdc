#include "sim/wire/usb/setup_packet.h"

#include <fmt/format.h>

#include "sim/wire/usb/descriptor.h"

namespace uketsuke::wire::usb {
namespace {

std::string describe_standard(const SetupPacket& s) {
  const auto request = static_cast<StandardRequest>(s.bRequest);
  const std::string_view name = to_string(request);
  const std::string_view to = to_string(recipient_of(s));
  const int high = s.wValue >> 8, low = s.wValue & 0xFF;
  switch (request) {
    case StandardRequest::GET_STATUS:
      return fmt::format("{} {} {:02x}", name, to, s.wIndex);
    case StandardRequest::CLEAR_FEATURE:
    case StandardRequest::SET_FEATURE:
      return fmt::format("{} {} of {} {:02x}", name, to_string(static_cast<Feature>(s.wValue)), to,
                         s.wIndex);
    case StandardRequest::SET_ADDRESS:
    case StandardRequest::SET_CONFIGURATION:
      return fmt::format("{} {}", name, s.wValue);
    case StandardRequest::GET_DESCRIPTOR:
    case StandardRequest::SET_DESCRIPTOR: {
      const std::string_view type = to_string(static_cast<DescriptorType>(high));
      std::string text = type == "?" ? fmt::format("{} type {:02x}", name, high)
                                     : fmt::format("{} {}", name, type);
      if (low != 0) text += fmt::format(" {}", low);
      if (s.wIndex != 0) text += fmt::format(" wIndex {:04x}", s.wIndex);
      return text + fmt::format(" wLength {}", s.wLength);
    }
    case StandardRequest::GET_CONFIGURATION:
      return std::string(name);
    case StandardRequest::GET_INTERFACE:
      return fmt::format("{} {}", name, s.wIndex);
    case StandardRequest::SET_INTERFACE:
      return fmt::format("{} {} alternate {}", name, s.wIndex, s.wValue);
    case StandardRequest::SYNCH_FRAME:
      return fmt::format("{} endpoint {:02x}", name, s.wIndex);
  }
  return {};
}

}  // namespace

Result<SetupPacket> decode_setup_packet(ByteView bytes) {
  ByteReader r(bytes);
  SetupPacket s;
  s.bmRequestType = r.read_u8("bmRequestType");
  s.bRequest = r.read_u8("bRequest");
  s.wValue = r.read_u16le("wValue");
  s.wIndex = r.read_u16le("wIndex");
  s.wLength = r.read_u16le("wLength");
  if (r.ok() && r.left() > 0) r.fail(DecodeErrc::kTooLong, "setup packet");
  if (!r.ok()) return r.error();
  return s;
}

Bytes encode(const SetupPacket& s) {
  ByteWriter w;
  w.write_u8(s.bmRequestType);
  w.write_u8(s.bRequest);
  w.write_u16le(s.wValue);
  w.write_u16le(s.wIndex);
  w.write_u16le(s.wLength);
  return w.take();
}

std::string_view to_string(TransferStatus status) {
  switch (status) {
    case TransferStatus::kCompleted:
      return "completed";
    case TransferStatus::kStalled:
      return "stalled";
    case TransferStatus::kTimedOut:
      return "timed out";
    case TransferStatus::kCancelled:
      return "cancelled";
    case TransferStatus::kNoDevice:
      return "no device";
    case TransferStatus::kOverflow:
      return "overflow";
    case TransferStatus::kError:
      return "error";
  }
  return "?";
}

std::string_view to_string(RequestType type) {
  switch (type) {
    case RequestType::kStandard:
      return "standard";
    case RequestType::kClass:
      return "class";
    case RequestType::kVendor:
      return "vendor";
    case RequestType::kReserved:
      return "reserved";
  }
  return "?";
}

std::string_view to_string(Recipient recipient) {
  switch (recipient) {
    case Recipient::kDevice:
      return "device";
    case Recipient::kInterface:
      return "interface";
    case Recipient::kEndpoint:
      return "endpoint";
    case Recipient::kOther:
      return "other";
    case Recipient::kReserved:
      return "reserved";
  }
  return "?";
}

std::string_view to_string(StandardRequest request) {
  switch (request) {
    case StandardRequest::GET_STATUS:
      return "GET_STATUS";
    case StandardRequest::CLEAR_FEATURE:
      return "CLEAR_FEATURE";
    case StandardRequest::SET_FEATURE:
      return "SET_FEATURE";
    case StandardRequest::SET_ADDRESS:
      return "SET_ADDRESS";
    case StandardRequest::GET_DESCRIPTOR:
      return "GET_DESCRIPTOR";
    case StandardRequest::SET_DESCRIPTOR:
      return "SET_DESCRIPTOR";
    case StandardRequest::GET_CONFIGURATION:
      return "GET_CONFIGURATION";
    case StandardRequest::SET_CONFIGURATION:
      return "SET_CONFIGURATION";
    case StandardRequest::GET_INTERFACE:
      return "GET_INTERFACE";
    case StandardRequest::SET_INTERFACE:
      return "SET_INTERFACE";
    case StandardRequest::SYNCH_FRAME:
      return "SYNCH_FRAME";
  }
  return "?";
}

std::string_view to_string(Feature feature) {
  switch (feature) {
    case Feature::ENDPOINT_HALT:
      return "ENDPOINT_HALT";
    case Feature::DEVICE_REMOTE_WAKEUP:
      return "DEVICE_REMOTE_WAKEUP";
    case Feature::TEST_MODE:
      return "TEST_MODE";
  }
  return "?";
}

std::string_view to_string(TransferType type) {
  switch (type) {
    case TransferType::kControl:
      return "control";
    case TransferType::kIsochronous:
      return "isochronous";
    case TransferType::kBulk:
      return "bulk";
    case TransferType::kInterrupt:
      return "interrupt";
  }
  return "?";
}

std::string_view to_string(Speed speed) {
  switch (speed) {
    case Speed::kFull:
      return "full";
    case Speed::kHigh:
      return "high";
  }
  return "?";
}

RequestType type_of(const SetupPacket& setup) {
  return static_cast<RequestType>(setup.bmRequestType >> 5 & 3);
}

Recipient recipient_of(const SetupPacket& setup) {
  const int recipient = setup.bmRequestType & 0x1F;
  return recipient < 4 ? static_cast<Recipient>(recipient) : Recipient::kReserved;
}

std::string describe(const SetupPacket& s) {
  if (type_of(s) == RequestType::kStandard) {
    std::string text = describe_standard(s);
    if (!text.empty()) return text;
  }
  return fmt::format("{} request {:02x} {} {} wValue {:04x} wIndex {:04x} wLength {}",
                     to_string(type_of(s)), s.bRequest, is_in(s) ? "from" : "to",
                     to_string(recipient_of(s)), s.wValue, s.wIndex, s.wLength);
}

std::string describe(const Transfer& t) {
  if (t.type == TransferType::kControl) {
    return t.data.empty() ? describe(t.setup)
                          : fmt::format("{} ({} bytes)", describe(t.setup), t.data.size());
  }
  const bool in = (t.bEndpointAddress & 0x80) != 0;
  return fmt::format("{} {} {:02x} {} bytes", to_string(t.type), in ? "IN" : "OUT",
                     t.bEndpointAddress, in ? t.length : t.data.size());
}

std::string describe(const Completion& c) {
  return fmt::format("{} {} bytes", to_string(c.status),
                     c.data.empty() ? c.actual_length : c.data.size());
}

SetupPacket get_descriptor(std::uint8_t type, std::uint8_t index, std::uint16_t language,
                           std::uint16_t length) {
  return {0x80, static_cast<std::uint8_t>(StandardRequest::GET_DESCRIPTOR),
          static_cast<std::uint16_t>(type << 8 | index), language, length};
}

SetupPacket set_address(std::uint8_t address) {
  return {0x00, static_cast<std::uint8_t>(StandardRequest::SET_ADDRESS), address, 0, 0};
}

SetupPacket set_configuration(std::uint8_t value) {
  return {0x00, static_cast<std::uint8_t>(StandardRequest::SET_CONFIGURATION), value, 0, 0};
}

SetupPacket clear_endpoint_halt(std::uint8_t bEndpointAddress) {
  return {0x02, static_cast<std::uint8_t>(StandardRequest::CLEAR_FEATURE),
          static_cast<std::uint16_t>(Feature::ENDPOINT_HALT), bEndpointAddress, 0};
}

}  // namespace uketsuke::wire::usb
