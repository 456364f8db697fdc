// What the rows of a reception case came to, as evidence and as a verdict. The verdict is computed
// from the rows alone, live and again by `uketsuke verify`; what each step came to is attested by
// the tool that ran it.
#pragma once

#include <string>
#include <vector>

#include "harness/conformance/case.h"
#include "harness/conformance/case_result.h"
#include "harness/conformance/trace.h"
#include "harness/verdict/result.h"

namespace uketsuke::conformance {

// A row of a scenario's examples, or a file of which nothing was run.
struct ReceptionRow {
  std::string entry;             // as the case names it: "faults/x.yaml#2"
  Text left_out;                 // why nothing was run; empty: `result` holds
  verdict::ScenarioResult result;
  std::string rests_on;          // the assumption of the step that deviates, "A-29", or empty
  bool bound = false;            // the reader is no model: what rests on an assumption warns
};

struct ReceptionRows {
  std::string id;  // of the case
  std::vector<ReceptionRow> rows;
};

// Combined: findings from the steps that deviate, inconclusive and error with their reason.
CaseResult judge_reception(const Case& of, const ReceptionRows& rows);

// JSON Lines: {"case": .., "kind": "reception"}, then one object a row.
std::string to_text(const ReceptionRows& rows);

// The verdict again, from that text. Throws TraceMismatch: no such text, or not of this case, or
// a scenario of the case is not in it. What comes from outside is checked.
CaseResult recompute_reception(const Case& of, const std::string& text);

}  // namespace uketsuke::conformance
