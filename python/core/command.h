// The command line, for `python3 -m uketsuke`.
#pragma once

#include <pybind11/pybind11.h>

namespace uketsuke::python {

// version: that of the project.
void register_command(pybind11::module_& module);

}  // namespace uketsuke::python
