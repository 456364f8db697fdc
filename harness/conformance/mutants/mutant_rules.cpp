#include "harness/conformance/mutants/mutant_rules.h"

#include <charconv>
#include <limits>
#include <utility>

#include "harness/conformance/mutants/mutant_numbers.h"

namespace uketsuke::conformance {
namespace {

using fault::Edit;
using fault::Mutation;
using fault::MutationPipe;
using fault::Selector;

constexpr std::size_t kMostRules = 16, kMostBytes = 4096;
constexpr std::int64_t kMostOffset = 1 << 20;
constexpr std::int64_t kMostDelay_us = 600'000'000;

MutationPipe pipe_of(const yaml::Node& node) {
  const auto pipe = fault::mutation_pipe_from(node.text());
  if (pipe) return *pipe;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < fault::kMutationPipes; ++i)
    names.emplace_back(to_string(static_cast<MutationPipe>(i)));
  yaml::fail(node, verdict::Text("そのような伝送路はない", "there is no such pipe") +
                       yaml::hint(node.text(), names));
}

std::vector<fault::TemplateByte> bytes_of(const yaml::Node& node) {
  if (node.text().size() > 3 * kMostBytes) yaml::fail(node, "too many bytes");
  auto bytes = fault::parse_template(node.text());
  if (!bytes) yaml::fail(node, std::string(bytes.error().field));
  return std::move(*bytes);
}

// {0: "6f", -2: "9000"}: patterns by offset.
std::vector<fault::Pattern> patterns_of(const yaml::Node& node) {
  if (!node.is_mapping()) yaml::fail(node, "patterns by offset are expected, as {0: \"6f\"}");
  std::vector<fault::Pattern> patterns;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const auto at = static_cast<std::int32_t>(node.key(i).as_int(-kMostOffset, kMostOffset));
    auto bytes = fault::parse_pattern(node.value(i).text());
    if (!bytes) yaml::fail(node.value(i), std::string(bytes.error().field));
    patterns.push_back({at, std::move(*bytes)});
  }
  return patterns;
}

template <class Number>
void take(yaml::Mapping& map, std::string_view key, Number& target) {
  if (const yaml::Node node = map.find(key))
    target = static_cast<Number>(number_of(node, std::numeric_limits<Number>::max()));
}
template <class Number>
void take(yaml::Mapping& map, std::string_view key, std::optional<Number>& target) {
  if (const yaml::Node node = map.find(key))
    target = static_cast<Number>(number_of(node, std::numeric_limits<Number>::max()));
}
void take(yaml::Mapping& map, std::string_view key, bool& target) {
  if (const yaml::Node node = map.find(key)) target = node.as_bool();
}

void take_selector(yaml::Mapping& map, Selector& selector) {
  selector.pipe = pipe_of(map.require("pipe"));
  if (const yaml::Node node = map.find("match")) selector.patterns = patterns_of(node);
  if (const yaml::Node node = map.find("unless")) selector.unless = patterns_of(node);
  if (const yaml::Node node = map.find("command")) selector.command = patterns_of(node);
  if (const yaml::Node node = map.find("setup")) {
    yaml::Mapping setup(node);
    take(setup, "bmRequestType", selector.setup.bmRequestType);
    take(setup, "bRequest", selector.setup.bRequest);
    take(setup, "wValue", selector.setup.wValue);
    take(setup, "wIndex", selector.setup.wIndex);
    take(setup, "wLength", selector.setup.wLength);
    setup.done();
  }
  take(map, "length", selector.length);
  take(map, "shortest", selector.shortest);
  take(map, "longest", selector.longest);
  take(map, "multiple_of", selector.multiple_of);
  take(map, "full_packet", selector.full_packet);
  take(map, "largest", selector.largest);
}

std::optional<Selector> selector_at(yaml::Mapping& map, std::string_view key) {
  const yaml::Node node = map.find(key);
  if (!node) return std::nullopt;
  yaml::Mapping inner(node);
  Selector selector;
  take_selector(inner, selector);
  inner.done();
  return selector;
}

