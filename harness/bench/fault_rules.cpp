#include "harness/bench/fault_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "harness/scenario/vocabulary.h"
#include "harness/verdict/format.h"

namespace uketsuke::bench {
namespace {

using fault::Kind;
using fault::Rule;
using scenario::Value;
using verdict::say;
using verdict::Text;

const std::vector<std::string> kStartKeys = {"step", "time"};
const std::vector<std::string> kStopKeys = {"step", "time", "after"};
// Keys that only one kind has.
constexpr std::array<std::pair<std::string_view, Kind>, 2> kOfOneKind{
    {{"bit", Kind::kCorrupt}, {"bytes", Kind::kShorten}}};
constexpr std::uint64_t kLongestDelayUs = 3'600'000'000;
constexpr double kLongestSeconds = 86'400;

std::vector<std::string> key_names() {
  std::vector<std::string> names;
  for (const scenario::Field& field : scenario::fault_keys()) names.push_back(field.name);
  return names;
}

const std::vector<std::string>& wire_names() {
  return scenario::find(scenario::fault_keys(), "wire")->shape.words;
}

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (unsigned i = 0; i <= static_cast<unsigned>(Kind::kStall); ++i)
    names.emplace_back(to_string(static_cast<Kind>(i)));
  return names;
}

class Reader {
 public:
  Reader(const std::string& file, const scenario::Scenario* scenario,
         std::vector<yaml::Problem>& problems)
      : file_(file), scenario_(scenario), problems_(problems) {}
  std::optional<Rule> read(const Value& item);

 private:
  void problem(const Value& at, Text message) {
    problems_.push_back({{file_, at.place.line, at.place.column}, std::move(message)});
  }
  // One of a list of names, or a problem.
  bool name(const Value& value, const Text& what, const std::vector<std::string>& known);
  template <class Number>
  void number(const Value& value, std::string_view key, std::uint64_t least, std::uint64_t most,
              Number& target);
  void numbers(const std::string& key, const Value& value, Rule& rule);
  void key_of(const std::string& key, const Value& value, Rule& rule);
  void moments(const std::string& key, const Value& value, Rule& rule);
  std::uint32_t step(const Value& value);
  std::uint64_t seconds(const Value& value);
  void check_kind(const Value& item, const Rule& rule);
  void check_order(const Value& item, const Rule& rule);

  const std::string& file_;
  const scenario::Scenario* scenario_;
  std::vector<yaml::Problem>& problems_;
};

bool Reader::name(const Value& value, const Text& what,
                  const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value.text) != known.end()) return true;
  problem(value, say("{}「{}」はない{}", "there is no {} {}{}", what, value.text,
                     yaml::hint(value.text, known)));
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
    return problem(value, say("{} は {} から {} までの数", "{} is a number from {} to {}", key,
                              least, most));
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

std::uint32_t Reader::step(const Value& value) {
  std::uint32_t number = 0;
  const char* const end = value.text.data() + value.text.size();
  const auto result = std::from_chars(value.text.data(), end, number);
  const bool is_number = !value.text.empty() && result.ec == std::errc() && result.ptr == end;
  // A program's steps come one by one.
  const bool comes_later = scenario_ == nullptr || scenario_->steps.empty();
  const std::size_t last =
      comes_later ? 0xFFFF : scenario_->steps.size() + scenario_->then.size();
  if (is_number && number >= 1 && number <= last) return number;
  std::vector<std::string> known;
  for (std::size_t i = 0; scenario_ != nullptr && i < scenario_->steps.size(); ++i) {
    for (const std::string& id : scenario_->steps[i].ids) {
      if (id == value.text) return static_cast<std::uint32_t>(i + 1);
      known.push_back(id);
    }
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  const std::string ids = known.empty() ? "" : fmt::format("{}, ", fmt::join(known, ", "));
  problem(value, say("手順「{}」はない{}。書けるもの：{}1 から {} までの番号",
                     "there is no step {}{}; there are: {}numbers from 1 to {}", value.text,
                     yaml::hint(value.text, known), ids, last));
  return 0;
}

std::uint64_t Reader::seconds(const Value& value) {
  char* end = nullptr;
  const double read = std::strtod(value.text.c_str(), &end);
  const bool whole = !value.text.empty() && *end == '\0';
  if (whole && read > 0 && read <= kLongestSeconds)
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(read * 1e6)));
  problem(value, say("{} は 0 より大きく {} までの秒数でない",
                     "{} is no number of seconds above 0 and up to {}", value.text,
                     kLongestSeconds));
  return 1;
}

