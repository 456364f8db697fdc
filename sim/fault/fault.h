// Faults as data: what happens to which messages of which wire, when it starts and when it stops.
// A channel asks the layer about every message that passes it; models know nothing of faults.
#pragma once

#include <cstdint>
#include <functional>
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
  kReorder,    // arrives after the next message of its pipe, or after delay_us if none follows
  kMute,       // from the first hit on everything is lost, until the rule ends
  kDetach,     // the wire is cut (plug pulled, card pulled), and joined again when the rule ends
  kShorten,    // the last bytes are missing (a short packet)
  kStall,      // the device refuses the transfer (usb)
};
std::string_view to_string(Kind kind);
std::optional<Kind> kind_from(std::string_view text);

// Whether a wire can have that: only usb stalls (USB 2.0, 8.4.5), only usb and field can be cut.
bool has(std::string_view wire, Kind kind);

struct Rule {
  std::string wire;           // "usb", "field", "session", "panel", "folder", "network"
  std::string pipe;           // part of the pipe's name, empty: all pipes of the wire
  std::string from, to;       // sending and receiving role, empty: any
  Kind kind = Kind::kDrop;
  // It starts when all of these hold ...
  std::uint32_t from_step = 0;  // this step of the scenario has begun (from 1); 0: at power-on
  std::uint64_t from_us = 0;    // of simulated time
  std::uint32_t first = 1;      // with the n-th message that matches since then, from 1
  // ... and stops as soon as one of these does; 0: never for that reason.
  std::uint32_t count = 1;      // it has touched so many
  std::uint32_t until_step = 0;
  std::uint64_t until_us = 0;   // of simulated time
  std::uint64_t for_us = 0;     // so long after the first message that it touched
  std::uint32_t bit = 0;      // kCorrupt: bit of the message (modulo its length)
  std::uint32_t bytes = 1;    // kShorten: how many bytes are missing
  std::uint64_t delay_us = 0; // kDelay; kReorder: the longest wait, 0: kReorderUs
};
inline constexpr std::uint64_t kReorderUs = 1'000'000;
inline constexpr std::size_t kNoRule = static_cast<std::size_t>(-1);

// What happens to one message.
struct Fate {
  bool lost = false;
  bool stalled = false;
  std::size_t cut_by = kNoRule;  // the wire is cut after this message, by that rule
  std::uint64_t hold_us = 0;     // behind the next message, at the latest after so long
  std::uint32_t copies = 1;
  std::uint64_t delay_us = 0;
  std::string remark;     // for the journal; empty: untouched
};

// One direction of one wire, as the layer knows it.
struct Pipe {
  std::string wire, name, from, to;
  std::uint32_t messages = 0;  // that passed so far
};
using PipeId = std::uint16_t;
bool matches(const Rule& rule, const Pipe& pipe);

class Layer {
 public:
  using Action = std::function<void()>;

  Layer() = default;
  explicit Layer(std::vector<Rule> rules);
  bool empty() const { return rules_.empty(); }
  PipeId add_pipe(std::string_view wire, std::string_view name, std::string_view from,
                  std::string_view to);
  // May change `data` (kCorrupt, kShorten).
  Fate pass(PipeId pipe, wire::Bytes& data, std::uint64_t now_us);
  // A step of the scenario begins (from 1).
  void begin_step(std::uint32_t step);

  // Set by the world: does something after a while of simulated time. Without it nothing that waits
  // for time alone ever happens.
  void on_later(std::function<void(std::uint64_t delay_us, Action)> later);
  void later(std::uint64_t delay_us, Action action);
  // Does `join` when the rule ends by step or by time; a rule that does not is never joined.
  void when_over(std::size_t rule, std::uint64_t now_us, Action join);

  // How many messages each rule has touched: a rule that touched none tested nothing.
  const std::vector<std::uint32_t>& hits() const { return hits_; }
  const std::vector<Rule>& rules() const { return rules_; }
  // When and in which step (0: before the first) a rule touched its first message, if it did.
  std::uint64_t first_hit_us(std::size_t rule) const { return first_hit_us_[rule]; }
  std::uint32_t first_hit_step(std::size_t rule) const { return first_hit_step_[rule]; }
  const std::vector<Pipe>& pipes() const { return pipes_; }

 private:
  struct Join {
    std::size_t rule;
    Action action;
  };
  bool running(std::size_t rule, std::uint64_t now_us) const;
  bool lay(std::size_t index, wire::Bytes& data, Fate& fate);

  std::vector<Rule> rules_;
  std::vector<std::uint32_t> seen_, hits_;
  std::vector<std::uint64_t> first_hit_us_;
  std::vector<std::uint32_t> first_hit_step_;
  std::vector<Pipe> pipes_;
  std::vector<std::vector<std::size_t>> rules_of_;  // by pipe
  std::vector<Join> joins_;
  std::uint32_t step_ = 0;
  std::function<void(std::uint64_t, Action)> later_;
};

}  // namespace uketsuke::fault
