// Golden bytes: typed from the tables of the kernel's Documentation/usb/usbip_protocol.rst.
#include "sim/wire/usbip/message.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/wire_usb/golden.h"

using namespace uketsuke::wire;
using namespace uketsuke::wire::usbip;
using uketsuke::wire::usb::TransferStatus;

namespace {

std::string padded(const std::string& text, std::size_t length) {
  Bytes bytes(text.begin(), text.end());
  bytes.resize(length);
  return to_hex(bytes);
}

// Device fields of a full-speed reader on bus 1, address 2.
const std::string kDeviceHex =
    padded("/sys/devices/x/1-1", 256) + padded("1-1", 32) +
    "00000001" "00000002" "00000002"  // busnum, devnum, speed
    "1209" "0003" "0101"              // idVendor, idProduct, bcdDevice
    "00" "00" "00" "01" "01" "01";    // class (3), value, configurations, interfaces

Device device() {
  Device d;
  d.path = "/sys/devices/x/1-1";
  d.busid = "1-1";
  d.busnum = 1;
  d.devnum = 2;
  d.speed = 2;
  d.idVendor = 0x1209;
  d.idProduct = 0x0003;
  d.bcdDevice = 0x0101;
  d.bConfigurationValue = d.bNumConfigurations = d.bNumInterfaces = 1;
  return d;
}

const Bytes kSubmit = hex(
    // CMD_SUBMIT, seqnum, devid, IN, ep 3; flags, length, frame, packets, interval; setup
    "00000001" "0000002a" "00010002" "00000001" "00000003"
    "00000001" "00000040" "00000000" "ffffffff" "00000008"
    "8006000100001200");
const Bytes kRetSubmit = hex(
    "00000003" "0000002a" "00000000" "00000000" "00000000"
    "ffffffe0" "00000012" "00000000" "00000000" "00000000" "0000000000000000");
const Bytes kUnlink = hex(
    "00000002" "0000002b" "00010002" "00000000" "00000000" "0000002a"
    "000000000000000000000000000000000000000000000000");
const Bytes kRetUnlink = hex(
    "00000004" "0000002b" "00000000" "00000000" "00000000" "ffffff98"
    "000000000000000000000000000000000000000000000000");

}  // namespace

BOOST_AUTO_TEST_SUITE(usbip_message)

BOOST_AUTO_TEST_CASE(requests_of_list_and_import_are_header_and_bus_id) {
  BOOST_TEST(to_hex(encode_devlist_request()) == "0111800500000000");
  BOOST_TEST(to_hex(encode_import_request("1-1")) == "0111800300000000" + padded("1-1", 32));
  const auto header = decode_op_header(hex("0111 8003 00000000")).value();
  BOOST_CHECK(header.code == OpCode::OP_REQ_IMPORT);
  BOOST_TEST(header.status == 0U);
  BOOST_TEST(decode_busid(hex(padded("1-1", 32))).value() == "1-1");
}

BOOST_AUTO_TEST_CASE(a_list_has_devices_of_312_bytes_each_followed_by_its_interfaces) {
  const ListedDevice listed{device(), {{0x0B, 0, 0}}};
  const Bytes reply = encode_devlist_reply({listed});
  BOOST_TEST(to_hex(reply) == "0111000500000000" "00000001" + kDeviceHex + "0b000000");
  BOOST_TEST(to_hex(encode_devlist_reply({})) == "0111000500000000" "00000000");
  const auto interface = decode_interface(hex("0b 01 02 00")).value();
  BOOST_TEST(interface.bInterfaceClass == 0x0B);
  BOOST_TEST(interface.bInterfaceProtocol == 2);
}

