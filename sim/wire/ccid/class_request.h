// Class-specific requests on the control pipe of a CCID.
// USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 5.3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/wire/bytes.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::wire::ccid {

enum class bRequest : std::uint8_t { kABORT = 1, kGET_CLOCK_FREQUENCIES = 2, kGET_DATA_RATES = 3 };
std::string to_string(bRequest request);

// interface: wIndex. 5.3.1: wValue has bSeq in its high and bSlot in its low byte.
struct Abort { std::uint8_t bSlot = 0, bSeq = 0; std::uint16_t interface = 0; };
struct GetClockFrequencies { std::uint16_t interface = 0; std::uint16_t wLength = 0; };
struct GetDataRates { std::uint16_t interface = 0; std::uint16_t wLength = 0; };
using ClassRequest = std::variant<Abort, GetClockFrequencies, GetDataRates>;

// Errors: kUnknownType (bRequest or bmRequestType), kBadValue (wValue of the lists, wLength of
// ABORT).
Result<ClassRequest> decode_class_request(const usb::SetupPacket& setup);
usb::SetupPacket encode(const ClassRequest& request);
std::string describe(const ClassRequest& request);

// The lists: clock frequencies in kHz, data rates in bit/s.
// Error: kLengthMismatch if the size is not a multiple of four.
Result<std::vector<std::uint32_t>> decode_dword_list(ByteView bytes);
Bytes encode_dword_list(const std::vector<std::uint32_t>& values);

}  // namespace uketsuke::wire::ccid
