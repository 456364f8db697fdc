#include <algorithm>
#include <climits>

#include "harness/scenario/assemble.h"
#include "harness/scenario/catalog.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/shape_reader.h"
#include "harness/scenario/step_checker.h"
#include "harness/verdict/format.h"

namespace uketsuke::scenario {
namespace {

using verdict::say;

constexpr std::size_t kMostRows = 500;
constexpr std::size_t kMostSteps = 20000;  // of all rows together
constexpr std::size_t kLongestCell = 1000;

// ---- the examples table

struct Table {
  std::vector<Row> rows;
  std::vector<std::string> columns;
  std::vector<yaml::Node> column_nodes;
  std::vector<bool> used;
};

yaml::Node entry(const yaml::Node& map, std::string_view name) {
  for (std::size_t i = 0; map && map.is_mapping() && i < map.size(); ++i) {
    if (map.key(i).text() == name) return map.value(i);
  }
  return {};
}

// All rows have the columns of the first one. Kinds of values are checked with the whole file.
void read_row(const yaml::Node& node, Table& table, Problems& problems) {
  Row row;
  row.number = static_cast<int>(table.rows.size()) + 1;
  if (!node.is_mapping()) return;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const yaml::Node cell = entry(node, table.columns[c]);
    if (!cell) {
      problems.error(
          yaml::problem_at(node, say("この行に列 {} がありません",
                                     "the column {} is missing in this row", table.columns[c])));
    } else if (cell.is_scalar() && cell.text().size() > kLongestCell) {
      problems.error(yaml::problem_at(
          cell, say("{} バイトより長い値です", "a cell longer than {} bytes", kLongestCell)));
    }
    const bool usable = cell && cell.is_scalar() && cell.text().size() <= kLongestCell;
    row.values.emplace_back(table.columns[c], usable ? cell.as_string() : std::string());
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string name = node.key(i).as_string();
    if (contains(table.columns, name)) continue;
    problems.error(yaml::problem_at(
        node.key(i), say("{}：最初の行にこの列はありません", "{}: the first row has no such column",
                         yaml::shortened(name)) +
                         yaml::hint(name, table.columns)));
  }
  table.rows.push_back(std::move(row));
}

Table read_table(const yaml::Node& root, Problems& problems) {
  Table table;
  const yaml::Node examples = entry(root, "examples");
  if (!examples || !examples.is_sequence()) return table;
  if (examples.size() == 0) {
    problems.error(
        yaml::problem_at(examples, {"examples に行がありません", "examples without a row"}));
  }
  const yaml::Node first = examples.at(0);
  for (std::size_t i = 0; first && first.is_mapping() && i < first.size(); ++i) {
    table.columns.push_back(first.key(i).as_string());
    table.column_nodes.push_back(first.key(i));
  }
  if (examples.size() > kMostRows) {
    problems.error(
        yaml::problem_at(examples, say("行が {} を超えています", "more than {} rows", kMostRows)));
  }
  std::size_t count = std::min(examples.size(), kMostRows);
  const yaml::Node steps = entry(root, "steps");
  if (steps && count * steps.size() > kMostSteps) {
    problems.error(
        yaml::problem_at(examples, say("全行の手順の合計が {} を超えています",
                                       "more than {} steps in all rows together", kMostSteps)));
    count = 1;
  }
  for (std::size_t i = 0; i < count; ++i) read_row(examples.at(i), table, problems);
  table.used.resize(table.columns.size(), false);
  for (Row& row : table.rows) {
    row.used = &table.used;
    row.secret.resize(table.columns.size(), false);
  }
  return table;
}

// ---- what single values do not show

bool has_error(const Problems& problems, int first_line, int end_line) {
  return std::any_of(problems.errors.begin(), problems.errors.end(), [&](const auto& problem) {
    const int line = problem.mark.line;
    return line == first_line || (line > first_line && line < end_line);
  });
}

void check_whole(Scenario& scenario, const Catalog& catalog, const Value& top, Problems& problems) {
  const auto at = [&](const char* path) {
    const Value* value = top.find(path);
    const Place place = value != nullptr ? value->place : top.place;
    return yaml::Mark{scenario.file, place.line, place.column};
  };
  if (scenario.steps.empty() && top.find("steps") != nullptr) {
    problems.error(
        {at("steps"), {"steps：手順が 1 つもありません", "steps: there is not one step"}});
  }
  const std::string& release = scenario.bench.release;
  if (!release.empty() && !scenario.releases.empty() && !contains(scenario.releases, release)) {
    problems.error(
        {at("bench.release"), say("{}：このシナリオの releases にありません",
                                  "{}: not among the releases of this scenario", release)});
  }
  check_profile(scenario, catalog, at("bench.reader_profile"), problems);
  StepChecker checker(catalog, scenario, problems);
  for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
    Step& step = scenario.steps[i];
    const int next = i + 1 < scenario.steps.size() ? scenario.steps[i + 1].place.line : INT_MAX;
    // A step that was not understood would only give errors about errors.
    if (has_error(problems, step.place.line, next)) {
      checker.follow(step);
      continue;
    }
    const yaml::Mark mark{scenario.file, step.place.line, step.place.column};
    if (step.action.name.empty() && step.expect.empty()) {
      problems.error({mark,
                      {"do も expect もない手順は何も示しません",
                       "a step with neither do nor expect shows nothing"}});
    }
    for (const std::string& id : step.ids) {
      const std::string page = id.substr(0, id.find('-'));
      const bool overview = page == "P1" || page == "P2";  // speaks of every procedure
      if (!overview && !scenario.seed.empty() && !contains(scenario.seed, page)) {
        problems.warn({mark, say("{} は `seed` に書かれたページにありません",
                                 "{} is not on a page that `seed` names", id)});
      }
    }
    checker.check(step);
  }
}

