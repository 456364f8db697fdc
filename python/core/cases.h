// What the pytest plugin asks: requirements, applicability, the folder of a session's results.
#pragma once

#include <pybind11/pybind11.h>

namespace uketsuke::python {

// requirement_ids(data_folder) -> [str], of all tables.
// nearest(word, candidates) -> (ja, en), "; did you mean X?" or what there is.
// releases(data_folder) -> [str]. check_bindings(bench_file, binds): raises what is wrong.
// coverage(ids, data_folder) -> {covered, uncovered, not_tested}: ids of the seed's rows.
// facts(settings) -> {name: value}: of the reader that is bound or modelled, claims, bench.
// applies(expression, facts) -> (bool, str), the expression with its values.
// is_data_file(path, data_folder) -> bool: below the data folder, and no scenario.
// OutFolder(path): .path, .write(info, results).
void register_cases(pybind11::module_& module);

}  // namespace uketsuke::python
