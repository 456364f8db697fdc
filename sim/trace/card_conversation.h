// Follows one conversation with a card through the framings of its wires and finds what the journal
// must not keep: reference data (VERIFY, CHANGE) and personal data in answers. Where bytes do not
// make sense it masks all but a header: a broken frame may hold a PIN as well as a whole one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/trace/journal.h"
#include "sim/wire/bytes.h"
#include "sim/wire/mynumber/apdu_masker.h"

namespace uketsuke::trace {

class CardConversation {
 public:
  enum class Way : std::uint8_t { kToCard, kFromCard };
  using Ranges = std::vector<MaskRange>;

  void reset();
  // From now until reset() everything is masked: what is on the wire is not what was sent.
  void distrust() { trusted_ = false; }
  // A whole command or response APDU (or T=0 TPDU) that begins at `offset` of the message.
  void apdu(Way way, wire::ByteView apdu, std::uint32_t offset, Ranges& ranges);
  // A part of one: first, last or both.
  void part(Way way, wire::ByteView part, bool first, bool last, std::uint32_t offset,
            Ranges& ranges);
  // A T=1 block (LRC or CRC). False: it is none.
  bool t1_block(Way way, wire::ByteView block, std::uint32_t offset, Ranges& ranges);
  // A burst of characters of a contact card: ATR, PPS, T=0 or T=1. The protocol follows from ATR
  // and PPS; where they were not seen or make no sense, from the bytes. The result: a decoded line
  // for what only the conversation can tell (T=0); empty: the bytes tell it.
  std::string characters(Way way, wire::ByteView burst, Ranges& ranges);
  // A frame of a contactless card, Type B.
  void frame(Way way, wire::ByteView frame, Ranges& ranges);

 private:
  struct Stream {
    wire::Bytes assembled;
    bool open = false;       // a chain is under way
    bool sensitive = false;  // of the APDU that is being assembled
    int sequence = -1;       // number of the last information block
  };
  Stream& stream(Way way) { return way == Way::kToCard ? down_ : up_; }
  void information(Way way, wire::ByteView inf, bool more, int sequence, std::uint32_t offset,
                   Ranges& ranges);
  void t0(Way way, wire::ByteView burst, Ranges& ranges);
  std::string t0_text(Way way, wire::ByteView burst) const;
  void take_atr(wire::ByteView atr);

  bool trusted_ = true;
  wire::mynumber::Masker masker_;
  Stream down_, up_;
  std::optional<std::uint8_t> protocol_;  // of a contact card, once it is known
  // T=0 at character level.
  wire::Bytes t0_command_, t0_answer_;
  std::size_t t0_expected_ = 0;  // data bytes to the card still to come
  bool t0_open_ = false, t0_sensitive_ = false;
};

}  // namespace uketsuke::trace
