// What every machine on the reader's or host's side has in common.
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/wire/bytes.h"
#include "sim/wire/timer.h"

namespace uketsuke::iso7816 {

using wire::Bytes;
using wire::ByteView;
using wire::Micros;

// One command APDU (short or extended) to exchange. At most one is under way; another one while
// busy is answered with Failed{kBusy} and does not disturb the first.
struct SendApdu {
  Bytes command_apdu;
};
// The response APDU: data, SW1 SW2.
struct Done {
  Bytes response_apdu;
};

enum class ExchangeFailure : std::uint8_t {
  kBusy,          // an exchange is under way
  kBadCommand,    // the bytes are no command APDU, or the protocol cannot carry it
  kMute,          // no answer within the waiting time
  kTransmission,  // errors could not be recovered (T=1: three tries and S(RESYNCH); 11.6.3)
  kProtocol,      // an answer that the protocol forbids here
  kAborted,       // the card sent S(ABORT), or the owner deactivated it
  kVpp,           // T=1: the card sent S(VPP error) (11.6.2.3)
  kRefused,       // the peer refused (PPS, ATTRIB)
};
std::string_view to_string(ExchangeFailure failure);
struct Failed {
  ExchangeFailure reason = ExchangeFailure::kProtocol;
};

}  // namespace uketsuke::iso7816
