#include "sim/wire/usbip/message.h"

#include <algorithm>

namespace uketsuke::wire::usbip {
namespace {

using usb::TransferStatus;

struct Errno {
  TransferStatus status;
  std::int32_t code;
};
// include/uapi/asm-generic/errno-base.h and errno.h; Documentation/driver-api/usb/error-codes.rst.
constexpr Errno kErrnos[] = {
    {TransferStatus::kCompleted, 0},     {TransferStatus::kStalled, -32},    // EPIPE
    {TransferStatus::kTimedOut, -110},                                       // ETIMEDOUT
    {TransferStatus::kCancelled, -104},                                      // ECONNRESET
    {TransferStatus::kNoDevice, -19},    {TransferStatus::kOverflow, -75},   // ENODEV, EOVERFLOW
    {TransferStatus::kError, -71},                                           // EPROTO
    // Only received: ENOENT and ESHUTDOWN of an unlinked or removed one, EREMOTEIO of a short one.
    {TransferStatus::kCancelled, -2},    {TransferStatus::kNoDevice, -108},
    {TransferStatus::kCompleted, -121},
};

void write_op(ByteWriter& writer, OpCode code, OpStatus status) {
  writer.write_u16be(kVersion);
  writer.write_u16be(static_cast<std::uint16_t>(code));
  writer.write_u32be(static_cast<std::uint32_t>(status));
}

// A string in a field of fixed length, with at least one zero behind it.
void write_text(ByteWriter& writer, std::string_view text, std::size_t length) {
  Bytes field(length, 0);
  std::copy_n(text.begin(), std::min(text.size(), length - 1), field.begin());
  writer.write_bytes(field);
}

std::string read_text(ByteReader& reader, std::size_t length, std::string_view field) {
  const Bytes bytes = reader.read_bytes(length, field);
  if (!reader.ok()) return {};
  const auto end = std::find(bytes.begin(), bytes.end(), 0);
  if (end == bytes.end()) reader.fail(DecodeErrc::kBadValue, field);
  return std::string(bytes.begin(), end);
}

void write_device(ByteWriter& writer, const Device& device, std::uint8_t bNumInterfaces) {
  write_text(writer, device.path, kPathLength);
  write_text(writer, device.busid, kBusIdLength);
  writer.write_u32be(device.busnum);
  writer.write_u32be(device.devnum);
  writer.write_u32be(device.speed);
  writer.write_u16be(device.idVendor);
  writer.write_u16be(device.idProduct);
  writer.write_u16be(device.bcdDevice);
  writer.write_u8(device.bDeviceClass);
  writer.write_u8(device.bDeviceSubClass);
  writer.write_u8(device.bDeviceProtocol);
  writer.write_u8(device.bConfigurationValue);
  writer.write_u8(device.bNumConfigurations);
  writer.write_u8(bNumInterfaces);
}

template <class T>
Result<T> finish(ByteReader& reader, T value) {
  if (reader.ok() && reader.left() != 0) reader.fail(DecodeErrc::kTooLong, "end");
  if (!reader.ok()) return reader.error();
  return value;
}

void write_head(ByteWriter& writer, Command command, const Basic& basic) {
  writer.write_u32be(static_cast<std::uint32_t>(command));
  writer.write_u32be(basic.seqnum);
  writer.write_u32be(basic.devid);
  writer.write_u32be(static_cast<std::uint32_t>(basic.direction));
  writer.write_u32be(basic.ep);
}

void write_zeros(ByteWriter& writer) {
  while (writer.size() < kHeaderLength) writer.write_u8(0);
}

struct Writer {
  ByteWriter& writer;
  void operator()(const CmdSubmit& pdu) const {
    write_head(writer, Command::USBIP_CMD_SUBMIT, pdu.basic);
    writer.write_u32be(pdu.transfer_flags);
    writer.write_u32be(static_cast<std::uint32_t>(pdu.transfer_buffer_length));
    writer.write_u32be(pdu.start_frame);
    writer.write_u32be(pdu.number_of_packets);
    writer.write_u32be(pdu.interval);
    writer.write_bytes(pdu.setup);
  }
  void operator()(const CmdUnlink& pdu) const {
    write_head(writer, Command::USBIP_CMD_UNLINK, pdu.basic);
    writer.write_u32be(pdu.unlink_seqnum);
  }
  void operator()(const RetSubmit& pdu) const {
    write_head(writer, Command::USBIP_RET_SUBMIT, pdu.basic);
    writer.write_u32be(static_cast<std::uint32_t>(pdu.status));
    writer.write_u32be(static_cast<std::uint32_t>(pdu.actual_length));
    writer.write_u32be(pdu.start_frame);
    writer.write_u32be(pdu.number_of_packets);
    writer.write_u32be(pdu.error_count);
  }
  void operator()(const RetUnlink& pdu) const {
    write_head(writer, Command::USBIP_RET_UNLINK, pdu.basic);
    writer.write_u32be(static_cast<std::uint32_t>(pdu.status));
  }
};

// Servers leave anything in the fields of an answer that nobody reads; of a command they count.
Basic read_basic(ByteReader& reader, bool is_command) {
  Basic basic;
  basic.seqnum = reader.read_u32be("seqnum");
  basic.devid = reader.read_u32be("devid");
  const std::uint32_t direction = reader.read_u32be("direction");
  if (is_command && direction > 1) reader.fail(DecodeErrc::kBadValue, "direction");
  basic.direction = static_cast<Direction>(direction & 1);
  basic.ep = reader.read_u32be("ep");
  if (is_command && basic.ep > 15) reader.fail(DecodeErrc::kBadValue, "ep");
  return basic;
}

std::int32_t read_length(ByteReader& reader, std::string_view field) {
  const auto length = static_cast<std::int32_t>(reader.read_u32be(field));
  if (length < 0) reader.fail(DecodeErrc::kBadValue, field);
  return length;
}

CmdSubmit read_cmd_submit(ByteReader& reader, const Basic& basic) {
  CmdSubmit pdu;
  pdu.basic = basic;
  pdu.transfer_flags = reader.read_u32be("transfer_flags");
  pdu.transfer_buffer_length = read_length(reader, "transfer_buffer_length");
  pdu.start_frame = reader.read_u32be("start_frame");
  pdu.number_of_packets = reader.read_u32be("number_of_packets");
  pdu.interval = reader.read_u32be("interval");
  for (std::uint8_t& byte : pdu.setup) byte = reader.read_u8("setup");
  return pdu;
}

RetSubmit read_ret_submit(ByteReader& reader, const Basic& basic) {
  RetSubmit pdu;
  pdu.basic = basic;
  pdu.status = static_cast<std::int32_t>(reader.read_u32be("status"));
  pdu.actual_length = read_length(reader, "actual_length");
  pdu.start_frame = reader.read_u32be("start_frame");
  pdu.number_of_packets = reader.read_u32be("number_of_packets");
  pdu.error_count = reader.read_u32be("error_count");
  return pdu;
}

}  // namespace

std::string_view to_string(OpStatus status) {
  switch (status) {
    case OpStatus::kOk: return "ok";
    case OpStatus::kFailed: return "request failed";
    case OpStatus::kDeviceBusy: return "device busy (exported)";
    case OpStatus::kDeviceError: return "device in error state";
    case OpStatus::kNoSuchDevice: return "device not found";
    case OpStatus::kUnexpected: return "unexpected response";
  }
  return "?";
}

std::uint32_t device_id(const Device& device) { return device.busnum << 16 | device.devnum; }

std::uint32_t speed_code(usb::Speed speed) { return speed == usb::Speed::kHigh ? 3 : 2; }

usb::Speed speed_from(std::uint32_t code) {
  return code >= 3 ? usb::Speed::kHigh : usb::Speed::kFull;
}

Bytes encode_devlist_request() {
  ByteWriter writer;
  write_op(writer, OpCode::OP_REQ_DEVLIST, OpStatus::kOk);
  return writer.take();
}

Bytes encode_import_request(std::string_view busid) {
  ByteWriter writer;
  write_op(writer, OpCode::OP_REQ_IMPORT, OpStatus::kOk);
  write_text(writer, busid, kBusIdLength);
  return writer.take();
}

Bytes encode_devlist_reply(const std::vector<ListedDevice>& devices) {
  ByteWriter writer;
  write_op(writer, OpCode::OP_REP_DEVLIST, OpStatus::kOk);
  writer.write_u32be(static_cast<std::uint32_t>(devices.size()));
  for (const ListedDevice& listed : devices) {
    write_device(writer, listed.device, static_cast<std::uint8_t>(listed.interfaces.size()));
    for (const Interface& interface : listed.interfaces) {
      writer.write_u8(interface.bInterfaceClass);
      writer.write_u8(interface.bInterfaceSubClass);
      writer.write_u8(interface.bInterfaceProtocol);
      writer.write_u8(0);
    }
  }
  return writer.take();
}

Bytes encode_import_reply(const Device& device) {
  ByteWriter writer;
  write_op(writer, OpCode::OP_REP_IMPORT, OpStatus::kOk);
  write_device(writer, device, device.bNumInterfaces);
  return writer.take();
}

Bytes encode_refusal(OpCode reply, OpStatus status) {
  ByteWriter writer;
  write_op(writer, reply, status);
  return writer.take();
}

Result<OpHeader> decode_op_header(ByteView bytes) {
  ByteReader reader(bytes);
  OpHeader header;
  header.version = reader.read_u16be("version");
  // 1.0.0 and 1.1.0 have other layouts of what follows.
  if (reader.ok() && header.version != kVersion) reader.fail(DecodeErrc::kBadValue, "version");
  header.code = static_cast<OpCode>(reader.read_u16be("code"));
  switch (header.code) {
    case OpCode::OP_REQ_DEVLIST:
    case OpCode::OP_REP_DEVLIST:
    case OpCode::OP_REQ_IMPORT:
    case OpCode::OP_REP_IMPORT:
      break;
    default:
      reader.fail(DecodeErrc::kUnknownType, "code");
  }
  header.status = reader.read_u32be("status");
  return finish(reader, header);
}

Result<std::string> decode_busid(ByteView bytes) {
  ByteReader reader(bytes);
  return finish(reader, read_text(reader, kBusIdLength, "busid"));
}

Result<Device> decode_device(ByteView bytes) {
  ByteReader reader(bytes);
  Device device;
  device.path = read_text(reader, kPathLength, "path");
  device.busid = read_text(reader, kBusIdLength, "busid");
  device.busnum = reader.read_u32be("busnum");
  device.devnum = reader.read_u32be("devnum");
  device.speed = reader.read_u32be("speed");
  device.idVendor = reader.read_u16be("idVendor");
  device.idProduct = reader.read_u16be("idProduct");
  device.bcdDevice = reader.read_u16be("bcdDevice");
  device.bDeviceClass = reader.read_u8("bDeviceClass");
  device.bDeviceSubClass = reader.read_u8("bDeviceSubClass");
  device.bDeviceProtocol = reader.read_u8("bDeviceProtocol");
  device.bConfigurationValue = reader.read_u8("bConfigurationValue");
  device.bNumConfigurations = reader.read_u8("bNumConfigurations");
  device.bNumInterfaces = reader.read_u8("bNumInterfaces");
  return finish(reader, device);
}

Result<Interface> decode_interface(ByteView bytes) {
  ByteReader reader(bytes);
  Interface interface;
  interface.bInterfaceClass = reader.read_u8("bInterfaceClass");
  interface.bInterfaceSubClass = reader.read_u8("bInterfaceSubClass");
  interface.bInterfaceProtocol = reader.read_u8("bInterfaceProtocol");
  reader.read_u8("padding");
  return finish(reader, interface);
}

Bytes encode(const Pdu& pdu) {
  ByteWriter writer;
  std::visit(Writer{writer}, pdu);
  write_zeros(writer);
  return writer.take();
}

Result<Pdu> decode(ByteView header) {
  ByteReader reader(header);
  const auto command = static_cast<Command>(reader.read_u32be("command"));
  const bool known =
      command >= Command::USBIP_CMD_SUBMIT && command <= Command::USBIP_RET_UNLINK;
  if (reader.ok() && !known) reader.fail(DecodeErrc::kUnknownType, "command");
  const Basic basic = read_basic(reader, command <= Command::USBIP_CMD_UNLINK);
  Pdu pdu;
  switch (command) {
    case Command::USBIP_CMD_SUBMIT:
      pdu = read_cmd_submit(reader, basic);
      break;
    case Command::USBIP_CMD_UNLINK:
      pdu = CmdUnlink{basic, reader.read_u32be("unlink_seqnum")};
      reader.read_bytes(24, "padding");
      break;
    case Command::USBIP_RET_SUBMIT:
      pdu = read_ret_submit(reader, basic);
      reader.read_bytes(8, "padding");
      break;
    case Command::USBIP_RET_UNLINK:
      pdu = RetUnlink{basic, static_cast<std::int32_t>(reader.read_u32be("status"))};
      reader.read_bytes(24, "padding");
      break;
  }
  return finish(reader, pdu);
}

std::int32_t status_code(TransferStatus status) {
  for (const Errno& row : kErrnos)
    if (row.status == status) return row.code;
  return kEinval;
}

TransferStatus status_from(std::int32_t code) {
  for (const Errno& row : kErrnos)
    if (row.code == code) return row.status;
  return TransferStatus::kError;
}

}  // namespace uketsuke::wire::usbip
