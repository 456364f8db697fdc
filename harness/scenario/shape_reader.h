// Reads YAML against a Shape of the vocabulary into a Value. Private to harness/scenario.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/scenario/catalog.h"
#include "harness/scenario/scenario.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::scenario {

// "リーダー", "the reader"; 端末, the terminal; 電子カルテ, the EHR.
yaml::Text device_words(std::string_view device);

// Where problems go: each once, at most `kMost` of them.
struct Problems {
  static constexpr std::size_t kMost = 60;
  std::vector<yaml::Problem> errors, warnings;
  void error(yaml::Problem problem) { add(errors, std::move(problem)); }
  void warn(yaml::Problem problem) { add(warnings, std::move(problem)); }
  // In the order of the file.
  void sort();

 private:
  static void add(std::vector<yaml::Problem>& list, yaml::Problem problem);
};

// One row of the examples table: what ${name} stands for.
struct Row {
  int number = 0;  // from 1
  std::vector<std::pair<std::string, std::string>> values;
  std::vector<bool>* used = nullptr;
  std::vector<bool> secret;  // stands where something secret is written
};

class ShapeReader {
 public:
  // row: nullptr if there is no examples table.
  ShapeReader(const Catalog& catalog, Row* row, Problems& problems)
      : catalog_(catalog), row_(row), problems_(problems) {}
  Value read(const yaml::Node& node, const Shape& shape);

 private:
  void error(const yaml::Node& node, yaml::Text message);
  bool fill(const yaml::Node& node, const Shape& shape, std::string& text);
  Value read_form(const yaml::Node& node, const Shape& shape);
  Value read_scalar(const yaml::Node& node, const Shape& shape);
  Value read_list(const yaml::Node& node, const Shape& items);
  Value read_map(const yaml::Node& node, const Shape& shape);
  void check_one(const yaml::Node& node, const Shape& shape);
  void check_required(const yaml::Node& node, const Shape& shape, const Value& value);
  void check_written(const yaml::Node& node, const Shape& shape, const std::string& text);
  void check_scalar(const yaml::Node& node, const Shape& shape, Value& value);
  void check_name(const yaml::Node& node, const std::string& text, const yaml::Text& what,
                  const std::vector<std::string>& known);
  void check_number(const yaml::Node& node, const Shape& shape, Value& value);
  void check_date(const yaml::Node& node, const std::string& text);
  void check_ground(const yaml::Node& node, const std::string& text, bool assumption_too);
  void check_assumption(const yaml::Node& node, const std::string& text);
  void check_screen_word(const yaml::Node& node, const Shape& shape, const std::string& text);

  const Catalog& catalog_;
  Row* row_;
  Problems& problems_;
  bool filled_ = false;  // the scalar that is being read held a ${}
};

}  // namespace uketsuke::scenario
