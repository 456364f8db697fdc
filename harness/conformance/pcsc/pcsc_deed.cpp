#include "harness/conformance/pcsc/pcsc_deed.h"

#include "harness/verdict/format.h"
#include "sim/gateway/pcsc_faults.h"

namespace uketsuke::conformance {

std::string_view to_string(PcscCall call) {
  switch (call) {
    case PcscCall::kEstablishContext: return "SCardEstablishContext";
    case PcscCall::kReleaseContext: return "SCardReleaseContext";
    case PcscCall::kListReaders: return "SCardListReaders";
    case PcscCall::kConnect: return "SCardConnect";
    case PcscCall::kReconnect: return "SCardReconnect";
    case PcscCall::kDisconnect: return "SCardDisconnect";
    case PcscCall::kBeginTransaction: return "SCardBeginTransaction";
    case PcscCall::kEndTransaction: return "SCardEndTransaction";
    case PcscCall::kStatus: return "SCardStatus";
    case PcscCall::kGetStatusChange: return "SCardGetStatusChange";
    case PcscCall::kCancel: return "SCardCancel";
    case PcscCall::kTransmit: return "SCardTransmit";
    case PcscCall::kControl: return "SCardControl";
    case PcscCall::kGetAttrib: return "SCardGetAttrib";
    case PcscCall::kHolderDies: return "holder dies";
    case PcscCall::kPlace: return "place";
    case PcscCall::kPlaceSecond: return "place second";
    case PcscCall::kRemove: return "remove";
    case PcscCall::kUnplug: return "unplug";
    case PcscCall::kPlug: return "plug";
    case PcscCall::kConfirm: return "confirm";
    case PcscCall::kWait: return "wait";
  }
  return "?";
}

bool is_of_hands(PcscCall call) { return call >= PcscCall::kPlace && call <= PcscCall::kConfirm; }

verdict::Text describe(PcscCall call, const PcscReply& reply) {
  if (reply.ended == Ended::kTimedOut)
    return verdict::say("{} が戻らない", "{} does not return", to_string(call));
  if (reply.ended != Ended::kDone)
    return verdict::say("{}：{}", "{}: {}", to_string(call), reply.text);
  const std::string name = reply.code == scard::kSuccess ? std::string("SCARD_S_SUCCESS")
                                                         : gateway::pcsc_name(reply.code);
  return verdict::say("{}：{}", "{}: {}", to_string(call), name);
}

}  // namespace uketsuke::conformance
