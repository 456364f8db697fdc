// The application layer of the test card: command APDU in, response APDU out. What each command
// does is told in README.md of this folder, so that it can be put on a real card too.
// Follows ISO/IEC 7816-4:2013, 5.1 (cases) and 5.6 (status words); the commands are our own (CLA
// 80). Not modelled: files beyond SELECT, logical channels, secure messaging, chaining.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/iso7816/card_contact.h"
#include "sim/wire/bytes.h"
#include "sim/wire/timer.h"

namespace uketsuke::test_card {

inline constexpr std::uint8_t kCla = 0x80;
enum class Ins : std::uint8_t {
  kEcho = 0x10,
  kGet = 0x12,
  kSink = 0x14,
  kDelay = 0x16,
  kStatus = 0x18,
  kStatusWithData = 0x1A,
  kCount = 0x1C,
  kCheck = 0x1E,
};
inline constexpr std::uint8_t kSelectIns = 0xA4;  // with CLA 00

// Byte `index` of the known sequence: index modulo 251, so that it repeats at no power of two.
constexpr std::uint8_t pattern_byte(std::size_t index) {
  return static_cast<std::uint8_t>(index % 251);
}
wire::Bytes pattern(std::size_t count);

// Which way data goes for an instruction of this card over T=0 (ISO/IEC 7816-3:2006, 10.3.2).
iso7816::T0Direction t0_direction(const iso7816::T0Header& header);

struct Answer {
  wire::Bytes response;            // data, SW1, SW2
  wire::Micros work_time_us = 0;   // from the end of the command
  std::uint8_t wtx = 0;            // T=1: multiplier to ask for at once; 0: as the time demands
};

class Application {
 public:
  explicit Application(wire::Micros command_us = 1000) : command_us_(command_us) {}
  void reset() { count_ = 0; }
  Answer handle(wire::ByteView command_apdu);
  std::uint32_t commands_since_reset() const { return count_; }

 private:
  wire::Micros command_us_;
  std::uint32_t count_ = 0;
};

}  // namespace uketsuke::test_card
