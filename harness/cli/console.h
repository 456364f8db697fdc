// Standard output and error. A reader that went away (EPIPE) silences the output and nothing else;
// any other failure is remembered, because somebody misses lines that they wanted.
#pragma once

#include <string>
#include <string_view>

#include "harness/verdict/verdict.h"

namespace uketsuke::cli {

class Console {
 public:
  // report_language: of HTML, that people send each other.
  explicit Console(verdict::Language language,
                   verdict::Language report_language = verdict::Language::kBoth);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  verdict::Language language() const { return language_; }
  verdict::Language report_language() const { return report_language_; }
  bool is_terminal() const { return is_terminal_; }
  std::size_t width() const;  // columns of the terminal; 0: not known, or none

  void print(std::string_view text);  // to standard output, as it is
  void line(const verdict::Text& text);
  void error(const verdict::Text& text);  // to standard error, "uketsuke: ..."
  void raw_error(std::string_view text);  // to standard error, as it is

  // The line at the bottom of a terminal; empty takes it away. Nothing elsewhere.
  void status(const std::string& text);

  void flush();
  bool failed() const { return failed_; }  // standard output could not be written

 private:
  verdict::Language language_, report_language_;
  bool is_terminal_;
  bool closed_ = false;
  bool failed_ = false;
  bool has_status_ = false;
  std::string buffer_;
};

}  // namespace uketsuke::cli