fault::Schedule schedule_of(const yaml::Node& node) {
  fault::Schedule when;
  yaml::Mapping map(node);
  take(map, "after", when.after);
  take(map, "count", when.count);
  take(map, "every", when.every);
  take(map, "one_in", when.one_in);
  when.trigger = selector_at(map, "trigger");
  take(map, "trigger_count", when.trigger_count);
  when.until = selector_at(map, "until");
  take(map, "within_us", when.within_us);
  take(map, "command_older_us", when.command_older_us);
  if (const yaml::Node since = map.find("since")) {
    if (since.text() != "attached" && since.text() != "configured")
      yaml::fail(since, "attached or configured is expected");
    when.since =
        since.text() == "attached" ? fault::Since::kAttached : fault::Since::kConfigured;
  }
  map.done();
  return when;
}

std::int32_t offset_of(const yaml::Node& node) {
  return static_cast<std::int32_t>(node.as_int(-kMostOffset, kMostOffset));
}
std::uint32_t length_of(const yaml::Node& node) {
  return static_cast<std::uint32_t>(number_of(node, kMostOffset));
}

// {at: 7, bytes: "40"} and its kin.
Edit edit_at(Edit::Kind kind, const yaml::Node& node) {
  Edit edit;
  edit.kind = kind;
  yaml::Mapping map(node);
  edit.at = offset_of(map.require("at"));
  if (kind == Edit::Kind::kAdd) {
    take(map, "value", edit.value);
  } else if (kind == Edit::Kind::kCopy) {
    edit.from = offset_of(map.require("from"));
    take(map, "length", edit.length);
    take(map, "before", edit.before);
  } else if (kind == Edit::Kind::kSwap) {
    edit.from = offset_of(map.require("with"));
  } else if (kind == Edit::Kind::kErase) {
    take(map, "length", edit.length);
  } else {
    edit.bytes = bytes_of(map.require("bytes"));
  }
  map.done();
  return edit;
}

fault::MadeUp made_up(const yaml::Node& node, MutationPipe pipe) {
  fault::MadeUp made;
  made.pipe = pipe;
  if (!node.is_mapping()) {
    made.bytes = bytes_of(node);
    return made;
  }
  yaml::Mapping map(node);
  if (const yaml::Node pipe_node = map.find("pipe")) made.pipe = pipe_of(pipe_node);
  made.bytes = bytes_of(map.require("bytes"));
  if (const yaml::Node delay = map.find("delay_us"))
    made.delay_us = static_cast<std::uint64_t>(number_of(delay, kMostDelay_us));
  map.done();
  return made;
}

MutationPipe way_back(MutationPipe pipe) {
  if (pipe == MutationPipe::kControlOut) return MutationPipe::kControlIn;
  return fault::is_field(pipe) ? MutationPipe::kFieldUp : MutationPipe::kBulkIn;
}

constexpr std::pair<std::string_view, Edit::Kind> kEditsWithPlace[] = {
    {"set", Edit::Kind::kSet},   {"xor", Edit::Kind::kXor},       {"add", Edit::Kind::kAdd},
    {"copy", Edit::Kind::kCopy}, {"swap", Edit::Kind::kSwap},     {"insert", Edit::Kind::kInsert},
    {"erase", Edit::Kind::kErase}};
constexpr std::pair<std::string_view, Edit::Kind> kEditsWithLength[] = {
    {"truncate", Edit::Kind::kTruncate}, {"remove_last", Edit::Kind::kRemoveLast}};
constexpr std::pair<std::string_view, Edit::Kind> kEditsWithBytes[] = {
    {"append", Edit::Kind::kAppend}, {"replace", Edit::Kind::kReplace}};
constexpr std::pair<std::string_view, Edit::Kind> kEditsAlone[] = {
    {"repair_length", Edit::Kind::kRepairLength},
    {"repair_lrc", Edit::Kind::kRepairLrc},
    {"inverse_convention", Edit::Kind::kInverse}};

template <class Table>
std::optional<Edit::Kind> kind_in(const Table& table, std::string_view name) {
  for (const auto& [word, kind] : table)
    if (word == name) return kind;
  return std::nullopt;
}