BOOST_AUTO_TEST_CASE(an_import_is_answered_with_the_device_or_with_a_status_alone) {
  BOOST_TEST(to_hex(encode_import_reply(device())) == "0111000300000000" + kDeviceHex);
  BOOST_TEST(to_hex(encode_refusal(OpCode::OP_REP_IMPORT, OpStatus::kDeviceBusy)) ==
             "0111000300000002");
  const Device read = decode_device(hex(kDeviceHex)).value();
  BOOST_TEST(read.path == "/sys/devices/x/1-1");
  BOOST_TEST(read.busid == "1-1");
  BOOST_TEST(read.idProduct == 0x0003);
  BOOST_TEST(read.bNumInterfaces == 1);
  BOOST_TEST(device_id(read) == 0x00010002U);
  BOOST_TEST(to_hex(encode_import_reply(read)) == to_hex(encode_import_reply(device())));
}

BOOST_AUTO_TEST_CASE(operations_are_decoded_with_care) {
  check_truncations(hex("0111 8005 00000000"), decode_op_header);
  check_truncations(hex(kDeviceHex), decode_device);
  check_truncations(hex(padded("1-1", 32)), decode_busid);
  check_truncations(hex("0b000000"), decode_interface);
  check_error(decode_op_header(hex("0106 8005 00000000")), DecodeErrc::kBadValue, 2);
  check_error(decode_op_header(hex("0111 1234 00000000")), DecodeErrc::kUnknownType, 4);
  check_error(decode_op_header(hex("0111 8005 00000000 00")), DecodeErrc::kTooLong, 8);
  check_error(decode_busid(Bytes(32, 'x')), DecodeErrc::kBadValue, 32);
  Bytes endless = hex(kDeviceHex);
  std::fill_n(endless.begin(), 256, 'x');
  check_error(decode_device(endless), DecodeErrc::kBadValue, 256);
}

BOOST_AUTO_TEST_CASE(names_that_are_too_long_are_cut_and_keep_their_end) {
  Device d = device();
  d.path.assign(400, 'p');
  d.busid.assign(40, 'b');
  const Bytes reply = encode_import_reply(d);
  BOOST_TEST(reply.size() == 8U + 312U);
  const Device read = decode_device(ByteView(reply).subspan(8)).value();
  BOOST_TEST(read.path == std::string(255, 'p'));
  BOOST_TEST(read.busid == std::string(31, 'b'));
}

BOOST_AUTO_TEST_CASE(a_submit_is_48_big_endian_bytes) {
  const auto pdu = std::get<CmdSubmit>(decode(kSubmit).value());
  BOOST_TEST(pdu.basic.seqnum == 0x2AU);
  BOOST_TEST(pdu.basic.devid == 0x00010002U);
  BOOST_CHECK(pdu.basic.direction == Direction::USBIP_DIR_IN);
  BOOST_TEST(pdu.basic.ep == 3U);
  BOOST_TEST(pdu.transfer_flags == kShortNotOk);
  BOOST_TEST(pdu.transfer_buffer_length == 64);
  BOOST_TEST(!pdu.is_iso());
  BOOST_TEST(pdu.interval == 8U);
  BOOST_TEST(to_hex(pdu.setup) == "8006000100001200");
  BOOST_TEST(to_hex(encode(Pdu{pdu})) == to_hex(kSubmit));
}

BOOST_AUTO_TEST_CASE(answers_and_unlinks_are_decoded_and_encoded_alike) {
  const auto submit = std::get<RetSubmit>(decode(kRetSubmit).value());
  BOOST_TEST(submit.status == -32);
  BOOST_TEST(submit.actual_length == 18);
  BOOST_TEST(to_hex(encode(Pdu{submit})) == to_hex(kRetSubmit));
  const auto unlink = std::get<CmdUnlink>(decode(kUnlink).value());
  BOOST_TEST(unlink.unlink_seqnum == 0x2AU);
  BOOST_TEST(to_hex(encode(Pdu{unlink})) == to_hex(kUnlink));
  const auto unlinked = std::get<RetUnlink>(decode(kRetUnlink).value());
  BOOST_TEST(unlinked.status == -104);
  BOOST_TEST(to_hex(encode(Pdu{unlinked})) == to_hex(kRetUnlink));
}

