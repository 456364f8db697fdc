// Whether a device still answers after a case, and what brings it back if it does not.
#pragma once

#include "harness/conformance/run.h"

namespace uketsuke::conformance {

// GetSlotStatus with a fresh bSeq is answered, whole and in time. Never judges.
bool is_alive(Run& run);

// After a case: a device that does not answer any more is a deviation of that case, and the ladder
// is climbed until it answers: abort, power cycle of the slot, USB reset, plug. Each rung is
// logged in the result.
void check_liveness(Run& run);

}  // namespace uketsuke::conformance
