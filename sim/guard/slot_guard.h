// One slot of a CCID in front of a card that is not simulated: which commands are on their way,
// what their answers do to the card, APDUs at every exchange level. USB Device Class: Smart Card
// CCID, Rev 1.1 (2005-04-22), 6.1, 6.2. Private to sim/guard.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/guard/card_guard.h"
#include "sim/guard/t1_follower.h"
#include "sim/wire/ccid/descriptor.h"
#include "sim/wire/ccid/message.h"

namespace uketsuke::guard {

// What the class descriptor says. level: kCharacter also for a descriptor that says two or none.
struct ReaderKind {
  wire::ccid::ExchangeLevel level = wire::ccid::ExchangeLevel::kCharacter;
  bool activates_by_itself = false;  // a card that was put in has power without IccPowerOn
};

class SlotGuard {
 public:
  SlotGuard(ReaderKind kind, const std::vector<Release>& releases)
      : kind_(kind), card_(releases), t1_(card_) {}

  Judgement message_out(const wire::ccid::CommandMessage& message);
  // A message of this slot. True: it answers the last command that passed.
  bool message_in(const wire::ccid::ResponseMessage& message);
  // Something came that cannot be read, or an OUT transfer failed: an open command stays without
  // answer.
  void answer_lost();
  // From NotifySlotChange.
  void notified(bool present, bool changed);
  void deactivated();

  const CardGuard& card() const { return card_; }

 private:
  struct Open {  // a command without its answer yet
    std::uint8_t seq = 0;
    wire::ccid::bMessageType type{};
  };
  enum class Parts : std::uint8_t { kNone, kSending, kReceiving };

  Judgement xfr_block(const wire::ccid::PC_to_RDR_XfrBlock& message);
  Judgement tpdu(const wire::ccid::PC_to_RDR_XfrBlock& message);
  Judgement pps(wire::ByteView bytes);
  Judgement part_of_apdu(const wire::ccid::PC_to_RDR_XfrBlock& message);
  Judgement command(wire::ByteView bytes);
  void power_on_answered(const wire::ccid::RDR_to_PC_DataBlock& block);
  void xfr_answered(const wire::ccid::RDR_to_PC_DataBlock& block);
  void part_answered(const wire::ccid::RDR_to_PC_DataBlock& block);
  void parameters_answered(const wire::ccid::RDR_to_PC_Parameters& answer);
  void exchange_failed();

  const ReaderKind kind_;
  CardGuard card_;
  T1Follower t1_;
  std::optional<Open> open_;
  std::optional<std::uint8_t> abort_seq_;
  std::optional<std::uint8_t> protocol_;  // of the present activation
  bool only_t0_ = false;                  // of the ATR: an APDU may come in the form of a TPDU
  bool exchanged_ = false;                // anything was sent to the card in this activation
  bool stuck_ = false;                    // T=0 broke off: what the card waits for is not known
  bool first_notification_ = true;
  std::uint32_t activations_ = 0;
  bool pps_open_ = false;
  Parts parts_ = Parts::kNone;
  wire::Bytes command_, response_;
};

}  // namespace uketsuke::guard