// One act with what it takes: {delay_us: 1000}.
void take_act(std::string_view name, const yaml::Node& key, const yaml::Node& value,
              Mutation& rule) {
  if (const auto placed = kind_in(kEditsWithPlace, name)) {
    rule.edits.push_back(edit_at(*placed, value));
  } else if (const auto sized = kind_in(kEditsWithLength, name)) {
    rule.edits.push_back({*sized, 0, 0, length_of(value), 0, false, {}});
  } else if (const auto filled = kind_in(kEditsWithBytes, name)) {
    rule.edits.push_back({*filled, 0, 0, 1, 0, false, bytes_of(value)});
  } else if (name == "pad") {
    yaml::Mapping map(value);
    Edit edit{Edit::Kind::kPad, 0, 0, length_of(map.require("to")), 0, false, {}};
    take(map, "with", edit.value);
    map.done();
    rule.edits.push_back(edit);
  } else if (name == "duplicate") {
    rule.copies = static_cast<std::uint32_t>(value.as_int(1, 16));
  } else if (name == "delay_us") {
    rule.delay_us = static_cast<std::uint64_t>(number_of(value, kMostDelay_us));
  } else if (name == "hang") {
    if (value.text() != "bulk" && value.text() != "all") yaml::fail(value, "bulk or all");
    rule.hang = value.text() == "bulk" ? fault::Hang::kBulk : fault::Hang::kAll;
  } else if (name == "hang_until_reset") {
    if (value.text() != "bulk" && value.text() != "all") yaml::fail(value, "bulk or all");
    rule.hang = value.text() == "bulk" ? fault::Hang::kBulk : fault::Hang::kAll;
    rule.hang_ends_at_reset = true;
  } else if (name == "answer") {
    rule.drop = true;
    rule.made_up.push_back(made_up(value, way_back(rule.match.pipe)));
  } else if (name == "emit") {
    rule.made_up.push_back(made_up(value, way_back(rule.match.pipe)));
  } else if (name == "parity") {
    for (std::size_t i = 0; i < value.size(); ++i)
      rule.parity.push_back(static_cast<std::uint16_t>(value.at(i).as_int(0, kMostBytes)));
  } else {
    yaml::fail(key, verdict::Text("そのような動作はない", "there is no such act") +
                        yaml::hint(name, {"set", "xor", "add", "copy", "swap", "insert", "erase",
                                          "truncate", "remove_last", "append", "replace", "pad",
                                          "drop", "duplicate", "delay_us", "hold", "join", "stall",
                                          "hang", "hang_until_reset", "answer", "emit", "parity",
                                          "hide_parity", "repair_length", "repair_lrc",
                                          "inverse_convention"}));
  }
}

// An act that takes nothing, as a word. False: there is no such one.
bool take_word(std::string_view name, Mutation& rule) {
  if (const auto alone = kind_in(kEditsAlone, name)) {
    rule.edits.push_back({*alone, 0, 0, 1, 0, false, {}});
  } else if (name == "drop") {
    rule.drop = true;
  } else if (name == "stall") {
    rule.stall = true;
  } else if (name == "hold") {
    rule.hold = true;
  } else if (name == "join") {
    rule.join = true;
  } else if (name == "duplicate") {
    rule.copies = 1;
  } else if (name == "hide_parity") {
    rule.hide_parity = true;
  } else {
    return false;
  }
  return true;
}

void take_acts(const yaml::Node& node, Mutation& rule) {
  const auto one = [&rule](const yaml::Node& act) {
    if (act.is_scalar()) {
      if (!take_word(act.text(), rule)) take_act(act.text(), act, act, rule);
      return;
    }
    if (!act.is_mapping() || act.size() != 1) yaml::fail(act, "one act is expected here");
    take_act(act.key(0).text(), act.key(0), act.value(0), rule);
  };
  if (!node.is_sequence()) return one(node);
  for (std::size_t i = 0; i < node.size(); ++i) one(node.at(i));
}

}  // namespace

std::vector<Mutation> wire_rules(const yaml::Node& node) {
  if (!node.is_sequence() || node.size() == 0 || node.size() > kMostRules)
    yaml::fail(node, "a list of 1 to " + std::to_string(kMostRules) + " rules is expected here");
  std::vector<Mutation> rules;
  for (std::size_t i = 0; i < node.size(); ++i) {
    yaml::Mapping map(node.at(i));
    Mutation rule;
    take_selector(map, rule.match);
    if (const yaml::Node when = map.find("when")) rule.when = schedule_of(when);
    take_acts(map.require("do"), rule);
    map.done();
    const std::string problem = problem_of(rule);
    if (!problem.empty()) yaml::fail(node.at(i), problem);
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace uketsuke::conformance
