// The taps of the wires that carry secrets.
#pragma once

#include <functional>
#include <memory>

#include "sim/trace/card_conversation.h"
#include "sim/trace/tap.h"
#include "sim/wire/reader_link/codec.h"

namespace uketsuke::trace {

using Way = CardConversation::Way;

// APDUs of the session wire.
class ApduTap : public Tap {
 public:
  ApduTap(CardConversation& conversation, Way way) : conversation_(conversation), way_(way) {}
  std::string mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) override;
  void distrust() override { conversation_.distrust(); }

 private:
  CardConversation& conversation_;
  Way way_;
};

// Bursts of the field wire, contact or contactless.
class FieldTap : public Tap {
 public:
  FieldTap(CardConversation& conversation, Way way, bool contactless)
      : conversation_(conversation), way_(way), contactless_(contactless) {}
  std::string mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) override;
  void distrust() override { conversation_.distrust(); }

 private:
  CardConversation& conversation_;
  Way way_;
  bool contactless_;
};

// CCID messages of a bulk pipe (PC_to_RDR_XfrBlock and RDR_to_PC_DataBlock; Escape is masked
// whole). One conversation for each slot.
class CcidTap : public Tap {
 public:
  // tpdu: the reader exchanges TPDUs (T=1 blocks, T=0 TPDUs), else APDUs with wLevelParameter.
  CcidTap(std::vector<CardConversation>& slots, Way way, bool tpdu)
      : slots_(slots), way_(way), tpdu_(tpdu) {}
  std::string mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) override;
  // Every slot's: bSlot may be what is wrong. A slot is trusted again from IccPowerOn on.
  void distrust() override;

 private:
  void payload(CardConversation& slot, wire::ByteView data, std::uint16_t level,
               std::vector<MaskRange>& ranges);
  std::vector<CardConversation>& slots_;
  Way way_;
  bool tpdu_;
  bool damaged_ = false;  // the next message
};

// The reader link. A transfer that is one whole frame without a secret is kept; of any other only
// the length, and the decoded line of what is in it.
class LinkTap : public Tap {
 public:
  std::string mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) override;

 private:
  wire::reader_link::Deframer deframer_;
};

// Messages that a function describes without their secrets; their bytes are not kept.
class DescribedTap : public Tap {
 public:
  explicit DescribedTap(Describe describe) : describe_(describe) {}
  std::string mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) override;

 private:
  Describe describe_;
};

}  // namespace uketsuke::trace
