#include "harness/campaign/sweep_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "harness/bench/director.h"
#include "harness/bench/observer.h"

namespace uketsuke::campaign {
namespace {

using scenario::Value;
using verdict::Verdict;

constexpr const char* kHistories[] = {
    "backend.identity_history", "backend.consent_history",    "backend.eligibility_checks",
    "backend.view_log",         "backend.two_factor_history", "backend.passcodes_issued",
    "ehr.charts"};

bool plain(const std::string& text) {
  constexpr std::string_view kMarks = "_-./";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || kMarks.find(static_cast<char>(c)) != kMarks.npos;
  }) && text.front() != '-';
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string group_of(const std::string& name) { return name.substr(0, name.find('.')); }

// Those of one role together, in the order of the first of them, as a file has to have them.
Checks grouped(const Checks& checks) {
  Checks all;
  for (const auto& check : checks) {
    const auto last = std::find_if(all.rbegin(), all.rend(), [&](const auto& other) {
      return group_of(other.first) == group_of(check.first);
    });
    all.insert(last == all.rend() ? all.end() : last.base(), check);
  }
  return all;
}

// What the observer sees, without keys that have no value.
std::string seen(const bench::Observer& observer, const std::string& name) {
  scenario::Expectation check;
  check.name = name;
  check.value.form = Value::Form::kList;
  std::string text = observer.look_at_end(check).value;
  for (const std::string none : {", confirmed: }", ", by: ,"})
    for (std::size_t at = text.find(none); at != std::string::npos; at = text.find(none))
      text.replace(at, none.size(), std::string(1, none.back()));
  return text;
}

// Names of checks above pass in a run without the scenario's faults.
std::vector<std::string> broken(const bench::Assets& assets, const scenario::Scenario& row,
                                std::uint64_t seed) {
  bench::RunSettings settings;
  settings.seed = seed;
  settings.wire_tail = 0;
  std::vector<std::string> names;
  for (const verdict::StepResult& step : bench::run_scenario(assets, row, settings).steps) {
    const std::size_t check = step.index - std::min<std::size_t>(step.index, row.steps.size());
    if (step.verdict > Verdict::kPass && step.index >= row.steps.size() && check < row.then.size())
      names.push_back(row.then[check].name);
  }
  return names;
}

}  // namespace

std::string to_yaml(const Value& value) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  switch (value.form) {
    case Value::Form::kAbsent: return "";
    case Value::Form::kScalar: return plain(value.text) ? value.text : quoted(value.text);
    case Value::Form::kList:
      for (const Value& item : value.items) add(to_yaml(item));
      return "[" + text + "]";
    case Value::Form::kMap:
      for (const auto& [key, part] : value.fields) {
        const std::string own = to_yaml(part);
        add((plain(key) ? key : quoted(key)) + (own.empty() ? ":" : ": " + own));
      }
      return "{" + text + "}";
  }
  return "";
}

std::string then_text(const Checks& checks) {
  std::string text = checks.empty() ? "" : "then:\n", group;
  for (const auto& [name, value] : grouped(checks)) {
    const std::string own = group_of(name);
    if (own.size() == name.size()) {
      text += fmt::format("  {}: {}\n", name, value);
    } else {
      if (own != group) text += fmt::format("  {}:\n", own);
      text += fmt::format("    {}: {}\n", name.substr(own.size() + 1), value);
    }
    group = own;
  }
  return text;
}

std::string with_steps_of(const Checks& checks, const scenario::Scenario& row, std::string rule) {
  const Checks all = grouped(checks);
  for (const std::string key : {"starts: {step: ", "stops: {step: "}) {
    const std::size_t at = rule.find(key);
    if (at == std::string::npos) continue;
    const std::size_t begin = at + key.size(), end = rule.find_first_not_of("0123456789", begin);
    const std::size_t number = std::strtoul(rule.c_str() + begin, nullptr, 10);
    if (number <= row.steps.size() || number > row.steps.size() + row.then.size()) continue;
    const std::string& name = row.then[number - row.steps.size() - 1].name;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].first == name)
        rule.replace(begin, end - begin, std::to_string(row.steps.size() + i + 1));
  }
  return rule;
}

Checks checks_of(const bench::Assets& assets, const scenario::Scenario& row, std::uint64_t seed) {
  Checks checks;
  for (const scenario::Expectation& check : row.then)
    checks.emplace_back(check.name, to_yaml(check.value));
  bench::RunSettings settings;
  settings.seed = seed;
  settings.at_end = [&](bench::World& world) {
    const bench::Observer observer(world);
    for (const char* name : kHistories) {
      const bool own = std::any_of(checks.begin(), checks.end(),
                                   [&](const auto& check) { return check.first == name; });
      if (!own) checks.emplace_back(name, seen(observer, name));
    }
  };
  bench::run_scenario(assets, row, settings);
  // A check before an act of another (a view that is asked for) sees less than the end.
  const std::string head =
      "uketsuke: 1\nscenario: a\ntitle: {ja: a, en: a}\nsteps: [{do: {wait: 1}}]\n";
  const auto loaded = scenario::load_text(head + then_text(checks), "a.yaml", assets.catalog);
  if (!loaded.ok()) return {};
  scenario::Scenario checked = row;
  checked.then = loaded.scenarios.front().then;
  for (const std::string& name : broken(assets, checked, seed))
    checks.erase(std::remove_if(checks.begin(), checks.end(),
                                [&](const auto& check) { return check.first == name; }),
                 checks.end());
  return checks;
}

bool run_shows(const bench::Assets& assets, const std::string& text, const std::string& name,
               std::uint64_t seed) {
  const auto loaded = scenario::load_text(text, name, assets.catalog);
  if (!loaded.ok()) return false;
  bench::RunSettings settings;
  settings.seed = seed;
  settings.wire_tail = 0;
  return bench::run_scenario(assets, loaded.scenarios.front(), settings).verdict > Verdict::kPass;
}

}  // namespace uketsuke::campaign
