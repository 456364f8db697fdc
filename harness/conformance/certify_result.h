// What a run of `certify` came to: which reader, judged by what, on which machine, with what
// result. Plain data and how it is counted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/conformance/case_result.h"
#include "harness/verdict/summary.h"

namespace uketsuke::conformance {

struct ReaderIdentity {
  std::uint16_t vendor_id = 0;
  std::uint16_t product_id = 0;
  std::uint16_t bcd_device = 0;
  std::string serial;  // strings as the device gives them; empty: it has none
  std::string manufacturer;
  std::string product;
  std::string route;  // how it was reached: "model:NAME", "usb:054c:0dc8"
};

struct Environment {
  std::string os;      // "Debian GNU/Linux 12 (bookworm)"
  std::string kernel;  // "Linux 6.1.0-18-amd64 x86_64"
  std::string vm;      // "kvm"; empty: none seen
};

struct CatalogueIdentity {
  std::string digest;       // SHA-256 (hex) over the files of the catalogue
  std::uint32_t cases = 0;  // how many it has, selected or not
};

// The claims against the descriptors: a result beside those of the catalogue.
constexpr const char* kClaimsCase = "claims";

// One line of the waiver file (waivers.h).
struct Waiver {
  std::string id;  // of the case
  std::string reason;
  std::string expiry;  // "2027-03-31": the last day on which it holds
  std::string approver;
};

struct Totals {
  std::map<CaseOutcome, std::uint64_t> of;  // every outcome has an entry
  std::uint64_t warnings = 0;               // all warnings together
  std::uint64_t attempts = 0;               // results, those of earlier attempts included
  std::uint64_t cases = 0;                  // distinct cases; the sum of `of`
};
bool operator==(const Totals& left, const Totals& right);

enum class Conclusion : std::uint8_t {
  kNoDeviation,        // every case of the catalogue was there, nothing is open among the mandatory
  kNoDeviationInPart,  // the same, but only some cases were selected
  kDeviation,          // a mandatory case failed
  kOpen,               // no deviation, but a mandatory case is inconclusive, in error or not judged
  kNothing,            // no mandatory case was judged
};
constexpr Conclusion kAllConclusions[] = {Conclusion::kNoDeviation, Conclusion::kNoDeviationInPart,
                                          Conclusion::kDeviation, Conclusion::kOpen,
                                          Conclusion::kNothing};
std::string_view to_string(Conclusion conclusion);  // "no_deviation", "no_deviation_in_part", ...

struct CertifyResult {
  ReaderIdentity reader;
  CatalogueIdentity catalogue;
  std::string tool_version;
  std::string claims_digest;  // SHA-256 (hex) of claims.yaml as used
  std::string bench_digest;   // of bench.yaml as used
  Environment environment;
  std::string started_at;  // local time with its distance from UTC (local_time.h)
  std::string ended_at;
  bool interrupted = false;
  std::vector<CaseResult> cases;  // in the order of the catalogue; attempts of a case in theirs
  std::vector<Waiver> waivers;    // valid ones (waivers.h)

  Totals totals;  // by seal()
  Conclusion conclusion = Conclusion::kNothing;
  Text conclusion_text;
};

// The last attempt of each case, in order of first appearance.
std::vector<const CaseResult*> last_attempts(const CertifyResult& result);

// The waiver that excuses this case, or nullptr.
const Waiver* waiver_of(const CertifyResult& result, const CaseResult& of);

// Of the last attempt of a case within the run: also kWaived; a pass after an earlier attempt that
// was none is a pass with a warning.
CaseOutcome outcome_in(const CertifyResult& result, const CaseResult& of);

Totals totals_of(const CertifyResult& result);
Conclusion conclusion_of(const CertifyResult& result);
Text describe(Conclusion conclusion, const CertifyResult& result);

// Seals every case, and fills totals, conclusion and its words.
void seal(CertifyResult& result);

// Architecture, "Verdicts": error, none or an interruption 4, fail 1, inconc or nothing but not
// applicable 2, no case at all 5; waived cases count as judged.
verdict::ExitCode exit_code(const CertifyResult& result);

// "A-nn" of all cases, sorted, each once.
std::vector<std::string> assumptions_of(const CertifyResult& result);

}  // namespace uketsuke::conformance
