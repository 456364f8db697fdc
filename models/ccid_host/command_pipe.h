// The bulk pipes of a CCID as the host uses them: one command at a time (bMaxCCIDBusySlots 1 suits
// every reader), its answer recognised by bSlot, bSeq and type, time extensions, time-outs, the
// abort sequence, halted endpoints. USB CCID Revision 1.1, 5.3.1, 6.1, 6.1.13, 6.2.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/ccid_host/reader.h"
#include "models/usb_host/driver.h"
#include "sim/wire/ccid/message.h"
#include "sim/wire/session/message.h"

namespace uketsuke::ccid_host {

struct Command {
  wire::ccid::CommandMessage message;   // bSlot set by the sender, bSeq by the pipe
  wire::Micros timeout_us = 3'000'000;  // for the answer, or for a sign of life
  wire::Micros extension_us = 0;        // BWT or WT: unit of a time extension
  bool poll = false;                    // the sender's mark, given back with the result
};
struct Answer {  // processed or failed, not a time extension; of the type that the command asks for
  wire::ccid::ResponseMessage message;
};
struct CommandLost {
  wire::session::Failure failure = wire::session::Failure::kCommunication;
  std::string what;
};
// Every command that was submitted ends with exactly one of these, unless the pipe is closed.
struct PipeResult {
  std::uint8_t slot = 0;
  bool poll = false;
  std::variant<Answer, CommandLost> outcome;
};

struct PipeAddress {
  std::uint8_t interface = 0, out = 0, in = 0;
  std::uint32_t max_message = 271;  // dwMaxCCIDMessageLength
};

class CommandPipe {
 public:
  static constexpr std::uint32_t kTimer = 1;
  static constexpr std::uint64_t kFirstTransfer = 0x100;  // ids from here on are the pipe's

  explicit CommandPipe(const CcidHostParameters& parameters) : parameters_(parameters) {}
  void open(const PipeAddress& address);
  void close();  // forgets everything; no results
  void submit(Command command, usb_host::DriverActions& out);
  // Ends what the slot has under way: CommandLost, or its Answer if that was faster.
  void abort(std::uint8_t slot, usb_host::DriverActions& out);
  void completed(const wire::usb::Completion& completion, usb_host::DriverActions& out);
  void expired(usb_host::DriverActions& out);

  std::vector<PipeResult> take_results();
  std::vector<std::string> take_anomalies();

 private:
  enum class State : std::uint8_t {
    kIdle,
    kSending,
    kReceiving,
    kClearingOut,
    kClearingIn,
    kCancelling,
    kAbortControl,
    kAbortSending,
    kAbortReceiving,
  };
  void start_next(usb_host::DriverActions& out);
  void send(wire::Bytes bytes, State state, usb_host::DriverActions& out);
  void receive(State state, usb_host::DriverActions& out);
  void control(const wire::usb::SetupPacket& setup, State state, usb_host::DriverActions& out);
  void submit_transfer(wire::usb::Transfer transfer, State state, usb_host::DriverActions& out);
  void sending_completed(const wire::usb::Completion& completion, usb_host::DriverActions& out);
  void receiving_completed(const wire::usb::Completion& completion, usb_host::DriverActions& out);
  void abort_completed(const wire::usb::Completion& completion, usb_host::DriverActions& out);
  void received(wire::ByteView bytes, usb_host::DriverActions& out);
  void extended(std::uint8_t multiplier, usb_host::DriverActions& out);
  void cancel(wire::session::Failure failure, std::string what, usb_host::DriverActions& out);
  void begin_abort(usb_host::DriverActions& out);
  void lose(wire::session::Failure failure, std::string what, usb_host::DriverActions& out);
  void finish(std::variant<Answer, CommandLost> outcome, usb_host::DriverActions& out);
  void anomaly(std::string what) { anomalies_.push_back(std::move(what)); }

  const CcidHostParameters& parameters_;
  PipeAddress address_;
  State state_ = State::kIdle;
  std::deque<Command> queue_;  // front: under way unless kIdle
  wire::Bytes bytes_;
  std::uint8_t slot_ = 0, seq_ = 0, next_seq_ = 0, expected_type_ = 0;
  bool in_pending_ = false;  // while kCancelling: the transfer is an IN
  std::uint64_t in_flight_ = 0, next_transfer_ = kFirstTransfer;
  int troubles_ = 0, strays_ = 0, extensions_ = 0;
  CommandLost reason_;
  std::vector<PipeResult> results_;
  std::vector<std::string> anomalies_;
};

}  // namespace uketsuke::ccid_host