// One variant: read against the shape, checked, appended if nothing was wrong.
void load_row(const yaml::Node& root, const std::string& file, const Catalog& catalog, Row* row,
              Problems& problems, std::vector<Scenario>& out) {
  ShapeReader reader(catalog, row, problems);
  Value top = reader.read(root, file_shape());
  if (top.form != Value::Form::kMap) return;
  const Value outline = [&] {  // places of the keys, for messages, without the steps
    Value kept;
    kept.form = top.form;
    kept.place = top.place;
    for (const auto& [key, value] : top.fields) {
      Value short_value;
      short_value.form = Value::Form::kMap;
      short_value.place = value.place;
      if (key == "bench") short_value = value;
      kept.fields.emplace_back(key, std::move(short_value));
    }
    return kept;
  }();
  Scenario scenario = make_scenario(std::move(top), file);
  if (row != nullptr) {
    scenario.row = row->number;
    scenario.substitutions = row->values;
    scenario.secret_columns = row->secret;
  }
  check_whole(scenario, catalog, outline, problems);
  out.push_back(std::move(scenario));
}

// A file of another version is not looked at further: its words may mean something else.
void check_version(const yaml::Node& root) {
  const yaml::Node version = entry(root, "uketsuke");
  if (!version || !version.is_scalar() || version.text() == "1") return;
  const std::string_view text = version.text();
  const bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (!number || version.quoted()) return;
  yaml::fail(
      version,
      say("このファイルは書式の版 {} です。このプログラムが読めるのは版 1（uketsuke: 1）です",
          "this file is of version {} of the format; this program reads version "
          "1 (uketsuke: 1)",
          yaml::shortened(text)));
}

LoadResult load_document(const yaml::Document& document, const Catalog& catalog) {
  LoadResult result;
  Problems problems;
  const yaml::Node root = document.root();
  if (!root.is_mapping()) {
    problems.error(yaml::problem_at(
        root, root.is_null() ? yaml::Text("ファイルが空です。シナリオを書いてください",
                                          "the file is empty; a scenario is expected")
                             : yaml::Text("シナリオはキーと値の組です（uketsuke: 1 で始まる）",
                                          "a scenario is a mapping of keys (it begins with "
                                          "uketsuke: 1)")));
  } else {
    check_version(root);
    Table table = read_table(root, problems);
    if (table.rows.empty()) {
      load_row(root, document.name(), catalog, nullptr, problems, result.scenarios);
    }
    for (Row& row : table.rows) {
      load_row(root, document.name(), catalog, &row, problems, result.scenarios);
      if (problems.errors.size() >= Problems::kMost) break;
    }
    for (std::size_t i = 0; i < table.used.size(); ++i) {
      if (table.used[i] || !problems.errors.empty()) continue;
      problems.error(yaml::problem_at(
          table.column_nodes[i],
          say("${{{}}} はどこにも使われていません", "${{{}}} is used nowhere", table.columns[i])));
    }
  }
  problems.sort();
  result.errors = std::move(problems.errors);
  result.warnings = std::move(problems.warnings);
  if (!result.ok()) result.scenarios.clear();
  return result;
}

template <class Load>
LoadResult guarded(Load load_yaml, const Catalog& catalog) {
  try {
    return load_document(load_yaml(), catalog);
  } catch (const yaml::Error& error) {
    LoadResult result;
    result.errors = error.problems();
    return result;
  }
}

}  // namespace

LoadResult load_text(std::string_view text, std::string name, const Catalog& catalog) {
  return guarded([&] { return yaml::load_text(text, std::move(name)); }, catalog);
}

LoadResult load(const std::string& path, const Catalog& catalog) {
  LoadResult result = guarded([&] { return yaml::load_file(path); }, catalog);
  std::string stem = path.substr(path.find_last_of('/') + 1);
  stem = stem.substr(0, stem.rfind('.'));
  if (!result.scenarios.empty() && result.scenarios.front().id != stem) {
    result.warnings.push_back(
        {{path, 1, 1},
         say("{}：ファイル名は {} です。同じにしてください",
             "{}: the file is called {}; the two should be the same",
             yaml::shortened(result.scenarios.front().id), yaml::shortened(stem))});
  }
  return result;
}

std::vector<Scenario> load_or_throw(const std::string& path, const Catalog& catalog) {
  LoadResult result = load(path, catalog);
  if (!result.ok()) throw yaml::Error(std::move(result.errors));
  return std::move(result.scenarios);
}

}  // namespace uketsuke::scenario
