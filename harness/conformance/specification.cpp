#include "harness/conformance/specification.h"

#include <fmt/format.h>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::Language;
using verdict::say;

struct Row {
  Text name;
  std::vector<Text> values;
};

Text kind_title(const Step& step) {
  const std::string name = step.source.substr(0, step.source.find(':'));
  for (const StepKind& kind : step_kinds())
    if (name == kind.name) return kind.title;
  return name;
}

Text needs_of(const Case& one) {
  if (one.needs == "nobody") return {"なし", "nobody"};
  if (one.needs == "card") return {"カード", "card"};
  if (one.needs == "operator") return {"操作する人", "operator"};
  return one.needs;
}

void add_steps(const char* ja, const char* en, const Steps& steps, std::vector<Row>& rows) {
  if (steps.empty()) return;
  Row row{{ja, en}, {}};
  for (const auto& step : steps)
    row.values.push_back(kind_title(*step) + Text("\n    " + step->source));
  rows.push_back(std::move(row));
}

std::vector<Row> rows_of(const Specification& spec, const Case& one) {
  std::vector<Row> rows;
  Row rules{{"規則", "rules"}, {}};
  for (const std::string& id : one.rules) {
    const Rule* rule = spec.rules.find(id);
    Text text = id;
    if (rule != nullptr)
      text = text + say(" [{}] {}", " [{}] {}", to_string(rule->level), rule->text);
    rules.values.push_back(text);
  }
  rows.push_back(std::move(rules));
  rows.push_back({{"出典の確かさ", "confidence"},
                  {Text(one.confidence) + Text("：", ": ") + judged_as(one)}});
  rows.push_back({{"適用", "applies"},
                  {one.applies ? Text(one.applies->text()) : Text("すべて", "always")}});
  rows.push_back({{"必要なもの", "needs"}, {needs_of(one)}});
  if (!one.card.empty()) rows.push_back({{"カード", "card"}, {Text(one.card)}});
  if (one.repeat > 1)
    rows.push_back({{"繰り返し", "repeated"},
                    {say("{} 回のうち {} 回", "{} times, {} have to hold", one.repeat, one.accept)}});
  if (one.destructive || one.may_lock_card)
    rows.push_back({{"注意", "beware"}, {{"装置やカードの状態を変える",
                                          "changes the state of device or card"}}});
  for (const std::string& id : one.assumptions) rows.push_back({{"仮定", "assumption"}, {id}});
  rows.push_back({{"時間制限", "time limit"}, {say("{:g} 秒", "{:g} s", one.seconds)}});
  add_steps("準備", "setup", one.setup, rows);
  add_steps("手順", "steps", one.steps, rows);
  if (!one.pcsc.empty()) rows.push_back({{"手順", "steps"}, {"PC/SC: " + one.pcsc}});
  for (const std::string& file : one.scenarios)
    rows.push_back({{"シナリオ", "scenario"}, {Text(file)}});
  const auto kills = spec.kills.find(one.id);
  if (kills == spec.kills.end()) return rows;
  Row row{{"検出する不良機器", "bad devices it catches"}, {}};
  for (const auto& kill : kills->second)
    row.values.push_back(Text(kill.mutant) + Text("：", ": ") + kill.title);
  rows.push_back(std::move(row));
  return rows;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string both(const Text& text) {
  if (text.ja == text.en) return escaped(text.ja);
  return fmt::format("<span lang=ja>{}</span><br><span lang=en>{}</span>", escaped(text.ja),
                     escaped(text.en));
}

constexpr const char* kHead = R"(<!doctype html><html lang=ja><head><meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<title>uketsuke: 試験仕様書 / test specification</title><style>
body{font:14px/1.5 "Noto Sans CJK JP","Hiragino Sans",sans-serif;margin:2em auto;max-width:60em;
padding:0 1em;color:#222}h1{font-size:1.5em}h2{margin-top:2em;border-bottom:2px solid #246}
h3{margin:1.6em 0 .3em;font-size:1.05em}table{border-collapse:collapse;width:100%}
td{border-top:1px solid #ccc;padding:.25em .5em;vertical-align:top}td:first-child{width:9em;
color:#555}pre{margin:0;white-space:pre-wrap;font-size:.85em;color:#245}nav{columns:4;
font-size:.9em}span[lang=en]{color:#555}@media print{h3{break-after:avoid}section{
break-inside:avoid-page}body{margin:0;max-width:none;font-size:11px}}
</style></head><body>)";

std::string html_of(const Specification& spec, const Case& one) {
  std::string html = fmt::format("<section id=\"{0}\"><h3>{0} {1}</h3><table>", escaped(one.id),
                                 both(one.title));
  for (const Row& row : rows_of(spec, one)) {
    html += "<tr><td>" + both(row.name) + "</td><td>";
    for (const Text& value : row.values) {
      const std::size_t source = value.ja.find("\n    ");
      if (source == std::string::npos) {
        html += "<div>" + both(value) + "</div>";
      } else {
        const Text title{value.ja.substr(0, source), value.en.substr(0, value.en.find("\n    "))};
        html += "<div>" + both(title) + "</div><pre>" + escaped(value.ja.substr(source + 5)) +
                "</pre>";
      }
    }
    html += "</td></tr>\n";
  }
  return html + "</table></section>\n";
}

}  // namespace

Text judged_as(const Case& one) {
  if (one.warns_only)
    return {"逸脱は警告にとどめる（条文の確認が済むまで）",
            "a deviation is a warning (until its clause is known for sure)"};
  return {"逸脱は不合格", "a deviation fails"};
}

std::string text_of(const Specification& spec, const Case& one, Language language) {
  std::string text = fmt::format("{}  {}\n", one.id, in_language(one.title, language));
  for (const Row& row : rows_of(spec, one)) {
    text += "\n" + in_language(row.name, language) + "\n";
    for (const Text& value : row.values) text += "  " + in_language(value, language) + "\n";
  }
  return text;
}

std::string html_of(const Specification& spec) {
  std::string html = kHead;
  html += "<h1>uketsuke 試験仕様書 / test specification</h1>";
  html += "<p>" +
          both(say("{} 項目、カタログ {}。自己検査のためのもので、いかなる機関の認証や承認でもない。",
                   "{} cases, catalogue {}. For self-tests; not a certification or approval by "
                   "anyone.",
                   spec.catalogue.cases.size(), spec.catalogue.digest)) +
          "</p><nav>";
  for (const CasePtr& one : spec.catalogue.cases)
    html += fmt::format("<a href=\"#{0}\">{0}</a><br>", escaped(one->id));
  html += "</nav>";
  std::string family;
  for (const CasePtr& one : spec.catalogue.cases) {
    if (one->family() != family) {
      family = one->family();
      html += "<h2>" + escaped(family) + "</h2>";
    }
    html += html_of(spec, *one);
  }
  return html + "</body></html>\n";
}

}  // namespace uketsuke::conformance
