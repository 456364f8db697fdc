#include "sim/trace/card_conversation.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/wire/iso7816/apdu.h"
#include "sim/wire/iso7816/atr.h"
#include "sim/wire/iso7816/iso14443_3b.h"
#include "sim/wire/iso7816/iso14443_4.h"
#include "sim/wire/iso7816/pps.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke::trace {
namespace {

using namespace wire::iso7816;
constexpr std::uint32_t kHeader = 4;    // CLA INS P1 P2 may be shown of anything
constexpr std::uint32_t kT0Header = 5;  // and P3

void mask_all(wire::ByteView bytes, std::uint32_t from, std::uint32_t offset,
              CardConversation::Ranges& ranges) {
  if (bytes.size() > from)
    ranges.push_back({offset + from, static_cast<std::uint32_t>(bytes.size()) - from});
}

// The checksum of what is masked would tell it: four digits have fewer values than a CRC.
void mask_epilogue(wire::ByteView block, std::size_t at, std::uint32_t offset,
                   CardConversation::Ranges& ranges) {
  mask_all(block, static_cast<std::uint32_t>(at), offset, ranges);
}

bool is_status_byte(std::uint8_t byte, std::uint8_t ins) {
  const std::uint8_t high = byte & 0xF0;
  return (high == 0x60 || high == 0x90) && byte != 0x60 && byte != ins &&
         byte != static_cast<std::uint8_t>(~ins);
}

}  // namespace

void CardConversation::reset() {
  trusted_ = true;
  masker_.on_reset();
  down_ = up_ = Stream{};
  t0_command_.clear();
  t0_answer_.clear();
  t0_expected_ = 0;
  t0_open_ = t0_sensitive_ = false;
  protocol_.reset();
}

// Without PPS the first protocol holds, in specific mode the one of TA2 (7816-3, 6.3.1, 8.2.3).
void CardConversation::take_atr(wire::ByteView atr) {
  reset();
  const auto decoded = decode_atr_structure(atr);
  if (!decoded) return;
  const auto mode = decoded->specific_mode();
  protocol_ = mode ? mode->protocol : decoded->first_protocol();
}

void CardConversation::apdu(Way way, wire::ByteView apdu, std::uint32_t offset, Ranges& ranges) {
  if (!trusted_) return mask_all(apdu, way == Way::kToCard ? kHeader : 0, offset, ranges);
  const auto found = way == Way::kToCard ? masker_.on_command(apdu) : masker_.on_response(apdu);
  for (const auto& range : found)
    ranges.push_back({offset + static_cast<std::uint32_t>(range.offset),
                      static_cast<std::uint32_t>(range.length)});
}

void CardConversation::part(Way way, wire::ByteView part, bool first, bool last,
                            std::uint32_t offset, Ranges& ranges) {
  if (!trusted_) return mask_all(part, 0, offset, ranges);
  if (first && last) return apdu(way, part, offset, ranges);
  Stream& s = stream(way);
  if (first) {
    s.assembled.clear();
    if (way == Way::kToCard) {
      s.sensitive = part.size() < 2 || carries_secret(part[0], part[1]);
    } else {
      // What the answer is known to be from its command; the end of it decides nothing.
      wire::mynumber::Masker probe = masker_;
      wire::Bytes probed = wire::to_bytes(part);
      probed.insert(probed.end(), {0x90, 0x00});
      s.sensitive = !probe.on_response(probed).empty();
    }
  }
  s.assembled.insert(s.assembled.end(), part.begin(), part.end());
  if (s.sensitive) {
    const bool keep_header = first && way == Way::kToCard;
    const bool keep_status = last && way == Way::kFromCard && part.size() >= 2;
    mask_all(keep_status ? part.first(part.size() - 2) : part, keep_header ? kT0Header : 0, offset,
             ranges);
  }
  if (!last) return;
  Ranges ignored;
  const wire::Bytes whole = std::move(s.assembled);
  s.assembled.clear();
  apdu(way, whole, 0, ignored);  // the state of the conversation goes on
}

