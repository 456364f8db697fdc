// What each scenario did, as text that people can read and compare: one decoded line a message or
// record, by step and role, and the simulated time that each step took. The baseline of a release
// is one file of these; equal blocks of lines are written once. Nothing in it depends on the
// machine.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace uketsuke::campaign {

// The lines of one role during one step, in order.
struct Block {
  std::string role;
  std::vector<std::string> lines;
};
bool operator==(const Block& left, const Block& right);

struct StepBehaviour {
  std::string label;         // "P3-4", "then emergency_view", "desk" (before the first step)
  std::uint64_t took_us = 0; // simulated time since the step before ended
  std::vector<Block> blocks; // roles in the order of their first line
  const Block* find(std::string_view role) const;
};

// One line of a step, with whose it is.
struct Line {
  std::string_view role, text;
};
// The lines of all roles as they came, by the block "order"; without "wires". They point into
// `step`.
std::vector<Line> in_order(const StepBehaviour& step);

// Words of a screen or a message, by "device/screen" or "device:message".
using Words = std::map<std::string, std::string>;

// One scenario, or one row of its examples.
struct Behaviour {
  std::string name;      // "id[key=value, ...]"
  std::string file;      // below the data folder
  std::string verdict;   // "pass"
  std::string rests_on;  // "A-27 A-29"
  std::vector<std::string> findings;  // warnings
  std::vector<StepBehaviour> steps;
  Words words;           // of what was shown
};

struct Baseline {
  std::string release;
  std::vector<Behaviour> rows;  // each with an empty `words`
  Words words;                  // of all rows
  const Behaviour* find(std::string_view name) const;
};

class BaselineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The file's text. Rows stay in their order. Throws BaselineError if a line has a line end in it.
std::string write_baseline(const Baseline& baseline);
// The other way; throws BaselineError with the number of the line.
Baseline parse_baseline(std::string_view text);

}  // namespace uketsuke::campaign
