// XfrBlock and Secure of a slot: length rules of each exchange level, chaining, PIN entry.
// CCID Rev 1.1, 6.1.4, 6.1.11, 6.2.1.
#include <algorithm>
#include <utility>

#include "models/ccid_function/pin_format.h"
#include "models/ccid_function/slot.h"
#include "sim/wire/iso7816/pps.h"
#include "sim/wire/iso7816/apdu.h"

namespace uketsuke::ccid_function {

namespace ccid = wire::ccid;
using ccid::bChainParameter;
using ccid::bError;
using ccid::bmCommandStatus;
using ccid::ExchangeLevel;
using wire::Bytes;
using wire::ByteView;

namespace {

constexpr std::uint8_t kOffset_wLevelParameter = 8;
constexpr std::uint8_t kOffset_abData = 10;
constexpr std::size_t kMaxT0Tpdu = 260;            // 6.1.4
constexpr std::size_t kMaxT1Block = 259;           // 6.1.4
constexpr std::size_t kMaxShortApdu = 261;         // 4 + Lc + 255 + Le
constexpr std::size_t kMaxExtendedApdu = 65544;    // 4 + 3 + 65535 + 2
constexpr std::size_t kMicrosPerSecond = 1'000'000;

void wipe(std::string& secret) {
  std::fill(secret.begin(), secret.end(), '0');
  secret.clear();
}

}  // namespace

// ---- lengths
std::optional<std::uint8_t> Slot::wrong_apdu(ByteView data) const {
  constexpr std::uint8_t kLength = ccid::kOffset_dwLength;
  if (level_ != ExchangeLevel::kTpdu) {
    const bool is_short = level_ == ExchangeLevel::kShortApdu;
    if (is_short && data.size() > kMaxShortApdu) return kLength;
    const auto command = wire::iso7816::decode_command(data);
    if (!command || (is_short && command->extended)) return kLength;
    return std::nullopt;
  }
  if (data.empty()) return kLength;
  if (data[0] == wire::iso7816::kPpss) {
    return data.size() < 3 || data.size() > 6 ? std::optional(kLength) : std::nullopt;
  }
  if (icc_.protocol() == 0) {
    const bool whole = data.size() == 5 || (data.size() > 5 && data.size() == data[4] + 5U);
    const bool four = data.size() == 4 && parameters_.accepts_four_byte_tpdu;
    return (whole || four) && data.size() <= kMaxT0Tpdu ? std::nullopt : std::optional(kLength);
  }
  if (data.size() < 4 || data.size() > kMaxT1Block) return kLength;
  if (data.size() != data[2] + 4U && data.size() != data[2] + 5U) return kLength;
  const bool nad = (parameters_.descriptor.dwFeatures & ccid::kNad) != 0;
  if (data[0] != 0 && !nad) return kOffset_abData;
  return std::nullopt;
}

std::optional<std::uint8_t> Slot::wrong_field(const ccid::PC_to_RDR_XfrBlock& m) const {
  if (level_ != ExchangeLevel::kExtendedApdu) {
    if (m.wLevelParameter != 0) return kOffset_wLevelParameter;
    return wrong_apdu(m.abData);
  }
  switch (static_cast<ccid::wLevelParameter>(m.wLevelParameter)) {
    case ccid::wLevelParameter::kBeginsAndEnds: return wrong_apdu(m.abData);
    case ccid::wLevelParameter::kBegins:
      return m.abData.empty() ? std::optional(ccid::kOffset_dwLength) : std::nullopt;
    case ccid::wLevelParameter::kContinues:
    case ccid::wLevelParameter::kEnds:
      if (!command_begun_) return kOffset_wLevelParameter;
      if (m.abData.empty() || command_.size() + m.abData.size() > kMaxExtendedApdu) {
        return ccid::kOffset_dwLength;
      }
      return std::nullopt;
    case ccid::wLevelParameter::kAsksForMore:
      if (response_sent_ >= response_.size()) return kOffset_wLevelParameter;
      return m.abData.empty() ? std::nullopt : std::optional(ccid::kOffset_dwLength);
  }
  return kOffset_wLevelParameter;
}

// ---- XfrBlock
void Slot::serve(const ccid::PC_to_RDR_XfrBlock& m) {
  const ccid::Header header = header_of(ccid::CommandMessage(m));
  if (m.abData.empty() && parameters_.accepts_empty_xfr_block && m.wLevelParameter == 0) {
    return answer_data({header.bMessageType, header.bSeq}, {});
  }
  if (const auto offset = wrong_field(m)) {
    command_begun_ = false;
    return fail(header, *offset);
  }
  if (level_ == ExchangeLevel::kExtendedApdu && m.wLevelParameter != 0) return serve_extended(m);
  command_begun_ = false;
  if (auto answer = pcsc_answer(m.abData)) {
    return answer_data({header.bMessageType, header.bSeq}, std::move(*answer));
  }
  begin(header, SlotState::kExchanging);
  exchange(m.abData, m.bBWI);
}

// Contactless: GET DATA with CLA FF is for the reader (PC/SC part 3, 3.2.2.1.3): the UID, for
// Type B the PUPI.
std::optional<Bytes> Slot::pcsc_answer(ByteView apdu) const {
  const bool contactless = parameters_.slots[number_].medium == wire::field::Medium::kContactless;
  if (!contactless || !parameters_.answers_get_uid || apdu[0] != 0xFF) return std::nullopt;
  if (apdu.size() != 5 || apdu[1] != 0xCA || apdu[2] != 0 || apdu[3] != 0) {
    return Bytes{0x6A, 0x81};  // function not supported
  }
  Bytes answer = icc_.uid();
  const std::size_t le = apdu[4];
  if (le != 0 && le < answer.size()) return Bytes{0x6C, static_cast<std::uint8_t>(answer.size())};
  const bool short_of = le > answer.size();
  answer.push_back(short_of ? 0x62 : 0x90);
  answer.push_back(short_of ? 0x82 : 0x00);
  return answer;
}

void Slot::serve_extended(const ccid::PC_to_RDR_XfrBlock& m) {
  const ccid::Header header = header_of(ccid::CommandMessage(m));
  const Running to{header.bMessageType, header.bSeq};
  const auto level = static_cast<ccid::wLevelParameter>(m.wLevelParameter);
  if (level == ccid::wLevelParameter::kAsksForMore) return send_next_part(to);
  if (level == ccid::wLevelParameter::kBegins) command_.clear();
  command_begun_ = true;
  response_.clear();
  response_sent_ = 0;
  command_.insert(command_.end(), m.abData.begin(), m.abData.end());
  if (level != ccid::wLevelParameter::kEnds) {
    auto message =
        std::get<ccid::RDR_to_PC_DataBlock>(response(to, bmCommandStatus::kProcessed, 0));
    message.bChainParameter = static_cast<std::uint8_t>(bChainParameter::kAsksForMore);
    return answer(std::move(message));
  }
  command_begun_ = false;
  const Bytes whole = std::exchange(command_, {});
  if (const auto offset = wrong_apdu(whole)) return fail(header, *offset);
  begin(header, SlotState::kExchanging);
  exchange(whole, m.bBWI);
}

void Slot::exchange(ByteView data, std::uint8_t bBWI) {
  clock_ = ccid::bClockStatus::kRunning;
  perform(icc_.restart_clock());  // 6.1.9: a command for the card starts it again
  response_.clear();
  response_sent_ = 0;
  start_extension_timer();
  if (data.size() == 4 && data[0] != wire::iso7816::kPpss && level_ == ExchangeLevel::kTpdu &&
      icc_.protocol() == 0) {
    const Bytes with_p3{data[0], data[1], data[2], data[3], 0x00};
    return perform(icc_.exchange(with_p3, bBWI));
  }
  perform(icc_.exchange(data, bBWI));
}

// Longer answers than one message holds go in parts at extended APDU level (6.2.1); elsewhere there
// is no way to say them.
void Slot::answer_data(const Running& to, Bytes data) {
  const std::size_t room = parameters_.descriptor.dwMaxCCIDMessageLength - ccid::kHeaderLength;
  if (data.size() > room) {
    if (level_ != ExchangeLevel::kExtendedApdu) {
      return answer(response(to, bmCommandStatus::kFailed,
                             static_cast<std::uint8_t>(bError::kXFR_OVERRUN)));
    }
    response_ = std::move(data);
    response_sent_ = 0;
    return send_next_part(to);
  }
  auto message = std::get<ccid::RDR_to_PC_DataBlock>(response(to, bmCommandStatus::kProcessed, 0));
  message.abData = std::move(data);
  answer(std::move(message));
}

void Slot::send_next_part(const Running& to) {
  const std::size_t room = parameters_.descriptor.dwMaxCCIDMessageLength - ccid::kHeaderLength;
  const std::size_t left = response_.size() - response_sent_;
  const bool first = response_sent_ == 0, last = left <= room;
  const auto begin_of_part = response_.begin() + static_cast<std::ptrdiff_t>(response_sent_);
  auto message = std::get<ccid::RDR_to_PC_DataBlock>(response(to, bmCommandStatus::kProcessed, 0));
  message.abData.assign(begin_of_part,
                        begin_of_part + static_cast<std::ptrdiff_t>(std::min(room, left)));
  const auto chain = first ? bChainParameter::kBegins
                           : last ? bChainParameter::kEnds : bChainParameter::kContinues;
  message.bChainParameter = static_cast<std::uint8_t>(chain);
  response_sent_ += message.abData.size();
  if (last) {
    response_.clear();
    response_sent_ = 0;
  }
  answer(std::move(message));
}

// ---- Secure
void Slot::serve(const ccid::PC_to_RDR_Secure& m) {
  begin(header_of(ccid::CommandMessage(m)), SlotState::kEnteringPin);
  pin_block_ = *ccid::decode_pin_block(m.abData);
  pin_bwi_ = m.bBWI;
  const auto* modification = std::get_if<ccid::PinModification>(&pin_block_);
  if (modification == nullptr) {
    pin_purpose_ = PinPurpose::kVerify;
  } else {
    pin_purpose_ = (modification->bConfirmPIN & 2) != 0 ? PinPurpose::kOld : PinPurpose::kNew;
  }
  ask_pin();
}

void Slot::ask_pin() {
  const auto settings = std::visit(
      [](const auto& block) -> std::pair<std::uint16_t, std::uint8_t> {
        if constexpr (std::is_same_v<std::decay_t<decltype(block)>, ccid::PinOtherOperation>) {
          return {0, 0};
        } else {
          return {block.wPINMaxExtraDigit, block.bTimeOut};
        }
      },
      pin_block_);
  AskPin ask{number_, pin_purpose_, parameters_.default_pin_min, parameters_.default_pin_max,
             settings.second != 0 ? settings.second : parameters_.default_pin_timeout_s};
  if (settings.first != 0) {
    ask.min = static_cast<std::uint8_t>(settings.first >> 8);
    ask.max = static_cast<std::uint8_t>(settings.first & 0xFF);
  }
  effect(ask);
  effect(wire::StartTimer{timer_id(SlotTimer::kPin), ask.timeout_s * kMicrosPerSecond});
}

SlotActions Slot::pin_entered(const std::string& digits) {
  if (rule_of(parameters_.table, SlotEventKind::kPinEntered, state_) != Rule::kServe) return {};
  std::uint16_t limits = std::visit(
      [](const auto& block) -> std::uint16_t {
        if constexpr (std::is_same_v<std::decay_t<decltype(block)>, ccid::PinOtherOperation>) {
          return 0;
        } else {
          return block.wPINMaxExtraDigit;
        }
      },
      pin_block_);
  if (limits == 0) {
    limits = static_cast<std::uint16_t>(parameters_.default_pin_min << 8 |
                                        parameters_.default_pin_max);
  }
  const bool all_digits =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!all_digits || digits.size() < limits >> 8U || digits.size() > (limits & 0xFFU)) {
    ask_pin();  // the pad does not take it; nothing goes to the card
    return std::exchange(actions_, {});
  }
  const auto* modification = std::get_if<ccid::PinModification>(&pin_block_);
  switch (pin_purpose_) {
    case PinPurpose::kOld:
      old_pin_ = digits;
      pin_purpose_ = PinPurpose::kNew;
      ask_pin();
      return std::exchange(actions_, {});
    case PinPurpose::kNew:
      new_pin_ = digits;
      if ((modification->bConfirmPIN & 1) != 0) {
        pin_purpose_ = PinPurpose::kConfirm;
        ask_pin();
        return std::exchange(actions_, {});
      }
      break;
    case PinPurpose::kConfirm:
      if (digits != new_pin_) {
        // The standard has no code for two new PINs that differ; cancelled is nearest.
        end_pin_entry(PinEnd::kMismatch);
        state_ = SlotState::kActive;
        fail_running(bError::kPIN_CANCELLED);
        return std::exchange(actions_, {});
      }
      break;
    case PinPurpose::kVerify: new_pin_ = digits; break;
  }
  send_with_pin();
  return std::exchange(actions_, {});
}

