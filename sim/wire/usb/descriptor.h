// Descriptors of Universal Serial Bus Specification 2.0, 9.6 (device, qualifier, configuration,
// interface, endpoint, string), of the Interface Association Descriptor ECN to it, and of the CDC
// functional descriptors (USB CDC 1.2, 5.2.3; PSTN 1.2, 5.3). Names are the standard's; bLength and
// bDescriptorType follow from the type and are not fields. decode() wants exactly one descriptor:
// bLength must equal the bytes given, except that a longer descriptor is accepted where the
// standard lets classes append fields (endpoint: audio class, 9 bytes).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::usb {

enum class DescriptorType : std::uint8_t {  // Table 9-5; ECN: 0Bh; CDC 1.2, Table 12: 24h, 25h
  DEVICE = 1,
  CONFIGURATION = 2,
  STRING = 3,
  INTERFACE = 4,
  ENDPOINT = 5,
  DEVICE_QUALIFIER = 6,
  OTHER_SPEED_CONFIGURATION = 7,
  INTERFACE_POWER = 8,
  INTERFACE_ASSOCIATION = 0x0B,
  CS_INTERFACE = 0x24,
  CS_ENDPOINT = 0x25,
};
std::string_view to_string(DescriptorType type);  // "?" for a type not listed

struct DeviceDescriptor {  // Table 9-8
  std::uint16_t bcdUSB = 0x0200;
  std::uint8_t bDeviceClass = 0;
  std::uint8_t bDeviceSubClass = 0;
  std::uint8_t bDeviceProtocol = 0;
  std::uint8_t bMaxPacketSize0 = 64;
  std::uint16_t idVendor = 0;
  std::uint16_t idProduct = 0;
  std::uint16_t bcdDevice = 0x0100;
  std::uint8_t iManufacturer = 0;
  std::uint8_t iProduct = 0;
  std::uint8_t iSerialNumber = 0;
  std::uint8_t bNumConfigurations = 1;
};
inline constexpr std::size_t kDeviceDescriptorLength = 18;

struct DeviceQualifier {  // Table 9-9
  std::uint16_t bcdUSB = 0x0200;
  std::uint8_t bDeviceClass = 0;
  std::uint8_t bDeviceSubClass = 0;
  std::uint8_t bDeviceProtocol = 0;
  std::uint8_t bMaxPacketSize0 = 64;
  std::uint8_t bNumConfigurations = 1;
};

struct ConfigurationDescriptor {  // Table 9-10; also other speed configuration, Table 9-11
  std::uint16_t wTotalLength = 0;
  std::uint8_t bNumInterfaces = 0;
  std::uint8_t bConfigurationValue = 1;
  std::uint8_t iConfiguration = 0;
  std::uint8_t bmAttributes = 0x80;
  std::uint8_t bMaxPower = 50;  // units of 2 mA
};
inline constexpr std::size_t kConfigurationDescriptorLength = 9;
inline constexpr std::uint8_t kSelfPowered = 0x40;   // bmAttributes bit 6
inline constexpr std::uint8_t kRemoteWakeup = 0x20;  // bmAttributes bit 5

struct InterfaceAssociation {  // ECN, Table 9-Z
  std::uint8_t bFirstInterface = 0;
  std::uint8_t bInterfaceCount = 0;
  std::uint8_t bFunctionClass = 0;
  std::uint8_t bFunctionSubClass = 0;
  std::uint8_t bFunctionProtocol = 0;
  std::uint8_t iFunction = 0;
};

struct InterfaceDescriptor {  // Table 9-12
  std::uint8_t bInterfaceNumber = 0;
  std::uint8_t bAlternateSetting = 0;
  std::uint8_t bNumEndpoints = 0;
  std::uint8_t bInterfaceClass = 0;
  std::uint8_t bInterfaceSubClass = 0;
  std::uint8_t bInterfaceProtocol = 0;
  std::uint8_t iInterface = 0;
};

struct EndpointDescriptor {  // Table 9-13
  std::uint8_t bEndpointAddress = 0;
  std::uint8_t bmAttributes = 0;
  std::uint16_t wMaxPacketSize = 0;
  std::uint8_t bInterval = 0;
};

struct StringDescriptor {            // Table 9-15 (index 0) and 9-16
  std::vector<std::uint16_t> units;  // UTF-16 code units; of index 0: language ids
};

// CDC functional descriptors (bDescriptorType CS_INTERFACE). CDC 1.2: 5.2.3.1 and 5.2.3.2;
// PSTN 1.2: 5.3.1 and 5.3.2.
enum class CdcSubtype : std::uint8_t { kHeader = 0, kCallManagement = 1, kAcm = 2, kUnion = 6 };
std::string_view to_string(CdcSubtype subtype);
struct CdcHeader {
  std::uint16_t bcdCDC = 0x0120;
};
struct CdcCallManagement {
  std::uint8_t bmCapabilities = 0, bDataInterface = 0;
};
struct CdcAcm {
  std::uint8_t bmCapabilities = 0;
};  // bit 1: line coding, control line, serial state
struct CdcUnion {
  std::uint8_t bControlInterface = 0;
  std::vector<std::uint8_t> bSubordinateInterface;
};

Bytes encode(const DeviceDescriptor& d);
Bytes encode(const DeviceQualifier& d);
Bytes encode(const ConfigurationDescriptor& d,
             DescriptorType type = DescriptorType::CONFIGURATION);  // or OTHER_SPEED_CONFIGURATION
Bytes encode(const InterfaceAssociation& d);
Bytes encode(const InterfaceDescriptor& d);
Bytes encode(const EndpointDescriptor& d);
Result<Bytes> encode(const StringDescriptor& d);  // kUnrepresentable: more than 126 code units
Bytes encode(const CdcHeader& d);
Bytes encode(const CdcCallManagement& d);
Bytes encode(const CdcAcm& d);
Result<Bytes> encode(const CdcUnion& d);  // kUnrepresentable: no or more than 251 subordinates

Result<DeviceDescriptor> decode_device(ByteView bytes);
Result<DeviceQualifier> decode_device_qualifier(ByteView bytes);
// One configuration descriptor alone (9 bytes), of either type.
Result<ConfigurationDescriptor> decode_configuration(ByteView bytes);
Result<InterfaceAssociation> decode_interface_association(ByteView bytes);
Result<InterfaceDescriptor> decode_interface(ByteView bytes);
Result<EndpointDescriptor> decode_endpoint(ByteView bytes);
Result<StringDescriptor> decode_string(ByteView bytes);
Result<CdcHeader> decode_cdc_header(ByteView bytes);
Result<CdcCallManagement> decode_cdc_call_management(ByteView bytes);
Result<CdcAcm> decode_cdc_acm(ByteView bytes);
Result<CdcUnion> decode_cdc_union(ByteView bytes);

// UTF-8 <-> string descriptor; ill-formed input becomes U+FFFD.
StringDescriptor to_string_descriptor(std::string_view utf8);
std::string to_utf8(const StringDescriptor& d);

std::string describe(const DeviceDescriptor& d);
std::string describe(const DeviceQualifier& d);
std::string describe(const ConfigurationDescriptor& d);
std::string describe(const InterfaceAssociation& d);
std::string describe(const InterfaceDescriptor& d);
std::string describe(const EndpointDescriptor& d);

}  // namespace uketsuke::wire::usb
