#include "sim/wire/session/message.h"

namespace uketsuke::wire::session {

std::string_view to_string(Failure failure) {
  switch (failure) {
    case Failure::kNoReader: return "no reader";
    case Failure::kNoCard: return "no card";
    case Failure::kCardMute: return "card mute";
    case Failure::kCardRemoved: return "card removed";
    case Failure::kNotConnected: return "not connected";
    case Failure::kCommunication: return "communication error";
    case Failure::kTimeOut: return "time-out";
    case Failure::kUnsupported: return "not supported";
    case Failure::kPinCancelled: return "PIN entry cancelled";
    case Failure::kPinTimeOut: return "PIN entry timed out";
    case Failure::kBusy: return "busy";
  }
  return "?";
}

}  // namespace uketsuke::wire::session
