// Follows T=1 between a host and a card that is not simulated, block by block, and asks the
// CardGuard before a block passes. ISO/IEC 7816-3:2006, 11. Private to sim/guard.
//
// An information block passes only where the card must take it for what the guard takes it for:
// with the sequence number that is due, as the exact repetition of the one before, after everything
// before it was acknowledged. What a chain carries is judged by its first block (CardGuard::begins)
// and again, whole, before its last one passes.
#pragma once

#include <cstdint>

#include "sim/guard/card_guard.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke::guard {

class T1Follower {
 public:
  explicit T1Follower(CardGuard& card) : card_(card) {}
  // The card was reset.
  void restart(wire::iso7816::Edc edc);
  void set_edc(wire::iso7816::Edc edc) { edc_ = edc; }

  Judgement block_out(wire::ByteView bytes);
  // A block of the card; damaged ones are ignored: the host will ask again.
  void block_in(wire::ByteView bytes);

 private:
  using Block = wire::iso7816::T1Block;
  Judgement information_out(const Block& block, wire::ByteView bytes);
  Judgement new_information(const Block& block);
  Judgement supervisory_out(const Block& block, wire::ByteView bytes);
  void information_in(const Block& block);
  void receive_ready_in(const Block& block);
  void supervisory_in(const Block& block);
  void drop_command();

  CardGuard& card_;
  wire::iso7816::Edc edc_ = wire::iso7816::Edc::kLrc;
  bool seen_card_ = false;         // a block of the card in this activation: T=1 is what is spoken
  bool lost_ = false;              // what the card takes the next block for is not known
  bool aborted_by_card_ = false;   // its R-block tells the sequence number to go on with
  bool send_sequence_ = false;     // N(S) of the next new block
  bool receive_sequence_ = false;  // N(S) expected of the card
  bool in_flight_ = false;         // the last information block is not acknowledged
  bool more_in_flight_ = false;    // its M-bit
  wire::Bytes last_information_;   // it, with prologue and epilogue
  wire::Bytes command_;            // parts of a chain, that in flight included
  bool awaits_response_ = false;   // a whole command is with the card
  wire::Bytes response_;
  wire::Bytes request_;  // S(request) that was not answered yet
};

}  // namespace uketsuke::guard
