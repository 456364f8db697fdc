// What a script sends to the reader beside the terminal's driver (harness/bench/raw_access.h).
#pragma once

#include <pybind11/pybind11.h>

namespace uketsuke::python {

void register_raw(pybind11::module_& module);

}  // namespace uketsuke::python