SlotActions Slot::pin_cancelled() {
  if (rule_of(parameters_.table, SlotEventKind::kPinCancelled, state_) != Rule::kServe) return {};
  end_pin_entry(PinEnd::kCancelled);
  state_ = SlotState::kActive;
  fail_running(bError::kPIN_CANCELLED);
  return std::exchange(actions_, {});
}

void Slot::end_pin_entry(PinEnd end) {
  effect(wire::StopTimer{timer_id(SlotTimer::kPin)});
  effect(PinDone{number_, end});
  wipe(old_pin_);
  wipe(new_pin_);
}

void Slot::send_with_pin() {
  std::optional<Bytes> apdu;
  std::array<std::uint8_t, 3> prologue{};
  if (const auto* v = std::get_if<ccid::PinVerification>(&pin_block_)) {
    const PinFormat format{v->bmFormatString, v->bmPINBlockString, v->bmPINLengthFormat};
    apdu = insert_pin(v->abPINApdu, format, 0, new_pin_);
    prologue = v->bTeoPrologue;
  } else if (const auto* m = std::get_if<ccid::PinModification>(&pin_block_)) {
    const PinFormat format{m->bmFormatString, m->bmPINBlockString, m->bmPINLengthFormat};
    apdu = m->abPINApdu;
    if ((m->bConfirmPIN & 2) != 0) {
      apdu = insert_pin(std::move(*apdu), format, m->bInsertionOffsetOld, old_pin_);
    }
    if (apdu) apdu = insert_pin(std::move(*apdu), format, m->bInsertionOffsetNew, new_pin_);
    prologue = m->bTeoPrologue;
  }
  end_pin_entry(PinEnd::kTaken);
  if (!apdu || apdu->size() > 254) {  // the digits do not fit into the block: bmPINBlockString
    state_ = SlotState::kActive;
    return fail_running(static_cast<bError>(13));
  }
  state_ = SlotState::kExchanging;
  if (level_ != ExchangeLevel::kTpdu || icc_.protocol() == 0) return exchange(*apdu, pin_bwi_);
  using wire::iso7816::Edc;
  auto block = wire::iso7816::T1Block::i_block((prologue[1] & 0x40) != 0, false, *apdu);
  block.nad = prologue[0];
  const auto* t1 = std::get_if<ccid::ProtocolDataT1>(&icc_.parameters());
  const bool crc = t1 != nullptr && (t1->bmTCCKST1 & 1) != 0;
  exchange(*encode_t1_block(block, crc ? Edc::kCrc : Edc::kLrc), pin_bwi_);
}

}  // namespace uketsuke::ccid_function
