#include "harness/bench/fault_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace uketsuke::bench {
namespace {

using fault::Kind;
using fault::Rule;
using scenario::Value;

const std::vector<std::string> kKeys = {"wire",  "pipe", "from",  "kind",    "first",
                                        "count", "bit",  "bytes", "delay_us"};
// The wires that pass their messages through a channel.
const std::vector<std::string> kWires = {"usb", "field", "session", "folder", "network"};
// Keys that only one kind has.
constexpr std::array<std::pair<std::string_view, Kind>, 3> kOfOneKind{
    {{"bit", Kind::kCorrupt}, {"bytes", Kind::kShorten}, {"delay_us", Kind::kDelay}}};
constexpr std::uint64_t kLongestDelayUs = 3'600'000'000;

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (unsigned i = 0; i <= static_cast<unsigned>(Kind::kStall); ++i)
    names.emplace_back(to_string(static_cast<Kind>(i)));
  return names;
}

class Reader {
 public:
  Reader(const std::string& file, std::vector<yaml::Problem>& problems)
      : file_(file), problems_(problems) {}
  std::optional<Rule> read(const Value& item);

 private:
  void problem(const Value& at, std::string message) {
    problems_.push_back({{file_, at.place.line, at.place.column}, std::move(message)});
  }
  // One of a list of names, or a problem.
  bool name(const Value& value, std::string_view what, const std::vector<std::string>& known);
  template <class Number>
  void number(const Value& value, std::string_view key, std::uint64_t least, std::uint64_t most,
              Number& target);
  void numbers(const std::string& key, const Value& value, Rule& rule);
  void check_kind(const Value& item, const Rule& rule);

  const std::string& file_;
  std::vector<yaml::Problem>& problems_;
};

bool Reader::name(const Value& value, std::string_view what,
                  const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value.text) != known.end()) return true;
  problem(value, fmt::format("there is no {} {}{}", what, value.text,
                             yaml::did_you_mean(value.text, known)));
  return false;
}

template <class Number>
void Reader::number(const Value& value, std::string_view key, std::uint64_t least,
                    std::uint64_t most, Number& target) {
  std::uint64_t read = 0;
  const char* const end = value.text.data() + value.text.size();
  const auto result = std::from_chars(value.text.data(), end, read);
  if (value.text.empty() || result.ec != std::errc() || result.ptr != end || read < least ||
      read > most) {
    return problem(value, fmt::format("{} is a number from {} to {}", key, least, most));
  }
  target = static_cast<Number>(read);
}

void Reader::numbers(const std::string& key, const Value& value, Rule& rule) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (key == "first") number(value, key, 1, kMost, rule.first);
  if (key == "count") number(value, key, 0, kMost, rule.count);
  if (key == "bit") number(value, key, 0, kMost, rule.bit);
  if (key == "bytes") number(value, key, 1, kMost, rule.bytes);
  if (key == "delay_us") number(value, key, 1, kLongestDelayUs, rule.delay_us);
}

void Reader::check_kind(const Value& item, const Rule& rule) {
  for (const auto& [key, kind] : kOfOneKind) {
    if (const Value* value = item.find(key); value != nullptr && rule.kind != kind)
      problem(*value, fmt::format("{} belongs to kind {}", key, to_string(kind)));
  }
  if (rule.kind == Kind::kStall && rule.wire != "usb") problem(item, "only wire usb can stall");
  if (rule.kind == Kind::kDetach && rule.wire != "usb" && rule.wire != "field")
    problem(item, "only wires usb and field can be cut (detach)");
  if (rule.kind == Kind::kDelay && item.find("delay_us") == nullptr)
    problem(item, "delay_us is missing");
}

std::optional<Rule> Reader::read(const Value& item) {
  const std::size_t before = problems_.size();
  Rule rule;
  bool kind_known = false;
  for (const auto& [key, value] : item.fields) {
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      problem(value, fmt::format("a fault has no key {}{}", key, yaml::did_you_mean(key, kKeys)));
      continue;
    }
    if (value.form != Value::Form::kScalar) {
      problem(value, fmt::format("{} is a single value", key));
      continue;
    }
    if (key == "wire" && name(value, "wire", kWires)) rule.wire = value.text;
    if (key == "pipe") rule.pipe = value.text;
    if (key == "from") rule.from = value.text;
    if (key == "kind" && name(value, "kind of fault", kind_names())) {
      rule.kind = *fault::kind_from(value.text);
      kind_known = true;
    }
    numbers(key, value, rule);
  }
  if (item.find("wire") == nullptr) problem(item, "wire is missing");
  if (item.find("kind") == nullptr) problem(item, "kind is missing");
  if (kind_known && !rule.wire.empty()) check_kind(item, rule);
  if (problems_.size() != before) return std::nullopt;
  return rule;
}

}  // namespace

FaultRules fault_rules(const scenario::Scenario& scenario) {
  FaultRules found;
  Reader reader(scenario.file, found.problems);
  for (const Value& item : scenario.faults)
    if (std::optional<Rule> rule = reader.read(item)) found.rules.push_back(std::move(*rule));
  return found;
}

}  // namespace uketsuke::bench
