#include "sim/wire/usb/descriptor.h"

#include <fmt/format.h>

namespace uketsuke::wire::usb {
namespace {

constexpr std::uint8_t code(DescriptorType type) { return static_cast<std::uint8_t>(type); }

// Head of every descriptor: bLength, bDescriptorType.
ByteWriter begin(std::size_t length, DescriptorType type) {
  ByteWriter w;
  w.write_u8(static_cast<std::uint8_t>(length));
  w.write_u8(code(type));
  return w;
}

ByteReader failed(ByteView bytes, std::size_t offset, DecodeErrc code, std::string_view field) {
  ByteReader r(bytes);
  r.read_bytes(offset, field);
  r.fail(code, field);
  return r;
}

// Checks bLength against the bytes and the type's length, and the type; leaves the reader behind
// them.
enum class Longer { kRefused, kAccepted };
ByteReader open(ByteView bytes, DescriptorType type, std::size_t length,
                Longer longer = Longer::kRefused) {
  ByteReader r(bytes);
  const std::uint8_t bLength = r.read_u8("bLength");
  const std::uint8_t bDescriptorType = r.read_u8("bDescriptorType");
  if (!r.ok()) return r;
  if (bytes.size() < length || bytes.size() < bLength) {
    return failed(bytes, bytes.size(), DecodeErrc::kTooShort, "bLength");
  }
  if (bLength < length || (bLength > length && longer == Longer::kRefused)) {
    return failed(bytes, 0, DecodeErrc::kLengthMismatch, "bLength");
  }
  if (bytes.size() > bLength) return failed(bytes, bLength, DecodeErrc::kTooLong, "bLength");
  if (bDescriptorType != code(type)) {
    return failed(bytes, 1, DecodeErrc::kUnknownType, "bDescriptorType");
  }
  return r;
}

template <class T>
Result<T> finish(const ByteReader& r, T value) {
  if (!r.ok()) return r.error();
  return value;
}

ByteReader open_cdc(ByteView bytes, CdcSubtype subtype, std::size_t length,
                    Longer longer = Longer::kRefused) {
  ByteReader r = open(bytes, DescriptorType::CS_INTERFACE, length, longer);
  if (r.ok() && bytes[2] != static_cast<std::uint8_t>(subtype)) {
    r.fail(DecodeErrc::kUnknownType, "bDescriptorSubtype");
  }
  r.read_u8("bDescriptorSubtype");
  return r;
}

ByteWriter begin_cdc(std::size_t length, CdcSubtype subtype) {
  ByteWriter w = begin(length, DescriptorType::CS_INTERFACE);
  w.write_u8(static_cast<std::uint8_t>(subtype));
  return w;
}

constexpr std::size_t kMaxStringUnits = 126;  // bLength is one byte: 2 + 2 * 126 = 254
constexpr char32_t kReplacement = 0xFFFD;

void append_utf16(std::vector<std::uint16_t>& units, char32_t c) {
  if (c < 0x10000) {
    units.push_back(static_cast<std::uint16_t>(c));
  } else {
    c -= 0x10000;
    units.push_back(static_cast<std::uint16_t>(0xD800 + (c >> 10)));
    units.push_back(static_cast<std::uint16_t>(0xDC00 + (c & 0x3FF)));
  }
}

void append_utf8(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

// One code point from UTF-8 (RFC 3629); moves `at` forward by at least one byte.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 && first < 0xF5 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
  if (more == 0 || first >= 0xF5) return kReplacement;
  char32_t c = first & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    if (at >= text.size() || (byte(at) & 0xC0) != 0x80) return kReplacement;
    c = c << 6 | (byte(at++) & 0x3F);
  }
  const bool overlong = (more == 2 && c < 0x800) || (more == 3 && c < 0x10000);
  if (overlong || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return kReplacement;
  return c;
}

}  // namespace

std::string_view to_string(DescriptorType type) {
  switch (type) {
    case DescriptorType::DEVICE:
      return "DEVICE";
    case DescriptorType::CONFIGURATION:
      return "CONFIGURATION";
    case DescriptorType::STRING:
      return "STRING";
    case DescriptorType::INTERFACE:
      return "INTERFACE";
    case DescriptorType::ENDPOINT:
      return "ENDPOINT";
    case DescriptorType::DEVICE_QUALIFIER:
      return "DEVICE_QUALIFIER";
    case DescriptorType::OTHER_SPEED_CONFIGURATION:
      return "OTHER_SPEED_CONFIGURATION";
    case DescriptorType::INTERFACE_POWER:
      return "INTERFACE_POWER";
    case DescriptorType::INTERFACE_ASSOCIATION:
      return "INTERFACE_ASSOCIATION";
    case DescriptorType::CS_INTERFACE:
      return "CS_INTERFACE";
    case DescriptorType::CS_ENDPOINT:
      return "CS_ENDPOINT";
  }
  return "?";
}

std::string_view to_string(CdcSubtype subtype) {
  switch (subtype) {
    case CdcSubtype::kHeader:
      return "header";
    case CdcSubtype::kCallManagement:
      return "call management";
    case CdcSubtype::kAcm:
      return "abstract control management";
    case CdcSubtype::kUnion:
      return "union";
  }
  return "?";
}

Bytes encode(const DeviceDescriptor& d) {
  ByteWriter w = begin(kDeviceDescriptorLength, DescriptorType::DEVICE);
  w.write_u16le(d.bcdUSB);
  w.write_u8(d.bDeviceClass);
  w.write_u8(d.bDeviceSubClass);
  w.write_u8(d.bDeviceProtocol);
  w.write_u8(d.bMaxPacketSize0);
  w.write_u16le(d.idVendor);
  w.write_u16le(d.idProduct);
  w.write_u16le(d.bcdDevice);
  w.write_u8(d.iManufacturer);
  w.write_u8(d.iProduct);
  w.write_u8(d.iSerialNumber);
  w.write_u8(d.bNumConfigurations);
  return w.take();
}

Result<DeviceDescriptor> decode_device(ByteView bytes) {
  ByteReader r = open(bytes, DescriptorType::DEVICE, kDeviceDescriptorLength);
  DeviceDescriptor d;
  d.bcdUSB = r.read_u16le("bcdUSB");
  d.bDeviceClass = r.read_u8("bDeviceClass");
  d.bDeviceSubClass = r.read_u8("bDeviceSubClass");
  d.bDeviceProtocol = r.read_u8("bDeviceProtocol");
  d.bMaxPacketSize0 = r.read_u8("bMaxPacketSize0");
  d.idVendor = r.read_u16le("idVendor");
  d.idProduct = r.read_u16le("idProduct");
  d.bcdDevice = r.read_u16le("bcdDevice");
  d.iManufacturer = r.read_u8("iManufacturer");
  d.iProduct = r.read_u8("iProduct");
  d.iSerialNumber = r.read_u8("iSerialNumber");
  d.bNumConfigurations = r.read_u8("bNumConfigurations");
  return finish(r, d);
}

Bytes encode(const DeviceQualifier& d) {
  ByteWriter w = begin(10, DescriptorType::DEVICE_QUALIFIER);
  w.write_u16le(d.bcdUSB);
  w.write_u8(d.bDeviceClass);
  w.write_u8(d.bDeviceSubClass);
  w.write_u8(d.bDeviceProtocol);
  w.write_u8(d.bMaxPacketSize0);
  w.write_u8(d.bNumConfigurations);
  w.write_u8(0);  // bReserved
  return w.take();
}

Result<DeviceQualifier> decode_device_qualifier(ByteView bytes) {
  ByteReader r = open(bytes, DescriptorType::DEVICE_QUALIFIER, 10);
  DeviceQualifier d;
  d.bcdUSB = r.read_u16le("bcdUSB");
  d.bDeviceClass = r.read_u8("bDeviceClass");
  d.bDeviceSubClass = r.read_u8("bDeviceSubClass");
  d.bDeviceProtocol = r.read_u8("bDeviceProtocol");
  d.bMaxPacketSize0 = r.read_u8("bMaxPacketSize0");
  d.bNumConfigurations = r.read_u8("bNumConfigurations");
  if (r.ok() && bytes[9] != 0) r.fail(DecodeErrc::kReservedValue, "bReserved");
  return finish(r, d);
}

Bytes encode(const ConfigurationDescriptor& d, DescriptorType type) {
  ByteWriter w = begin(kConfigurationDescriptorLength, type);
  w.write_u16le(d.wTotalLength);
  w.write_u8(d.bNumInterfaces);
  w.write_u8(d.bConfigurationValue);
  w.write_u8(d.iConfiguration);
  w.write_u8(d.bmAttributes);
  w.write_u8(d.bMaxPower);
  return w.take();
}

Result<ConfigurationDescriptor> decode_configuration(ByteView bytes) {
  const bool other =
      bytes.size() > 1 && bytes[1] == code(DescriptorType::OTHER_SPEED_CONFIGURATION);
  ByteReader r =
      open(bytes, other ? DescriptorType::OTHER_SPEED_CONFIGURATION : DescriptorType::CONFIGURATION,
           kConfigurationDescriptorLength);
  ConfigurationDescriptor d;
  d.wTotalLength = r.read_u16le("wTotalLength");
  d.bNumInterfaces = r.read_u8("bNumInterfaces");
  d.bConfigurationValue = r.read_u8("bConfigurationValue");
  d.iConfiguration = r.read_u8("iConfiguration");
  d.bmAttributes = r.read_u8("bmAttributes");
  d.bMaxPower = r.read_u8("bMaxPower");
  return finish(r, d);
}

Bytes encode(const InterfaceAssociation& d) {
  ByteWriter w = begin(8, DescriptorType::INTERFACE_ASSOCIATION);
  w.write_u8(d.bFirstInterface);
  w.write_u8(d.bInterfaceCount);
  w.write_u8(d.bFunctionClass);
  w.write_u8(d.bFunctionSubClass);
  w.write_u8(d.bFunctionProtocol);
  w.write_u8(d.iFunction);
  return w.take();
}

Result<InterfaceAssociation> decode_interface_association(ByteView bytes) {
  ByteReader r = open(bytes, DescriptorType::INTERFACE_ASSOCIATION, 8);
  InterfaceAssociation d;
  d.bFirstInterface = r.read_u8("bFirstInterface");
  d.bInterfaceCount = r.read_u8("bInterfaceCount");
  d.bFunctionClass = r.read_u8("bFunctionClass");
  d.bFunctionSubClass = r.read_u8("bFunctionSubClass");
  d.bFunctionProtocol = r.read_u8("bFunctionProtocol");
  d.iFunction = r.read_u8("iFunction");
  return finish(r, d);
}

Bytes encode(const InterfaceDescriptor& d) {
  ByteWriter w = begin(9, DescriptorType::INTERFACE);
  w.write_u8(d.bInterfaceNumber);
  w.write_u8(d.bAlternateSetting);
  w.write_u8(d.bNumEndpoints);
  w.write_u8(d.bInterfaceClass);
  w.write_u8(d.bInterfaceSubClass);
  w.write_u8(d.bInterfaceProtocol);
  w.write_u8(d.iInterface);
  return w.take();
}

Result<InterfaceDescriptor> decode_interface(ByteView bytes) {
  ByteReader r = open(bytes, DescriptorType::INTERFACE, 9);
  InterfaceDescriptor d;
  d.bInterfaceNumber = r.read_u8("bInterfaceNumber");
  d.bAlternateSetting = r.read_u8("bAlternateSetting");
  d.bNumEndpoints = r.read_u8("bNumEndpoints");
  d.bInterfaceClass = r.read_u8("bInterfaceClass");
  d.bInterfaceSubClass = r.read_u8("bInterfaceSubClass");
  d.bInterfaceProtocol = r.read_u8("bInterfaceProtocol");
  d.iInterface = r.read_u8("iInterface");
  return finish(r, d);
}

Bytes encode(const EndpointDescriptor& d) {
  ByteWriter w = begin(7, DescriptorType::ENDPOINT);
  w.write_u8(d.bEndpointAddress);
  w.write_u8(d.bmAttributes);
  w.write_u16le(d.wMaxPacketSize);
  w.write_u8(d.bInterval);
  return w.take();
}

Result<EndpointDescriptor> decode_endpoint(ByteView bytes) {
  ByteReader r = open(bytes, DescriptorType::ENDPOINT, 7, Longer::kAccepted);
  EndpointDescriptor d;
  d.bEndpointAddress = r.read_u8("bEndpointAddress");
  d.bmAttributes = r.read_u8("bmAttributes");
  d.wMaxPacketSize = r.read_u16le("wMaxPacketSize");
  d.bInterval = r.read_u8("bInterval");
  return finish(r, d);
}

Result<Bytes> encode(const StringDescriptor& d) {
  if (d.units.size() > kMaxStringUnits) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "bLength"};
  }
  ByteWriter w = begin(2 + 2 * d.units.size(), DescriptorType::STRING);
  for (const std::uint16_t unit : d.units) w.write_u16le(unit);
  return w.take();
}

