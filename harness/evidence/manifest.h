// manifest.json: what belongs to a bundle, with sizes and digests. The signature is over its bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/evidence/record.h"

namespace uketsuke::evidence {

struct ManifestEntry {
  std::string name;
  std::uint64_t size = 0;
  std::string sha256;  // lower-case hex
};
bool operator==(const ManifestEntry& left, const ManifestEntry& right);

struct Manifest {
  std::vector<Text> statements;
  std::string tool_version;
  conformance::CatalogueIdentity catalogue;
  bool is_public = false;
  bool says_signed = false;
  std::vector<ManifestEntry> files;  // sorted by name; neither itself nor its signature
  // Of a public bundle: the files of the full one as they were, its manifest among them.
  std::vector<ManifestEntry> original;
};

ManifestEntry entry_of(std::string name, std::string_view bytes);
// By name, or nullptr.
const ManifestEntry* find_entry(const std::vector<ManifestEntry>& entries, std::string_view name);

std::string to_json(const Manifest& manifest);
// Throws Malformed: also for names that are not safe, not sorted or there twice, and for too many.
Manifest manifest_from_json(std::string_view text);

}  // namespace uketsuke::evidence
