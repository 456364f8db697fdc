// The taps of wires behind which there is a card that is not simulated: of an APDU the journal
// keeps header, length, status word and a digest under a key that is thrown away at the end.
// Where bytes do not make sense not even a header is kept.
#pragma once

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

 private:
  wire::Bytes key_;
  Way way_;
};

// CCID messages of a bulk pipe, at any exchange level.
class RealCardCcidTap : public trace::Tap {
 public:
  RealCardCcidTap(wire::Bytes key, Way way);
  ~RealCardCcidTap() override;
  std::string mask(wire::ByteView bytes, std::vector<trace::MaskRange>& ranges) override;

 private:
  wire::Bytes key_;
  Way way_;
};

}  // namespace uketsuke::guard
