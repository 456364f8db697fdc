// One slot of a reader as a program sees it: is there a card, and at most one request under way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/ccid_host/card_setup.h"
#include "models/ccid_host/command_pipe.h"
#include "models/ccid_host/exchange.h"
#include "models/ccid_host/reader.h"

namespace uketsuke::ccid_host {

struct SlotOutput {
  std::vector<Command> commands;
  bool abort = false;  // what the slot has under way in the pipe
};

class Slot {
 public:
  // All referenced objects outlive the slot; events are appended.
  Slot(std::uint8_t number, const wire::ccid::ClassDescriptor& descriptor,
       const CcidHostParameters& parameters, std::vector<HostEvent>& events)
      : number_(number),
        descriptor_(descriptor),
        parameters_(parameters),
        events_(events),
        setup_(descriptor, parameters) {}

  void request(const wire::session::Request& request, SlotOutput& out);
  void result(const PipeResult& result, SlotOutput& out);
  // From NotifySlotChange (CCID 6.3.1). Present and changed means that a card was swapped, except
  // the first time, when readers announce what was there before: GetSlotStatus may have told it
  // already, and the card may be in use. (One that was swapped meanwhile has no power.)
  void notified(bool present, bool changed);
  // Asks for the slot's status unless something is under way.
  void poll(SlotOutput& out);
  // The reader left: an open request fails.
  void gone();

 private:
  enum class Task : std::uint8_t {  // what the request under way is doing
    kNone,
    kSetup,
    kExchange,
    kPowerOff,
    kPowerOffThenSetup,
  };
  enum class Goal : std::uint8_t { kConnect, kTransmit, kDisconnect };

  void connect(SlotOutput& out);
  void transmit(const wire::Bytes& command, SlotOutput& out);
  void verify_pin(const wire::session::VerifyPin& request, SlotOutput& out);
  void reset(wire::session::Disposition kind, SlotOutput& out);
  void disconnect(wire::session::Disposition disposition, SlotOutput& out);
  void begin_setup(SlotOutput& out);
  void power_off(Task task, SlotOutput& out);
  void perform(const SetupStep& step, SlotOutput& out);
  void perform(const ExchangeStep& step, SlotOutput& out);
  void answered(const wire::ccid::ResponseMessage& message, SlotOutput& out);
  void presence(bool present, bool swapped);
  void note_status(const wire::ccid::ResponseMessage& message);
  void expect_processed(const PipeResult& result);
  void submit(wire::ccid::CommandMessage message, wire::Micros timeout_us,
              wire::Micros extension_us, SlotOutput& out);
  bool not_connected();
  void lose_session(bool removed);
  void finish(wire::session::Event event, SlotOutput& out);
  void fail(wire::session::Failure failure, const std::string& what, SlotOutput& out);
  void report(std::vector<std::string> anomalies);

  const std::uint8_t number_;
  const wire::ccid::ClassDescriptor& descriptor_;
  const CcidHostParameters& parameters_;
  std::vector<HostEvent>& events_;
  CardSetup setup_;
  std::optional<Exchange> exchange_;  // of the powered card
  wire::Bytes atr_;
  wire::session::Protocol protocol_ = wire::session::Protocol::kT1;
  Task task_ = Task::kNone;
  Goal goal_ = Goal::kConnect;
  wire::session::VerifyPin pin_;
  // Disconnect that came while another request was under way.
  std::optional<wire::session::Disposition> disconnect_after_;
  bool polling_ = false;  // a GetSlotStatus beside requests is in the pipe
  bool present_ = false, notified_ = false;
  bool connected_ = false, removed_ = false;
};

}  // namespace uketsuke::ccid_host
