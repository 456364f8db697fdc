// Cases that programs played and judged (a session of pytest with --uketsuke-out), taken into a
// run of `certify`: as told, and marked as told.
#pragma once

#include <string>
#include <vector>

#include "harness/conformance/case_result.h"
#include "harness/conformance/rule_file.h"

namespace uketsuke::certify {

// Cases of `folder`/results.json that are attested by script; scenarios in it are left out, and so
// is what touched no bench. `route`: of the reader that is certified; a case of another reader says
// nothing of this one. Throws report::ReportError: nothing to read, no such case, a case of another
// reader, an id that no rule has.
std::vector<conformance::CaseResult> script_cases(const std::string& folder,
                                                  const std::string& route,
                                                  const conformance::RuleBook& rules);

}  // namespace uketsuke::certify
