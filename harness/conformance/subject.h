// What is known of the device under test: what its descriptors say, what its vendor claims, what
// the bench has. All of it is in a bundle, so that `verify` knows the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/conformance/certify_result.h"
#include "harness/conformance/claims.h"
#include "harness/conformance/run.h"

namespace uketsuke::conformance {

// The bench over the claims over the descriptors.
Subject make_subject(DescriptorFacts descriptors, const Claims& claims, const Facts& bench);

// The same where nothing but claims and bench is known: the reader is reached through pcscd.
Subject make_subject(const Claims& claims, const Facts& bench);

// Who the device says it is; `route` is empty.
ReaderIdentity identity_of(const DescriptorFacts& descriptors);

// A claim that the descriptors contradict is a failure by itself: the case kClaimsCase.
CaseResult judge_claims(const Claims& claims, const Subject& subject);

// The bench as it was used (IXIT), for the bundle: routes as written, and facts. No key of a card's
// release is in it.
struct BenchCard {
  std::string holder;
  bool simulated = false, released = false;
};
struct BenchRecord {
  std::string reader = "model", panel = "model";
  double speed = 1;              // simulated seconds in a second
  std::vector<BenchCard> cards;  // as the bench file lists them
  Facts facts;
};
std::string to_yaml(const BenchRecord& bench);
// Throws yaml::Error.
BenchRecord bench_record(std::string_view text, const std::string& name);

}  // namespace uketsuke::conformance
