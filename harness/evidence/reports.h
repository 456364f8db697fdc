// junit.xml and report.html of a bundle.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "harness/evidence/record.h"

namespace uketsuke::evidence {

// Bytes of a trace by its name, if there is one.
using TraceSource = std::function<std::optional<std::string>(const std::string& name)>;

std::string junit_of(const Record& record);

// One self-contained page in both languages; the reader chooses one of them or both, without a
// script. Of cases that deviate the decoded trace, with the message that deviates marked.
std::string html_of(const Record& record, const TraceSource& trace);

}  // namespace uketsuke::evidence
