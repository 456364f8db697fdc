// USB/IP messages. Linux kernel, Documentation/usb/usbip_protocol.rst (version 1.1.1). All numbers
// are big endian. Two phases of a connection: operations (OP_*: list what is there, import one
// device), and, on the connection that imported, its transfers (USBIP_CMD_*, USBIP_RET_*).
// Not modelled: isochronous packet descriptors (their number is decoded, a peer can refuse).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/wire/bytes.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::wire::usbip {

inline constexpr std::uint16_t kVersion = 0x0111;
inline constexpr std::uint16_t kDefaultPort = 3240;

// ---- operations
inline constexpr std::size_t kOpHeaderLength = 8, kBusIdLength = 32, kPathLength = 256;
inline constexpr std::size_t kDeviceLength = 312, kInterfaceLength = 4;
// What a list may have; more is hostile (a bus has 127 addresses, 9.6.3 one byte of interfaces).
inline constexpr std::uint32_t kMaxListedDevices = 1024;

enum class OpCode : std::uint16_t {
  OP_REQ_DEVLIST = 0x8005,
  OP_REP_DEVLIST = 0x0005,
  OP_REQ_IMPORT = 0x8003,
  OP_REP_IMPORT = 0x0003,
};
// Of a reply; the document says 0 or 1, the rest is of Linux' usbip tools.
enum class OpStatus : std::uint32_t {
  kOk = 0, kFailed = 1, kDeviceBusy = 2, kDeviceError = 3, kNoSuchDevice = 4, kUnexpected = 5,
};
std::string_view to_string(OpStatus status);  // "?" for others

struct OpHeader {
  std::uint16_t version = kVersion;
  OpCode code = OpCode::OP_REQ_DEVLIST;
  std::uint32_t status = 0;
};
struct Device {
  std::string path, busid;  // at most 255 and 31 bytes
  std::uint32_t busnum = 0, devnum = 0;
  std::uint32_t speed = 0;  // enum usb_device_speed: 1 low, 2 full, 3 high, 5 super
  std::uint16_t idVendor = 0, idProduct = 0, bcdDevice = 0;
  std::uint8_t bDeviceClass = 0, bDeviceSubClass = 0, bDeviceProtocol = 0;
  std::uint8_t bConfigurationValue = 0, bNumConfigurations = 0, bNumInterfaces = 0;
};
struct Interface {
  std::uint8_t bInterfaceClass = 0, bInterfaceSubClass = 0, bInterfaceProtocol = 0;
};
struct ListedDevice {
  Device device;  // bNumInterfaces of it is not encoded: the number of interfaces is
  std::vector<Interface> interfaces;
};
std::uint32_t device_id(const Device& device);  // busnum << 16 | devnum, in every command
std::uint32_t speed_code(usb::Speed speed);
// Low speed is simulated as full; what is faster than high as high.
usb::Speed speed_from(std::uint32_t code);

Bytes encode_devlist_request();
Bytes encode_import_request(std::string_view busid);
Bytes encode_devlist_reply(const std::vector<ListedDevice>& devices);
Bytes encode_import_reply(const Device& device);
Bytes encode_refusal(OpCode reply, OpStatus status);  // a reply without more

// 8 bytes. Errors: kTooShort, kTooLong, kBadValue version, kUnknownType code.
Result<OpHeader> decode_op_header(ByteView bytes);
// What follows the header of OP_REQ_IMPORT: 32 bytes. kBadValue: no end of the string.
Result<std::string> decode_busid(ByteView bytes);
// 312 bytes.
Result<Device> decode_device(ByteView bytes);
// 4 bytes.
Result<Interface> decode_interface(ByteView bytes);

// ---- transfers
inline constexpr std::size_t kHeaderLength = 48, kIsoPacketLength = 16;
enum class Command : std::uint32_t {
  USBIP_CMD_SUBMIT = 1, USBIP_CMD_UNLINK = 2, USBIP_RET_SUBMIT = 3, USBIP_RET_UNLINK = 4,
};
enum class Direction : std::uint32_t { USBIP_DIR_OUT = 0, USBIP_DIR_IN = 1 };
inline constexpr std::uint32_t kNoIsoPackets = 0xFFFFFFFF;
inline constexpr std::uint32_t kShortNotOk = 0x0001, kZeroPacket = 0x0040;  // transfer_flags

struct Basic {
  std::uint32_t seqnum = 0;
  std::uint32_t devid = 0;  // 0 in RET_*
  Direction direction = Direction::USBIP_DIR_OUT;
  std::uint32_t ep = 0;  // number, 0..15
};
struct CmdSubmit {
  Basic basic;
  std::uint32_t transfer_flags = 0;
  std::int32_t transfer_buffer_length = 0;
  std::uint32_t start_frame = 0;
  std::uint32_t number_of_packets = 0;
  std::uint32_t interval = 0;
  std::array<std::uint8_t, 8> setup{};
  bool is_iso() const { return number_of_packets != 0 && number_of_packets != kNoIsoPackets; }
};
struct RetSubmit {
  Basic basic;
  std::int32_t status = 0;  // 0 or a negative errno of Linux
  std::int32_t actual_length = 0;
  std::uint32_t start_frame = 0;
  std::uint32_t number_of_packets = 0;
  std::uint32_t error_count = 0;
};
struct CmdUnlink {
  Basic basic;
  std::uint32_t unlink_seqnum = 0;
};
struct RetUnlink {
  Basic basic;
  std::int32_t status = 0;
};
using Pdu = std::variant<CmdSubmit, CmdUnlink, RetSubmit, RetUnlink>;

// 48 bytes; data of CMD_SUBMIT (OUT) and RET_SUBMIT (IN) follow.
Bytes encode(const Pdu& pdu);
// Errors: kTooShort, kTooLong, kUnknownType command, kBadValue direction, ep above 15, a negative
// length.
Result<Pdu> decode(ByteView header);

// Linux' errno of a transfer's end, negative, and back; what is not named is kError.
std::int32_t status_code(usb::TransferStatus status);
usb::TransferStatus status_from(std::int32_t code);
inline constexpr std::int32_t kEinval = -22, kEnomem = -12, kEremoteio = -121, kEconnreset = -104;

}  // namespace uketsuke::wire::usbip
