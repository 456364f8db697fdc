#include "sim/guard/real_card_tap.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/guard/allow_list.h"
#include "sim/guard/keyed_digest.h"
#include "sim/wire/ccid/message.h"
#include "sim/wire/iso7816/apdu.h"
#include "sim/wire/iso7816/pps.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke::guard {

using wire::Bytes;
using wire::ByteView;
using wire::ccid::bMessageType;
namespace iso7816 = wire::iso7816;
using Ranges = std::vector<trace::MaskRange>;

namespace {

constexpr std::size_t kApduHeader = 4;
constexpr std::size_t kStatusWord = 2;
constexpr std::size_t kDigestShown = 8;  // bytes
constexpr std::size_t kCcidHeader = wire::ccid::kHeaderLength;
constexpr std::size_t kSlot = 5, kLevel = 8, kChain = 9;  // offsets in a message

void hide(std::size_t offset, std::size_t length, Ranges& ranges) {
  if (length != 0)
    ranges.push_back({static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)});
}

std::string digest_text(const Bytes& key, ByteView data) {
  if (data.empty()) return {};
  const KeyedDigest digest = keyed_digest(key, data);
  return fmt::format(" digest {}", wire::to_hex(ByteView(digest).first(kDigestShown)));
}

std::string hidden_whole(const Bytes& key, ByteView bytes, std::size_t offset, Ranges& ranges) {
  hide(offset, bytes.size(), ranges);
  return fmt::format("{} bytes{}", bytes.size(), digest_text(key, bytes));
}

// Classes 0X, 1X, 8X and 9X; digits and letters of a PIN that stand where a header should be are
// others.
bool looks_like_a_header(ByteView bytes) {
  return bytes.size() >= kApduHeader && (bytes[0] & 0x60) == 0;
}

std::string header_text(ByteView bytes) {
  return fmt::format("{} {:02X} {:02X} {:02X} {:02X}", command_name_en(bytes[0], bytes[1]),
                     bytes[0], bytes[1], bytes[2], bytes[3]);
}

// A whole command APDU that stands at `offset` of its message.
std::string command(const Bytes& key, ByteView apdu, std::size_t offset, Ranges& ranges) {
  const auto decoded = iso7816::decode_command(apdu);
  if (!decoded || !looks_like_a_header(apdu)) return hidden_whole(key, apdu, offset, ranges);
  std::string text = header_text(apdu);
  if (!decoded->data.empty()) {
    hide(offset + kApduHeader, apdu.size() - kApduHeader, ranges);
    text += fmt::format(" Nc={}{}", decoded->data.size(), digest_text(key, decoded->data));
  }
  if (decoded->ne != 0) text += fmt::format(" Ne={}", decoded->ne);
  return text;
}

// Its first part, which has Lc.
std::string first_part(const Bytes& key, ByteView part, std::size_t offset, Ranges& ranges) {
  if (part.size() <= kApduHeader || !looks_like_a_header(part))
    return hidden_whole(key, part, offset, ranges);
  hide(offset + kApduHeader, part.size() - kApduHeader, ranges);
  return fmt::format("{} begins, {} bytes{}", header_text(part), part.size(),
                     digest_text(key, part.subspan(kApduHeader)));
}

// A whole response APDU, or the last part of one.
std::string response(const Bytes& key, ByteView apdu, std::size_t offset, Ranges& ranges) {
  if (apdu.size() < kStatusWord) return hidden_whole(key, apdu, offset, ranges);
  const std::size_t size = apdu.size() - kStatusWord;
  hide(offset, size, ranges);
  return fmt::format("{:02X}{:02X} Nr={}{}", apdu[size], apdu[size + 1], size,
                     digest_text(key, apdu.first(size)));
}

void clear(Bytes& key) { std::fill(key.begin(), key.end(), std::uint8_t{0}); }

}  // namespace

// ---- APDUs
RealCardApduTap::RealCardApduTap(Bytes key, Way way) : key_(std::move(key)), way_(way) {}
RealCardApduTap::~RealCardApduTap() { clear(key_); }

std::string RealCardApduTap::mask(ByteView bytes, Ranges& ranges) {
  if (std::exchange(damaged_, false)) return hidden_whole(key_, bytes, 0, ranges);
  if (way_ == Way::kToCard) return command(key_, bytes, 0, ranges);
  return response(key_, bytes, 0, ranges);
}

// ---- CCID
RealCardCcidTap::RealCardCcidTap(Bytes key, Way way) : key_(std::move(key)), way_(way) {}
RealCardCcidTap::~RealCardCcidTap() { clear(key_); }

