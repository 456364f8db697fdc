#include "harness/campaign/regress/regress_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <set>
#include <stdexcept>

#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"
#include "sim/wire/oqs/calendar.h"

namespace uketsuke::campaign {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return words;
}

bool is_field(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0;
}

// How long a silence was is no part of what is said.
std::string_view without_silence(std::string_view line) {
  const std::size_t at = line.rfind(" (after ");
  return at == std::string_view::npos ? line : line.substr(0, at);
}

// A list, or nothing at all.
yaml::Node list_at(const yaml::Node& node) {
  if (node && !node.is_sequence() && !node.is_null()) {
    yaml::fail(node, verdict::say("リストが必要ですが、{}です", "a list is wanted, not {}",
                                  yaml::describe(node.kind())));
  }
  return node;
}

LinePattern pattern_at(const yaml::Node& node) {
  try {
    return pattern_from(node.text());
  } catch (const std::invalid_argument& error) {
    yaml::fail(node, {"行は役の名前で始めます：\"backend: ...\"", error.what()});
  }
}

std::vector<LinePattern> patterns_of(const yaml::Node& node) {
  std::vector<LinePattern> patterns;
  if (!list_at(node)) return patterns;
  for (std::size_t i = 0; i < node.size(); ++i) patterns.push_back(pattern_at(node.at(i)));
  return patterns;
}

// A misspelt key is told as that, with the nearest right one, before what is then missing.
yaml::Mapping mapping_of(const yaml::Node& node, std::initializer_list<std::string_view> keys) {
  yaml::Mapping map(node);
  for (const std::string_view key : keys) map.find(key);
  map.done();
  return map;
}

SeedExpectation expectation_from(const yaml::Node& node) {
  yaml::Mapping map = mapping_of(node, {"row", "in", "at", "see", "nowhere"});
  SeedExpectation expectation;
  expectation.row = map.require("row").as_string();
  expectation.scenario = map.require("in").as_string();
  expectation.step = map.require("at").as_string();
  expectation.see = patterns_of(map.find("see"));
  expectation.nowhere = patterns_of(map.find("nowhere"));
  expectation.line = static_cast<std::size_t>(node.mark().line);
  if (expectation.see.empty() && expectation.nowhere.empty())
    yaml::fail(node, {"see も nowhere もありません", "neither see nor nowhere"});
  return expectation;
}

HappyPath path_from(const yaml::Node& node) {
  yaml::Mapping map = mapping_of(node, {"scenario", "tell", "steps"});
  HappyPath path;
  path.scenario = map.require("scenario").as_string();
  const yaml::Node tell = yaml::Mapping(map.require("tell")).node();
  for (std::size_t i = 0; i < tell.size(); ++i)
    path.tell.emplace_back(tell.key(i).as_string(), tell.value(i).as_strings());
  const yaml::Node steps = list_at(map.require("steps"));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    yaml::Mapping entry = mapping_of(steps.at(i), {"at", "events"});
    HappyPath::Step step;
    step.at = entry.require("at").as_string();
    step.events = patterns_of(entry.require("events"));
    step.line = static_cast<std::size_t>(steps.at(i).mark().line);
    path.steps.push_back(std::move(step));
  }
  return path;
}

// A label holds the ids of a step, separated by blanks.
bool is_at(const StepBehaviour& step, std::string_view wanted) {
  if (step.label == wanted) return true;
  const auto ids = words_of(step.label);
  return std::find(ids.begin(), ids.end(), wanted) != ids.end();
}

bool is_of(const std::string& scenario, const Behaviour& behaviour) {
  return behaviour.name == scenario || behaviour.name.rfind(scenario + "[", 0) == 0;
}

std::string text_of(const LinePattern& pattern) { return pattern.role + ": " + pattern.text; }
std::string text_of(const Line& line) { return fmt::format("{}: {}", line.role, line.text); }

verdict::Text not_seen(const std::string& pattern) {
  return {"シードが求める行がない：" + pattern, "the seed wants to see: " + pattern};
}
verdict::Text not_wanted(const std::string& line) {
  return {"シードにない行がある：" + line, "not in the seed: " + line};
}

