// A run with one case of each kind, as a bundle in a folder of its own.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "harness/evidence/bundle.h"

namespace sample {

namespace fs = std::filesystem;
using namespace uketsuke::conformance;

constexpr std::time_t kNow = 1'780'000'000;  // 2026-05-28T20:26:40Z

class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(fs::temp_directory_path() /
              ("uketsuke_evidence_" + std::to_string(::getpid()) + "_" + name)) {
    fs::remove_all(path_);
    fs::create_directories(path_ / "traces");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path() const { return path_; }
  std::string file(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

inline void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline CaseResult passed(const std::string& id) {
  CaseResult one;
  one.id = id;
  one.title = {"試験 " + id, "case " + id};
  one.rules = {"CCID-1.1/6.2"};
  one.verdict = Verdict::kPass;
  one.steps_planned = one.steps_done = 2;
  one.repetitions.passed = 1;
  one.simulated_us = 12'345;
  return one;
}

inline CaseResult failed() {
  auto one = passed("MSG-04");
  one.verdict = Verdict::kFail;
  Finding finding;
  finding.step = 1;
  finding.file = "conformance/messages.yaml";
  finding.line = 31;
  finding.rule = "CCID-1.1/6.1.3-a";
  finding.rule_text = {"データのないコマンドの dwLength は 0",
                       "dwLength of a command without data is 0"};
  finding.expected = {"失敗、bError 01h", "failed, bError 01h"};
  finding.got = {"成功 <b>", "succeeded <b>"};
  finding.got_hex = "81 00 00 00 00 00 07 01 00 00";
  finding.offset = 7;
  finding.trace_line = 2;
  one.findings.push_back(finding);
  one.recovery = {{"中止要求", "abort"}};
  one.assumptions = {"A-95"};
  one.trace = uketsuke::evidence::trace_name(one.id, 1);
  return one;
}

inline CertifyResult run() {
  CertifyResult run;
  run.reader = {
      0x1209, 0x0001, 0x0102, "SN-4711-xyz", "Sample", "Sample reader", "usbip:bench7/1-1"};
  run.catalogue = {std::string(64, 'a'), 6};
  run.environment = {"Debian GNU/Linux 12", "Linux 6.1.0 x86_64", ""};
  run.started_at = "2026-05-29T05:26:40+09:00";
  run.ended_at = "2026-05-29T05:30:00+09:00";
  run.cases = {passed("MSG-01"), failed(), passed("MSG-12"), passed("NOT-04"), passed("DSC-12")};
  run.cases[2].warnings = {{"遅い", "slow"}};
  run.cases[3].verdict = Verdict::kNone;
  run.cases[3].not_applicable = {"slots > 1（slots = 1）", "slots > 1 (slots = 1)"};
  run.cases[4].verdict = Verdict::kInconc;
  run.cases[4].reason = {"/srv/hanako/lists を読めません", "cannot read /srv/hanako/lists"};
  run.cases[4].attested_by = {"script:/srv/hanako/test_x.py"};
  run.waivers = {{"DSC-12", "fixed in 1.03", "2027-03-31", "Yamada Taro"}};
  return run;
}

inline uketsuke::evidence::BundleInput input() {
  uketsuke::evidence::BundleInput input;
  input.claims = "uketsuke_claims: 1\ncontact: Yamada Taro\n";
  input.bench = "uketsuke_bench: 1\n";
  input.seen["MSG-04"] = {{{"長さを検査しない", "the length is not checked"},
                           "ccid-firmware-rs",
                           "0.1",
                           "a later one"}};
  return input;
}

constexpr const char* kTrace =
    "{\"t_us\":1000,\"pipe\":\"bulk-out\",\"decoded\":\"PC_to_RDR_GetSlotStatus\","
    "\"hex\":\"65010000000007000000\"}\n"
    "{\"t_us\":1250,\"pipe\":\"bulk-in\",\"decoded\":{\"ja\":\"スロット状態\",\"en\":\"slot "
    "status\"},"
    "\"hex\":\"81000000000007010000\"}\n"
    "not JSON <script>\n";

// A bundle in `folder`; signed if there is a key. What it came to is in the answer.
inline CertifyResult make(const Folder& folder,
                          const uketsuke::evidence::SigningKey* key = nullptr) {
  auto result = run();
  write(folder.file("traces/MSG-04.jsonl"), kTrace);
  uketsuke::evidence::write_bundle(folder.path(), result, input(), key, kNow);
  return result;
}

}  // namespace sample