void CardConversation::information(Way way, wire::ByteView inf, bool more, int sequence,
                                   std::uint32_t offset, Ranges& ranges) {
  Stream& s = stream(way);
  if (sequence == s.sequence) {  // sent again: mask as the first time, or more
    if (s.sensitive || (way == Way::kToCard && inf.size() >= 2 && carries_secret(inf[0], inf[1])))
      mask_all(inf, 0, offset, ranges);
    else if (way == Way::kFromCard)
      part(way, inf, true, true, offset, ranges);
    return;
  }
  s.sequence = sequence;
  const bool first = !s.open;
  s.open = more;
  if (first && !more) s.sensitive = false;
  const std::size_t before = ranges.size();
  part(way, inf, first, !more, offset, ranges);
  if (first && !more) s.sensitive = ranges.size() != before;
}

bool CardConversation::t1_block(Way way, wire::ByteView block, std::uint32_t offset,
                                Ranges& ranges) {
  if (!trusted_) {
    mask_all(block, 0, offset, ranges);
    return true;
  }
  auto decoded = decode_t1_block(block, Edc::kLrc);
  if (!decoded) decoded = decode_t1_block(block, Edc::kCrc);
  if (!decoded) return false;
  if (decoded->kind == T1Kind::kSupervisory &&
      decoded->supervisory == T1Supervisory::kResynch && decoded->response) {
    down_ = up_ = Stream{};
  }
  if (decoded->kind != T1Kind::kInformation) return true;
  const wire::ByteView inf = block.subspan(kT1PrologueSize, decoded->information.size());
  const std::size_t before = ranges.size();
  information(way, inf, decoded->more, decoded->sequence ? 1 : 0, offset + kT1PrologueSize, ranges);
  if (ranges.size() != before) mask_epilogue(block, kT1PrologueSize + inf.size(), offset, ranges);
  return true;
}

std::string CardConversation::characters(Way way, wire::ByteView burst, Ranges& ranges) {
  if (burst.empty()) return {};
  if (!trusted_) {
    mask_all(burst, 0, 0, ranges);
    return {};
  }
  const bool from_card = way == Way::kFromCard;
  if (from_card && !t0_open_ && (burst[0] == 0x3B || burst[0] == 0x3F) && burst.size() <= 33) {
    take_atr(burst);
    return {};
  }
  if (burst[0] == kPpss && burst.size() <= 6 && t0_expected_ == 0) {  // PPS (7816-3, 9.2)
    const auto pps = decode_pps(burst);
    if (pps && from_card) protocol_ = pps->protocol;
    return {};
  }
  if (protocol_ != 0 && !t0_open_ && t1_block(way, burst, 0, ranges)) return {};
  if (protocol_ == 1) {  // part of a block, or a damaged one
    mask_all(burst, kT1PrologueSize, 0, ranges);
    return {};
  }
  std::string text = protocol_ == 0 ? t0_text(way, burst) : std::string();
  t0(way, burst, ranges);
  return text;
}

// Lengths, procedure byte and status only: no data.
std::string CardConversation::t0_text(Way way, wire::ByteView burst) const {
  if (way == Way::kToCard) {
    if (t0_expected_ > 0) return fmt::format("T=0 data, {} characters", burst.size());
    if (burst.size() != kT0Header) return fmt::format("T=0 {} characters", burst.size());
    return fmt::format("T=0 header CLA={:02x} INS={:02x} P1={:02x} P2={:02x} P3={:02x}", burst[0],
                       burst[1], burst[2], burst[3], burst[4]);
  }
  if (!t0_open_ || t0_command_.size() < 2) return fmt::format("T=0 {} characters", burst.size());
  const std::uint8_t ins = t0_command_[1];
  const std::size_t size = burst.size();
  if (size == 1 && burst[0] == 0x60) return "T=0 NULL";
  std::string text = "T=0";
  std::size_t data = size;
  if (burst[0] == ins || burst[0] == static_cast<std::uint8_t>(~ins)) {
    text += burst[0] == ins ? " procedure byte INS" : " procedure byte INS^FF";
    --data;
  }
  const bool status = data >= 2 && is_status_byte(burst[size - 2], ins);
  if (status) data -= 2;
  if (data > 0) text += fmt::format(", data, {} characters", data);
  if (status) text += fmt::format(" SW={:02x}{:02x}", burst[size - 2], burst[size - 1]);
  return text;
}

