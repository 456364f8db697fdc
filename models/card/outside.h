// A program that answers in place of a card's application layer. Activation and transmission - ATR,
// T=0, T=1, ISO/IEC 14443-4 - stay the model's.
#pragma once

#include "models/card/card.h"

namespace uketsuke::card {

// The card that would answer by itself. It follows power and resets, whoever answers.
class Modelled {
 public:
  virtual ~Modelled() = default;
  virtual Answer transmit(wire::ByteView command) = 0;  // as Card::transmit
};

class Outside {
 public:
  virtual ~Outside() = default;
  // All below are called outside of the kernel's processes, at the instant of what they tell, in
  // order; what they throw leaves the run.
  virtual void powered_on() {}    // cold reset, or the field comes
  virtual void reset() {}         // warm
  virtual void powered_down() {}  // or taken away
  // One command APDU. Less than two bytes: the card never gets done. Not called, or its answer
  // forgotten, once the card has been reset or has lost its power. After a throw the card answers
  // 6F00 (ISO/IEC 7816-4:2013, Table 6: no precise diagnosis), so that nobody waits for ever.
  virtual Answer transmit(Modelled& modelled, wire::ByteView command) = 0;
  // Sent at the contacts in place of the modelled card's, at every reset; empty: that one.
  virtual wire::Bytes atr() const { return {}; }
};

}  // namespace uketsuke::card
