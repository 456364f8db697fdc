#include "sim/fault/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace uketsuke::fault {
namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 9> kNames{{
    {Kind::kDrop, "drop"},
    {Kind::kDelay, "delay"},
    {Kind::kDuplicate, "duplicate"},
    {Kind::kCorrupt, "corrupt"},
    {Kind::kReorder, "reorder"},
    {Kind::kMute, "mute"},
    {Kind::kDetach, "detach"},
    {Kind::kShorten, "shorten"},
    {Kind::kStall, "stall"},
}};

bool matches(const Rule& rule, std::string_view wire, std::string_view pipe,
             std::string_view from) {
  return rule.wire == wire && (rule.from.empty() || rule.from == from) &&
         (rule.pipe.empty() || pipe.find(rule.pipe) != std::string_view::npos);
}

void lay(const Rule& rule, wire::Bytes& data, Fate& fate) {
  std::string remark(to_string(rule.kind));
  switch (rule.kind) {
    case Kind::kDrop:
    case Kind::kMute: fate.lost = true; break;
    case Kind::kDelay:
      fate.delay_us += rule.delay_us;
      remark += fmt::format(" {} us", rule.delay_us);
      break;
    case Kind::kDuplicate: ++fate.copies; break;
    case Kind::kCorrupt:
      if (data.empty()) return;
      {
        const std::size_t bit = rule.bit % (data.size() * 8);
        data[bit / 8] = static_cast<std::uint8_t>(data[bit / 8] ^ (1U << (bit % 8)));
        remark += fmt::format(" bit {} of byte {}", bit % 8, bit / 8);
      }
      break;
    case Kind::kReorder: fate.behind_next = true; break;
    case Kind::kDetach: fate.cut = true; break;
    case Kind::kShorten:
      data.resize(data.size() - std::min<std::size_t>(data.size(), rule.bytes));
      remark += fmt::format(" by {} bytes", rule.bytes);
      break;
    case Kind::kStall: fate.stalled = true; break;
  }
  if (!fate.remark.empty()) fate.remark += ", ";
  fate.remark += remark;
}

}  // namespace

std::string_view to_string(Kind kind) {
  for (const auto& [value, name] : kNames)
    if (value == kind) return name;
  return "?";
}

std::optional<Kind> kind_from(std::string_view text) {
  for (const auto& [value, name] : kNames)
    if (name == text) return value;
  return std::nullopt;
}

Layer::Layer(std::vector<Rule> rules)
    : rules_(std::move(rules)), seen_(rules_.size()), hits_(rules_.size()) {}

Fate Layer::pass(std::string_view wire, std::string_view pipe, std::string_view from,
                 wire::Bytes& data) {
  Fate fate;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const Rule& rule = rules_[i];
    if (!matches(rule, wire, pipe, from)) continue;
    const std::uint32_t number = ++seen_[i];
    if (number < rule.first || (rule.count != 0 && number - rule.first >= rule.count)) continue;
    ++hits_[i];
    lay(rule, data, fate);
  }
  return fate;
}

}  // namespace uketsuke::fault
