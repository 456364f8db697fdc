#include "harness/scenario/scenario.h"

#include <algorithm>

namespace uketsuke::scenario {

const Value* Value::find(std::string_view path) const {
  const std::size_t dot = path.find('.');
  const std::string_view head = path.substr(0, dot);
  for (const auto& [name, value] : fields) {
    if (name != head) continue;
    return dot == std::string_view::npos ? &value : value.find(path.substr(dot + 1));
  }
  return nullptr;
}

std::string Value::text_at(std::string_view path, std::string_view otherwise) const {
  const Value* value = find(path);
  return value != nullptr && value->form == Form::kScalar ? value->text : std::string(otherwise);
}
double Value::number_at(std::string_view path, double otherwise) const {
  const Value* value = find(path);
  return value != nullptr && value->form == Form::kScalar ? value->number : otherwise;
}
bool Value::truth_at(std::string_view path, bool otherwise) const {
  const Value* value = find(path);
  return value != nullptr && value->form == Form::kScalar ? value->truth : otherwise;
}

std::string Scenario::variant() const {
  std::string text;
  for (std::size_t i = 0; i < substitutions.size(); ++i) {
    const auto& [column, value] = substitutions[i];
    const bool secret = i < secret_columns.size() && secret_columns[i];
    // Rows are told apart all the same.
    text += (i == 0 ? "" : ", ") + column + "=" +
            (secret ? "****(" + std::to_string(row) + ")" : value);
  }
  return text;
}

std::string Scenario::name() const { return row == 0 ? id : id + "[" + variant() + "]"; }

std::vector<std::string> Scenario::covered() const {
  std::vector<std::string> ids;
  const auto add = [&](const std::string& one) {
    if (std::find(ids.begin(), ids.end(), one) == ids.end()) ids.push_back(one);
  };
  for (const std::string& one : covers) add(one);
  for (const Step& step : steps) {
    for (const std::string& one : step.ids) add(one);
  }
  return ids;
}

}  // namespace uketsuke::scenario
