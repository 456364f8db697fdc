// Findings for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "harness/doctor/checks.h"

namespace uketsuke::doctor {

// Plain text, one block a finding, and a line with the count at the end.
std::string to_text(const std::vector<Finding>& findings, verdict::Language language);
// {"findings": [{"id", "severity", "subject", "what": {"ja", "en"}, "remedy": {...}, "commands"}]}
std::string to_json(const std::vector<Finding>& findings);
// True: there is something to be done (a warning or a problem).
bool needs_doing(const std::vector<Finding>& findings);

}  // namespace uketsuke::doctor
