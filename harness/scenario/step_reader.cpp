#include "harness/scenario/step_reader.h"

#include <algorithm>
#include <utility>

#include "harness/scenario/assemble.h"
#include "harness/scenario/shape_reader.h"
#include "harness/scenario/step_checker.h"

namespace uketsuke::scenario {
namespace {

// The file without what a program does one by one.
const Shape& header_shape() {
  static const Shape kHeader = [] {
    Shape shape = file_shape();
    const auto comes_later = [](const Field& field) {
      return field.name == "steps" || field.name == "then" || field.name == "examples";
    };
    shape.fields.erase(std::remove_if(shape.fields.begin(), shape.fields.end(), comes_later),
                       shape.fields.end());
    return shape;
  }();
  return kHeader;
}

const Shape& shape_of(std::string_view key) { return find(file_shape().fields, key)->shape; }

std::vector<yaml::Problem> placed(std::vector<yaml::Problem> problems, const Source& source) {
  for (yaml::Problem& problem : problems) problem.mark = {source.file, source.line, 0};
  return problems;
}

void place(Value& value, const Source& source) {
  value.place = {source.line, 0};
  for (Value& item : value.items) place(item, source);
  for (auto& [key, own] : value.fields) place(own, source);
}

void refuse(Problems& problems, const Source& source) {
  if (problems.errors.empty()) return;
  throw yaml::Error(placed(std::exchange(problems.errors, {}), source));
}

Value read(std::string_view yaml, const Source& source, const Shape& shape,
           const Catalog& catalog, Problems& problems) {
  try {
    const yaml::Document document = yaml::load_text(yaml, source.file);
    Value value = ShapeReader(catalog, nullptr, problems).read(document.root(), shape);
    refuse(problems, source);
    place(value, source);
    return value;
  } catch (const yaml::Error& error) {
    problems.errors.clear();
    throw yaml::Error(placed(error.problems(), source));
  }
}

}  // namespace

Scenario load_header(std::string_view yaml, const Source& source, const Catalog& catalog) {
  Problems problems;
  Scenario scenario =
      make_scenario(read(yaml, source, header_shape(), catalog, problems), source.file);
  check_profile(scenario, catalog, {source.file, source.line, 0}, problems);
  refuse(problems, source);
  return scenario;
}

StepReader::StepReader(const Catalog& catalog, const Scenario& header)
    : catalog_(catalog),
      problems_(std::make_unique<Problems>()),
      checker_(std::make_unique<StepChecker>(catalog, header, *problems_)) {}

StepReader::~StepReader() = default;

Step StepReader::step(std::string_view yaml, const Source& source) {
  Step step =
      make_step(read(yaml, source, *shape_of("steps").items, catalog_, *problems_));
  if (step.action.name.empty() && step.expect.empty()) {
    throw yaml::Error({{source.file, source.line, 0},
                       {"do も expect もない手順は何も示しません",
                        "a step with neither do nor expect shows nothing"}});
  }
  checker_->check(step);
  for (yaml::Problem& problem : problems_->warnings) problem.mark = {source.file, source.line, 0};
  refuse(*problems_, source);
  return step;
}

std::vector<Expectation> StepReader::checks(std::string_view yaml, const Source& source) {
  return make_checks(read(yaml, source, shape_of("then"), catalog_, *problems_));
}

std::vector<yaml::Problem> StepReader::warnings() { return std::exchange(problems_->warnings, {}); }

void StepReader::something_happened() { checker_->forget_screens(); }

}  // namespace uketsuke::scenario
