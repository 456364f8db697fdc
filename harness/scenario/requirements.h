// The table of what the seed says (scenarios/requirements/seed.yaml) and the register of what it
// leaves open (assumptions.yaml).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/panel/screen.h"

namespace uketsuke::scenario {

enum class RequirementKind : std::uint8_t {
  kStep,          // numbered step of a procedure: P3-1
  kCondition,     // what must hold, may be left out, or is not needed: P4-c1
  kNote,          // ※ note or explanation: P3-n1
  kExample,       // a reference example: P2-e1
  kBackendCheck,  // checked by the backend: P2-k1
};
std::string_view to_string(RequirementKind kind);  // "step", ..., "backend_check"

struct Requirement {
  std::string id;  // "P3-1"
  int page = 0;
  RequirementKind kind = RequirementKind::kStep;
  std::string box;         // heading it stands under, in the words of the seed; may be empty
  wire::panel::Text text;  // ja: the words of the seed; en: our rendering
  std::vector<std::string> assumptions;  // where the seed is silent about it
  std::string not_tested;                // why no scenario can show it; empty: a scenario has to
};

// A step number that the source does not have (P4-9, P5-5).
struct AbsentStep {
  std::string id;
  int page = 0;
  wire::panel::Text reason;
  std::string assumption;
};

struct Assumption {
  std::string id;  // "A-20"
  wire::panel::Text question;
  std::string value;                 // the default we took
  std::string doubt;                 // where the question comes from
  std::vector<std::string> affects;  // what depends on it: seed ids and parts of the project
};

struct Requirements {
  std::vector<Requirement> rows;
  std::vector<AbsentStep> absent;
  std::vector<Assumption> assumptions;

  const Requirement* find(std::string_view id) const;
  const AbsentStep* find_absent(std::string_view id) const;
  const Assumption* find_assumption(std::string_view id) const;
};

// Both throw yaml::Error; ids are unique, named assumptions exist (checked by load_requirements).
Requirements load_requirements(const std::string& seed_file, const std::string& assumptions_file);
Requirements load_requirements_text(std::string_view seed, std::string_view assumptions);

struct Coverage {
  std::vector<const Requirement*> covered;
  std::vector<const Requirement*> uncovered;   // a scenario has to show them and none does
  std::vector<const Requirement*> not_tested;  // with their reason
};
// ids: what scenarios name (steps and covers); unknown ones are ignored here, `load` refuses them.
Coverage coverage(const Requirements& requirements, const std::vector<std::string>& ids);

}  // namespace uketsuke::scenario
