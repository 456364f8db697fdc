// A matrix table: state x event, each cell with its answer, the state after it and its source.
// Typed by hand from the seed and the standards (tests/README.md, "Matrix tables"), never from a
// model; a test walks it against the behaviour.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace uketsuke::matrix {

struct Cell {
  std::vector<std::string> answer;  // what comes out, in order; empty: ignored
  std::string next;                 // the state after it
  std::vector<std::string> source;  // seed ids, A-nn, standards with clause, README sections
  std::string reason;               // of what is ignored
  int line = 0;
};

// A change of the model's own table that no walk can notice, and why it is none.
struct Equivalent { std::string why; int line = 0; mutable bool seen = false; };

using Place = std::pair<std::string, std::string>;  // state, event

struct Table {
  std::string name;
  std::vector<std::string> states, events;
  std::map<Place, Cell> cells;                                  // every state with every event
  std::map<std::pair<Place, std::string>, Equivalent> equivalents;  // + verb or "any"

  const Cell& at(const std::string& state, const std::string& event) const;
  std::size_t ignored() const;
};

// Reads and checks a table: every state with every event once and only once, every name known,
// every source one that exists under `root` (the source folder), every ignored cell with a reason.
// Throws yaml::Error with every problem.
Table load_table(const std::string& path, const std::string& root);

// What a behaviour did: what came out, in order, in the words of the table, and its state then.
struct Outcome { std::vector<std::string> said; std::string next; };
// Brings a fresh behaviour into `state` by events only, lets `event` happen.
using Try = std::function<Outcome(const std::string& state, const std::string& event)>;

// "" if the outcome is what the cell says, else one line with both.
std::string difference(const Place& place, const Cell& cell, const Outcome& outcome);
// One line for each cell whose outcome is another one; at most `limit`.
std::vector<std::string> walk(const Table& table, const Try& attempt, std::size_t limit = SIZE_MAX);
// Does the walk notice? Tries the cell `first` before all others.
bool notices(const Table& table, const Try& attempt, const Place& first);

}  // namespace uketsuke::matrix