void Reader::moments(const std::string& key, const Value& value, Rule& rule) {
  if (value.form != Value::Form::kMap || value.fields.empty())
    return problem(value, say("{} には step か秒数を書く", "{} has step, or a time in seconds", key));
  const bool starts = key == "starts";
  const auto& keys = starts ? kStartKeys : kStopKeys;
  for (const auto& [name, moment] : value.fields) {
    if (std::find(keys.begin(), keys.end(), name) == keys.end()) {
      problem(moment, say("{} にキー「{}」はない{}", "{} has no key {}{}", key, name,
                          yaml::hint(name, keys)));
    } else if (moment.form != Value::Form::kScalar) {
      problem(moment, say("{} は単一の値", "{} is a single value", name));
    } else if (name == "step") {
      (starts ? rule.from_step : rule.until_step) = step(moment);
    } else if (name == "time") {
      (starts ? rule.from_us : rule.until_us) = seconds(moment);
    } else {
      rule.for_us = seconds(moment);
    }
  }
}

void Reader::check_kind(const Value& item, const Rule& rule) {
  for (const auto& [key, kind] : kOfOneKind) {
    if (const Value* value = item.find(key); value != nullptr && rule.kind != kind)
      problem(*value, say("{} は種類 {} のもの", "{} belongs to kind {}", key, to_string(kind)));
  }
  const Value* delay = item.find("delay_us");
  if (delay != nullptr && rule.kind != Kind::kDelay && rule.kind != Kind::kReorder)
    problem(*delay, {"delay_us は種類 delay、reorder のもの",
                     "delay_us belongs to kinds delay and reorder"});
  if (!fault::has(rule.wire, rule.kind))
    problem(item, rule.kind == Kind::kStall
                      ? Text{"stall は usb だけのもの (USB 2.0, 8.4.5)",
                             "only wire usb can stall (USB 2.0, 8.4.5: a handshake of a device)"}
                      : Text{"切り離し (detach) は usb と field だけのもの。回線断は mute",
                             "only wires usb and field can be cut (detach: a plug or a card is "
                             "pulled); for a line that is down use mute"});
  if (rule.kind == Kind::kDelay && delay == nullptr)
    problem(item, {"delay_us がない", "delay_us is missing"});
}

void Reader::check_order(const Value& item, const Rule& rule) {
  const Value* stops = item.find("stops");
  if (stops == nullptr) return;
  const bool step = rule.until_step != 0 && rule.until_step <= rule.from_step;
  const bool time = rule.until_us != 0 && rule.until_us <= rule.from_us;
  if (step || time)
    problem(*stops, {"始まる前に終わる故障 (stops は starts より後)",
                     "a fault that stops before it starts (stops comes after starts)"});
}

void Reader::key_of(const std::string& key, const Value& value, Rule& rule) {
  if (scenario::find(scenario::fault_keys(), key) == nullptr)
    return problem(value, say("故障にキー「{}」はない{}", "a fault has no key {}{}", key,
                              yaml::hint(key, key_names())));
  if (key == "starts" || key == "stops") return moments(key, value, rule);
  if (value.form != Value::Form::kScalar)
    return problem(value, say("{} は単一の値", "{} is a single value", key));
  if (key == "wire" && name(value, {"線", "wire"}, wire_names())) rule.wire = value.text;
  if (key == "pipe") rule.pipe = value.text;
  if (key == "from") rule.from = value.text;
  if (key == "to") rule.to = value.text;
  if (key == "kind" && name(value, {"故障の種類", "kind of fault"}, kind_names()))
    rule.kind = *fault::kind_from(value.text);
  numbers(key, value, rule);
}

std::optional<Rule> Reader::read(const Value& item) {
  const std::size_t before = problems_.size();
  Rule rule;
  for (const auto& [key, value] : item.fields) key_of(key, value, rule);
  const Value* kind = item.find("kind");
  if (item.find("wire") == nullptr) problem(item, {"wire がない", "wire is missing"});
  if (kind == nullptr) problem(item, {"kind がない", "kind is missing"});
  if (kind != nullptr && fault::kind_from(kind->text) && !rule.wire.empty())
    check_kind(item, rule);
  check_order(item, rule);
  const bool stops = item.find("stops") != nullptr;
  if (item.find("count") == nullptr && (stops || rule.kind == Kind::kMute)) rule.count = 0;
  if (problems_.size() != before) return std::nullopt;
  return rule;
}

}  // namespace

