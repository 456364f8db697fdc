#include "harness/report/json_writer.h"

#include <charconv>

#include "harness/report/text.h"

namespace uketsuke::report {
namespace {
constexpr std::size_t kFlushBytes = 64 * 1024;
}

void JsonWriter::separate() {
  if (!first_ && !after_key_) buffer_.push_back(',');
  first_ = false;
  after_key_ = false;
}

void JsonWriter::open(char bracket) {
  separate();
  buffer_.push_back(bracket);
  first_ = true;
}

void JsonWriter::close(char bracket) {
  buffer_.push_back(bracket);
  first_ = false;
  if (buffer_.size() >= kFlushBytes) flush();
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  buffer_.push_back('"');
  append_json(buffer_, name);
  buffer_.append("\":");
  after_key_ = true;
  return *this;
}

void JsonWriter::value(std::string_view text) {
  separate();
  buffer_.push_back('"');
  append_json(buffer_, text);
  buffer_.push_back('"');
}

void JsonWriter::value(std::uint64_t number) {
  separate();
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  buffer_.append(digits, end);
}

void JsonWriter::value(bool truth) {
  separate();
  buffer_.append(truth ? "true" : "false");
}

void JsonWriter::value(const verdict::Text& text) {
  begin_object();
  key("ja").value(std::string_view(text.ja.empty() ? text.en : text.ja));
  key("en").value(std::string_view(text.en.empty() ? text.ja : text.en));
  end_object();
}

void JsonWriter::flush() {
  sink_.write(buffer_);
  buffer_.clear();
}

}  // namespace uketsuke::report