Result<StringDescriptor> decode_string(ByteView bytes) {
  ByteReader r = open(bytes, DescriptorType::STRING, 2, Longer::kAccepted);
  if (r.ok() && bytes.size() % 2 != 0) r.fail(DecodeErrc::kBadValue, "bLength");
  StringDescriptor d;
  while (r.ok() && r.left() > 0) d.units.push_back(r.read_u16le("bString"));
  return finish(r, d);
}

Bytes encode(const CdcHeader& d) {
  ByteWriter w = begin_cdc(5, CdcSubtype::kHeader);
  w.write_u16le(d.bcdCDC);
  return w.take();
}

Result<CdcHeader> decode_cdc_header(ByteView bytes) {
  ByteReader r = open_cdc(bytes, CdcSubtype::kHeader, 5);
  CdcHeader d;
  d.bcdCDC = r.read_u16le("bcdCDC");
  return finish(r, d);
}

Bytes encode(const CdcCallManagement& d) {
  ByteWriter w = begin_cdc(5, CdcSubtype::kCallManagement);
  w.write_u8(d.bmCapabilities);
  w.write_u8(d.bDataInterface);
  return w.take();
}

Result<CdcCallManagement> decode_cdc_call_management(ByteView bytes) {
  ByteReader r = open_cdc(bytes, CdcSubtype::kCallManagement, 5);
  CdcCallManagement d;
  d.bmCapabilities = r.read_u8("bmCapabilities");
  if (r.ok() && (d.bmCapabilities & 0xFC) != 0) {
    return DecodeError{DecodeErrc::kReservedValue, 3, "bmCapabilities"};
  }
  d.bDataInterface = r.read_u8("bDataInterface");
  return finish(r, d);
}

