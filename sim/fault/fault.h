// Faults as data: what happens to which messages of which wire, when it starts and when it stops.
// A channel asks the layer about every message that passes it; models know nothing of faults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/bytes.h"

namespace uketsuke::fault {

enum class Kind : std::uint8_t {
  kDrop,       // the message is lost; the sender believes it arrived
  kDelay,      // arrives delay_us later
  kDuplicate,  // arrives twice
  kCorrupt,    // one bit is inverted
  kReorder,    // arrives after the next message of its pipe
  kMute,       // like drop, for everything from the first hit until the rule ends
  kDetach,     // the wire is cut (plug pulled, card pulled, line down)
  kShorten,    // the last bytes are missing (a short packet)
  kStall,      // the device refuses the transfer (usb)
};
std::string_view to_string(Kind kind);
std::optional<Kind> kind_from(std::string_view text);

struct Rule {
  std::string wire;           // "usb", "field", "session", "panel", "folder", "network"
  std::string pipe;           // part of the pipe's name, empty: all pipes of the wire
  std::string from;           // sending role, empty: any
  Kind kind = Kind::kDrop;
  std::uint32_t first = 1;    // starts with the n-th message that matches, from 1
  std::uint32_t count = 1;    // stops after so many; 0: never
  std::uint32_t bit = 0;      // kCorrupt: bit of the message (modulo its length)
  std::uint32_t bytes = 1;    // kShorten: how many bytes are missing
  std::uint64_t delay_us = 0; // kDelay
};

// What happens to one message.
struct Fate {
  bool lost = false;
  bool stalled = false;
  bool cut = false;       // the wire is cut after this message
  bool behind_next = false;
  std::uint32_t copies = 1;
  std::uint64_t delay_us = 0;
  std::string remark;     // for the journal; empty: untouched
};

class Layer {
 public:
  Layer() = default;
  explicit Layer(std::vector<Rule> rules);
  bool empty() const { return rules_.empty(); }
  // May change `data` (kCorrupt, kShorten).
  Fate pass(std::string_view wire, std::string_view pipe, std::string_view from, wire::Bytes& data);
  // How many messages each rule has touched: a rule that touched none tested nothing.
  const std::vector<std::uint32_t>& hits() const { return hits_; }

 private:
  std::vector<Rule> rules_;
  std::vector<std::uint32_t> seen_, hits_;
};

}  // namespace uketsuke::fault