BOOST_AUTO_TEST_CASE(headers_that_no_peer_may_send_are_refused) {
  for (const Bytes& golden : {kSubmit, kRetSubmit, kUnlink, kRetUnlink}) {
    check_truncations(golden, decode);
    Bytes longer = golden;
    longer.push_back(0);
    check_error(decode(longer), DecodeErrc::kTooLong, 48);
  }
  const auto with = [](Bytes bytes, std::size_t at, std::uint8_t value) {
    bytes[at] = value;
    return bytes;
  };
  check_error(decode(with(kSubmit, 3, 0)), DecodeErrc::kUnknownType, 4);
  check_error(decode(with(kSubmit, 3, 5)), DecodeErrc::kUnknownType, 4);
  check_error(decode(with(kSubmit, 0, 0x80)), DecodeErrc::kUnknownType, 4);
  check_error(decode(with(kSubmit, 15, 2)), DecodeErrc::kBadValue, 16);   // direction
  check_error(decode(with(kSubmit, 19, 16)), DecodeErrc::kBadValue, 20);  // ep
  check_error(decode(with(kSubmit, 24, 0x80)), DecodeErrc::kBadValue, 28);     // length below 0
  check_error(decode(with(kRetSubmit, 24, 0x80)), DecodeErrc::kBadValue, 28);  // the same
  // Nobody reads endpoint and direction of an answer: servers leave anything there.
  BOOST_TEST(decode(with(kRetSubmit, 19, 0x81)).has_value());
  BOOST_TEST(decode(with(kRetSubmit, 15, 7)).has_value());
}

BOOST_AUTO_TEST_CASE(a_number_of_packets_that_is_neither_0_nor_minus_1_is_isochronous) {
  CmdSubmit pdu;
  BOOST_TEST(!pdu.is_iso());
  pdu.number_of_packets = kNoIsoPackets;
  BOOST_TEST(!pdu.is_iso());
  pdu.number_of_packets = 1;
  BOOST_TEST(pdu.is_iso());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_transfer_is_an_errno_of_linux) {  // asm-generic/errno.h
  BOOST_TEST(status_code(TransferStatus::kCompleted) == 0);
  BOOST_TEST(status_code(TransferStatus::kStalled) == -32);
  BOOST_TEST(status_code(TransferStatus::kCancelled) == -104);
  BOOST_TEST(status_code(TransferStatus::kNoDevice) == -19);
  BOOST_TEST(status_code(TransferStatus::kOverflow) == -75);
  BOOST_TEST(status_code(TransferStatus::kTimedOut) == -110);
  BOOST_TEST(status_code(TransferStatus::kError) == -71);
  const auto is = [](std::int32_t code, TransferStatus status) {
    return status_from(code) == status;
  };
  BOOST_TEST(is(0, TransferStatus::kCompleted));
  BOOST_TEST(is(-32, TransferStatus::kStalled));
  BOOST_TEST(is(-2, TransferStatus::kCancelled));      // ENOENT: unlinked
  BOOST_TEST(is(-108, TransferStatus::kNoDevice));     // ESHUTDOWN
  BOOST_TEST(is(-121, TransferStatus::kCompleted));    // EREMOTEIO: a short packet
  BOOST_TEST(is(-12345, TransferStatus::kError));
}

BOOST_AUTO_TEST_CASE(speeds_are_those_of_enum_usb_device_speed) {
  BOOST_TEST(speed_code(usb::Speed::kFull) == 2U);
  BOOST_TEST(speed_code(usb::Speed::kHigh) == 3U);
  BOOST_CHECK(speed_from(1) == usb::Speed::kFull);
  BOOST_CHECK(speed_from(3) == usb::Speed::kHigh);
  BOOST_CHECK(speed_from(5) == usb::Speed::kHigh);
}

BOOST_AUTO_TEST_SUITE_END()
