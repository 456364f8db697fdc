#include "sim/wire/ccid/descriptor.h"

#include <fmt/format.h>

#include <tuple>

namespace uketsuke::wire::ccid {
namespace {

auto tie(const ClassDescriptor& d) {
  return std::tie(d.bLength, d.bDescriptorType, d.bcdCCID, d.bMaxSlotIndex, d.bVoltageSupport,
                  d.dwProtocols, d.dwDefaultClock, d.dwMaximumClock, d.bNumClockSupported,
                  d.dwDataRate, d.dwMaxDataRate, d.bNumDataRatesSupported, d.dwMaxIFSD,
                  d.dwSynchProtocols, d.dwMechanical, d.dwFeatures, d.dwMaxCCIDMessageLength,
                  d.bClassGetResponse, d.bClassEnvelope, d.wLcdLayout, d.bPINSupport,
                  d.bMaxCCIDBusySlots);
}

struct Named { std::uint32_t bit; std::string_view name; };

std::string list_bits(std::uint32_t value, std::initializer_list<Named> names) {
  std::string text;
  const auto add = [&text](std::string_view name) {
    if (!text.empty()) text += ',';
    text += name;
  };
  for (const Named& named : names) {
    if ((value & named.bit) != 0) add(named.name);
    value &= ~named.bit;
  }
  if (value != 0) add(fmt::format("0x{:x}", value));
  return text.empty() ? "none" : text;
}

}  // namespace

bool operator==(const ClassDescriptor& a, const ClassDescriptor& b) { return tie(a) == tie(b); }

std::string_view to_string(ExchangeLevel level) {
  switch (level) {
    case ExchangeLevel::kCharacter: return "character";
    case ExchangeLevel::kTpdu: return "tpdu";
    case ExchangeLevel::kShortApdu: return "short_apdu";
    case ExchangeLevel::kExtendedApdu: return "extended_apdu";
  }
  return "?";
}

ExchangeLevel exchange_level(std::uint32_t dwFeatures) {
  if ((dwFeatures & kExtendedApduLevel) != 0) return ExchangeLevel::kExtendedApdu;
  if ((dwFeatures & kShortApduLevel) != 0) return ExchangeLevel::kShortApdu;
  if ((dwFeatures & kTpduLevel) != 0) return ExchangeLevel::kTpdu;
  return ExchangeLevel::kCharacter;
}

Result<ClassDescriptor> decode_class_descriptor(ByteView bytes) {
  ByteReader in(bytes);
  ClassDescriptor d;
  d.bLength = in.read_u8("bLength");
  d.bDescriptorType = in.read_u8("bDescriptorType");
  if (!in.ok()) return in.error();
  if (d.bDescriptorType != kClassDescriptorType) {
    return DecodeError{DecodeErrc::kUnknownType, 1, "bDescriptorType"};
  }
  if (d.bLength != kClassDescriptorLength) {
    return DecodeError{DecodeErrc::kLengthMismatch, 0, "bLength"};
  }
  d.bcdCCID = in.read_u16le("bcdCCID");
  d.bMaxSlotIndex = in.read_u8("bMaxSlotIndex");
  d.bVoltageSupport = in.read_u8("bVoltageSupport");
  d.dwProtocols = in.read_u32le("dwProtocols");
  d.dwDefaultClock = in.read_u32le("dwDefaultClock");
  d.dwMaximumClock = in.read_u32le("dwMaximumClock");
  d.bNumClockSupported = in.read_u8("bNumClockSupported");
  d.dwDataRate = in.read_u32le("dwDataRate");
  d.dwMaxDataRate = in.read_u32le("dwMaxDataRate");
  d.bNumDataRatesSupported = in.read_u8("bNumDataRatesSupported");
  d.dwMaxIFSD = in.read_u32le("dwMaxIFSD");
  d.dwSynchProtocols = in.read_u32le("dwSynchProtocols");
  d.dwMechanical = in.read_u32le("dwMechanical");
  d.dwFeatures = in.read_u32le("dwFeatures");
  d.dwMaxCCIDMessageLength = in.read_u32le("dwMaxCCIDMessageLength");
  d.bClassGetResponse = in.read_u8("bClassGetResponse");
  d.bClassEnvelope = in.read_u8("bClassEnvelope");
  d.wLcdLayout = in.read_u16le("wLcdLayout");
  d.bPINSupport = in.read_u8("bPINSupport");
  d.bMaxCCIDBusySlots = in.read_u8("bMaxCCIDBusySlots");
  if (in.ok() && in.left() != 0) in.fail(DecodeErrc::kTooLong, "class descriptor");
  if (!in.ok()) return in.error();
  return d;
}

Bytes encode(const ClassDescriptor& d) {
  ByteWriter out;
  out.write_u8(d.bLength);
  out.write_u8(d.bDescriptorType);
  out.write_u16le(d.bcdCCID);
  out.write_u8(d.bMaxSlotIndex);
  out.write_u8(d.bVoltageSupport);
  out.write_u32le(d.dwProtocols);
  out.write_u32le(d.dwDefaultClock);
  out.write_u32le(d.dwMaximumClock);
  out.write_u8(d.bNumClockSupported);
  out.write_u32le(d.dwDataRate);
  out.write_u32le(d.dwMaxDataRate);
  out.write_u8(d.bNumDataRatesSupported);
  out.write_u32le(d.dwMaxIFSD);
  out.write_u32le(d.dwSynchProtocols);
  out.write_u32le(d.dwMechanical);
  out.write_u32le(d.dwFeatures);
  out.write_u32le(d.dwMaxCCIDMessageLength);
  out.write_u8(d.bClassGetResponse);
  out.write_u8(d.bClassEnvelope);
  out.write_u16le(d.wLcdLayout);
  out.write_u8(d.bPINSupport);
  out.write_u8(d.bMaxCCIDBusySlots);
  return out.take();
}

std::string describe_features(std::uint32_t dwFeatures) {
  return list_bits(dwFeatures, {{kAutoParameters, "auto-parameters"},
                                {kAutoActivation, "auto-activation"},
                                {kAutoVoltage, "auto-voltage"},
                                {kAutoClock, "auto-clock"},
                                {kAutoBaudRate, "auto-baud-rate"},
                                {kAutoNegotiation, "auto-negotiation"},
                                {kAutoPps, "auto-pps"},
                                {kClockStop, "clock-stop"},
                                {kNad, "nad"},
                                {kAutoIfsd, "auto-ifsd"},
                                {kTpduLevel, "tpdu"},
                                {kShortApduLevel, "short-apdu"},
                                {kExtendedApduLevel, "extended-apdu"},
                                {kWakeUp, "wake-up"}});
}

std::string describe(const ClassDescriptor& d) {
  return fmt::format(
      "CCID {:x}.{:02x} slots={} busy={} voltages={} protocols={} clock={}/{}kHz({})"
      " rate={}/{}bps({}) ifsd={} mechanical={:x} features={:08x}({}) max_message={}"
      " get_response={:02x} envelope={:02x} lcd={:04x} pin={}",
      d.bcdCCID >> 8, d.bcdCCID & 0xFF, d.bMaxSlotIndex + 1, d.bMaxCCIDBusySlots,
      list_bits(d.bVoltageSupport, {{kVoltage5V, "5V"}, {kVoltage3V, "3V"}, {kVoltage1V8, "1.8V"}}),
      list_bits(d.dwProtocols, {{kProtocolT0, "T0"}, {kProtocolT1, "T1"}}), d.dwDefaultClock,
      d.dwMaximumClock, d.bNumClockSupported, d.dwDataRate, d.dwMaxDataRate,
      d.bNumDataRatesSupported, d.dwMaxIFSD, d.dwMechanical, d.dwFeatures,
      describe_features(d.dwFeatures), d.dwMaxCCIDMessageLength, d.bClassGetResponse,
      d.bClassEnvelope, d.wLcdLayout,
      list_bits(d.bPINSupport, {{kPinVerification, "verify"}, {kPinModification, "modify"}}));
}

}  // namespace uketsuke::wire::ccid
