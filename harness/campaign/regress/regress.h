// `uketsuke regress`: what a release did when its baseline was accepted, against what it does now.
#pragma once

#include <string>
#include <vector>

#include "harness/campaign/regress/baseline.h"
#include "harness/campaign/regress/regress_diff.h"
#include "harness/campaign/regress/regress_files.h"
#include "harness/scenario/requirements.h"
#include "harness/verdict/result.h"
#include "harness/verdict/summary.h"

namespace uketsuke::campaign {

enum class Change : std::uint8_t {
  kSame,     // does what the baseline says, and what was typed from the seed
  kNewFail,  // does something else, deviates, or does not do what was typed from the seed
  kFixed,    // deviated in the baseline and does so no more
  kNew,      // not in the baseline
  kGone,     // only in the baseline
  kXfail,    // deviates, as a known deviation says
  kXpass,    // a known deviation says that it deviates, and it does not
};
constexpr Change kAllChanges[] = {Change::kSame, Change::kNewFail, Change::kFixed, Change::kNew,
                                  Change::kGone, Change::kXfail,   Change::kXpass};
std::string_view to_string(Change change);  // "same", "new-fail", ...
verdict::Text describe(Change change);
// The word, in Japanese with what it means: "new-fail（基準と異なるか逸脱）".
verdict::Text word_of(Change change);

struct RowOutcome {
  std::string name, file;
  Change change = Change::kSame;
  std::string verdict_before, verdict_now;  // empty: not there
  std::string step;                         // the first that differs; empty: none
  verdict::Text reason;                     // of a deviation or an error, in short
  std::vector<Difference> differences;
  std::vector<Unmet> unmet;
  std::string deviation;  // id of the known deviation
  verdict::Text deviation_reason;
  bool stands() const { return change == Change::kSame || change == Change::kXfail; }
};

// The folder of a release: what a comparison needs.
struct Pinned {
  std::string release;
  Baseline baseline;
  bool has_baseline = false;
  SeedExpectations expectations;
  std::vector<KnownDeviation> deviations;
};
// scenarios/releases/RELEASE. Throws yaml::Error, BaselineError.
Pinned load_pinned(const std::string& folder, const std::string& release);
std::string baseline_path(const std::string& folder);
std::string expectations_path(const std::string& folder);
std::string deviations_path(const std::string& folder);

struct Comparison {
  std::string release;
  bool complete = false;             // everything that belongs to the release was run
  std::vector<RowOutcome> rows;      // in the order of the run, those that are gone at the end
  std::vector<verdict::Text> errors; // expired or stale entries, names twice, ...
  std::vector<std::string> missing;  // rows of the seed without a typed expectation
  std::size_t count(Change change) const;
  bool differs() const;
};

// One row of a run: what it came to and what it did (no behaviour: it could not be run).
struct Ran {
  verdict::ScenarioResult result;
  Behaviour behaviour;
};
RowOutcome compare_row(const Pinned& pinned, const Ran& ran);
// today: YYYY-MM-DD, for expiries.
Comparison compare(const Pinned& pinned, const std::vector<Ran>& ran,
                   const scenario::Requirements& requirements, bool complete,
                   const std::string& today);

// Why this run cannot become the baseline; empty: it can.
std::vector<verdict::Text> reasons_against(const Comparison& comparison,
                                           const std::vector<Ran>& ran);
// The baseline that a run makes.
Baseline baseline_of(const std::string& release, const std::vector<Ran>& ran);

// What every output of a comparison says: our model of the seed is pinned, nobody's system.
const verdict::Text& pin_statement();

// "same 3, new-fail 1": without what there is none of.
verdict::Text counts_of(const Comparison& comparison);
// The first five, and how many more.
verdict::Text shortly(const std::vector<std::string>& names);

// Reports. What several rows do differently in the same way is told once.
struct TextLimits {
  std::size_t lines = 0;   // of differences at one place; 0: all
  std::size_t places = 0;  // 0: all
};
std::string text_report(const Comparison& comparison, verdict::Language language,
                        const TextLimits& limits);
std::string json_report(const Comparison& comparison, const std::string& version);

// The results of the run as the comparison judges them, for reports that know passed and failed
// only: a row that is neither same nor xfail fails, with where and what differs as a step of its
// own; xfail is not applicable; rows that are gone, and errors of the comparison, are added.
std::vector<verdict::ScenarioResult> compared_results(const Comparison& comparison,
                                                      const std::vector<Ran>& ran);

}  // namespace uketsuke::campaign
