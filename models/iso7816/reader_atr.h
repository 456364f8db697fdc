// Reader side of the answer to reset: collects characters, finds the end on the fly.
// ISO/IEC 7816-3:2006, 6.2 (40,000 clock cycles to TS), 8.1 (9600 initial etu between characters).
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "models/iso7816/reader_deviations.h"
#include "models/iso7816/reader_events.h"
#include "models/iso7816/timing.h"
#include "sim/wire/field/signal.h"
#include "sim/wire/iso7816/atr.h"

namespace uketsuke::iso7816 {

enum class AtrFailureReason : std::uint8_t {
  kMute,        // nothing came
  kIncomplete,  // it stopped before its end
  kBadTs,       // neither 3B nor 3F
  kParity,      // a character with wrong parity
  kBadTck,      // TCK wrong (a missing TCK is kIncomplete)
  kMalformed,   // more than 32 characters after TS, or a structure that the standard forbids
  kReserved,    // a reserved value, if the configuration says that those are refused
};
std::string_view to_string(AtrFailureReason reason);

struct AtrReceived {
  Bytes bytes;
  wire::iso7816::Atr atr;
};
struct AtrFailure {
  AtrFailureReason reason = AtrFailureReason::kMute;
  Bytes so_far;
};
using AtrEvent = std::variant<wire::field::Burst, wire::TimerExpired>;
using AtrAction = std::variant<AtrReceived, AtrFailure, wire::StartTimer, wire::StopTimer>;
using AtrActions = std::vector<AtrAction>;

struct AtrReceiverConfig {
  EtuClock clock;  // initial etu: F 372, D 1
  bool refuse_reserved =
      false;  // true: a reserved value anywhere fails; false: only what blocks decoding
  std::uint32_t timer_id = 0;
  ReaderDeviations deviations;
};

class AtrReceiver {
 public:
  explicit AtrReceiver(AtrReceiverConfig config) : config_(config) {}
  // Call at every cold or warm reset, when the PowerOn or WarmReset goes to the card.
  AtrActions start();
  AtrActions handle(const AtrEvent& event);
  bool listening() const { return listening_; }

 private:
  AtrActions on_burst(const wire::field::Burst& burst);
  AtrActions received(wire::iso7816::Atr atr);
  AtrActions fail(AtrFailureReason reason);
  Bytes as_read() const;
  AtrReceiverConfig config_;
  Bytes received_;
  bool listening_ = false;
};

}  // namespace uketsuke::iso7816