void check_row(const SeedExpectation& wanted, const Behaviour& behaviour, std::vector<Unmet>& out) {
  bool there = false;
  std::vector<bool> seen(wanted.see.size(), false);
  for (const StepBehaviour& step : behaviour.steps) {
    for (const Block& block : step.blocks) {
      for (const LinePattern& pattern : wanted.nowhere) {
        if (pattern.role != block.role) continue;
        for (const std::string& line : block.lines)
          if (matches(pattern, line))
            out.push_back({wanted.row, step.label, not_wanted(block.role + ": " + line)});
      }
    }
    if (!is_at(step, wanted.step)) continue;
    there = true;
    for (std::size_t i = 0; i < wanted.see.size(); ++i) {
      const Block* block = step.find(wanted.see[i].role);
      if (block == nullptr) continue;
      seen[i] = seen[i] ||
                std::any_of(block->lines.begin(), block->lines.end(),
                            [&](const std::string& line) { return matches(wanted.see[i], line); });
    }
  }
  if (!there && wanted.step != "anywhere") {
    out.push_back({wanted.row, wanted.step, {"この手順がない", "there is no such step"}, true});
    return;
  }
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (!seen[i]) out.push_back({wanted.row, wanted.step, not_seen(text_of(wanted.see[i]))});
}

bool is_told(const HappyPath& path, const Line& line) {
  for (const auto& [role, beginnings] : path.tell) {
    if (role != line.role) continue;
    if (beginnings.empty()) return true;
    const std::string_view first = line.text.substr(0, line.text.find(' '));
    if (std::find(beginnings.begin(), beginnings.end(), first) != beginnings.end()) return true;
  }
  return false;
}

// A label, or "*" for any word of it.
bool is_label(std::string_view wanted, std::string_view label) {
  const auto left = words_of(wanted), right = words_of(label);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](std::string_view a, std::string_view b) { return a == "*" || a == b; });
}

using Shown = std::map<std::string, std::string, std::less<>>;  // role -> what its screen shows

// What is told of a step, without screens that are shown again unchanged.
std::vector<Line> told_lines(const HappyPath& path, const StepBehaviour& step, Shown& shown) {
  std::vector<Line> lines;
  for (const Line& line : in_order(step)) {
    if (!is_told(path, line)) continue;
    if (line.text.rfind("shows ", 0) == 0) {
      const std::string_view screen = without_silence(line.text);
      if (shown[std::string(line.role)] == screen) continue;
      shown[std::string(line.role)] = screen;
    }
    lines.push_back(line);
  }
  return lines;
}

void check_path(const HappyPath& path, const Behaviour& behaviour, std::vector<Unmet>& out) {
  Shown shown;
  const std::size_t steps = std::max(path.steps.size(), behaviour.steps.size());
  for (std::size_t i = 0; i < steps; ++i) {
    if (i >= behaviour.steps.size()) {
      out.push_back({"", path.steps[i].at, {"この手順がない", "there is no such step"}, true});
      return;
    }
    const StepBehaviour& step = behaviour.steps[i];
    if (i >= path.steps.size() || !is_label(path.steps[i].at, step.label)) {
      out.push_back(
          {"", step.label, {"シードから書き写した列にない手順", "a step that is not typed"}});
      return;
    }
    const std::vector<Line> lines = told_lines(path, step, shown);
    const auto& events = path.steps[i].events;
    for (std::size_t k = 0; k < std::max(lines.size(), events.size()); ++k) {
      const bool same = k < lines.size() && k < events.size() && events[k].role == lines[k].role &&
                        matches(events[k], lines[k].text);
      if (same) continue;
      if (k < events.size()) out.push_back({"", step.label, not_seen(text_of(events[k]))});
      if (k < lines.size()) out.push_back({"", step.label, not_wanted(text_of(lines[k]))});
      break;
    }
  }
}

}  // namespace

