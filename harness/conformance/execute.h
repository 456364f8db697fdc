// A case, executed: desk, preflight, card, steps, liveness, recovery, for each slot and repetition.
#pragma once

#include <functional>
#include <memory>

#include "harness/conformance/case.h"
#include "harness/conformance/case_result.h"
#include "harness/conformance/deed.h"
#include "harness/conformance/run.h"
#include "harness/conformance/trace.h"

namespace uketsuke::conformance {

// A desk where the cards of the case are at hand; nullptr: none is needed.
using MakeDesk = std::function<std::unique_ptr<Desk>(const Case* of)>;

// Never throws for what the device does. gateway::RouteBroken and other failures of the bench
// become the verdict error. What passes is appended to `trace`.
CaseResult execute(const Case& of, const Subject& subject, const MakeDesk& make_desk, Trace& trace);

// Why it does not apply to this device (expression and values), over all slots; empty: it does.
Text why_not(const Case& of, const Subject& subject);

// The subject of a desk, read from it. `more`: facts of claims and bench, over those of the
// descriptors.
Subject identify_subject(const MakeDesk& make_desk, const Facts& more, Trace& trace, Text& problem);

}  // namespace uketsuke::conformance
