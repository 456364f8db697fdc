#include "harness/conformance/step_args.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

constexpr std::int64_t kSequencePeriod = 251;  // models/test_card/README.md

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Expression read_expression(const yaml::Node& node) {
  try {
    return Expression::parse(node.text());
  } catch (const ExpressionError& error) {
    yaml::fail(node, say("式の {} 文字目：{}", "at character {} of the expression: {}",
                         error.place() + 1, error.text()));
  }
}

Number::Number(std::int64_t value) : expression_(Expression::parse(std::to_string(value))) {}

Number Number::read(const yaml::Node& node) {
  Number number;
  number.expression_ = read_expression(node);
  return number;
}

Number Number::read_or(yaml::Mapping& mapping, std::string_view key, std::int64_t otherwise) {
  if (const yaml::Node node = mapping.find(key)) return read(node);
  return Number(otherwise);
}

std::uint8_t Number::byte(const Facts& facts) const {
  return static_cast<std::uint8_t>(value(facts) & 0xFF);
}

Range Range::read(const yaml::Node& node) {
  Range range;
  if (!node.is_mapping()) {
    range.min = range.max = Number::read(node);
    return range;
  }
  yaml::Mapping mapping(node);
  if (const yaml::Node min = mapping.find("min")) range.min = Number::read(min);
  if (const yaml::Node max = mapping.find("max")) range.max = Number::read(max);
  mapping.done();
  if (!range.min && !range.max)
    yaml::fail(node, {"min か max が必要", "min or max is needed"});
  return range;
}

bool Range::holds(std::int64_t value, const Facts& facts) const {
  return (!min || value >= min->value(facts)) && (!max || value <= max->value(facts));
}

std::string Range::words(const Facts& facts) const {
  if (!min) return fmt::format("<= {}", max->value(facts));
  if (!max) return fmt::format(">= {}", min->value(facts));
  const std::int64_t low = min->value(facts), high = max->value(facts);
  return low == high ? std::to_string(low) : fmt::format("{}..{}", low, high);
}

ByteSource ByteSource::read(const yaml::Node& node) {
  ByteSource source;
  if (node.is_sequence()) {
    for (std::size_t i = 0; i < node.size(); ++i) source.parts_.push_back(read_part(node.at(i)));
  } else {
    source.parts_.push_back(read_part(node));
  }
  return source;
}

ByteSource::Part ByteSource::read_part(const yaml::Node& node) {
  Part part;
  if (!node.is_mapping()) {
    part.fixed = node.as_hex();
    return part;
  }
  static const std::vector<std::pair<const char*, Kind>> kKinds = {
      {"byte", Kind::kByte}, {"word", Kind::kWord}, {"dword", Kind::kDword},
      {"be16", Kind::kBe16}, {"fill", Kind::kFill}, {"sequence", Kind::kSequence}};
  yaml::Mapping mapping(node);
  bool found = false;
  for (const auto& [key, kind] : kKinds) {
    const yaml::Node value = mapping.find(key);
    if (!value) continue;
    part.kind = kind;
    part.number = Number::read(value);
    found = true;
  }
  if (const yaml::Node name = mapping.find("text")) {
    part.kind = Kind::kText;
    part.name = name.as_string();
    found = true;
  }
  if (const yaml::Node with = mapping.find("with"))
    part.with = static_cast<std::uint8_t>(with.as_int(0, 255));
  if (const yaml::Node from = mapping.find("from")) part.from = Number::read(from);
  mapping.done();
  if (!found) {
    yaml::fail(node, {"byte、word、dword、be16、fill、sequence、text のどれかが必要",
                      "one of byte, word, dword, be16, fill, sequence, text is needed"});
  }
  return part;
}

wire::Bytes ByteSource::bytes(const Facts& facts) const {
  wire::Bytes all;
  const auto number = [&](std::int64_t value, int size, bool big_endian) {
    for (int i = 0; i < size; ++i)
      all.push_back(static_cast<std::uint8_t>(value >> 8 * (big_endian ? size - 1 - i : i)));
  };
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Kind::kFixed: all.insert(all.end(), part.fixed.begin(), part.fixed.end()); break;
      case Kind::kByte: number(part.number.value(facts), 1, false); break;
      case Kind::kWord: number(part.number.value(facts), 2, false); break;
      case Kind::kDword: number(part.number.value(facts), 4, false); break;
      case Kind::kBe16: number(part.number.value(facts), 2, true); break;
      case Kind::kFill: {
        const auto size = std::clamp<std::int64_t>(part.number.value(facts), 0, kMaxBytes);
        all.insert(all.end(), static_cast<std::size_t>(size), part.with);
        break;
      }
      case Kind::kSequence: {
        const auto size = std::clamp<std::int64_t>(part.number.value(facts), 0, kMaxBytes);
        const std::int64_t from = std::max<std::int64_t>(part.from.value(facts), 0);
        for (std::int64_t i = 0; i < size; ++i)
          all.push_back(static_cast<std::uint8_t>((from + i) % kSequencePeriod));
        break;
      }
      case Kind::kText: {
        const auto found = facts.find(part.name);
        if (found == facts.end())
          throw ExpressionError(say("{} は覚えていない", "{} was not remembered", part.name), 0);
        const std::string text = to_string(found->second);
        for (std::size_t i = 0; i + 1 < text.size(); i += text[i + 1] == ' ' ? 2 : 3)
          if (digit(text[i]) >= 0 && digit(text[i + 1]) >= 0)
            all.push_back(static_cast<std::uint8_t>(digit(text[i]) * 16 + digit(text[i + 1])));
        break;
      }
    }
  }
  return all;
}

BytePattern BytePattern::read(const yaml::Node& node) {
  BytePattern pattern;
  pattern.text_ = node.as_string();
  std::string digits;
  std::string_view text = pattern.text_;
  if (text.size() >= 3 && text.substr(text.size() - 3) == "...") {
    pattern.open_ = true;
    text.remove_suffix(3);
  }
  for (const char c : text) {
    if (c == ' ') continue;
    if (c != '?' && digit(c) < 0)
      yaml::fail(node, {"16進の桁か ? が必要", "hex digits or ? are needed"});
    digits += c;
  }
  if (digits.size() % 2 != 0)
    yaml::fail(node, {"16進の桁が奇数個ある", "an odd number of hex digits"});
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    unsigned value = 0, mask = 0;
    for (std::size_t k = i; k < i + 2; ++k) {
      value = value << 4 | static_cast<unsigned>(digits[k] == '?' ? 0 : digit(digits[k]));
      mask = mask << 4 | (digits[k] == '?' ? 0U : 15U);
    }
    pattern.values_.push_back(static_cast<std::uint8_t>(value));
    pattern.masks_.push_back(static_cast<std::uint8_t>(mask));
  }
  return pattern;
}

bool BytePattern::matches(wire::ByteView bytes) const {
  if (open_ ? bytes.size() < values_.size() : bytes.size() != values_.size()) return false;
  for (std::size_t i = 0; i < values_.size(); ++i)
    if ((bytes[i] & masks_[i]) != values_[i]) return false;
  return true;
}

bool BytePattern::matches_end(wire::ByteView bytes) const {
  if (bytes.size() < values_.size()) return false;
  return matches(bytes.subspan(bytes.size() - values_.size()));
}

std::string hex(wire::ByteView bytes, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size() && i < most; ++i)
    text += fmt::format("{}{:02X}", i == 0 ? "" : " ", bytes[i]);
  if (bytes.size() > most) text += fmt::format(" ... ({} bytes)", bytes.size());
  return text;
}

}  // namespace uketsuke::conformance
