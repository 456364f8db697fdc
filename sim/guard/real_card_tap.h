// The taps of wires behind which there is a card that is not simulated: of an APDU the journal
// keeps header, length, status word and a digest under a key that is thrown away at the end (equal
// data is seen to be equal, and nobody can search for it afterwards). Where bytes do not make sense
// not even a header is kept.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/trace/card_conversation.h"
#include "sim/trace/tap.h"
#include "sim/wire/bytes.h"

namespace uketsuke::guard {

using Way = trace::CardConversation::Way;

// APDUs of the session wire. key: random, not empty; the tap keeps a copy and clears it.
class RealCardApduTap : public trace::Tap {
 public:
  RealCardApduTap(wire::Bytes key, Way way);
  ~RealCardApduTap() override;
  std::string mask(wire::ByteView bytes, std::vector<trace::MaskRange>& ranges) override;
  void distrust() override { damaged_ = true; }

 private:
  wire::Bytes key_;
  Way way_;
  bool damaged_ = false;  // the next message
};

// CCID messages of a bulk pipe, at any exchange level. Of T=1 blocks prologue, and header or status
// word; checksums are masked, they tell of what they cover. An ATR counts as data: it may carry the
// identifier of a card.
class RealCardCcidTap : public trace::Tap {
 public:
  RealCardCcidTap(wire::Bytes key, Way way);
  ~RealCardCcidTap() override;
  std::string mask(wire::ByteView bytes, std::vector<trace::MaskRange>& ranges) override;
  void distrust() override { damaged_ = true; }

 private:
  std::string payload(wire::ByteView bytes, std::vector<trace::MaskRange>& ranges);
  std::string block(wire::ByteView bytes, std::size_t information,
                    std::vector<trace::MaskRange>& ranges);

  wire::Bytes key_;
  Way way_;
  bool damaged_ = false;
  std::array<bool, 256> chaining_{};  // by slot: the last information block had its M-bit set
};

}  // namespace uketsuke::guard
