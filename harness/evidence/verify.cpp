#include "harness/evidence/verify.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <set>

#include "harness/evidence/bundle.h"
#include "harness/evidence/json_value.h"
#include "harness/evidence/record_json.h"
#include "harness/report/atomic_file.h"
#include "harness/report/text.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"

namespace uketsuke::evidence {
namespace {

using conformance::Recomputed;
using verdict::say;

constexpr std::uint64_t kMaxManifestBytes = 8U << 20U;
constexpr std::uint64_t kMaxSignatureBytes = 1U << 20U;
constexpr std::uint64_t kMaxResultsBytes = 32U << 20U;

// "2026-01-31T08:00:00+0900" -> "2026-01-30"; empty: no such time.
std::string utc_day_of(const std::string& local_time) {
  std::tm parts{};
  const char* end = ::strptime(local_time.c_str(), "%Y-%m-%dT%H:%M:%S%z", &parts);
  if (end == nullptr || *end != '\0') return {};
  const long offset = parts.tm_gmtoff;
  const std::time_t at = ::timegm(&parts) - offset;
  if (::gmtime_r(&at, &parts) == nullptr) return {};
  char day[32];
  return std::strftime(day, sizeof day, "%Y-%m-%d", &parts) == 0 ? "" : day;
}

class Verifier {
 public:
  Verifier(const std::string& path, const Trust& trust, const Recompute& recompute)
      : folder_(path), trust_(trust), recompute_(recompute) {
    report_.path = path;
  }

  VerifyReport verify() {
    const auto present = folder_.list(report_.problems);
    Text why;
    const auto manifest = folder_.read(kManifestName, why, kMaxManifestBytes);
    if (!manifest) {
      const auto is_there = [&](std::string_view name) {
        return std::find(present.begin(), present.end(), name) != present.end();
      };
      if (!is_there(kManifestName)) report_.problems.clear();  // of files that belong to nothing
      if (is_there(kPartialName)) {
        why = why + Text("。検査が途中です（certify --resume で続けます）",
                         "; the run in it has not ended (certify --resume goes on)");
      } else if (!is_there(kManifestName)) {
        why = why + Text("。certify --out のフォルダーを指定します",
                         "; a bundle is the folder of certify --out");
      }
      problem(kManifestName, why);
      return std::move(report_);
    }
    check_signature_of(*manifest, present);
    if (!parse_manifest(*manifest)) return std::move(report_);
    check_files(present);
    check_record();
    if (report_.record && recompute_) compute_again();
    return std::move(report_);
  }

 private:
  void problem(std::string_view file, const Text& what) {
    report_.problems.push_back({std::string(file), what});
  }

  void check_signature_of(const std::string& manifest, const std::vector<std::string>& present) {
    Text why;
    const auto signature = folder_.read(kSignatureName, why, kMaxSignatureBytes);
    if (signature) report_.signature = check_signature(*signature, manifest, trust_);
    if (!signature && std::find(present.begin(), present.end(), kSignatureName) != present.end())
      problem(kSignatureName, why);
    if (!report_.signature) return;
    const auto& found = report_.signature->problems;
    report_.problems.insert(report_.problems.end(), found.begin(), found.end());
  }

  bool parse_manifest(const std::string& bytes) {
    try {
      report_.manifest = manifest_from_json(bytes);
    } catch (const Malformed& malformed) {
      problem(kManifestName, malformed.text());
      return false;
    }
    if (to_json(*report_.manifest) != bytes) {
      problem(kManifestName, {"決まった書き方ではありません", "is not written as a manifest is"});
    }
    if (report_.signature) return true;
    if (report_.manifest->says_signed) {
      problem(kSignatureName, {"署名付きのはずですが、署名がないか読めません",
                               "the bundle says it is signed, and there is no signature to read"});
    } else if (!trust_.ca_file.empty()) {
      problem(kSignatureName, {"署名されていないため、認証局と照合できません",
                               "unsigned: there is nothing to check against an authority"});
    }
    return true;
  }

