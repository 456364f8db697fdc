// An evidence bundle written: the folder of a run made complete, with manifest and signature.
#pragma once

#include <ctime>
#include <map>
#include <string>
#include <vector>

#include "harness/evidence/bundle_folder.h"
#include "harness/evidence/manifest.h"
#include "harness/evidence/record.h"
#include "harness/evidence/signing_key.h"

namespace uketsuke::evidence {

// By id of the case: what scenarios/conformance/seen_elsewhere.yaml has of its symptom.
using SeenTable = std::map<std::string, std::vector<conformance::SeenElsewhere>>;
// Throws yaml::Error.
SeenTable load_seen_elsewhere(const std::string& path);

// Where traces go: "traces/MSG-04.jsonl", of later attempts "traces/MSG-04#2.jsonl".
std::string trace_name(const std::string& id, std::uint32_t attempt);

struct BundleInput {
  std::string claims;  // bytes of claims.yaml as it was used
  std::string bench;   // of bench.yaml
  SeenTable seen;
};

// `folder` exists and has the traces that the cases name. Fills digests, tool version and what was
// seen elsewhere into `result`, seals it, writes every file of the bundle, the manifest and, with a
// key, its signature; without one, none. Throws report::ReportError (environment): a file cannot be
// written, a trace is missing, something that belongs to no bundle lies in the folder.
void write_bundle(const std::string& folder, CertifyResult& result, const BundleInput& input,
                  const SigningKey* key, std::time_t now);

// The files that are made from the record, by name: results, JUnit, HTML, environment. Traces are
// read from `from` for the HTML, if there is a folder.
std::map<std::string, std::string> derived_files(const Record& record, const BundleFolder* from);

// Writes `files`, then manifest and signature of everything in `folder`. `original`: of a public
// bundle.
void finish_bundle(const std::string& folder, const Record& record,
                   const std::map<std::string, std::string>& files,
                   const std::vector<ManifestEntry>& original, const SigningKey* key,
                   std::time_t now);

// Signs a bundle that is whole; a signature that it had is replaced. Its reports are written again,
// since they name the signer. Throws report::ReportError: not a bundle, or not whole.
void sign_bundle(const std::string& folder, const SigningKey& key, std::time_t now);

}  // namespace uketsuke::evidence