Bytes encode(const CdcAcm& d) {
  ByteWriter w = begin_cdc(4, CdcSubtype::kAcm);
  w.write_u8(d.bmCapabilities);
  return w.take();
}

Result<CdcAcm> decode_cdc_acm(ByteView bytes) {
  ByteReader r = open_cdc(bytes, CdcSubtype::kAcm, 4);
  CdcAcm d;
  d.bmCapabilities = r.read_u8("bmCapabilities");
  if (r.ok() && (d.bmCapabilities & 0xF0) != 0) {
    return DecodeError{DecodeErrc::kReservedValue, 3, "bmCapabilities"};
  }
  return finish(r, d);
}

Result<Bytes> encode(const CdcUnion& d) {
  if (d.bSubordinateInterface.empty() || d.bSubordinateInterface.size() > 251) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "bSubordinateInterface"};
  }
  ByteWriter w = begin_cdc(4 + d.bSubordinateInterface.size(), CdcSubtype::kUnion);
  w.write_u8(d.bControlInterface);
  w.write_bytes(d.bSubordinateInterface);
  return w.take();
}

Result<CdcUnion> decode_cdc_union(ByteView bytes) {
  ByteReader r = open_cdc(bytes, CdcSubtype::kUnion, 5, Longer::kAccepted);
  CdcUnion d;
  d.bControlInterface = r.read_u8("bControlInterface");
  d.bSubordinateInterface = r.read_bytes(r.left(), "bSubordinateInterface");
  return finish(r, d);
}

