// Panels of Python (uketsuke/panels.py): whoever stands at the panel of the face-auth reader.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "harness/bench/assets.h"
#include "harness/bench/panel_program.h"

namespace uketsuke::python {

// PanelPort: where a panel of Python acts.
void register_panels(pybind11::module_& module);

// Holding the GIL: of a uketsuke.Panel, which is told its PanelPort.
std::shared_ptr<bench::PanelProgram> make_panel(const pybind11::object& panel,
                                                std::shared_ptr<const bench::Assets> assets);

}  // namespace uketsuke::python
