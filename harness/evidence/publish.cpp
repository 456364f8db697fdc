#include "harness/evidence/publish.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>

#include "harness/evidence/bundle.h"
#include "harness/evidence/verify.h"
#include "harness/report/atomic_file.h"
#include "harness/verdict/format.h"

namespace uketsuke::evidence {
namespace {

using report::ReportError;
using verdict::say;
namespace fs = std::filesystem;

constexpr std::string_view kLeftOut = "[...]";
constexpr std::size_t kShortestName = 3;  // shorter ones would blot out too much

void replace_all(std::string& text, const std::string& what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), kLeftOut);
    at += kLeftOut.size();
  }
}

bool is_path_character(unsigned char c) {
  return std::isalnum(c) != 0 || c >= 0x80 || c == '.' || c == '_' || c == '-' || c == '+';
}

// "/srv/hanako/x.py" becomes "[...]/x.py"; "CCID-1.1/6.2" and "a / b" stay.
std::string without_paths(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const bool begins = text[i] == '/' && (i == 0 || !is_path_character(text[i - 1])) &&
                        i + 1 < text.size() && is_path_character(text[i + 1]);
    if (!begins) {
      out.push_back(text[i++]);
      continue;
    }
    auto end = i, last = i;
    while (end < text.size() && (text[end] == '/' || is_path_character(text[end]))) {
      if (text[end] == '/' && end + 1 < text.size()) last = end;
      ++end;
    }
    out.append(kLeftOut).append(text, last, end - last);
    i = end;
  }
  return out;
}

// "SN" as ASCII and as UTF-16LE (a string descriptor, USB 2.0, 9.6.7), in hex.
std::vector<std::string> in_hex(const std::string& name) {
  std::string ascii, wide;
  for (const unsigned char c : name) {
    const auto pair = fmt::format("{:02x}", c);
    ascii += pair;
    wide += pair + "00";
  }
  return {ascii, wide};
}

std::string packed(const std::string& hex) {
  std::string out;
  for (const unsigned char c : hex) {
    if (std::isxdigit(c) != 0) out.push_back(static_cast<char>(std::tolower(c)));
  }
  return out;
}

class Redactor {
 public:
  explicit Redactor(const CertifyResult& run) {
    add(run.reader.serial);
    for (const auto& waiver : run.waivers) add(waiver.approver);
    const auto colon = run.reader.route.find(':');
    if (colon != std::string::npos) add(run.reader.route.substr(colon + 1));
    if (run.reader.route.rfind("usbip:", 0) == 0)
      add(run.reader.route.substr(6, run.reader.route.find_first_of("/:", 6) - 6));
    // The longer first: what is inside another name is gone with it.
    std::sort(names_.begin(), names_.end(),
              [](const auto& a, const auto& b) { return a.size() > b.size(); });
  }

  void clean(std::string& text) const {
    text = without_paths(text);
    for (const auto& name : names_) replace_all(text, name);
  }
  void clean(Text& text) const {
    clean(text.ja);
    clean(text.en);
  }
  void clean_hex(std::string& hex) const {
    const auto digits = packed(hex);
    for (const auto& name : names_) {
      for (const auto& form : in_hex(name)) {
        if (digits.find(form) != std::string::npos) hex.clear();
      }
    }
  }

 private:
  void add(const std::string& name) {
    if (name.size() >= kShortestName) names_.push_back(name);
  }
  std::vector<std::string> names_;
};

// "script:/srv/x/test_y.py" keeps its kind only; "operator" has nothing else.
std::string kind_of(const std::string& attested_by) {
  return attested_by.substr(0, attested_by.find(':'));
}

void clean_case(CaseResult& one, const Redactor& redactor) {
  one.trace.clear();
  redactor.clean(one.id);
  redactor.clean(one.title);
  redactor.clean(one.reason);
  redactor.clean(one.not_applicable);
  for (auto& warning : one.warnings) redactor.clean(warning);
  for (auto& rung : one.recovery) redactor.clean(rung);
  for (auto& who : one.attested_by) who = kind_of(who);
  for (auto& finding : one.findings) {
    redactor.clean(finding.file);
    redactor.clean(finding.expected);
    redactor.clean(finding.got);
    redactor.clean_hex(finding.got_hex);
    if (finding.got_hex.empty()) finding.offset.reset();
    finding.trace_line = 0;
  }
}

[[noreturn]] void refuse_filled(const std::string& path) {
  throw ReportError(ReportError::Kind::kUsage,
                    say("{}：空のフォルダーか新しい名前を指定してください",
                        "{}: name an empty folder or a new one", path));
}

