#include "harness/evidence/trace_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/evidence/json_value.h"

namespace uketsuke::evidence {
namespace {

constexpr std::uint64_t kAround = 12;  // lines shown before and after one that is marked
constexpr std::uint64_t kLast = 40;    // lines shown if none is marked
constexpr std::size_t kMaxShown = 400;
constexpr std::size_t kHexShown = 3 * 64;  // characters
constexpr std::size_t kTextShown = 400;
constexpr JsonLimits kLineLimits{8, 10'000};

std::string shortened(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most) + " …";
}

verdict::Text shortened(const verdict::Text& text) {
  return {shortened(text.ja, kTextShown), shortened(text.en, kTextShown)};
}

// "80 02 00" whatever the file has between its digits.
std::string spaced(const std::string& hex) {
  std::string out;
  std::size_t digits = 0;
  for (const char c : hex) {
    if (c == ' ' || c == ':') continue;
    if (digits != 0 && digits % 2 == 0) out.push_back(' ');
    out.push_back(c);
    ++digits;
  }
  return shortened(std::move(out), kHexShown);
}

std::string milliseconds(std::uint64_t us) { return fmt::format("{}.{:03}", us / 1000, us % 1000); }

void add_word(std::string& words, const std::string& key, const JsonValue& value) {
  std::string word;
  switch (value.kind) {
    case JsonValue::Kind::kString:
      word = value.text;
      break;
    case JsonValue::Kind::kNumber:
      word = fmt::format("{}={}", key, value.number);
      break;
    case JsonValue::Kind::kBool:
      word = key + (value.truth ? "=true" : "=false");
      break;
    default:
      return;
  }
  if (!word.empty()) words += (words.empty() ? "" : " ") + word;
}

void fill(const JsonValue& value, TraceLine& line) {
  for (const auto& [key, member] : value.members) {
    const bool is_text = member.kind == JsonValue::Kind::kString;
    const bool is_number = member.kind == JsonValue::Kind::kNumber;
    if (key == "t_us" && is_number) {
      line.time = milliseconds(member.number);
    } else if (key == "t_ns" && is_number) {
      line.time = milliseconds(member.number / 1000);
    } else if (key == "hex" && is_text) {
      line.hex = spaced(member.text);
    } else if (key == "decoded" || key == "text") {
      if (is_text) line.decoded = shortened(verdict::Text(member.text));
      if (member.kind == JsonValue::Kind::kObject) line.decoded = shortened(member.as_text());
    } else {
      add_word(line.who, key, member);
    }
  }
  line.who = shortened(std::move(line.who), kTextShown);
}

TraceLine line_of(std::string_view text, std::uint64_t number) {
  TraceLine line;
  line.number = number;
  try {
    const auto value = parse_json(text, kLineLimits);
    if (value.kind == JsonValue::Kind::kObject) {
      fill(value, line);
      return line;
    }
  } catch (const Malformed&) {  // shown as it is
  }
  line = TraceLine();
  line.number = number;
  line.decoded = verdict::Text(shortened(std::string(text.substr(0, 2 * kTextShown)), kTextShown));
  return line;
}

}  // namespace

TraceView view_of(std::string_view trace, const std::vector<std::uint64_t>& marked) {
  std::vector<std::string_view> lines;
  while (!trace.empty()) {
    const auto end = std::min(trace.find('\n'), trace.size());
    lines.push_back(trace.substr(0, end));
    trace.remove_prefix(std::min(end + 1, trace.size()));
  }
  const auto count = static_cast<std::uint64_t>(lines.size());
  const auto is_shown = [&](std::uint64_t number) {
    if (marked.empty()) return number + kLast > count;
    return std::any_of(marked.begin(), marked.end(), [&](std::uint64_t mark) {
      return number + kAround >= mark && number <= mark + kAround;
    });
  };
  TraceView view;
  for (std::uint64_t number = 1; number <= count; ++number) {
    if (!is_shown(number) || view.lines.size() >= kMaxShown) {
      ++view.left_out;
    } else {
      view.lines.push_back(line_of(lines[number - 1], number));
    }
  }
  return view;
}

}  // namespace uketsuke::evidence
