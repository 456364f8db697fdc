#include "harness/report/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace uketsuke::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

std::uint8_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

bool continues(std::string_view text, std::size_t index, std::uint8_t low = 0x80,
               std::uint8_t high = 0xBF) {
  return index < text.size() && byte_at(text, index) >= low && byte_at(text, index) <= high;
}

bool is_noncharacter(std::string_view character) {
  return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";  // U+FFFE, U+FFFF
}

// Calls plain(from, to) for runs that need nothing, special(byte) for ASCII that `is_special`
// names, and replaces what is not UTF-8.
template <class IsSpecial, class Special>
void walk(std::string& out, std::string_view text, IsSpecial is_special, Special special) {
  std::size_t start = 0;
  std::size_t i = 0;
  const auto flush = [&] { out.append(text.substr(start, i - start)); };
  while (i < text.size()) {
    const auto byte = byte_at(text, i);
    if (byte < 0x80) {
      if (is_special(byte)) {
        flush();
        special(byte);
        start = i + 1;
      }
      ++i;
      continue;
    }
    const auto length = utf8_length(text.substr(i));
    if (length == 0 || is_noncharacter(text.substr(i, length))) {
      flush();
      out.append(kReplacement);
      i += length == 0 ? 1 : length;
      start = i;
    } else {
      i += length;
    }
  }
  flush();
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(text, 1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const std::uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;
    const std::uint8_t high = lead == 0xED ? 0x9F : 0xBF;
    return continues(text, 1, low, high) && continues(text, 2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const std::uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
    return continues(text, 1, low, high) && continues(text, 2) && continues(text, 3) ? 4 : 0;
  }
  return 0;
}

void append_xml(std::string& out, std::string_view text) {
  const auto is_special = [](std::uint8_t byte) {
    return byte == '&' || byte == '<' || byte == '>' || byte == '"' || byte == '\'' ||
           (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
  };
  walk(out, text, is_special, [&](std::uint8_t byte) {
    switch (byte) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      case '\'':
        out.append("&#39;");
        break;
      default:
        out.append(kReplacement);
        break;
    }
  });
}

void append_json(std::string& out, std::string_view text) {
  const auto is_special = [](std::uint8_t byte) {
    return byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F;
  };
  walk(out, text, is_special, [&](std::uint8_t byte) {
    switch (byte) {
      case '"':
        out.append("\\\"");
        break;
      case '\\':
        out.append("\\\\");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\t':
        out.append("\\t");
        break;
      case '\r':
        out.append("\\r");
        break;
      default: {
        constexpr std::string_view kDigits = "0123456789abcdef";
        out.append("\\u00");
        out.push_back(kDigits[byte >> 4]);
        out.push_back(kDigits[byte & 0x0F]);
      }
    }
  });
}

namespace {

struct Range {
  std::uint32_t first, last;
};
constexpr Range kWide[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0x33FF},  {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},  {0xFE30, 0xFE6F}, {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range kNoWidth[] = {
    {0x0300, 0x036F}, {0x200B, 0x200F}, {0x3099, 0x309A}, {0xFE00, 0xFE0F}};

std::uint32_t code_point(std::string_view character) {
  if (character.size() == 1) return byte_at(character, 0);
  std::uint32_t point = byte_at(character, 0) & (0x7FU >> character.size());
  for (const char c : character.substr(1)) {
    point = point << 6U | (static_cast<std::uint8_t>(c) & 0x3FU);
  }
  return point;
}

std::size_t width_of(std::string_view character) {
  const auto point = code_point(character);
  const auto within = [&](const Range& range) {
    return point >= range.first && point <= range.last;
  };
  if (point < 0x300) return 1;
  if (std::any_of(std::begin(kNoWidth), std::end(kNoWidth), within)) return 0;
  return std::any_of(std::begin(kWide), std::end(kWide), within) ? 2 : 1;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto length = std::max<std::size_t>(1, utf8_length(text));
    columns += width_of(text.substr(0, length));
    text.remove_prefix(length);
  }
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  auto line = one_line(text);
  if (line.size() <= columns || columns_of(line) <= columns) return line;
  std::size_t end = 0;
  std::size_t used = 1;  // by the "…"
  while (end < line.size()) {
    const auto length = std::max<std::size_t>(1, utf8_length(std::string_view(line).substr(end)));
    used += width_of(std::string_view(line).substr(end, length));
    if (used > columns) break;
    end += length;
  }
  return line.substr(0, end) + "…";
}

std::string one_line(std::string_view text) {
  std::string out;
  const auto is_special = [](std::uint8_t byte) { return byte < 0x20 || byte == 0x7F; };
  walk(out, text, is_special, [&](std::uint8_t byte) {
    if (byte == '\n' || byte == '\t') {
      out.push_back(' ');
    } else if (byte != '\r') {
      out.append(kReplacement);
    }
  });
  return out;
}

}  // namespace uketsuke::report