std::string RealCardCcidTap::mask(ByteView bytes, Ranges& ranges) {
  const bool damaged = std::exchange(damaged_, false);
  const auto header = wire::ccid::decode_header(bytes);
  if (damaged || !header || header->dwLength != bytes.size() - kCcidHeader)
    return hidden_whole(key_, bytes, 0, ranges);
  const auto type = static_cast<bMessageType>(header->bMessageType);
  const bool to_card = way_ == Way::kToCard;
  const std::string name =
      fmt::format("{} slot {} seq {}", wire::ccid::to_string(type), header->bSlot, header->bSeq);
  switch (type) {
    case bMessageType::kPC_to_RDR_XfrBlock:
    case bMessageType::kRDR_to_PC_DataBlock:
      if (bytes.size() == kCcidHeader) return name;
      if (to_card == (type == bMessageType::kPC_to_RDR_XfrBlock))
        return name + ": " + payload(bytes, ranges);
      break;
    case bMessageType::kPC_to_RDR_IccPowerOn:
    case bMessageType::kPC_to_RDR_IccPowerOff:
      chaining_[header->bSlot] = false;
      return {};
    case bMessageType::kPC_to_RDR_GetSlotStatus:
    case bMessageType::kPC_to_RDR_GetParameters:
    case bMessageType::kPC_to_RDR_ResetParameters:
    case bMessageType::kPC_to_RDR_SetParameters:
    case bMessageType::kPC_to_RDR_IccClock:
    case bMessageType::kPC_to_RDR_T0APDU:
    case bMessageType::kPC_to_RDR_Mechanical:
    case bMessageType::kPC_to_RDR_Abort:
    case bMessageType::kPC_to_RDR_SetDataRateAndClockFrequency:
    case bMessageType::kRDR_to_PC_SlotStatus:
    case bMessageType::kRDR_to_PC_Parameters:
    case bMessageType::kRDR_to_PC_DataRateAndClockFrequency:
      // Described as ever, if they are what they say.
      if (to_card ? wire::ccid::decode_command(bytes).has_value()
                  : wire::ccid::decode_response(bytes).has_value())
        return {};
      break;
    default:
      break;
  }
  return name + ": " + hidden_whole(key_, bytes.subspan(kCcidHeader), kCcidHeader, ranges);
}

std::string RealCardCcidTap::payload(ByteView bytes, Ranges& ranges) {
  const ByteView data = bytes.subspan(kCcidHeader);
  auto decoded = iso7816::decode_t1_block(data, iso7816::Edc::kLrc);
  if (!decoded) decoded = iso7816::decode_t1_block(data, iso7816::Edc::kCrc);
  // What is no block, but passes for one, gives nothing away with a prologue like this.
  if (decoded && decoded->nad == 0) return block(bytes, decoded->information.size(), ranges);
  if (way_ == Way::kFromCard) {
    // CCID 1.1, 6.2.1, bChainParameter: 0 whole, 2 the last part.
    if (bytes[kChain] == 0 || bytes[kChain] == 2) return response(key_, data, kCcidHeader, ranges);
    return hidden_whole(key_, data, kCcidHeader, ranges);
  }
  if (data[0] == iso7816::kPpss && iso7816::decode_pps(data)) return "PPS";
  // 6.1.4, wLevelParameter: 0 whole, 1 the first part.
  const unsigned level = bytes[kLevel] | bytes[kLevel + 1] << 8;
  if (level == 0) return command(key_, data, kCcidHeader, ranges);
  if (level == 1) return first_part(key_, data, kCcidHeader, ranges);
  return hidden_whole(key_, data, kCcidHeader, ranges);
}

std::string RealCardCcidTap::block(ByteView bytes, std::size_t information, Ranges& ranges) {
  constexpr std::size_t kBegin = kCcidHeader + iso7816::kT1PrologueSize;
  const std::uint8_t pcb = bytes[kCcidHeader + 1];
  const std::string head = fmt::format("T=1 PCB {:02X} LEN {}", pcb, information);
  if ((pcb & 0x80) != 0) return head;  // R and S blocks hold nothing of an APDU
  const bool more = (pcb & 0x20) != 0;
  const bool first = !std::exchange(chaining_[bytes[kSlot]], more);
  const ByteView inf = bytes.subspan(kBegin, information);
  hide(kBegin + information, bytes.size() - kBegin - information, ranges);
  std::string text;
  if (way_ == Way::kFromCard) {
    text = more ? hidden_whole(key_, inf, kBegin, ranges) : response(key_, inf, kBegin, ranges);
  } else if (!first) {
    text = hidden_whole(key_, inf, kBegin, ranges);
  } else {
    text = more ? first_part(key_, inf, kBegin, ranges) : command(key_, inf, kBegin, ranges);
  }
  return head + ": " + text;
}

}  // namespace uketsuke::guard