std::optional<Rule> fault_rule(const Value& item, const std::string& file,
                               const scenario::Scenario* scenario,
                               std::vector<yaml::Problem>& problems) {
  return Reader(file, scenario, problems).read(item);
}

FaultRules fault_rules(const scenario::Scenario& scenario) {
  FaultRules found;
  for (const Value& item : scenario.faults) {
    if (std::optional<Rule> rule = fault_rule(item, scenario.file, &scenario, found.problems))
      found.rules.push_back(std::move(*rule));
  }
  return found;
}

Text no_such_pipe(const Rule& rule, const std::vector<fault::Pipe>& pipes) {
  std::vector<std::string> names;
  for (const fault::Pipe& pipe : pipes) {
    if (fault::matches(rule, pipe)) return {};
    if (pipe.wire != rule.wire) continue;
    const std::string name = fmt::format("{} ({} > {})", pipe.name, pipe.from, pipe.to);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::string wanted;
  for (const auto& [key, value] :
       {std::pair{"pipe", &rule.pipe}, std::pair{"from", &rule.from}, std::pair{"to", &rule.to}})
    if (!value->empty())
      wanted += fmt::format("{}{}: {}", wanted.empty() ? "" : ", ", key, *value);
  return say("線 {} に {} に当たる管はない。ある管：{}",
             "wire {} has no pipe with {}; there are: {}", rule.wire, wanted,
             fmt::to_string(fmt::join(names, ", ")));
}

Text describe(const Rule& rule) {
  std::string text = fmt::format("{} {}", rule.wire, to_string(rule.kind));
  if (rule.kind == Kind::kDelay) text += fmt::format(" {:g} s", rule.delay_us * 1e-6);
  if (rule.kind == Kind::kCorrupt) text += fmt::format(" bit {}", rule.bit);
  if (rule.kind == Kind::kShorten) text += fmt::format(" {} B", rule.bytes);
  std::string where;
  for (const auto& [key, value] :
       {std::pair{"pipe", &rule.pipe}, std::pair{"from", &rule.from}, std::pair{"to", &rule.to}})
    if (!value->empty())
      where += fmt::format("{}{} {}", where.empty() ? "" : ", ", key, *value);
  if (!where.empty()) text += " (" + where + ")";
  return Text(text);
}

std::string to_yaml(const Rule& rule) {
  std::string text = fmt::format("{{wire: {}", rule.wire);
  const auto quoted = [&text](std::string_view key, const std::string& value) {
    if (!value.empty()) text += fmt::format(", {}: \"{}\"", key, value);
  };
  quoted("pipe", rule.pipe);
  quoted("from", rule.from);
  quoted("to", rule.to);
  text += fmt::format(", kind: {}", to_string(rule.kind));
  const auto seconds = [](std::uint64_t us) { return fmt::format("{:.6f}", us * 1e-6); };
  std::string starts, stops;
  const auto moment = [](std::string& all, std::string_view key, const std::string& value) {
    all += fmt::format("{}{}: {}", all.empty() ? "" : ", ", key, value);
  };
  if (rule.from_step != 0) moment(starts, "step", std::to_string(rule.from_step));
  if (rule.from_us != 0) moment(starts, "time", seconds(rule.from_us));
  if (rule.until_step != 0) moment(stops, "step", std::to_string(rule.until_step));
  if (rule.until_us != 0) moment(stops, "time", seconds(rule.until_us));
  if (rule.for_us != 0) moment(stops, "after", seconds(rule.for_us));
  if (!starts.empty()) text += fmt::format(", starts: {{{}}}", starts);
  text += fmt::format(", first: {}, count: {}", rule.first, rule.count);
  if (!stops.empty()) text += fmt::format(", stops: {{{}}}", stops);
  if (rule.kind == Kind::kCorrupt) text += fmt::format(", bit: {}", rule.bit);
  if (rule.kind == Kind::kShorten) text += fmt::format(", bytes: {}", rule.bytes);
  if (rule.delay_us != 0) text += fmt::format(", delay_us: {}", rule.delay_us);
  return text + "}";
}

}  // namespace uketsuke::bench
