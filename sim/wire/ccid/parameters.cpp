#include "sim/wire/ccid/parameters.h"

#include <fmt/format.h>

#include <tuple>

namespace uketsuke::wire::ccid {
namespace {

auto tie(const ProtocolDataT0& d) {
  return std::tie(d.bmFindexDindex, d.bmTCCKST0, d.bGuardTimeT0, d.bWaitingIntegerT0, d.bClockStop);
}
auto tie(const ProtocolDataT1& d) {
  return std::tie(d.bmFindexDindex, d.bmTCCKST1, d.bGuardTimeT1, d.bmWaitingIntegersT1,
                  d.bClockStop, d.bIFSC, d.bNadValue);
}

}  // namespace

bool operator==(const ProtocolDataT0& a, const ProtocolDataT0& b) { return tie(a) == tie(b); }
bool operator==(const ProtocolDataT1& a, const ProtocolDataT1& b) { return tie(a) == tie(b); }

Result<ProtocolData> decode_protocol_data(std::uint8_t bProtocolNum, ByteView bytes) {
  if (bytes.empty()) return ProtocolData{};
  if (bProtocolNum > 1) return ProtocolData{to_bytes(bytes)};
  ByteReader in(bytes);
  ProtocolData data;
  if (bProtocolNum == 0) {
    ProtocolDataT0 t0;
    t0.bmFindexDindex = in.read_u8("bmFindexDindex");
    t0.bmTCCKST0 = in.read_u8("bmTCCKST0");
    t0.bGuardTimeT0 = in.read_u8("bGuardTimeT0");
    t0.bWaitingIntegerT0 = in.read_u8("bWaitingIntegerT0");
    t0.bClockStop = in.read_u8("bClockStop");
    data = t0;
  } else {
    ProtocolDataT1 t1;
    t1.bmFindexDindex = in.read_u8("bmFindexDindex");
    t1.bmTCCKST1 = in.read_u8("bmTCCKST1");
    t1.bGuardTimeT1 = in.read_u8("bGuardTimeT1");
    t1.bmWaitingIntegersT1 = in.read_u8("bmWaitingIntegersT1");
    t1.bClockStop = in.read_u8("bClockStop");
    t1.bIFSC = in.read_u8("bIFSC");
    t1.bNadValue = in.read_u8("bNadValue");
    data = t1;
  }
  if (in.ok() && in.left() != 0) in.fail(DecodeErrc::kTooLong, "abProtocolDataStructure");
  if (!in.ok()) return in.error();
  return data;
}

Bytes encode(const ProtocolData& data) {
  if (const auto* t0 = std::get_if<ProtocolDataT0>(&data)) {
    return {t0->bmFindexDindex, t0->bmTCCKST0, t0->bGuardTimeT0, t0->bWaitingIntegerT0,
            t0->bClockStop};
  }
  if (const auto* t1 = std::get_if<ProtocolDataT1>(&data)) {
    return {t1->bmFindexDindex, t1->bmTCCKST1, t1->bGuardTimeT1, t1->bmWaitingIntegersT1,
            t1->bClockStop, t1->bIFSC, t1->bNadValue};
  }
  if (const auto* other = std::get_if<Bytes>(&data)) return *other;
  return {};
}

std::string describe(const ProtocolData& data) {
  if (const auto* t0 = std::get_if<ProtocolDataT0>(&data)) {
    return fmt::format("T=0 FiDi={:02x} TCCKS={:02x} guard={} WI={} stop={}", t0->bmFindexDindex,
                       t0->bmTCCKST0, t0->bGuardTimeT0, t0->bWaitingIntegerT0, t0->bClockStop);
  }
  if (const auto* t1 = std::get_if<ProtocolDataT1>(&data)) {
    return fmt::format("T=1 FiDi={:02x} TCCKS={:02x} guard={} BWI={} CWI={} stop={} IFSC={}"
                       " NAD={:02x}",
                       t1->bmFindexDindex, t1->bmTCCKST1, t1->bGuardTimeT1,
                       t1->bmWaitingIntegersT1 >> 4, t1->bmWaitingIntegersT1 & 0x0F,
                       t1->bClockStop, t1->bIFSC, t1->bNadValue);
  }
  if (const auto* other = std::get_if<Bytes>(&data)) return "data=" + to_hex(*other);
  return "no data";
}

}  // namespace uketsuke::wire::ccid
