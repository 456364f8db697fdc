// report.html: one page, nothing loaded from elsewhere, no script; Japanese and English side by
// side, or one of them (RunInfo::language) but for what the record is; follows the light or dark
// setting of the reader. Everything above pass is shown in full, passes as one row each (with their
// steps folded in while the run is small).
#include <cstdio>
#include <string>

#include "harness/report/html_page.h"
#include "harness/report/report.h"
#include "harness/report/text.h"

namespace uketsuke::report {
namespace {

using verdict::ScenarioResult;
using verdict::StepResult;
using verdict::Summary;
using verdict::Text;
using verdict::Verdict;

constexpr std::uint64_t kFoldedPassesLimit = 500;  // above this many results passes have no steps

std::string milliseconds(std::uint64_t us) {
  char text[40];
  std::snprintf(text, sizeof text, "%llu.%03llu", static_cast<unsigned long long>(us / 1000),
                static_cast<unsigned long long>(us % 1000));
  return text;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

std::string place(const std::string& file, std::uint32_t line) {
  return line == 0 ? file : file + ":" + std::to_string(line);
}

std::string name_of(const ScenarioResult& result) { return cut(full_name(result), kNameColumns); }

// As in results.json on a page in both languages; in words on one in one of them.
void word(Page& page, Verdict verdict) {
  page.raw("<span class=\"v ").raw(to_string(verdict)).raw("\">");
  if (page.language() == verdict::Language::kBoth) {
    page.text(to_string(verdict));
  } else {
    page.both(describe(verdict));
  }
  page.raw("</span>");
}

void badge(Page& page, const ScenarioResult& result) {
  if (is_not_applicable(result)) {
    page.raw("<span class=\"v na\">").both({"対象外", "not applicable"}).raw("</span>");
    return;
  }
  word(page, result.verdict);
}

void step_in_full(Page& page, const StepResult& step, const ScenarioResult& result) {
  page.raw("<div class=\"step\"><p>");
  word(page, step.verdict);
  page.raw(" ");
  if (!step.seed_id.empty()) page.raw("<strong>").text(step.seed_id).raw("</strong> ");
  page.both(step.title).raw("</p>\n<dl>");
  page.row({"誰が", "who"}, Text(cut(step.who, kWhoColumns)));
  page.row({"実施の証言", "attested by"}, Text(step.attested_by));
  page.row({"場所", "at"}, Text(place(step.file.empty() ? result.file : step.file, step.line)));
  page.row({"期待", "expected"}, step.expected);
  page.row({"観測", "observed"}, step.observed);
  page.row({"模擬時刻 (ms)", "simulated time (ms)"}, Text(milliseconds(step.simulated_us)));
  page.raw("</dl>\n");
  if (!step.wire_tail.empty()) {
    page.raw("<p>").both({"直前の電文", "last messages on the wire"}).raw("</p><pre>");
    for (const auto& message : step.wire_tail) page.text(message).raw("\n");
    page.raw("</pre>\n");
  }
  page.raw("</div>\n");
}

// Steps one line each; those above pass in full.
void steps(Page& page, const ScenarioResult& result) {
  for (const auto& step : result.steps) {
    if (step.verdict > Verdict::kPass) {
      step_in_full(page, step, result);
      continue;
    }
    page.raw("<div class=\"step\">");
    word(page, step.verdict);
    page.raw(" ");
    if (!step.seed_id.empty()) page.raw("<strong>").text(step.seed_id).raw("</strong> ");
    page.text(cut(step.who, kWhoColumns))
        .raw(step.who.empty() ? "" : ": ")
        .both(step.title)
        .raw("</div>\n");
  }
}

bool shown_in_full(const ScenarioResult& result) {
  return result.verdict != Verdict::kPass || !result.warnings.empty() ||
         !result.journal_problem.empty();
}

void scenario_in_full(Page& page, const ScenarioResult& result, std::uint64_t number) {
  page.raw("<div class=\"box\" id=\"s").number(number).raw("\"><h3>");
  badge(page, result);
  page.raw(" ").text(name_of(result)).raw("</h3><p>").both(result.title).raw("</p>\n<dl>");
  page.row({"ファイル", "file"}, Text(place(result.file, result.line)));
  if (!result.script.empty()) page.row(verdict::script_mark(), Text(result.script));
  page.row({"リリース", "release"}, Text(result.release));
  page.row({"要件", "requirements"}, Text(joined(result.requirements)));
  page.row({"理由", "reason"}, result.reason);
  page.row({"対象外の理由", "not applicable because"}, result.not_applicable);
  page.row({"相手", "produced by"}, Text(result.produced_by));
  page.row({"乱数の種", "random seed"}, Text(std::to_string(result.random_seed)));
  page.row({"触れた仮定", "assumptions touched"}, Text(joined(result.assumptions)));
  for (const auto& warning : result.warnings) page.row({"警告", "warning"}, warning);
  page.row({"記録", "journal"}, Text(result.journal_path));
  page.row({"記録", "journal"}, result.journal_problem);
  page.raw("</dl>\n");
  steps(page, result);
  page.raw("</div>\n");
}

void statements_and_totals(Page& page, const RunInfo& info, const Summary& summary) {
  page.raw("<h1>uketsuke: ").both({"自己試験の記録", "record of a self-test"});
  page.raw("</h1>\n<div class=\"box\"><ul>\n");
  for (const auto& statement : statements()) {
    page.raw("<li>").always_both(statement).raw("</li>\n");
  }
  page.raw("</ul></div>\n<p>");
  word(page, summary.verdict());
  page.raw(" ").both(describe(summary)).raw("</p>\n");
  if (summary.interrupted) {
    page.raw("<p class=\"error\">");
    page.both({"実行は途中で中断されました。", "The run was interrupted."}).raw("</p>\n");
  }
  page.raw("<dl>");
  page.row({"版", "version"}, Text("uketsuke " + info.version));
  page.row({"開始", "started"}, Text(info.started_at));
  page.row({"所要 (ms)", "took (ms)"}, Text(milliseconds(info.wall_us)));
  page.row({"乱数の種", "random seed"}, Text(std::to_string(info.random_seed)));
  page.row({"対象", "paths"}, Text(joined(info.paths)));
  page.row({"タグ", "tags"}, Text(joined(info.tags)));
  page.row({"名前", "only"}, Text(joined(info.only)));
  page.raw("</dl>\n");

  page.raw("<h2>").both({"触れた仮定", "Assumptions touched"}).raw("</h2>\n<p>");
  if (summary.assumptions.empty()) page.both({"なし", "none"});
  for (const auto& [name, count] : summary.assumptions) {
    page.text(name).raw(" (").number(count).raw(") ");
  }
  page.raw("</p>\n");
}

void table_row(Page& page, const ScenarioResult& result, std::uint64_t number, bool fold_steps) {
  page.raw("<tr><td>");
  badge(page, result);
  page.raw("</td><td>");
  if (shown_in_full(result)) {
    page.raw("<a href=\"#s").number(number).raw("\">").text(name_of(result)).raw("</a>");
  } else if (fold_steps) {
    page.raw("<details><summary>").text(name_of(result)).raw("</summary>\n");
    steps(page, result);
    page.raw("</details>");
  } else {
    page.text(name_of(result));
  }
  if (!result.script.empty()) page.raw("<br><em>").both(verdict::script_mark()).raw("</em>");
  page.raw("</td><td>").both(result.title).raw("</td><td>").text(result.seed_page);
  page.raw("</td><td class=\"n\">").raw(milliseconds(result.simulated_us));
  page.raw("</td><td class=\"n\">").raw(milliseconds(result.wall_us)).raw("</td></tr>\n");
}

}  // namespace

void write_html(const RunInfo& info, const Summary& summary, const ResultSource& results,
                Sink& sink) {
  Page page(sink, info.language);
  page.raw(html_head({}, info.language));
  statements_and_totals(page, info, summary);

  page.raw("<h2>").both({"逸脱・判定不能・対象外・警告",
                         "Deviations, inconclusive, not applicable, "
                         "warnings"});
  page.raw("</h2>\n");
  std::uint64_t number = 0;
  std::uint64_t shown = 0;
  results.for_each([&](const ScenarioResult& result) {
    ++number;
    if (!shown_in_full(result)) return;
    ++shown;
    scenario_in_full(page, result, number);
    page.flush_if_full();
  });
  if (shown == 0) page.raw("<p>").both({"なし", "none"}).raw("</p>\n");

  page.raw("<h2>").both({"全シナリオ", "All scenarios"}).raw("</h2>\n<table><thead><tr><th>");
  page.both({"判定", "verdict"}).raw("</th><th>").both({"シナリオ", "scenario"});
  page.raw("</th><th>").both({"題名", "title"}).raw("</th><th>").both({"シード", "seed"});
  page.raw("</th><th>");
  page.both({"模擬時間 ms", "simulated ms"}).raw("</th><th>").both({"実時間 ms", "wall ms"});
  page.raw("</th></tr></thead><tbody>\n");
  const bool fold_steps = summary.total() <= kFoldedPassesLimit;
  number = 0;
  results.for_each([&](const ScenarioResult& result) {
    table_row(page, result, ++number, fold_steps);
    page.flush_if_full();
  });
  page.raw("</tbody></table>\n").raw(kHtmlEnd);
  page.flush();
}

}  // namespace uketsuke::report
