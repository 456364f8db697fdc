#include "python/core/runs.h"

#include <pybind11/stl.h>

#include <utility>

#include "python/core/driven.h"
#include "python/core/plain.h"
#include "python/core/plain_yaml.h"
#include "python/core/script_executor.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using Names = std::vector<std::string>;

ScenarioSource source_from(const py::dict& given) {
  ScenarioSource source;
  source.paths = given["paths"].cast<Names>();
  source.name = given["name"].cast<std::string>();
  source.text = given["text"].cast<std::string>();
  source.row = given["row"].cast<int>();
  return source;
}

py::dict plain_row(const LoadedRow& row) {
  const scenario::Scenario& scenario = row.scenario;
  py::dict out;
  out["file"] = plain_text(scenario.file);
  out["line"] = row.line;
  out["id"] = plain_text(scenario.id);
  out["title"] = plain(verdict::Text(scenario.title.ja, scenario.title.en));
  out["seed"] = plain(scenario.seed);
  out["releases"] = plain(scenario.releases);
  out["tags"] = plain(scenario.tags);
  out["covered"] = plain(scenario.covered());
  out["reader"] = plain_text(scenario.bench.reader);
  out["reader_profile"] = plain_text(scenario.bench.reader_profile);
  out["row"] = scenario.row;
  out["variant"] = plain_text(scenario.variant());
  out["steps"] = scenario.steps.size();
  out["warnings"] = plain(row.warnings);
  return out;
}

py::list rows(const py::dict& given, const Names& only, const Names& tags,
              const std::string& release, const std::string& data_folder) {
  const ScenarioSource source = source_from(given);
  const run::Filters filters{tags, only, release};
  const std::vector<LoadedRow> found = driven([&] {
    return executor_of(data_folder).rows(source, filters);
  });
  py::list out;
  for (const LoadedRow& row : found) out.append(plain_row(row));
  return out;
}

py::list run_all(const py::dict& given, const py::dict& settings) {
  RunAsk ask;
  ask.source = source_from(given);
  ask.release = settings["release"].cast<std::string>();
  ask.seed = settings["seed"].cast<std::uint64_t>();
  ask.repetition = settings["repetition"].cast<std::uint32_t>();
  ask.binds = settings["bind"].cast<Names>();
  ask.bench_file = settings["bench_file"].cast<std::string>();
  ask.only = settings["only"].cast<Names>();
  ask.tags = settings["tags"].cast<Names>();
  ask.out = settings["out"].cast<std::string>();
  ask.keep_journals = settings["keep_journals"].cast<bool>();
  ask.journal_folder = settings["journal_folder"].cast<std::string>();
  ask.language = settings["language"].cast<std::string>();
  const auto data_folder = settings["data_folder"].cast<std::string>();
  const auto results = driven([&] {
    ScriptExecutor& executor = executor_of(data_folder);
    executor.set_watcher(watch_signals);
    return executor.run(ask);
  });
  py::list out;
  for (const verdict::ScenarioResult& result : results) out.append(plain(result));
  return out;
}

}  // namespace

void register_runs(py::module_& module) {
  module.def(
      "yaml_data",
      [](const std::string& path) { return plain(yaml::data_of(yaml::load_file(path).root())); },
      py::arg("path"));
  module.def(
      "yaml_data_of_text",
      [](const std::string& text) {
        return plain(yaml::data_of(yaml::load_text(text, "(YAML)").root()));
      },
      py::arg("text"));
  module.def(
      "to_yaml", [](const py::object& data) { return plain_text(yaml::emit(data_from(data))); },
      py::arg("data"));
  module.def("rows", &rows, py::arg("source"), py::arg("only"), py::arg("tags"), py::arg("release"),
             py::arg("data_folder"));
  module.def("run", &run_all, py::arg("source"), py::arg("settings"));
}

}  // namespace uketsuke::python
