// The waiver file: cases whose result is excused for a time, by somebody, with a reason.
// Schema: scenarios/schema/waivers.schema.json.
//
//   uketsuke_waivers: 1
//   waivers:
//     - {id: DSC-12, reason: fixed in 1.03, expiry: 2027-03-31, approver: quality assurance}
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/conformance/certify_result.h"

namespace uketsuke::conformance {

// `known`: the ids of the catalogue; `today`: "2026-01-31". Throws yaml::Error with every problem:
// unknown or repeated id, no reason, no approver, no day, a day that has passed.
std::vector<Waiver> load_waivers(const std::string& path, const std::set<std::string>& known,
                                 const std::string& today);

}  // namespace uketsuke::conformance
