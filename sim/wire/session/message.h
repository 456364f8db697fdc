// The session wire: what a program sees of a reader. Served by ccid_host over usb, or by PC/SC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::session {

enum class Protocol : std::uint8_t { kT0, kT1 };
enum class Disposition : std::uint8_t { kLeave, kReset, kUnpower };  // PC/SC: LEAVE, RESET, UNPOWER
enum class Failure : std::uint8_t {
  kNoReader, kNoCard, kCardMute, kCardRemoved, kNotConnected, kCommunication, kTimeOut,
  kUnsupported, kPinCancelled, kPinTimeOut, kBusy,
};
std::string_view to_string(Failure failure);

// Program to reader. At most one request of a slot is under way; a second one fails with kBusy.
struct Connect { std::uint8_t slot = 0; };                  // power up, negotiate; answer Connected
struct Transmit { std::uint8_t slot = 0; Bytes command; };  // one command APDU; answer Response
// PIN entered on the reader's own pad (PC_to_RDR_Secure); `command` is the APDU template without
// PIN (CLA INS P1 P2); the reader appends Lc and the ASCII digits. Answer Response with the status
// word.
struct VerifyPin {
  std::uint8_t slot = 0;
  Bytes command;
  std::uint8_t min_digits = 4;
  std::uint8_t max_digits = 4;
  std::uint32_t timeout_s = 30;
};
// Answer Connected.
struct Reset { std::uint8_t slot = 0; Disposition kind = Disposition::kReset; };
struct Disconnect { std::uint8_t slot = 0; Disposition disposition = Disposition::kUnpower; };
using Request = std::variant<Connect, Transmit, VerifyPin, Reset, Disconnect>;

// Reader to program.
struct ReaderArrived {
  std::string name;
  std::uint16_t idVendor = 0, idProduct = 0, bcdDevice = 0;
  std::uint8_t slots = 1;
  bool pin_pad = false;
  std::string exchange_level;  // "TPDU", "short APDU", "extended APDU"
};
struct ReaderGone {};
struct CardPresent { std::uint8_t slot = 0; };
struct CardAbsent { std::uint8_t slot = 0; };
struct Connected { std::uint8_t slot = 0; Bytes atr; Protocol protocol = Protocol::kT1; };
struct Response { std::uint8_t slot = 0; Bytes response; };  // data and SW1 SW2
struct Disconnected { std::uint8_t slot = 0; };
struct Failed { std::uint8_t slot = 0; Failure failure = Failure::kCommunication;
                std::string what; };
using Event = std::variant<ReaderArrived, ReaderGone, CardPresent, CardAbsent, Connected, Response,
                           Disconnected, Failed>;

}  // namespace uketsuke::wire::session
