// Protocol data structures of SetParameters and RDR_to_PC_Parameters.
// USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22), 6.1.7 and 6.2.3.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::ccid {

struct ProtocolDataT0 {                      // 5 bytes
  std::uint8_t bmFindexDindex = 0x11;        // bits 7..4 index of F, 3..0 index of D
  std::uint8_t bmTCCKST0 = 0x00;             // bit 1: inverse convention
  std::uint8_t bGuardTimeT0 = 0x00;          // extra guard time in etu; FFh as 00h
  std::uint8_t bWaitingIntegerT0 = 0x0A;     // WI
  std::uint8_t bClockStop = 0x00;            // 0 not allowed, 1 low, 2 high, 3 either
};
struct ProtocolDataT1 {                      // 7 bytes
  std::uint8_t bmFindexDindex = 0x11;
  std::uint8_t bmTCCKST1 = 0x10;             // bit 0: CRC, bit 1: inverse convention, 7..2 000100b
  std::uint8_t bGuardTimeT1 = 0x00;          // extra guard time in etu; FFh: 11 etu in all
  std::uint8_t bmWaitingIntegersT1 = 0x4D;   // bits 7..4 BWI, 3..0 CWI
  std::uint8_t bClockStop = 0x00;
  std::uint8_t bIFSC = 0x20;
  std::uint8_t bNadValue = 0x00;
};
bool operator==(const ProtocolDataT0& a, const ProtocolDataT0& b);
bool operator==(const ProtocolDataT1& a, const ProtocolDataT1& b);

// monostate: no data (a failed command's answer). Bytes: structure of a protocol that CCID 1.1 only
// reserves (bProtocolNum 80h..82h) or does not know.
using ProtocolData = std::variant<std::monostate, ProtocolDataT0, ProtocolDataT1, Bytes>;

// Errors: for bProtocolNum 0 and 1 kTooShort and kTooLong; empty bytes give monostate.
Result<ProtocolData> decode_protocol_data(std::uint8_t bProtocolNum, ByteView bytes);
Bytes encode(const ProtocolData& data);
// "T=0 FiDi=11 TCCKS=00 guard=0 WI=10 stop=0"
std::string describe(const ProtocolData& data);

}  // namespace uketsuke::wire::ccid
