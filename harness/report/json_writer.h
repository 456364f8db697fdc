// Writes JSON to a sink as it goes: no tree in memory. The caller keeps begin and end in step.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/report/report.h"

namespace uketsuke::report {

class JsonWriter {
 public:
  explicit JsonWriter(Sink& sink) : sink_(sink) {}

  JsonWriter& key(std::string_view name);
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(std::uint64_t number);
  void value(bool truth);
  void value(const verdict::Text& text);  // {"ja": ..., "en": ...}
  void new_line() { buffer_.push_back('\n'); }
  void flush();

 private:
  void separate();
  void open(char bracket);
  void close(char bracket);

  Sink& sink_;
  std::string buffer_;
  bool first_ = true;  // nothing yet in the innermost array or object
  bool after_key_ = false;
};

}  // namespace uketsuke::report