  void check_files(const std::vector<std::string>& present) {
    const auto& entries = report_.manifest->files;
    std::uint64_t total = 0;
    for (const auto& entry : entries) {
      total += entry.size;
      if (total > kMaxTotalBytes) {
        problem(entry.name, say("ここまでで {} バイトを超えます",
                                "more than {} bytes with this one", kMaxTotalBytes));
        return;
      }
      check_file(entry);
    }
    for (const auto& name : present) {
      if (name == kManifestName || name == kSignatureName) continue;
      if (find_entry(entries, name) == nullptr)
        problem(report::cut(name, report::kNameColumns),
                {"目録にないファイルです", "is not in the manifest"});
    }
    for (const auto needed : {kResultsName, kJunitName, kHtmlName, kEnvironmentName}) need(needed);
    if (report_.manifest->is_public) return;
    need(kClaimsName);
    need(kBenchName);
  }

  void need(std::string_view name) {
    if (find_entry(report_.manifest->files, name) == nullptr)
      problem(name, {"目録にありません", "is not in the manifest, and every bundle has it"});
  }

  void check_file(const ManifestEntry& entry) {
    Text why;
    const auto bytes = folder_.read(entry.name, why);
    if (!bytes) {
      problem(entry.name, why);
      return;
    }
    ++report_.files_checked;
    if (bytes->size() != entry.size) {
      problem(entry.name, say("{} バイトのはずが {} バイトです", "has to have {} bytes, has {}",
                              entry.size, bytes->size()));
    } else if (sha256_hex(*bytes) != entry.sha256) {
      problem(entry.name, {"内容が変わっています（SHA-256 が違います）",
                           "its content was changed (another SHA-256)"});
    } else {
      whole_.push_back(entry.name);
    }
  }

  bool is_whole(std::string_view name) const {
    return std::find(whole_.begin(), whole_.end(), name) != whole_.end();
  }

  void check_record() {
    Text why;
    if (!is_whole(kResultsName)) return;
    const auto bytes = folder_.read(kResultsName, why, kMaxResultsBytes);
    if (!bytes) {
      problem(kResultsName, why);
      return;
    }
    try {
      report_.record = record_from_json(*bytes);
    } catch (const Malformed& malformed) {
      problem(kResultsName, malformed.text());
      return;
    }
    check_counts();
    check_attempts();
    check_waivers();
    check_against_manifest();
    check_signer();
    check_derived(*bytes);
  }

  // What the cases come to is computed, never believed.
  void check_counts() {
    const auto& written = report_.record->result;
    auto sealed = written;
    seal(sealed);
    if (!(sealed.totals == written.totals) || sealed.conclusion != written.conclusion) {
      problem(kResultsName, {"合計または結論が各項目の判定と合いません",
                             "totals or conclusion do not follow from the cases"});
    }
    for (std::size_t i = 0; i < written.cases.size(); ++i) {
      if (sealed.cases[i].verdict == written.cases[i].verdict) continue;
      problem(kResultsName,
              say("{} の判定 {} は、その内容と合いません（{} のはずです）",
                  "verdict {1} of {0} does not follow from what is told of it ({2} would)",
                  written.cases[i].id, std::string(to_string(written.cases[i].verdict)),
                  std::string(to_string(sealed.cases[i].verdict))));
    }
  }

  // Of every case the attempts from 1 on: an earlier one cannot be left out.
  void check_attempts() {
    std::map<std::string, std::set<std::uint32_t>> attempts;
    for (const auto& one : report_.record->result.cases) attempts[one.id].insert(one.attempt);
    for (const auto& [id, numbers] : attempts) {
      if (*numbers.begin() == 1 && *numbers.rbegin() == numbers.size()) continue;
      problem(kResultsName, say("{}：1 回目からの結果がそろっていません",
                                "{}: results of earlier attempts are missing", id));
    }
  }

  // A waiver that had expired when the run began excuses nothing.
  void check_waivers() {
    const auto& run = report_.record->result;
    const std::string day = utc_day_of(run.started_at);
    for (const auto& waiver : run.waivers) {
      if (!day.empty() && waiver.expiry >= day) continue;
      problem(kResultsName, say("{} の免除は {} までで、検査は {} に始まりました",
                                "the waiver of {} held until {}, the run began at {}", waiver.id,
                                waiver.expiry, run.started_at));
    }
  }

  void check_digest(std::string_view name, const std::string& written) {
    const auto& manifest = *report_.manifest;
    const auto& entries = manifest.is_public ? manifest.original : manifest.files;
    const auto* entry = find_entry(entries, name);
    if (entry == nullptr || entry->sha256 != written)
      problem(name, {"results.json にある SHA-256 と違います",
                     "has another SHA-256 than results.json says"});
  }

