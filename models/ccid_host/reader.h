// The host's driver of CCID readers (USB CCID Revision 1.1): what a PC/SC resource manager has
// below it. Serves the session wire for every slot of one reader. Order of commands after power on
// as libccid does it: power on (voltage), PPS or parameters if the reader does not do that itself,
// IFSD.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "models/usb_host/driver.h"
#include "sim/wire/session/message.h"

namespace uketsuke::ccid_host {

struct CcidHostParameters {
  wire::Micros command_timeout_us = 3'000'000;    // one command without time extension
  wire::Micros power_on_timeout_us = 10'000'000;  // IccPowerOn: the reader may try three classes
  // One XfrBlock of a reader at APDU level; gives up before the program above does (30 s, A-20), so
  // that the next card finds the slot free.
  wire::Micros transmit_timeout_us = 20'000'000;
  wire::Micros pin_margin_us = 10'000'000;        // added to VerifyPin::timeout_s
  wire::Micros poll_period_us = 400'000;          // GetSlotStatus without interrupt endpoint
  wire::Micros extension_unit_us = 1'000'000;     // least unit of a time extension (BWT, WT)
  int max_time_extensions = 1000;                 // then the command is aborted
  int stall_recoveries = 3;                       // per command
  bool speed_up = true;                           // PPS asks for the speed of TA1 if both can do it
};

// Something the reader did against the rules, or data that arrived broken. Beside the session
// events: a damaged answer gives an Anomaly and, as the outcome of the request, Failed.
struct Anomaly {
  std::string what;
};
using HostEvent = std::variant<wire::session::Event, Anomaly>;

class Reader : public usb_host::Driver {
 public:
  explicit Reader(CcidHostParameters parameters = {});
  ~Reader() override;

  usb_host::DriverActions handle(const usb_host::DriverEvent& event) override;
  // Every request ends with exactly one Connected, Response, Disconnected or Failed of its slot. A
  // second request of a slot that has one under way fails with kBusy and the first goes on; only
  // Disconnect ends it: the command is aborted (CCID 5.3.1), the first request fails, then the
  // card is disconnected. Connect to a card that has power (left by Disconnect kLeave, or
  // connected) does not reset it.
  usb_host::DriverActions handle(const wire::session::Request& request);

  std::vector<HostEvent> take_events();
  bool ready() const;  // ReaderArrived was sent

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace uketsuke::ccid_host
