// What a script sends to the reader beside the terminal's driver: USB transfers, CCID messages,
// APDUs. Journalled, and guarded where the reader is bound, as everything else. Each call runs the
// simulation until it has its answer.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <variant>

#include "harness/bench/usb_probe.h"
#include "harness/verdict/verdict.h"
#include "models/host_port/host_port_module.h"
#include "sim/channel/session_channel.h"

namespace uketsuke::bench {

// What the wire, the reader or the card said in place of an answer. The world goes on.
class RawFailed : public std::runtime_error {
 public:
  RawFailed(std::string reason, const verdict::Text& text)
      : std::runtime_error(text.en), ja_(text.ja), reason_(std::move(reason)) {}
  const std::string& ja() const { return ja_; }
  // One word for programs: "stalled", "timed_out", "no_device", "no_card", ...
  const std::string& reason() const { return reason_; }

 private:
  std::string ja_, reason_;
};

class RawAccess {
 public:
  // Before the simulation starts. The session has a second program from now on, "script".
  RawAccess(channel::Context& context, channel::SessionChannel& session,
            const channel::SessionTaps& taps);
  // The reader is at that port, and driven by `drivers`, which get share() in their setup. Without
  // both only APDUs can be sent.
  channel::SharedUsbPort* share(channel::UsbHostPort& port);
  void beside(const host_port::HostPortModule& drivers) { drivers_ = &drivers; }

  // All throw RawFailed for what does not end well, within `limit_us` and a moment for cancelling.
  // The result: IN data, or how many bytes the device took.
  wire::usb::Completion usb(wire::usb::Transfer transfer, wire::Micros limit_us);
  // Resets the port; until the terminal's drivers have the device again.
  void reset(wire::Micros limit_us);
  // Any bytes, to the bulk OUT of the CCID; the answer as it came, time extensions left out (CCID
  // 1.1, 6.2.6). Meanwhile the terminal's driver waits.
  wire::Bytes ccid(wire::Bytes message, wire::Micros limit_us);
  // The ATR. A card that is powered already is left as it is.
  wire::Bytes connect(std::uint8_t slot, wire::Micros limit_us);
  void disconnect(std::uint8_t slot, wire::Micros limit_us);
  // One command APDU, through the reader's driver; connects first where nobody has. The response
  // with SW1 SW2. An application that the terminal has selected is shared with it.
  wire::Bytes transmit(std::uint8_t slot, wire::Bytes command, wire::Micros limit_us);

 private:
  struct Pipes {
    std::uint8_t out = 0, in = 0;
    std::uint32_t room = 0;
  };
  wire::Micros now_us() const { return context_.simulation.now_us(); }
  void need_usb() const;
  Pipes ccid_pipes(wire::Micros deadline_us);
  wire::Bytes ccid_answer(const Pipes& pipes, wire::Micros deadline_us);
  wire::session::Event ask(wire::session::Request request, wire::Micros limit_us);
  bool drain();

  channel::Context& context_;
  channel::SessionChannel& session_;
  std::unique_ptr<channel::SharedUsbPort> shared_;  // nullptr: the route carries no USB
  std::unique_ptr<UsbProbe> probe_;
  const host_port::HostPortModule* drivers_ = nullptr;
  std::optional<wire::session::Event> answer_;  // the first one to the request under way
};

}  // namespace uketsuke::bench
