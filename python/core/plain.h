// Structs of C++ as plain data of Python (dict, list, str, int), and back. What a device or a
// program said may be any bytes: what is not UTF-8 becomes U+FFFD.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/result.h"
#include "harness/verdict/summary.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::python {

pybind11::str plain_text(std::string_view text);
pybind11::tuple plain(const verdict::Text& text);  // (ja, en)
pybind11::list plain(const std::vector<std::string>& texts);
pybind11::list plain(const std::vector<verdict::Text>& texts);
// The fields of the struct by their names; a verdict is its word ("fail"), a text (ja, en).
pybind11::dict plain(const verdict::StepResult& step);
pybind11::dict plain(const verdict::ScenarioResult& result);
pybind11::dict plain(const verdict::Summary& summary);
// {file, line, column, message: (ja, en)}
pybind11::dict plain(const yaml::Problem& problem);
pybind11::list plain(const std::vector<yaml::Problem>& problems);

// The reverse. A key that is not there leaves what the struct has; throws pybind11::cast_error or
// pybind11::value_error for what does not fit.
verdict::Text text_from(const pybind11::handle& value);
verdict::StepResult step_from(const pybind11::dict& value);
verdict::ScenarioResult result_from(const pybind11::dict& value);
std::vector<verdict::ScenarioResult> results_from(const pybind11::iterable& values);

}  // namespace uketsuke::python
