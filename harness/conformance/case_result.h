// What one attempt of one case came to. Plain data: the executor of cases fills it, the evidence
// bundle keeps it. certify_result.h has the whole run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/verdict/verdict.h"

namespace uketsuke::conformance {

using verdict::Text;
using verdict::Verdict;

// One deviation: which rule, what was expected, what came.
struct Finding {
  std::uint32_t step = 0;  // index in the case, from 0
  std::string file;        // where the step is written
  std::uint32_t line = 0;  // from 1; 0: unknown
  std::string rule;        // "CCID-1.1/6.2.6-a"
  Text rule_text;          // what that rule says, in our own words
  Text expected;
  Text got;             // decoded
  std::string got_hex;  // "80 02 00 ...", the message that deviates; empty: none came
  std::optional<std::uint32_t> offset;  // of the byte that deviates, in got_hex
  std::uint64_t trace_line = 0;         // that message in the trace file, from 1; 0: not in it
  bool warning = false;  // stands beside the verdict: the rule's clause is not certain yet, or
                         // the judgement rests on an assumption
};

// The same symptom in a shipped product or a public project (scenarios/conformance/
// seen_elsewhere.yaml).
struct SeenElsewhere {
  Text what;
  std::string source;   // who published it
  std::string version;  // where it was seen; empty: not told
  std::string fix;      // version or commit that mended it; empty: none is known
};

// `repeat: 10, accept: 9` of statistical cases; 1, 1 of all others.
struct Repetitions {
  std::uint32_t planned = 1;
  std::uint32_t passed = 0;
  std::uint32_t needed = 1;
};

struct CaseResult {
  std::string id;  // "MSG-04"
  Text title;
  std::vector<std::string> rules;  // ids
  bool mandatory = true;           // one of its rules is a MUST
  std::uint32_t attempt = 1;       // of --rerun-failed, from 1; earlier ones are kept
  Verdict verdict = Verdict::kNone;
  std::vector<Text> warnings;  // beside the verdict
  Text not_applicable;         // expression and values; non-empty: not applicable, verdict kNone
  Text reason;                 // why it is inconc, error or none
  std::vector<Finding> findings;
  std::vector<SeenElsewhere> seen_elsewhere;  // of a case that deviates; the bundle fills it
  std::vector<Text> recovery;            // rungs of the ladder that were climbed, oldest first
  std::vector<std::string> attested_by;  // "operator", "script:tests/test_x.py"; empty: computed
  std::vector<std::string> assumptions;  // "A-29", what a judgement here rested on
  std::uint32_t steps_planned = 0;
  std::uint32_t steps_done = 0;  // of all repetitions the least
  Repetitions repetitions;
  std::uint64_t simulated_us = 0;
  std::uint64_t wall_us = 0;
  std::string trace;  // "traces/MSG-04.jsonl", relative to the bundle; empty: none
};

// Brings the verdict up to what the findings say (never down) and closes the ways to an undeserved
// pass: a finding that is no warning makes a fail; fewer repetitions passed than needed or a step
// that was not executed make a pass inconclusive; nothing executed leaves none; not applicable is
// always none.
void seal(CaseResult& result);

bool is_not_applicable(const CaseResult& result);

// A case that a program played and judged: its id begins with this, and so does its attested_by. It
// is beside the catalogue, and nothing computes its verdict again.
inline const std::string kScript = "script:";
bool is_script(const CaseResult& result);

// What a case counts as, one of these each.
enum class CaseOutcome : std::uint8_t {
  kPass,
  kPassWithWarning,
  kInconc,
  kFail,
  kError,
  kNone,
  kNotApplicable,
  kWaived,  // fail, inconc, error or none, and a valid waiver names it
};
constexpr CaseOutcome kAllCaseOutcomes[] = {
    CaseOutcome::kPass,          CaseOutcome::kPassWithWarning, CaseOutcome::kInconc,
    CaseOutcome::kFail,          CaseOutcome::kError,           CaseOutcome::kNone,
    CaseOutcome::kNotApplicable, CaseOutcome::kWaived};
std::string_view to_string(CaseOutcome outcome);  // "pass", "pass_with_warning", "inconc", ...
Text describe(CaseOutcome outcome);

// Of one attempt by itself: never kWaived.
CaseOutcome outcome_of(const CaseResult& result);

}  // namespace uketsuke::conformance
