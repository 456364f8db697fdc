// Programs of Python that a bench is built with.
#pragma once

#include <pybind11/pybind11.h>

#include "python/core/script_bench.h"

namespace uketsuke::python {

// given: "panel", a uketsuke.Panel or None; "cards", list of (holder or "", uketsuke.Card).
void bind_programs(const pybind11::dict& given, BenchSettings& settings);

}  // namespace uketsuke::python
