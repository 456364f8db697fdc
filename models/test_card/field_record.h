// What passed at the card, as a probe on its contacts or in its field would see it. For test
// purposes that ask for what is on the wire. One line of text per event, so that a recorded run can
// be judged again from the text alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/bytes.h"
#include "sim/wire/field/signal.h"

namespace uketsuke::test_card {

enum class FieldEventKind : std::uint8_t {
  kPlaced,
  kTaken,
  kPowerOn,
  kWarmReset,
  kPowerOff,
  kToCard,    // characters or a frame from the reader
  kFromCard,  // characters or a frame of the card
  kErrorByReader,  // T=0 error signal at a character of the card
  kErrorByCard,    // T=0 error signal at a character of the reader
  kClock,          // CLK changes, stops (0) or runs again
  kOvercurrent,    // by the card
};
std::string_view to_string(FieldEventKind kind);

struct FieldEvent {
  FieldEventKind kind = FieldEventKind::kPlaced;
  std::uint64_t begin_ns = 0;  // leading edge of the first character; other kinds: the instant
  std::uint64_t end_ns = 0;    // end of the last character with its guard time; else begin_ns
  wire::Bytes data;            // kToCard, kFromCard
  std::uint32_t character_ns = 0;            // one character with its guard time
  std::vector<std::uint16_t> parity_errors;  // indices into data
  wire::field::VoltageClass voltage = wire::field::VoltageClass::kA5V;  // kPowerOn
  std::uint32_t clock_hz = 0;  // kPowerOn (0: not told), kClock (0: stopped)
  std::uint16_t at = 0;        // kErrorByReader, kErrorByCard: index in the last burst
  std::uint32_t etu_ns = 0;  // contacts: one etu as the sender counts it; 0: not told
};
using FieldRecord = std::vector<FieldEvent>;
// A record is not continued beyond this many events.
inline constexpr std::size_t kMaxFieldEvents = 100'000;

// "to_card begin=1234567 end=5698567 data=ff1011fe character=1116000 etu=93000 parity=0,3",
// "power_on begin=1000 class=B clock=4000000", "placed begin=0". from_text reads it back; nullopt:
// not such a line.
std::string to_text(const FieldEvent& event);
std::optional<FieldEvent> from_text(std::string_view line);
bool operator==(const FieldEvent& a, const FieldEvent& b);

}  // namespace uketsuke::test_card
