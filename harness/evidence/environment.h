// The machine a run was made on, for its record.
#pragma once

#include "harness/conformance/certify_result.h"

namespace uketsuke::evidence {

// Distribution, kernel, and the virtual machine if one shows; what cannot be read stays empty. No
// name of the host, nothing that tells one machine of a kind from another.
conformance::Environment this_environment();

}  // namespace uketsuke::evidence
