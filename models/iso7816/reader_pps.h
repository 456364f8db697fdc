// Reader side of protocol and parameters selection: ISO/IEC 7816-3:2006, 9.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "models/iso7816/reader_deviations.h"
#include "models/iso7816/reader_events.h"
#include "models/iso7816/timing.h"
#include "sim/wire/field/signal.h"
#include "sim/wire/iso7816/atr.h"
#include "sim/wire/iso7816/pps.h"

namespace uketsuke::iso7816 {

// What was agreed on. Default values where the card did not echo PPS1 (9.3).
struct PpsAgreed {
  std::uint8_t protocol = 0;
  std::uint8_t fi_di = 0x11;  // as PPS1: Fi index in the upper, Di index in the lower half
};
struct PpsFailed {
  ExchangeFailure reason = ExchangeFailure::kMute;
};
using PpsEvent = std::variant<wire::field::Burst, wire::TimerExpired>;
using PpsAction =
    std::variant<wire::field::Burst, PpsAgreed, PpsFailed, wire::StartTimer, wire::StopTimer>;
using PpsActions = std::vector<PpsAction>;

struct PpsExchangeConfig {
  EtuClock clock;  // initial etu: F 372, D 1
  std::uint32_t timer_id = 0;
  ReaderDeviations deviations;
};

class PpsExchange {
 public:
  explicit PpsExchange(PpsExchangeConfig config) : config_(config) {}
  // Sends the request; its PCK is computed.
  PpsActions start(const wire::iso7816::Pps& request);
  PpsActions handle(const PpsEvent& event);
  bool busy() const { return busy_; }

 private:
  PpsAgreed as_asked() const;
  PpsActions finish(PpsAction last);
  PpsExchangeConfig config_;
  wire::iso7816::Pps request_;
  Bytes received_;
  bool busy_ = false;
};

// What a reader should ask for after this ATR, or nullopt when no PPS is due (9.1): specific mode,
// the protocol not offered, or the first protocol with default F and D. speed_up: ask for TA1.
std::optional<wire::iso7816::Pps> pps_request_for(const wire::iso7816::Atr& atr,
                                                  std::uint8_t protocol, bool speed_up);

}  // namespace uketsuke::iso7816
