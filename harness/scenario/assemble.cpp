#include "harness/scenario/assemble.h"

#include <algorithm>
#include <utility>

namespace uketsuke::scenario {
namespace {

std::vector<std::string> texts(const Value* value) {
  std::vector<std::string> list;
  if (value == nullptr) return list;
  if (value->form == Value::Form::kScalar) list.push_back(value->text);
  for (const Value& item : value->items) {
    if (item.form == Value::Form::kScalar) list.push_back(item.text);
  }
  return list;
}

Text both(const Value* value) {
  if (value == nullptr) return {};
  if (value->form == Value::Form::kScalar) return {value->text, value->text};
  return {value->text_at("ja"), value->text_at("en")};
}

Act act_of(std::string_view name) {
  const std::vector<Field>& rows = actions();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name == name) return static_cast<Act>(i);
  }
  return Act::kNothing;
}

Outcome outcome_of(std::string_view name) {
  const std::vector<Field>& rows = expectations();
  std::size_t i = 0;
  while (i + 1 < rows.size() && rows[i].name != name) ++i;
  return static_cast<Outcome>(i);
}

Action make_action(Value value) {
  Action action;
  action.place = value.place;
  if (value.form == Value::Form::kScalar) action.name = std::move(value.text);
  if (value.form == Value::Form::kMap && !value.fields.empty()) {
    action.name = value.fields.front().first;
    action.argument = std::move(value.fields.front().second);
  }
  action.act = act_of(action.name);
  return action;
}

void flatten(Value value, const std::vector<Field>& fields, const std::string& prefix,
             std::vector<Expectation>& out) {
  for (auto& [name, own] : value.fields) {
    const Field* field = find(fields, name);
    const bool group = field != nullptr && field->shape.scalar == Scalar::kNone &&
                       field->shape.words.empty() && field->shape.items == nullptr &&
                       own.form == Value::Form::kMap;
    if (group) {
      flatten(std::move(own), field->shape.fields, prefix + name + ".", out);
      continue;
    }
    const Place place = own.place;
    out.push_back({Outcome::kScreen, prefix + name, std::move(own), place});
  }
}

}  // namespace

Value taken(Value& map, std::string_view name) {
  for (auto& [key, value] : map.fields) {
    if (key == name) return std::move(value);
  }
  return {};
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

Step make_step(Value value) {
  Step step;
  step.place = value.place;
  step.ids = texts(value.find("id"));
  step.who = value.text_at("who");
  step.note = both(value.find("note"));
  step.action = make_action(taken(value, "do"));
  Value expect = taken(value, "expect");
  for (auto& [name, own] : expect.fields) {
    const Outcome outcome = outcome_of(name);
    if (outcome == Outcome::kBy) {
      step.by = own.text;
    } else if (outcome == Outcome::kWithin) {
      const bool assumption = own.text.substr(0, 1) == "A";
      step.within = {assumption ? own.text : std::string(), own.number};
    } else {
      const Place place = own.place;
      step.expect.push_back({outcome, name, std::move(own), place});
    }
  }
  return step;
}

std::vector<Expectation> make_checks(Value then) {
  std::vector<Expectation> checks;
  flatten(std::move(then), then_keys(), "", checks);
  return checks;
}

Scenario make_scenario(Value top, const std::string& file) {
  Scenario scenario;
  scenario.file = file;
  scenario.id = top.text_at("scenario");
  scenario.title = both(top.find("title"));
  scenario.seed = texts(top.find("seed"));
  scenario.releases = texts(top.find("releases"));
  scenario.tags = texts(top.find("tags"));
  scenario.covers = texts(top.find("covers"));
  scenario.bench.reader = top.text_at("bench.reader", "face");
  scenario.bench.reader_profile = top.text_at("bench.reader_profile");
  scenario.bench.release = top.text_at("bench.release");
  scenario.given = taken(top, "given");
  Value steps = taken(top, "steps");
  scenario.steps.reserve(steps.items.size());
  for (Value& step : steps.items) scenario.steps.push_back(make_step(std::move(step)));
  scenario.then = make_checks(taken(top, "then"));
  scenario.faults = std::move(taken(top, "faults").items);
  scenario.limits.simulated_seconds = top.number_at("limits.simulated", 0);
  scenario.limits.wall_seconds = top.number_at("limits.wall", 0);
  return scenario;
}

}  // namespace uketsuke::scenario
