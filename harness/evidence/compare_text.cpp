// What `compare` says: text, JSON, HTML.
#include "harness/evidence/compare.h"
#include "harness/report/html_page.h"
#include "harness/report/json_writer.h"
#include "harness/report/text.h"
#include "harness/verdict/format.h"

namespace uketsuke::evidence {
namespace {

using conformance::CaseOutcome;
using report::Page;
using verdict::say;

Text outcome_text(const std::optional<CaseOutcome>& outcome) {
  return outcome ? describe(*outcome) : Text("—");
}

Text counts_of(const BundleComparison& comparison) {
  Text line;
  for (const auto change : kAllChanges) {
    const auto count = std::to_string(comparison.count(change));
    const auto name = describe(change);
    const bool first = line.empty();
    line = line + Text((first ? "" : "、") + name.ja + " " + count,
                       (first ? "" : ", ") + name.en + " " + count);
  }
  return line;
}

void write_texts(report::JsonWriter& json, std::string_view key, const std::vector<Text>& texts) {
  json.key(key).begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

void list(Page& page, const std::vector<Text>& texts) {
  for (const auto& text : texts) page.raw("<div>").both(text).raw("</div>");
}

void case_row(Page& page, const CaseChange& one) {
  page.raw("<tr><td class=\"v\">").both(describe(one.change)).raw("</td><td>");
  page.text(one.id).raw("</td><td>").both(one.title).raw("</td><td>");
  page.both(outcome_text(one.before));
  list(page, one.findings_before);
  page.raw("</td><td>").both(outcome_text(one.after));
  list(page, one.findings_after);
  page.raw("</td></tr>\n");
  page.flush_if_full();
}

void head_row(Page& page, const std::vector<Text>& cells) {
  page.raw("<table><thead><tr>");
  for (const auto& cell : cells) page.raw("<th>").both(cell).raw("</th>");
  page.raw("</tr></thead><tbody>\n");
}

// So many cases that only one of them has are another selection, no news of the reader.
bool is_selection(const BundleComparison& comparison, Change change) {
  constexpr std::size_t kMany = 20;
  return (change == Change::kGone || change == Change::kNew) && comparison.count(change) > kMany;
}

Text named_in_one_line(const BundleComparison& comparison, Change change) {
  constexpr std::size_t kNamed = 8;
  std::string names;
  std::size_t named = 0;
  for (const auto& one : comparison.cases) {
    if (one.change != change || named == kNamed) continue;
    names += (named == 0 ? "" : ", ") + one.id;
    ++named;
  }
  return describe(change) + say("：{} 件（{}、…）：片方では行われていない",
                                ": {} cases ({}, ...), which one of the runs did not select",
                                comparison.count(change), names);
}

}  // namespace

std::string text_of(const BundleComparison& comparison, verdict::Language language) {
  std::string out;
  const auto line = [&](const Text& text, const char* before = "") {
    out += before + report::one_line(in_language(text, language)) + "\n";
  };
  line(say("{} と {}", "{} and {}", comparison.left, comparison.right));
  for (const auto& one : comparison.identity)
    line(one.what + Text("：", ": ") + Text(one.before + " → " + one.after), "  ");
  for (const auto change : kAllChanges) {
    if (change == Change::kSame) continue;
    if (is_selection(comparison, change)) {
      line(named_in_one_line(comparison, change));
      continue;
    }
    for (const auto& one : comparison.cases) {
      if (one.change != change) continue;
      line(describe(change) + Text("：", ": ") + Text(one.id + " ") + one.title + Text("（", " (") +
           outcome_text(one.before) + Text(" → ") + outcome_text(one.after) + Text("）", ")"));
      for (const auto& text : one.findings_before) line(text, "  - ");
      for (const auto& text : one.findings_after) line(text, "  + ");
    }
  }
  line(counts_of(comparison));
  line(Text("前の結論：", "conclusion before: ") + comparison.conclusion_before);
  line(Text("後の結論：", "conclusion after: ") + comparison.conclusion_after);
  return out;
}

std::string json_of(const BundleComparison& comparison) {
  report::StringSink sink;
  report::JsonWriter json(sink);
  json.begin_object();
  json.key("format").value("uketsuke-compare/1");
  json.key("before").value(std::string_view(comparison.left));
  json.key("after").value(std::string_view(comparison.right));
  json.key("differs").value(comparison.differs());
  json.key("identity").begin_array();
  for (const auto& one : comparison.identity) {
    json.begin_object();
    json.key("what").value(one.what);
    json.key("before").value(std::string_view(one.before));
    json.key("after").value(std::string_view(one.after));
    json.end_object();
  }
  json.end_array();
  json.key("counts").begin_object();
  for (const auto change : kAllChanges)
    json.key(to_string(change)).value(std::uint64_t{comparison.count(change)});
  json.end_object();
  json.key("cases").begin_array();
  json.new_line();
  for (const auto& one : comparison.cases) {
    json.begin_object();
    json.key("id").value(std::string_view(one.id));
    json.key("title").value(one.title);
    json.key("change").value(to_string(one.change));
    if (one.before) json.key("before").value(to_string(*one.before));
    if (one.after) json.key("after").value(to_string(*one.after));
    write_texts(json, "findings_before", one.findings_before);
    write_texts(json, "findings_after", one.findings_after);
    json.end_object();
    json.new_line();
  }
  json.end_array();
  json.end_object();
  json.new_line();
  json.flush();
  return sink.text();
}

std::string html_of(const BundleComparison& comparison, verdict::Language language) {
  report::StringSink sink;
  Page page(sink, language);
  page.raw(report::html_head({}, language)).raw("<h1>");
  page.both({"二つの自己試験の記録の比較", "Two records of self-tests, compared"})
      .raw("</h1>\n<p>");
  page.text(comparison.left + " → " + comparison.right).raw("</p>\n<p class=\"box\">");
  page.both(counts_of(comparison)).raw("</p>\n<dl>");
  page.row({"前の結論", "conclusion before"}, comparison.conclusion_before);
  page.row({"後の結論", "conclusion after"}, comparison.conclusion_after);
  for (const auto& one : comparison.identity)
    page.row(one.what, Text(one.before + " → " + one.after));
  page.raw("</dl>\n");
  head_row(
      page,
      {{"変化", "change"}, {"項目", "case"}, {"題名", "title"}, {"前", "before"}, {"後", "after"}});
  for (const auto change : kAllChanges) {
    for (const auto& one : comparison.cases) {
      if (one.change == change) case_row(page, one);
    }
  }
  page.raw("</tbody></table>\n").raw(report::kHtmlEnd);
  page.flush();
  return sink.text();
}

}  // namespace uketsuke::evidence