StringDescriptor to_string_descriptor(std::string_view utf8) {
  StringDescriptor d;
  for (std::size_t at = 0; at < utf8.size();) append_utf16(d.units, next_code_point(utf8, at));
  return d;
}

std::string to_utf8(const StringDescriptor& d) {
  std::string text;
  for (std::size_t i = 0; i < d.units.size(); ++i) {
    char32_t c = d.units[i];
    const bool high = c >= 0xD800 && c < 0xDC00;
    const bool paired = high && i + 1 < d.units.size() && (d.units[i + 1] & 0xFC00) == 0xDC00;
    if (paired) {
      c = 0x10000 + ((c - 0xD800) << 10) + (d.units[++i] - 0xDC00u);
    } else if (c >= 0xD800 && c < 0xE000) {
      c = kReplacement;
    }
    append_utf8(text, c);
  }
  return text;
}

std::string describe(const DeviceDescriptor& d) {
  return fmt::format(
      "DEVICE {:04x}:{:04x} bcdDevice {:04x} bcdUSB {:04x} class {:02x}/{:02x}/{:02x} "
      "bMaxPacketSize0 {} strings {}/{}/{} configurations {}",
      d.idVendor, d.idProduct, d.bcdDevice, d.bcdUSB, d.bDeviceClass, d.bDeviceSubClass,
      d.bDeviceProtocol, d.bMaxPacketSize0, d.iManufacturer, d.iProduct, d.iSerialNumber,
      d.bNumConfigurations);
}

