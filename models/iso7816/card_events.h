// What goes into and comes out of the card side of a card, contact or contactless.
#pragma once

#include <variant>
#include <vector>

#include "sim/wire/bytes.h"
#include "sim/wire/field/signal.h"
#include "sim/wire/timer.h"

namespace uketsuke::iso7816 {

using wire::Bytes;
using wire::ByteView;
using wire::Micros;

// The application's answer to the Command that is open. work_time_us: how long the card computes,
// from now; the machine asks the reader for more time (NULL, S(WTX)) as its protocol demands.
// Without an open Command it is ignored.
struct Respond {
  Bytes response_apdu;  // data, SW1 SW2; at least two bytes
  Micros work_time_us = 0;
  std::uint8_t wtx = 0;  // T=1: asks for this multiple of BWT at once; 0: as the work demands
};
using CardEvent = std::variant<wire::field::PowerOn, wire::field::WarmReset, wire::field::PowerOff,
                               wire::field::Burst, wire::field::ErrorSignal, wire::field::Clock,
                               Respond, wire::TimerExpired>;

// One command APDU for the application, which answers with Respond (now or later). After PoweredOn,
// ResetDone, PoweredDown or Deselected it must not answer an earlier Command any more. Over T=0 the
// card cannot see whether a case 3 command expects data: see T0Direction in card_contact.h.
struct Command {
  Bytes command_apdu;
};
struct PoweredOn {};    // cold reset, or activated in the field: volatile state is new
struct ResetDone {};    // warm reset
struct PoweredDown {};  // deactivated, left the field
struct Deselected {};   // contactless: S(DESELECT) or a new activation; field still on
using CardAction =
    std::variant<wire::field::Burst, wire::field::ErrorSignal, Command, PoweredOn, ResetDone,
                 PoweredDown, Deselected, wire::StartTimer, wire::StopTimer>;
using CardActions = std::vector<CardAction>;

}  // namespace uketsuke::iso7816
