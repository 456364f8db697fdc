#include "harness/report/html_page.h"

#include "harness/report/text.h"

namespace uketsuke::report {
namespace {

constexpr std::size_t kFlushBytes = 64 * 1024;

constexpr std::string_view kHead = R"html(<!doctype html>
<html lang="@LANG@">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>uketsuke: @TITLE@</title>
<style>
:root { color-scheme: light dark; --bg: #ffffff; --fg: #1b1f24; --soft: #57606a; --line: #d0d7de;
  --box: #f6f8fa; --pass: #116329; --fail: #a40e26; --error: #7a1fa2; --inconc: #7a4b00;
  --none: #57606a; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #0d1117; --fg: #e6edf3; --soft: #9aa4af; --line: #3d444d; --box: #161b22;
    --pass: #56d364; --fail: #ff8a80; --error: #d6a2ff; --inconc: #f0b64f; --none: #9aa4af; }
}
body { background: var(--bg); color: var(--fg); margin: 2rem auto; padding: 0 1rem;
  max-width: 72rem; line-height: 1.5;
  font-family: system-ui, "Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP", Meiryo, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
[lang=en] { color: var(--soft); }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.v { font-weight: bold; white-space: nowrap; }
.pass { color: var(--pass); } .fail { color: var(--fail); } .error { color: var(--error); }
.inconc { color: var(--inconc); } .none, .na { color: var(--none); }
.box { background: var(--box); border: 1px solid var(--line); border-radius: .4rem;
  padding: .6rem .9rem; margin: .8rem 0; }
.step { border-left: .25rem solid var(--line); padding: .2rem .8rem; margin: .6rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .3rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere;
  white-space: pre-line; }
pre { background: var(--bg); border: 1px solid var(--line); padding: .5rem; margin: .3rem 0;
  overflow-x: auto; font-size: .85rem; }
)html";

// The switch is three radio buttons before <main>: no script is needed.
constexpr std::string_view kSwitchStyle = R"css(
.switch { position: absolute; opacity: 0; }
.switch + label { display: inline-block; border: 1px solid var(--line); padding: .1rem .7rem;
  margin: 0 .3rem .8rem 0; border-radius: .4rem; cursor: pointer; }
.switch:checked + label { background: var(--fg); color: var(--bg); }
.switch:focus-visible + label { outline: .15rem solid var(--fail); }
#only-ja:checked ~ main [lang=en], #only-en:checked ~ main [lang=ja] { display: none; }
#only-en:checked ~ main [lang=en] { color: inherit; }
@media print { .switch + label { display: none; } }
)css";

constexpr std::string_view kHeadEnd = R"html(</style>
</head>
<body>
)html";

constexpr std::string_view kSwitch = R"html(
<input class="switch" type="radio" name="language" id="both" checked><label for="both">日本語 / English</label>
<input class="switch" type="radio" name="language" id="only-ja"><label for="only-ja">日本語</label>
<input class="switch" type="radio" name="language" id="only-en"><label for="only-en">English</label>
)html";

void fill_in(std::string& text, std::string_view name, std::string_view value) {
  text.replace(text.find(name), name.size(), value);
}

}  // namespace

std::string html_head(std::string_view more_style, verdict::Language language) {
  const bool is_both = language == verdict::Language::kBoth;
  std::string head(kHead);
  fill_in(head, "@LANG@", language == verdict::Language::kEnglish ? "en" : "ja");
  fill_in(head, "@TITLE@",
          in_language({"自己試験の記録", "record of a self-test"}, language));
  if (is_both) head.append(kSwitchStyle);
  head.append(more_style).append(kHeadEnd);
  if (is_both) head.append(kSwitch);
  return head.append("<main>\n");
}

Page& Page::raw(std::string_view markup) {
  buffer_.append(markup);
  return *this;
}

Page& Page::text(std::string_view content) {
  append_xml(buffer_, content);
  return *this;
}

Page& Page::both(const verdict::Text& content) {
  if (language_ == verdict::Language::kBoth) return always_both(content);
  return raw("<span>").text(in_language(content, language_)).raw("</span>");
}

Page& Page::always_both(const verdict::Text& content) {
  if (content.ja.empty() || content.en.empty() || content.ja == content.en) {
    return raw("<span>").text(content.en.empty() ? content.ja : content.en).raw("</span>");
  }
  raw("<span lang=\"ja\">").text(content.ja).raw("</span> ");
  return raw("<span lang=\"en\">").text(content.en).raw("</span>");
}

void Page::row(const verdict::Text& name, const verdict::Text& content) {
  if (content.empty()) return;
  raw("<dt>").both(name).raw("</dt><dd>").both(content).raw("</dd>\n");
}

void Page::flush_if_full() {
  if (buffer_.size() >= kFlushBytes) flush();
}

void Page::flush() {
  sink_.write(buffer_);
  buffer_.clear();
}

}  // namespace uketsuke::report
