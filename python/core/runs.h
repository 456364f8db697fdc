// Scenario files: read, written, run.
#pragma once

#include <pybind11/pybind11.h>

namespace uketsuke::python {

// A source is {paths: [str], name: str, text: str, row: int}: files and folders, or one text.
// yaml_data(path) -> what a YAML file holds, as plain data.
// yaml_data_of_text(text): the same of a text. to_yaml(data) -> str.
// rows(source, only, tags, release, data_folder) -> [dict], one for each row of the examples.
// run(source, settings) -> [result].
void register_runs(pybind11::module_& module);

}  // namespace uketsuke::python
