// The registry of harness/scenario/vocabulary as plain data.
#pragma once

#include <pybind11/pybind11.h>

namespace uketsuke::python {

// actions(), expectations(), given_keys(), then_keys(): lists of rows.
void register_vocabulary(pybind11::module_& module);

}  // namespace uketsuke::python
