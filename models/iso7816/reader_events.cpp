#include "models/iso7816/reader_events.h"

namespace uketsuke::iso7816 {

std::string_view to_string(ExchangeFailure failure) {
  switch (failure) {
    case ExchangeFailure::kBusy:
      return "an exchange is under way";
    case ExchangeFailure::kBadCommand:
      return "not a command that the protocol can carry";
    case ExchangeFailure::kMute:
      return "no answer";
    case ExchangeFailure::kTransmission:
      return "transmission errors not recovered";
    case ExchangeFailure::kProtocol:
      return "answer not allowed by the protocol";
    case ExchangeFailure::kAborted:
      return "aborted";
    case ExchangeFailure::kVpp:
      return "VPP error";
    case ExchangeFailure::kRefused:
      return "refused";
  }
  return "?";
}

}  // namespace uketsuke::iso7816
