// What an error of PC/SC means to the program that uses a session wire. One table.
// PC/SC Workgroup Specifications, Part 5 (resource manager); names and values as in pcsc-lite's
// pcsclite.h.
#pragma once

#include <cstdint>
#include <string>

#include "sim/gateway/usb_route.h"
#include "sim/wire/session/message.h"

namespace uketsuke::gateway {

// What is over together with the call that failed.
enum class PcscLoss : std::uint8_t {
  kNothing,  // the card stays connected
  kCard,     // connect again
  kService,  // the connection to pcscd, too
};
struct PcscFault {
  wire::session::Failure failure = wire::session::Failure::kCommunication;
  PcscLoss loss = PcscLoss::kNothing;
  std::string what;  // "SCardTransmit: SCARD_W_RESET_CARD (80100068): another program has ..."
};
// `code` is not SCARD_S_SUCCESS.
PcscFault pcsc_fault(const char* call, std::int64_t code);
// "SCARD_E_NO_SERVICE", "80109999" if it has no name here.
std::string pcsc_name(std::int64_t code);

RouteFailed no_pcscd(const std::string& what);
RouteFailed pcscd_hangs(const std::string& reader);
RouteFailed no_such_pcsc_reader(const std::string& wanted, const std::string& there);
RouteFailed several_pcsc_readers(const std::string& wanted, const std::string& matching);

}  // namespace uketsuke::gateway
