// Card side of a card with contacts: ATR, PPS, T=0 and T=1. ISO/IEC 7816-3:2006, 8 to 12.
// Not modelled: VPP, guard times below a character (they are part of Burst::character_ns), what a
// clock stop does to a card that does not support it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "models/iso7816/card_events.h"
#include "models/iso7816/card_faults.h"
#include "models/iso7816/timing.h"

namespace uketsuke::iso7816 {

// Which way data goes for an instruction. T=0 does not say it on the wire, the card has to know
// (10.3.2).
enum class T0Direction : std::uint8_t {
  kOutgoing,  // P3 is Le: READ BINARY, GET CHALLENGE, ...
  kIncoming,  // P3 is Lc, no answer data
  kBoth,      // P3 is Lc, answer data fetched with GET RESPONSE; the Command gets Le = 00
};
std::string_view to_string(T0Direction direction);
using T0Header = std::array<std::uint8_t, 5>;
// By INS (and P2 for SELECT), after the command list of ISO/IEC 7816-4:2013, Table 4.
T0Direction default_t0_direction(const T0Header& header);

struct ContactConfig {
  Bytes cold_atr;                    // must decode; else the card is mute
  Bytes warm_atr;                    // empty: same as cold
  std::uint32_t clock_hz = 3571200;  // until a PowerOn tells another one
  // Classes at which it works (5.1.3), bit 0: A, 1: B, 2: C. At another one it is mute.
  std::uint8_t classes = 0x07;
  bool accepts_pps = true;  // false: a card in negotiable mode that answers no PPS
  // F and D (as PPS1) that it agrees to; empty: those that are not faster than TA1 says.
  std::vector<std::uint8_t> rates;
  std::function<T0Direction(const T0Header&)> t0_direction = default_t0_direction;
  bool t0_single_byte_ack = false;  // takes and gives data one byte per procedure byte (10.3.3)
  bool t0_envelope = true;          // accepts ENVELOPE for extended commands; false: 6D00
  std::uint16_t t0_nothing_to_get_sw = 0x6985;  // GET RESPONSE with nothing stored
  bool t1_request_ifs = false;  // card sends S(IFS request) with its IFSC before the first answer
  std::uint8_t t1_requested_ifs = 0;  // asks for this IFSC instead; 0: that of the ATR
  ContactFaults faults;
  std::uint32_t timer_base = 0;  // the machine uses the ids timer_base .. timer_base + 3
};

class CardContact {
 public:
  explicit CardContact(ContactConfig config);
  ~CardContact();
  CardContact(CardContact&&) noexcept;
  CardContact& operator=(CardContact&&) noexcept;

  CardActions handle(const CardEvent& event);

  // For journal and tests: "off", "pps or command", "t0 header", "t1 idle", ...
  std::string_view state_name() const;
 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace uketsuke::iso7816
