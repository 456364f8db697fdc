// One bench that a program drives: a scenario that comes step by step.
#pragma once

#include <pybind11/pybind11.h>

namespace uketsuke::python {

// _core.Bench. Its methods take the simulation lock, and answer plain data.
void register_bench(pybind11::module_& module);

}  // namespace uketsuke::python
