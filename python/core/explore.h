// Exploration from Python: sequences of acts, played on the desk and compared with the reference
// models of the procedures.
#pragma once

#include <pybind11/pybind11.h>

namespace uketsuke::python {

// explore(): as the command does it. Walk: one sequence, act by act, for programs that generate.
void register_explore(pybind11::module_& module);

}  // namespace uketsuke::python
