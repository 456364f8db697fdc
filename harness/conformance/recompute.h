// Verdicts computed again from what was recorded: `uketsuke verify` asks for them after it has
// checked the digests of a bundle.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/conformance/certify_result.h"

namespace uketsuke::conformance {

// A run as a bundle holds it. Everything comes from outside: sizes are limited by who read it, the
// content is to be parsed with care, and nothing of it is executed.
struct RecordedRun {
  const CertifyResult* result = nullptr;  // as results.json says
  std::string claims;                     // claims.yaml as it was used
  std::string bench;                      // bench.yaml as it was used
  bool is_public = false;                 // claims, bench and traces were left out of it
  // Bytes of CaseResult::trace; none if the bundle has no such file (a public one has none).
  std::function<std::optional<std::string>(const std::string& name)> trace;
};

struct Recomputed {
  enum class Is {
    kSame,
    kDiffers,          // `why` says recorded and computed verdict
    kNotRecomputable,  // `why` says the reason: attested by a script, another catalogue, no trace
  };
  std::string id;
  std::uint32_t attempt = 1;
  Is is = Is::kNotRecomputable;
  Text why;
};

// One entry for each of result->cases, in their order, and before them one of kIdentityEntry if
// reader or catalogue are not those that were recorded or that record is damaged. Throws nothing
// for a damaged trace: that case differs, or is not recomputable.
constexpr const char* kIdentityEntry = "identity";
std::vector<Recomputed> recompute(const RecordedRun& run);

}  // namespace uketsuke::conformance
