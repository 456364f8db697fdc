// Two bundles side by side: the same reader with another firmware, or two readers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/evidence/record.h"

namespace uketsuke::evidence {

enum class Change : std::uint8_t {
  kSame,     // counted alike, with the same findings
  kChanged,  // counted otherwise, neither better nor worse: or with other findings
  kFixed,    // deviated, and does no more
  kNewFail,  // deviates, and did not
  kNew,      // only in the second
  kGone,     // only in the first
};
constexpr Change kAllChanges[] = {Change::kNewFail, Change::kFixed, Change::kChanged,
                                  Change::kNew,     Change::kGone,  Change::kSame};
std::string_view to_string(Change change);  // "same", "changed", "fixed", "new-fail", "new", "gone"
Text describe(Change change);

struct CaseChange {
  std::string id;
  Text title;
  Change change = Change::kSame;
  std::optional<conformance::CaseOutcome> before, after;
  std::vector<Text> findings_before, findings_after;  // and reasons and warnings
};

struct IdentityChange {
  Text what;
  std::string before, after;
};

struct BundleComparison {
  std::string left, right;  // names of the bundles
  Text conclusion_before, conclusion_after;
  std::vector<IdentityChange> identity;  // what differs
  std::vector<CaseChange> cases;         // in the order of the first, then what is new
  std::size_t count(Change change) const;
  // Another identity alone is no difference: two firmware versions are what is compared.
  bool differs() const;
};

BundleComparison compare(const Record& before, const Record& after);

std::string text_of(const BundleComparison& comparison, verdict::Language language);
std::string json_of(const BundleComparison& comparison);
std::string html_of(const BundleComparison& comparison,
                    verdict::Language language = verdict::Language::kBoth);

}  // namespace uketsuke::evidence