std::string describe(const DeviceQualifier& d) {
  return fmt::format(
      "DEVICE_QUALIFIER bcdUSB {:04x} class {:02x}/{:02x}/{:02x} bMaxPacketSize0 {} "
      "configurations {}",
      d.bcdUSB, d.bDeviceClass, d.bDeviceSubClass, d.bDeviceProtocol, d.bMaxPacketSize0,
      d.bNumConfigurations);
}

std::string describe(const ConfigurationDescriptor& d) {
  return fmt::format("CONFIGURATION {} wTotalLength {} interfaces {} bmAttributes {:02x} {} mA",
                     d.bConfigurationValue, d.wTotalLength, d.bNumInterfaces, d.bmAttributes,
                     2 * d.bMaxPower);
}

std::string describe(const InterfaceAssociation& d) {
  return fmt::format("INTERFACE_ASSOCIATION first {} count {} class {:02x}/{:02x}/{:02x}",
                     d.bFirstInterface, d.bInterfaceCount, d.bFunctionClass, d.bFunctionSubClass,
                     d.bFunctionProtocol);
}

std::string describe(const InterfaceDescriptor& d) {
  return fmt::format("INTERFACE {} alternate {} endpoints {} class {:02x}/{:02x}/{:02x}",
                     d.bInterfaceNumber, d.bAlternateSetting, d.bNumEndpoints, d.bInterfaceClass,
                     d.bInterfaceSubClass, d.bInterfaceProtocol);
}

std::string describe(const EndpointDescriptor& d) {
  static constexpr std::string_view kTypes[] = {"control", "isochronous", "bulk", "interrupt"};
  return fmt::format("ENDPOINT {:02x} {} {} wMaxPacketSize {} bInterval {}", d.bEndpointAddress,
                     kTypes[d.bmAttributes & 3], (d.bEndpointAddress & 0x80) != 0 ? "IN" : "OUT",
                     d.wMaxPacketSize, d.bInterval);
}

}  // namespace uketsuke::wire::usb
