// Which faults a sweep lays over which wires: a data file (scenarios/sweeps), and the single rules
// that it comes to for one scenario.
//   uketsuke_sweep: 1
//   title: {ja: 全故障, en: all kinds}
//   at: [first, middle, last]
//   faults:
//     - {wires: [usb, field], kind: drop}
//     - {wires: [usb], pipe: bulk-in, kind: corrupt, bit: 80}
//   undetectable:
//     - {wire: panel, kind: corrupt, outcome: wrong_record, because: {ja: ..., en: ...}}
// A fault has the keys of a scenario's `faults:` (harness/bench/fault_rules.h) with `wires` for
// `wire` and without `first` and `starts`, which are the sweep's.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/verdict/verdict.h"
#include "sim/fault/fault.h"

namespace uketsuke::campaign {

// What a fault came to. The first four are allowed.
enum class Outcome : std::uint8_t {
  kUntouched,    // it changed no message (an empty one cannot be shortened)
  kRecovered,    // every expectation of the scenario holds, and every record is as without it
  kRefused,      // a role refused, in a record or on a screen
  kReported,     // a receiver, a role or a person noticed
  kWrongRecord,  // a record that the clean run does not have
  kDoubleRecord, // one more of a record that the clean run has
  kWrongPerson,  // a record for somebody whom the clean run does not know
  kSilent,       // the expectations do not hold, and nobody noticed
  kHang,         // somebody waits for a machine without end
  kInvariant,    // another invariant of every run is broken
  kCrash,        // the run itself failed
};
constexpr std::size_t kOutcomes = 11;
std::string_view to_string(Outcome outcome);  // "wrong_record"
std::optional<Outcome> outcome_from(std::string_view name);
verdict::Text describe(Outcome outcome);
constexpr bool is_allowed(Outcome outcome) { return outcome <= Outcome::kReported; }

enum class Position : std::uint8_t { kFirst, kMiddle, kLast };

// Where nobody has anything to notice by: an outcome that the list names is counted apart.
struct Undetectable {
  std::string wire, pipe, from, to;  // pipe: part of its name; empty: any
  fault::Kind kind = fault::Kind::kCorrupt;
  std::optional<std::uint32_t> bit;
  std::string scenario;  // shell pattern on its id; empty: any
  std::string message;   // part of the decoded line of the message; empty: any
  Outcome outcome = Outcome::kWrongRecord;
  verdict::Text because;
};

struct SweepPlan {
  std::string file;
  verdict::Text title;
  std::vector<Position> at;
  std::vector<fault::Rule> faults;  // one for each wire
  std::vector<Undetectable> undetectable;
};
// Throws yaml::Error with everything that is wrong.
SweepPlan load_sweep(const std::string& path);

// How many messages each pipe had passed when the desk was ready (0) and when each step ended.
struct Passed {
  std::vector<fault::Pipe> pipes;                     // names
  std::vector<std::vector<std::uint32_t>> at_step;    // [step][pipe]
};

// One single rule of a sweep.
struct Point {
  fault::Rule rule;
  Position position = Position::kFirst;
};
// In the order step, pipe, fault, position; positions that are one message are one point.
std::vector<Point> points_of(const SweepPlan& plan, const Passed& passed);
}  // namespace uketsuke::campaign
