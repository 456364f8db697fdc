// Codec of the setup packet and names of the standard requests: Universal Serial Bus Specification
// 2.0, 9.3 and 9.4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/wire/bytes.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::wire::usb {

inline constexpr std::size_t kSetupPacketLength = 8;
// Errors: kTooShort, kTooLong. Every value of every field is decoded.
Result<SetupPacket> decode_setup_packet(ByteView bytes);
Bytes encode(const SetupPacket& setup);

enum class RequestType : std::uint8_t {
  kStandard,
  kClass,
  kVendor,
  kReserved
};  // bmRequestType 6..5
enum class Recipient : std::uint8_t { kDevice, kInterface, kEndpoint, kOther, kReserved };  // 4..0
enum class StandardRequest : std::uint8_t {  // Table 9-4
  GET_STATUS = 0,
  CLEAR_FEATURE = 1,
  SET_FEATURE = 3,
  SET_ADDRESS = 5,
  GET_DESCRIPTOR = 6,
  SET_DESCRIPTOR = 7,
  GET_CONFIGURATION = 8,
  SET_CONFIGURATION = 9,
  GET_INTERFACE = 10,
  SET_INTERFACE = 11,
  SYNCH_FRAME = 12,
};
enum class Feature : std::uint8_t {
  ENDPOINT_HALT = 0,
  DEVICE_REMOTE_WAKEUP = 1,
  TEST_MODE = 2
};  // 9-6
std::string_view to_string(RequestType type);
std::string_view to_string(Recipient recipient);
std::string_view to_string(StandardRequest request);  // "?" for a code that Table 9-4 reserves
std::string_view to_string(Feature feature);
std::string_view to_string(TransferType type);
std::string_view to_string(Speed speed);

inline bool is_in(const SetupPacket& setup) { return (setup.bmRequestType & 0x80) != 0; }
RequestType type_of(const SetupPacket& setup);
Recipient recipient_of(const SetupPacket& setup);

// "GET_DESCRIPTOR device wLength 18"; class and vendor requests with their numbers.
std::string describe(const SetupPacket& setup);
// One line for the journal. `data` of transfers and completions is given as its length only: what
// the bytes mean, and which of them are secret, the codec of the class knows.
std::string describe(const Transfer& transfer);
std::string describe(const Completion& completion);

// Requests a host makes. wLength of GET_DESCRIPTOR: room for the answer.
SetupPacket get_descriptor(std::uint8_t type, std::uint8_t index, std::uint16_t language,
                           std::uint16_t length);
SetupPacket set_address(std::uint8_t address);
SetupPacket set_configuration(std::uint8_t value);
SetupPacket clear_endpoint_halt(std::uint8_t bEndpointAddress);

}  // namespace uketsuke::wire::usb
