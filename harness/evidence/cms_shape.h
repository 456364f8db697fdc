// The shape of a CMS SignedData (RFC 5652, clause 5) in strict DER (X.690): every byte of it is
// either covered by the signature or has one legal value.
#pragma once

#include <string_view>

#include "harness/verdict/verdict.h"

namespace uketsuke::evidence {

// Empty: as it should be. Else what is not, and at which byte.
verdict::Text irregularity_of(std::string_view der);

}  // namespace uketsuke::evidence
