// One slot of a CCID: which command is under way, chaining, abort, PIN entry. The card is behind
// IccInterface. USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 6.1 and 5.3.1.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/ccid_function/events.h"
#include "models/ccid_function/icc_interface.h"
#include "models/ccid_function/parameters.h"
#include "models/ccid_function/slot_table.h"
#include "sim/wire/ccid/interrupt.h"
#include "sim/wire/ccid/message.h"
#include "sim/wire/ccid/pin_block.h"

namespace uketsuke::ccid_function {

struct PresenceChanged { std::uint8_t slot = 0; };
using SlotAction = std::variant<wire::ccid::ResponseMessage, ReaderEffect, PresenceChanged,
                                wire::ccid::RDR_to_PC_HardwareError>;
using SlotActions = std::vector<SlotAction>;

// Timers of a slot, relative to timer_base + 4 * slot.
enum class SlotTimer : std::uint8_t { kIcc = 0, kTimeExtension = 1, kPin = 2 };

// A response without data in the type that answers header's command.
wire::ccid::ResponseMessage make_response(const wire::ccid::Header& header, std::uint8_t bStatus,
                                          std::uint8_t bError);

class Slot {
 public:
  // parameters must outlive the slot.
  Slot(std::uint8_t number, const Parameters& parameters);

  SlotActions command(const wire::ccid::CommandMessage& message);
  // A message that could not be decoded or may not run: the failure in the type that answers it.
  // bError of what comes first: abort under way, busy, then `error`.
  SlotActions refuse(const wire::ccid::Header& header, std::uint8_t error);
  // nullopt: refused, the request is stalled.
  std::optional<SlotActions> control_abort(std::uint8_t bSeq);
  SlotActions from_field(const wire::field::ToReader& signal);
  SlotActions timer(SlotTimer which);
  SlotActions pin_entered(const std::string& digits);
  SlotActions pin_cancelled();
  SlotActions overcurrent();
  SlotActions configured();    // a USB session begins
  SlotActions deconfigured();  // it ends: card off, nothing is answered

  SlotState state() const { return state_; }
  bool present() const { return state_ != SlotState::kAbsent; }
  bool busy() const { return is_busy(state_); }
  bool abort_pending() const { return control_abort_.has_value() || bulk_abort_.has_value(); }

 private:
  struct Running {
    std::uint8_t bMessageType = 0, bSeq = 0;
  };
  // Serving: the state has been checked.
  void serve(const wire::ccid::PC_to_RDR_IccPowerOn& m);
  void serve(const wire::ccid::PC_to_RDR_IccPowerOff& m);
  void serve(const wire::ccid::PC_to_RDR_GetSlotStatus& m);
  void serve(const wire::ccid::PC_to_RDR_XfrBlock& m);
  void serve(const wire::ccid::PC_to_RDR_GetParameters& m);
  void serve(const wire::ccid::PC_to_RDR_ResetParameters& m);
  void serve(const wire::ccid::PC_to_RDR_SetParameters& m);
  void serve(const wire::ccid::PC_to_RDR_Escape& m);
  void serve(const wire::ccid::PC_to_RDR_IccClock& m);
  void serve(const wire::ccid::PC_to_RDR_T0APDU& m);
  void serve(const wire::ccid::PC_to_RDR_Secure& m);
  void serve(const wire::ccid::PC_to_RDR_Mechanical& m);
  void serve(const wire::ccid::PC_to_RDR_Abort& m);
  void serve(const wire::ccid::PC_to_RDR_SetDataRateAndClockFrequency& m);
  void serve_extended(const wire::ccid::PC_to_RDR_XfrBlock& m);

  bool supported(const wire::ccid::CommandMessage& message) const;
  // Offset of the first wrong field, whatever the state.
  std::optional<std::uint8_t> wrong_field(const wire::ccid::CommandMessage& message) const;
  std::optional<std::uint8_t> wrong_field(const wire::ccid::PC_to_RDR_XfrBlock& m) const;
  std::optional<std::uint8_t> wrong_field(const wire::ccid::PC_to_RDR_SetParameters& m) const;
  std::optional<std::uint8_t> wrong_field(const wire::ccid::PC_to_RDR_Secure& m) const;
  std::optional<std::uint8_t> wrong_apdu(wire::ByteView data) const;
  std::optional<wire::Bytes> pcsc_answer(wire::ByteView apdu) const;

  wire::ccid::bmICCStatus icc_status() const;
  wire::ccid::ResponseMessage response(const Running& to, wire::ccid::bmCommandStatus status,
                                       std::uint8_t error) const;
  void answer(wire::ccid::ResponseMessage message);
  void answer_ok(const wire::ccid::Header& to);
  void fail(const wire::ccid::Header& to, std::uint8_t error);
  void fail_running(wire::ccid::bError error);
  void answer_data(const Running& to, wire::Bytes data);
  void answer_parameters(const Running& to);
  void send_next_part(const Running& to);
  void begin(const wire::ccid::Header& header, SlotState state);
  void end_running(SlotState state);
  void kill_running(wire::ccid::bError error, PinEnd pin_end);
  void exchange(wire::ByteView data, std::uint8_t bBWI);
  void activate_by_itself();
  void start_activation(std::uint8_t bPowerSelect);
  std::vector<wire::field::VoltageClass> voltages(std::uint8_t bPowerSelect) const;
  void forget_session();
  void fail_bulk_abort();

  void perform(const IccActions& actions);
  void on(const wire::field::ToCard& signal);
  void on(const wire::StartTimer& timer) { effect(timer); }
  void on(const wire::StopTimer& timer) { effect(timer); }
  void on(const IccActivated& result);
  void on(const IccParametersSet& result);
  void on(const IccAnswer& result);
  void on(const IccFailed& result);
  void on(const IccNeedsTime& result);
  void effect(ReaderEffect effect) { actions_.emplace_back(std::move(effect)); }
  void time_extension(std::uint8_t multiplier);
  void start_extension_timer();
  void stop_extension_timer();

  void ask_pin();
  void end_pin_entry(PinEnd end);
  void send_with_pin();
  std::uint32_t timer_id(SlotTimer which) const;

  std::uint8_t number_;
  const Parameters& parameters_;
  wire::ccid::ExchangeLevel level_;
  IccInterface icc_;
  SlotState state_ = SlotState::kAbsent;
  SlotActions actions_;
  std::optional<Running> running_;
  std::optional<std::uint8_t> control_abort_, bulk_abort_;
  std::uint8_t last_seq_ = 0;
  bool configured_ = false;
  bool extension_timer_runs_ = false;
  wire::ccid::bClockStatus clock_ = wire::ccid::bClockStatus::kRunning;
  std::uint32_t data_rate_bps_;
  bool command_begun_ = false;  // extended APDU level: command parts so far
  wire::Bytes command_;
  wire::Bytes response_;        // what is still to be sent of a response
  std::size_t response_sent_ = 0;
  wire::ccid::PinBlock pin_block_;
  std::uint8_t pin_bwi_ = 0;
  PinPurpose pin_purpose_ = PinPurpose::kVerify;
  std::string old_pin_, new_pin_;  // secret; cleared when the entry ends
};

}  // namespace uketsuke::ccid_function
