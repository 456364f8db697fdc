// Deviations that a card with contacts can have, each a named field; default: none. A fault of an
// exchange says at which commands it happens and how often: what fails and when it stops failing
// are separate settings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "sim/wire/bytes.h"
#include "sim/wire/timer.h"

namespace uketsuke::iso7816 {

inline constexpr unsigned kAlways = std::numeric_limits<unsigned>::max();

// Which commands of an exchange are disturbed, counted since the reset.
struct FaultSchedule {
  std::optional<std::uint8_t> at_ins;  // only commands with this INS; absent: every one
  unsigned times = kAlways;            // so many of those, then no more
};

// Where a card with T=0 falls silent within its answer (10.3).
enum class T0Silence : std::uint8_t {
  kNever,
  kProcedureByte,  // before the first procedure byte
  kData,           // after T0Faults::data_sent bytes of data
  kSw2,            // after SW1
};

struct T0Faults {
  FaultSchedule schedule;
  unsigned nulls = 0;                          // NULL bytes 60 before the first procedure byte
  wire::Micros null_interval_us = 100'000;     // before each of them
  std::optional<std::uint8_t> procedure_byte;  // in place of the first one
  T0Silence silence = T0Silence::kNever;
  std::size_t data_sent = 0;
  // So many times in a row the same character of the answer has wrong parity: its index in the
  // first burst of the answer.
  unsigned parity_errors = 0;
  std::uint16_t parity_error_at = 0;
  // So many times in a row the card signals an error at P3, the last character of the header (7.3).
  unsigned error_signals = 0;
};

// T=1: counts are of blocks that the card sends, from the one that answers the first block of a
// command that the schedule names. Without at_ins: from the first block since the reset.
struct T1Faults {
  FaultSchedule schedule;
  unsigned bad_edc = 0;        // wrong epilogue
  unsigned bad_parity = 0;     // wrong parity in the first character
  unsigned silent = 0;         // nothing is sent: BWT ends
  unsigned cut = 0;            // nothing after cut_to characters: CWT ends
  std::size_t cut_to = 2;
  unsigned wrong_nad = 0;      // NAD 77 where another one is due
  unsigned wrong_sequence = 0; // I-block with the wrong N(S)
  bool abort = false;          // S(ABORT request) where a chained command would be acknowledged
  unsigned resynch_ignored = 0;  // so many S(RESYNCH request) get no answer
};

struct ContactFaults {
  bool mute_atr = false;                           // no ATR at all
  std::optional<std::size_t> atr_truncated_to;     // stops sending after so many characters
  std::optional<std::size_t> atr_parity_error_at;  // wrong parity at this index of the ATR
  unsigned atr_parity_errors = kAlways;            // at so many resets since it was made
  bool mute_pps = false;                           // ignores PPS requests
  wire::Bytes pps_answer;                          // sent to a PPS request in place of the answer
  bool mute_commands = false;                      // answers ATR and PPS, then nothing
  unsigned corrupt_epilogues = 0;  // T=1: so many blocks go out with a wrong EDC, from the first
  // F and D (as PPS1) at which its characters are damaged: wrong parity in each burst.
  std::vector<std::uint8_t> damaged_rates;
  T0Faults t0;
  T1Faults t1;
};

}  // namespace uketsuke::iso7816
