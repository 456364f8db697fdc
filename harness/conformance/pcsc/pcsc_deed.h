// What a PC/SC case does and what came of it: calls of libpcsclite, deeds of hands, waiting.
// PC/SC Workgroup Specifications, Part 5 (resource manager), Part 10 (features).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/conformance/deed.h"
#include "sim/gateway/pcsc_calls.h"

namespace uketsuke::conformance {

// Values as in winscard.h.
namespace scard {
inline constexpr std::uint32_t kShareExclusive = 1, kShareShared = 2, kShareDirect = 3;
inline constexpr std::uint32_t kT0 = 1, kT1 = 2, kAny = 3;
inline constexpr std::uint32_t kLeave = 0, kReset = 1, kUnpower = 2;
inline constexpr std::uint32_t kInfinite = 0xFFFFFFFF;
// of SCardGetStatusChange
inline constexpr std::uint32_t kStateChanged = 0x02, kStateUnknown = 0x04, kStateUnavailable = 0x08,
                               kStateEmpty = 0x10, kStatePresent = 0x20, kStateMute = 0x200;
// attributes and control codes
inline constexpr std::uint32_t kVendorName = 0x00010100, kVendorIfdType = 0x00010101,
                               kVendorIfdVersion = 0x00010102, kDeviceUnit = 0x7FFF0001,
                               kDeviceFriendlyName = 0x7FFF0003, kAtrString = 0x00090303;
inline constexpr std::uint32_t kGetFeatureRequest = 0x42000000 + 3400;
// codes
inline constexpr std::uint32_t kSuccess = 0, kCancelled = 0x80100002,
                               kInvalidParameter = 0x80100004,
                               kInsufficientBuffer = 0x80100008, kUnknownReader = 0x80100009,
                               kTimeout = 0x8010000A, kSharingViolation = 0x8010000B,
                               kNoSmartcard = 0x8010000C, kProtoMismatch = 0x8010000F,
                               kInvalidValue = 0x80100011, kCommError = 0x80100013,
                               kNotTransacted = 0x80100016, kReaderUnavailable = 0x80100017,
                               kUnsupportedFeature = 0x8010001F, kNoReaders = 0x8010002E,
                               kCommDataLost = 0x8010002F, kUnresponsiveCard = 0x80100066,
                               kUnpoweredCard = 0x80100067, kResetCard = 0x80100068,
                               kRemovedCard = 0x80100069;
}  // namespace scard

enum class PcscCall : std::uint8_t {
  kEstablishContext, kReleaseContext, kListReaders, kConnect, kReconnect, kDisconnect,
  kBeginTransaction, kEndTransaction, kStatus, kGetStatusChange, kCancel, kTransmit, kControl,
  kGetAttrib,
  kHolderDies,  // a program of its own connects, begins a transaction and is killed
  // hands
  kPlace, kPlaceSecond, kRemove, kUnplug, kPlug, kConfirm,
  kWait,
};
std::string_view to_string(PcscCall call);  // "SCardConnect", "place"
bool is_of_hands(PcscCall call);

struct PcscDeed {
  PcscCall call = PcscCall::kWait;
  std::uint32_t on = 0;     // context or card that it acts on: the number it was made with
  std::uint32_t makes = 0;  // number of what it makes
  std::string reader = {};  // of a call; of hands: which card ("first", "second")
  std::uint32_t share = 0, protocols = 0, disposition = 0;
  std::uint32_t number = 0;  // attribute, control code, time-out or waiting time in ms
  wire::Bytes data = {};     // that is sent
  std::uint32_t room = 0;    // for what comes back
  std::vector<gateway::PcscState> states = {};
  verdict::Text question = {};  // kConfirm
  std::uint32_t limit_ms = 20'000;  // a call that does not return until then is given up
};

struct PcscReply {
  // kDone: the call returned; kTimedOut: it did not; kUnable, kRefused: `text` says why.
  Ended ended = Ended::kDone;
  std::uint32_t code = 0;
  std::uint32_t protocol = 0, state = 0;
  std::uint32_t length = 0;  // that the call told; may be more than there was room for
  wire::Bytes data;          // what it wrote, within the room; masked: zeros but for the SW
  std::vector<std::string> names;
  wire::Bytes atr;
  std::vector<gateway::PcscState> states;
  bool overrun = false;      // bytes beyond the room were changed
  bool masked = false;
  std::uint64_t begun_us = 0, ended_us = 0;  // since the case began
  verdict::Text text;
  std::string attested_by;   // hands: on whose word
  std::uint64_t line = 0;    // in the trace, from 1

  bool ok() const { return ended == Ended::kDone && code == scard::kSuccess; }
};

// "SCardConnect: SCARD_E_SHARING_VIOLATION (8010000b)", or that it did not return.
verdict::Text describe(PcscCall call, const PcscReply& reply);

class PcscDesk {
 public:
  virtual ~PcscDesk() = default;
  // Any thread; `actor` is one of a case's threads, which makes its calls in turn.
  virtual PcscReply perform(const std::string& actor, const PcscDeed& deed) = 0;
  // Threads are needed: a call may wait for what another one does.
  virtual bool is_live() const = 0;
  // Until the actor has been in one call for so long, or has ended.
  virtual void await_waiting(const std::string& actor, std::uint32_t ms) = 0;
  virtual void is_over(const std::string& actor) = 0;  // it makes no more calls
};

}  // namespace uketsuke::conformance