  void check_against_manifest() {
    const auto& manifest = *report_.manifest;
    const auto& record = *report_.record;
    const auto& run = record.result;
    if (manifest.is_public != record.is_public || manifest.tool_version != run.tool_version ||
        manifest.catalogue.digest != run.catalogue.digest ||
        manifest.catalogue.cases != run.catalogue.cases ||
        manifest.says_signed != record.signer.has_value()) {
      problem(kManifestName, {"results.json と食い違います", "contradicts results.json"});
    }
    check_digest(kClaimsName, run.claims_digest);
    check_digest(kBenchName, run.bench_digest);
    if (manifest.is_public) {
      report_.notes.push_back(say(
          "公開用の写しです。元の {} ファイル（通信記録、申告、試験環境を含む）は、元のバンドルが"
          "なければ確かめられません（--full で指定できます）",
          "a public copy: the {} files of the full bundle (traces, claims and bench among "
          "them) cannot be checked without it (--full names it)",
          manifest.original.size()));
      return;
    }
    for (const auto& one : run.cases) {
      if (!one.trace.empty() && find_entry(manifest.files, one.trace) == nullptr)
        problem(one.trace, say("{} の通信記録が目録にありません",
                               "the trace of {} is not in the manifest", one.id));
    }
  }

  void check_signer() {
    const auto& said = report_.record->signer;
    if (!report_.signature || !report_.signature->signer) return;
    const auto& found = *report_.signature->signer;
    if (!said) {
      report_.notes.push_back({"記録は署名なしで作られ、後から別の道具で署名されています",
                               "the record was made unsigned and signed later by another tool"});
    } else if (said->sha256 != found.sha256 || said->chain_sha256 != found.chain_sha256 ||
               said->subject != found.subject || said->issuer != found.issuer ||
               said->serial != found.serial) {
      problem(kSignatureName, {"results.json にある証明書と違います",
                               "has other certificates than results.json says"});
    }
  }

  // A program of the same version writes the same reports of the same record.
  void check_derived(const std::string& results) {
    if (report_.manifest->tool_version != UKETSUKE_VERSION) {
      report_.notes.push_back(
          say("バンドルは uketsuke {} が作りました（これは {}）。報告書の文面は"
              "照合していません",
              "made by uketsuke {} (this is {}): the words of the reports were "
              "not compared",
              report_.manifest->tool_version, UKETSUKE_VERSION));
      return;
    }
    for (const auto& [name, bytes] : derived_files(*report_.record, &folder_)) {
      if (!is_whole(name)) continue;
      Text why;
      const auto there = name == kResultsName ? std::optional(results) : folder_.read(name, why);
      if (there && *there == bytes) continue;
      problem(name, say("uketsuke {} が同じ記録から書くものと違います",
                        "is not what uketsuke {} writes of the same record", UKETSUKE_VERSION));
    }
  }

  void compute_again() {
    conformance::RecordedRun run;
    Text why;
    run.result = &report_.record->result;
    run.is_public = report_.record->is_public;
    if (is_whole(kClaimsName)) run.claims = folder_.read(kClaimsName, why).value_or("");
    if (is_whole(kBenchName)) run.bench = folder_.read(kBenchName, why).value_or("");
    run.trace = [this](const std::string& name) {
      Text reason;
      return is_whole(name) ? folder_.read(name, reason) : std::nullopt;
    };
    report_.recomputed = recompute_(run);
    for (const auto& one : report_.recomputed) {
      if (one.is != Recomputed::Is::kDiffers) continue;
      problem(kResultsName, Text(one.id + "：", one.id + ": ") +
                                Text("再計算した判定が違います。", "computed again: ") + one.why);
    }
  }

  BundleFolder folder_;
  const Trust& trust_;
  const Recompute& recompute_;
  VerifyReport report_;
  std::vector<std::string> whole_;  // files whose bytes are as the manifest says
};

}  // namespace

std::size_t VerifyReport::count(Recomputed::Is what) const {
  return static_cast<std::size_t>(std::count_if(recomputed.begin(), recomputed.end(),
                                                [&](const auto& one) { return one.is == what; }));
}

int VerifyReport::exit_code() const {
  if (!manifest) return verdict::kExitError;
  return problems.empty() ? verdict::kExitPass : verdict::kExitFail;
}

VerifyReport verify_bundle(const std::string& path, const Trust& trust,
                           const Recompute& recompute) {
  return Verifier(path, trust, recompute).verify();
}

}  // namespace uketsuke::evidence
