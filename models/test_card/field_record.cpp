#include "models/test_card/field_record.h"

#include <array>
#include <charconv>
#include <tuple>

namespace uketsuke::test_card {
namespace {

using wire::field::VoltageClass;

constexpr std::array<std::string_view, 11> kKinds{
    "placed",  "taken",     "power_on",        "warm_reset",    "power_off", "to_card",
    "from_card", "error_by_reader", "error_by_card", "clock", "overcurrent"};
constexpr std::string_view kClasses = "ABC";

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The part before the next `separator`, which is taken off `rest` with it.
std::string_view cut(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

template <class Number>
bool take(std::string_view text, Number& target) {
  const auto value = number<Number>(text);
  if (value) target = *value;
  return value.has_value();
}

bool take_list(std::string_view text, std::vector<std::uint16_t>& target) {
  while (!text.empty()) {
    std::uint16_t value = 0;
    if (!take(cut(text, ','), value)) return false;
    target.push_back(value);
  }
  return true;
}

bool take_field(std::string_view key, std::string_view value, FieldEvent& event) {
  if (key == "begin") return take(value, event.begin_ns);
  if (key == "end") return take(value, event.end_ns);
  if (key == "character") return take(value, event.character_ns);
  if (key == "etu") return take(value, event.etu_ns);
  if (key == "clock") return take(value, event.clock_hz);
  if (key == "at") return take(value, event.at);
  if (key == "parity") return take_list(value, event.parity_errors);
  if (key == "class") {
    const std::size_t index = value.size() == 1 ? kClasses.find(value[0]) : std::string_view::npos;
    if (index == std::string_view::npos) return false;
    event.voltage = static_cast<VoltageClass>(index);
    return true;
  }
  if (key != "data") return false;
  auto bytes = wire::from_hex(value);
  if (!bytes) return false;
  event.data = std::move(*bytes);
  return true;
}

}  // namespace

std::string_view to_string(FieldEventKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kKinds.size() ? kKinds[index] : "?";
}

std::string to_text(const FieldEvent& event) {
  std::string text(to_string(event.kind));
  const auto add = [&text](std::string_view key, std::string_view value) {
    text.append(" ").append(key).append("=").append(value);
  };
  add("begin", std::to_string(event.begin_ns));
  if (event.kind == FieldEventKind::kPowerOn) {
    add("class", kClasses.substr(static_cast<std::size_t>(event.voltage) % kClasses.size(), 1));
    add("clock", std::to_string(event.clock_hz));
  }
  if (event.kind == FieldEventKind::kClock) add("clock", std::to_string(event.clock_hz));
  if (event.kind == FieldEventKind::kErrorByReader || event.kind == FieldEventKind::kErrorByCard) {
    add("at", std::to_string(event.at));
  }
  if (event.kind != FieldEventKind::kToCard && event.kind != FieldEventKind::kFromCard) return text;
  add("end", std::to_string(event.end_ns));
  add("data", wire::to_hex(event.data));
  add("character", std::to_string(event.character_ns));
  add("etu", std::to_string(event.etu_ns));
  if (event.parity_errors.empty()) return text;
  std::string list;
  for (const std::uint16_t index : event.parity_errors) {
    if (!list.empty()) list += ',';
    list += std::to_string(index);
  }
  add("parity", list);
  return text;
}

std::optional<FieldEvent> from_text(std::string_view line) {
  FieldEvent event;
  const std::string_view kind = cut(line, ' ');
  std::size_t index = 0;
  while (index < kKinds.size() && kKinds[index] != kind) ++index;
  if (index == kKinds.size()) return std::nullopt;
  event.kind = static_cast<FieldEventKind>(index);
  bool timed = false;
  while (!line.empty()) {
    std::string_view value = cut(line, ' ');
    const std::string_view key = cut(value, '=');
    timed = timed || key == "begin";
    if (!take_field(key, value, event)) return std::nullopt;
  }
  if (!timed) return std::nullopt;
  if (event.end_ns < event.begin_ns) event.end_ns = event.begin_ns;
  return event;
}

bool operator==(const FieldEvent& a, const FieldEvent& b) {
  const auto all = [](const FieldEvent& e) {
    return std::tie(e.kind, e.begin_ns, e.end_ns, e.data, e.character_ns, e.parity_errors,
                    e.voltage, e.clock_hz, e.etu_ns, e.at);
  };
  return all(a) == all(b);
}

}  // namespace uketsuke::test_card
