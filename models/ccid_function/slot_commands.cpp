// Commands of a slot that are answered without a card's work, and what of each message is wrong
// whatever the state. CCID Rev 1.1, 6.1.5 to 6.1.14.
#include <algorithm>
#include <cstdlib>

#include "models/ccid_function/pin_format.h"
#include "models/ccid_function/slot.h"

namespace uketsuke::ccid_function {

namespace ccid = wire::ccid;
using ccid::bError;
using ccid::bmCommandStatus;

namespace {

using Offset = std::optional<std::uint8_t>;

std::uint8_t mechanical_bit(std::uint8_t bFunction) {
  switch (static_cast<ccid::bFunction>(bFunction)) {
    case ccid::bFunction::kAcceptCard: return ccid::kMechanicalAccept;
    case ccid::bFunction::kEjectCard: return ccid::kMechanicalEject;
    case ccid::bFunction::kCaptureCard: return ccid::kMechanicalCapture;
    case ccid::bFunction::kLockCard:
    case ccid::bFunction::kUnlockCard: return ccid::kMechanicalLock;
  }
  return 0;
}

bool reserved_rate(std::uint8_t bmFindexDindex) {
  return !wire::iso7816::fi_of_index(bmFindexDindex >> 4) ||
         !wire::iso7816::di_of_index(bmFindexDindex & 0x0F);
}

// Offsets as in 6.1.7.
Offset wrong_field_t0(const ccid::ProtocolDataT0& t0) {
  if (reserved_rate(t0.bmFindexDindex)) return 0x0A;
  if ((t0.bmTCCKST0 & ~0x02) != 0) return 0x0B;
  if (t0.bWaitingIntegerT0 == 0) return 0x0D;
  if (t0.bClockStop > 3) return 0x0E;
  return std::nullopt;
}

Offset wrong_field_t1(const ccid::ProtocolDataT1& t1, bool nad_supported) {
  if (reserved_rate(t1.bmFindexDindex)) return 0x0A;
  if ((t1.bmTCCKST1 & 0xFC) != 0x10) return 0x0B;
  if (t1.bmWaitingIntegersT1 >> 4 > 9) return 0x0D;
  if (t1.bClockStop > 3) return 0x0E;
  if (t1.bIFSC == 0x00 || t1.bIFSC == 0xFF) return 0x0F;
  if (t1.bNadValue != 0 && !nad_supported) return 0x10;
  return std::nullopt;
}

std::uint32_t nearest(const std::vector<std::uint32_t>& values, std::uint32_t wanted) {
  const auto distance = [wanted](std::uint32_t value) {
    return value > wanted ? value - wanted : wanted - value;
  };
  return *std::min_element(values.begin(), values.end(),
                           [&](std::uint32_t a, std::uint32_t b) {
                             return distance(a) < distance(b);
                           });
}

// RFU bytes of a message: offset of the first that is not zero.
template <class T>
auto rfu_offset(const T& m, int) -> decltype(m.abRFU, Offset{}) {
  for (std::size_t i = 0; i < m.abRFU.size(); ++i) {
    if (m.abRFU[i] != 0) return static_cast<std::uint8_t>(10 - m.abRFU.size() + i);
  }
  return std::nullopt;
}
template <class T>
Offset rfu_offset(const T&, long) { return std::nullopt; }

}  // namespace

bool Slot::supported(const ccid::CommandMessage& message) const {
  const ccid::ClassDescriptor& d = parameters_.descriptor;
  if (std::holds_alternative<ccid::PC_to_RDR_IccClock>(message)) {
    return (d.dwFeatures & ccid::kClockStop) != 0;
  }
  if (std::holds_alternative<ccid::PC_to_RDR_T0APDU>(message)) {
    const bool apdu_level = level_ == ccid::ExchangeLevel::kShortApdu ||
                            level_ == ccid::ExchangeLevel::kExtendedApdu;
    return apdu_level && (d.dwProtocols & ccid::kProtocolT0) != 0;
  }
  if (std::holds_alternative<ccid::PC_to_RDR_Secure>(message)) return d.bPINSupport != 0;
  if (std::holds_alternative<ccid::PC_to_RDR_Mechanical>(message)) return d.dwMechanical != 0;
  if (std::holds_alternative<ccid::PC_to_RDR_SetDataRateAndClockFrequency>(message)) {
    const bool automatic = (d.dwFeatures & ccid::kAutoClock) != 0 &&
                           (d.dwFeatures & ccid::kAutoBaudRate) != 0;
    return !automatic || parameters_.clock_frequencies_khz.size() > 1 ||
           parameters_.data_rates_bps.size() > 1;
  }
  return true;
}

std::optional<std::uint8_t> Slot::wrong_field(const ccid::CommandMessage& message) const {
  const ccid::ClassDescriptor& d = parameters_.descriptor;
  if (parameters_.refuses_rfu) {
    const Offset rfu = std::visit([](const auto& m) { return rfu_offset(m, 0); }, message);
    if (rfu) return rfu;
  }
  if (const auto* on = std::get_if<ccid::PC_to_RDR_IccPowerOn>(&message)) {
    const std::uint8_t select = on->bPowerSelect;
    const bool good = select == 0 ? (d.dwFeatures & ccid::kAutoVoltage) != 0
                                  : select <= 3 && (d.bVoltageSupport >> (select - 1) & 1) != 0;
    return good ? std::nullopt : Offset{7};
  }
  if (const auto* clock = std::get_if<ccid::PC_to_RDR_IccClock>(&message)) {
    return clock->bClockCommand <= 1 ? std::nullopt : Offset{7};
  }
  if (const auto* t0 = std::get_if<ccid::PC_to_RDR_T0APDU>(&message)) {
    return (t0->bmChanges & 0xFC) == 0 ? std::nullopt : Offset{7};
  }
  if (const auto* mechanical = std::get_if<ccid::PC_to_RDR_Mechanical>(&message)) {
    return (d.dwMechanical & mechanical_bit(mechanical->bFunction)) != 0 ? std::nullopt : Offset{7};
  }
  if (const auto* m = std::get_if<ccid::PC_to_RDR_SetParameters>(&message)) return wrong_field(*m);
  if (const auto* m = std::get_if<ccid::PC_to_RDR_Secure>(&message)) return wrong_field(*m);
  return std::nullopt;
}

std::optional<std::uint8_t> Slot::wrong_field(const ccid::PC_to_RDR_SetParameters& m) const {
  const std::uint8_t protocol = m.bProtocolNum;
  if (protocol > 1 || (parameters_.descriptor.dwProtocols >> protocol & 1) == 0) return Offset{7};
  if (state_ == SlotState::kActive && !icc_.offers(protocol)) return Offset{7};
  const bool nad = (parameters_.descriptor.dwFeatures & ccid::kNad) != 0;
  if (const auto* t0 = std::get_if<ccid::ProtocolDataT0>(&m.abProtocolDataStructure)) {
    return wrong_field_t0(*t0);
  }
  return wrong_field_t1(std::get<ccid::ProtocolDataT1>(m.abProtocolDataStructure), nad);
}

std::optional<std::uint8_t> Slot::wrong_field(const ccid::PC_to_RDR_Secure& m) const {
  if (m.wLevelParameter != 0) return Offset{8};
  const auto block = ccid::decode_pin_block(m.abData);
  if (!block) return Offset{ccid::kOffset_dwLength};
  const std::uint8_t support = parameters_.descriptor.bPINSupport;
  if (const auto* verification = std::get_if<ccid::PinVerification>(&*block)) {
    if ((support & ccid::kPinVerification) == 0) return Offset{10};
    return ccid_function::wrong_field(*verification);
  }
  if (const auto* modification = std::get_if<ccid::PinModification>(&*block)) {
    if ((support & ccid::kPinModification) == 0) return Offset{10};
    return ccid_function::wrong_field(*modification);
  }
  return Offset{10};  // 02h..06h: see ccid_function.h
}

void Slot::serve(const ccid::PC_to_RDR_GetParameters& m) {
  const ccid::Header header = header_of(ccid::CommandMessage(m));
  answer_parameters({header.bMessageType, header.bSeq});
}

void Slot::serve(const ccid::PC_to_RDR_ResetParameters& m) {
  const ccid::Header header = header_of(ccid::CommandMessage(m));
  perform(icc_.reset_parameters());
  answer_parameters({header.bMessageType, header.bSeq});
}

void Slot::serve(const ccid::PC_to_RDR_SetParameters& m) {
  begin(header_of(ccid::CommandMessage(m)), SlotState::kSettingParameters);
  const ccid::bClockStatus clock = clock_;
  forget_session();
  perform(icc_.set_parameters(m.abProtocolDataStructure));
  if (state_ == SlotState::kActive) clock_ = clock;  // nothing was said to the card
}

void Slot::serve(const ccid::PC_to_RDR_Escape& m) {
  const ccid::Header header = header_of(ccid::CommandMessage(m));
  const auto known = parameters_.escape_answers.find(m.abData);
  if (known == parameters_.escape_answers.end()) {
    effect(Unmodelled{"Escape"});
    return fail(header, static_cast<std::uint8_t>(bError::kCommandNotSupported));
  }
  auto message = std::get<ccid::RDR_to_PC_Escape>(
      response({header.bMessageType, header.bSeq}, bmCommandStatus::kProcessed, 0));
  message.abData = known->second;
  answer(std::move(message));
}

// 6.1.9: stopped in the state that bClockStop of the parameters names; low if it names none.
void Slot::serve(const ccid::PC_to_RDR_IccClock& m) {
  const auto stop_level = [this] {
    const auto& data = icc_.parameters();
    if (const auto* t0 = std::get_if<ccid::ProtocolDataT0>(&data)) return t0->bClockStop;
    if (const auto* t1 = std::get_if<ccid::ProtocolDataT1>(&data)) return t1->bClockStop;
    return std::uint8_t{0};
  };
  if (static_cast<ccid::bClockCommand>(m.bClockCommand) == ccid::bClockCommand::kRestart) {
    clock_ = ccid::bClockStatus::kRunning;
    perform(icc_.restart_clock());
  } else {
    perform(icc_.stop_clock());
    clock_ = stop_level() == 2 ? ccid::bClockStatus::kStoppedH : ccid::bClockStatus::kStoppedL;
  }
  answer_ok(header_of(ccid::CommandMessage(m)));
}

void Slot::serve(const ccid::PC_to_RDR_T0APDU& m) {
  const ccid::ClassDescriptor& d = parameters_.descriptor;
  icc_.set_t0_classes((m.bmChanges & 1) != 0 ? m.bClassGetResponse : d.bClassGetResponse,
                      (m.bmChanges & 2) != 0 ? m.bClassEnvelope : d.bClassEnvelope);
  answer_ok(header_of(ccid::CommandMessage(m)));
}

// No motor, shutter or lock is modelled: the command succeeds and is noted.
void Slot::serve(const ccid::PC_to_RDR_Mechanical& m) {
  effect(Unmodelled{"Mechanical: " + to_string(static_cast<ccid::bFunction>(m.bFunction))});
  answer_ok(header_of(ccid::CommandMessage(m)));
}

// 6.1.14: the values really used are answered. Without a list the clock has two frequencies and the
// rate a range (5.1, bNumClockSupported and bNumDataRatesSupported 00h). The rate is kept and
// reported; the characters' time follows the parameters (F, D).
void Slot::serve(const ccid::PC_to_RDR_SetDataRateAndClockFrequency& m) {
  const ccid::ClassDescriptor& d = parameters_.descriptor;
  const auto& clocks = parameters_.clock_frequencies_khz;
  const auto& rates = parameters_.data_rates_bps;
  perform(icc_.set_clock_khz(
      nearest(clocks.empty() ? std::vector{d.dwDefaultClock, d.dwMaximumClock} : clocks,
              m.dwClockFrequency)));
  const std::uint32_t low = std::min(d.dwDataRate, d.dwMaxDataRate);
  const std::uint32_t high = std::max(d.dwDataRate, d.dwMaxDataRate);
  data_rate_bps_ =
      rates.empty() ? std::clamp(m.dwDataRate, low, high) : nearest(rates, m.dwDataRate);
  answer_ok(header_of(ccid::CommandMessage(m)));
}

}  // namespace uketsuke::ccid_function
