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

bool has(std::string_view wire, Kind kind) {
  if (kind == Kind::kStall) return wire == "usb";
  return kind != Kind::kDetach || wire == "usb" || wire == "field";
}

Layer::Layer(std::vector<Rule> rules)
    : rules_(std::move(rules)), seen_(rules_.size()), hits_(rules_.size()),
      first_hit_us_(rules_.size()), first_hit_step_(rules_.size()) {}

bool matches(const Rule& rule, const Pipe& pipe) {
  return rule.wire == pipe.wire && (rule.from.empty() || rule.from == pipe.from) &&
         (rule.to.empty() || rule.to == pipe.to) &&
         (rule.pipe.empty() || pipe.name.find(rule.pipe) != std::string::npos);
}

PipeId Layer::add_pipe(std::string_view wire, std::string_view name, std::string_view from,
                       std::string_view to) {
  pipes_.push_back(
      {std::string(wire), std::string(name), std::string(from), std::string(to), 0});
  rules_of_.emplace_back();
  for (std::size_t i = 0; i < rules_.size(); ++i)
    if (matches(rules_[i], pipes_.back())) rules_of_.back().push_back(i);
  return static_cast<PipeId>(pipes_.size() - 1);
}

bool Layer::running(std::size_t rule, std::uint64_t now_us) const {
  const Rule& r = rules_[rule];
  if (step_ < r.from_step || now_us < r.from_us) return false;
  if (r.until_step != 0 && step_ >= r.until_step) return false;
  if (r.until_us != 0 && now_us >= r.until_us) return false;
  return r.for_us == 0 || hits_[rule] == 0 || now_us < first_hit_us_[rule] + r.for_us;
}

// Answers whether the message was touched.
bool Layer::lay(std::size_t index, wire::Bytes& data, Fate& fate) {
  const Rule& rule = rules_[index];
  std::string remark(to_string(rule.kind));
  switch (rule.kind) {
    case Kind::kDrop:
    case Kind::kMute: fate.lost = true; break;
    case Kind::kDelay:
      fate.delay_us += rule.delay_us;
      remark += fmt::format(" {} us", rule.delay_us);
      break;
    case Kind::kDuplicate: ++fate.copies; break;
    case Kind::kCorrupt: {
      if (data.empty()) return false;
      const std::size_t bit = rule.bit % (data.size() * 8);
      data[bit / 8] = static_cast<std::uint8_t>(data[bit / 8] ^ (1U << (bit % 8)));
      remark += fmt::format(" bit {} of byte {}", bit % 8, bit / 8);
      break;
    }
    case Kind::kReorder: fate.hold_us = rule.delay_us == 0 ? kReorderUs : rule.delay_us; break;
    case Kind::kDetach: fate.cut_by = index; break;
    case Kind::kShorten:
      if (data.empty()) return false;
      data.resize(data.size() - std::min<std::size_t>(data.size(), rule.bytes));
      remark += fmt::format(" by {} bytes", rule.bytes);
      break;
    case Kind::kStall: fate.stalled = true; break;
  }
  if (!fate.remark.empty()) fate.remark += ", ";
  fate.remark += remark;
  return true;
}

Fate Layer::pass(PipeId pipe, wire::Bytes& data, std::uint64_t now_us) {
  ++pipes_[pipe].messages;
  Fate fate;
  for (const std::size_t i : rules_of_[pipe]) {
    if (!running(i, now_us)) continue;
    const std::uint32_t number = ++seen_[i];
    const Rule& rule = rules_[i];
    if (number < rule.first || (rule.count != 0 && number - rule.first >= rule.count)) continue;
    if (!lay(i, data, fate)) continue;
    if (++hits_[i] != 1) continue;
    first_hit_us_[i] = now_us;
    first_hit_step_[i] = step_;
  }
  return fate;
}

void Layer::begin_step(std::uint32_t step) {
  step_ = step;
  for (std::size_t i = 0; i < joins_.size();) {
    if (rules_[joins_[i].rule].until_step > step_) {
      ++i;
      continue;
    }
    const Action join = std::move(joins_[i].action);
    joins_.erase(joins_.begin() + static_cast<std::ptrdiff_t>(i));
    join();
  }
}

void Layer::on_later(std::function<void(std::uint64_t, Action)> later) {
  later_ = std::move(later);
}

void Layer::later(std::uint64_t delay_us, Action action) {
  if (later_) later_(delay_us, std::move(action));
}

void Layer::when_over(std::size_t rule, std::uint64_t now_us, Action join) {
  const Rule& r = rules_[rule];
  std::uint64_t end_us = r.for_us == 0 ? r.until_us : now_us + r.for_us;
  if (r.until_us != 0) end_us = std::min(end_us, r.until_us);
  if (end_us != 0) {
    later(end_us > now_us ? end_us - now_us : 0, std::move(join));
  } else if (r.until_step != 0) {
    joins_.push_back({rule, std::move(join)});
  }
}

}  // namespace uketsuke::fault