void make_empty_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    report::throw_errno({"フォルダーを作成できません", "cannot create folder"}, path,
                        error.value());
  if (!fs::is_empty(path, error) || error) refuse_filled(path);
}

// A file that is added to a bundle spoils it.
void refuse_inside(const std::string& full, const std::string& out) {
  std::error_code ignored;
  const fs::path bundle = fs::weakly_canonical(fs::absolute(full), ignored);
  const fs::path copy = fs::weakly_canonical(fs::absolute(out), ignored);
  const auto differ = std::mismatch(bundle.begin(), bundle.end(), copy.begin(), copy.end());
  if (differ.first != bundle.end() || bundle.empty()) return;
  throw ReportError(ReportError::Kind::kUsage,
                    say("{0} はバンドル {1} の中です。別のフォルダーを指定してください",
                        "{0} is inside the bundle {1}: name another folder", out, full));
}

Text first_problem(const VerifyReport& report) {
  if (report.problems.empty()) return {"読めません", "cannot be read"};
  return Text(report.problems.front().file + ": ") + report.problems.front().what;
}

std::string manifest_bytes(const std::string& path) {
  Text why;
  return BundleFolder(path).read(kManifestName, why).value_or("");
}

}  // namespace

Record public_record(const Record& full) {
  Record shown = full;
  shown.is_public = true;
  shown.signer.reset();
  auto& run = shown.result;
  const Redactor redactor(full.result);
  run.reader.serial.clear();
  run.reader.route = run.reader.route.substr(0, run.reader.route.find(':'));
  redactor.clean(run.reader.manufacturer);
  redactor.clean(run.reader.product);
  redactor.clean(run.environment.os);
  redactor.clean(run.environment.kernel);
  for (auto& waiver : run.waivers) {
    waiver.approver.clear();
    redactor.clean(waiver.reason);
  }
  for (auto& one : run.cases) clean_case(one, redactor);
  return shown;
}

std::vector<ManifestEntry> original_entries(const Manifest& full, const std::string& manifest) {
  auto entries = full.files;
  entries.push_back(entry_of(std::string(kManifestName), manifest));
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

void check_public_folder(const std::string& full, const std::string& out) {
  refuse_inside(full, out);
  refuse_in_bundle(out);
  std::error_code ignored;
  if (fs::exists(out, ignored) && !(fs::is_directory(out, ignored) && fs::is_empty(out, ignored)))
    refuse_filled(out);
}

void publish_bundle(const std::string& full, const std::string& out) {
  const auto checked = verify_bundle(full, {}, nullptr);
  if (!checked.record || !checked.problems.empty()) {
    throw ReportError(ReportError::Kind::kEnvironment,
                      Text(full + "/") + first_problem(checked) +
                          Text("。公開用の写しを作りません", "; no public copy is made"));
  }
  if (checked.record->is_public) {
    throw ReportError(ReportError::Kind::kUsage,
                      say("{} はすでに公開用の写しです", "{} is a public copy already", full));
  }
  refuse_inside(full, out);
  make_empty_folder(out);
  const auto record = public_record(*checked.record);
  finish_bundle(out, record, derived_files(record, nullptr),
                original_entries(*checked.manifest, manifest_bytes(full)), nullptr, 0);
}

void compare_with_full(VerifyReport& report, const std::string& full) {
  const auto problem = [&](std::string_view file, const Text& what) {
    report.problems.push_back({std::string(file), what});
  };
  if (!report.manifest || !report.record) return;
  if (!report.manifest->is_public) {
    problem(kManifestName, {"公開用の写しではないため、元と比べられません",
                            "no public copy: there is nothing to compare with a full bundle"});
    return;
  }
  const auto checked = verify_bundle(full, {}, nullptr);
  if (!checked.record || !checked.problems.empty()) {
    problem("", Text("元のバンドル：", "the full bundle: ") + first_problem(checked));
    return;
  }
  if (original_entries(*checked.manifest, manifest_bytes(full)) != report.manifest->original) {
    problem(kManifestName,
            {"元のバンドルのファイルと違う一覧です", "lists other files than the full bundle has"});
  }
  auto expected = public_record(*checked.record);
  expected.signer = report.record->signer;
  const BundleFolder folder(report.path);
  for (const auto& [name, bytes] : derived_files(expected, nullptr)) {
    Text why;
    const auto there = folder.read(name, why);
    if (there && *there != bytes)
      problem(name,
              {"元のバンドルから作られるものと違います", "is not what is made of the full bundle"});
  }
  report.notes.push_back({"元のバンドルと比べました", "compared with the full bundle"});
}

}  // namespace uketsuke::evidence
