// A public copy of a bundle: without traces, claims, bench, serial numbers, names of people and
// paths of a machine. The digests of what was left out stand in its manifest.
#pragma once

#include <string>
#include <vector>

#include "harness/evidence/manifest.h"
#include "harness/evidence/record.h"

namespace uketsuke::evidence {

// The record as it may be shown to anybody.
Record public_record(const Record& full);

// Writes the public copy of the bundle at `full` into `out`, which is made or empty; unsigned
// (sign_bundle signs it). Throws report::ReportError: `full` is not whole, is public itself, or
// `out` holds something.
void publish_bundle(const std::string& full, const std::string& out);

// The same refusals of `out` without anything made, before there is a bundle at `full`.
void check_public_folder(const std::string& full, const std::string& out);

// What the manifest of a public copy lists of the full bundle: every file and the manifest itself.
std::vector<ManifestEntry> original_entries(const Manifest& full, const std::string& manifest);

}  // namespace uketsuke::evidence
