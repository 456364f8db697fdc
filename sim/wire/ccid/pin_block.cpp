#include "sim/wire/ccid/pin_block.h"

#include <fmt/format.h>

namespace uketsuke::wire::ccid {
namespace {

std::string describe_template(ByteView apdu) {
  if (apdu.size() < 4) return fmt::format("apdu={} bytes", apdu.size());
  return fmt::format("apdu={} and {} bytes", to_hex(apdu.first(4)), apdu.size() - 4);
}

std::array<std::uint8_t, 3> read_prologue(ByteReader& in) {
  std::array<std::uint8_t, 3> prologue{};
  for (std::uint8_t& byte : prologue) byte = in.read_u8("bTeoPrologue");
  return prologue;
}

PinVerification read_verification(ByteReader& in) {
  PinVerification v;
  v.bTimeOut = in.read_u8("bTimeOut");
  v.bmFormatString = in.read_u8("bmFormatString");
  v.bmPINBlockString = in.read_u8("bmPINBlockString");
  v.bmPINLengthFormat = in.read_u8("bmPINLengthFormat");
  v.wPINMaxExtraDigit = in.read_u16le("wPINMaxExtraDigit");
  v.bEntryValidationCondition = in.read_u8("bEntryValidationCondition");
  v.bNumberMessage = in.read_u8("bNumberMessage");
  v.wLangId = in.read_u16le("wLangId");
  v.bMsgIndex = in.read_u8("bMsgIndex");
  v.bTeoPrologue = read_prologue(in);
  v.abPINApdu = to_bytes(in.rest());
  return v;
}

PinModification read_modification(ByteReader& in) {
  PinModification m;
  m.bTimeOut = in.read_u8("bTimeOut");
  m.bmFormatString = in.read_u8("bmFormatString");
  m.bmPINBlockString = in.read_u8("bmPINBlockString");
  m.bmPINLengthFormat = in.read_u8("bmPINLengthFormat");
  m.bInsertionOffsetOld = in.read_u8("bInsertionOffsetOld");
  m.bInsertionOffsetNew = in.read_u8("bInsertionOffsetNew");
  m.wPINMaxExtraDigit = in.read_u16le("wPINMaxExtraDigit");
  m.bConfirmPIN = in.read_u8("bConfirmPIN");
  m.bEntryValidationCondition = in.read_u8("bEntryValidationCondition");
  m.bNumberMessage = in.read_u8("bNumberMessage");
  m.wLangId = in.read_u16le("wLangId");
  m.bMsgIndex1 = in.read_u8("bMsgIndex1");
  const std::size_t indices = message_indices(m.bNumberMessage);
  if (indices > 1) m.bMsgIndex2 = in.read_u8("bMsgIndex2");
  if (indices > 2) m.bMsgIndex3 = in.read_u8("bMsgIndex3");
  m.bTeoPrologue = read_prologue(in);
  m.abPINApdu = to_bytes(in.rest());
  return m;
}

void write(ByteWriter& out, const PinVerification& v) {
  out.write_u8(static_cast<std::uint8_t>(bPINOperation::kVerification));
  out.write_u8(v.bTimeOut);
  out.write_u8(v.bmFormatString);
  out.write_u8(v.bmPINBlockString);
  out.write_u8(v.bmPINLengthFormat);
  out.write_u16le(v.wPINMaxExtraDigit);
  out.write_u8(v.bEntryValidationCondition);
  out.write_u8(v.bNumberMessage);
  out.write_u16le(v.wLangId);
  out.write_u8(v.bMsgIndex);
  out.write_bytes(v.bTeoPrologue);
  out.write_bytes(v.abPINApdu);
}

void write(ByteWriter& out, const PinModification& m) {
  out.write_u8(static_cast<std::uint8_t>(bPINOperation::kModification));
  out.write_u8(m.bTimeOut);
  out.write_u8(m.bmFormatString);
  out.write_u8(m.bmPINBlockString);
  out.write_u8(m.bmPINLengthFormat);
  out.write_u8(m.bInsertionOffsetOld);
  out.write_u8(m.bInsertionOffsetNew);
  out.write_u16le(m.wPINMaxExtraDigit);
  out.write_u8(m.bConfirmPIN);
  out.write_u8(m.bEntryValidationCondition);
  out.write_u8(m.bNumberMessage);
  out.write_u16le(m.wLangId);
  out.write_u8(m.bMsgIndex1);
  const std::size_t indices = message_indices(m.bNumberMessage);
  if (indices > 1) out.write_u8(m.bMsgIndex2);
  if (indices > 2) out.write_u8(m.bMsgIndex3);
  out.write_bytes(m.bTeoPrologue);
  out.write_bytes(m.abPINApdu);
}

void write(ByteWriter& out, const PinOtherOperation& other) {
  out.write_u8(static_cast<std::uint8_t>(other.operation));
  out.write_bytes(other.rest);
}

}  // namespace

std::string to_string(bPINOperation operation) {
  switch (operation) {
    case bPINOperation::kVerification: return "PIN verification";
    case bPINOperation::kModification: return "PIN modification";
    case bPINOperation::kTransferFromBuffer: return "transfer PIN";
    case bPINOperation::kWaitIccResponse: return "wait for ICC response";
    case bPINOperation::kCancel: return "cancel PIN function";
    case bPINOperation::kResendLastIBlock: return "resend last I-block";
    case bPINOperation::kSendNextPart: return "send next part";
  }
  return fmt::format("PIN operation {:02X}", static_cast<unsigned>(operation));
}

std::size_t message_indices(std::uint8_t bNumberMessage) {
  if (bNumberMessage == 0) return 1;
  return bNumberMessage < 3 ? 2 : 3;
}

Result<PinBlock> decode_pin_block(ByteView abData) {
  ByteReader in(abData);
  const auto operation = static_cast<bPINOperation>(in.read_u8("bPINOperation"));
  PinBlock block;
  if (operation == bPINOperation::kVerification) {
    block = read_verification(in);
  } else if (operation == bPINOperation::kModification) {
    block = read_modification(in);
  } else {
    block = PinOtherOperation{operation, to_bytes(in.rest())};
  }
  if (!in.ok()) return in.error();
  return block;
}

Bytes encode(const PinBlock& block) {
  ByteWriter out;
  std::visit([&out](const auto& b) { write(out, b); }, block);
  return out.take();
}

std::string describe(const PinBlock& block) {
  if (const auto* v = std::get_if<PinVerification>(&block)) {
    return fmt::format(
        "PIN verification timeout={}s format={:02x} block={:02x} length={:02x} min={} max={}"
        " validation={:02x} messages={:02x} {}",
        v->bTimeOut, v->bmFormatString, v->bmPINBlockString, v->bmPINLengthFormat,
        v->wPINMaxExtraDigit >> 8, v->wPINMaxExtraDigit & 0xFF, v->bEntryValidationCondition,
        v->bNumberMessage, describe_template(v->abPINApdu));
  }
  if (const auto* m = std::get_if<PinModification>(&block)) {
    return fmt::format(
        "PIN modification timeout={}s format={:02x} block={:02x} length={:02x} old_at={} new_at={}"
        " min={} max={} confirm={:02x} validation={:02x} messages={:02x} {}",
        m->bTimeOut, m->bmFormatString, m->bmPINBlockString, m->bmPINLengthFormat,
        m->bInsertionOffsetOld, m->bInsertionOffsetNew, m->wPINMaxExtraDigit >> 8,
        m->wPINMaxExtraDigit & 0xFF, m->bConfirmPIN, m->bEntryValidationCondition,
        m->bNumberMessage, describe_template(m->abPINApdu));
  }
  const auto& other = std::get<PinOtherOperation>(block);
  return fmt::format("{} with {} bytes", to_string(other.operation), other.rest.size());
}

}  // namespace uketsuke::wire::ccid
