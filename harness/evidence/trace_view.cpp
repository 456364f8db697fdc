#include "harness/evidence/trace_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/bench/describers.h"
#include "harness/evidence/json_value.h"
#include "harness/verdict/format.h"
#include "sim/wire/bytes.h"

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

const JsonValue* member(const JsonValue& value, std::string_view key) {
  for (const auto& [name, one] : value.members) {
    if (name == key) return &one;
  }
  return nullptr;
}

std::string text_at(const JsonValue& value, std::string_view key) {
  const auto* found = member(value, key);
  return found == nullptr ? std::string() : found->text;
}

std::uint64_t number_at(const JsonValue& value, std::string_view key) {
  const auto* found = member(value, key);
  return found == nullptr ? 0 : found->number;
}

// Decoded by what the deed is; empty if its bytes are no hex or there are none.
std::string decoded_bytes(const std::string& kind, const std::string& hex) {
  const auto bytes = wire::from_hex(hex);
  if (!bytes || bytes->empty()) return "";
  if (kind == "control") return bench::describe_control_out(*bytes);
  if (kind == "control in") return bench::describe_control_in(*bytes);
  if (kind == "out") return bench::describe_ccid_out(*bytes);
  if (kind == "in") return bench::describe_ccid_in(*bytes);
  return kind == "interrupt" ? bench::describe_ccid_interrupt(*bytes) : "";
}

// What passed at the card: "to card: 00a4...".
std::string field_events(const JsonValue& got) {
  std::string all;
  const auto* events = member(got, "field");
  if (events == nullptr) return all;
  for (const auto& event : events->items) {
    const auto hex = text_at(event, "bytes");
    all += (all.empty() ? "" : "; ") + text_at(event, "what") + (hex.empty() ? "" : " ") + hex;
  }
  return all;
}

verdict::Text ended_text(const JsonValue& got) {
  const auto ended = text_at(got, "ended");
  if (ended == "done" || ended.empty()) return {};
  if (ended == "stalled") return {"STALL", "STALL"};
  if (ended == "timed_out") return {"期限内に応答なし", "no answer within the limit"};
  if (ended == "no_device") return {"機器がありません", "the device is gone"};
  return {ended};
}

// "in 82", "wait 2000 us", "place hanako", "plug".
std::string who_of(const std::string& kind, const JsonValue& target) {
  const bool is_number = target.kind == JsonValue::Kind::kNumber;
  if (kind == "in" || kind == "out" || kind == "interrupt")
    return fmt::format("{} {:02x}", kind, target.number);
  if (kind == "plug") return target.truth ? "plug" : "unplug";
  if (kind == "wait") return fmt::format("wait {} us", target.number);
  if (kind == "control" || kind == "reset") return kind;
  if (target.kind == JsonValue::Kind::kString) return kind + " " + target.text;
  return is_number ? fmt::format("{} {}", kind, target.number) : kind;
}

// A trace has the fields of a setup packet as numbers; on the wire their low byte comes first
// (USB 2.0, 8.1 and table 9-2).
std::string on_the_wire(const std::string& setup) {
  constexpr std::size_t kSetupDigits = 16;
  if (setup.size() != kSetupDigits) return setup;
  auto text = setup.substr(0, 4);
  for (std::size_t field = 4; field < kSetupDigits; field += 4)
    text += setup.substr(field + 2, 2) + setup.substr(field, 2);
  return text;
}

// A line of conformance/trace.h: what was done and what came of it.
void fill_deed(const JsonValue& deed, const JsonValue& got, TraceLine& line) {
  if (deed.members.empty()) return;
  const auto& [kind, target] = deed.members.front();
  line.who = who_of(kind, target);
  line.time = milliseconds(number_at(got, "from"));
  std::string hex = kind == "control" ? on_the_wire(target.text) : "";
  hex += text_at(deed, "data");
  std::string decoded = decoded_bytes(kind, kind == "in" || kind == "interrupt" ? "" : hex);
  const auto answer = text_at(got, "data");
  if (!answer.empty()) {
    const auto in = decoded_bytes(kind == "control" ? "control in" : kind, answer);
    if (!in.empty()) decoded += (decoded.empty() ? "" : " → ") + in;
    hex += (hex.empty() ? "" : " ") + answer;
  }
  const auto events = field_events(got);
  if (!events.empty()) decoded += (decoded.empty() ? "" : "; ") + events;
  line.decoded = verdict::Text(decoded);
  auto more = ended_text(got);
  const auto* said = member(got, "text");
  if (said != nullptr && said->kind == JsonValue::Kind::kObject) more = said->as_text();
  if (!more.empty())
    line.decoded = decoded.empty() ? more : line.decoded + verdict::Text(" — ") + more;
  line.decoded = shortened(line.decoded);
  line.hex = spaced(hex);
}

void fill(const JsonValue& value, TraceLine& line) {
  const auto* deed = member(value, "do");
  const auto* got = member(value, "got");
  if (deed != nullptr && got != nullptr && deed->kind == JsonValue::Kind::kObject) {
    fill_deed(*deed, *got, line);
    return;
  }
  if (member(value, "desk") != nullptr) {
    line.decoded = {"新しい接続（" + text_at(value, "speed") + " speed）",
                    "a new connection (" + text_at(value, "speed") + " speed)"};
    return;
  }
  for (const auto& [key, one] : value.members) {
    const bool is_text = one.kind == JsonValue::Kind::kString;
    const bool is_number = one.kind == JsonValue::Kind::kNumber;
    if (key == "t_us" && is_number) {
      line.time = milliseconds(one.number);
    } else if (key == "t_ns" && is_number) {
      line.time = milliseconds(one.number / 1000);
    } else if (key == "hex" && is_text) {
      line.hex = spaced(one.text);
    } else if (key == "decoded" || key == "text") {
      if (is_text) line.decoded = shortened(verdict::Text(one.text));
      if (one.kind == JsonValue::Kind::kObject) line.decoded = shortened(one.as_text());
    } else {
      add_word(line.who, key, one);
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
