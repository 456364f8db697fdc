// JSON from outside as a tree of plain values, read within limits. Keys that nobody asked for,
// keys that are missing and values of another kind are refused.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/verdict/verdict.h"

namespace uketsuke::evidence {

using verdict::Text;

// What is wrong with a file of a bundle.
class Malformed : public std::runtime_error {
 public:
  explicit Malformed(Text text) : std::runtime_error(text.en), text_(std::move(text)) {}
  const Text& text() const { return text_; }

 private:
  Text text_;
};

struct JsonLimits {
  std::size_t max_depth = 16;
  std::size_t max_values = 2'000'000;
};

struct JsonValue {
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  bool truth = false;
  std::uint64_t number = 0;
  std::string text;
  std::vector<JsonValue> items;                            // array
  std::vector<std::pair<std::string, JsonValue>> members;  // object, in the order of the file

  // Throw Malformed if it is of another kind.
  const std::string& as_string() const;
  std::uint64_t as_number(std::uint64_t most = UINT64_MAX) const;
  bool as_bool() const;
  const std::vector<JsonValue>& as_array() const;
  std::vector<std::string> as_strings() const;
  Text as_text() const;  // {"ja": ..., "en": ...}
};

// RFC 8259; UTF-8. Throws Malformed: not JSON, a key twice, a number that is not one from 0 to
// 2^64-1, deeper or larger than the limits.
JsonValue parse_json(std::string_view text, const JsonLimits& limits = {});

// The members of an object, and which of them were asked for.
class JsonObject {
 public:
  explicit JsonObject(const JsonValue& value);
  const JsonValue& require(std::string_view key);
  const JsonValue* find(std::string_view key);  // nullptr if it is not there or null
  void done() const;                            // throws Malformed if a key was not asked for

 private:
  const JsonValue& value_;
  std::vector<bool> read_;
};

}  // namespace uketsuke::evidence
