// What steps of the catalogue take from YAML: numbers and bytes that may depend on the device,
// patterns, ranges. Parsed once at load; errors name the place in the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/conformance/expression.h"
#include "harness/yaml/yaml.h"
#include "sim/wire/bytes.h"

namespace uketsuke::conformance {

// A number or an expression that gives one.
class Number {
 public:
  Number(std::int64_t value = 0);  // NOLINT: meant to be implicit
  // Throws yaml::Error.
  static Number read(const yaml::Node& node);
  static Number read_or(yaml::Mapping& mapping, std::string_view key, std::int64_t otherwise);
  std::int64_t value(const Facts& facts) const { return expression_.number(facts); }
  std::uint8_t byte(const Facts& facts) const;  // its lowest 8 bits
  const Expression& expression() const { return expression_; }

 private:
  Expression expression_;
};

// Throws yaml::Error in place of ExpressionError.
Expression read_expression(const yaml::Node& node);

// `5`, or `{min: 1, max: slots}`; a missing bound is none.
struct Range {
  std::optional<Number> min, max;
  static Range read(const yaml::Node& node);
  bool holds(std::int64_t value, const Facts& facts) const;
  std::string words(const Facts& facts) const;  // "5", "1..254", ">= 2"
};

// Bytes to send: "00 A4 00 0C", {byte: EXPR}, {word: EXPR}, {dword: EXPR} (little-endian),
// {be16: EXPR} (big-endian, of APDUs), {fill: EXPR, with: 0x5A}, {sequence: EXPR, from: EXPR}
// (byte i is i modulo 251, as test cards have it), {text: NAME} (a remembered value in hex), or a
// list of such.
class ByteSource {
 public:
  static constexpr std::int64_t kMaxBytes = 70'000;
  static ByteSource read(const yaml::Node& node);
  // Throws ExpressionError.
  wire::Bytes bytes(const Facts& facts) const;
  bool empty() const { return parts_.empty(); }

 private:
  enum class Kind { kFixed, kByte, kWord, kDword, kBe16, kFill, kSequence, kText };
  struct Part {
    Kind kind = Kind::kFixed;
    wire::Bytes fixed;
    Number number, from;
    std::uint8_t with = 0;
    std::string name;
  };
  static Part read_part(const yaml::Node& node);
  std::vector<Part> parts_;
};

// "3B ?? 80 0?" : bytes, with ? for any digit; "..." at the end: whatever follows.
class BytePattern {
 public:
  static BytePattern read(const yaml::Node& node);
  bool matches(wire::ByteView bytes) const;
  // The same at the end of `bytes`.
  bool matches_end(wire::ByteView bytes) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<std::uint8_t> values_, masks_;
  bool open_ = false;
};

std::string hex(wire::ByteView bytes, std::size_t most = 300);  // "3B 80 ...": cut after so many

}  // namespace uketsuke::conformance
