// What `verify` says.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/evidence/verify.h"
#include "harness/report/json_writer.h"
#include "harness/report/text.h"
#include "harness/verdict/format.h"

namespace uketsuke::evidence {
namespace {

using conformance::Recomputed;
using verdict::say;

class Lines {
 public:
  explicit Lines(verdict::Language language) : language_(language) {}
  // Text from a bundle may be anything: one line each, no control characters.
  void line(const Text& text, const char* before = "") {
    out_ += before + report::one_line(in_language(text, language_)) + "\n";
  }
  std::string take() { return std::move(out_); }

 private:
  verdict::Language language_;
  std::string out_;
};

Text problem_text(const Problem& problem) {
  if (problem.file.empty()) return problem.what;
  return Text(problem.file + "：", problem.file + ": ") + problem.what;
}

void signature_lines(const VerifyReport& report, Lines& out) {
  if (!report.signature) {
    out.line({"署名：なし。誰が作ったものか、後で変えられていないかは分かりません",
              "signature: none. Who made it, and whether it was changed since, cannot be told"});
    return;
  }
  const auto& check = *report.signature;
  const bool untrusted = check.authority == SignatureCheck::Authority::kNotTrusted;
  if (check.problems.empty()) {
    out.line({"署名：正しい", "signature: good"});
  } else if (untrusted && check.problems.size() == 1) {
    out.line({"署名：目録と鍵に合うが、鍵の持ち主を認証局が保証していない",
              "signature: fits manifest and key, but no authority vouches for whose key it is"});
  } else {
    out.line({"署名：正しくない（理由は下の「相違」）。誰が作ったものかは分かりません",
              "signature: NOT good (why: see DIFFERS below). Who made it cannot be told"});
  }
  if (!check.signer) return;
  const auto& signer = *check.signer;
  out.line(say("主体者 {}", "subject {}", signer.subject), "  ");
  out.line(say("発行者 {}、番号 {}", "issuer {}, serial {}", signer.issuer, signer.serial), "  ");
  out.line(say("証明書の SHA-256 {}、鍵 {}", "certificate SHA-256 {}, key {}", signer.sha256,
               check.key_type),
           "  ");
  if (!check.signed_at.empty())
    out.line(say("署名者のいう署名日時 {}", "signed, as the signer says, at {}", check.signed_at),
             "  ");
  out.line(check.authority_text, "  ");
}

void recomputed_lines(const VerifyReport& report, Lines& out) {
  if (report.recomputed.empty()) return;
  out.line(say("判定の再計算：同じ {}、違う {}、再計算できない {}",
               "verdicts computed again: {} same, {} differ, {} cannot be",
               report.count(Recomputed::Is::kSame), report.count(Recomputed::Is::kDiffers),
               report.count(Recomputed::Is::kNotRecomputable)));
  // One line for each reason; there may be hundreds of cases.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> reasons;
  for (const auto& one : report.recomputed) {
    if (one.is == Recomputed::Is::kNotRecomputable)
      reasons[{one.why.ja, one.why.en}].push_back(one.id);
  }
  for (const auto& [why, ids] : reasons) {
    constexpr std::size_t kNamed = 8;
    std::string names;
    for (std::size_t i = 0; i < ids.size() && i < kNamed; ++i)
      names += (i == 0 ? "" : ", ") + ids[i];
    if (ids.size() > kNamed) names += fmt::format(", … ({})", ids.size());
    out.line(Text(names + "：", names + ": ") + Text(why.first, why.second), "  ");
  }
}

void record_lines(const VerifyReport& report, Lines& out) {
  if (!report.record) return;
  const auto& run = report.record->result;
  out.line(say("リーダー {:04x}:{:04x} bcdDevice {:04x} {} {}、{} から {}",
               "reader {:04x}:{:04x} bcdDevice {:04x} {} {}, {} to {}", run.reader.vendor_id,
               run.reader.product_id, run.reader.bcd_device, run.reader.product, run.reader.serial,
               run.started_at, run.ended_at));
  const auto totals = totals_of(run);
  Text line;
  for (const auto outcome : conformance::kAllCaseOutcomes) {
    const auto count = std::to_string(totals.of.at(outcome));
    const auto name = describe(outcome);
    const bool first = line.empty();
    line = line + Text((first ? "" : "、") + name.ja + " " + count,
                       (first ? "" : ", ") + name.en + " " + count);
  }
  out.line(line);
  out.line(Text("記録の結論：", "the record's conclusion: ") + describe(conclusion_of(run), run));
}

}  // namespace

std::string text_of(const VerifyReport& report, verdict::Language language) {
  Lines out(language);
  if (report.record) {
    for (const auto& statement : statements_of(*report.record)) out.line(statement);
  }
  record_lines(report, out);
  if (report.manifest || report.signature) signature_lines(report, out);
  if (report.manifest) {
    out.line(say("ファイル：{} 個を目録と照合", "files: {} compared with the manifest",
                 report.files_checked));
  }
  recomputed_lines(report, out);
  for (const auto& note : report.notes) out.line(Text("注：", "note: ") + note);
  for (const auto& problem : report.problems)
    out.line(Text("相違：", "DIFFERS: ") + problem_text(problem));
  if (!report.manifest) {
    out.line({"バンドルとして読めません", "cannot be read as a bundle"});
  } else if (report.problems.empty()) {
    out.line({"相違は見つかりませんでした", "nothing differs"});
  } else {
    out.line(say("相違 {} 件", "differences: {}", report.problems.size()));
  }
  return out.take();
}

std::string json_of(const VerifyReport& report) {
  report::StringSink sink;
  report::JsonWriter json(sink);
  json.begin_object();
  json.key("format").value("uketsuke-verify/1");
  json.key("exit_code").value(static_cast<std::uint64_t>(report.exit_code()));
  json.key("signed").value(report.signature.has_value());
  if (report.signature && report.signature->signer) {
    const auto& signer = *report.signature->signer;
    json.key("signer").begin_object();
    json.key("subject").value(std::string_view(signer.subject));
    json.key("issuer").value(std::string_view(signer.issuer));
    json.key("serial").value(std::string_view(signer.serial));
    json.key("sha256").value(std::string_view(signer.sha256));
    json.key("authority").value(report.signature->authority_text);
    json.end_object();
  }
  json.key("files_checked").value(std::uint64_t{report.files_checked});
  json.key("recomputed").begin_object();
  json.key("same").value(std::uint64_t{report.count(Recomputed::Is::kSame)});
  json.key("differs").value(std::uint64_t{report.count(Recomputed::Is::kDiffers)});
  json.key("not_recomputable").value(std::uint64_t{report.count(Recomputed::Is::kNotRecomputable)});
  const auto& all = report.recomputed;
  json.key("attested_by_script")
      .value(static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), [](const auto& one) {
        return one.id.rfind(conformance::kScript, 0) == 0;
      })));
  json.end_object();
  json.key("notes").begin_array();
  for (const auto& note : report.notes) json.value(note);
  json.end_array();
  json.key("problems").begin_array();
  for (const auto& problem : report.problems) {
    json.begin_object();
    json.key("file").value(std::string_view(problem.file));
    json.key("what").value(problem.what);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.new_line();
  json.flush();
  return sink.text();
}

}  // namespace uketsuke::evidence
