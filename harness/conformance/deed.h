// What a test case can do to a device and to what stands around it, and what came of it. A case
// acts through Desk::perform() alone: live on a simulation or a real reader, or again on the trace
// of an earlier run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/verdict/verdict.h"
#include "models/test_card/field_record.h"
#include "sim/wire/bytes.h"
#include "sim/wire/timer.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::conformance {

// ---- on the usb wire. limit_us: after so long the transfer is cancelled (kTimedOut).
struct ControlDeed {
  wire::usb::SetupPacket setup;
  wire::Bytes data;  // OUT data stage
  wire::Micros limit_us = 5'000'000;
};
// One OUT transfer of these bytes, as they are.
struct OutDeed {
  std::uint8_t bEndpointAddress = 0;
  wire::Bytes data;
  wire::Micros limit_us = 5'000'000;
};
// One IN transfer with room for `length` bytes.
struct InDeed {
  std::uint8_t bEndpointAddress = 0;
  std::uint32_t length = 0;
  wire::Micros limit_us = 5'000'000;
  bool interrupt = false;  // of an interrupt endpoint
};
// The port is reset; done when the device is there again.
struct ResetDeed {
  wire::Micros limit_us = 5'000'000;
};
struct WaitDeed {
  wire::Micros duration_us = 0;
};

// ---- what hands do
// card: a file of scenarios/cards/conformance or a holder; "any": whatever card is at hand.
struct PlaceDeed {
  std::uint8_t slot = 0;
  std::string card;
};
struct RemoveDeed {
  std::uint8_t slot = 0;
};
struct PlugDeed {
  bool in = true;
  wire::Micros limit_us = 5'000'000;  // plugged in: until the bus sees the device
};
// digits and the OK key; or the cancel key.
struct PadDeed {
  std::string digits;
  bool cancel = false;
};
// ---- what stands beside the wire
// What passed at the card since the last such deed (IXIT wire_probe).
struct FieldDeed {
  std::uint8_t slot = 0;
};

using Deed = std::variant<ControlDeed, OutDeed, InDeed, ResetDeed, WaitDeed, PlaceDeed, RemoveDeed,
                          PlugDeed, PadDeed, FieldDeed>;

// What passed between reader and card, as a probe at the contacts sees it.
using test_card::FieldEvent;

enum class Ended : std::uint8_t {
  kDone,
  kStalled,
  kTimedOut,   // no answer within the limit; the transfer was cancelled
  kNoDevice,   // it is gone
  kFailed,     // another failure of the transfer (overflow, damaged)
  kUnable,     // the bench cannot do that: text says why
  kRefused,    // the guard let it not through to a card that is not released: text says why
};
std::string_view to_string(Ended ended);
std::optional<Ended> ended_from(std::string_view name);

struct Reply {
  Ended ended = Ended::kDone;
  wire::Bytes data;                // IN data
  std::uint32_t actual = 0;        // OUT: bytes that the device took
  wire::Micros begun_us = 0;       // simulated time, since the case began
  wire::Micros ended_us = 0;
  std::vector<FieldEvent> field;   // FieldDeed
  verdict::Text text;              // kUnable, kRefused
  std::string attested_by;         // hands: on whose word; empty: the model's own doing
  bool masked = false;             // data of a card that is not released was not kept
};

class Desk {
 public:
  virtual ~Desk() = default;
  // Returns when it is done or its limit is over. Throws gateway::RouteBroken if the bench failed.
  virtual Reply perform(const Deed& deed) = 0;
  virtual wire::usb::Speed speed() const = 0;  // of the attached device
  // The system behind this desk gives the device its address (SET_ADDRESS is not ours to send).
  virtual bool has_address() const = 0;
  // A card may lie there that is not simulated: what it answers is not kept.
  virtual bool keeps_card_data() const { return true; }
  // The line of the trace that the last deed is on, from 1; 0: nothing is recorded.
  virtual std::uint64_t trace_line() const { return 0; }
};

}  // namespace uketsuke::conformance
