// Cases that programs played and judged (a session of pytest with --uketsuke-out), taken into a
// run of `certify`: as told, and marked as told.
#pragma once

#include <string>
#include <vector>

#include "harness/conformance/certify_result.h"
#include "harness/conformance/rule_file.h"

namespace uketsuke::certify {

// Cases of `folder`/results.json that are attested by script; scenarios in it are left out, and so
// is what touched no bench. `reader`: the one that is certified. What another reader did says
// nothing of this one: such a case is listed as not applicable ("not of this device"), without its
// verdict. The same model is one of the same profile; the same device has the same ids, bcdDevice
// and serial number (the same route, where one of them does not tell a serial number). Throws
// report::ReportError: nothing to read, no case of a script, an id that no rule has.
std::vector<conformance::CaseResult> script_cases(const std::string& folder,
                                                  const conformance::ReaderIdentity& reader,
                                                  const conformance::RuleBook& rules);

// It is listed only.
bool is_of_another_device(const conformance::CaseResult& one);

}  // namespace uketsuke::certify
