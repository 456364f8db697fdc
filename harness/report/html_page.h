// What the HTML reports have in common: one page, nothing loaded from elsewhere, no script.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/report/report.h"

namespace uketsuke::report {

// From the doctype to <main>; `more_style` is CSS after the common one. A page in both languages
// has a switch between them and one of them, without a script.
std::string html_head(std::string_view more_style = {},
                      verdict::Language language = verdict::Language::kBoth);
// What closes it.
constexpr std::string_view kHtmlEnd = "</main>\n</body>\n</html>\n";

// Writes markup and text, and escapes the text.
class Page {
 public:
  explicit Page(Sink& sink, verdict::Language language = verdict::Language::kBoth)
      : sink_(sink), language_(language) {}

  verdict::Language language() const { return language_; }

  Page& raw(std::string_view markup);
  Page& text(std::string_view content);
  Page& number(std::uint64_t value) { return raw(std::to_string(value)); }
  // In the language of the page: one, or both; once if they say the same.
  Page& both(const verdict::Text& content);
  // In both languages on every page: what has to be understood by whoever sees it.
  Page& always_both(const verdict::Text& content);
  // <dt>, <dd>; nothing if there is no content.
  void row(const verdict::Text& name, const verdict::Text& content);
  void flush_if_full();
  void flush();

 private:
  Sink& sink_;
  verdict::Language language_;
  std::string buffer_;
};

}  // namespace uketsuke::report
