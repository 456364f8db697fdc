// A bundle checked, offline: signature, digests, what is missing or too many, whether results.json
// fits the rest, and every verdict that can be computed again. Nothing of a bundle is executed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/conformance/recompute.h"
#include "harness/evidence/bundle_folder.h"
#include "harness/evidence/manifest.h"
#include "harness/evidence/record.h"
#include "harness/evidence/signature.h"

namespace uketsuke::evidence {

using Recompute =
    std::function<std::vector<conformance::Recomputed>(const conformance::RecordedRun& run)>;

struct VerifyReport {
  std::string path;
  std::vector<Problem> problems;            // what differs, by file
  std::vector<Text> notes;                  // what could not be checked, and what is worth knowing
  std::optional<SignatureCheck> signature;  // none: there is no signature
  std::optional<Manifest> manifest;         // none: it cannot be read
  std::optional<Record> record;             // none: results.json cannot be read or is not whole
  std::size_t files_checked = 0;
  std::vector<conformance::Recomputed> recomputed;

  std::size_t count(conformance::Recomputed::Is what) const;
  // 0 all good, 1 something differs, 4 there is no manifest that can be read.
  int exit_code() const;
};

// `recompute`: nothing is computed again if it is empty. Throws report::ReportError: no folder, or
// the file of the authorities cannot be read.
VerifyReport verify_bundle(const std::string& path, const Trust& trust, const Recompute& recompute);

// Whether the public bundle `report` is about was made from the full bundle at `full`; adds
// problems. Throws report::ReportError.
void compare_with_full(VerifyReport& report, const std::string& full);

// For people, in one or both languages; begins with what a bundle is.
std::string text_of(const VerifyReport& report, verdict::Language language);
std::string json_of(const VerifyReport& report);

}  // namespace uketsuke::evidence
