// A card of scenarios/cards as the driver of a virtual reader drives it: command APDUs, no T=0, T=1
// or field, and no time (it answers at once). What is in its memory lasts as long as this object.
#pragma once

#include <cstdint>
#include <memory>

#include "models/card/card.h"
#include "sim/gateway/vpcd_card.h"

namespace uketsuke::bench {

class CardAtVpcd : public gateway::CardAtVpcd {
 public:
  CardAtVpcd(std::shared_ptr<const card::Profile> profile, std::uint64_t seed);

  // Of the contacts; of a card without them the one that a contactless reader makes up (PC/SC part
  // 3). Empty: the card is damaged or has no interface, and cannot be served.
  wire::Bytes atr() override;
  void power_on() override;
  void reset() override;
  void power_off() override;
  wire::Bytes transmit(wire::ByteView command) override;

 private:
  card::PersistentState memory_;
  card::Card card_;
};

}  // namespace uketsuke::bench
