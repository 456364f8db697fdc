#include "harness/campaign/sweep_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/bench/fault_rules.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::campaign {
namespace {

using fault::Rule;
using scenario::Value;
using verdict::Text;

constexpr std::array<std::string_view, kOutcomes> kOutcomeNames{
    "untouched",    "recovered",    "refused", "reported", "wrong_record", "double_record",
    "wrong_person", "silent",       "hang",    "invariant", "crash"};
constexpr std::array<std::string_view, 3> kPositions{"first", "middle", "last"};

Value value_of(const yaml::Node& node) {
  Value value;
  value.place = {node.mark().line, node.mark().column};
  if (node.is_mapping()) {
    value.form = Value::Form::kMap;
    for (std::size_t i = 0; i < node.size(); ++i)
      value.fields.emplace_back(std::string(node.key(i).text()), value_of(node.value(i)));
  } else if (node.is_sequence()) {
    value.form = Value::Form::kList;
    for (std::size_t i = 0; i < node.size(); ++i) value.items.push_back(value_of(node.at(i)));
  } else {
    value.form = Value::Form::kScalar;
    if (node.is_scalar()) value.text = node.as_string();
  }
  return value;
}

Text both(const yaml::Node& node) {
  yaml::Mapping map(node);
  Text text{map.require("ja").as_string(), map.require("en").as_string()};
  map.done();
  return text;
}

// One entry of `faults:` stands for one rule on each of its wires.
void add_faults(const yaml::Node& node, const std::string& file, std::vector<Rule>& rules,
                std::vector<yaml::Problem>& problems) {
  Value item = value_of(node);
  std::vector<Value> wires;
  for (auto field = item.fields.begin(); field != item.fields.end();) {
    const bool ours = field->first == "first" || field->first == "starts" || field->first == "wire";
    if (ours) {
      const Text text{field->first + " は sweep が決める (wires を書く)",
                      field->first + " is not for a sweep, which has its own (and `wires`)"};
      problems.push_back(
          {{file, field->second.place.line, field->second.place.column}, text});
    }
    if (field->first == "wires") {
      const Value& value = field->second;
      wires = value.form == Value::Form::kList ? value.items : std::vector<Value>{value};
    }
    field = ours || field->first == "wires" ? item.fields.erase(field) : field + 1;
  }
  if (wires.empty())
    problems.push_back({node.mark(), {"wires がない", "wires is missing"}});
  for (Value& wire : wires) {
    Value one = item;
    one.fields.emplace_back("wire", std::move(wire));
    if (auto rule = bench::fault_rule(one, file, nullptr, problems))
      rules.push_back(std::move(*rule));
  }
}

template <class T, class From>
T word(const yaml::Node& node, From from, const Text& what) {
  if (const auto value = from(node.text())) return *value;
  yaml::fail(node, {fmt::format("{}「{}」はない", what.ja, node.text()),
                    fmt::format("{}: no such {}", node.text(), what.en)});
}

Undetectable load_undetectable(const yaml::Node& node) {
  yaml::Mapping map(node);
  Undetectable row;
  const auto text = [&map](const char* key) {
    const yaml::Node found = map.find(key);
    return found ? found.as_string() : std::string();
  };
  row.wire = map.require("wire").as_string();
  row.kind = word<fault::Kind>(map.require("kind"), fault::kind_from,
                           {"故障の種類", "kind of fault"});
  row.outcome = word<Outcome>(map.require("outcome"), outcome_from, {"結果", "outcome"});
  row.because = both(map.require("because"));
  row.pipe = text("pipe");
  row.from = text("from");
  row.to = text("to");
  row.scenario = text("scenario");
  row.message = text("message");
  if (const yaml::Node bit = map.find("bit"))
    row.bit = static_cast<std::uint32_t>(bit.as_int(0, 0xFFFF'FFFF));
  map.done();
  return row;
}

std::optional<Position> position_from(std::string_view name) {
  const auto found = std::find(kPositions.begin(), kPositions.end(), name);
  if (found == kPositions.end()) return std::nullopt;
  return static_cast<Position>(found - kPositions.begin());
}

// What the sweep's own keys of a rule are.
Rule placed(const Rule& fault, const fault::Pipe& pipe, std::uint32_t step, std::uint32_t first) {
  Rule rule = fault;
  rule.pipe = pipe.name;
  rule.from = pipe.from;
  rule.to = pipe.to;
  rule.from_step = step;
  rule.first = first;
  return rule;
}

bool covers(const Rule& fault, const fault::Pipe& pipe) {
  return fault.wire == pipe.wire && (fault.from.empty() || fault.from == pipe.from) &&
         (fault.to.empty() || fault.to == pipe.to) &&
         pipe.name.find(fault.pipe) != std::string::npos;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  return kOutcomeNames.at(static_cast<std::size_t>(outcome));
}

std::optional<Outcome> outcome_from(std::string_view name) {
  const auto found = std::find(kOutcomeNames.begin(), kOutcomeNames.end(), name);
  if (found == kOutcomeNames.end()) return std::nullopt;
  return static_cast<Outcome>(found - kOutcomeNames.begin());
}

Text describe(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUntouched: return {"影響なし", "touched nothing"};
    case Outcome::kRecovered: return {"回復", "recovered"};
    case Outcome::kRefused: return {"拒否", "refused"};
    case Outcome::kReported: return {"報告", "reported"};
    case Outcome::kWrongRecord: return {"誤った記録", "wrong record"};
    case Outcome::kDoubleRecord: return {"二重の記録", "double record"};
    case Outcome::kWrongPerson: return {"別人の記録", "record for the wrong person"};
    case Outcome::kSilent: return {"気付かれない失敗", "silent failure"};
    case Outcome::kHang: return {"応答待ちのまま", "hang"};
    case Outcome::kInvariant: return {"不変条件の違反", "invariant broken"};
    case Outcome::kCrash: return {"試験環境の異常", "crash"};
  }
  return "?";
}

SweepPlan load_sweep(const std::string& path) {
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top(document.root());
  SweepPlan plan;
  plan.file = path;
  top.require("uketsuke_sweep").as_int(1, 1);
  plan.title = both(top.require("title"));
  const yaml::Node at = top.require("at");
  for (std::size_t i = 0; i < at.size(); ++i)
    plan.at.push_back(word<Position>(at.at(i), position_from, {"位置", "position"}));
  std::vector<yaml::Problem> problems;
  const yaml::Node faults = top.require("faults");
  for (std::size_t i = 0; i < faults.size(); ++i)
    add_faults(faults.at(i), path, plan.faults, problems);
  if (const yaml::Node list = top.find("undetectable"))
    for (std::size_t i = 0; i < list.size(); ++i)
      plan.undetectable.push_back(load_undetectable(list.at(i)));
  top.done();
  if (!problems.empty()) throw yaml::Error(problems);
  return plan;
}

std::vector<Point> points_of(const SweepPlan& plan, const Passed& passed) {
  std::vector<Point> points;
  for (std::uint32_t step = 0; step < passed.at_step.size(); ++step) {
    for (std::size_t p = 0; p < passed.pipes.size(); ++p) {
      const std::uint32_t before = step == 0 ? 0 : passed.at_step[step - 1][p];
      const std::uint32_t count = passed.at_step[step][p] - before;
      if (count == 0) continue;
      for (const Rule& fault : plan.faults) {
        if (!covers(fault, passed.pipes[p])) continue;
        std::uint32_t last = 0;
        for (const Position position : plan.at) {
          const std::uint32_t number = position == Position::kFirst    ? 1
                                       : position == Position::kMiddle ? (count + 1) / 2
                                                                       : count;
          if (number == last) continue;
          last = number;
          points.push_back({placed(fault, passed.pipes[p], step, number), position});
        }
      }
    }
  }
  return points;
}

}  // namespace uketsuke::campaign
