// The command line in the process of the interpreter, and what the program behind it is then: how
// its workers are started, where its data lies.
#pragma once

#include <pybind11/pybind11.h>

namespace uketsuke::python {

// version: that of the project. main(arguments, name): the command line, see _core.pyi.
void register_command(pybind11::module_& module);

}  // namespace uketsuke::python
