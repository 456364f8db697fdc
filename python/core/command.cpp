#include "python/core/command.h"

namespace uketsuke::python {

void register_command(pybind11::module_& module) { module.attr("version") = UKETSUKE_VERSION; }

}  // namespace uketsuke::python
