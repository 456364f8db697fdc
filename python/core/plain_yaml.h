// Documents of YAML as plain data of Python, and back.
#pragma once

#include <pybind11/pybind11.h>

#include "harness/yaml/emit.h"

namespace uketsuke::python {

// Mapping: dict; list; text: str; words: bool, int, float; nothing: None.
pybind11::object plain(const yaml::Data& data);

// dict and other mappings, list, tuple, str (also of enums and paths), bool, int, float, None.
// Throws ArgumentError for other things, naming where they stand ("steps[2]").
yaml::Data data_from(const pybind11::handle& value);

}  // namespace uketsuke::python
