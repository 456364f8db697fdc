#include "harness/evidence/bundle.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "harness/evidence/record_json.h"
#include "harness/evidence/reports.h"
#include "harness/evidence/verify.h"
#include "harness/report/atomic_file.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::evidence {
namespace {

using report::ReportError;
using verdict::say;

[[noreturn]] void environment(const Text& text) {
  throw ReportError(ReportError::Kind::kEnvironment, text);
}

void write_file(const std::string& path, const std::string& bytes) {
  report::AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

bool belongs(const std::string& name) {
  for (const auto known : {kResultsName, kJunitName, kHtmlName, kClaimsName, kBenchName,
                           kEnvironmentName, report::kMarkerName}) {
    if (name == known) return true;
  }
  const std::string folder = std::string(kTraceFolder) + "/";
  return name.rfind(folder, 0) == 0 && is_safe_name(name);
}

bool is_about_the_bundle(const std::string& name) {
  return name == kManifestName || name == kSignatureName;
}

// Every file of the folder with its digest; refuses what belongs to no bundle.
std::vector<ManifestEntry> entries_of(const std::string& path) {
  const BundleFolder folder(path);
  std::vector<Problem> problems;
  std::vector<ManifestEntry> entries;
  for (const auto& name : folder.list(problems)) {
    if (is_about_the_bundle(name) || name == kPartialName) continue;
    Text why;
    const auto bytes = belongs(name) ? folder.read(name, why) : std::nullopt;
    if (!belongs(name)) why = {"バンドルに属さないファイルです", "belongs to no bundle"};
    if (bytes) {
      entries.push_back(entry_of(name, *bytes));
    } else {
      problems.push_back({name, why});
    }
  }
  if (!problems.empty())
    environment(Text(path + "/" + problems.front().file + ": ") + problems.front().what);
  return entries;
}

void check_traces(const CertifyResult& result, const BundleFolder& folder) {
  for (const auto& one : result.cases) {
    Text why;
    if (!one.trace.empty() && !folder.read(one.trace, why))
      environment(Text(one.id + ": " + one.trace + ": ") + why);
  }
}

}  // namespace

std::string trace_name(const std::string& id, std::uint32_t attempt) {
  const std::string number = attempt > 1 ? "#" + std::to_string(attempt) : "";
  return std::string(kTraceFolder) + "/" + id + number + ".jsonl";
}

std::map<std::string, std::string> derived_files(const Record& record, const BundleFolder* from) {
  const TraceSource trace = [from](const std::string& name) {
    Text why;
    return from == nullptr ? std::nullopt : from->read(name, why);
  };
  return {{std::string(kResultsName), to_json(record)},
          {std::string(kJunitName), junit_of(record)},
          {std::string(kHtmlName), html_of(record, trace)},
          {std::string(kEnvironmentName), environment_json(record)}};
}

void finish_bundle(const std::string& folder, const Record& record,
                   const std::map<std::string, std::string>& files,
                   const std::vector<ManifestEntry>& original, const SigningKey* key,
                   std::time_t now) {
  // What vouched for the files before is taken away first.
  for (const auto name : {kSignatureName, kManifestName}) {
    const auto path = folder + "/" + std::string(name);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
      report::throw_errno({"書き換えられません", "cannot replace"}, path, errno);
  }
  for (const auto& [name, bytes] : files) write_file(folder + "/" + name, bytes);
  Manifest manifest;
  manifest.statements = statements_of(record);
  manifest.tool_version = record.result.tool_version;
  manifest.catalogue = record.result.catalogue;
  manifest.is_public = record.is_public;
  manifest.says_signed = key != nullptr;
  manifest.files = entries_of(folder);
  manifest.original = original;
  const auto bytes = to_json(manifest);
  const auto signature = key == nullptr ? std::string() : key->sign(bytes, now);
  write_file(folder + "/" + std::string(kManifestName), bytes);
  if (key != nullptr) write_file(folder + "/" + std::string(kSignatureName), signature);
}

void write_bundle(const std::string& path, CertifyResult& result, const BundleInput& input,
                  const SigningKey* key, std::time_t now) {
  result.tool_version = UKETSUKE_VERSION;
  result.claims_digest = sha256_hex(input.claims);
  result.bench_digest = sha256_hex(input.bench);
  seal(result);
  for (auto& one : result.cases) {
    const auto seen = input.seen.find(one.id);
    const bool deviates = !one.findings.empty() || one.verdict == verdict::Verdict::kFail;
    one.seen_elsewhere.clear();
    if (deviates && seen != input.seen.end()) one.seen_elsewhere = seen->second;
  }
  Record record;
  record.result = result;
  if (key != nullptr) record.signer = key->signer();
  const BundleFolder folder(path);
  check_traces(result, folder);
  auto files = derived_files(record, &folder);
  files[std::string(kClaimsName)] = input.claims;
  files[std::string(kBenchName)] = input.bench;
  finish_bundle(path, record, files, {}, key, now);
}

void sign_bundle(const std::string& path, const SigningKey& key, std::time_t now) {
  auto checked = verify_bundle(path, {}, nullptr);
  if (!checked.record || !checked.manifest) {
    const auto first = checked.problems.empty() ? Problem{} : checked.problems.front();
    environment(Text(path + "/" + first.file + ": ") + first.what);
  }
  // A signature that does not fit is what is to be replaced; everything else has to be whole.
  for (const auto& problem : checked.problems) {
    if (problem.file == kSignatureName) continue;
    environment(Text(path + "/" + problem.file + "：", path + "/" + problem.file + ": ") +
                problem.what + Text("。署名しません", "; not signed"));
  }
  auto& record = *checked.record;
  record.signer = key.signer();
  const BundleFolder folder(path);
  finish_bundle(path, record, derived_files(record, &folder), checked.manifest->original, &key,
                now);
}

}  // namespace uketsuke::evidence