void CardConversation::t0(Way way, wire::ByteView burst, Ranges& ranges) {
  if (way == Way::kToCard) {
    if (t0_expected_ > 0) {
      if (t0_sensitive_) mask_all(burst, 0, 0, ranges);
      t0_command_.insert(t0_command_.end(), burst.begin(), burst.end());
      t0_expected_ -= std::min(t0_expected_, burst.size());
      Ranges ignored;
      if (t0_expected_ == 0) apdu(Way::kToCard, t0_command_, 0, ignored);
      return;
    }
    if (burst.size() != kT0Header) return mask_all(burst, kHeader, 0, ranges);  // no sense: masked
    t0_command_ = wire::to_bytes(burst);
    t0_answer_.clear();
    t0_open_ = true;
    t0_sensitive_ = carries_secret(burst[0], burst[1]);
    // Which way data goes is not on the wire (7816-3, 10.3.2): the header alone is a command; data
    // that follows completes it.
    t0_expected_ = burst[4];
    Ranges ignored;
    apdu(Way::kToCard, t0_command_, 0, ignored);
    return;
  }
  if (!t0_open_) return mask_all(burst, 2, 0, ranges);
  t0_answer_.insert(t0_answer_.end(), burst.begin(), burst.end());
  wire::mynumber::Masker probe = masker_;
  wire::Bytes probed = t0_answer_;
  probed.insert(probed.end(), {0x90, 0x00});
  if (!probe.on_response(probed).empty() && burst.size() > 2) {
    const bool status = burst[burst.size() - 2] == 0x90 || (burst[burst.size() - 2] & 0xF0) == 0x60;
    mask_all(status ? burst.first(burst.size() - 2) : burst, 1, 0, ranges);
  }
  const std::uint8_t ins = t0_command_.size() > 1 ? t0_command_[1] : 0;
  const std::size_t size = t0_answer_.size();
  if (size >= 2 && is_status_byte(t0_answer_[size - 2], ins)) {
    Ranges ignored;
    apdu(Way::kFromCard, t0_answer_, 0, ignored);
    t0_open_ = false;
    t0_expected_ = 0;
  }
}

void CardConversation::frame(Way way, wire::ByteView frame, Ranges& ranges) {
  if (frame.empty()) return;
  if (!trusted_) return mask_all(frame, 1, 0, ranges);
  // Activation (14443-3): REQB and WUPB 05, ATQB 50, ATTRIB 1D, HLTB 50. A new one resets the card.
  const std::uint8_t first = frame[0];
  if (first == 0x05 || (first == 0x50 && frame.size() >= 12) || first == 0x1D) return reset();
  const auto block = decode_picc_block(frame);
  if (!block) {
    // The answer to ATTRIB is MBLI and CID with CRC_B; anything longer makes no sense.
    if (frame.size() > 3) mask_all(frame, 1 + kHeader, 0, ranges);
    return;
  }
  if (block->kind != PiccBlockKind::kInformation) return;
  const std::uint32_t prologue =
      1 + (block->cid ? 1U : 0U) + (block->nad ? 1U : 0U);
  const wire::ByteView inf = frame.subspan(prologue, block->information.size());
  const std::size_t before = ranges.size();
  information(way, inf, block->chaining, block->number ? 1 : 0, prologue, ranges);
  if (ranges.size() != before) mask_epilogue(frame, prologue + inf.size(), 0, ranges);
}

}  // namespace uketsuke::trace