LinePattern pattern_from(std::string_view text) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string_view::npos || colon == 0)
    throw std::invalid_argument("a line begins with its role: \"backend: ...\"");
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 2))};
}

bool matches(const LinePattern& pattern, std::string_view line) {
  const auto wanted = words_of(pattern.text);
  const auto seen = words_of(without_silence(line));
  std::size_t next = 0;  // of the words of `seen` that are no fields
  const auto next_word = [&]() -> std::string_view {
    while (next < seen.size() && is_field(seen[next])) ++next;
    return next < seen.size() ? seen[next++] : std::string_view();
  };
  bool rest = false;
  for (const std::string_view word : wanted) {
    if (is_field(word)) {
      if (std::find(seen.begin(), seen.end(), word) == seen.end()) return false;
    } else if (word == "...") {
      rest = true;
    } else if (const std::string_view there = next_word();
               there.empty() || (word != "*" && word != there)) {
      return false;
    }
  }
  return rest || next_word().empty();
}

SeedExpectations load_seed_expectations(const std::string& path) {
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top = mapping_of(document.root(), {"rows", "happy_paths"});
  SeedExpectations expectations;
  const yaml::Node rows = list_at(top.require("rows"));
  for (std::size_t i = 0; i < rows.size(); ++i)
    expectations.rows.push_back(expectation_from(rows.at(i)));
  if (const yaml::Node paths = list_at(top.find("happy_paths")); paths)
    for (std::size_t i = 0; i < paths.size(); ++i)
      expectations.happy_paths.push_back(path_from(paths.at(i)));
  return expectations;
}

std::string place_of(const Unmet& unmet) {
  if (unmet.row.empty() || unmet.row == unmet.step) return unmet.step;
  return unmet.step + " " + unmet.row;
}

std::vector<Unmet> unmet(const SeedExpectations& expectations, const Behaviour& behaviour) {
  std::vector<Unmet> out;
  for (const SeedExpectation& wanted : expectations.rows)
    if (is_of(wanted.scenario, behaviour)) check_row(wanted, behaviour, out);
  for (const HappyPath& path : expectations.happy_paths)
    if (is_of(path.scenario, behaviour)) check_path(path, behaviour, out);
  return out;
}

bool KnownDeviation::covers(const Behaviour& behaviour) const { return is_of(scenario, behaviour); }

bool is_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const std::string digits =
      fmt::format("{}{}{}", text.substr(0, 4), text.substr(5, 2), text.substr(8));
  return wire::oqs::is_date(digits);
}

std::vector<KnownDeviation> load_known_deviations(const std::string& path) {
  std::vector<KnownDeviation> known;
  if (!std::filesystem::exists(path)) return known;
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top = mapping_of(document.root(), {"known_deviations"});
  const yaml::Node list = list_at(top.require("known_deviations"));
  std::set<std::string> ids;
  for (std::size_t i = 0; i < list.size(); ++i) {
    yaml::Mapping map = mapping_of(list.at(i), {"id", "scenario", "reason", "expires"});
    KnownDeviation deviation;
    deviation.id = map.require("id").as_string();
    deviation.scenario = map.require("scenario").as_string();
    yaml::Mapping reason = mapping_of(map.require("reason"), {"ja", "en"});
    deviation.reason = {reason.require("ja").as_string(), reason.require("en").as_string()};
    const yaml::Node expires = map.require("expires");
    deviation.expires = expires.as_string();
    if (!is_day(deviation.expires)) {
      yaml::fail(expires, verdict::say("{}：日付ではありません（YYYY-MM-DD）",
                                       "{}: not a day (YYYY-MM-DD)",
                                       yaml::shortened(deviation.expires)));
    }
    deviation.line = static_cast<std::size_t>(list.at(i).mark().line);
    if (!ids.insert(deviation.id).second)
      yaml::fail(list.at(i), verdict::say("id {} が二つあります", "an id twice: {}", deviation.id));
    known.push_back(std::move(deviation));
  }
  return known;
}

}  // namespace uketsuke::campaign
