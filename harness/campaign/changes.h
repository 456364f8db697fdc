// Seeded changes: one field of the release, the screens, the timings or a table of a role is
// changed, and a baseline has to notice. The registry knows every such field.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bench/world.h"

namespace uketsuke::campaign {

// splitmix64: the same numbers everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }

 private:
  std::uint64_t state_;
};

struct SeededChange {
  std::string field;  // "panel/consent/press_declined"
  std::string what;   // "choose_declined -> ignore"
  // One of the two; the other is empty. Assets: scenarios are loaded anew against their catalog.
  std::function<void(bench::Assets&)> on_assets;
  std::function<void(bench::WorldConfig&)> on_world;
};

// A field draws its new value itself.
struct Field {
  std::string name;  // its first word is its group: release, screen, timing, panel, ...
  std::function<SeededChange(Random&)> draw;
  // A value of somebody's choice ("0", "true"); nothing: it is none. Empty: see values_of().
  std::function<std::optional<SeededChange>(std::string_view)> exact = {};
};
// The change of that field to a value: one that it takes exactly, or one of those that it draws
// ("ignore" of "choose_declined -> ignore"). Nothing: it cannot have it.
std::optional<SeededChange> change_to(const Field& field, std::string_view value);
// What it can draw.
std::vector<std::string> values_of(const Field& field);

// Every field of release, screens, timings, parameters and tables, in an order of its own.
std::vector<Field> all_fields(const bench::Assets& assets, const std::string& release);
// The parts of it.
void add_data_fields(const bench::Assets& assets, const std::string& release,
                     std::vector<Field>& fields);
void add_parameter_fields(std::vector<Field>& fields);
void add_table_fields(std::vector<Field>& fields);

// `count` fields drawn without repetition, each with a new value; the first of a longer draw.
std::vector<SeededChange> draw_changes(const std::vector<Field>& fields, std::size_t count,
                                 std::uint64_t seed);

}  // namespace uketsuke::campaign
