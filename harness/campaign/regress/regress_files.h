// The files beside a baseline that people write: what the seed wants to see, and known deviations.
#pragma once

#include <string>
#include <vector>

#include "harness/campaign/regress/baseline.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::campaign {

// A line, told by words and fields: the words have to be there in this order and no others ("*" is
// any one word, "..." any rest); of the fields (key=value) those named have to be there. So long
// as nothing else is said, a pattern says nothing about other fields.
struct LinePattern {
  std::string role, text;  // "backend", "consent_recorded holder=hanako consent=declined"
};
bool matches(const LinePattern& pattern, std::string_view line);
// "backend: consent_recorded ..."; throws std::invalid_argument without a role.
LinePattern pattern_from(std::string_view text);

// What one row of the seed (scenarios/requirements/seed.yaml) wants to see where.
struct SeedExpectation {
  std::string row;       // "P3-4"
  std::string scenario;  // id: every row of its examples
  std::string step;      // a seed id, or a label of a step
  std::vector<LinePattern> see;     // each in that step
  std::vector<LinePattern> nowhere; // none of them in the whole scenario
  std::size_t line = 0;             // of the file
};

// Everything that the roles do in one scenario, step by step and in order, as the seed tells it.
struct HappyPath {
  std::string scenario;
  // What is told completely: role, and the first words of its lines (none: every line).
  std::vector<std::pair<std::string, std::vector<std::string>>> tell;
  struct Step {
    std::string at;  // label
    std::vector<LinePattern> events;
    std::size_t line = 0;
  };
  std::vector<Step> steps;
};

struct SeedExpectations {
  std::vector<SeedExpectation> rows;
  std::vector<HappyPath> happy_paths;
};
// Throws yaml::Error.
SeedExpectations load_seed_expectations(const std::string& path);

// What one scenario does not do. step: a label or empty.
struct Unmet {
  std::string row, step;
  verdict::Text what;
  bool no_step = false;  // the step is not there at all
};
// "P3-1", or "then emergency_view P3-1" where the row is another than the step.
std::string place_of(const Unmet& unmet);
std::vector<Unmet> unmet(const SeedExpectations& expectations, const Behaviour& behaviour);

struct KnownDeviation {
  std::string id;
  std::string scenario;  // id, every row; or a row's whole name
  verdict::Text reason;
  std::string expires;   // "2025-03-31": the last day on which it may stand
  std::size_t line = 0;
  bool covers(const Behaviour& behaviour) const;
};
// "2025-03-31": a day that exists.
bool is_day(std::string_view text);
// No file: none. Throws yaml::Error.
std::vector<KnownDeviation> load_known_deviations(const std::string& path);

}  // namespace uketsuke::campaign
