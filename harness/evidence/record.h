// What results.json of a bundle holds: the run, and what was done to it since.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/conformance/certify_result.h"

namespace uketsuke::evidence {

using conformance::CaseResult;
using conformance::CertifyResult;
using verdict::Text;

// The certificate that the bundle says it was signed with. Because it stands in results.json, a
// bundle whose signature was taken away is found out.
struct Signer {
  std::string subject, issuer;            // RFC 2253: "CN=...,O=..."
  std::string serial;                     // hex
  std::string sha256;                     // fingerprint: SHA-256 (hex) of the DER certificate
  std::vector<std::string> chain_sha256;  // of the other certificates in the signature, sorted
};

struct Record {
  CertifyResult result;
  std::optional<Signer> signer;  // none: unsigned
  bool is_public = false;        // traces and names were left out
};

// "self-test of 054c:0dc8 ..." and what the record rests on: the words every report begins with.
std::vector<Text> statements_of(const Record& record);

// Names of the files of a bundle.
constexpr std::string_view kResultsName = "results.json";
constexpr std::string_view kJunitName = "junit.xml";
constexpr std::string_view kHtmlName = "report.html";
constexpr std::string_view kClaimsName = "claims.yaml";
constexpr std::string_view kBenchName = "bench.yaml";
constexpr std::string_view kEnvironmentName = "environment.json";
constexpr std::string_view kManifestName = "manifest.json";
constexpr std::string_view kSignatureName = "manifest.json.cms";
constexpr std::string_view kTraceFolder = "traces";
// What a run has so far; its writer takes it away when the bundle is whole.
constexpr std::string_view kPartialName = "results.partial.json";

// SHA-256 (FIPS 180-4) in lower-case hex.
std::string sha256_hex(std::string_view bytes);

}  // namespace uketsuke::evidence
