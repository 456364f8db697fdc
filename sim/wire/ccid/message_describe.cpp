// describe() of the bulk messages. What may hold a PIN or what unlocks a card is shown as its
// header and length only.
#include <fmt/format.h>

#include "sim/wire/ccid/message.h"
#include "sim/wire/ccid/pin_block.h"
#include "sim/wire/iso7816/apdu.h"
#include "sim/wire/iso7816/atr.h"
#include "sim/wire/iso7816/pps.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke::wire::ccid {
namespace {

constexpr std::size_t kShownBytes = 32;

std::string shown(ByteView bytes) {
  if (bytes.size() <= kShownBytes) return to_hex(bytes);
  return fmt::format("{}..({} bytes)", to_hex(bytes.first(kShownBytes)), bytes.size());
}

std::string header_only(ByteView apdu) {
  return fmt::format("{}..({} bytes, data masked)", to_hex(apdu.first(4)), apdu.size());
}

// A T=1 block has LEN in its third byte and 1 or 2 bytes of EDC.
bool looks_like_t1_block(ByteView data) {
  return data.size() >= 4 && (data.size() == data[2] + 4U || data.size() == data[2] + 5U);
}

// Kind, numbers and length; of a block that is damaged or masked only its prologue.
std::string t1_text(ByteView block) {
  auto decoded = iso7816::decode_t1_block(block, iso7816::Edc::kLrc);
  if (!decoded) decoded = iso7816::decode_t1_block(block, iso7816::Edc::kCrc);
  return "T=1 " + (decoded ? iso7816::describe(*decoded) : to_hex(block.first(3)));
}

// Whether these bytes are certainly a command APDU (or T=0 TPDU) of which nothing is secret.
bool is_harmless_apdu(ByteView data) {
  if (data.size() < 4 || iso7816::carries_secret(data[0], data[1])) return false;
  if ((data[0] & 0xE0) == 0x20) return false;  // no CLA (ISO/IEC 7816-4:2013, 5.4.1): digits?
  if (data.size() <= 5) return true;
  return iso7816::decode_command(data).has_value() || data.size() == data[4] + 5U;
}

// A fragment of a chained command cannot be judged by itself: only the first one has the header.
std::string describe_command_data(ByteView data, std::uint16_t level) {
  const bool whole = level == static_cast<std::uint16_t>(wLevelParameter::kBeginsAndEnds);
  if (data.empty()) return "";
  if (!whole && level != static_cast<std::uint16_t>(wLevelParameter::kBegins)) {
    return fmt::format("({} bytes)", data.size());
  }
  if (looks_like_t1_block(data)) {
    const ByteView information = data.subspan(3, data[2]);
    const bool i_block = (data[1] & 0x80) == 0;
    if (!i_block || information.empty()) return t1_text(data);
    const bool more = (data[1] & 0x20) != 0;
    std::string inside = fmt::format("({} bytes)", information.size());
    if (!more && is_harmless_apdu(information) && is_harmless_apdu(data)) {
      inside = shown(information);
    }
    return fmt::format("{} {}", t1_text(data), inside);
  }
  if (data.size() < 4) return shown(data);
  if (data[0] == iso7816::kPpss && data.size() <= 6) {
    const auto pps = iso7816::decode_pps(data);
    return pps ? iso7816::describe(*pps) : to_hex(data);
  }
  if (iso7816::carries_secret(data[0], data[1]) || !whole) return header_only(data);
  return is_harmless_apdu(data) ? shown(data) : header_only(data);
}

std::string detail(const PC_to_RDR_IccPowerOn& m) {
  return " select=" + to_string(static_cast<bPowerSelect>(m.bPowerSelect));
}
template <class T>
std::string detail(const T&) { return {}; }
std::string detail(const PC_to_RDR_XfrBlock& m) {
  return fmt::format(" bwi={} level={:04x} {}", m.bBWI, m.wLevelParameter,
                     describe_command_data(m.abData, m.wLevelParameter));
}
std::string detail(const PC_to_RDR_SetParameters& m) {
  return fmt::format(" protocol={} {}", m.bProtocolNum, describe(m.abProtocolDataStructure));
}
std::string detail(const PC_to_RDR_Escape& m) {
  return fmt::format(" ({} bytes)", m.abData.size());
}
std::string detail(const PC_to_RDR_IccClock& m) {
  return " " + to_string(static_cast<bClockCommand>(m.bClockCommand));
}
std::string detail(const PC_to_RDR_T0APDU& m) {
  return fmt::format(" changes={:02x} get_response={:02x} envelope={:02x}", m.bmChanges,
                     m.bClassGetResponse, m.bClassEnvelope);
}
std::string detail(const PC_to_RDR_Secure& m) {
  const auto level = static_cast<wLevelParameter>(m.wLevelParameter);
  const bool first = level == wLevelParameter::kBeginsAndEnds || level == wLevelParameter::kBegins;
  const auto block = first ? decode_pin_block(m.abData) : Result<PinBlock>(PinOtherOperation{});
  return fmt::format(" bwi={} level={:04x} {}", m.bBWI, m.wLevelParameter,
                     first && block ? describe(*block)
                                    : fmt::format("({} bytes)", m.abData.size()));
}
std::string detail(const PC_to_RDR_Mechanical& m) {
  return " " + to_string(static_cast<bFunction>(m.bFunction));
}
std::string detail(const PC_to_RDR_SetDataRateAndClockFrequency& m) {
  return fmt::format(" clock={}kHz rate={}bps", m.dwClockFrequency, m.dwDataRate);
}
// What a card said may be personal: of an answer only its length and SW1 SW2; an ATR, a PPS
// response and T=1 prologues are shown.
std::string describe_response_data(ByteView data, std::uint8_t chain) {
  if (data.size() <= 2) return to_hex(data);
  if (data[0] == iso7816::kPpss && data.size() <= 6) {
    const auto pps = iso7816::decode_pps(data);
    return pps ? iso7816::describe(*pps) : to_hex(data);
  }
  if (iso7816::decode_atr_structure(data)) return "ATR " + to_hex(data);
  if (looks_like_t1_block(data)) {
    return t1_text(data);
  }
  const bool ends = chain == static_cast<std::uint8_t>(bChainParameter::kBeginsAndEnds) ||
                    chain == static_cast<std::uint8_t>(bChainParameter::kEnds);
  if (!ends) return fmt::format("({} bytes)", data.size());
  return fmt::format("({} bytes) {}", data.size() - 2, to_hex(data.last(2)));
}
std::string detail(const RDR_to_PC_DataBlock& m) {
  return fmt::format(" chain={:02x} {}", m.bChainParameter,
                     describe_response_data(m.abData, m.bChainParameter));
}
std::string detail(const RDR_to_PC_SlotStatus& m) {
  return fmt::format(" clock={}", to_string(static_cast<bClockStatus>(m.bClockStatus)));
}
std::string detail(const RDR_to_PC_Parameters& m) {
  return fmt::format(" protocol={} {}", m.bProtocolNum, describe(m.abProtocolDataStructure));
}
std::string detail(const RDR_to_PC_Escape& m) {
  return fmt::format(" ({} bytes)", m.abData.size());
}
std::string detail(const RDR_to_PC_DataRateAndClockFrequency& m) {
  return fmt::format(" clock={}kHz rate={}bps", m.dwClockFrequency, m.dwDataRate);
}

std::string describe_status(std::uint8_t status, std::uint8_t error) {
  std::string text = fmt::format(" {}, {}", to_string(icc_status(status)),
                                 to_string(command_status(status)));
  if (!is_legal_bStatus(status)) text += fmt::format(" (bStatus {:02x})", status);
  if (command_status(status) == bmCommandStatus::kTimeExtension) {
    text += fmt::format(" x{}", error);
  } else if (command_status(status) == bmCommandStatus::kFailed) {
    text += ": " + to_string(static_cast<bError>(error));
  } else if (error != 0) {
    text += fmt::format(" (bError {:02x})", error);
  }
  return text;
}

}  // namespace

std::string describe(const CommandMessage& message) {
  const Header header = header_of(message);
  return fmt::format("{} slot={} seq={}{}",
                     to_string(static_cast<bMessageType>(header.bMessageType)), header.bSlot,
                     header.bSeq, std::visit([](const auto& m) { return detail(m); }, message));
}

std::string describe(const ResponseMessage& message) {
  const Header header = header_of(message);
  return fmt::format("{} slot={} seq={}{}{}",
                     to_string(static_cast<bMessageType>(header.bMessageType)), header.bSlot,
                     header.bSeq, describe_status(bStatus_of(message), bError_of(message)),
                     std::visit([](const auto& m) { return detail(m); }, message));
}

}  // namespace uketsuke::wire::ccid
