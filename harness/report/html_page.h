// What the HTML reports have in common: one page, nothing loaded from elsewhere, no script.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/report/report.h"

namespace uketsuke::report {

// From the doctype to <body>; `more_style` is CSS after the common one.
std::string html_head(std::string_view more_style = {});

// Writes markup and text, and escapes the text.
class Page {
 public:
  explicit Page(Sink& sink) : sink_(sink) {}

  Page& raw(std::string_view markup);
  Page& text(std::string_view content);
  Page& number(std::uint64_t value) { return raw(std::to_string(value)); }
  // Both languages; once if they say the same.
  Page& both(const verdict::Text& content);
  // <dt>, <dd>; nothing if there is no content.
  void row(const verdict::Text& name, const verdict::Text& content);
  void flush_if_full();
  void flush();

 private:
  Sink& sink_;
  std::string buffer_;
};

}  // namespace uketsuke::report
