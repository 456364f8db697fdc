// What a reader is held against: one row a rule, of the tables in scenarios/requirements (all but
// assumptions.yaml; the rows of seed.yaml are among them).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/verdict.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {

using verdict::Text;

enum class Level : std::uint8_t { kMust, kShould, kMay };
std::string_view to_string(Level level);  // "MUST", ...

// How sure we are of the wording and the clause.
enum class Confidence : std::uint8_t {
  kSeen,      // S: seen in a named public source
  kMeasured,  // C: counted over public readers; whether it is a deviation depends on the clause
  kGeneral,   // M: general knowledge of the standard
  kAssumed,   // A: an assumption of ours
};
std::string_view to_string(Confidence confidence);  // "S", "C", "M", "A"

struct Rule {
  std::string id;        // "CCID-1.1/6.1.4-a"; of the seed: "P3-1"
  std::string document;  // "CCID-1.1", "seed"
  Level level = Level::kMust;
  Confidence confidence = Confidence::kSeen;
  Text text;        // in our own words (seed: its words)
  Text not_tested;  // why no case shows it; empty: one has to
  yaml::Mark mark;

  std::string clause() const;  // "6.1.4"; empty for the seed
  bool of_seed() const { return document == "seed"; }
};

struct RuleDocument {
  std::string id;
  Text title;
};

struct RuleBook {
  std::vector<RuleDocument> documents;
  std::vector<Rule> rules;  // by file, in the order written
  const Rule* find(std::string_view id) const;
  const RuleDocument* document(std::string_view id) const;
};

// Throws yaml::Error: a row without text in both languages, an id twice, one that does not begin
// with its document.
RuleBook load_rules(const std::string& folder);
RuleBook load_rules_text(std::string_view text, const std::string& name);

// Whether a case of these rules is mandatory: one of them is a MUST, or no rule of the book.
bool is_mandatory(const std::vector<std::string>& rules, const RuleBook& book);

// What does not fit between rules and cases (case id -> rule ids).
struct Gaps {
  std::vector<std::string> untested;        // a rule without case and without reason
  std::vector<std::string> contradictions;  // a rule with a reason that a case names all the same
  std::vector<std::string> unknown;         // "CASE: ID": no such rule
  std::vector<std::string> ruleless;        // a case that names none
  bool none() const;
};
// Rows of the seed are shown by scenarios (harness/scenario/requirements.h) and never missed here.
Gaps gaps(const RuleBook& book, const std::map<std::string, std::vector<std::string>>& cases);

}  // namespace uketsuke::conformance
