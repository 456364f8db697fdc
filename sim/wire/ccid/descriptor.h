// The smart card device class descriptor.
// USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 5.1, Table 5.1-1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::ccid {

inline constexpr std::size_t kClassDescriptorLength = 0x36;
inline constexpr std::uint8_t kClassDescriptorType = 0x21;
inline constexpr std::uint8_t kInterfaceClass = 0x0B;

// dwFeatures
inline constexpr std::uint32_t kAutoParameters = 0x00000002;   // configuration from the ATR
inline constexpr std::uint32_t kAutoActivation = 0x00000004;   // on insertion
inline constexpr std::uint32_t kAutoVoltage = 0x00000008;
inline constexpr std::uint32_t kAutoClock = 0x00000010;        // frequency follows the parameters
inline constexpr std::uint32_t kAutoBaudRate = 0x00000020;     // rate follows the parameters
inline constexpr std::uint32_t kAutoNegotiation = 0x00000040;  // parameters, proprietary algorithm
inline constexpr std::uint32_t kAutoPps = 0x00000080;          // PPS from the active parameters
inline constexpr std::uint32_t kClockStop = 0x00000100;
inline constexpr std::uint32_t kNad = 0x00000200;              // NAD other than 00 accepted
inline constexpr std::uint32_t kAutoIfsd = 0x00000400;         // S(IFS) is the first exchange
inline constexpr std::uint32_t kTpduLevel = 0x00010000;
inline constexpr std::uint32_t kShortApduLevel = 0x00020000;
inline constexpr std::uint32_t kExtendedApduLevel = 0x00040000;
inline constexpr std::uint32_t kWakeUp = 0x00100000;
// dwProtocols
inline constexpr std::uint32_t kProtocolT0 = 1, kProtocolT1 = 2;
// bVoltageSupport
inline constexpr std::uint8_t kVoltage5V = 1, kVoltage3V = 2, kVoltage1V8 = 4;
// bPINSupport
inline constexpr std::uint8_t kPinVerification = 1, kPinModification = 2;
// dwMechanical
inline constexpr std::uint32_t kMechanicalAccept = 1, kMechanicalEject = 2, kMechanicalCapture = 4,
                               kMechanicalLock = 8;

// Field by field as on the wire; frequencies in kHz, rates in bit/s. The defaults describe a plain
// one-slot contact reader at TPDU level that leaves parameters, PPS and IFS to the host.
struct ClassDescriptor {
  std::uint8_t bLength = kClassDescriptorLength;
  std::uint8_t bDescriptorType = kClassDescriptorType;
  std::uint16_t bcdCCID = 0x0110;
  std::uint8_t bMaxSlotIndex = 0;
  std::uint8_t bVoltageSupport = kVoltage5V | kVoltage3V | kVoltage1V8;
  std::uint32_t dwProtocols = kProtocolT0 | kProtocolT1;
  std::uint32_t dwDefaultClock = 4000;
  std::uint32_t dwMaximumClock = 4000;
  std::uint8_t bNumClockSupported = 0;
  std::uint32_t dwDataRate = 10753;  // 4 MHz / 372, rounded
  std::uint32_t dwMaxDataRate = 344086;
  std::uint8_t bNumDataRatesSupported = 0;
  std::uint32_t dwMaxIFSD = 254;
  std::uint32_t dwSynchProtocols = 0;
  std::uint32_t dwMechanical = 0;
  std::uint32_t dwFeatures = kTpduLevel;
  std::uint32_t dwMaxCCIDMessageLength = 271;
  std::uint8_t bClassGetResponse = 0xFF;
  std::uint8_t bClassEnvelope = 0xFF;
  std::uint16_t wLcdLayout = 0;  // high byte lines, low byte characters per line
  std::uint8_t bPINSupport = 0;
  std::uint8_t bMaxCCIDBusySlots = 1;
};
bool operator==(const ClassDescriptor& a, const ClassDescriptor& b);

// Exchange level that dwFeatures announces; kCharacter if none of the three bits is set. With more
// than one bit (forbidden) the highest.
enum class ExchangeLevel : std::uint8_t { kCharacter, kTpdu, kShortApdu, kExtendedApdu };
std::string_view to_string(ExchangeLevel level);
ExchangeLevel exchange_level(std::uint32_t dwFeatures);

// Errors: kTooShort, kTooLong (not 54 bytes), kLengthMismatch (bLength), kUnknownType
// (bDescriptorType; FFh is seen on pre-standard readers and is refused here as well). Contents are
// not judged: that is the business of the descriptor rules.
Result<ClassDescriptor> decode_class_descriptor(ByteView bytes);
// Always 54 bytes; bLength and bDescriptorType as given (a mutant may want them wrong).
Bytes encode(const ClassDescriptor& descriptor);
// One line: "CCID 1.10 slots=1 level=tpdu voltages=5V,3V protocols=T0,T1 dwFeatures=..."
std::string describe(const ClassDescriptor& descriptor);
// "auto-parameters,auto-voltage,tpdu"; unknown bits as hexadecimal.
std::string describe_features(std::uint32_t dwFeatures);

}  // namespace uketsuke::wire::ccid
