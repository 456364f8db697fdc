#include <fmt/format.h>

#include <algorithm>

#include "harness/conformance/folded.h"
#include "harness/evidence/reports.h"
#include "harness/evidence/trace_view.h"
#include "harness/report/html_page.h"
#include "harness/report/text.h"
#include "harness/verdict/format.h"

namespace uketsuke::evidence {
namespace {

using conformance::CaseOutcome;
using conformance::Finding;
using conformance::FoldedFinding;
using report::Page;
using verdict::say;

constexpr std::string_view kStyle = R"css(
.pass_with_warning, .waived { color: var(--inconc); }
.not_applicable { color: var(--none); }
th { overflow-wrap: normal; } .id { white-space: nowrap; }
.conclusion { font-size: 1.15rem; font-weight: bold; border-width: .15rem; }
.trace { font-size: .8rem; } .trace td { font-family: ui-monospace, monospace;
  padding: .1rem .4rem; } .trace td:nth-child(3) { white-space: nowrap; }
.trace td:nth-child(4) { min-width: 14rem; } .trace td:nth-child(5) { min-width: 24rem; }
.wide { overflow-x: auto; }
.hit td { background: color-mix(in srgb, var(--fail) 18%, var(--bg)); font-weight: bold; }
.hit td:first-child::before { content: "▶ "; color: var(--fail); }
code b { color: var(--bg); background: var(--fail); padding: 0 .15rem; }
nav a { margin-right: .8rem; }
)css";

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

Text time_text(std::uint64_t us) { return Text(fmt::format("{}.{:03} ms", us / 1000, us % 1000)); }

std::string anchor(const CaseResult& one) { return fmt::format("{}-{}", one.id, one.attempt); }

void badge(Page& page, CaseOutcome outcome) {
  page.raw("<span class=\"v ").raw(to_string(outcome)).raw("\">");
  page.both(describe(outcome)).raw("</span>");
}

void head_row(Page& page, const std::vector<Text>& cells) {
  page.raw("<thead><tr>");
  for (const auto& cell : cells) page.raw("<th>").both(cell).raw("</th>");
  page.raw("</tr></thead>");
}

void top(Page& page, const Record& record) {
  page.raw(report::html_head(kStyle));
  page.raw(
      "<h1>uketsuke: <span lang=\"ja\">自己試験の記録</span> "
      "<span lang=\"en\">record of a self-test</span></h1>\n<div class=\"box\"><ul>\n");
  for (const auto& statement : statements_of(record))
    page.raw("<li>").both(statement).raw("</li>\n");
  page.raw("</ul></div>\n<div class=\"box conclusion\">");
  page.both(record.result.conclusion_text).raw("</div>\n<table>");
  std::vector<Text> names;
  for (const auto outcome : conformance::kAllCaseOutcomes) names.push_back(describe(outcome));
  names.push_back({"項目", "cases"});
  names.push_back({"警告", "warnings"});
  head_row(page, names);
  page.raw("<tbody><tr>");
  for (const auto outcome : conformance::kAllCaseOutcomes) {
    const auto found = record.result.totals.of.find(outcome);
    page.raw("<td class=\"").raw(to_string(outcome)).raw("\">");
    page.number(found == record.result.totals.of.end() ? 0 : found->second).raw("</td>");
  }
  page.raw("<td>").number(record.result.totals.cases).raw("</td><td>");
  page.number(record.result.totals.warnings).raw("</td></tr></tbody></table>\n");
  if (record.result.interrupted) {
    page.raw("<p class=\"error\">");
    page.both({"実行は途中で中断されました。", "The run was interrupted."}).raw("</p>\n");
  }
}

void identity(Page& page, const Record& record) {
  const auto& run = record.result;
  page.raw("<h2>").both({"何を、何で試したか", "What was tested, with what"}).raw("</h2>\n<dl>");
  page.row({"リーダー", "reader"},
           Text(fmt::format("{:04x}:{:04x} bcdDevice {:04x}", run.reader.vendor_id,
                            run.reader.product_id, run.reader.bcd_device)));
  page.row({"製造者", "manufacturer"}, Text(run.reader.manufacturer));
  page.row({"製品", "product"}, Text(run.reader.product));
  page.row({"製造番号", "serial number"}, Text(run.reader.serial));
  page.row({"接続", "route"}, Text(run.reader.route));
  page.row({"開始", "started"}, Text(run.started_at));
  page.row({"終了", "ended"}, Text(run.ended_at));
  page.row({"版", "tool"}, Text("uketsuke " + run.tool_version));
  page.row({"試験項目表 (SHA-256)", "catalogue (SHA-256)"}, Text(run.catalogue.digest));
  page.row({"申告 (SHA-256)", "claims (SHA-256)"}, Text(run.claims_digest));
  page.row({"試験環境 (SHA-256)", "bench (SHA-256)"}, Text(run.bench_digest));
  page.row({"OS", "OS"}, Text(run.environment.os));
  page.row({"カーネル", "kernel"}, Text(run.environment.kernel));
  page.row({"仮想環境", "virtual machine"}, run.environment.vm.empty()
                                                ? Text("見つかりません", "none seen")
                                                : Text(run.environment.vm));
  if (record.signer) {
    const auto& signer = *record.signer;
    page.row({"署名者", "signed by"},
             say("{}（発行者 {}、番号 {}、SHA-256 {}）", "{} (issuer {}, serial {}, SHA-256 {})",
                 signer.subject, signer.issuer, signer.serial, signer.sha256));
  } else {
    page.row({"署名者", "signed by"}, {"署名なし", "nobody: unsigned"});
  }
  page.raw("</dl>\n");
}

// The bytes, the one that deviates marked.
void hex_row(Page& page, const Finding& finding) {
  if (finding.got_hex.empty()) return;
  page.raw("<dt>").both({"実際（バイト列）", "got (bytes)"}).raw("</dt><dd><code>");
  const auto place = finding.offset ? std::size_t{*finding.offset} * 3 : std::string::npos;
  if (finding.offset && place + 2 <= finding.got_hex.size()) {
    page.text(finding.got_hex.substr(0, place)).raw("<b>");
    page.text(finding.got_hex.substr(place, 2)).raw("</b>");
    page.text(finding.got_hex.substr(place + 2));
  } else {
    page.text(finding.got_hex);
  }
  page.raw("</code>");
  if (finding.offset) page.raw(" ").both(say("（{} バイト目）", "(byte {})", *finding.offset));
  page.raw("</dd>\n");
}

std::string lines_text(const std::vector<std::uint64_t>& lines) {
  constexpr std::size_t kMost = 20;
  const auto shown = static_cast<std::ptrdiff_t>(std::min(lines.size(), kMost));
  return fmt::format("{}{}", fmt::join(lines.begin(), lines.begin() + shown, ", "),
                     lines.size() > kMost ? ", ..." : "");
}

void finding_in_full(Page& page, const FoldedFinding& folded) {
  const Finding& finding = *folded.first;
  page.raw("<div class=\"step\"><p><span class=\"v ");
  page.raw(finding.warning ? "pass_with_warning" : "fail").raw("\">");
  page.both(finding.warning ? Text("警告", "warning") : Text("逸脱", "deviation"));
  page.raw("</span> <strong>").text(finding.rule).raw("</strong>");
  if (folded.times > 1) page.both(conformance::times_text(folded.times));
  page.raw("</p>\n<dl>");
  page.row({"規則", "rule"}, finding.rule_text);
  page.row({"期待", "expected"}, finding.expected);
  page.row({"実際", "got"}, finding.got);
  hex_row(page, finding);
  page.row({"手順", "step"}, finding.line == 0 ? Text(std::to_string(finding.step + 1))
                                               : Text(fmt::format("{} ({}:{})", finding.step + 1,
                                                                  finding.file, finding.line)));
  if (folded.trace_lines.size() > 1)
    page.row({"通信記録の行", "lines of the trace"}, Text(lines_text(folded.trace_lines)));
  page.raw("</dl></div>\n");
}

void trace_table(Page& page, const CaseResult& one, const TraceSource& source) {
  if (one.trace.empty()) return;
  const auto bytes = source(one.trace);
  if (!bytes) return;
  std::vector<std::uint64_t> marked;
  for (const auto& finding : one.findings) {
    if (finding.trace_line != 0) marked.push_back(finding.trace_line);
  }
  const auto view = view_of(*bytes, marked);
  page.raw("<p>").both({"通信記録", "trace"}).raw(" <code>").text(one.trace).raw("</code>");
  if (view.left_out != 0) {
    page.raw(" ").both(say("（ほかの {} 行はファイルにあります）",
                           "({} more lines are in the file)", view.left_out));
  }
  page.raw("</p>\n<div class=\"wide\"><table class=\"trace\"><tbody>\n");
  for (const auto& line : view.lines) {
    const bool is_hit = std::find(marked.begin(), marked.end(), line.number) != marked.end();
    page.raw(is_hit ? "<tr class=\"hit\"><td class=\"n\">" : "<tr><td class=\"n\">");
    page.number(line.number).raw("</td><td class=\"n\">").text(line.time).raw("</td><td>");
    page.text(line.who).raw("</td><td>").both(line.decoded).raw("</td><td>").text(line.hex);
    page.raw("</td></tr>\n");
  }
  page.raw("</tbody></table></div>\n");
}

void seen_elsewhere(Page& page, const CaseResult& one) {
  if (one.seen_elsewhere.empty()) return;
  page.raw("<p>").both({"同じ症状の公開された例", "The same symptom, seen elsewhere"});
  page.raw("</p>\n<ul>");
  for (const auto& seen : one.seen_elsewhere) {
    page.raw("<li>").both(seen.what).raw(" — ").text(seen.source);
    if (!seen.version.empty()) page.raw(", ").text(seen.version);
    if (!seen.fix.empty()) page.raw("; ").both({"修正：", "fix: "}).text(seen.fix);
    page.raw("</li>\n");
  }
  page.raw("</ul>\n");
}

void case_in_full(Page& page, const Record& record, const CaseResult& one, bool is_last,
                  const TraceSource& source) {
  const auto outcome = is_last ? outcome_in(record.result, one) : outcome_of(one);
  page.raw("<div class=\"box\" id=\"").text(anchor(one)).raw("\"><h3>");
  badge(page, outcome);
  page.raw(" ").text(one.id).raw(" ").both(one.title).raw("</h3>\n<dl>");
  if (one.attempt > 1 || !is_last) {
    page.row({"試行", "attempt"},
             say("{} 回目{}", "{}{}", one.attempt,
                 is_last ? Text() : Text("（後で再試行）", " (tried again later)")));
  }
  if (outcome == CaseOutcome::kWaived) {
    const auto& waiver = *waiver_of(record.result, one);
    page.row({"判定", "verdict"}, describe(outcome_of(one)));
    page.row({"免除", "waived"}, say("{}（期限 {}、承認者 {}）", "{} (until {}, by {})",
                                     waiver.reason, waiver.expiry, waiver.approver));
  }
  page.row({"規則", "rules"}, Text(joined(one.rules)));
  page.row({"理由", "reason"}, one.reason);
  page.row({"対象外の理由", "not applicable because"}, one.not_applicable);
  for (const auto& [warning, times] : conformance::folded(one.warnings))
    page.row({"警告", "warning"}, *warning + conformance::times_text(times));
  if (one.repetitions.planned > 1) {
    page.row({"反復", "repetitions"},
             say("{}回中{}回合格（必要{}回）", "{1} of {0} passed ({2} needed)",
                 one.repetitions.planned, one.repetitions.passed, one.repetitions.needed));
  }
  for (const auto& rung : one.recovery) page.row({"復旧", "recovery"}, rung);
  page.row({"証言", "attested by"}, Text(joined(one.attested_by)));
  page.row({"触れた仮定", "assumptions touched"}, Text(joined(one.assumptions)));
  page.row({"模擬時間", "simulated time"}, time_text(one.simulated_us));
  page.raw("</dl>\n");
  for (const auto& finding : conformance::folded(one.findings)) finding_in_full(page, finding);
  seen_elsewhere(page, one);
  if (outcome != CaseOutcome::kNotApplicable) trace_table(page, one, source);
  page.raw("</div>\n");
  page.flush_if_full();
}

bool wants_attention(CaseOutcome outcome) {
  return outcome != CaseOutcome::kPass && outcome != CaseOutcome::kNotApplicable;
}

void attention(Page& page, const Record& record, const TraceSource& source) {
  page.raw("<h2>").both({"逸脱・警告・判定不能・免除", "Deviations, warnings, not judged, waived"});
  page.raw("</h2>\n");
  const auto last = last_attempts(record.result);
  bool any = false;
  for (const auto& one : record.result.cases) {
    const bool is_last = std::find(last.begin(), last.end(), &one) != last.end();
    const auto outcome = is_last ? outcome_in(record.result, one) : outcome_of(one);
    if (!wants_attention(outcome) && is_last) continue;
    any = true;
    case_in_full(page, record, one, is_last, source);
  }
  if (!any) page.raw("<p>").both({"なし", "none"}).raw("</p>\n");
}

void waivers(Page& page, const Record& record) {
  if (record.result.waivers.empty()) return;
  page.raw("<h2>").both({"免除", "Waivers"}).raw("</h2>\n<table>");
  head_row(page, {{"項目", "case"}, {"理由", "reason"}, {"期限", "until"}, {"承認者", "approver"}});
  page.raw("<tbody>\n");
  for (const auto& waiver : record.result.waivers) {
    page.raw("<tr><td>").text(waiver.id).raw("</td><td>").text(waiver.reason).raw("</td><td>");
    page.text(waiver.expiry).raw("</td><td>").text(waiver.approver).raw("</td></tr>\n");
  }
  page.raw("</tbody></table>\n");
}

void all_cases(Page& page, const Record& record) {
  page.raw("<h2>").both({"全項目", "All cases"}).raw("</h2>\n<table>");
  head_row(page, {{"判定", "verdict"},
                  {"項目", "case"},
                  {"題名", "title"},
                  {"必須", "mandatory"},
                  {"対象外の理由・証言", "not applicable because, attested by"}});
  page.raw("<tbody>\n");
  for (const auto* one : last_attempts(record.result)) {
    const auto outcome = outcome_in(record.result, *one);
    page.raw("<tr><td>");
    badge(page, outcome);
    page.raw("</td><td class=\"id\">");
    if (wants_attention(outcome)) {
      page.raw("<a href=\"#").text(anchor(*one)).raw("\">").text(one->id).raw("</a>");
    } else {
      page.text(one->id);
    }
    page.raw("</td><td>").both(one->title).raw("</td><td>").raw(one->mandatory ? "●" : "");
    page.raw("</td><td>").both(one->not_applicable).text(joined(one->attested_by));
    page.raw("</td></tr>\n");
    page.flush_if_full();
  }
  page.raw("</tbody></table>\n");
}

}  // namespace

std::string html_of(const Record& record, const TraceSource& trace) {
  report::StringSink sink;
  Page page(sink);
  top(page, record);
  identity(page, record);
  attention(page, record, trace);
  waivers(page, record);
  all_cases(page, record);
  page.raw(report::kHtmlEnd);
  page.flush();
  return sink.text();
}

}  // namespace uketsuke::evidence
