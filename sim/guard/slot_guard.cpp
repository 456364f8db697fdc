#include "sim/guard/slot_guard.h"

#include <utility>

#include "sim/guard/allow_list.h"
#include "sim/wire/iso7816/atr.h"
#include "sim/wire/iso7816/pps.h"

namespace uketsuke::guard {

namespace ccid = wire::ccid;
namespace iso7816 = wire::iso7816;
using ccid::bChainParameter;
using ccid::bmCommandStatus;
using ccid::bMessageType;
using ccid::bmICCStatus;
using ccid::ExchangeLevel;
using ccid::wLevelParameter;
using wire::Bytes;
using wire::ByteView;

namespace {

constexpr std::uint8_t kT0 = 0, kT1 = 1;
constexpr std::size_t kMostResponse = 65536 + 2;
constexpr std::size_t kT0Header = 5;
constexpr std::uint8_t kSelect = 0xA4;

Judgement refuse(std::string_view why_ja, std::string_view why_en) {
  return refused("PC_to_RDR_XfrBlock", "PC_to_RDR_XfrBlock", why_ja, why_en);
}

bMessageType type_of(const ccid::CommandMessage& message) {
  return static_cast<bMessageType>(header_of(message).bMessageType);
}

// A command TPDU of T=0 as the APDU that it carries (ISO/IEC 7816-3:2006, 12.2). P3 = 00 without
// data is case 1 of a command that never asks for data, else Le = 256.
Bytes apdu_of_t0(ByteView tpdu) {
  const bool no_answer_data =
      tpdu.size() == kT0Header && tpdu[4] == 0 && (may_cost_a_try(tpdu[1]) || tpdu[1] == kSelect);
  return wire::to_bytes(no_answer_data ? tpdu.first(kT0Header - 1) : tpdu);
}

bool is_t0_tpdu(ByteView bytes) {
  if (bytes.size() <= kT0Header) return bytes.size() >= kT0Header - 1;
  return bytes.size() == kT0Header + bytes[4];
}

}  // namespace

// ---- to the reader
Judgement SlotGuard::message_out(const ccid::CommandMessage& message) {
  const bMessageType type = type_of(message);
  const std::uint8_t seq = header_of(message).bSeq;
  const bool power =
      type == bMessageType::kPC_to_RDR_IccPowerOn || type == bMessageType::kPC_to_RDR_IccPowerOff;
  if (type == bMessageType::kPC_to_RDR_Abort) {
    abort_seq_ = seq;
    return passes();
  }
  // Two commands under way: which answer belongs to which would be a guess.
  const bool busy = open_ && (open_->type == bMessageType::kPC_to_RDR_XfrBlock ||
                              open_->type == bMessageType::kPC_to_RDR_IccPowerOn);
  // Is it still alive? The answer says nothing of the command under way.
  if (busy && type == bMessageType::kPC_to_RDR_GetSlotStatus) return passes();
  if (busy && !power)
    return refused(ccid::to_string(type), ccid::to_string(type),
                   "このスロットの前のコマンドに応答がありません",
                   "the command before is not answered yet in this slot");
  if (power) deactivated();
  if (const auto* set = std::get_if<ccid::PC_to_RDR_SetParameters>(&message);
      set != nullptr && set->bProtocolNum > kT1)
    return refused(ccid::to_string(type), ccid::to_string(type), "T=0でもT=1でもありません",
                   "neither T=0 nor T=1");
  if (const auto* xfr = std::get_if<ccid::PC_to_RDR_XfrBlock>(&message)) {
    Judgement judgement = xfr_block(*xfr);
    if (!judgement) return judgement;
    exchanged_ = true;
  }
  open_ = Open{seq, type};
  return passes();
}

Judgement SlotGuard::xfr_block(const ccid::PC_to_RDR_XfrBlock& message) {
  if (kind_.level == ExchangeLevel::kCharacter)
    return refuse("リーダーの交換レベルが分からないか、文字レベルです",
                  "the reader's exchange level is unknown or the character level");
  if (!card_.active())
    return refuse("カードの活性化が確認されていません", "no activation of the card was seen");
  if (stuck_)
    return refuse("前のやり取りが途中で切れています。カードをリセットしてください",
                  "an exchange broke off before; reset the card");
  if (kind_.level == ExchangeLevel::kExtendedApdu) return part_of_apdu(message);
  if (message.wLevelParameter != 0)
    return refuse("wLevelParameterが0ではありません", "wLevelParameter is not 0");
  if (kind_.level == ExchangeLevel::kTpdu) return tpdu(message);
  return command(message.abData);
}

Judgement SlotGuard::command(ByteView bytes) {
  if (only_t0_ && is_t0_tpdu(bytes)) return card_.command(apdu_of_t0(bytes));
  return card_.command(bytes);
}

Judgement SlotGuard::tpdu(const ccid::PC_to_RDR_XfrBlock& message) {
  const ByteView bytes = message.abData;
  if (!bytes.empty() && bytes[0] == iso7816::kPpss) return pps(bytes);
  if (protocol_ == kT1) return t1_.block_out(bytes);
  if (protocol_ != kT0) return refuse("プロトコルが分かりません", "the protocol is not known");
  if (!is_t0_tpdu(bytes)) return refuse("T=0のTPDUではありません", "no command TPDU of T=0");
  return card_.command(apdu_of_t0(bytes));
}

// The first exchange of an activation or none. PPS2 and PPS3 are never needed.
Judgement SlotGuard::pps(ByteView bytes) {
  const auto request = iso7816::decode_pps(bytes);
  if (exchanged_ || !request || request->protocol > kT1 || request->pps2 || request->pps3)
    return refuse("許可されるPPSではありません", "not a PPS that is allowed here");
  pps_open_ = true;
  return passes();
}

// 6.1.4, wLevelParameter.
Judgement SlotGuard::part_of_apdu(const ccid::PC_to_RDR_XfrBlock& message) {
  const auto level = static_cast<wLevelParameter>(message.wLevelParameter);
  if (level == wLevelParameter::kAsksForMore) {
    if (parts_ == Parts::kReceiving && message.abData.empty()) return passes();
    return refuse("続きのある応答がありません", "there is no answer that goes on");
  }
  if (level == wLevelParameter::kBeginsAndEnds) {
    if (parts_ != Parts::kNone)
      return refuse("分割されたAPDUが終わっていません", "an APDU in parts is not finished");
    return command(message.abData);
  }
  if (level == wLevelParameter::kBegins) {
    if (parts_ != Parts::kNone)
      return refuse("分割されたAPDUが終わっていません", "an APDU in parts is not finished");
    Judgement judgement = card_.begins(message.abData);
    if (!judgement) return judgement;
    if (!CardGuard::fits_so_far(message.abData))
      return refuse("長さがLcと合いません", "the length does not agree with Lc");
    parts_ = Parts::kSending;
    command_ = message.abData;
    return passes();
  }
  const bool ends = level == wLevelParameter::kEnds;
  if (!ends && level != wLevelParameter::kContinues)
    return refuse("wLevelParameterの値が規格にありません", "wLevelParameter has a reserved value");
  if (parts_ != Parts::kSending)
    return refuse("始まっていないAPDUの続きです", "it continues an APDU that did not begin");
  Bytes whole = command_;
  whole.insert(whole.end(), message.abData.begin(), message.abData.end());
  if (!CardGuard::fits_so_far(whole))
    return refuse("長さがLcと合いません", "the length does not agree with Lc");
  if (ends) {
    Judgement judgement = card_.command(whole);
    if (!judgement) return judgement;
    parts_ = Parts::kNone;
    whole.clear();
  }
  command_ = std::move(whole);
  return passes();
}

// ---- from the reader
bool SlotGuard::message_in(const ccid::ResponseMessage& message) {
  const ccid::Header header = header_of(message);
  const auto status = ccid::command_status(bStatus_of(message));
  const auto type = static_cast<bMessageType>(header.bMessageType);
  if (abort_seq_ && header.bSeq == *abort_seq_ && type == bMessageType::kRDR_to_PC_SlotStatus) {
    abort_seq_.reset();
    answer_lost();
    return true;
  }
  if (!open_ || header.bSeq != open_->seq) return false;
  if (status == bmCommandStatus::kTimeExtension) return false;
  const Open open = *std::exchange(open_, std::nullopt);
  const bool active = ccid::icc_status(bStatus_of(message)) == bmICCStatus::kActive;
  if (type != ccid::response_type(static_cast<std::uint8_t>(open.type))) {
    if (open.type == bMessageType::kPC_to_RDR_XfrBlock) exchange_failed();
    return false;
  }
  if (!active) {
    deactivated();
    return true;
  }
  if (status != bmCommandStatus::kProcessed) {
    if (open.type == bMessageType::kPC_to_RDR_XfrBlock) exchange_failed();
    return true;
  }
  if (const auto* block = std::get_if<ccid::RDR_to_PC_DataBlock>(&message)) {
    if (open.type == bMessageType::kPC_to_RDR_IccPowerOn) power_on_answered(*block);
    if (open.type == bMessageType::kPC_to_RDR_XfrBlock) xfr_answered(*block);
  } else if (const auto* parameters = std::get_if<ccid::RDR_to_PC_Parameters>(&message)) {
    parameters_answered(*parameters);
  }
  return true;
}

void SlotGuard::power_on_answered(const ccid::RDR_to_PC_DataBlock& block) {
  card_.activated(Activation::kReset);
  ++activations_;
  const auto atr = iso7816::decode_atr_structure(block.abData);
  if (!atr) {
    t1_.restart(iso7816::Edc::kLrc);
    return;
  }
  const auto specific = atr->specific_mode();
  protocol_ = specific ? specific->protocol : atr->first_protocol();
  only_t0_ = atr->offered_protocols() == std::vector<std::uint8_t>{kT0};
  t1_.restart(atr->edc());
}

void SlotGuard::xfr_answered(const ccid::RDR_to_PC_DataBlock& block) {
  if (std::exchange(pps_open_, false)) {
    const auto answer = iso7816::decode_pps(block.abData);
    if (answer) protocol_ = answer->protocol;
    return;
  }
  if (kind_.level == ExchangeLevel::kExtendedApdu) return part_answered(block);
  if (kind_.level == ExchangeLevel::kTpdu && protocol_ == kT1) return t1_.block_in(block.abData);
  card_.response(block.abData);
}

// 6.2.1, bChainParameter.
void SlotGuard::part_answered(const ccid::RDR_to_PC_DataBlock& block) {
  const auto chain = static_cast<bChainParameter>(block.bChainParameter);
  if (parts_ == Parts::kSending) {
    if (chain != bChainParameter::kAsksForMore) exchange_failed();
    return;
  }
  const bool begun = parts_ == Parts::kReceiving;
  const bool goes_on = chain == bChainParameter::kBegins || chain == bChainParameter::kContinues;
  const bool fits =
      begun ? chain == bChainParameter::kContinues || chain == bChainParameter::kEnds
            : chain == bChainParameter::kBegins || chain == bChainParameter::kBeginsAndEnds;
  if (!fits || response_.size() + block.abData.size() > kMostResponse) return exchange_failed();
  response_.insert(response_.end(), block.abData.begin(), block.abData.end());
  parts_ = goes_on ? Parts::kReceiving : Parts::kNone;
  if (goes_on) return;
  card_.response(response_);
  response_.clear();
}

void SlotGuard::parameters_answered(const ccid::RDR_to_PC_Parameters& answer) {
  if (answer.bProtocolNum > kT1) return;
  protocol_ = answer.bProtocolNum;
  if (const auto* t1 = std::get_if<ccid::ProtocolDataT1>(&answer.abProtocolDataStructure))
    t1_.set_edc((t1->bmTCCKST1 & 1) != 0 ? iso7816::Edc::kCrc : iso7816::Edc::kLrc);
}

// T=1 recovers by itself (T1Follower); T=0, or what may be T=0, does not.
void SlotGuard::exchange_failed() {
  pps_open_ = false;
  parts_ = Parts::kNone;
  command_.clear();
  response_.clear();
  if (kind_.level == ExchangeLevel::kTpdu && protocol_ == kT1) return;
  card_.response_lost();
  stuck_ = protocol_ != kT1;
}

void SlotGuard::answer_lost() {
  if (!open_) return;
  const Open open = *std::exchange(open_, std::nullopt);
  if (open.type == bMessageType::kPC_to_RDR_XfrBlock) exchange_failed();
}

// The first notification after the configuration tells what was there before, and it may come when
// the card is in use already. A card that was taken away is announced first.
void SlotGuard::notified(bool present, bool changed) {
  const bool announces = std::exchange(first_notification_, false) && activations_ <= 1;
  if (!present || (changed && kind_.activates_by_itself && !announces)) deactivated();
}

void SlotGuard::deactivated() {
  card_.deactivated();
  t1_.restart(iso7816::Edc::kLrc);
  open_.reset();
  protocol_.reset();
  exchanged_ = stuck_ = pps_open_ = only_t0_ = false;
  parts_ = Parts::kNone;
  command_.clear();
  response_.clear();
}

}  // namespace uketsuke::guard
